//! A PostgreSQL server for tests: made from scratch, on a private socket, as another account when
//! the tests run as root, gone when the tests are. A server found running is never used.

use std::ffi::OsStr;
use std::io;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Names the server that `xtask` started for all test binaries:
/// `postgres://roadstead@localhost/postgres?host=<socket directory>`.
pub const ENVIRONMENT: &str = "ROADSTEAD_TEST_POSTGRES";

/// Reads commands' input until the other end is closed, which the system does when the test
/// process ends, however it ends; then stops the server and cleans up. So no server outlives its
/// tests, not even those that are killed.
const WATCHED: &str = r#"
bin="$1"; dir="$2"
"$bin/postgres" -D "$dir/data" -k "$dir" -c listen_addresses='' >"$dir/log" 2>&1 &
pid=$!
cat >/dev/null
kill -INT "$pid" 2>/dev/null
wait "$pid"
rm -rf "$dir/data" "$dir/log"
rmdir "$dir" 2>/dev/null
true
"#;

/// A running server.
#[derive(Debug)]
pub struct Server {
    url: String,
    bin: PathBuf,
    /// Absent when somebody else started the server and will stop it.
    watchdog: Option<Child>,
}

impl Server {
    /// The server named by the environment, if one is.
    ///
    /// # Errors
    /// When the PostgreSQL programs are not installed.
    pub fn from_env() -> io::Result<Option<Self>> {
        let Ok(url) = std::env::var(ENVIRONMENT) else {
            return Ok(None);
        };
        Ok(Some(Self {
            url,
            bin: programs()?,
            watchdog: None,
        }))
    }

    /// Makes a cluster in `dir`, which must be empty and have a short path (sockets' names are
    /// bounded), and starts its server. Its text order is that of a language, blind to hyphens, and not of bytes, so
    /// that tests notice who relies on it.
    ///
    /// # Errors
    /// When the programs are not installed or do not work; the error tells where the log is.
    pub fn start(dir: &Path) -> io::Result<Self> {
        let bin = programs()?;
        let account = Account::to_run_as()?;
        if let Some(account) = &account {
            std::os::unix::fs::chown(dir, Some(account.uid), Some(account.gid))?;
        }
        let mut initdb = as_account(&bin.join("initdb"), account.as_ref(), dir);
        initdb.args([
            "--no-sync",
            "--auth=trust",
            "--username=roadstead",
            "--encoding=UTF8",
        ]);
        initdb.args([
            "--locale=C.UTF-8",
            "--locale-provider=icu",
            "--icu-locale=en-US-u-ka-shifted",
        ]);
        initdb.arg("-D").arg(dir.join("data"));
        run(initdb)?;

        let mut shell = as_account(Path::new("/bin/sh"), account.as_ref(), dir);
        shell.args(["-c", WATCHED, "roadstead-test-postgres"]);
        shell.arg(&bin).arg(dir);
        let watchdog = shell
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let server = Self {
            url: format!(
                "postgres://roadstead@localhost/postgres?host={}",
                dir.display()
            ),
            bin,
            watchdog: Some(watchdog),
        };
        server.wait_until_ready(dir)?;
        Ok(server)
    }

    /// Starts a server in a directory of its own, which goes with it.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_temporary() -> io::Result<Self> {
        let dir = tempfile::Builder::new()
            .prefix("rs-pg-")
            .tempdir_in("/tmp")?
            .keep();
        Self::start(&dir)
    }

    /// URL of the maintenance database.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes an empty database with a random name.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn fresh_database(&self) -> io::Result<Database> {
        let name = format!("t_{}", uuid::Uuid::now_v7().simple());
        self.psql(&self.url, &format!("CREATE DATABASE {name}"))?;
        Ok(Database {
            url: self.url.replacen("/postgres?", &format!("/{name}?"), 1),
            server_url: self.url.clone(),
            bin: self.bin.clone(),
            name,
        })
    }

    fn psql(&self, url: &str, sql: &str) -> io::Result<String> {
        psql(&self.bin, url, sql)
    }

    fn wait_until_ready(&self, dir: &Path) -> io::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            match self.psql(&self.url, "SELECT 1") {
                Ok(_) => return Ok(()),
                Err(error) if Instant::now() > deadline => {
                    let log = std::fs::read_to_string(dir.join("log")).unwrap_or_default();
                    return Err(io::Error::other(format!("{error}\n{log}")));
                }
                Err(_) => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut watchdog) = self.watchdog.take() {
            drop(watchdog.stdin.take());
            // It ends by itself now; waiting only keeps it from staying a zombie.
            let _ = watchdog.wait();
        }
    }
}

/// A database of one test, dropped with it.
#[derive(Debug)]
pub struct Database {
    name: String,
    url: String,
    server_url: String,
    bin: PathBuf,
}

impl Database {
    /// Its URL.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs SQL in it and answers what it prints, columns parted by `|`.
    ///
    /// # Errors
    /// When it fails.
    pub fn psql(&self, sql: &str) -> io::Result<String> {
        psql(&self.bin, &self.url, sql)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
        // A database that stays goes with its server.
        let _ = psql(&self.bin, &self.server_url, &sql);
    }
}

/// The newest PostgreSQL installed.
fn programs() -> io::Result<PathBuf> {
    let root = Path::new("/usr/lib/postgresql");
    let version = |path: &PathBuf| -> u32 {
        path.file_name()
            .and_then(OsStr::to_str)
            .and_then(|name| name.parse().ok())
            .unwrap_or(0)
    };
    std::fs::read_dir(root)
        .map_err(|e| io::Error::other(format!("PostgreSQL is not installed: {e}")))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.join("bin/postgres").exists())
        .max_by_key(version)
        .map(|path| path.join("bin"))
        .ok_or_else(|| io::Error::other("PostgreSQL is not installed"))
}

/// PostgreSQL refuses to run as root.
struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// The account to change to; `None` when we are not root anyway.
    fn to_run_as() -> io::Result<Option<Self>> {
        use std::os::unix::fs::MetadataExt as _;
        if std::fs::metadata("/proc/self")?.uid() != 0 {
            return Ok(None);
        }
        let accounts = std::fs::read_to_string("/etc/passwd")?;
        let fields = accounts
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>())
            .find(|fields| fields.first() == Some(&"postgres"));
        let number = |n: usize| {
            fields
                .as_ref()
                .and_then(|fields| fields.get(n))
                .and_then(|field| field.parse().ok())
        };
        match (number(2), number(3)) {
            (Some(uid), Some(gid)) => Ok(Some(Self { uid, gid })),
            _ => Err(io::Error::other("there is no account `postgres`")),
        }
    }
}

fn as_account(program: &Path, account: Option<&Account>, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir);
    if let Some(account) = account {
        command.uid(account.uid).gid(account.gid);
    }
    command
}

fn psql(bin: &Path, url: &str, sql: &str) -> io::Result<String> {
    let mut command = Command::new(bin.join("psql"));
    command.args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]);
    command.args(["--set=ON_ERROR_STOP=1", "--dbname", url, "--command", sql]);
    run(command)
}

fn run(mut command: Command) -> io::Result<String> {
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    Err(io::Error::other(format!(
        "{} failed: {}",
        command.get_program().to_string_lossy(),
        String::from_utf8_lossy(&output.stderr)
    )))
}

#[cfg(test)]
mod tests {
    use super::Server;

    #[test]
    fn server_is_gone_with_its_files_when_it_is_dropped() {
        let server = Server::start_temporary().expect("server");
        let dir = server
            .url()
            .split_once("host=")
            .map(|(_, dir)| std::path::PathBuf::from(dir))
            .expect("socket directory");
        let database = server.fresh_database().expect("database");
        assert_eq!(database.psql("SELECT 1 + 1").expect("sum"), "2");
        drop(database);
        assert!(dir.join("data/postmaster.pid").exists());
        drop(server);
        assert!(!dir.join("data").exists());
    }
}
