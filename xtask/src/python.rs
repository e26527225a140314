//! The Python environment of the contract test, exactly as `tools/requirements.txt` says.

use crate::proc::Task;
use crate::project::{self, read, write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOCK: &str = "tools/requirements.txt";

fn folder(root: &Path) -> Result<PathBuf, String> {
    Ok(project::target(root)?.join("xtask/python"))
}

/// Installs it, unless it is in place. Every file is checked against its hash.
pub(crate) fn install(root: &Path) -> Result<(), String> {
    let folder = folder(root)?;
    let lock = read(&root.join(LOCK))?;
    let stamp = folder.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let limit = Duration::from_secs(10 * 60);
    Task::new("python3")
        .args(["-m", "venv", "--clear"])
        .args([&folder])
        .limit(limit)
        .done()?;
    Task::new(folder.join("bin/python"))
        .args(["-m", "pip", "install", "--quiet", "--no-input"])
        .args([
            "--disable-pip-version-check",
            "--require-hashes",
            "--requirement",
            LOCK,
        ])
        .dir(root)
        .limit(limit)
        .done()?;
    write(&stamp, &lock)
}

/// Whether this machine's Python can make environments.
pub(crate) fn present() -> bool {
    Task::new("python3")
        .args(["-c", "import ensurepip, venv"])
        .limit(Duration::from_secs(30))
        .output()
        .is_ok()
}

/// A program of ours, to be run in it.
pub(crate) fn script(root: &Path, file: &str) -> Result<Task, String> {
    Ok(Task::new(folder(root)?.join("bin/python"))
        .args([root.join(file)])
        .dir(root))
}
