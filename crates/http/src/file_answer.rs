//! A stranger's file as an answer: to be saved under a name, never to be shown.

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use roadstead_app::services::ReadFile;
use std::convert::Infallible;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// What is handed to the connection at once, in bytes.
const PIECE: usize = 64 << 10;
/// Whoever takes longer for all of it has their connection ended: the file is held in memory for
/// them.
const LONGEST: Duration = Duration::from_secs(300);

/// A file that is saved.
pub(crate) struct FileAnswer(ReadFile);

impl From<ReadFile> for FileAnswer {
    fn from(file: ReadFile) -> Self {
        Self(file)
    }
}

impl IntoResponse for FileAnswer {
    fn into_response(self) -> Response {
        let ReadFile { bytes, name, held } = self.0;
        let length = HeaderValue::from(bytes.len());
        let mut response = Response::new(sent_within(LONGEST, bytes, held));
        let headers = response.headers_mut();
        let media_type = HeaderValue::from_static("application/octet-stream");
        headers.insert(header::CONTENT_TYPE, media_type);
        headers.insert(header::CONTENT_LENGTH, length);
        headers.insert(header::CONTENT_DISPOSITION, disposition(&name));
        response
    }
}

/// A body that keeps `held` until its last piece is taken or the time is over. A body that ends
/// early is shorter than was promised, which whoever reads it notices.
fn sent_within(time: Duration, bytes: Vec<u8>, held: impl Send + 'static) -> Body {
    let (send, receive) = mpsc::channel::<Result<Bytes, Infallible>>(1);
    tokio::spawn(async move {
        let all = async {
            for piece in bytes.chunks(PIECE) {
                // A copy, so that a piece that waits does not keep the rest.
                if send.send(Ok(Bytes::copy_from_slice(piece))).await.is_err() {
                    return;
                }
            }
        };
        let _ = tokio::time::timeout(time, all).await;
        drop((bytes, held));
    });
    Body::from_stream(ReceiverStream::new(receive))
}

/// `Content-Disposition` (RFC 6266): the name as far as ASCII goes, and the whole of it as RFC 8187
/// writes it.
fn disposition(name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|c| match c {
            '"' | '\\' | '%' => '_',
            ' '..='~' => c,
            _ => '_',
        })
        .collect();
    let mut text = format!("attachment; filename=\"{plain}\"");
    if plain != name {
        text.push_str("; filename*=UTF-8''");
        for byte in name.bytes() {
            if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
                text.push(char::from(byte));
            } else {
                text.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::{PIECE, disposition, sent_within};
    use futures::StreamExt as _;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn name_is_written_so_that_nothing_in_it_ends_the_header() {
        for (name, written) in [
            ("sbom.json", "attachment; filename=\"sbom.json\""),
            ("a b;c.json", "attachment; filename=\"a b;c.json\""),
            (
                "a\"; filename=b",
                "attachment; filename=\"a_; filename=b\"; filename*=UTF-8''a%22%3B%20filename%3Db",
            ),
            (
                "清单.json",
                "attachment; filename=\"__.json\"; filename*=UTF-8''%E6%B8%85%E5%8D%95.json",
            ),
            (
                "50%.txt",
                "attachment; filename=\"50_.txt\"; filename*=UTF-8''50%25.txt",
            ),
            (
                "a\r\nb",
                "attachment; filename=\"a__b\"; filename*=UTF-8''a%0D%0Ab",
            ),
        ] {
            assert_eq!(disposition(name), written, "{name:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn body_keeps_its_room_until_it_is_taken_or_its_time_is_over() {
        let minute = Duration::from_secs(60);
        let held = Arc::new(());
        let bytes = vec![7; PIECE * 3 + 1];
        let mut body = sent_within(minute, bytes.clone(), Arc::clone(&held)).into_data_stream();
        let mut read = Vec::new();
        while let Some(piece) = body.next().await {
            read.extend_from_slice(&piece.expect("piece"));
        }
        assert_eq!((read, Arc::strong_count(&held)), (bytes.clone(), 1));
        let slow = sent_within(minute, bytes.clone(), Arc::clone(&held));
        tokio::time::sleep(minute / 2).await;
        assert_eq!(Arc::strong_count(&held), 2, "still on its way");
        tokio::time::sleep(minute).await;
        assert_eq!(Arc::strong_count(&held), 1);
        let mut left = 0;
        let mut slow = slow.into_data_stream();
        while let Some(piece) = slow.next().await {
            left += piece.expect("piece").len();
        }
        assert!(left < bytes.len(), "it is cut, not whole: {left}");
        let gone = sent_within(minute, bytes, Arc::clone(&held));
        drop(gone);
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(Arc::strong_count(&held), 1, "nobody wants it any more");
    }
}
