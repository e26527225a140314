//! Bodies that come line by line.

use crate::ClientError;
use bytes::{Buf as _, BytesMut};
use futures::{Stream, StreamExt as _, stream};
use reqwest::Response;
use serde_json::Value;

/// The longest line that is read, in bytes.
const MAX_LINE: usize = 1 << 20;

/// The lines of a body without their ends; a last line without an end counts. A line above
/// [`MAX_LINE`] ends the stream with [`ClientError::Unreadable`].
pub(crate) fn text(response: Response) -> impl Stream<Item = Result<String, ClientError>> + Send {
    let status = response.status().as_u16();
    stream::try_unfold(
        (response, BytesMut::new(), false),
        move |(mut response, mut buffer, mut ended)| async move {
            loop {
                if let Some(at) = buffer.iter().position(|b| *b == b'\n') {
                    let line = buffer.split_to(at);
                    buffer.advance(1);
                    let line = decode(&line);
                    return Ok(Some((line, (response, buffer, ended))));
                }
                if ended {
                    let line = decode(&buffer);
                    buffer.clear();
                    return Ok((!line.is_empty()).then_some((line, (response, buffer, ended))));
                }
                if buffer.len() > MAX_LINE {
                    return Err(ClientError::Unreadable { status });
                }
                match response.chunk().await? {
                    Some(chunk) => buffer.extend_from_slice(&chunk),
                    None => ended = true,
                }
            }
        },
    )
}

/// One JSON value a line; empty lines are skipped.
pub(crate) fn json(response: Response) -> impl Stream<Item = Result<Value, ClientError>> + Send {
    let status = response.status().as_u16();
    text(response).filter_map(move |line| async move {
        match line {
            Ok(line) if line.trim().is_empty() => None,
            Ok(line) => {
                Some(serde_json::from_str(&line).map_err(|_| ClientError::Unreadable { status }))
            }
            Err(error) => Some(Err(error)),
        }
    })
}

fn decode(line: &[u8]) -> String {
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    String::from_utf8_lossy(line).into_owned()
}
