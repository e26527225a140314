//! The command line.

mod admin;
mod backup;
mod completions;
mod health_strip;
mod image;
mod image_contents;
mod image_describe;
mod image_documents;
mod image_reference;
mod image_rm;
mod image_view;
mod key;
mod login;
mod logins;
mod output;
mod registry;
mod registry_args;
mod registry_rm;
mod registry_test;
mod registry_view;
mod remote;
mod secret_input;
mod serve;
mod trouble;
mod user;
mod verify;

pub(crate) use trouble::Trouble;

use crate::config::Config;
use crate::print_line;
use crate::start_error::StartError;
use clap::{Args, Parser, Subcommand};
use roadstead_store::DataDir;
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
    /// The master key that stored credentials are sealed with.
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Copies the embedded database into a new directory; Roadstead may go on running.
    ///
    /// The copy holds everything that was acknowledged before it began. The master key is not in
    /// it: keep a copy of that elsewhere, because the credentials cannot be opened without it.
    Backup {
        /// The directory to make.
        target: PathBuf,
        /// Puts the master key into the backup, which then opens every credential in it.
        #[arg(long)]
        with_master_key: bool,
        #[command(flatten)]
        settings: Settings,
    },
    /// Puts a backup into an empty data directory.
    ///
    /// Checksums and schema are checked first. Everybody must sign in again, and the installation
    /// is marked as restored.
    Restore {
        /// The directory that `roadstead backup` made.
        source: PathBuf,
        #[command(flatten)]
        settings: Settings,
    },
    /// Checks database, audit log, change feed and every sealed credential; changes nothing.
    ///
    /// Exit code 0: all is well. 1: something is wrong, and is named. 78: this version or this
    /// configuration cannot look.
    Verify {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: Settings,
    },
    /// Helps people in, from the host.
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Signs in to a server, for the commands below.
    ///
    /// With a password this opens a session, which ends after 12 hours without use. What is kept is
    /// readable by you alone.
    Login(login::LoginArgs),
    /// Signs out, here and on the server.
    Logout(login::LogoutArgs),
    /// Integrated registries.
    Registry(registry::RegistryArgs),
    /// What registries hold.
    Image(image::ImageArgs),
    /// Prints a script with which a shell completes this program's commands.
    Completions {
        /// The shell.
        shell: completions::Shell,
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
enum KeyCommand {
    /// Seals everything under a new master key; run again, it finishes what was interrupted.
    ///
    /// Embedded database: stop Roadstead first; the new key is made and takes the old one's place
    /// in the data directory. PostgreSQL: Roadstead goes on running; give every replica the new
    /// key as ROADSTEAD_SECURITY_MASTER_KEY and the old one as ROADSTEAD_SECURITY_MASTER_KEY_PREVIOUS,
    /// then run this with the same two. Keep the old key as long as backups made under it.
    Rotate(Settings),
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
            Command::Key {
                command: KeyCommand::Rotate(settings),
            } => in_runtime(key::rotate(settings.load()?))?,
            Command::Backup {
                target,
                with_master_key,
                settings,
            } => in_runtime(backup::backup(settings.load()?, target, with_master_key))?,
            Command::Restore { source, settings } => {
                in_runtime(backup::restore(settings.load()?, source))?
            }
            Command::Verify { json, settings } => {
                in_runtime(verify::verify(settings.load()?, json))?
            }
            Command::User {
                command: UserCommand::ResetLink { name, settings },
            } => in_runtime(user::reset_link(&name, settings.load()?))?,
            Command::Login(args) => Ok(in_runtime(login::login(args))??),
            Command::Logout(args) => Ok(in_runtime(login::logout(args))??),
            Command::Registry(args) => Ok(in_runtime(registry::run(args))??),
            Command::Image(args) => Ok(in_runtime(image::run(args))??),
            Command::Completions { shell } => {
                completions::print(shell);
                Ok(())
            }
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

/// A command for an installation that exists must not make one.
fn refuse_missing_database(config: &Config) -> Result<(), StartError> {
    let path = DataDir::database_in(&config.data_dir);
    if path.exists() {
        return Ok(());
    }
    Err(StartError::Other(format!(
        "there is no database in {}; check data.dir",
        config.data_dir.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::{Arg, ArgAction, Command, CommandFactory as _};

    /// Every argument that takes a value, by its name. Whoever adds one says here that no secret
    /// fits it: other accounts of the machine can read command lines.
    const WITH_VALUE: &[&str] = &[
        "address",
        "ca_file",
        "config",
        "confirm",
        "cursor",
        "description",
        "file",
        "document",
        "health",
        "image",
        "kind",
        "limit",
        "name",
        "output",
        "prefixes",
        "repositories",
        "owner",
        "password_file",
        "registry",
        "search",
        "server",
        "server_ca_file",
        "set",
        "shell",
        "sort",
        "source",
        "target",
        "text",
        "to",
        "token_file",
        "username",
        "workspace",
        "yes",
    ];

    fn arguments(command: &Command, found: &mut Vec<Arg>) {
        found.extend(command.get_arguments().cloned());
        for command in command.get_subcommands() {
            arguments(command, found);
        }
    }

    #[test]
    fn command_tree_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn sec_09_no_argument_takes_a_secret() {
        let mut found = Vec::new();
        arguments(&Cli::command(), &mut found);
        assert!(found.len() > 40, "the whole tree is looked at");
        for argument in found {
            let name = argument.get_id().as_str();
            let takes_value = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append);
            if !takes_value {
                continue;
            }
            assert!(WITH_VALUE.contains(&name), "{name} is new");
            let secret = ["password", "token", "secret", "credential", "key"];
            let about_secret = secret.iter().any(|word| name.contains(word));
            assert!(
                !about_secret || name.ends_with("_file"),
                "{name} takes a secret"
            );
            // clap would print the value of such a variable in its help.
            assert!(
                argument.get_env().is_none(),
                "{name} comes from the environment"
            );
        }
    }
}
