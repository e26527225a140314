//! One version and one feature set of everything: crates take dependencies, lints and licence
//! from the workspace, npm projects name exact versions.

use crate::project::read;
use serde_json::Value;
use std::path::Path;

pub(crate) fn findings(root: &Path, files: &[String]) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for file in files {
        let name = file.rsplit('/').next().unwrap_or(file);
        let problems = match name {
            // The fuzzer's is a workspace of its own.
            "Cargo.toml" if file != "Cargo.toml" && !file.starts_with("fuzz/") => {
                of_crate(&read(&root.join(file))?)
            }
            "package.json" => of_npm(&read(&root.join(file))?),
            _ => continue,
        };
        found.extend(problems.into_iter().map(|p| format!("{file}: {p}")));
    }
    Ok(found)
}

fn of_crate(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut section = "";
    let mut inherits_lints = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
            if let Some((_, dependency)) = section.split_once("dependencies.") {
                found.push(format!("write `{dependency}` on one line of its section"));
            }
            continue;
        }
        let from_workspace = line.replace(' ', "").contains("workspace=true");
        match section {
            "lints" => inherits_lints |= from_workspace,
            _ if section.ends_with("dependencies") && !from_workspace => {
                found.push(format!("`{line}` is not taken from the workspace"));
            }
            "package" if line.starts_with("license") && !from_workspace => {
                found.push("the licence is not the workspace's".to_owned());
            }
            _ => {}
        }
    }
    if !inherits_lints {
        found.push("the workspace's lints are not taken (`[lints] workspace = true`)".to_owned());
    }
    found
}

fn of_npm(text: &str) -> Vec<String> {
    let Ok(package) = serde_json::from_str::<Value>(text) else {
        return vec!["is not JSON".to_owned()];
    };
    ["dependencies", "devDependencies"]
        .iter()
        .filter_map(|section| package[section].as_object())
        .flatten()
        .filter(|(_, version)| {
            let exact = version.as_str().unwrap_or_default();
            !exact.starts_with(|c: char| c.is_ascii_digit()) || exact.contains([' ', 'x', '*'])
        })
        .map(|(name, version)| format!("{name} is not one exact version but {version}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{of_crate, of_npm};

    #[test]
    fn crate_with_its_own_version_or_lints_is_found() {
        let good = "[package]\nlicense.workspace = true\n[lints]\nworkspace = true\n\
                    [dependencies]\nserde = { workspace = true }\nuuid.workspace = true\n";
        assert!(of_crate(good).is_empty());
        let bad = "[package]\nlicense = \"MIT\"\n[dev-dependencies]\nuuid = \"1\"\n[dependencies.serde]\nversion = \"1\"\n";
        assert_eq!(of_crate(bad).len(), 4, "{:?}", of_crate(bad));
    }

    #[test]
    fn npm_range_is_found() {
        let found =
            of_npm(r#"{"dependencies":{"a":"1.2.3","b":"^1.2.3"},"devDependencies":{"c":"1.x"}}"#);
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
