//! What an artifact is made of: its manifest as the registry has it, and the documents it names.

use super::image_view::located;
use super::output::{clean, text};
use super::remote::Connected;
use super::trouble::Trouble;
use crate::print_line;
use clap::Args;
use roadstead_core::model::Digest;
use serde_json::Value;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;

/// The most bytes that are taken: what the server gives at most, and a little more.
const MOST: usize = 33 << 20;

/// Which document, and where to.
#[derive(Args)]
pub(super) struct Download {
    /// `<registry>/<repository>:<tag>` or `<registry>/<repository>@<digest>`: a signature, a bill of
    /// materials, a chart or another artifact that is no image.
    image: String,
    /// The document's digest; needed where the artifact has more than one layer.
    #[arg(long, value_name = "DIGEST")]
    document: Option<Digest>,
    /// The file to write, which must not be there yet; `-` is the standard output.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// The registry's workspace, by name or id, where several registries have the name.
    #[arg(long, value_name = "NAME|ID")]
    workspace: Option<String>,
}

/// Prints a manifest byte by byte; to a terminal as text that it does not obey.
pub(super) async fn raw(
    connected: &Connected,
    image: &str,
    workspace: Option<&str>,
) -> Result<(), Trouble> {
    let (_, path) = artifact(connected, image, workspace).await?;
    print(&connected.bytes(&format!("{path}/manifest"), MOST).await?)
}

pub(super) async fn download(connected: &Connected, download: Download) -> Result<(), Trouble> {
    let workspace = download.workspace.as_deref();
    let (_, path) = artifact(connected, &download.image, workspace).await?;
    let document = match &download.document {
        Some(given) => given.to_string(),
        None => only_layer(&connected.get(&path).await?)?,
    };
    let bytes = connected
        .bytes(&format!("{path}/blobs/{document}"), MOST)
        .await?;
    if download.to.as_os_str() == "-" {
        return print(&bytes);
    }
    let shown = clean(&download.to.display().to_string());
    let failed = |why: std::io::Error| Trouble::Failed(format!("{shown} is not written: {why}"));
    let mut file = std::fs::File::create_new(&download.to).map_err(failed)?;
    file.write_all(&bytes).map_err(failed)?;
    print_line(&format!("{} bytes are in {shown}.", bytes.len()));
    Ok(())
}

/// The image that is meant and the path of its artifact.
async fn artifact(
    connected: &Connected,
    image: &str,
    workspace: Option<&str>,
) -> Result<(Value, String), Trouble> {
    let (found, path, what) = located(connected, image, workspace).await?;
    let what = what.ok_or_else(|| {
        Trouble::Usage("say which tag (`:1.0`) or digest (`@sha256:...`) of it".to_owned())
    })?;
    Ok((found, format!("{path}/artifacts/{what}")))
}

fn only_layer(artifact: &Value) -> Result<String, Trouble> {
    match artifact["layers"].as_array().map(Vec::as_slice) {
        Some([one]) => Ok(text(one, "digest").to_owned()),
        _ => Err(Trouble::Usage(
            "it does not have one layer alone; say which with --document (`image show` with \
             --json lists them)"
                .to_owned(),
        )),
    }
}

/// Bytes to the standard output as they are; a terminal gets no more than text.
fn print(bytes: &[u8]) -> Result<(), Trouble> {
    let mut out = std::io::stdout().lock();
    let written = if out.is_terminal() {
        let text = String::from_utf8_lossy(bytes);
        let lines: Vec<String> = text.split('\n').map(clean).collect();
        writeln!(out, "{}", lines.join("\n"))
    } else {
        out.write_all(bytes).and_then(|()| out.flush())
    };
    written.map_err(|why| Trouble::Failed(format!("the output ended early: {why}")))
}

#[cfg(test)]
mod tests {
    use super::only_layer;
    use serde_json::json;

    #[test]
    fn document_is_chosen_only_where_there_is_no_choice() {
        let one = json!({"layers": [{"digest": "sha256:a"}]});
        assert_eq!(only_layer(&one).ok().as_deref(), Some("sha256:a"));
        for several in [
            json!({"layers": []}),
            json!({"layers": [{"digest": "sha256:a"}, {"digest": "sha256:b"}]}),
            json!({}),
        ] {
            assert!(only_layer(&several).is_err(), "{several}");
        }
    }
}
