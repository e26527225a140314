//! Peers of the tests that are built from their sources: `tools/go.mod` says of which version; the
//! Go module proxy has them, and `tools/go.sum` their hashes.

use crate::proc::{Task, find_program};
use crate::project::{self, read, write};
use std::path::{Path, PathBuf};
use std::time::Duration;

const LOCK: &str = "tools/go.sum";

/// From here on Go fetches the newer Go that a module asks for.
const OLDEST: u32 = 21;

fn go() -> Option<PathBuf> {
    find_program("go", &[PathBuf::from("/usr/local/go/bin")])
}

/// Whether this machine's Go can build them.
pub(crate) fn present() -> bool {
    let version = go().and_then(|go| {
        Task::new(go)
            .args(["version"])
            .limit(Duration::from_secs(30))
            .output()
            .ok()
    });
    version.is_some_and(|version| is_new_enough(&version))
}

/// `go version go1.26.8 linux/amd64`
fn is_new_enough(version: &str) -> bool {
    let mut parts = version
        .split_whitespace()
        .find_map(|word| word.strip_prefix("go1."))
        .unwrap_or_default()
        .split(|c: char| !c.is_ascii_digit());
    parts
        .next()
        .and_then(|minor| minor.parse::<u32>().ok())
        .is_some_and(|minor| minor >= OLDEST)
}

/// Builds them, unless they are in place. The tests look for them there, too.
pub(crate) fn install(root: &Path) -> Result<(), String> {
    let folder = project::target(root)?.join("xtask/go");
    let lock = read(&root.join(LOCK))?;
    let stamp = folder.join("installed.txt");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    let go = go().ok_or("there is no `go` in PATH")?;
    Task::new(go)
        .args(["build", "-trimpath", "-mod=readonly", "-o"])
        .args([folder.join("distribution3")])
        .args(["./registry3"])
        .dir(&root.join("tools"))
        .limit(Duration::from_secs(20 * 60))
        .done()?;
    write(&stamp, &lock)
}

#[cfg(test)]
mod tests {
    use super::is_new_enough;

    #[test]
    fn version_of_go_is_compared_by_number() {
        for good in [
            "go version go1.26.8 linux/amd64",
            "go version go1.21 linux/arm64",
        ] {
            assert!(is_new_enough(good), "{good}");
        }
        for bad in [
            "go version go1.19.8 linux/amd64",
            "go version devel",
            "go1.x",
            "",
        ] {
            assert!(!is_new_enough(bad), "{bad}");
        }
    }
}
