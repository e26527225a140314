//! `cargo xtask guards`: a security guard whose removal no test notices is no guard.
//!
//! `guards/<name>.patch` removes one guard. Its first line is `# test: <package> <target> <test>`,
//! where the target is `lib`, `bin` or the name of a test program; the second says what the guard is
//! for. A guard of the console has `# test: console vitest <file> <name>`, where the name is the whole
//! name of a test or of a group. Each is applied to the committed state in a scratch working tree,
//! where that test must fail.

use crate::cargo::summary;
use crate::npm;
use crate::proc::Task;
use crate::project::{self, read};
use crate::tally::{Counts, clock};
use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
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

/// Trees at once: building one crate and linking one program keeps about one processor busy.
const TREES: usize = 2;

/// How many guards are proved by their tests, and how many there are.
pub(crate) fn run(root: &Path, only: Option<&str>) -> Result<(u64, u64), String> {
    let mut chosen = Vec::new();
    for patch in patches(root)? {
        if only.is_none_or(|only| patch.file_stem().is_some_and(|name| name == only)) {
            chosen.push((patched(&read(&patch)?), patch));
        }
    }
    // Neighbours are of the same crate, which is then built once for both.
    chosen.sort();
    let all = chosen.len();
    let count = TREES.min(all);
    let trees = (0..count)
        .map(|n| Tree::add(root, n))
        .collect::<Result<Vec<_>, _>>()?;
    let left = Mutex::new(VecDeque::from(chosen));
    let red = AtomicU64::new(0);
    std::thread::scope(|scope| {
        for (n, tree) in trees.iter().enumerate() {
            let (left, red) = (&left, &red);
            scope.spawn(move || {
                while let Some(patch) = next(left, n) {
                    let name = patch.file_stem().unwrap_or_default().to_string_lossy();
                    let began = Instant::now();
                    match tree.prove(&patch) {
                        Ok(()) => {
                            red.fetch_add(1, Ordering::Relaxed);
                            println!("   {name}: red, {}", clock(began.elapsed()));
                        }
                        Err(why) => println!("   {name}: NOT RED: {why}"),
                    }
                }
            });
        }
    });
    Ok((
        red.into_inner(),
        u64::try_from(all).map_err(|e| e.to_string())?,
    ))
}

/// From both ends, so that each tree keeps to its crates.
fn next(left: &Mutex<VecDeque<(String, PathBuf)>>, tree: usize) -> Option<PathBuf> {
    let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
    let next = if tree.is_multiple_of(2) {
        left.pop_front()
    } else {
        left.pop_back()
    };
    next.map(|(_, patch)| patch)
}

/// The first file a patch changes.
fn patched(patch: &str) -> String {
    let file = patch.lines().find_map(|line| line.strip_prefix("+++ b/"));
    file.unwrap_or_default().to_owned()
}

fn patches(root: &Path) -> Result<Vec<PathBuf>, String> {
    let folder = root.join("guards");
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = files(&folder)?;
    found.retain(|path| path.extension().is_some_and(|e| e == "patch"));
    found.sort();
    Ok(found)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

/// The test that must fail.
#[derive(Debug, PartialEq, Eq)]
enum Proof<'a> {
    /// Its package, what cargo builds of that, and its full name.
    Cargo {
        package: &'a str,
        target: &'a str,
        test: &'a str,
    },
    /// A test of the console: its file below `console/`, and its name or that of its group.
    Vitest { file: &'a str, test: &'a str },
}

impl<'a> Proof<'a> {
    fn of(patch: &'a str) -> Option<Self> {
        let words = patch.lines().next()?.strip_prefix("# test:")?.trim();
        if let Some(words) = words.strip_prefix("console vitest ") {
            let (file, test) = words.split_once(' ')?;
            return Some(Self::Vitest { file, test });
        }
        let mut words = words.split_whitespace();
        let proof = Self::Cargo {
            package: words.next()?,
            target: words.next()?,
            test: words.next()?,
        };
        words.next().is_none().then_some(proof)
    }

    fn test(&self) -> &'a str {
        match self {
            Self::Cargo { test, .. } | Self::Vitest { test, .. } => test,
        }
    }

    /// Runs it in a tree. Builds nothing but the program the test is in.
    fn run(&self, tree: &Tree) -> Result<(bool, Counts, String), String> {
        match self {
            Self::Cargo {
                package,
                target,
                test,
            } => {
                let tested = Task::new("cargo")
                    .args(cargo_arguments(package, target, test))
                    .env("CARGO_TARGET_DIR", &tree.target)
                    .dir(&tree.path)
                    .limit(Duration::from_secs(30 * 60))
                    .together()?;
                let counts = summary(&tested.log).map(|s| s.counts).unwrap_or_default();
                Ok((tested.ok, counts, tested.log))
            }
            Self::Vitest { file, test } => {
                let report = tree.target.join("vitest.json");
                let tested = npm::some_unit_tests(&tree.path, &report, &["run", file, "-t", test])?;
                Ok((tested.ok, tested.counts, tested.log))
            }
        }
    }
}

fn cargo_arguments<'a>(package: &'a str, target: &'a str, test: &'a str) -> Vec<&'a str> {
    let mut arguments = vec!["test", "--locked", "--package", package];
    arguments.extend(match target {
        "lib" => ["--lib"].as_slice(),
        "bin" => &["--bins"],
        _ => &["--test"],
    });
    if !matches!(target, "lib" | "bin") {
        arguments.push(target);
    }
    arguments.extend(["--", "--exact", test]);
    arguments
}

/// A working tree of the committed state, beside ours.
struct Tree {
    root: PathBuf,
    path: PathBuf,
    target: PathBuf,
}

impl Tree {
    fn add(root: &Path, n: usize) -> Result<Self, String> {
        let target = project::target(root)?.join("guards").join(n.to_string());
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
        tree.seed(&project::target(root)?.join("debug"))?;
        Ok(tree)
    }

    /// Starts with what is built already of the crates that are not ours, as links. What cargo knows
    /// a build by is copied: it names ours as it does in every tree and writes those files in place,
    /// so that with links one tree would take another's build for its own.
    fn seed(&self, built: &Path) -> Result<(), String> {
        let debug = self.target.join("debug");
        if debug.is_dir() || !built.join("deps").is_dir() {
            return Ok(());
        }
        std::fs::create_dir_all(&debug).map_err(|e| format!("{}: {e}", debug.display()))?;
        // Without them everything takes longer, and that is all.
        if Self::seed_from(built, &debug).is_err() {
            let _ = std::fs::remove_dir_all(&debug);
        }
        Ok(())
    }

    fn seed_from(built: &Path, debug: &Path) -> Result<(), String> {
        let copy = |part: &str, how: &[&str]| {
            Task::new("cp")
                .args(how)
                .args([built.join(part), debug.join(part)])
                .limit(Duration::from_secs(300))
                .done()
        };
        copy(".fingerprint", &["--archive"])?;
        copy("build", &["--archive"])?;
        copy("deps", &["--archive", "--link"])?;
        // Lists of what each crate was made of; few bytes, written in place as well.
        for file in files(&built.join("deps"))? {
            let name = file.file_name().unwrap_or_default();
            if file.extension().is_some_and(|end| end == "d") {
                let own = debug.join("deps").join(name);
                std::fs::remove_file(&own).map_err(|e| format!("{}: {e}", own.display()))?;
                std::fs::copy(&file, &own).map_err(|e| format!("{}: {e}", own.display()))?;
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
        let tested = proof.run(self);
        self.git(&self.path, &["checkout", "--quiet", "--", "."])
            .done()?;
        let (ok, counts, log) = tested?;
        let test = proof.test();
        match (ok, counts.failed, counts.passed) {
            (false, 1.., _) => Ok(()),
            (true, _, 0) => Err(format!("there is no test `{test}`")),
            (true, _, _) => Err(format!("`{test}` passes without the guard")),
            (false, 0, _) => Err(format!("it does not build\n{log}")),
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
    use super::{Proof, cargo_arguments, next, patched, patches};
    use crate::proc::Task;
    use crate::project::{read, root};
    use std::collections::VecDeque;
    use std::path::PathBuf;
    use std::sync::Mutex;

    #[test]
    fn first_line_names_package_target_and_test() {
        let proof = Proof::of("# test: roadstead-oci it redirects::sec_04\n--- a\n");
        let Some(Proof::Cargo {
            package,
            target,
            test,
        }) = proof
        else {
            panic!("{proof:?}");
        };
        assert_eq!(
            cargo_arguments(package, target, test).join(" "),
            "test --locked --package roadstead-oci --test it -- --exact redirects::sec_04"
        );
        assert_eq!(Proof::of("--- a/x\n+++ b/x\n"), None);
        assert_eq!(Proof::of("# test: roadstead-oci sec_04\n"), None);
        assert_eq!(Proof::of("# test: roadstead-oci it sec_04 more\n"), None);
    }

    #[test]
    fn trees_take_from_both_ends_what_is_sorted_by_file() {
        assert_eq!(
            patched("# test: x\n--- a/b.rs\n+++ b/c/b.rs\n@@\n"),
            "c/b.rs"
        );
        let all = ["a", "b", "c"].map(|name| (name.to_owned(), PathBuf::from(name)));
        let left = Mutex::new(VecDeque::from(all));
        let taken = [0, 1, 0, 1].map(|tree| next(&left, tree));
        let path = |name: &str| Some(PathBuf::from(name));
        assert_eq!(taken, [path("a"), path("c"), path("b"), None]);
    }

    #[test]
    fn test_of_the_console_is_named_by_file_and_whole_name() {
        assert_eq!(
            Proof::of(
                "# test: console vitest src/lib/x.test.ts sec_11 leads nowhere else\n--- a\n"
            ),
            Some(Proof::Vitest {
                file: "src/lib/x.test.ts",
                test: "sec_11 leads nowhere else"
            })
        );
        assert_eq!(
            Proof::of("# test: console vitest src/lib/x.test.ts\n"),
            None
        );
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
