//! Running other programs: to their end within a time limit, or on a leash.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

static DEADLINE: OnceLock<Instant> = OnceLock::new();

/// From now on no program may run longer than until `limit` has passed.
pub(crate) fn everything_ends_within(limit: Duration) {
    let _ = DEADLINE.set(Instant::now() + limit);
}

/// One program to run.
pub(crate) struct Task {
    program: OsString,
    arguments: Vec<OsString>,
    folder: Option<PathBuf>,
    environment: Vec<(OsString, OsString)>,
    limit: Duration,
}

/// How it ended.
pub(crate) struct Ended {
    pub(crate) ok: bool,
    pub(crate) stdout: String,
    /// What it printed on stderr; on both, after [`Task::together`].
    pub(crate) log: String,
}

impl Task {
    pub(crate) fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            arguments: Vec::new(),
            folder: None,
            environment: Vec::new(),
            limit: Duration::from_secs(600),
        }
    }

    pub(crate) fn args<S: AsRef<OsStr>>(mut self, arguments: impl IntoIterator<Item = S>) -> Self {
        self.arguments
            .extend(arguments.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    pub(crate) fn dir(mut self, folder: &Path) -> Self {
        self.folder = Some(folder.to_owned());
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment
            .push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// After this it is killed with everything it started.
    pub(crate) fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    fn shown(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        words
            .map(|w| w.to_string_lossy())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The command as the standard library knows it, without what cargo left in our own
    /// environment: build scripts watch those variables and would rebuild half the tree.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments);
        if let Some(folder) = &self.folder {
            command.current_dir(folder);
        }
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let of_cargo = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"];
            if of_cargo.iter().any(|prefix| text.starts_with(prefix)) || text == "LD_LIBRARY_PATH" {
                command.env_remove(&name);
            }
        }
        command.envs(self.environment.iter().map(|(n, v)| (n, v)));
        command
    }

    /// Runs it with stdout apart from stderr.
    pub(crate) fn run(&self) -> Result<Ended, String> {
        let stdout = scratch_file()?;
        let log = scratch_file()?;
        self.finish(stdout, log)
    }

    /// Runs it with stdout and stderr in one text, in the order they were written.
    pub(crate) fn together(&self) -> Result<Ended, String> {
        let log = scratch_file()?;
        let stdout = log.try_clone().map_err(|e| e.to_string())?;
        let mut ended = self.finish(stdout, log)?;
        ended.stdout.clear();
        Ok(ended)
    }

    /// Runs it for its stdout; anything but success is an error that shows what it said.
    pub(crate) fn output(&self) -> Result<String, String> {
        let ended = self.run()?;
        if ended.ok {
            Ok(ended.stdout)
        } else {
            Err(format!(
                "`{}` failed\n{}{}",
                self.shown(),
                ended.stdout,
                ended.log
            ))
        }
    }

    /// Runs it for its effect; anything but success is an error that shows what it said.
    pub(crate) fn done(&self) -> Result<(), String> {
        let ended = self.together()?;
        if ended.ok {
            Ok(())
        } else {
            Err(format!("`{}` failed\n{}", self.shown(), ended.log))
        }
    }

    fn finish(&self, mut stdout: File, mut log: File) -> Result<Ended, String> {
        let mut command = self.command();
        command.stdin(Stdio::null());
        command.stdout(stdout.try_clone().map_err(|e| e.to_string())?);
        command.stderr(log.try_clone().map_err(|e| e.to_string())?);
        let mut child = command
            .spawn()
            .map_err(|e| format!("`{}` does not start: {e}", self.shown()))?;
        let mut until = Instant::now() + self.limit;
        if let Some(deadline) = DEADLINE.get() {
            until = until.min(*deadline);
        }
        let mut note = String::new();
        let ok = loop {
            match child.try_wait().map_err(|e| e.to_string())? {
                Some(status) => break status.success(),
                None if Instant::now() > until => {
                    kill_tree(&mut child);
                    note = format!("\n`{}` was stopped: it ran too long\n", self.shown());
                    break false;
                }
                None => std::thread::sleep(Duration::from_millis(15)),
            }
        };
        Ok(Ended {
            ok,
            stdout: text_of(&mut stdout)?,
            log: text_of(&mut log)? + &note,
        })
    }
}

/// A file without a name, gone with its last handle.
fn scratch_file() -> Result<File, String> {
    let named = std::env::temp_dir().join(format!(
        "rs-out-{}-{:?}-{:?}",
        std::process::id(),
        std::thread::current().id(),
        Instant::now()
    ));
    let file = File::options()
        .read(true)
        .append(true)
        .create_new(true)
        .open(&named)
        .map_err(|e| format!("{}: {e}", named.display()))?;
    std::fs::remove_file(&named).map_err(|e| format!("{}: {e}", named.display()))?;
    Ok(file)
}

fn text_of(file: &mut File) -> Result<String, String> {
    let mut bytes = Vec::new();
    file.rewind().map_err(|e| e.to_string())?;
    file.read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Kills a child of ours and whatever it started, each by its own id.
fn kill_tree(child: &mut Child) {
    let mut doomed = vec![child.id()];
    let mut next = 0;
    while next < doomed.len() {
        doomed.extend(children_of(doomed[next]));
        next += 1;
    }
    // The leaves first, and never a process of which we are not the ancestor.
    let ids: Vec<String> = doomed.iter().rev().map(u32::to_string).collect();
    let _ = Command::new("sh")
        .args(["-c", "kill -KILL \"$@\" 2>/dev/null", "sh"])
        .args(ids)
        .status();
    let _ = child.wait();
}

fn children_of(parent: u32) -> Vec<u32> {
    let Ok(processes) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    processes
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok())
        .filter(|id| {
            // pid (name, which may hold anything) state parent ...
            std::fs::read_to_string(format!("/proc/{id}/stat"))
                .ok()
                .and_then(|stat| {
                    let rest = stat.rsplit_once(')')?.1;
                    rest.split_whitespace().nth(1)?.parse::<u32>().ok()
                })
                == Some(parent)
        })
        .collect()
}

/// A program that ends when we end, however we end: it is held by a shell that waits for our
/// side of a pipe to close, and then signals the one process it started.
pub(crate) struct Leash {
    shell: Child,
    pipe: Option<ChildStdin>,
}

const HOLD: &str = r#"
signal=$1; shift
exec 3<&0
"$@" 3<&- </dev/null &
held=$!
(cat <&3 >/dev/null; kill -"$signal" "$held" 2>/dev/null) &
watch=$!
wait "$held"; code=$?
kill "$watch" 2>/dev/null
exit "$code"
"#;

impl Leash {
    /// Starts it, with its output in a file; `signal` is what asks it to end.
    pub(crate) fn start(
        task: &Task,
        signal: &str,
        stdout: &Path,
        log: &Path,
    ) -> Result<Self, String> {
        let open = |path: &Path| File::create(path).map_err(|e| format!("{}: {e}", path.display()));
        let mut held = Task::new("sh")
            .args(["-c", HOLD, "sh", signal])
            .args(std::iter::once(&task.program).chain(&task.arguments));
        held.folder.clone_from(&task.folder);
        held.environment.clone_from(&task.environment);
        let mut shell = held
            .command()
            .stdin(Stdio::piped())
            .stdout(open(stdout)?)
            .stderr(open(log)?)
            .spawn()
            .map_err(|e| format!("`{}` does not start: {e}", task.shown()))?;
        let pipe = shell.stdin.take();
        Ok(Self { shell, pipe })
    }

    /// Whether it has ended by itself.
    pub(crate) fn ended(&mut self) -> bool {
        !matches!(self.shell.try_wait(), Ok(None))
    }

    /// Waits until `ready` says something, at most `limit`, and not longer than it lives.
    pub(crate) fn wait_for<T>(
        &mut self,
        limit: Duration,
        mut ready: impl FnMut() -> Option<T>,
    ) -> Option<T> {
        let until = Instant::now() + limit;
        while Instant::now() < until && !self.ended() {
            if let Some(found) = ready() {
                return Some(found);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.pipe.take());
        let until = Instant::now() + Duration::from_secs(15);
        while Instant::now() < until {
            if self.ended() {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        kill_tree(&mut self.shell);
    }
}

/// The first folder of `PATH` (or of `more`) that holds this program.
pub(crate) fn find_program(name: &str, more: &[PathBuf]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(more.iter().cloned())
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::{Leash, Task};
    use std::path::Path;
    use std::time::{Duration, Instant};

    #[test]
    fn task_over_its_limit_is_stopped_with_what_it_started() {
        let began = Instant::now();
        let ended = Task::new("sh")
            .args(["-c", "echo begun; sh -c 'sleep 300' ; echo never"])
            .limit(Duration::from_secs(3))
            .together()
            .expect("starts");
        assert!(!ended.ok);
        assert!(ended.log.contains("begun") && ended.log.contains("ran too long"));
        assert!(began.elapsed() < Duration::from_secs(60));
    }

    #[test]
    fn failed_task_shows_what_it_said() {
        let message = Task::new("sh")
            .args(["-c", "echo why >&2; exit 3"])
            .done()
            .expect_err("fails");
        assert!(message.contains("why"), "{message}");
    }

    #[test]
    fn leashed_program_ends_with_its_leash() {
        let folder = crate::project::Scratch::new("leash-test").expect("scratch");
        let said = folder.path().join("said");
        let script = "trap 'echo ended; exit 0' TERM; echo $$; while :; do sleep 0.05; done";
        let task = Task::new("sh").args(["-c", script]);
        let mut leash =
            Leash::start(&task, "TERM", &said, &folder.path().join("log")).expect("starts");
        let id = leash
            .wait_for(Duration::from_secs(20), || {
                let text = std::fs::read_to_string(&said).ok()?;
                text.ends_with('\n').then(|| text.trim().to_owned())
            })
            .expect("says its id");
        drop(leash);
        let text = std::fs::read_to_string(&said).expect("said");
        assert!(text.ends_with("ended\n"), "{text}");
        assert!(!Path::new(&format!("/proc/{id}")).exists());
    }
}
