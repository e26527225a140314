//! Where things are.

use crate::proc::Task;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The folder with the workspace's `Cargo.toml`: the nearest one above the current folder.
pub(crate) fn root() -> Result<PathBuf, String> {
    let here = std::env::current_dir().map_err(|e| format!("no current folder: {e}"))?;
    here.ancestors()
        .find(|folder| {
            std::fs::read_to_string(folder.join("Cargo.toml"))
                .is_ok_and(|text| text.lines().any(|line| line.trim() == "[workspace]"))
        })
        .map(Path::to_path_buf)
        .ok_or_else(|| "run this inside the Roadstead working copy".to_owned())
}

/// What cargo says about the workspace; without network where everything is fetched already.
pub(crate) fn metadata(root: &Path) -> Result<serde_json::Value, String> {
    let ask = |offline: bool| {
        let task = Task::new("cargo")
            .args(["metadata", "--format-version", "1", "--locked"])
            .args(offline.then_some("--offline"))
            .dir(root)
            .limit(Duration::from_secs(300));
        task.output()
    };
    let text = ask(true).or_else(|_| ask(false))?;
    serde_json::from_str(&text).map_err(|e| format!("cargo metadata is not JSON: {e}"))
}

/// Cargo's target folder, which `CARGO_TARGET_DIR` may have moved.
pub(crate) fn target(root: &Path) -> Result<PathBuf, String> {
    metadata(root)?["target_directory"]
        .as_str()
        .map(PathBuf::from)
        .ok_or_else(|| "cargo metadata names no target folder".to_owned())
}

/// The files git knows, relative to the root.
pub(crate) fn files(root: &Path) -> Result<Vec<String>, String> {
    let listed = Task::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .dir(root)
        .limit(Duration::from_secs(60))
        .output()?;
    Ok(listed
        .lines()
        .filter(|file| root.join(file).is_file())
        .map(str::to_owned)
        .collect())
}

/// A fresh folder for one run, removed when dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new(what: &str) -> Result<Self, String> {
        let path = std::env::temp_dir().join(format!("rs-{what}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    std::fs::write(path, text).map_err(|e| format!("{}: {e}", path.display()))
}
