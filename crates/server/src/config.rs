//! Configuration: flag before environment before file before default. An unknown key is refused,
//! with the key that was probably meant.

use crate::config_keys::{KEYS, Key, find, nearest, variable};
use crate::start_error::StartError;
use ipnet::IpNet;
use roadstead_core::model::Secret;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use url::Url;

/// The file that is read when no other is named, if it is there.
const DEFAULT_FILE: &str = "roadstead.toml";
/// Variables with our prefix that are no keys: the first administrator, the file's name, what the
/// commands that talk to a server read, and what tests set.
const OTHER_VARIABLES: &[&str] = &[
    "ROADSTEAD_CONFIG",
    "ROADSTEAD_ADMIN_NAME",
    "ROADSTEAD_ADMIN_PASSWORD_FILE",
    "ROADSTEAD_URL",
    "ROADSTEAD_TOKEN",
    "ROADSTEAD_TOKEN_FILE",
    "ROADSTEAD_FAILPOINT",
];
const TEST_PREFIX: &str = "ROADSTEAD_TEST_";

/// The effective values.
pub(crate) struct Config {
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Option<Url>,
    pub(crate) metrics_listen: SocketAddr,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) data_dir: PathBuf,
    pub(crate) database_url: Option<Secret<String>>,
    pub(crate) master_key: Option<Secret<String>>,
    pub(crate) previous_master_key: Option<Secret<String>>,
    pub(crate) outbound_allow: Vec<IpNet>,
    pub(crate) outbound_deny: Vec<IpNet>,
    pub(crate) audit_retention: Duration,
    pub(crate) crawl_enabled: bool,
    pub(crate) sweep_per_second: f64,
    pub(crate) log_level: tracing::Level,
    pub(crate) log_format: LogFormat,
    pub(crate) first_admin: Option<FirstAdmin>,
    shown: Vec<(&'static Key, String, Source)>,
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// Text.
    Text,
    /// One JSON object a line.
    Json,
}

/// The first administrator, for installations nobody sits in front of.
pub(crate) struct FirstAdmin {
    pub(crate) name: String,
    pub(crate) password: Secret<String>,
}

/// Where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Flag,
    Environment,
    File,
    Default,
}

type Values = BTreeMap<&'static str, (Source, Secret<String>)>;

impl Config {
    /// Reads everything.
    pub(crate) fn load(
        file: Option<&Path>,
        set: &[String],
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, StartError> {
        let mut values = Values::new();
        for key in KEYS {
            values.insert(
                key.name,
                (Source::Default, Secret::new(key.default.to_owned())),
            );
        }
        let named = file
            .map(Path::to_owned)
            .or_else(|| environment.get("ROADSTEAD_CONFIG").map(PathBuf::from));
        read_file(named.as_deref(), &mut values)?;
        read_environment(environment, &mut values)?;
        for pair in set {
            let (name, value) = pair
                .split_once('=')
                .ok_or_else(|| refuse(&format!("--set {pair}: write --set section.key=value")))?;
            let key = known(name, "--set")?;
            if key.environment_only {
                return Err(refuse(&format!(
                    "{name} may only come from {}",
                    variable(name)
                )));
            }
            values.insert(key.name, (Source::Flag, Secret::new(value.to_owned())));
        }
        Self::check(&values, environment)
    }

    fn check(values: &Values, environment: &BTreeMap<String, String>) -> Result<Self, StartError> {
        let text = |name: &str| values.get(name).map_or("", |(_, v)| v.expose().as_str());
        let secret = |name: &str| {
            Some(text(name))
                .filter(|v| !v.is_empty())
                .map(|v| Secret::new(v.to_owned()))
        };
        let public_url = match text("server.public_url") {
            "" => None,
            url => Some(parse::<Url>(
                "server.public_url",
                url,
                "an address like https://roadstead.example",
            )?),
        };
        if public_url
            .as_ref()
            .is_some_and(|u| !matches!(u.scheme(), "http" | "https") || !u.has_host())
        {
            return Err(refuse(
                "server.public_url must start with https:// or http://",
            ));
        }
        let log_format = match text("log.format") {
            "auto" => LogFormat::Auto,
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            other => {
                return Err(refuse(&format!(
                    "log.format is {other:?}; it may be auto, text or json"
                )));
            }
        };
        let config = Self {
            listen: parse(
                "server.listen",
                text("server.listen"),
                "an address and port like 127.0.0.1:8470",
            )?,
            public_url,
            metrics_listen: parse(
                "server.metrics_listen",
                text("server.metrics_listen"),
                "an address and port like 127.0.0.1:8471",
            )?,
            trusted_proxies: networks("server.trusted_proxies", text("server.trusted_proxies"))?,
            data_dir: PathBuf::from(text("data.dir")),
            database_url: secret("database.url"),
            master_key: secret("security.master_key"),
            previous_master_key: secret("security.master_key_previous"),
            outbound_allow: networks("outbound.allow", text("outbound.allow"))?,
            outbound_deny: networks("outbound.deny", text("outbound.deny"))?,
            crawl_enabled: parse("crawl.enabled", text("crawl.enabled"), "true or false")?,
            sweep_per_second: rate(
                "sweep.requests_per_second",
                text("sweep.requests_per_second"),
            )?,
            audit_retention: days("audit.retention_days", text("audit.retention_days"))?,
            log_level: parse(
                "log.level",
                text("log.level"),
                "error, warn, info, debug or trace",
            )?,
            log_format,
            first_admin: first_admin(environment)?,
            shown: KEYS
                .iter()
                .filter_map(|key| {
                    let (source, value) = values.get(key.name)?;
                    let shown = match (key.secret, value.expose().is_empty()) {
                        (true, true) => "unset".to_owned(),
                        (true, false) => "set".to_owned(),
                        (false, _) => value.expose().clone(),
                    };
                    Some((key, shown, *source))
                })
                .collect(),
        };
        if config.database_url.is_some() && config.master_key.is_none() {
            return Err(refuse(
                "with PostgreSQL every replica needs the same master key: set ROADSTEAD_SECURITY_MASTER_KEY \
                 (or .._FILE) to the output of: head -c 32 /dev/urandom | base64",
            ));
        }
        if config.previous_master_key.is_some() && config.master_key.is_none() {
            return Err(refuse(
                "ROADSTEAD_SECURITY_MASTER_KEY_PREVIOUS is the key before ROADSTEAD_SECURITY_MASTER_KEY; set both",
            ));
        }
        Ok(config)
    }

    /// The effective values for people, secrets as `set` or `unset`.
    pub(crate) fn show(&self) -> String {
        self.shown
            .iter()
            .map(|(key, value, source)| {
                let source = match source {
                    Source::Flag => "flag",
                    Source::Environment => "environment",
                    Source::File => "file",
                    Source::Default => "default",
                };
                let value = if key.secret {
                    value.clone()
                } else {
                    format!("{value:?}")
                };
                format!("{} = {value}  # {source}; {}\n", key.name, key.help)
            })
            .collect()
    }
}

fn refuse(text: &str) -> StartError {
    StartError::Config(text.to_owned())
}

fn known(name: &str, place: &str) -> Result<&'static Key, StartError> {
    find(name).ok_or_else(|| {
        refuse(&format!(
            "{place}: there is no key {name:?}; did you mean {:?}?",
            nearest(name)
        ))
    })
}

fn parse<T: FromStr>(name: &str, text: &str, wanted: &str) -> Result<T, StartError> {
    text.trim()
        .parse()
        .map_err(|_| refuse(&format!("{name} is {text:?}; it must be {wanted}")))
}

fn rate(name: &str, text: &str) -> Result<f64, StartError> {
    let wanted = "a number from 0.01 to 100";
    let rate: f64 = parse(name, text, wanted)?;
    if (0.01..=100.0).contains(&rate) {
        Ok(rate)
    } else {
        Err(refuse(&format!("{name} is {rate}; it must be {wanted}")))
    }
}

fn days(name: &str, text: &str) -> Result<Duration, StartError> {
    let wanted = "a number of days from 1 to 36500";
    let days: u64 = parse(name, text, wanted)?;
    if !(1..=36_500).contains(&days) {
        return Err(refuse(&format!("{name} is {days}; it must be {wanted}")));
    }
    Ok(Duration::from_secs(days * 24 * 3_600))
}

fn networks(name: &str, text: &str) -> Result<Vec<IpNet>, StartError> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| {
            let single = || part.parse::<std::net::IpAddr>().map(IpNet::from);
            part.parse::<IpNet>().or_else(|_| single()).map_err(|_| {
                refuse(&format!(
                    "{name}: {part:?} is no network; write 10.0.0.0/8 or a single address"
                ))
            })
        })
        .collect()
}

fn read_file(named: Option<&Path>, values: &mut Values) -> Result<(), StartError> {
    let path = named.unwrap_or(Path::new(DEFAULT_FILE));
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(());
        }
        Err(error) => return Err(refuse(&format!("{}: {error}", path.display()))),
    };
    let place = path.display().to_string();
    let table: toml::Table = text.parse().map_err(|e: toml::de::Error| {
        // The message of the parser quotes the line, which may hold a password.
        let line = e.span().map_or(0, |s| {
            text[..s.start.min(text.len())].lines().count().max(1)
        });
        refuse(&format!("{place}: line {line} is not TOML"))
    })?;
    for (section, content) in table {
        let toml::Value::Table(content) = content else {
            return Err(refuse(&format!(
                "{place}: {section:?} stands outside a section; write [section] above it"
            )));
        };
        for (name, value) in content {
            let name = format!("{section}.{name}");
            let key = known(&name, &place)?;
            if key.environment_only {
                return Err(refuse(&format!(
                    "{place}: {name} may only come from {}",
                    variable(&name)
                )));
            }
            let value = match value {
                toml::Value::String(text) => text,
                toml::Value::Array(parts) => {
                    let parts: Option<Vec<_>> = parts.iter().map(toml::Value::as_str).collect();
                    parts
                        .ok_or_else(|| refuse(&format!("{place}: {name} is a list of texts")))?
                        .join(",")
                }
                other => other.to_string(),
            };
            values.insert(key.name, (Source::File, Secret::new(value)));
        }
    }
    Ok(())
}

fn read_environment(
    environment: &BTreeMap<String, String>,
    values: &mut Values,
) -> Result<(), StartError> {
    for (name, value) in environment {
        if !name.starts_with("ROADSTEAD_")
            || name.starts_with(TEST_PREFIX)
            || OTHER_VARIABLES.contains(&name.as_str())
            || is_service_link(name)
        {
            continue;
        }
        let from_file = name.strip_suffix("_FILE");
        let key = KEYS.iter().find(|k| {
            let wanted = variable(k.name);
            *name == wanted || (k.secret && from_file == Some(wanted.as_str()))
        });
        let Some(key) = key else {
            let guess = name
                .trim_start_matches("ROADSTEAD_")
                .to_lowercase()
                .replacen('_', ".", 1);
            return Err(refuse(&format!(
                "there is no variable {name}; did you mean {}?",
                variable(nearest(&guess))
            )));
        };
        let value = match from_file.filter(|_| key.secret) {
            Some(_) => read_secret(name, value)?,
            None => Secret::new(value.clone()),
        };
        values.insert(key.name, (Source::Environment, value));
    }
    Ok(())
}

/// Kubernetes puts `ROADSTEAD_SERVICE_HOST`, `ROADSTEAD_PORT_8470_TCP` and their like into every pod
/// beside a Service of our name. No key begins like them.
fn is_service_link(name: &str) -> bool {
    let rest = name.trim_start_matches("ROADSTEAD_");
    rest == "SERVICE_HOST"
        || rest.starts_with("SERVICE_PORT")
        || rest == "PORT"
        || rest
            .strip_prefix("PORT_")
            .is_some_and(|port| port.starts_with(|c: char| c.is_ascii_digit()))
}

fn read_secret(variable: &str, path: &str) -> Result<Secret<String>, StartError> {
    let text =
        std::fs::read_to_string(path).map_err(|e| refuse(&format!("{variable}: {path}: {e}")))?;
    Ok(Secret::new(text.trim_end_matches(['\n', '\r']).to_owned()))
}

fn first_admin(environment: &BTreeMap<String, String>) -> Result<Option<FirstAdmin>, StartError> {
    let name = environment.get("ROADSTEAD_ADMIN_NAME");
    let file = environment.get("ROADSTEAD_ADMIN_PASSWORD_FILE");
    match (name, file) {
        (None, None) => Ok(None),
        (Some(name), Some(file)) => Ok(Some(FirstAdmin {
            name: name.clone(),
            password: read_secret("ROADSTEAD_ADMIN_PASSWORD_FILE", file)?,
        })),
        _ => Err(refuse(
            "ROADSTEAD_ADMIN_NAME and ROADSTEAD_ADMIN_PASSWORD_FILE go together",
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::Config;
    use std::collections::BTreeMap;
    use std::io::Write as _;

    fn load(
        file: Option<&str>,
        set: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Config, String> {
        let mut written = tempfile::NamedTempFile::new().expect("file");
        written
            .write_all(file.unwrap_or_default().as_bytes())
            .expect("write");
        let set: Vec<_> = set.iter().map(ToString::to_string).collect();
        let environment: BTreeMap<_, _> = environment
            .iter()
            .map(|(k, v)| (k.to_string(), v.to_string()))
            .collect();
        Config::load(Some(written.path()), &set, &environment).map_err(|e| e.to_string())
    }

    #[test]
    fn variables_of_the_commands_that_talk_to_a_server_do_not_stop_one() {
        let environment = [
            ("ROADSTEAD_URL", "http://127.0.0.1:8470"),
            ("ROADSTEAD_TOKEN", "rst_x"),
            ("ROADSTEAD_TOKEN_FILE", "/nowhere"),
        ];
        assert_eq!(load(None, &[], &environment).map(drop), Ok(()));
    }

    #[test]
    fn flag_beats_environment_beats_file_beats_default() {
        let file =
            "[server]\nlisten = \"127.0.0.1:1\"\n[outbound]\nallow = [\"10.0.0.0/8\", \"::1\"]\n";
        let environment = [("ROADSTEAD_SERVER_LISTEN", "127.0.0.1:2")];
        let port = |c: &Config| c.listen.port();
        assert_eq!(load(None, &[], &[]).map(|c| port(&c)), Ok(8470));
        assert_eq!(
            load(Some(file), &[], &[]).map(|c| (port(&c), c.outbound_allow.len())),
            Ok((1, 2))
        );
        assert_eq!(load(Some(file), &[], &environment).map(|c| port(&c)), Ok(2));
        let set = ["server.listen=127.0.0.1:3"];
        assert_eq!(
            load(Some(file), &set, &environment).map(|c| port(&c)),
            Ok(3)
        );
    }

    #[test]
    fn unknown_keys_are_refused_with_the_nearest_one() {
        for (answer, meant) in [
            (
                load(Some("[server]\nlisten_on = \"x\""), &[], &[]),
                "server.listen",
            ),
            (
                load(None, &["outbound.alow=10.0.0.0/8"], &[]),
                "outbound.allow",
            ),
            (
                load(None, &[], &[("ROADSTEAD_SERVER_LISTN", "x")]),
                "ROADSTEAD_SERVER_LISTEN",
            ),
        ] {
            let error = answer.err().expect("refused");
            assert!(error.contains(meant), "{error}");
        }
    }

    #[test]
    fn service_link_variables_of_kubernetes_are_no_keys() {
        let environment = [
            ("ROADSTEAD_PORT", "tcp://10.0.0.1:8470"),
            ("ROADSTEAD_SERVICE_HOST", "10.0.0.1"),
            ("ROADSTEAD_SERVICE_PORT", "8470"),
            ("ROADSTEAD_SERVICE_PORT_HTTP", "8470"),
            ("ROADSTEAD_PORT_8470_TCP", "tcp://10.0.0.1:8470"),
            ("ROADSTEAD_PORT_8470_TCP_ADDR", "10.0.0.1"),
        ];
        assert!(load(None, &[], &environment).is_ok());
        assert!(load(None, &[], &[("ROADSTEAD_PORTS", "1")]).is_err());
    }

    #[test]
    fn secrets_are_never_shown_and_the_master_key_comes_from_the_environment_only() {
        let environment = [
            ("ROADSTEAD_DATABASE_URL", "postgres://u:canary-one@host/db"),
            ("ROADSTEAD_SECURITY_MASTER_KEY", "canary-two"),
        ];
        let shown = load(None, &[], &environment)
            .map(|c| c.show())
            .expect("config");
        assert!(!shown.contains("canary"), "{shown}");
        assert!(shown.contains("database.url = set"), "{shown}");
        assert!(load(Some("[security]\nmaster_key = \"x\""), &[], &[]).is_err());
        assert!(load(None, &["security.master_key=x"], &[]).is_err());
        let error = load(Some("[database]\nurl = canary-three"), &[], &[])
            .err()
            .expect("refused");
        assert!(!error.contains("canary"), "{error}");
    }

    #[test]
    fn postgres_without_master_key_is_refused_with_what_to_do() {
        let error = load(None, &[], &[("ROADSTEAD_DATABASE_URL", "postgres://h/d")])
            .err()
            .expect("refused");
        assert!(error.contains("ROADSTEAD_SECURITY_MASTER_KEY"), "{error}");
    }

    #[test]
    fn values_that_make_no_sense_are_refused() {
        for set in [
            "server.listen=8470",
            "server.public_url=ftp://x",
            "server.trusted_proxies=ten",
            "audit.retention_days=0",
            "audit.retention_days=forever",
            "crawl.enabled=perhaps",
            "sweep.requests_per_second=0",
            "sweep.requests_per_second=1000",
            "sweep.requests_per_second=NaN",
            "sweep.requests_per_second=fast",
            "log.level=loud",
            "log.format=xml",
            "server.listen",
        ] {
            assert!(load(None, &[set], &[]).is_err(), "{set}");
        }
    }
}
