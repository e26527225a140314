//! `cargo xtask run`: console and server built, Roadstead started for one person at a keyboard.

use crate::peers::roadstead::LOOPBACK;
use crate::proc::Task;
use crate::{cargo, deb, npm, project};
use std::os::unix::process::CommandExt as _;
use std::process::ExitCode;

pub(crate) fn run(arguments: &[String]) -> Result<ExitCode, String> {
    let root = project::root()?;
    deb::node()?;
    npm::build_console(&root)?;
    let server = cargo::build_server(&root)?;
    let mut task = Task::new(server).args(["serve"]).args(arguments).dir(&root);
    if std::env::var_os("ROADSTEAD_OUTBOUND_ALLOW").is_none() {
        println!(
            "Registries on this machine may be integrated (ROADSTEAD_OUTBOUND_ALLOW={LOOPBACK})."
        );
        task = task.env("ROADSTEAD_OUTBOUND_ALLOW", LOOPBACK);
    }
    // The server takes our place, so that it alone hears Ctrl-C.
    let failure = task.command().exec();
    Err(format!("the server does not start: {failure}"))
}
