//! The table of configuration keys.

/// One key.
pub(crate) struct Key {
    /// `section.key`, as in the file and after `--set`.
    pub(crate) name: &'static str,
    /// What it is when nobody sets it.
    pub(crate) default: &'static str,
    /// Whether its value must never be shown. Such a key can also be given as a file's name.
    pub(crate) secret: bool,
    /// Whether it may only come from the environment.
    pub(crate) environment_only: bool,
    /// What it is for, in one line.
    pub(crate) help: &'static str,
}

const fn key(name: &'static str, default: &'static str, help: &'static str) -> Key {
    Key {
        name,
        default,
        secret: false,
        environment_only: false,
        help,
    }
}

/// Every key there is. Lists are written with commas.
pub(crate) const KEYS: &[Key] = &[
    key(
        "server.listen",
        "127.0.0.1:8470",
        "where the API and the console are served",
    ),
    key(
        "server.public_url",
        "",
        "how people reach Roadstead from outside",
    ),
    key(
        "server.metrics_listen",
        "127.0.0.1:8471",
        "where metrics are served",
    ),
    key(
        "server.trusted_proxies",
        "",
        "networks whose X-Forwarded-For is believed",
    ),
    key(
        "data.dir",
        "./roadstead-data",
        "where the embedded database and the master key are kept",
    ),
    Key {
        secret: true,
        ..key(
            "database.url",
            "",
            "PostgreSQL; empty means the embedded database in data.dir",
        )
    },
    Key {
        secret: true,
        environment_only: true,
        ..key(
            "security.master_key",
            "",
            "seals credentials; needed with PostgreSQL",
        )
    },
    Key {
        secret: true,
        environment_only: true,
        ..key(
            "security.master_key_previous",
            "",
            "the key before, while the master key is being rotated",
        )
    },
    key(
        "outbound.allow",
        "",
        "networks that may be connected to besides public ones",
    ),
    key(
        "outbound.deny",
        "",
        "networks that may never be connected to",
    ),
    key(
        "audit.retention_days",
        "400",
        "how many days audit entries are kept",
    ),
    key(
        "crawl.enabled",
        "true",
        "whether what registries hold is read; what was read before stays",
    ),
    key(
        "sweep.requests_per_second",
        "2",
        "requests a second to one registry for looking again at what was read; 0.01 to 100",
    ),
    key("log.level", "info", "error, warn, info, debug or trace"),
    key("log.format", "auto", "auto, text or json"),
];

/// The key of this name.
pub(crate) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|k| k.name == name)
}

/// The key somebody probably meant.
pub(crate) fn nearest(name: &str) -> &'static str {
    KEYS.iter()
        .map(|k| (distance(name, k.name), k.name))
        .min()
        .map_or("", |(_, name)| name)
}

/// The variable of a key: `server.listen` is `ROADSTEAD_SERVER_LISTEN`.
pub(crate) fn variable(name: &str) -> String {
    format!("ROADSTEAD_{}", name.replace('.', "_").to_uppercase())
}

/// How many letters to add, remove or change.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let change = corner + usize::from(x != *y);
            corner = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}
