//! Who answers: what the version check gives away without any credential.

use super::DockerAdapter;
use roadstead_core::model::{AuthScheme, ServerIdentity};
use roadstead_oci::{Access, Pong};

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
        (None, Some(basic)) => basic.param("realm").map(shown),
        (None, None) => None,
    };
    Some(ServerIdentity {
        product: pong.kind,
        auth,
        service: bearer.and_then(|b| b.param("service")).map(shown),
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
        Some(origin) => shown(&origin.to_string()),
        None => shown(realm),
    }
}

/// A stranger's text, cut to what is kept of one.
fn shown(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .take(ServerIdentity::MAX_TEXT)
        .collect()
}
