//! Server-sent events (WHATWG HTML, "Server-sent events").

use crate::ClientError;
use crate::lines;
use futures::{Stream, StreamExt as _};
use reqwest::Response;
use std::future;

/// One event.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// Its id, to go on from.
    pub id: Option<String>,
    /// Its name; `message` when the server gives none.
    pub name: String,
    /// Its data, lines joined by `\n`.
    pub data: String,
}

/// The events of a body. Comments, which keep the connection alive, are left out.
pub(crate) fn read(response: Response) -> impl Stream<Item = Result<Event, ClientError>> + Send {
    lines::text(response)
        .scan(Parser::default(), |parser, line| {
            future::ready(Some(line.map(|line| parser.take(&line)).transpose()))
        })
        .filter_map(future::ready)
}

#[derive(Default)]
struct Parser {
    id: Option<String>,
    name: String,
    data: Option<String>,
}

impl Parser {
    /// Takes a line; the empty one after an event's data gives the event.
    fn take(&mut self, line: &str) -> Option<Event> {
        if line.is_empty() {
            let name = std::mem::take(&mut self.name);
            return self.data.take().map(|data| Event {
                id: self.id.clone(),
                name: if name.is_empty() {
                    "message".to_owned()
                } else {
                    name
                },
                data,
            });
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                None => self.data = Some(value.to_owned()),
            },
            "event" => value.clone_into(&mut self.name),
            "id" => self.id = Some(value.to_owned()),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Parser};

    fn events(text: &str) -> Vec<Event> {
        let mut parser = Parser::default();
        text.lines().filter_map(|line| parser.take(line)).collect()
    }

    #[test]
    fn events_are_read_and_comments_left_out() {
        let read =
            events(": hello\n\nid: 7\nevent: change\ndata: {\"a\":1}\n\ndata:x\ndata: y\n\n:\n\n");
        assert_eq!(
            read,
            [
                Event {
                    id: Some("7".to_owned()),
                    name: "change".to_owned(),
                    data: "{\"a\":1}".to_owned()
                },
                Event {
                    id: Some("7".to_owned()),
                    name: "message".to_owned(),
                    data: "x\ny".to_owned()
                },
            ]
        );
    }

    #[test]
    fn event_cut_before_its_empty_line_is_not_given() {
        assert!(events("data: x\n").is_empty());
    }
}
