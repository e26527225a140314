//! `roadstead completions`: what a shell needs to complete this program's commands.

use super::Cli;
use crate::print_line;
use clap::{CommandFactory as _, ValueEnum};
use clap_complete::shells;

/// The shells there is a script for.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Shell {
    /// GNU Bash.
    Bash,
    /// Z shell.
    Zsh,
    /// fish.
    Fish,
}

/// Prints the script.
pub(super) fn print(shell: Shell) {
    let mut command = Cli::command();
    let name = command.get_name().to_owned();
    let mut script = Vec::new();
    match shell {
        Shell::Bash => clap_complete::generate(shells::Bash, &mut command, name, &mut script),
        Shell::Zsh => clap_complete::generate(shells::Zsh, &mut command, name, &mut script),
        Shell::Fish => clap_complete::generate(shells::Fish, &mut command, name, &mut script),
    }
    print_line(String::from_utf8_lossy(&script).trim_end());
}
