//! `cargo xtask guards`: a security guard whose removal no test notices is no guard.
//!
//! `guards/<name>.patch` removes one guard. Its first line is `# test: <package> <target> <test>`,
//! where the target is `lib`, `bin` or the name of a test program; the second says what the guard is
//! for. Each is applied to the committed state in a scratch working tree, where that test must fail.

use crate::cargo::summary;
use crate::proc::Task;
use crate::project::{self, read};
use crate::tally::clock;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

pub(crate) fn guards(arguments: &[String]) -> Result<ExitCode, String> {
    let only = match arguments {
        [] => None,
        [name] => Some(name.as_str()),
        _ => return Err("usage: cargo xtask guards [name]".to_owned()),
    };
    let (red, all) = run(&project::root()?, only)?;
    println!("guards: {red}/{all} red");
    Ok(if red == all && all > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// How many guards are proved by their tests, and how many there are.
pub(crate) fn run(root: &Path, only: Option<&str>) -> Result<(u64, u64), String> {
    let tree = Tree::add(root)?;
    let (mut red, mut all) = (0, 0);
    for patch in patches(root)? {
        let name = patch.file_stem().unwrap_or_default().to_string_lossy();
        if only.is_some_and(|only| only != name) {
            continue;
        }
        all += 1;
        let began = Instant::now();
        match tree.prove(&patch) {
            Ok(()) => {
                red += 1;
                println!("   {name}: red, {}", clock(began.elapsed()));
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

/// The test that must fail: its package, what cargo builds of that, and its full name.
#[derive(Debug, PartialEq, Eq)]
struct Proof<'a> {
    package: &'a str,
    target: &'a str,
    test: &'a str,
}

impl<'a> Proof<'a> {
    fn of(patch: &'a str) -> Option<Self> {
        let words = patch.lines().next()?.strip_prefix("# test:")?;
        let mut words = words.split_whitespace();
        let proof = Self {
            package: words.next()?,
            target: words.next()?,
            test: words.next()?,
        };
        words.next().is_none().then_some(proof)
    }

    /// Builds nothing but the program the test is in.
    fn command(&self) -> Vec<&'a str> {
        let mut arguments = vec!["test", "--locked", "--package", self.package];
        arguments.extend(match self.target {
            "lib" => ["--lib"].as_slice(),
            "bin" => &["--bins"],
            _ => &["--test"],
        });
        if !matches!(self.target, "lib" | "bin") {
            arguments.push(self.target);
        }
        arguments.extend(["--", "--exact", self.test]);
        arguments
    }
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
        tree.seed(&target.with_file_name("debug"))?;
        Ok(tree)
    }

    /// Starts with what is built already of the crates that are not ours, as links: the ones of
    /// ours lie elsewhere, so they are built anew and nothing is written over.
    fn seed(&self, built: &Path) -> Result<(), String> {
        let debug = self.target.join("debug");
        if debug.is_dir() || !built.join("deps").is_dir() {
            return Ok(());
        }
        std::fs::create_dir_all(&debug).map_err(|e| format!("{}: {e}", debug.display()))?;
        for part in ["deps", "build", ".fingerprint"] {
            let linked = Task::new("cp")
                .args(["--archive", "--link"])
                .args([built.join(part), debug.join(part)])
                .limit(Duration::from_secs(300));
            // Without them everything takes longer, and that is all.
            if linked.done().is_err() {
                let _ = std::fs::remove_dir_all(&debug);
                break;
            }
        }
        Ok(())
    }

    fn git(&self, folder: &Path, arguments: &[&str]) -> Task {
        Task::new("git")
            .args(arguments)
            .dir(folder)
            .limit(Duration::from_secs(120))
    }

    fn prove(&self, patch: &Path) -> Result<(), String> {
        let text = read(patch)?;
        let proof =
            Proof::of(&text).ok_or("its first line is not `# test: <package> <target> <test>`")?;
        self.git(&self.path, &["apply", "--whitespace=nowarn"])
            .args([patch])
            .done()
            .map_err(|said| format!("it does not apply\n{said}"))?;
        let tested = Task::new("cargo")
            .args(proof.command())
            .env("CARGO_TARGET_DIR", &self.target)
            .dir(&self.path)
            .limit(Duration::from_secs(30 * 60))
            .together();
        self.git(&self.path, &["checkout", "--quiet", "--", "."])
            .done()?;
        let tested = tested?;
        let counts = summary(&tested.log).map(|s| s.counts).unwrap_or_default();
        let test = proof.test;
        match (tested.ok, counts.failed, counts.passed) {
            (false, 1.., _) => Ok(()),
            (true, _, 0) => Err(format!("there is no test `{test}` in {}", proof.package)),
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
    use super::{Proof, patches};
    use crate::proc::Task;
    use crate::project::{read, root};

    #[test]
    fn first_line_names_package_target_and_test() {
        let proof = Proof::of("# test: roadstead-oci it redirects::sec_04\n--- a\n");
        let command = proof.expect("proof").command().join(" ");
        assert_eq!(
            command,
            "test --locked --package roadstead-oci --test it -- --exact redirects::sec_04"
        );
        assert_eq!(Proof::of("--- a/x\n+++ b/x\n"), None);
        assert_eq!(Proof::of("# test: roadstead-oci sec_04\n"), None);
    }

    #[test]
    fn every_patch_applies_and_names_its_test() {
        let root = root().expect("root");
        for patch in patches(&root).expect("patches") {
            let text = read(&patch).expect("text");
            assert!(Proof::of(&text).is_some(), "{}", patch.display());
            let applied = Task::new("git")
                .args(["apply", "--check"])
                .args([&patch])
                .dir(&root);
            applied.done().expect("applies");
        }
    }
}
