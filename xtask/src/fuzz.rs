//! `cargo xtask fuzz`: the decoders of a registry's bytes under cargo-fuzz, or, with the stable
//! compiler, on seeded mutations.

use crate::proc::Task;
use crate::project;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

const USAGE: &str = "\
usage: cargo xtask fuzz [target] [--seconds n]      under cargo-fuzz: 600 seconds each
       cargo xtask fuzz [target] --mutations n [--seed n]   seeded mutations, n executions each";

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Wish {
    target: Option<String>,
    seconds: Option<u64>,
    mutations: Option<u64>,
    seed: Option<u64>,
}

impl Wish {
    fn read(arguments: &[String]) -> Result<Self, String> {
        let mut wish = Self::default();
        let mut rest = arguments.iter();
        while let Some(word) = rest.next() {
            let place = match word.as_str() {
                "--seconds" => &mut wish.seconds,
                "--mutations" => &mut wish.mutations,
                "--seed" => &mut wish.seed,
                name if !name.starts_with('-') && wish.target.is_none() => {
                    wish.target = Some(name.to_owned());
                    continue;
                }
                _ => return Err(USAGE.to_owned()),
            };
            let number = rest.next().and_then(|text| text.parse().ok());
            *place = Some(number.filter(|n| *n > 0).ok_or(USAGE)?);
        }
        if wish.seconds.is_some() && wish.mutations.is_some()
            || wish.seed.is_some() && wish.mutations.is_none()
        {
            return Err(USAGE.to_owned());
        }
        Ok(wish)
    }
}

pub(crate) fn fuzz(arguments: &[String]) -> Result<ExitCode, String> {
    let wish = Wish::read(arguments)?;
    let root = project::root()?;
    let targets = targets(&root)?;
    if let Some(name) = &wish.target
        && !targets.contains(name)
    {
        return Err(format!("the targets are: {}", targets.join(", ")));
    }
    match wish.mutations {
        Some(executions) => mutate(&root, &wish, executions),
        None => under_fuzzer(&root, &wish, &targets),
    }
}

/// The names of the fuzzer's targets; a test holds them against the decoders.
fn targets(root: &Path) -> Result<Vec<String>, String> {
    let folder = root.join("fuzz/fuzz_targets");
    let entries = std::fs::read_dir(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter_map(|file| file.strip_suffix(".rs").map(str::to_owned))
        .collect();
    names.sort();
    Ok(names)
}

fn mutate(root: &Path, wish: &Wish, executions: u64) -> Result<ExitCode, String> {
    let target = wish.target.as_deref().unwrap_or("all");
    let seed = wish.seed.unwrap_or(1).to_string();
    let ran = Task::new("cargo")
        .args(["run", "--quiet", "--locked", "--package", "roadstead-oci"])
        .args(["--features", "fuzz", "--example", "mutate", "--"])
        .args([&executions.to_string(), target, &seed])
        .dir(root)
        .limit(Duration::from_secs(6 * 3_600))
        .together()?;
    print!("{}", ran.log);
    Ok(if ran.ok {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn under_fuzzer(root: &Path, wish: &Wish, targets: &[String]) -> Result<ExitCode, String> {
    let missing = missing();
    if !missing.is_empty() {
        for what in missing {
            println!("SKIPPED: {what}");
        }
        println!("With the stable compiler: cargo xtask fuzz --mutations 1000000");
        return Ok(ExitCode::from(3));
    }
    let seconds = wish.seconds.unwrap_or(600);
    let mut failed = false;
    for name in targets {
        if wish.target.as_ref().is_some_and(|wanted| wanted != name) {
            continue;
        }
        let ran = Task::new("cargo")
            .args(["+nightly", "fuzz", "run", name, "--"])
            .args([format!("-max_total_time={seconds}")])
            .dir(root)
            .limit(Duration::from_secs(seconds + 1_800))
            .together()?;
        // The fuzzer's last words say how often it ran.
        let done = ran.log.lines().rev().find(|line| line.starts_with("Done "));
        match done {
            Some(done) if ran.ok => println!("{name}: {done}"),
            _ => {
                failed = true;
                println!("{name}: FAILED\n{}", ran.log);
            }
        }
    }
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

/// What a fuzzer would need and is not here.
fn missing() -> Vec<&'static str> {
    let answers = |arguments: &[&str]| {
        Command::new("cargo")
            .args(arguments)
            .output()
            .is_ok_and(|output| output.status.success())
    };
    let mut missing = Vec::new();
    if !answers(&["+nightly", "--version"]) {
        missing.push("there is no nightly compiler (`rustup toolchain install nightly`)");
    }
    if !answers(&["fuzz", "--version"]) {
        missing.push("there is no cargo-fuzz (`cargo install cargo-fuzz`)");
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::{Wish, targets};
    use crate::project::{read, root};

    fn wish(text: &str) -> Result<Wish, String> {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        Wish::read(&words)
    }

    #[test]
    fn wishes_are_read_and_contradictions_refused() {
        assert_eq!(wish(""), Ok(Wish::default()));
        let mutations = wish("list --mutations 5 --seed 7").expect("wish");
        assert_eq!(mutations.target.as_deref(), Some("list"));
        assert_eq!((mutations.mutations, mutations.seed), (Some(5), Some(7)));
        assert_eq!(wish("--seconds 60").expect("wish").seconds, Some(60));
        for bad in [
            "--mutations",
            "--mutations x",
            "--mutations 0",
            "--seconds 1 --mutations 1",
            "--seed 3",
            "a b",
            "--what",
        ] {
            assert!(wish(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn fuzzer_has_the_targets_that_there_are() {
        let root = root().expect("root");
        let source = read(&root.join("crates/oci/src/targets.rs")).expect("source");
        let mut named: Vec<String> = source
            .lines()
            .filter_map(|line| line.trim().strip_prefix("name: \"")?.strip_suffix("\","))
            .map(str::to_owned)
            .collect();
        named.sort();
        assert!(!named.is_empty());
        assert_eq!(targets(&root).expect("targets"), named);
        let manifest = read(&root.join("fuzz/Cargo.toml")).expect("manifest");
        for name in named {
            assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        }
    }
}
