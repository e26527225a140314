//! What people type.

use roadstead_core::model::DigestStart;

/// What is looked for: words in lower case, and the digits of a digest when the last one may be
/// part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Query {
    words: Vec<String>,
    hex: Option<String>,
}

impl Query {
    /// Words are separated by spaces, by the colon before a tag, and by the `@` before a digest.
    /// What is pasted as a reference begins with a host, which no repository's name has. `None`
    /// when there is nothing to look for.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let text = text
            .trim_start_matches("https://")
            .trim_start_matches("http://");
        let text = match text.split_once('/') {
            Some((host, rest)) if is_host(host) => rest,
            _ => text,
        };
        let mut words: Vec<String> = text
            .split(|c: char| c.is_whitespace() || c.is_control() || c == ':' || c == '@')
            .filter(|word| !word.is_empty())
            .map(ToOwned::to_owned)
            .collect();
        // The algorithm says nothing that its digits do not.
        if words.len() > 1
            && words
                .last()
                .is_some_and(|last| DigestStart::range(last).is_some())
        {
            words.retain(|word| word != "sha256");
        }
        let last = words.last()?;
        let hex = DigestStart::range(last).is_some().then(|| last.clone());
        Some(Self { words, hex })
    }

    /// The word that may be of anything.
    pub(super) fn last(&self) -> &str {
        self.words.last().map_or("", String::as_str)
    }

    /// The words that must be of the repository's name.
    pub(super) fn others(&self) -> &[String] {
        self.words.split_last().map_or(&[], |(_, others)| others)
    }

    /// The digests that are meant.
    pub(super) fn digest(&self) -> Option<(DigestStart, DigestStart)> {
        self.hex.as_deref().and_then(DigestStart::range)
    }

    /// The digits a digest begins with.
    pub(crate) fn hex(&self) -> Option<&str> {
        self.hex.as_deref()
    }

    /// The longest word, for a database that looks at names only.
    pub(crate) fn longest(&self) -> &str {
        let longest = self.words.iter().max_by_key(|word| word.len());
        longest.map_or("", String::as_str)
    }
}

/// As clients tell a host from the first part of a name (distribution/reference `splitDockerDomain`).
fn is_host(part: &str) -> bool {
    part == "localhost" || part.contains(['.', ':'])
}

#[cfg(test)]
mod tests {
    use super::Query;

    fn words(text: &str) -> Vec<String> {
        Query::parse(text)
            .map(|query| query.words)
            .unwrap_or_default()
    }

    #[test]
    fn reference_is_taken_apart() {
        assert_eq!(words("Nginx"), ["nginx"]);
        assert_eq!(words(" team/app:1.2 "), ["team/app", "1.2"]);
        assert_eq!(
            words("registry.example.com:5000/team/app:v1"),
            ["team/app", "v1"]
        );
        assert_eq!(words("localhost/app"), ["app"]);
        assert_eq!(words("team/app"), ["team/app"]);
        assert_eq!(words("app  1.2"), ["app", "1.2"]);
        assert_eq!(words(":"), [""; 0]);
        assert_eq!(words("a\u{0}b"), ["a", "b"]);
    }

    #[test]
    fn digits_of_a_digest_are_known() {
        let hex = |text: &str| Query::parse(text).and_then(|query| query.hex);
        assert_eq!(hex("sha256:0123ab"), Some("0123ab".to_owned()));
        assert_eq!(words("sha256:0123ab"), ["0123ab"]);
        assert_eq!(words("app@sha256:0123ab"), ["app", "0123ab"]);
        assert_eq!(
            hex("cafe"),
            Some("cafe".to_owned()),
            "a tag may be called so, too"
        );
        assert_eq!(hex("123"), None);
        assert_eq!(hex("nginx"), None);
        assert_eq!(words("sha256"), ["sha256"]);
    }
}
