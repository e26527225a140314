//! What a registry can do, by questions that change nothing: what they ask to delete cannot be
//! there.

use crate::error::from_status;
use crate::manifest::{Content, MANIFEST_BYTES, decode};
use crate::media;
use crate::reference::Digest;
use crate::repository::{Repository, header};
use crate::transport::Answer;
use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use roadstead_core::model::{Capability, CapabilityReason};
use roadstead_core::ports::RegistryError;
use serde::Deserialize;
use std::hash::{BuildHasher as _, RandomState};

/// The most errors of one answer that are looked at.
const MAX_ERRORS: usize = 32;

impl Repository<'_> {
    /// Whether artifacts can be deleted here: the registry is asked to delete a digest nobody has.
    ///
    /// # Errors
    /// Those of the question; that it cannot, or may not, is an answer.
    pub async fn look_at_deletion(&self) -> Result<Capability, RegistryError> {
        let answer = self.delete(&nobodys_digest().to_string()).await?;
        let refused = Capability::Missing(CapabilityReason::SwitchedOff);
        deleted(&answer, refused)
    }

    /// Whether a single tag can be taken away: the registry is asked to delete a tag nobody has.
    ///
    /// # Errors
    /// As [`Self::look_at_deletion`].
    pub async fn look_at_tag_deletion(&self) -> Result<Capability, RegistryError> {
        let tag = format!("rs-{}", random_hex(2));
        let answer = self.delete(&tag).await?;
        if answer.status.as_u16() == 400 {
            // Distribution 2 takes a tag for a malformed digest.
            return Ok(Capability::Missing(CapabilityReason::NotOffered));
        }
        let refused = Capability::Missing(CapabilityReason::SwitchedOff);
        deleted(&answer, refused)
    }

    /// Whether the registry answers what refers to an artifact. It answers with an empty list for
    /// one that nobody has.
    ///
    /// # Errors
    /// Those of the question; that it does not is an answer.
    pub async fn look_at_referrers(&self) -> Result<Capability, RegistryError> {
        let pull = self.pull();
        let path = format!("referrers/{}", nobodys_digest());
        let mut ask = self.ask(Method::GET, &path, &pull)?;
        ask.headers
            .insert(ACCEPT, HeaderValue::from_static(media::OCI_INDEX));
        let answer = self.client.transport.ask(&ask, MANIFEST_BYTES).await?;
        Ok(match answer.status.as_u16() {
            200 if !answer.truncated && is_index(&answer) => Capability::Available,
            404 | 405 => Capability::Missing(CapabilityReason::NotOffered),
            401 | 403 => Capability::Missing(CapabilityReason::NotAllowed),
            429 | 500.. => return Err(from_status(answer.status, &answer.headers)),
            _ => Capability::Unknown(CapabilityReason::Unclear),
        })
    }
}

/// What an answer to the deletion of nothing means.
fn deleted(answer: &Answer, refused: Capability) -> Result<Capability, RegistryError> {
    Ok(match answer.status.as_u16() {
        // It would have been deleted.
        200 | 202 | 204 => Capability::Available,
        // "There is no such manifest" in the words of a registry; a page that is not found says
        // nothing.
        404 if !error_codes(&answer.body).is_empty() => Capability::Available,
        405 => refused,
        400 if error_codes(&answer.body).iter().any(|c| c == "UNSUPPORTED") => refused,
        401 | 403 => Capability::Missing(CapabilityReason::NotAllowed),
        429 | 500.. => return Err(from_status(answer.status, &answer.headers)),
        _ => Capability::Unknown(CapabilityReason::Unclear),
    })
}

fn is_index(answer: &Answer) -> bool {
    let media_type = header(&answer.headers, &CONTENT_TYPE);
    matches!(decode(media_type, &answer.body), Ok((_, Content::Index(_))))
}

/// A digest that no bytes anybody has have.
fn nobodys_digest() -> Digest {
    Digest::sha256(&random_hex(4))
}

/// Sixteen hexadecimal digits for each word, out of the process's own randomness.
fn random_hex(words: usize) -> String {
    (0..words)
        .map(|word| format!("{:016x}", RandomState::new().hash_one(word)))
        .collect()
}

#[derive(Deserialize)]
struct ErrorBody {
    errors: Vec<ErrorItem>,
}

#[derive(Deserialize)]
struct ErrorItem {
    code: String,
}

/// The codes of a registry's own refusal: `{"errors":[{"code":"MANIFEST_UNKNOWN", ..}]}`. None when
/// it is anything else.
pub(crate) fn error_codes(body: &[u8]) -> Vec<String> {
    let is_code = |code: &str| {
        !code.is_empty()
            && code.len() <= 64
            && code.bytes().all(|b| matches!(b, b'A'..=b'Z' | b'_'))
    };
    match serde_json::from_slice::<ErrorBody>(body) {
        Ok(body) => body
            .errors
            .into_iter()
            .take(MAX_ERRORS)
            .map(|item| item.code)
            .filter(|code| is_code(code))
            .collect(),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{error_codes, nobodys_digest};
    use crate::reference::Digest;

    #[test]
    fn refusal_in_a_registrys_words_is_told_from_anything_else() {
        let good = br#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"x","detail":{"a":1}}]}"#;
        assert_eq!(error_codes(good), ["MANIFEST_UNKNOWN"]);
        for other in [
            &b""[..],
            b"404 page not found",
            b"<html></html>",
            b"{}",
            br#"{"errors":null}"#,
            br#"{"errors":[]}"#,
            br#"{"errors":[{"message":"x"}]}"#,
            br#"{"errors":[{"code":""}]}"#,
            br#"{"errors":[{"code":"<script>"}]}"#,
        ] {
            assert!(error_codes(other).is_empty());
        }
    }

    #[test]
    fn digest_that_is_asked_for_is_another_one_each_time() {
        let (one, two) = (nobodys_digest(), nobodys_digest());
        assert_ne!(one, two);
        assert!(Digest::parse(one.as_str()).is_ok());
    }
}
