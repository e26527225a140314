//! `cargo xtask guards`: a security guard whose removal no test notices is no guard.
//!
//! `guards/<name>.patch` removes one guard. Its first line is `# test: <package> <test>`. Each is
//! applied to the committed state in a scratch working tree, where that test must fail.

use crate::cargo::summary;
use crate::proc::Task;
use crate::project::{self, read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

pub(crate) fn guards() -> Result<ExitCode, String> {
    let (red, all) = run(&project::root()?)?;
    println!("guards: {red}/{all} red");
    Ok(if red == all {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// How many guards are proved by their tests, and how many there are.
pub(crate) fn run(root: &Path) -> Result<(u64, u64), String> {
    let tree = Tree::add(root)?;
    let (mut red, mut all) = (0, 0);
    for patch in patches(root)? {
        all += 1;
        let name = patch.file_stem().unwrap_or_default().to_string_lossy();
        match tree.prove(&patch) {
            Ok(()) => {
                red += 1;
                println!("   {name}: red");
            }
            Err(why) => println!("   {name}: NOT RED: {why}"),
        }
    }
    Ok((red, all))
}

fn patches(root: &Path) -> Result<Vec<PathBuf>, String> {
    let folder = root.join("guards");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(&folder).map_err(|e| e.to_string())?;
    let mut found: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "patch"))
        .collect();
    found.sort();
    Ok(found)
}

/// Package and test of a patch.
fn test_of(patch: &str) -> Option<(&str, &str)> {
    let words = patch.lines().next()?.strip_prefix("# test:")?.trim();
    let (package, test) = words.split_once(' ')?;
    Some((package, test.trim()))
}

/// A working tree of the committed state, beside ours.
struct Tree {
    root: PathBuf,
    path: PathBuf,
    target: PathBuf,
}

impl Tree {
    fn add(root: &Path) -> Result<Self, String> {
        let target = project::target(root)?.join("guards");
        let tree = Self {
            root: root.to_owned(),
            path: target.join("tree"),
            target: target.join("target"),
        };
        tree.remove();
        tree.git(root, &["worktree", "add", "--detach", "--force"])
            .args([&tree.path])
            .args(["HEAD"])
            .done()?;
        Ok(tree)
    }

    fn git(&self, folder: &Path, arguments: &[&str]) -> Task {
        Task::new("git")
            .args(arguments)
            .dir(folder)
            .limit(Duration::from_secs(120))
    }

    fn prove(&self, patch: &Path) -> Result<(), String> {
        let text = read(patch)?;
        let (package, test) = test_of(&text).ok_or("its first line is not `# test: ...`")?;
        self.git(&self.path, &["apply", "--whitespace=nowarn"])
            .args([patch])
            .done()
            .map_err(|said| format!("it does not apply\n{said}"))?;
        let tested = Task::new("cargo")
            .args(["test", "--locked", "--package", package, "--", test])
            .env("CARGO_TARGET_DIR", &self.target)
            .dir(&self.path)
            .limit(Duration::from_secs(30 * 60))
            .together();
        self.git(&self.path, &["checkout", "--quiet", "--", "."])
            .done()?;
        let tested = tested?;
        let counts = summary(&tested.log).map(|s| s.counts).unwrap_or_default();
        match (tested.ok, counts.failed, counts.passed) {
            (false, 1.., _) => Ok(()),
            (true, _, 0) => Err(format!("there is no test `{test}` in {package}")),
            (true, _, _) => Err(format!("`{test}` passes without the guard")),
            (false, 0, _) => Err(format!("it does not build\n{}", tested.log)),
        }
    }

    fn remove(&self) {
        let _ = self
            .git(&self.root, &["worktree", "remove", "--force"])
            .args([&self.path])
            .run();
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        self.remove();
    }
}

#[cfg(test)]
mod tests {
    use super::test_of;

    #[test]
    fn first_line_names_package_and_test() {
        assert_eq!(
            test_of("# test: roadstead-oci sec_03_redirect\n--- a\n"),
            Some(("roadstead-oci", "sec_03_redirect"))
        );
        assert_eq!(test_of("--- a/x\n+++ b/x\n"), None);
    }
}
