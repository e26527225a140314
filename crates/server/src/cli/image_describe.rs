//! Writing what is said about a repository.

use super::image_reference::Reference;
use super::output::{Format, clean, print_json, text};
use super::remote::Connected;
use super::trouble::Trouble;
use crate::print_line;
use clap::Args;
use roadstead_client::Method;
use roadstead_core::model::Markdown;
use serde_json::{Value, json};
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

/// More than this is no description, whatever its line breaks become.
const READ_AT_MOST: u64 = 2 * Markdown::MAX_BYTES as u64;

/// About what, and where the text is.
#[derive(Args)]
pub(super) struct Describe {
    /// `<registry>/<repository>`; the registry by its name or id.
    image: String,
    /// The text in Markdown, at most 64 KiB: a file, or `-` for standard input. An empty one takes
    /// the description away.
    #[arg(long, value_name = "PATH|-")]
    file: PathBuf,
    /// The registry's workspace, by name or id, where several registries have the name.
    #[arg(long, value_name = "NAME|ID")]
    workspace: Option<String>,
}

pub(super) async fn describe(
    connected: &Connected,
    describe: Describe,
    format: Format,
) -> Result<(), Trouble> {
    let reference = Reference::parse(&describe.image)?;
    if reference.what.is_some() {
        return Err(Trouble::Usage(
            "a description is of a repository: leave the tag or digest away".to_owned(),
        ));
    }
    let written = read(&describe.file)?;
    let image = reference
        .find(connected, describe.workspace.as_deref())
        .await?;
    let path = path(&image);
    let before = connected.get(&path).await?;
    let body = json!({ "text": written.as_str() });
    let revision = before["revision"].as_i64();
    let done = connected
        .document(Method::PUT, &path, revision, Some(&body))
        .await?;
    if format == Format::Json {
        print_json(&done);
        return Ok(());
    }
    let name = clean(text(&image["repository"], "name"));
    print_line(&if written.is_empty() {
        format!("{name} has no description.")
    } else {
        format!("The description of {name} is written.")
    });
    Ok(())
}

/// Where the description of a repository is, as a list of images shows it.
pub(super) fn path(image: &Value) -> String {
    let id = text(&image["repository"], "id");
    format!("/api/v1/repositories/{id}/description")
}

/// The first line that says something, for people who only want to know what it is about.
pub(super) fn first_line(description: &Value) -> Option<String> {
    let lines = text(description, "text").lines();
    let mut said = lines.map(|line| line.trim_start_matches('#').trim());
    let line = said.find(|line| !line.is_empty())?;
    let mut shown: String = line.chars().take(LINE).collect();
    if shown.len() < line.len() {
        shown.push_str("..");
    }
    Some(clean(&shown))
}

/// Characters shown of it.
const LINE: usize = 100;

fn read(path: &Path) -> Result<Markdown, Trouble> {
    let standard = path == Path::new("-");
    let (read, place) = if standard {
        (take(stdin().lock()), "standard input".to_owned())
    } else {
        let file = std::fs::File::open(path);
        (file.and_then(take), path.display().to_string())
    };
    let bytes = read.map_err(|e| Trouble::Usage(format!("{place}: {e}")))?;
    if bytes.len() as u64 > READ_AT_MOST {
        return Err(Trouble::Usage(format!("{place} has more than 64 KiB")));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| Trouble::Usage(format!("{place} is not text in UTF-8")))?;
    // A mark some editors put in front of a text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Markdown::parse("/text", text).map_err(|field| {
        let line = field.params.get("line");
        let line = line.map_or_else(String::new, |line| format!(" (line {line})"));
        Trouble::Usage(format!("{place}{line}: {}", field.code.title()))
    })
}

fn take(from: impl Read) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(READ_AT_MOST + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::{first_line, read};
    use serde_json::json;

    #[test]
    fn first_line_says_something_and_moves_no_cursor() {
        let of = |text: &str| first_line(&json!({ "text": text }));
        assert_eq!(of("\n## The app \n\nmore").as_deref(), Some("The app"));
        assert_eq!(of(""), None);
        assert_eq!(of("#\n \n"), None);
        let long = of(&"\u{e9}".repeat(300)).expect("line");
        assert_eq!(long.chars().count(), 102);
        assert!(!of("a\u{202e}b").expect("line").contains('\u{202e}'));
    }

    #[test]
    fn file_that_is_too_long_or_no_text_is_refused_with_its_name() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("readme.md");
        for (content, said) in [
            (vec![b'a'; 65_537], "64 KiB"),
            (vec![b'a'; 200_000], "more than 64 KiB"),
            (vec![0xff], "UTF-8"),
            (b"a\nb\x1b[2J".to_vec(), "(line 2)"),
        ] {
            std::fs::write(&file, content).expect("written");
            let refused = read(&file).expect_err(said).to_string();
            assert!(refused.contains(said), "{refused}");
            assert!(refused.contains("readme.md"), "{refused}");
        }
        std::fs::write(&file, "\u{feff}# a\r\n").expect("written");
        let read = read(&file).expect("text");
        assert_eq!(read.as_str(), "# a\n");
    }
}
