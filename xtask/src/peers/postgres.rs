//! A PostgreSQL of our own: fresh data, a Unix socket only, gone afterwards.

use crate::deb::{is_root, versions_in};
use crate::proc::{Leash, Task, find_program};
use crate::project::{Scratch, read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The folder with `initdb` and `postgres`: Debian keeps them out of `PATH`.
pub(crate) fn programs() -> Option<PathBuf> {
    let folders: Vec<PathBuf> = versions_in(Path::new("/usr/lib/postgresql"))
        .into_iter()
        .map(|version| version.join("bin"))
        .collect();
    let in_debian = folders
        .iter()
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file());
    in_debian.cloned().or_else(|| {
        let found = find_program("initdb", &[])?;
        let folder = found.parent()?.to_owned();
        folder.join("postgres").is_file().then_some(folder)
    })
}

/// A running server.
pub(crate) struct Postgres {
    // Dropped in this order: the server ends before its folder goes.
    _server: Leash,
    folder: Scratch,
}

impl Postgres {
    /// Makes a data folder and starts a server on it.
    pub(crate) fn start() -> Result<Self, String> {
        let programs = programs().ok_or("PostgreSQL is not installed")?;
        let folder = Scratch::new("pg")?;
        let path = folder.path();
        // A socket's path is cut off by the system at about 100 characters.
        if path.as_os_str().len() > 80 {
            return Err(format!(
                "{} is too long for a socket; set TMPDIR to a shorter folder",
                path.display()
            ));
        }
        // PostgreSQL refuses to run as root, so it runs as somebody else.
        let user = if is_root()? {
            Some(unprivileged()?)
        } else {
            None
        };
        if let Some(user) = user {
            Task::new("chown").args([user]).args([path]).done()?;
        }
        let run = |program: &str| match user {
            None => Task::new(programs.join(program)),
            Some(user) => Task::new("setpriv")
                .args([format!("--reuid={user}")])
                .args(["--regid", group_of(user), "--clear-groups"])
                .args([programs.join(program)]),
        };
        run("initdb")
            .args([
                "--username=roadstead",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ])
            .args(["--no-sync", "--no-instructions", "--pgdata"])
            .args([path.join("data")])
            .dir(path)
            .limit(Duration::from_secs(600))
            .done()?;
        let log = path.join("log");
        let task = run("postgres")
            .args(["-D"])
            .args([path.join("data")])
            .args(["-k"])
            .args([path])
            .args([
                "-c",
                "listen_addresses=",
                "-c",
                "max_connections=200",
                "-c",
                "fsync=off",
            ])
            .dir(path);
        let mut server = Leash::start(&task, "INT", &path.join("out"), &log)?;
        let ready = Task::new(programs.join("pg_isready"))
            .args(["--quiet", "--username=roadstead", "--host"])
            .args([path])
            .limit(Duration::from_secs(10));
        server
            .wait_for(Duration::from_secs(300), || {
                ready.run().ok().filter(|e| e.ok)
            })
            .ok_or_else(|| {
                format!(
                    "PostgreSQL does not start:\n{}",
                    read(&log).unwrap_or_default()
                )
            })?;
        Ok(Self {
            _server: server,
            folder,
        })
    }

    /// What tests connect to; they make databases of their own there.
    pub(crate) fn url(&self) -> String {
        format!(
            "postgres://roadstead@localhost/postgres?host={}",
            self.folder.path().display()
        )
    }
}

fn unprivileged() -> Result<&'static str, String> {
    ["postgres", "nobody"]
        .into_iter()
        .find(|user| {
            Task::new("id")
                .args(["-u", user])
                .run()
                .is_ok_and(|ended| ended.ok)
        })
        .ok_or_else(|| {
            "PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`"
                .to_owned()
        })
}

/// `nobody` has a group of another name.
fn group_of(user: &'static str) -> &'static str {
    if user == "nobody" { "nogroup" } else { user }
}

#[cfg(test)]
mod tests {
    use super::Postgres;

    #[test]
    fn postgres_peer_answers_on_its_socket_and_leaves_nothing() {
        let server = Postgres::start().expect("starts");
        let folder = server.folder.path().to_owned();
        assert!(server.url().ends_with(&folder.display().to_string()));
        assert!(folder.join(".s.PGSQL.5432").exists());
        drop(server);
        assert!(!folder.exists());
    }
}
