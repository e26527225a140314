//! Secrets in the code: they are compared in constant time, and leave their wrapping in few places.

use super::text::product_part;
use crate::project::read;
use std::path::Path;

/// Types of secrets and of what stands for them, and where they are. None of them has `==`, nor
/// anything that would print it.
const TYPES: &[(&str, &str)] = &[
    ("crates/core/src/model/secret.rs", "Secret"),
    ("crates/core/src/model/session.rs", "SessionToken"),
    ("crates/core/src/model/session.rs", "TokenDigest"),
    ("crates/core/src/model/api_token.rs", "ApiTokenText"),
    ("crates/core/src/model/hook.rs", "HookSecret"),
    ("crates/core/src/model/user.rs", "PasswordHash"),
    ("crates/core/src/model/connection.rs", "Account"),
    ("crates/store/src/master_key.rs", "MasterKey"),
];

/// What compares secrets, and what it must be made of.
const COMPARISONS: &[(&str, &str, &str)] = &[
    ("crates/core/src/model/session.rs", "fn matches", ".ct_eq("),
    (
        "crates/app/src/services/tokens.rs",
        "fn resume",
        ".matches(",
    ),
    ("crates/app/src/services/hooks.rs", "fn post", ".matches("),
    ("crates/http/src/gate.rs", "fn check_own_page", ".ct_eq("),
    ("crates/store/src/vault.rs", "fn key_of_check", ".ct_eq("),
    ("crates/app/src/cursor.rs", "fn read", ".fold(0_u8"),
];

/// Where the HTTP side unwraps a secret: inputs on their way to the one function that takes them,
/// and the answers that show one once.
const EXPOSED: &[(&str, usize)] = &[
    ("crates/http/src/routes/profile.rs", 1),
    ("crates/http/src/routes/session.rs", 1),
    ("crates/http/src/routes/setup.rs", 1),
    ("crates/http/src/views/api_token.rs", 1),
    ("crates/http/src/views/identity.rs", 1),
    ("crates/http/src/views/hook.rs", 1),
    ("crates/http/src/views/registry_edit.rs", 1),
    ("crates/http/src/views/registry_input.rs", 2),
    ("crates/http/src/views/sharing.rs", 1),
    ("crates/http/src/views/user.rs", 1),
];

/// Words that tell a secret in an expression.
const WORDS: &[&str] = &[
    "expose",
    "digest",
    "csrf",
    "csrf_token",
    "secret",
    "password",
    "checksum",
    "mac",
];

pub(crate) fn findings(root: &Path, files: &[String]) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for (file, name) in TYPES {
        found.extend(of_type(file, name, &read(&root.join(file))?));
    }
    for (file, function, with) in COMPARISONS {
        found.extend(of_comparison(
            file,
            function,
            with,
            &read(&root.join(file))?,
        ));
    }
    for file in files {
        if !file.starts_with("crates/") || !file.contains("/src/") || !file.ends_with(".rs") {
            continue;
        }
        let text = read(&root.join(file))?;
        found.extend(of_code(file, &text));
        if file.starts_with("crates/http/src/") {
            found.extend(of_answers(file, &text));
        }
    }
    Ok(found)
}

/// A type of secrets that can be compared by `==` or printed.
fn of_type(file: &str, name: &str, text: &str) -> Option<String> {
    let defined = [
        format!("struct {name}("),
        format!("struct {name}<"),
        format!("struct {name} {{"),
    ];
    let at = defined.iter().find_map(|d| text.find(d.as_str()));
    let Some(at) = at else {
        return Some(format!("{file} defines no {name}"));
    };
    // The attributes stand between the item before and this one.
    let before = text[..at].rsplit("\n}").next().unwrap_or_default();
    let derived = before
        .lines()
        .filter(|line| line.trim_start().starts_with("#[derive("))
        .flat_map(|line| line.split(|c: char| !c.is_alphanumeric()));
    let mut never = vec!["PartialEq", "Eq", "Hash", "PartialOrd", "Ord", "Serialize"];
    // A digest leads to nothing, so it may be printed.
    if name != "TokenDigest" {
        never.push("Debug");
    }
    let mut derived: Vec<&str> = derived.filter(|word| never.contains(word)).collect();
    let by_hand = ["PartialEq for", "Debug for", "Display for", "Serialize for"];
    derived.extend(by_hand.iter().filter(|start| {
        let whole = format!("{start} {name}");
        text.lines()
            .any(|line| line.starts_with("impl") && line.contains(&whole))
    }));
    (!derived.is_empty()).then(|| format!("{file}: {name} has {}", derived.join(", ")))
}

/// A comparison of secrets that has lost what makes its time constant.
fn of_comparison(file: &str, function: &str, with: &str, text: &str) -> Option<String> {
    let product = product_part(text);
    // From its name to the next function; the first one of a name that does it is enough.
    let bodies = product.split("fn ").skip(1);
    let name = function.trim_start_matches("fn ");
    let does = bodies
        .filter(|body| {
            let rest = body.strip_prefix(name);
            rest.is_some_and(|rest| rest.starts_with(['(', '<']))
        })
        .any(|body| body.contains(with));
    (!does).then(|| format!("{file}: `{function}` compares a secret without `{with}`"))
}

/// `==` and `!=` beside what is called a secret. Its length and whether there is one may be told.
fn of_code(file: &str, text: &str) -> Vec<String> {
    product_part(text)
        .lines()
        .enumerate()
        .map(|(number, line)| (number + 1, line.split("//").next().unwrap_or_default()))
        .filter(|(_, line)| {
            let signs = [" == ", " != "].into_iter();
            signs
                .flat_map(|sign| line.match_indices(sign))
                .any(|(at, sign)| {
                    let left = line[..at].split_whitespace().next_back();
                    let right = line[at + sign.len()..].split_whitespace().next();
                    left.is_some_and(is_secret) || right.is_some_and(is_secret)
                })
        })
        .map(|(number, _)| {
            format!("{file} line {number}: a secret is compared by `==`; use `ct_eq`")
        })
        .collect()
}

/// Whether the last name of an operand is that of a secret: `&self.digest`, `given.expose())`.
fn is_secret(operand: &str) -> bool {
    let last = operand.rsplit('.').next().unwrap_or_default();
    let name = last.trim_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
    // Of a call the last name is that of the function.
    let name = name.rsplit(['(', '&', '*']).next().unwrap_or(name);
    WORDS.contains(&name.to_lowercase().as_str())
}

/// A secret that is unwrapped where no answer or input needs it.
fn of_answers(file: &str, text: &str) -> Option<String> {
    let there = product_part(text).matches(".expose()").count();
    let allowed = EXPOSED.iter().find(|(path, _)| *path == file);
    let allowed = allowed.map_or(0, |(_, count)| *count);
    (there != allowed).then(|| {
        format!("{file}: {there} secrets are unwrapped, {allowed} are allowed (xtask/src/tidy/secrets.rs)")
    })
}

#[cfg(test)]
mod tests {
    use super::{findings, of_answers, of_code, of_comparison, of_type};
    use crate::project::{files, root};

    #[test]
    fn sec_24_secrets_are_compared_in_constant_time() {
        let root = root().expect("root");
        let files = files(&root).expect("files");
        let found = findings(&root, &files).expect("read");
        assert!(found.is_empty(), "\n{}", found.join("\n"));
    }

    #[test]
    fn sec_24_each_way_to_compare_a_secret_is_found() {
        for line in [
            "if given.expose() == wanted.expose() {",
            "if self.digest != other.digest {",
            "let same = csrf == expected;",
            "a.filter(|t| t.password == password)",
            "if *digest == found {",
        ] {
            assert_eq!(of_code("crates/app/src/a.rs", line).len(), 1, "{line}");
        }
        for line in [
            "if secret.len() == 32 {",
            "if kind == Kind::Harbor {",
            "if k.secret && from == Some(wanted) {",
            "// digest == digest",
        ] {
            let found = of_code("crates/app/src/a.rs", line);
            assert!(
                found.is_empty() || line.starts_with("if k.secret"),
                "{line}"
            );
        }
        let derived = "/// x\n#[derive(Clone, PartialEq)]\npub struct Key([u8; 32]);\n";
        assert!(of_type("a.rs", "Key", derived).is_some());
        let by_hand = "pub struct Key([u8; 32]);\nimpl PartialEq for Key {\n";
        assert!(of_type("a.rs", "Key", by_hand).is_some());
        assert!(of_type("a.rs", "Key", "struct Other;\n").is_some());
        let none = "#[derive(PartialEq)]\nstruct A {\n}\n#[derive(Clone)]\npub struct Key(u8);\n";
        assert_eq!(of_type("a.rs", "Key", none), None);
        let plain = "fn matches(&self) -> bool { self.0 == other.0 }\n";
        assert!(of_comparison("a.rs", "fn matches", ".ct_eq(", plain).is_some());
        let constant = "fn matches(&self) -> bool { self.0.ct_eq(&other.0).into() }\n";
        assert_eq!(
            of_comparison("a.rs", "fn matches", ".ct_eq(", constant),
            None
        );
    }

    #[test]
    fn sec_09_secret_unwrapped_for_an_answer_is_found() {
        let line = "url: link.token.expose().to_owned(),\n";
        assert!(of_answers("crates/http/src/views/registry.rs", line).is_some());
        assert_eq!(of_answers("crates/http/src/views/user.rs", line), None);
        let twice = line.repeat(2);
        assert!(of_answers("crates/http/src/views/user.rs", &twice).is_some());
    }
}
