//! A token service's answer (Distribution, "Token Authentication Specification").

use crate::error::{from_status, protocol};
use crate::transport::Answer;
use reqwest::StatusCode;
use reqwest::header::HeaderValue;
use roadstead_core::ports::RegistryError;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

/// The most bytes of an answer that are read. A token with a hundred scopes has ten thousand.
pub(crate) const TOKEN_BYTES: usize = 64 << 10;

/// The longest token that is used: more fits in no server's head.
const MAX_TOKEN: usize = 32 << 10;

/// How long a token lives when the service does not say, and at least.
const SHORTEST: Duration = Duration::from_secs(60);

/// How long a token is used at most, whatever the service says.
const LONGEST: Duration = Duration::from_secs(3_600);

/// A token as it goes over the wire, and for how long it may be used.
pub(crate) struct Issued {
    pub(crate) header: HeaderValue,
    pub(crate) lifetime: Duration,
}

#[derive(Deserialize)]
struct Body {
    #[serde(default)]
    token: Value,
    #[serde(default)]
    access_token: Value,
    #[serde(default)]
    expires_in: Value,
}

/// Reads the answer of a token service. A 401 means that it rejects the account.
pub(crate) fn read(answer: &Answer) -> Result<Issued, RegistryError> {
    if answer.status != StatusCode::OK {
        return Err(from_status(answer.status, &answer.headers));
    }
    if answer.truncated || answer.is_html() {
        return Err(unreadable());
    }
    decode(&answer.body)
}

/// Reads the body of a good answer.
pub(crate) fn decode(body: &[u8]) -> Result<Issued, RegistryError> {
    let body: Body = serde_json::from_slice(body).map_err(|_| unreadable())?;
    let text = [&body.token, &body.access_token]
        .into_iter()
        .filter_map(Value::as_str)
        .find(|text| !text.is_empty())
        .ok_or_else(unreadable)?;
    // RFC 6750: a bearer token is one word of printable characters.
    if text.len() > MAX_TOKEN || !text.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(unreadable());
    }
    let mut header = HeaderValue::from_str(&format!("Bearer {text}")).map_err(|_| unreadable())?;
    header.set_sensitive(true);
    Ok(Issued {
        header,
        lifetime: lifetime(&body.expires_in),
    })
}

/// A number, or a number in quotes; anything else is as good as nothing.
fn lifetime(value: &Value) -> Duration {
    let seconds = value
        .as_f64()
        .or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
    match seconds {
        Some(seconds) if seconds.is_finite() && seconds > 0.0 => {
            Duration::from_secs_f64(seconds.min(LONGEST.as_secs_f64())).max(SHORTEST)
        }
        _ => SHORTEST,
    }
}

fn unreadable() -> RegistryError {
    protocol("the token service's answer cannot be read")
}

#[cfg(test)]
mod tests {
    use super::decode;
    use proptest::prelude::*;

    fn seconds(expires_in: &str) -> u64 {
        let body = format!(r#"{{"token":"t","expires_in":{expires_in}}}"#);
        decode(body.as_bytes()).expect("token").lifetime.as_secs()
    }

    #[test]
    fn lifetime_is_sixty_seconds_when_missing_and_kept_in_bounds() {
        assert_eq!(
            decode(br#"{"token":"t"}"#).map(|t| t.lifetime.as_secs()),
            Ok(60)
        );
        for (given, used) in [
            ("300", 300),
            ("\"300\"", 300),
            ("300.9", 300),
            ("1", 60),
            ("0", 60),
            ("-5", 60),
            ("null", 60),
            ("[]", 60),
            ("\"soon\"", 60),
            ("\"NaN\"", 60),
            ("\"inf\"", 60),
            ("1e300", 3_600),
            ("18446744073709551616", 3_600),
        ] {
            assert_eq!(seconds(given), used, "{given}");
        }
    }

    #[test]
    fn token_is_found_under_both_names_and_does_not_print_itself() {
        for body in [
            r#"{"token":"abc"}"#,
            r#"{"access_token":"abc"}"#,
            r#"{"token":"","access_token":"abc"}"#,
            r#"{"token":"abc","access_token":"other","issued_at":"x","more":{}}"#,
        ] {
            let issued = decode(body.as_bytes()).expect("token");
            assert_eq!(issued.header, "Bearer abc", "{body}");
            assert_eq!(format!("{:?}", issued.header), "Sensitive");
        }
    }

    #[test]
    fn answer_without_a_usable_token_is_an_error() {
        let long = format!(r#"{{"token":"{}"}}"#, "a".repeat(40_000));
        for body in [
            "",
            "{}",
            "[]",
            "null",
            r#"{"token":1}"#,
            r#"{"token":""}"#,
            r#"{"token":"a b"}"#,
            r#"{"token":"a\r\nX: y"}"#,
            r#"{"token":"é"}"#,
            r#"{"token":"abc"#,
            &long,
        ] {
            assert!(decode(body.as_bytes()).is_err(), "{body:.40}");
        }
    }

    proptest! {
        #[test]
        fn any_answer_is_survived(body in proptest::collection::vec(any::<u8>(), 0..120)) {
            let _ = decode(&body);
        }
    }
}
