//! What `roadstead login` keeps: for each server the session or token that was got from it.

use super::trouble::Trouble;
use roadstead_core::model::Secret;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

const FILE: &str = "logins.json";

/// Everything that is kept.
#[derive(Default, Deserialize)]
pub(super) struct Logins {
    /// The server of the last login.
    pub(super) current: Option<String>,
    /// By address, so that what one server gave is never sent to another.
    #[serde(default)]
    pub(super) servers: BTreeMap<String, Login>,
}

/// What is kept for one server.
#[derive(Deserialize)]
pub(super) struct Login {
    /// Who signed in, as far as known.
    pub(super) name: Option<String>,
    /// The authorities its certificate is checked by, when they are not the system's.
    pub(super) ca_pem: Option<String>,
    /// Whether plain http to it was accepted.
    #[serde(default)]
    pub(super) plain_http: bool,
    #[serde(flatten)]
    pub(super) identity: Identity,
}

/// A session as a browser would keep it, or a token.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Identity {
    /// A session.
    Session {
        /// The cookie's secret.
        cookie: Secret<String>,
        /// What mutations carry.
        csrf_token: Secret<String>,
    },
    /// An API token.
    Token(Secret<String>),
}

impl Login {
    fn to_json(&self) -> Value {
        let mut value = json!({
            "name": self.name, "ca_pem": self.ca_pem, "plain_http": self.plain_http,
        });
        let (kind, secret) = match &self.identity {
            Identity::Session { cookie, csrf_token } => (
                "session",
                json!({"cookie": cookie.expose(), "csrf_token": csrf_token.expose()}),
            ),
            Identity::Token(token) => ("token", json!(token.expose())),
        };
        value[kind] = secret;
        value
    }
}

/// The directory that holds them: `$XDG_CONFIG_HOME/roadstead`, or `~/.config/roadstead`.
pub(super) fn directory() -> Option<PathBuf> {
    directory_of(
        std::env::var_os("XDG_CONFIG_HOME"),
        std::env::var_os("HOME"),
    )
}

fn directory_of(config: Option<OsString>, home: Option<OsString>) -> Option<PathBuf> {
    // A relative path is to be ignored (XDG Base Directory Specification).
    let absolute = |path: Option<OsString>| path.map(PathBuf::from).filter(|p| p.is_absolute());
    absolute(config)
        .or_else(|| absolute(home).map(|home| home.join(".config")))
        .map(|base| base.join("roadstead"))
}

impl Logins {
    /// Reads what is kept; nothing when there is no file.
    pub(super) fn read(directory: Option<&Path>) -> Result<Self, Trouble> {
        let Some(path) = directory.map(|d| d.join(FILE)) else {
            return Ok(Self::default());
        };
        let mut file = match fs::File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(unusable(&path, &error)),
        };
        let mode = file.metadata().map_err(|e| unusable(&path, &e))?;
        let mode = mode.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(Trouble::SignedOut(format!(
                "{0} is open to other accounts (mode {mode:o}), so what is in it may be known to them\n  \
                 what to do: end that session or token in the console under Profile, then: rm {0}, and sign in again",
                path.display()
            )));
        }
        let mut text = String::new();
        file.read_to_string(&mut text)
            .map_err(|e| unusable(&path, &e))?;
        let text = Secret::new(text);
        // The parser's own message could quote what it read.
        serde_json::from_str(text.expose()).map_err(|_| {
            Trouble::SignedOut(format!(
                "{} cannot be read; remove it and sign in again",
                path.display()
            ))
        })
    }

    /// Writes them into a file of which every moment is whole and the owner's alone.
    pub(super) fn write(&self, directory: Option<&Path>) -> Result<(), Trouble> {
        let directory = prepare(directory)?;
        let path = directory.join(FILE);
        let beside = directory.join(format!("{FILE}.{}", std::process::id()));
        let servers: BTreeMap<_, _> = self.servers.iter().map(|(k, v)| (k, v.to_json())).collect();
        let value = json!({"current": self.current, "servers": servers});
        let text = Secret::new(format!("{value:#}\n"));
        let written = (|| {
            match fs::remove_file(&beside) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&beside)?;
            file.write_all(text.expose().as_bytes())?;
            file.sync_all()?;
            fs::rename(&beside, &path)
        })();
        written.map_err(|error| {
            let _ = fs::remove_file(&beside);
            unusable(&path, &error)
        })
    }
}

/// Makes the directory, the owner's alone.
pub(super) fn prepare(directory: Option<&Path>) -> Result<&Path, Trouble> {
    let directory = directory.ok_or_else(|| {
        Trouble::Usage("there is no place to keep a sign-in: set XDG_CONFIG_HOME or HOME, or use ROADSTEAD_TOKEN_FILE instead".to_owned())
    })?;
    let made = (|| {
        if let Some(parent) = directory.parent() {
            fs::create_dir_all(parent)?;
        }
        match fs::DirBuilder::new().mode(0o700).create(directory) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                fs::set_permissions(directory, fs::Permissions::from_mode(0o700))
            }
            other => other,
        }
    })();
    made.map_err(|error| unusable(directory, &error))?;
    Ok(directory)
}

fn unusable(path: &Path, error: &std::io::Error) -> Trouble {
    Trouble::Failed(format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::{Identity, Login, Logins, directory_of};
    use roadstead_core::model::Secret;
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::PathBuf;

    fn mode(path: &std::path::Path) -> u32 {
        let metadata = std::fs::metadata(path).expect("it is there");
        metadata.permissions().mode() & 0o777
    }

    fn token(text: &str) -> Login {
        Login {
            name: None,
            ca_pem: None,
            plain_http: false,
            identity: Identity::Token(Secret::new(text.to_owned())),
        }
    }

    #[test]
    fn directory_is_that_of_the_specification() {
        let of = |config: &str, home: &str| {
            directory_of(
                Some(config.into()).filter(|_| !config.is_empty()),
                Some(home.into()),
            )
        };
        assert_eq!(of("/c", "/h"), Some(PathBuf::from("/c/roadstead")));
        let at_home = Some(PathBuf::from("/h/.config/roadstead"));
        assert_eq!(of("", "/h"), at_home);
        assert_eq!(of("relative", "/h"), at_home);
        assert_eq!(directory_of(None, None), None);
    }

    #[test]
    fn logins_are_read_back_and_only_their_owner_can() {
        let home = tempfile::tempdir().expect("directory");
        let directory = home.path().join("a").join("roadstead");
        let path = directory.as_path();
        let directory = Some(path);
        assert!(Logins::read(directory).expect("none").servers.is_empty());
        let mut logins = Logins {
            current: Some("https://a".to_owned()),
            ..Logins::default()
        };
        logins.servers.insert("https://a".to_owned(), token("t"));
        let identity = Identity::Session {
            cookie: Secret::new("c".to_owned()),
            csrf_token: Secret::new("x".to_owned()),
        };
        let session = Login {
            name: Some("padmin".to_owned()),
            ca_pem: Some("PEM".to_owned()),
            plain_http: true,
            identity,
        };
        logins.servers.insert("https://b".to_owned(), session);
        for _ in 0..2 {
            logins.write(directory).expect("write");
        }
        let read = Logins::read(directory).expect("read");
        assert_eq!(read.current.as_deref(), Some("https://a"));
        let kept = |server: &str| match &read.servers[server].identity {
            Identity::Session { cookie, csrf_token } => {
                format!("{} {}", cookie.expose(), csrf_token.expose())
            }
            Identity::Token(token) => token.expose().clone(),
        };
        assert_eq!(
            (kept("https://a"), kept("https://b")),
            ("t".into(), "c x".into())
        );
        let b = &read.servers["https://b"];
        assert_eq!(
            (b.name.as_deref(), b.ca_pem.as_deref(), b.plain_http),
            (Some("padmin"), Some("PEM"), true)
        );
        assert_eq!(
            (mode(path), mode(&path.join("logins.json"))),
            (0o700, 0o600)
        );
        assert_eq!(
            std::fs::read_dir(path).expect("list").count(),
            1,
            "nothing is left beside it"
        );
    }

    #[test]
    fn file_that_others_can_read_or_that_is_damaged_is_refused_without_a_word_of_it() {
        let home = tempfile::tempdir().expect("directory");
        let directory = Some(home.path());
        let path = home.path().join("logins.json");
        for (text, bits) in [
            ("{}", 0o640),
            ("{}", 0o604),
            ("{\"current\": canary", 0o600),
        ] {
            std::fs::write(&path, text).expect("write");
            let permissions = std::fs::Permissions::from_mode(bits);
            std::fs::set_permissions(&path, permissions).expect("mode");
            let refused = Logins::read(directory).err().expect("refused");
            assert_eq!(refused.exit_code(), 77);
            assert!(!refused.to_string().contains("canary"), "{refused}");
        }
    }
}
