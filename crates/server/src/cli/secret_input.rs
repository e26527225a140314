//! Secrets on their way in: from a terminal without echo, from standard input or from a file.
//! Never from the command line, where every account of the machine could read them.

use super::trouble::Trouble;
use roadstead_core::model::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::io::{BufRead, IsTerminal as _, Read, Write as _, stderr, stdin};
use std::path::Path;

/// No secret of ours is longer; more is a file that was named by mistake.
const LONGEST: u64 = 64 * 1024;

/// Reads a whole file as one secret, without the line end at its end.
pub(super) fn from_file(path: &Path) -> Result<Secret<String>, Trouble> {
    let file = std::fs::File::open(path);
    let read = file.and_then(read_all);
    of_text(read, &path.display().to_string())
}

/// Reads standard input to its end as one secret.
pub(super) fn from_stdin() -> Result<Secret<String>, Trouble> {
    of_text(read_all(stdin().lock()), "standard input")
}

fn read_all(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LONGEST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn of_text(read: std::io::Result<Vec<u8>>, place: &str) -> Result<Secret<String>, Trouble> {
    let bytes = read.map_err(|e| Trouble::Usage(format!("{place}: {e}")))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Trouble::Usage(format!("{place} is too long for a secret")));
    }
    let text = String::from_utf8(bytes)
        .map(Secret::new)
        .map_err(|_| Trouble::Usage(format!("{place} is not text")))?;
    let line = text.expose().trim_end_matches(['\n', '\r']);
    if line.is_empty() {
        return Err(Trouble::Usage(format!("{place} is empty")));
    }
    Ok(Secret::new(line.to_owned()))
}

/// Whether somebody can be asked.
pub(super) fn can_ask() -> bool {
    stdin().is_terminal()
}

fn prompt(text: &str) {
    let mut error = stderr().lock();
    // Without a place to show it the question is still answered.
    let _ = write!(error, "{text}");
    let _ = error.flush();
}

/// Asks for something that may be seen.
pub(super) fn ask(question: &str) -> Result<String, Trouble> {
    prompt(question);
    let mut line = String::new();
    stdin()
        .read_line(&mut line)
        .map_err(|e| Trouble::Usage(format!("standard input: {e}")))?;
    Ok(line.trim().to_owned())
}

/// Asks for a secret, which is not shown while it is typed.
pub(super) fn ask_secret(question: &str) -> Result<Secret<String>, Trouble> {
    let cannot = |e: rustix::io::Errno| Trouble::Usage(format!("the terminal: {e}"));
    let _quiet = Quiet::begin().map_err(cannot)?;
    prompt(question);
    let typed = read_typed(stdin().lock());
    prompt("\n");
    match typed {
        Ok(Some(secret)) if !secret.expose().is_empty() => Ok(secret),
        Ok(Some(_)) => Err(Trouble::Usage("nothing was entered".to_owned())),
        Ok(None) => Err(Trouble::Failed("given up".to_owned())),
        Err(e) => Err(Trouble::Usage(format!("the terminal: {e}"))),
    }
}

/// The terminal without echo, until this is dropped. Ctrl-C is read as a key meanwhile: as a signal
/// it would leave the terminal as it is.
struct Quiet(Termios);

impl Quiet {
    fn begin() -> Result<Self, rustix::io::Errno> {
        let before = tcgetattr(stdin())?;
        let mut quiet = before.clone();
        quiet
            .local_modes
            .remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG);
        tcsetattr(stdin(), OptionalActions::Flush, &quiet)?;
        Ok(Self(before))
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let _ = tcsetattr(stdin(), OptionalActions::Flush, &self.0);
    }
}

/// Reads keys until Enter; `None` when the person gave up.
fn read_typed(from: impl BufRead) -> std::io::Result<Option<Secret<String>>> {
    let mut typed = Secret::new(String::new());
    let mut pending = Vec::new();
    for byte in from.bytes() {
        match byte? {
            b'\r' | b'\n' => return Ok(Some(typed)),
            // Ctrl-C, Ctrl-D.
            3 | 4 => return Ok(None),
            // Backspace.
            8 | 127 => {
                let mut shorter = typed.expose().clone();
                shorter.pop();
                typed = Secret::new(shorter);
            }
            // Ctrl-U.
            21 => typed = Secret::new(String::new()),
            byte => {
                pending.push(byte);
                // A character of several bytes comes in pieces.
                if let Ok(text) = std::str::from_utf8(&pending) {
                    typed = Secret::new(format!("{}{text}", typed.expose()));
                    pending.clear();
                }
            }
        }
        if typed.expose().len() as u64 > LONGEST || pending.len() > 4 {
            return Err(std::io::ErrorKind::InvalidData.into());
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::{of_text, read_typed};

    #[test]
    fn typed_secret_can_be_corrected_and_given_up() {
        let typed = |keys: &[u8]| {
            let read = read_typed(keys).map_err(|e| e.kind());
            read.map(|secret| secret.map(|s| s.expose().clone()))
        };
        let is = |text: &str| Ok(Some(text.to_owned()));
        assert_eq!(typed(b"abc\rmore"), is("abc"));
        assert_eq!(typed("aé语\u{7f}x\n".as_bytes()), is("aéx"));
        assert_eq!(typed(b"\x7f\x08wrong\x15right\n"), is("right"));
        assert_eq!(typed(b"abc\x03"), Ok(None));
        assert_eq!(typed(b"abc"), Ok(None), "the terminal went away");
        assert!(typed(b"\xff\xff\xff\xff\xff\n").is_err());
    }

    #[test]
    fn secret_of_a_file_loses_its_line_end_and_nothing_else() {
        let read = |bytes: &[u8]| {
            let secret = of_text(Ok(bytes.to_vec()), "file");
            secret
                .map(|s| s.expose().clone())
                .map_err(|e| e.to_string())
        };
        assert_eq!(read(b" pass word \r\n"), Ok(" pass word ".to_owned()));
        assert_eq!(read(b"\n"), Err("file is empty".to_owned()));
        assert_eq!(read(b"\xff"), Err("file is not text".to_owned()));
        let long = vec![b'a'; 64 * 1024 + 1];
        assert_eq!(read(&long), Err("file is too long for a secret".to_owned()));
    }
}
