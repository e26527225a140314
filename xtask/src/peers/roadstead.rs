//! The server itself, on free ports and an empty data folder.

use crate::proc::{Leash, Task};
use crate::project::{Scratch, read};
use std::path::Path;
use std::time::Duration;

/// The destinations a server on a developer's machine may connect to although they are loopback.
pub(crate) const LOOPBACK: &str = "127.0.0.0/8,::1/128";

/// A running server.
pub(crate) struct Roadstead {
    _server: Leash,
    _folder: Scratch,
    pub(crate) url: String,
    /// What follows `#token=` in its set-up link.
    pub(crate) setup_token: String,
}

impl Roadstead {
    /// Starts it and waits until it says that it is ready.
    pub(crate) fn start(program: &Path) -> Result<Self, String> {
        let folder = Scratch::new("server")?;
        let (out, log) = (folder.path().join("out"), folder.path().join("log"));
        let task = Task::new(program)
            .args(["serve"])
            .env("ROADSTEAD_SERVER_LISTEN", "127.0.0.1:0")
            .env("ROADSTEAD_SERVER_METRICS_LISTEN", "127.0.0.1:0")
            .env("ROADSTEAD_DATA_DIR", folder.path().join("data"))
            .env("ROADSTEAD_OUTBOUND_ALLOW", LOOPBACK)
            .dir(folder.path());
        let link = folder.path().join("data/setup-link");
        let mut server = Leash::start(&task, "TERM", &out, &log)?;
        let said = server.wait_for(Duration::from_secs(60), || {
            let text = std::fs::read_to_string(&out).ok()?;
            let url = after(&text, "Roadstead is ready: ")?.to_owned();
            // Its output is no terminal here, so the link is in its file only, and there before
            // the line above.
            let link = std::fs::read_to_string(&link).ok()?;
            let token = link.trim().split_once("#token=")?.1.to_owned();
            Some((url, token))
        });
        let Some((url, setup_token)) = said else {
            return Err(format!(
                "the server does not become ready\n{}{}",
                read(&out).unwrap_or_default(),
                read(&log).unwrap_or_default()
            ));
        };
        Ok(Self {
            _server: server,
            _folder: folder,
            url,
            setup_token,
        })
    }
}

/// The word that follows a mark, once its line is complete.
fn after<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    let rest = text.split_once(mark)?.1;
    rest.split_once('\n')
        .map(|(line, _)| line.split_whitespace().next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn ready_line_counts_only_when_complete() {
        let text = "Roadstead is ready: http://127.0.0.1:8470\nMetrics: http://127";
        assert_eq!(
            after(text, "Roadstead is ready: "),
            Some("http://127.0.0.1:8470")
        );
        assert_eq!(after(text, "Metrics: "), None);
    }
}
