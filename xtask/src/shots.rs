//! `cargo xtask shots`: pictures of every screen in both themes and languages, wide and narrow.

use crate::{cargo, deb, npm, project};
use std::process::ExitCode;
use std::time::Duration;

pub(crate) fn shots() -> Result<ExitCode, String> {
    let root = project::root()?;
    deb::node()?;
    npm::build_console(&root)?;
    let e2e = root.join("e2e");
    npm::install(&e2e)?;
    let server = cargo::build_server(&root)?;
    let folder = project::target(&root)?.join("shots");
    // What an earlier version of the console showed must not be looked at again.
    if folder.exists() {
        std::fs::remove_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    npm::script(&e2e, "shots")
        .env("ROADSTEAD_TEST_BINARY", server)
        .env("ROADSTEAD_TEST_SHOTS", &folder)
        .limit(Duration::from_secs(20 * 60))
        .done()?;
    let taken = std::fs::read_dir(&folder).map_or(0, Iterator::count);
    println!("shots: {taken} in {}", folder.display());
    Ok(ExitCode::SUCCESS)
}
