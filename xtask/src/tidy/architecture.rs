//! ARCHITECTURE.md does not rot: every file it names exists, and a name in backticks that follows
//! a Rust file on the same line is defined in that file.

use crate::project::read;
use std::path::Path;

const PAGE: &str = "ARCHITECTURE.md";

/// The sections that walk through the code, and how many symbols each names at the least.
const WALKS: &[(&str, usize)] = &[
    ("## One request: integrate a registry", 10),
    ("## One reconcile: health", 4),
];

pub(crate) fn findings(root: &Path, files: &[String]) -> Result<Vec<String>, String> {
    let page = read(&root.join(PAGE))?;
    let mut found = Vec::new();
    for (number, line) in page.lines().enumerate() {
        for reference in references(line) {
            let problem = match &reference {
                Reference::Path(path) => {
                    (!exists(files, path)).then(|| format!("there is no {path}"))
                }
                Reference::Symbol(path, symbol) => {
                    let text = std::fs::read_to_string(root.join(path)).unwrap_or_default();
                    (!defines(&text, symbol)).then(|| format!("{path} defines no {symbol}"))
                }
            };
            found.extend(problem.map(|p| format!("{PAGE} line {}: {p}", number + 1)));
        }
    }
    for (heading, least) in WALKS {
        let section = page
            .split_once(heading)
            .map_or("", |(_, rest)| rest.split("\n## ").next().unwrap_or(rest));
        let named = section
            .lines()
            .flat_map(references)
            .filter(|r| matches!(r, Reference::Symbol(..)))
            .count();
        if named < *least {
            found.push(format!(
                "{PAGE}: `{heading}` names {named} symbols; {least} are the least"
            ));
        }
    }
    Ok(found)
}

#[derive(Debug, PartialEq, Eq)]
enum Reference {
    Path(String),
    Symbol(String, String),
}

/// What a line names in backticks: paths, and symbols of the last Rust file before them.
fn references(line: &str) -> Vec<Reference> {
    let mut found = Vec::new();
    let mut file: Option<String> = None;
    for word in line.split('`').skip(1).step_by(2) {
        if is_path(word) {
            file = word.ends_with(".rs").then(|| word.to_owned());
            found.push(Reference::Path(word.to_owned()));
        } else if let Some(path) = &file
            && is_symbol(word)
        {
            found.push(Reference::Symbol(path.clone(), word.to_owned()));
        }
    }
    found
}

/// A path inside the project: has a slash, starts with a folder of ours, is no pattern.
fn is_path(word: &str) -> bool {
    let folders = [
        "crates/", "console/", "xtask/", "e2e/", "bench/", "docs/", "guards/", ".ci/",
    ];
    folders.iter().any(|folder| word.starts_with(folder)) && !word.contains(['<', '*', '{', ' '])
}

fn is_symbol(word: &str) -> bool {
    !word.is_empty()
        && word.split("::").all(|part| {
            part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        })
}

fn exists(files: &[String], path: &str) -> bool {
    let folder = format!("{}/", path.trim_end_matches('/'));
    files
        .iter()
        .any(|file| file == path || file.starts_with(&folder))
}

/// Whether the text defines every part of `Type::method`.
fn defines(text: &str, symbol: &str) -> bool {
    const KEYWORDS: &[&str] = &[
        "fn",
        "struct",
        "enum",
        "trait",
        "type",
        "const",
        "static",
        "mod",
        "macro_rules!",
        "impl",
        "for",
    ];
    symbol.split("::").all(|part| {
        text.lines().any(|line| {
            let code = line.split("//").next().unwrap_or_default();
            let words: Vec<&str> = code
                .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '!'))
                .filter(|word| !word.is_empty())
                .collect();
            words
                .windows(2)
                .any(|pair| KEYWORDS.contains(&pair[0]) && pair[1] == part)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{Reference, defines, references};

    #[test]
    fn symbols_belong_to_the_rust_file_before_them() {
        let line = "`http` calls `crates/app/src/a.rs` `Service::make`, then `201`; see `docs/adr/` and `later`";
        assert_eq!(
            references(line),
            [
                Reference::Path("crates/app/src/a.rs".to_owned()),
                Reference::Symbol("crates/app/src/a.rs".to_owned(), "Service::make".to_owned()),
                Reference::Path("docs/adr/".to_owned()),
            ]
        );
    }

    #[test]
    fn symbol_is_defined_not_only_mentioned() {
        let text = "pub struct Service<T> { x: T }\nimpl Service<u8> {\n    pub async fn make(&self) {}\n}\n// fn gone() is no more\nuse other::thing;\n";
        assert!(defines(text, "Service::make") && defines(text, "Service"));
        assert!(!defines(text, "gone") && !defines(text, "thing"));
        assert!(!defines(text, "Service::thing"));
    }
}
