//! Who answers: what the version check gives away without any credential.

use super::DockerAdapter;
use roadstead_core::model::{AuthScheme, ServerIdentity};
use roadstead_oci::{Access, Digest, Pong};

/// The hexadecimal digits of a mark.
const MARK: usize = 16;

/// The server behind an answer; `None` when the answer does not tell: a refusal may be anybody's.
pub(super) fn of(adapter: &DockerAdapter, pong: &Pong) -> Option<ServerIdentity> {
    let challenges = match &pong.access {
        Access::Granted => &[][..],
        Access::Challenged(challenges) => challenges,
        Access::Forbidden => return None,
    };
    let of = |scheme: &str| challenges.iter().find(|c| c.scheme() == scheme);
    let (basic, bearer) = (of("basic"), of("bearer"));
    let auth = match (basic, bearer) {
        (None, None) if challenges.is_empty() => AuthScheme::Open,
        (None, None) => return None,
        (Some(_), None) => AuthScheme::Basic,
        (None, Some(_)) => AuthScheme::Bearer,
        (Some(_), Some(_)) => AuthScheme::BasicOrBearer,
    };
    let realm = match (bearer, basic) {
        (Some(bearer), _) => bearer.param("realm").map(|realm| place(adapter, realm)),
        (None, Some(basic)) => basic.param("realm").map(mark),
        (None, None) => None,
    };
    Some(ServerIdentity {
        product: pong.kind,
        auth,
        service: bearer.and_then(|b| b.param("service")).map(mark),
        realm,
        key: (adapter.tls == DockerAdapter::UNVERIFIED)
            .then(|| pong.key.clone())
            .flatten(),
    })
}

/// The origin tokens come from: the own one by a word, so that it stays the same server when it
/// moves together with its token service.
fn place(adapter: &DockerAdapter, realm: &str) -> String {
    let origin = adapter.client.origin_of(realm);
    match origin {
        Some(origin) if origin == adapter.client.origin() => ServerIdentity::OWN_REALM.to_owned(),
        Some(origin) => origin
            .to_string()
            .chars()
            .take(ServerIdentity::MAX_TEXT)
            .collect(),
        None => mark(realm),
    }
}

/// A stranger's text as a mark that differs where the text differs. The text itself is not kept: a
/// registry that was once sent a secret could send it back there.
fn mark(text: &str) -> String {
    let digest = Digest::of(text.as_bytes());
    let hash = digest.as_str().rsplit(':').next().unwrap_or_default();
    hash.chars().take(MARK).collect()
}
