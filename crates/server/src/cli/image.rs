//! `roadstead image`: what registries hold, by the public API.

use super::image_rm;
use super::output::Format;
use super::remote::{AFTER_HELP, Remote};
use super::trouble::Trouble;
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
        ImageCommand::Rm(rm) => image_rm::remove(&connected, rm, format).await,
    }
}
