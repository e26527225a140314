//! What we may be built from: permissive licences, read from each crate's SPDX expression.

use serde_json::Value;

const ALLOWED: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Unicode-3.0",
    "Zlib",
    "0BSD",
    "CC0-1.0",
    "Unlicense",
    "OpenSSL",
    "MPL-2.0",
    "CDLA-Permissive-2.0",
    "BSL-1.0",
];

pub(crate) fn findings(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages
        .filter_map(|package| {
            let name = package["name"].as_str().unwrap_or_default();
            let Some(expression) = package["license"].as_str() else {
                return Some(format!("{name} states no licence"));
            };
            match allowed(expression) {
                Some(true) => None,
                Some(false) => Some(format!("{name} is under {expression}")),
                None => Some(format!("{name}: `{expression}` is no licence expression")),
            }
        })
        .collect()
}

/// Whether the expression can be met with allowed licences alone; `None` when it cannot be read.
fn allowed(expression: &str) -> Option<bool> {
    // Before SPDX expressions, crates wrote a slash for OR.
    let spaced = expression
        .replace('/', " OR ")
        .replace('(', " ( ")
        .replace(')', " ) ");
    let mut words: Vec<&str> = spaced.split_whitespace().rev().collect();
    let met = either(&mut words)?;
    words.is_empty().then_some(met)
}

/// `words` is a stack: the next word is the last.
fn either(words: &mut Vec<&str>) -> Option<bool> {
    let mut met = both(words)?;
    while words.last() == Some(&"OR") {
        words.pop();
        met |= both(words)?;
    }
    Some(met)
}

fn both(words: &mut Vec<&str>) -> Option<bool> {
    let mut met = one(words)?;
    while words.last() == Some(&"AND") {
        words.pop();
        met &= one(words)?;
    }
    Some(met)
}

fn one(words: &mut Vec<&str>) -> Option<bool> {
    match words.pop()? {
        "(" => {
            let met = either(words)?;
            (words.pop()? == ")").then_some(met)
        }
        "OR" | "AND" | "WITH" | ")" => None,
        name if words.last() == Some(&"WITH") => {
            words.pop();
            let whole = format!("{name} WITH {}", words.pop()?);
            Some(ALLOWED.contains(&whole.as_str()))
        }
        name => Some(ALLOWED.contains(&name)),
    }
}

#[cfg(test)]
mod tests {
    use super::{allowed, findings};
    use serde_json::json;

    #[test]
    fn expression_is_met_or_not() {
        for met in [
            "MIT",
            "MIT/Apache-2.0",
            "GPL-3.0 OR MIT",
            "MIT AND GPL-3.0 OR ISC",
            "(MIT OR GPL-2.0) AND Unicode-3.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-2.0",
        ] {
            assert_eq!(allowed(met), Some(true), "{met}");
        }
        for unmet in [
            "GPL-3.0",
            "MIT AND GPL-3.0",
            "(MIT OR ISC) AND AGPL-3.0",
            "GPL-2.0 WITH Classpath-exception-2.0",
        ] {
            assert_eq!(allowed(unmet), Some(false), "{unmet}");
        }
        for unread in ["", "MIT OR", "(MIT", "MIT ISC", "AND MIT"] {
            assert_eq!(allowed(unread), None, "{unread}");
        }
    }

    #[test]
    fn crate_without_or_with_another_licence_is_found() {
        let found = findings(&json!({"packages": [
            {"name": "a", "license": "MIT"},
            {"name": "b", "license": "GPL-3.0"},
            {"name": "c", "license": null},
        ]}));
        assert_eq!(found, ["b is under GPL-3.0", "c states no licence"]);
    }
}
