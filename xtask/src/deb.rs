//! The programs the tests talk to, and the Debian packages they come in.

use crate::golang;
use crate::peers::postgres;
use crate::proc::{Task, find_program};
use crate::python;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Something the tests need from the machine.
pub(crate) struct Need {
    /// The word for it in `ROADSTEAD_TEST_WITHOUT`.
    pub(crate) name: &'static str,
    pub(crate) package: &'static str,
    present: fn() -> bool,
}

/// Everything the tests need beyond Rust, Node and git.
pub(crate) const NEEDS: &[Need] = &[
    Need {
        name: "postgres",
        package: "postgresql",
        present: || postgres::programs().is_some(),
    },
    Need {
        name: "docker-registry",
        package: "docker-registry",
        present: || has("docker-registry"),
    },
    Need {
        name: "skopeo",
        package: "skopeo",
        present: || has("skopeo"),
    },
    Need {
        name: "chromium",
        package: "chromium",
        present: || chromium().is_some(),
    },
    Need {
        name: "fonts",
        package: "fonts-noto-cjk",
        present: cjk_font,
    },
    Need {
        name: "curl",
        package: "curl",
        present: || has("curl"),
    },
    Need {
        name: "jq",
        package: "jq",
        present: || has("jq"),
    },
    Need {
        name: "python",
        package: "python3-venv",
        present: python::present,
    },
    Need {
        name: "go",
        package: "golang",
        present: golang::present,
    },
];

fn has(program: &str) -> bool {
    find_program(program, &[]).is_some()
}

/// The browser: the one `ROADSTEAD_TEST_CHROMIUM` names, or Debian's.
pub(crate) fn chromium() -> Option<PathBuf> {
    match std::env::var_os("ROADSTEAD_TEST_CHROMIUM") {
        Some(named) => Some(PathBuf::from(named)).filter(|file| file.is_file()),
        None => find_program("chromium", &[]),
    }
}

fn cjk_font() -> bool {
    let folders = [
        "/usr/share/fonts/opentype/noto",
        "/usr/share/fonts/noto-cjk",
    ];
    folders.iter().any(|folder| {
        std::fs::read_dir(folder).is_ok_and(|mut files| {
            files.any(|file| {
                file.is_ok_and(|f| f.file_name().to_string_lossy().starts_with("NotoSansCJK"))
            })
        })
    })
}

/// What is missing of everything not declared absent.
pub(crate) fn missing(without: &[String]) -> Vec<&'static Need> {
    NEEDS
        .iter()
        .filter(|need| !without.iter().any(|name| name == need.name) && !(need.present)())
        .collect()
}

/// Installs what is missing, when that is possible here; otherwise says what to do.
pub(crate) fn install(without: &[String]) -> Result<(), String> {
    let lacking = missing(without);
    if lacking.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = lacking.iter().map(|need| need.package).collect();
    let line = format!(
        "apt-get install --yes --no-install-recommends {}",
        packages.join(" ")
    );
    let names: Vec<&str> = lacking.iter().map(|need| need.name).collect();
    let plainly = |why: &str| {
        format!(
            "Missing for the tests: {}.\n{why}\n  {line}\n\
             or leave parts out, which counts as PARTIAL:\n  ROADSTEAD_TEST_WITHOUT={}",
            names.join(", "),
            names.join(",")
        )
    };
    if !has("apt-get") {
        return Err(plainly(
            "This machine has no apt-get; install the same programs another way. On Debian:",
        ));
    }
    if !is_root()? {
        return Err(plainly("Only root can install them:"));
    }
    println!("   {line}");
    let apt = |arguments: &[&str]| {
        Task::new("apt-get")
            .args(["--quiet", "--option", "DPkg::Lock::Timeout=300"])
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .limit(Duration::from_secs(20 * 60))
            .done()
    };
    apt(&["update"])?;
    let mut arguments = vec!["install", "--yes", "--no-install-recommends"];
    arguments.extend(&packages);
    apt(&arguments)?;
    let still = missing(without);
    if still.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = still.iter().map(|need| need.name).collect();
    Err(format!(
        "installed, yet not found: {}. Look at the output of `{line}`",
        names.join(", ")
    ))
}

/// Whether we run as root.
pub(crate) fn is_root() -> Result<bool, String> {
    let id = Task::new("id")
        .args(["-u"])
        .limit(Duration::from_secs(10))
        .output()?;
    Ok(id.trim() == "0")
}

/// Refuses a Node.js that is missing or older than the console needs.
pub(crate) fn node() -> Result<(), String> {
    let wanted = "Node.js 20.19 or newer with npm is needed to build the console";
    if find_program("npm", &[]).is_none() {
        return Err(format!("{wanted}; there is no `npm` in PATH."));
    }
    let version = Task::new("node")
        .args(["--version"])
        .limit(Duration::from_secs(30))
        .output()
        .map_err(|_| format!("{wanted}; there is no `node` in PATH."))?;
    if new_enough(version.trim()) {
        Ok(())
    } else {
        Err(format!("{wanted}; this is {}.", version.trim()))
    }
}

fn new_enough(version: &str) -> bool {
    let mut parts = version.trim_start_matches('v').split('.');
    let mut next = || parts.next().and_then(|p| p.parse::<u32>().ok());
    let (major, minor) = (next().unwrap_or(0), next().unwrap_or(0));
    (major, minor) >= (20, 19)
}

/// The folders of a Debian layout whose names are versions, newest first.
pub(crate) fn versions_in(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir(folder)
        .map(|entries| {
            entries
                .flatten()
                .filter_map(|e| Some((e.file_name().to_str()?.parse().ok()?, e.path())))
                .collect()
        })
        .unwrap_or_default();
    found.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    found.into_iter().map(|(_, path)| path).collect()
}

#[cfg(test)]
mod tests {
    use super::new_enough;

    #[test]
    fn node_version_is_compared_by_number() {
        assert!(new_enough("v20.19.0") && new_enough("v22.1.0") && new_enough("v100.0.0"));
        assert!(!new_enough("v20.9.5") && !new_enough("v18.30.1") && !new_enough("nonsense"));
    }
}
