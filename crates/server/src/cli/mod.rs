//! The command line.

mod admin;
mod serve;
mod user;

use crate::config::Config;
use crate::print_line;
use crate::start_error::StartError;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// One place to manage container registries.
#[derive(Parser)]
#[command(name = "roadstead", version)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs Roadstead.
    Serve(Settings),
    /// Shows the configuration in effect; secrets as `set` or `unset`.
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// What only the host may do.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Helps people in, from the host.
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Prints the API's description.
    Openapi {
        /// Prints the page of error codes instead.
        #[arg(long)]
        errors_page: bool,
    },
}

#[derive(Subcommand)]
enum ConfigCommand {
    /// Prints every key with its value and where it comes from.
    Show(Settings),
}

#[derive(Subcommand)]
enum AdminCommand {
    /// Prints a link to make the first administrator with.
    SetupLink(Settings),
}

#[derive(Subcommand)]
enum UserCommand {
    /// Prints a link with which somebody sets a new password.
    ResetLink {
        /// Their name.
        name: String,
        #[command(flatten)]
        settings: Settings,
    },
}

/// Where settings come from besides environment and defaults.
#[derive(Args)]
pub(crate) struct Settings {
    /// The configuration file; `roadstead.toml` here when it is there.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Sets one key: `--set server.listen=0.0.0.0:8470`. May be repeated.
    #[arg(long, value_name = "KEY=VALUE")]
    set: Vec<String>,
}

impl Settings {
    fn load(&self) -> Result<Config, StartError> {
        // A variable that is no text cannot be one of ours.
        let environment = std::env::vars_os()
            .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
            .collect();
        Config::load(self.config.as_deref(), &self.set, &environment)
    }
}

impl Cli {
    /// Does what was asked.
    pub(crate) fn run(self) -> Result<(), StartError> {
        match self.command {
            Command::Serve(settings) => in_runtime(serve::serve(settings.load()?))?,
            Command::Config {
                command: ConfigCommand::Show(settings),
            } => {
                print_line(settings.load()?.show().trim_end());
                Ok(())
            }
            Command::Admin {
                command: AdminCommand::SetupLink(settings),
            } => in_runtime(admin::setup_link(settings.load()?))?,
            Command::User {
                command: UserCommand::ResetLink { name, settings },
            } => in_runtime(user::reset_link(&name, settings.load()?))?,
            Command::Openapi { errors_page } => {
                let text = if errors_page {
                    roadstead_http::errors_page()
                } else {
                    roadstead_http::openapi_json().map_err(StartError::Other)?
                };
                print_line(text.trim_end());
                Ok(())
            }
        }
    }
}

fn in_runtime<T>(work: impl Future<Output = T>) -> Result<T, StartError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|e| StartError::Other(format!("cannot start: {e}")))?;
    Ok(runtime.block_on(work))
}
