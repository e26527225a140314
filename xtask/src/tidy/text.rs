//! What stands in files: their length, marks left behind, routes outside the one door, paths of
//! somebody's machine.

use crate::project::read;
use std::path::Path;

const LINES: usize = 600;

/// Long because they are one flat table, or generated.
const TABLES: &[&str] = &[
    "crates/core/src/error_codes.rs",
    "console/src/i18n/",
    "console/src/api/schema.d.ts",
];

/// Where routes may be added: the door itself, and the metrics page. That is served on an address
/// of its own, to a collector and never to people, so there is no session to ask for.
const DOORS: &[&str] = &["crates/http/src/api.rs", "crates/http/src/metrics_page.rs"];

pub(crate) fn findings(root: &Path, files: &[String]) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for file in files {
        let of_file = if is_code(file) {
            of_code(file, &read(&root.join(file))?)
        } else if file.ends_with(".md") {
            of_page(&read(&root.join(file))?)
        } else {
            continue;
        };
        found.extend(
            of_file
                .into_iter()
                .map(|problem| format!("{file}: {problem}")),
        );
    }
    Ok(found)
}

fn is_code(file: &str) -> bool {
    [".rs", ".ts", ".tsx", ".mjs"]
        .iter()
        .any(|end| file.ends_with(end))
}

/// Whether the whole file is a test.
fn is_test(file: &str) -> bool {
    file.starts_with("e2e/")
        || file.contains("/tests/")
        || file.contains("/testkit/")
        || file.contains(".test.")
}

/// The part of a Rust file before its unit tests.
pub(super) fn product_part(text: &str) -> &str {
    let mut from = 0;
    while let Some(at) = text[from..].find("#[cfg(test)]") {
        let after = from + at + "#[cfg(test)]".len();
        if text[after..].trim_start().starts_with("mod tests") {
            return &text[..from + at];
        }
        from = after;
    }
    text
}

fn of_code(file: &str, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    if is_test(file) {
        return found;
    }
    let product = product_part(text);
    let lines = product.lines().count();
    if lines > LINES && !TABLES.iter().any(|table| file.starts_with(table)) {
        found.push(format!(
            "{lines} lines before its tests; {LINES} are the most"
        ));
    }
    for (number, line) in product.lines().enumerate() {
        if let Some(mark) = marks().iter().find(|mark| has_word(line, mark)) {
            found.push(format!("line {}: a {mark} is left", number + 1));
        }
    }
    if file.starts_with("crates/http/src/") && !DOORS.contains(&file) {
        found.extend(routes_beside_the_door(product));
    }
    found
}

/// Calls that give the router a route without a permission. `Api::route` takes one first.
fn routes_beside_the_door(text: &str) -> Vec<String> {
    let calls = [".route(", ".routes(", ".route_service(", ".nest_service("];
    calls
        .iter()
        .flat_map(|call| text.match_indices(call))
        .filter(|(at, call)| {
            !text[at + call.len()..]
                .trim_start()
                .starts_with("Permission::")
        })
        .map(|(at, _)| {
            let line = text[..at].lines().count();
            format!("line {line}: a route without a permission; use `Api::route`")
        })
        .collect()
}

/// Written in two halves, so that this file holds none.
fn marks() -> [String; 3] {
    [("TO", "DO"), ("FIX", "ME"), ("HA", "CK")].map(|(a, b)| format!("{a}{b}"))
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let boundary = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        boundary(line[..at].chars().next_back()) && boundary(line[at + word.len()..].chars().next())
    })
}

fn of_page(text: &str) -> Vec<String> {
    let homes = ["home", "Users", "root", "work"].map(|name| format!("/{name}/"));
    text.lines()
        .enumerate()
        .filter(|(_, line)| {
            homes.iter().any(|home| {
                line.match_indices(home.as_str()).any(|(at, _)| {
                    // A path of its own, not the middle of another one.
                    !line[..at].ends_with(|c: char| c.is_alphanumeric() || "._-}".contains(c))
                })
            })
        })
        .map(|(number, _)| format!("line {}: names a path of somebody's machine", number + 1))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{LINES, marks, of_code, of_page};

    #[test]
    fn long_file_is_found_and_its_tests_do_not_count() {
        let long = "let a;\n".repeat(LINES + 1);
        assert_eq!(of_code("crates/app/src/a.rs", &long).len(), 1);
        assert!(of_code("console/src/i18n/en/index.ts", &long).is_empty());
        assert!(of_code("crates/app/tests/it/main.rs", &long).is_empty());
        let tested = format!("let a;\n#[cfg(test)]\nmod tests {{\n{long}}}\n");
        assert!(of_code("crates/app/src/a.rs", &tested).is_empty());
    }

    #[test]
    fn mark_is_found_as_a_word() {
        let [mark, ..] = marks();
        assert_eq!(
            of_code("crates/app/src/a.rs", &format!("// {mark}: later\n")).len(),
            1
        );
        assert!(of_code("crates/app/src/a.rs", &format!("let {mark}_LIST = 1;\n")).is_empty());
    }

    #[test]
    fn sec_15_route_beside_the_door_is_found() {
        let line = "router.route(\"/x\", get(x))\n";
        assert_eq!(of_code("crates/http/src/routes/x.rs", line).len(), 1);
        assert!(of_code("crates/http/src/api.rs", line).is_empty());
        let declared = "api.route(\n    Permission::RegistryRead,\n    routes!(list),\n)\n";
        assert!(of_code("crates/http/src/lib.rs", declared).is_empty());
    }

    #[test]
    fn path_of_a_machine_is_found() {
        let home = format!("see /{}/me/x\n", "home");
        assert_eq!(of_page(&home).len(), 1);
        assert!(of_page("see https://example.test/a/home/x and docs/home/x\n").is_empty());
    }
}
