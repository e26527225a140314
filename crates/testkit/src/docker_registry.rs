//! Distribution as a child process: Debian's `docker-registry` (2.8), or 3.x built from its
//! sources (`tools/go.mod`).

use crate::http1;
use crate::{Certificate, TokenIssuer};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::{Child, Command};

/// Who may use the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guise {
    /// Everybody.
    Open,
    /// Whoever has one of these passwords (htpasswd).
    Basic {
        /// Name and bcrypt line of each user; see [`Guise::basic`].
        lines: Vec<String>,
    },
    /// Whoever has a token of a [`TokenIssuer`].
    Token {
        /// [`TokenIssuer::realm`].
        realm: String,
    },
}

impl Guise {
    /// The user of [`Guise::basic`].
    pub const USERNAME: &str = "alice";
    /// Her password. It looks like nothing else, so that a leak is found by searching for it.
    pub const PASSWORD: &str = "alice-canary-7f3a9c";
    /// A second user.
    pub const OTHER_USERNAME: &str = "bob";
    /// His password.
    pub const OTHER_PASSWORD: &str = "bob-canary-51d0e2";

    /// A registry with two users. The lines were made once with bcrypt at its lowest cost.
    #[must_use]
    pub fn basic() -> Self {
        Self::Basic {
            lines: vec![
                "alice:$2y$04$Lht85uMHQsZJIcbG81y3zu5ivxXVu9Ar2joe.YB0QrlCXHBKffAfu".to_owned(),
                "bob:$2y$04$FpPho4mR.Sbo.spHUz1HGe3BzlEi5viuJMKGe/iUyRXQFC.IhEPhu".to_owned(),
            ],
        }
    }
}

/// Which Distribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Distribution {
    /// Debian's `docker-registry`.
    #[default]
    Two,
    /// What `tools/go.mod` names.
    Three,
}

impl Distribution {
    /// Where its program is.
    ///
    /// # Panics
    /// When 3.x was not built: `cargo xtask test` does that.
    fn program(self) -> PathBuf {
        match self {
            Self::Two => PathBuf::from("docker-registry"),
            // Beside the test program, which is in `target/debug/deps`.
            Self::Three => std::env::current_exe()
                .unwrap()
                .ancestors()
                .map(|folder| folder.join("xtask/go/distribution3"))
                .find(|program| program.is_file())
                .expect("Distribution 3 is not built; run `cargo xtask test`"),
        }
    }
}

/// What else can be chosen.
#[derive(Debug, Clone, Copy, Default)]
pub struct RegistryOptions {
    /// Which one.
    pub version: Distribution,
    /// Whether manifests can be deleted.
    pub delete: bool,
    /// Serves TLS with this certificate.
    pub tls: Option<Certificate>,
}

/// A running registry with storage of its own. Killed when dropped.
pub struct DockerRegistry {
    home: TempDir,
    address: SocketAddr,
    guise: Guise,
    options: RegistryOptions,
    child: Option<Child>,
}

impl DockerRegistry {
    /// Starts one on a free port and waits until it answers, a minute at most.
    ///
    /// # Panics
    /// When `docker-registry` is missing or does not start.
    pub async fn start(guise: Guise, options: RegistryOptions) -> Self {
        let home = TempDir::with_prefix("roadstead-registry-").unwrap();
        // The registry cannot take port 0 and tell which one it got, so another process may
        // take the free port in between.
        for _ in 0..5 {
            let address = free_address();
            write_config(home.path(), address, &guise, options);
            if let Some(child) = launch(home.path(), address, options.version).await {
                return Self {
                    home,
                    address,
                    guise,
                    options,
                    child: Some(child),
                };
            }
        }
        let log = std::fs::read_to_string(home.path().join("log")).unwrap_or_default();
        panic!("docker-registry does not start:\n{log}");
    }

    /// Starts one on content that somebody else keeps (see [`Storage`](crate::Storage)).
    ///
    /// # Panics
    /// As [`Self::start`].
    pub async fn start_on(content: &Path, guise: Guise, options: RegistryOptions) -> Self {
        let mut registry = Self::start(guise, options).await;
        registry.stop().await;
        let storage = registry.storage();
        if storage.exists() {
            std::fs::remove_dir_all(&storage).unwrap();
        }
        std::os::unix::fs::symlink(content, storage).unwrap();
        registry.restart().await;
        registry
    }

    /// Where its content is.
    #[must_use]
    pub fn storage(&self) -> PathBuf {
        self.home.path().join("storage")
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().and_then(|child| child.id())
    }

    /// Its address as a URL. With TLS the host is `localhost`.
    #[must_use]
    pub fn url(&self) -> String {
        if self.options.tls.is_some() {
            format!("https://localhost:{}", self.address.port())
        } else {
            format!("http://{}", self.address)
        }
    }

    /// Who may use it.
    #[must_use]
    pub const fn guise(&self) -> &Guise {
        &self.guise
    }

    /// The credential that opens it: [`Guise::USERNAME`] and password, or none.
    #[must_use]
    pub const fn credential(&self) -> Option<(&'static str, &'static str)> {
        match self.guise {
            Guise::Open => None,
            Guise::Basic { .. } | Guise::Token { .. } => Some((Guise::USERNAME, Guise::PASSWORD)),
        }
    }

    /// Kills it. The port and the storage are kept for [`Self::restart`].
    pub async fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await.unwrap();
        }
    }

    /// Starts it again with this part in its configuration, which has it send its events.
    ///
    /// # Panics
    /// As [`Self::start`].
    pub async fn restart_notifying(&mut self, notifications: &str) {
        std::fs::write(self.home.path().join("notifications.yml"), notifications).unwrap();
        self.restart_with(self.options).await;
    }

    /// Starts it again on the same port with the same storage, in another way.
    ///
    /// # Panics
    /// As [`Self::restart`].
    pub async fn restart_with(&mut self, options: RegistryOptions) {
        self.stop().await;
        self.options = options;
        write_config(self.home.path(), self.address, &self.guise, options);
        self.restart().await;
    }

    /// Starts it again on the same port with the same storage.
    ///
    /// # Panics
    /// When it does not answer within a minute.
    pub async fn restart(&mut self) {
        self.stop().await;
        // For a moment the port may be the near end of somebody's connection.
        for _ in 0..300 {
            self.child = launch(self.home.path(), self.address, self.options.version).await;
            if self.child.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        assert!(self.child.is_some(), "docker-registry does not start again");
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.home.path().join("log")).unwrap_or_default()
    }
}

pub(crate) fn free_address() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .unwrap()
}

fn write_config(home: &Path, address: SocketAddr, guise: &Guise, options: RegistryOptions) {
    let shown = home.display();
    let mut config = format!(
        "version: 0.1\nlog:\n  level: info\n  accesslog:\n    disabled: false\nstorage:\n  filesystem:\n    rootdirectory: {shown}/storage\n  delete:\n    enabled: {}\n  maintenance:\n    uploadpurging:\n      enabled: false\nhttp:\n  addr: {address}\n  secret: test\n",
        options.delete
    );
    if let Some(certificate) = options.tls {
        let (pem, key) = certificate.pem();
        std::fs::write(home.join("tls.pem"), pem).unwrap();
        std::fs::write(home.join("tls.key"), key).unwrap();
        config.push_str(&format!(
            "  tls:\n    certificate: {shown}/tls.pem\n    key: {shown}/tls.key\n"
        ));
    }
    if let Guise::Basic { lines } = guise {
        std::fs::write(home.join("htpasswd"), lines.join("\n") + "\n").unwrap();
        config.push_str(&format!(
            "auth:\n  htpasswd:\n    realm: roadstead-test\n    path: {shown}/htpasswd\n"
        ));
    }
    if let Guise::Token { realm } = guise {
        std::fs::write(home.join("issuer.pem"), Certificate::CA_PEM).unwrap();
        config.push_str(&format!(
            "auth:\n  token:\n    realm: {realm}\n    service: {}\n    issuer: {}\n    rootcertbundle: {shown}/issuer.pem\n",
            TokenIssuer::SERVICE,
            TokenIssuer::ISSUER,
        ));
    }
    // A part that was given by [`DockerRegistry::restart_notifying`].
    config.push_str(&std::fs::read_to_string(home.join("notifications.yml")).unwrap_or_default());
    std::fs::write(home.join("config.yml"), config).unwrap();
}

/// Starts the process; `None` when it ended before it answered.
async fn launch(home: &Path, address: SocketAddr, version: Distribution) -> Option<Child> {
    let log_path = home.join("log");
    let log = std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(&log_path)
        .unwrap();
    let before = log.metadata().unwrap().len() as usize;
    let mut child = Command::new(version.program())
        .arg("serve")
        .arg(home.join("config.yml"))
        .env_clear()
        // 3.x sends traces to wherever it thinks a collector is.
        .env("OTEL_TRACES_EXPORTER", "none")
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .kill_on_drop(true)
        .spawn()
        .expect("docker-registry is missing; run `cargo xtask test`");
    for _ in 0..3_000 {
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        // Only its own log tells that it is this process that answers on the port.
        let log = std::fs::read_to_string(&log_path).unwrap_or_default();
        let listens = log
            .get(before..)
            .is_some_and(|log| log.contains("listening on"));
        // With TLS the answer is a 400 to plain HTTP, which shows as well that it listens.
        if listens && http1::exchange(address, "GET /v2/", &[], &[]).await.is_ok() {
            return Some(child);
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("docker-registry does not answer within a minute");
}
