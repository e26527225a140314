//! `roadstead image`: what registries hold, by the public API.

use super::output::Format;
use super::remote::{AFTER_HELP, Remote};
use super::trouble::Trouble;
use super::{image_contents, image_describe, image_rm, image_view};
use clap::{Args, Subcommand};

/// What to do with images.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(super) struct ImageArgs {
    #[command(flatten)]
    remote: Remote,
    /// How to print the result.
    #[arg(short, long, global = true, value_enum, default_value_t)]
    output: Format,
    /// Prints the API's JSON; the same as `--output json`.
    #[arg(long, global = true, conflicts_with = "output")]
    json: bool,
    #[command(subcommand)]
    command: ImageCommand,
}

#[derive(Subcommand)]
enum ImageCommand {
    /// Lists the repositories of every registry you may see.
    Ls(image_view::Ls),
    /// Searches names of repositories, tags and digests.
    Search(image_view::Search),
    /// Shows a repository with its newest tags, or what a tag or digest is.
    Show(image_view::Show),
    /// Writes what is said about a repository, in Markdown.
    Describe(image_describe::Describe),
    /// Saves what a signature, a bill of materials, a chart or another document holds.
    Download(image_contents::Download),
    /// Deletes a tag, or an artifact with all its tags, after saying what goes.
    ///
    /// Exit code 1 when it cannot be deleted, also of a dry run.
    Rm(image_rm::Rm),
}

/// Does what was asked.
pub(super) async fn run(args: ImageArgs) -> Result<(), Trouble> {
    let format = if args.json { Format::Json } else { args.output };
    let connected = args.remote.connect()?;
    match args.command {
        ImageCommand::Ls(ls) => image_view::list(&connected, ls, format).await,
        ImageCommand::Search(search) => image_view::search(&connected, search, format).await,
        ImageCommand::Show(show) => image_view::show(&connected, show, format).await,
        ImageCommand::Describe(describe) => {
            image_describe::describe(&connected, describe, format).await
        }
        ImageCommand::Download(download) => image_contents::download(&connected, download).await,
        ImageCommand::Rm(rm) => image_rm::remove(&connected, rm, format).await,
    }
}
