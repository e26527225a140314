//! `WWW-Authenticate` (RFC 9110 section 11.6.1), as registries and what stands before them
//! really send it: several headers, several challenges in one, any case, any order.

use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};

/// What a registry asks for before it answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    scheme: String,
    params: Vec<(String, String)>,
}

impl Challenge {
    /// The scheme in lower case: `basic`, `bearer`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// A parameter's value, by its name in lower case. The first one wins.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Every challenge of an answer, in order. What cannot be read is left out.
    #[must_use]
    pub fn all(headers: &HeaderMap) -> Vec<Self> {
        headers
            .get_all(WWW_AUTHENTICATE)
            .iter()
            .flat_map(|value| parse(&String::from_utf8_lossy(value.as_bytes())))
            .collect()
    }
}

/// The challenges of one header value.
pub(crate) fn parse(value: &str) -> Vec<Challenge> {
    let mut challenges: Vec<Challenge> = Vec::new();
    let mut rest = Scanner(value);
    loop {
        rest.skip(|c| c == ',' || c.is_whitespace());
        let word = rest.token();
        if word.is_empty() {
            // Not a token: skip one character, or stop at the end.
            if rest.advance().is_none() {
                return challenges;
            }
            continue;
        }
        let spaced = rest.skip(char::is_whitespace);
        if rest.peek() == Some('=') && !rest.is_token68_padding(spaced) {
            rest.advance();
            rest.skip(char::is_whitespace);
            let text = rest.value();
            // A parameter before any scheme belongs to nothing.
            if let Some(challenge) = challenges.last_mut() {
                challenge.params.push((word.to_ascii_lowercase(), text));
            }
        } else if rest.peek() == Some('=') {
            rest.skip(|c| c == '=');
        } else if !(challenges.is_empty()
            || rest.0.is_empty()
            || spaced
            || rest.peek() == Some(','))
        {
            // A token glued to something unreadable.
            rest.advance();
        } else {
            challenges.push(Challenge {
                scheme: word.to_ascii_lowercase(),
                params: Vec::new(),
            });
        }
    }
}

struct Scanner<'a>(&'a str);

impl<'a> Scanner<'a> {
    fn peek(&self) -> Option<char> {
        self.0.chars().next()
    }

    fn advance(&mut self) -> Option<char> {
        let mut chars = self.0.chars();
        let next = chars.next();
        self.0 = chars.as_str();
        next
    }

    /// Skips what `matches`; tells whether anything was skipped.
    fn skip(&mut self, matches: impl Fn(char) -> bool) -> bool {
        let before = self.0.len();
        self.0 = self.0.trim_start_matches(matches);
        self.0.len() != before
    }

    fn take(&mut self, matches: impl Fn(char) -> bool) -> &'a str {
        let end = self.0.find(|c| !matches(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken
    }

    fn token(&mut self) -> &'a str {
        self.take(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~/".contains(c))
    }

    /// `=` directly after a word and before a comma or the end is padding of a token68
    /// (`Negotiate YII=`), not an assignment.
    fn is_token68_padding(&self, spaced: bool) -> bool {
        let after = self.0.trim_start_matches('=').trim_start();
        !spaced && (after.is_empty() || after.starts_with(','))
    }

    /// A quoted string with its escapes undone, or everything up to a comma or space.
    fn value(&mut self) -> String {
        if self.peek() != Some('"') {
            return self.take(|c| c != ',' && !c.is_whitespace()).to_owned();
        }
        self.advance();
        let mut text = String::new();
        while let Some(c) = self.advance() {
            match c {
                '"' => break,
                '\\' => text.extend(self.advance()),
                _ => text.push(c),
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{Challenge, parse};
    use proptest::prelude::*;
    use reqwest::header::{HeaderMap, HeaderValue, WWW_AUTHENTICATE};

    fn one(value: &str) -> Challenge {
        let mut all = parse(value);
        assert_eq!(all.len(), 1, "{value}: {all:?}");
        all.remove(0)
    }

    #[test]
    fn bearer_challenge_is_read_in_every_spelling() {
        for value in [
            r#"Bearer realm="https://auth.example/token?x=1",service="reg",scope="repository:a/b:pull,push""#,
            r#"bearer scope="repository:a/b:pull,push", service=reg , realm="https://auth.example/token?x=1""#,
            r#"BEARER Realm = "https://auth.example/token?x=1" , SERVICE="reg",SCOPE="repository:a/b:pull,push""#,
            r#",, Bearer realm=https://auth.example/token?x=1,service=reg,scope="repository:a/b:pull,push","#,
        ] {
            let challenge = one(value);
            assert_eq!(challenge.scheme(), "bearer");
            assert_eq!(
                challenge.param("realm"),
                Some("https://auth.example/token?x=1"),
                "{value}"
            );
            assert_eq!(challenge.param("service"), Some("reg"), "{value}");
            assert_eq!(
                challenge.param("scope"),
                Some("repository:a/b:pull,push"),
                "{value}"
            );
        }
    }

    #[test]
    fn scope_of_two_resources_and_error_are_kept_whole() {
        let challenge = one(
            r#"Bearer realm="r",scope="repository:dst:pull,push repository:src:pull",error="insufficient_scope""#,
        );
        assert_eq!(
            challenge.param("scope"),
            Some("repository:dst:pull,push repository:src:pull")
        );
        assert_eq!(challenge.param("error"), Some("insufficient_scope"));
    }

    #[test]
    fn escapes_in_quotes_are_undone() {
        let challenge = one(r#"Basic realm="a \"quoted\" \\ realm, with comma""#);
        assert_eq!(
            challenge.param("realm"),
            Some(r#"a "quoted" \ realm, with comma"#)
        );
    }

    #[test]
    fn several_challenges_in_one_header_are_told_apart() {
        let all = parse(r#"Negotiate, Basic realm="x", Bearer realm="y",service="z""#);
        let schemes: Vec<_> = all.iter().map(Challenge::scheme).collect();
        assert_eq!(schemes, ["negotiate", "basic", "bearer"]);
        assert_eq!(all[1].param("realm"), Some("x"));
        assert_eq!(all[2].param("service"), Some("z"));
    }

    #[test]
    fn several_headers_are_read_in_order() {
        let mut headers = HeaderMap::new();
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Negotiate"));
        headers.append(WWW_AUTHENTICATE, HeaderValue::from_static("Basic realm=x"));
        let schemes: Vec<_> = Challenge::all(&headers)
            .iter()
            .map(|c| c.scheme().to_owned())
            .collect();
        assert_eq!(schemes, ["negotiate", "basic"]);
    }

    #[test]
    fn token68_padding_is_no_parameter() {
        let all = parse("Negotiate YIIabc==, Basic realm=x");
        assert_eq!(all.first().map(Challenge::scheme), Some("negotiate"));
        assert_eq!(all.last().map(Challenge::scheme), Some("basic"));
        assert_eq!(all.last().and_then(|c| c.param("realm")), Some("x"));
    }

    #[test]
    fn malformed_values_are_survived() {
        for value in [
            "",
            ",",
            "=",
            "\"",
            "Basic realm=\"open",
            "Basic realm",
            "Bearer =,=,=",
            "\\",
        ] {
            let _ = parse(value);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived(value in ".*") {
            let _ = parse(&value);
        }

        #[test]
        fn any_punctuation_is_survived(value in "[Bb =,\"\\\\a]{0,60}") {
            let _ = parse(&value);
        }

        #[test]
        fn quoted_value_is_read_back(realm in "[ -~]{0,40}") {
            let quoted = realm.replace('\\', "\\\\").replace('"', "\\\"");
            let challenges = parse(&format!("Bearer service=s, realm=\"{quoted}\", scope=x"));
            prop_assert_eq!(challenges.len(), 1);
            prop_assert_eq!(challenges[0].param("realm"), Some(realm.as_str()));
            prop_assert_eq!(challenges[0].param("scope"), Some("x"));
        }
    }
}
