//! The order of tags by the versions they name.

/// A text whose order by bytes is the order of tags by version, the oldest first. Numbers count as
/// numbers; what comes before a release (`rc`, `beta`) sorts before it and what is made of it
/// (`alpine`, a build's number) after it; what names no version sorts before everything that does.
///
/// Stored with each tag: a change of it needs a migration.
#[must_use]
pub fn version_key(tag: &str) -> String {
    let lower = tag.to_ascii_lowercase();
    let version = lower
        .strip_prefix('v')
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        .unwrap_or(&lower);
    let mut key = String::with_capacity(version.len() * 2 + 2);
    if !version.starts_with(|c: char| c.is_ascii_digit()) {
        key.push(NO_VERSION);
    }
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() {
            let (digits, after) = run(rest, |c| c.is_ascii_digit());
            number(&mut key, digits);
            rest = after;
        } else if first.is_alphabetic() {
            let (word, after) = run(rest, char::is_alphabetic);
            match before_release(word) {
                Some(rank) => key.extend([BEFORE, rank]),
                None => {
                    key.push(WORD);
                    key.push_str(word);
                    // Lower than any letter, so that a word sorts before those it begins.
                    key.push(' ');
                }
            }
            rest = after;
        } else {
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    key.push(END);
    key
}

/// What does not begin with a version.
const NO_VERSION: char = '0';
/// A word that makes it older than the release.
const BEFORE: char = '1';
/// Nothing follows.
const END: char = '2';
/// A number.
const NUMBER: char = '3';
/// Any other word.
const WORD: char = '4';

fn run(text: &str, part: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !part(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// More digits are more; as many sort by themselves.
fn number(key: &mut String, digits: &str) {
    let digits = digits.trim_start_matches('0');
    key.push(NUMBER);
    // A tag has 128 characters at most.
    let length = u8::try_from(digits.len()).unwrap_or(u8::MAX).min(200);
    key.push(char::from(b'A' + length / 26));
    key.push(char::from(b'a' + length % 26));
    key.push_str(digits);
}

fn before_release(word: &str) -> Option<char> {
    Some(match word {
        "dev" => 'a',
        "snapshot" | "nightly" => 'b',
        "alpha" | "a" => 'c',
        "beta" | "b" => 'd',
        "m" | "milestone" => 'e',
        "pre" | "preview" => 'f',
        "rc" | "cr" => 'g',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::version_key;

    #[test]
    fn tags_sort_as_people_read_versions() {
        let order = [
            "build-9",
            "build-10",
            "latest",
            "main",
            "release-1.9",
            "release-1.10",
            "0.9",
            "1",
            "1.0-alpha",
            "1.0-beta.2",
            "1.0-beta.11",
            "1.0-rc1",
            "1.0-rc2",
            "1.0",
            "v1.0.0",
            "1.0.0-alpine",
            "1.0.9",
            "v1.0.10",
            "1.2.3-rc.1",
            "1.2.3",
            "1.2.3-alpine",
            "1.2.3-debian-12-r9",
            "1.2.3-debian-12-r10",
            "1.10",
            "2",
            "2024-01-09",
            "2024-01-10",
            "20240110",
            "99999999999999999999999999",
        ];
        let mut sorted = order;
        sorted.sort_by_key(|tag| version_key(tag));
        assert_eq!(sorted, order);
    }

    #[test]
    fn leading_zeros_and_a_v_say_nothing() {
        assert_eq!(version_key("v01.2"), version_key("1.02"));
        assert_eq!(version_key("V1"), version_key("1"));
        assert_ne!(version_key("v"), version_key("1"));
    }

    #[test]
    fn every_tag_has_a_key_of_bounded_length() {
        for tag in ["", "-", "___", &"9".repeat(128), &"a1".repeat(64), "日本1"] {
            let key = version_key(tag);
            assert!(key.len() <= 4 * 128 + 2, "{tag}: {}", key.len());
        }
    }
}
