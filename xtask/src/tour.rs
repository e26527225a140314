//! `cargo xtask tour`: the README's fences marked `sh tour`, run as they stand.

use crate::peers::roadstead::Roadstead;
use crate::proc::{Task, find_program};
use crate::project::{self, Scratch, read, write};
use crate::{cargo, deb, npm};
use std::net::TcpListener;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

/// How far the tour came.
pub(crate) struct Walk {
    pub(crate) done: u64,
    pub(crate) steps: u64,
    pub(crate) output: String,
}

pub(crate) fn tour() -> Result<ExitCode, String> {
    let root = project::root()?;
    for program in ["bash", "curl", "jq", "skopeo", "docker-registry"] {
        find_program(program, &[]).ok_or_else(|| {
            format!("the tour needs `{program}`; on Debian: apt-get install {program}")
        })?;
    }
    deb::node()?;
    npm::build_console(&root)?;
    let walk = walk(&root, &cargo::build_server(&root)?)?;
    print!("{}", walk.output);
    println!("tour: {}/{}", walk.done, walk.steps);
    Ok(if walk.done == walk.steps {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Walks it against a fresh server of this program.
pub(crate) fn walk(root: &Path, program: &Path) -> Result<Walk, String> {
    let fences = fences(&read(&root.join("README.md"))?);
    if fences.is_empty() {
        return Err("README.md has no fence marked `sh tour`".to_owned());
    }
    let server = Roadstead::start(program)?;
    let folder = Scratch::new("tour")?;
    let script = folder.path().join("tour.sh");
    write(&script, &script_of(&fences))?;
    // The command line of this very program comes before any other of that name.
    let mut path = program.parent().unwrap_or(root).as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let ended = Task::new("bash")
        .args([&script])
        .dir(folder.path())
        .env("PATH", path)
        .env("ROADSTEAD_URL", &server.url)
        .env("SETUP_TOKEN", &server.setup_token)
        .env("REGISTRY", free_address()?)
        .limit(Duration::from_secs(300))
        .together()?;
    let done = ended.log.lines().filter(|l| l.starts_with(DONE)).count() as u64;
    let said: Vec<&str> = ended
        .log
        .lines()
        .filter(|line| !line.starts_with(DONE))
        .collect();
    let steps = fences.len() as u64;
    Ok(Walk {
        // The last step counts only when the whole script ended well.
        done: if ended.ok { done } else { done.min(steps - 1) },
        steps,
        output: said.join("\n") + "\n",
    })
}

const DONE: &str = "tour step done: ";

/// One script, because what a step sets or defines the next ones use. Whatever a step leaves
/// running ends with the script, also when the script is killed from outside.
fn script_of(fences: &[String]) -> String {
    let mut script = String::from(
        "set -euo pipefail\n\
         trap 'for job in $(jobs -p); do kill \"$job\" 2>/dev/null || true; done' EXIT\n",
    );
    for (number, fence) in fences.iter().enumerate() {
        script += fence;
        script += &format!("echo '{DONE}{}'\n", number + 1);
    }
    script
}

/// The text of every fence marked `sh tour`.
fn fences(markdown: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Option<String> = None;
    for line in markdown.lines() {
        match &mut open {
            None if line.trim_end() == "```sh tour" => open = Some(String::new()),
            None => {}
            Some(_) if line.trim_end() == "```" => found.extend(open.take()),
            Some(text) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    found
}

/// An address nobody listens on at this moment.
fn free_address() -> Result<String, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
    let address = listener.local_addr().map_err(|e| e.to_string())?;
    Ok(address.to_string())
}

#[cfg(test)]
mod tests {
    use super::{fences, script_of};
    use crate::proc::Task;

    #[test]
    fn only_marked_fences_are_steps() {
        let text = "a\n```sh\nno\n```\n```sh tour\none\ntwo\n```\n```text\nno\n```\n```sh tour\nthree\n```\n";
        assert_eq!(fences(text), ["one\ntwo\n", "three\n"]);
    }

    #[test]
    fn script_stops_at_the_first_failing_step() {
        let script = script_of(&[
            "x=1\n".to_owned(),
            "test $x = 2\n".to_owned(),
            "echo no\n".to_owned(),
        ]);
        let ended = Task::new("bash")
            .args(["-c", &script])
            .together()
            .expect("bash");
        assert!(!ended.ok);
        assert_eq!(ended.log, "tour step done: 1\n");
    }
}
