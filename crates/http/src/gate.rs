//! What stands in front of every route: who is asking, and is this their own browser's doing?
//!
//! The gate turns strangers away from everything that needs a session and builds the request
//! context. Whether a person may do something to a certain object is the services' question, asked
//! of the same permission table. Whatever refuses a request, the gate or the service behind it,
//! passes here on its way out and is noted for the audit log.

use crate::extract::{ClientAddress, cookie};
use crate::problem::Refusal;
use crate::state::{AppState, HttpConfig};
use axum::extract::{FromRequestParts as _, RawPathParams, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use roadstead_app::services::SessionService;
use roadstead_core::model::{Actor, AuditObject, RequestContext, RequestId, SessionToken};
use roadstead_core::permission::Grant;
use roadstead_core::rules::{admit, visible};
use roadstead_core::{ErrorCode, Failure, Permission};
use std::sync::Arc;
use subtle::ConstantTimeEq as _;
use url::Url;

/// Name of the session cookie.
pub(crate) const COOKIE: &str = "roadstead_session";
/// Header a mutation carries, which no other site can set.
pub(crate) const CSRF_HEADER: &str = "x-roadstead-csrf";

pub(crate) async fn gate(
    State((state, permission)): State<(AppState, Permission)>,
    request: Request,
    next: Next,
) -> Response {
    let (mut parts, body) = request.into_parts();
    let named = named_object(&mut parts, permission).await;
    let (ctx, came) = match identify(&state, permission, &parts).await {
        Ok(known) => known,
        Err(failure) => return Refusal(failure).into_response(),
    };
    let response = match pass(&state, permission, &parts, &ctx, &came) {
        Ok(()) => {
            parts.extensions.insert(ctx.clone());
            next.run(Request::from_parts(parts, body)).await
        }
        Err(failure) => Refusal(failure).into_response(),
    };
    if let Some(failure) = response.extensions().get::<Arc<Failure>>() {
        let object = failure.about.as_deref().cloned().unwrap_or(named);
        let (at, wanted) = (
            state.app.clock.now(),
            failure.permission.unwrap_or(permission),
        );
        state
            .app
            .refusals
            .note(&ctx, at, wanted, failure.code, object);
    }
    response
}

/// What the address names: the permission's noun and the id in the path. Only what looks like an
/// id is taken: the audit log is no place for whatever somebody types.
async fn named_object(parts: &mut Parts, permission: Permission) -> AuditObject {
    let id = RawPathParams::from_request_parts(parts, &())
        .await
        .ok()
        .and_then(|params| {
            params
                .iter()
                .find(|(name, _)| *name == "id")
                .and_then(|(_, value)| value.parse::<uuid::Uuid>().ok())
        });
    let noun = permission.as_str().split('.').next().unwrap_or_default();
    AuditObject {
        kind: noun.to_owned(),
        id: id.map(|id| id.to_string()).unwrap_or_default(),
        name: String::new(),
    }
}

/// Who came, and by what.
enum Came {
    /// By an API token. No other site can make a browser send one, so nothing about the page is
    /// checked with it.
    ByToken,
    /// By a session, or as nobody. A mutation must carry this session's own value.
    ByPage(Option<String>),
}

/// Who is asking. A token wins over a cookie beside it. What anyone may do is done as nobody:
/// signing in again while a session is still open needs no value of that session, and a sign of
/// life needs no database.
async fn identify(
    state: &AppState,
    permission: Permission,
    parts: &Parts,
) -> Result<(RequestContext, Came), Failure> {
    let named = permission.grant() != Grant::Anyone;
    let (actor, came) = match bearer(&parts.headers).filter(|_| named) {
        Some(token) => {
            let actor = state.app.tokens.resume(token).await?;
            let actor = actor.ok_or_else(|| Failure::new(ErrorCode::TokenRejected))?;
            (actor, Came::ByToken)
        }
        None => by_session(state, &parts.headers, named).await?,
    };
    let extensions = &parts.extensions;
    let ctx = RequestContext {
        visible: visible(&actor),
        actor,
        request_id: extensions
            .get::<RequestId>()
            .cloned()
            .unwrap_or_else(RequestId::make),
        source_address: extensions.get::<ClientAddress>().map(|a| a.0.to_string()),
    };
    Ok((ctx, came))
}

/// Who a session cookie stands for, where that counts.
async fn by_session(
    state: &AppState,
    headers: &HeaderMap,
    named: bool,
) -> Result<(Actor, Came), Failure> {
    let token = cookie(headers, COOKIE)
        .filter(|_| named)
        .map(SessionToken::from_text);
    let owner = match &token {
        Some(token) => state.app.sessions.resume(token).await?,
        None => None,
    };
    let csrf = owner
        .as_ref()
        .and(token.as_ref())
        .map(SessionToken::csrf_token);
    let actor = owner
        .as_ref()
        .map_or(Actor::Anonymous, SessionService::actor);
    Ok((actor, Came::ByPage(csrf)))
}

/// Whether the request may reach its handler.
fn pass(
    state: &AppState,
    permission: Permission,
    parts: &Parts,
    ctx: &RequestContext,
    came: &Came,
) -> Result<(), Failure> {
    if let Came::ByPage(csrf) = came
        && is_mutation(&parts.method)
    {
        check_own_page(&parts.headers, &state.config, csrf.as_deref())?;
    }
    admit(&ctx.actor, permission)
}

/// The token in `Authorization: Bearer`.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

fn is_mutation(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Refuses mutations that another site may have caused. `expected` is the session's own value; for
/// somebody without a session any value will do, because setting the header at all is what another
/// site cannot.
fn check_own_page(
    headers: &HeaderMap,
    config: &HttpConfig,
    expected: Option<&str>,
) -> Result<(), Failure> {
    let refuse = |why: &str| Failure::new(ErrorCode::RequestCsrfRejected).because(why);
    if let Some(origin) = headers.get(header::ORIGIN) {
        let origin = origin.to_str().ok().and_then(|o| Url::parse(o).ok());
        if !origin.is_some_and(|o| is_own_origin(&o, headers, config)) {
            return Err(refuse("foreign origin"));
        }
    }
    let given = headers
        .get(CSRF_HEADER)
        .map(|v| v.as_bytes())
        .unwrap_or_default();
    let fits = match expected {
        Some(expected) => bool::from(given.ct_eq(expected.as_bytes())),
        None => !given.is_empty(),
    };
    if fits {
        Ok(())
    } else {
        Err(refuse("header missing or wrong"))
    }
}

/// Our own origin is the configured public address, or whatever host the browser itself says it
/// talks to. The scheme is not compared there: TLS may end at a proxy in front.
fn is_own_origin(origin: &Url, headers: &HeaderMap, config: &HttpConfig) -> bool {
    if config
        .public_url
        .as_ref()
        .is_some_and(|own| own.origin() == origin.origin())
    {
        return true;
    }
    let Some(host) = headers.get(header::HOST).and_then(|h| h.to_str().ok()) else {
        return false;
    };
    let Ok(own) = Url::parse(&format!("{}://{host}", origin.scheme())) else {
        return false;
    };
    own.host() == origin.host() && own.port_or_known_default() == origin.port_or_known_default()
}

#[cfg(test)]
mod tests {
    use super::check_own_page;
    use crate::state::HttpConfig;
    use axum::http::HeaderMap;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(k, v)| (k.parse().expect("name"), v.parse().expect("value")))
            .collect()
    }

    #[test]
    fn sec_25_mutation_of_another_site_is_refused() {
        let plain = HttpConfig::default();
        let public = HttpConfig {
            public_url: Some("https://roadstead.example".parse().expect("url")),
            ..HttpConfig::default()
        };
        let host = ("host", "127.0.0.1:8470");
        let token = ("x-roadstead-csrf", "right");
        let check = |config: &HttpConfig, pairs: &[(&'static str, &str)]| {
            check_own_page(&headers(pairs), config, Some("right")).is_ok()
        };
        assert!(check(&plain, &[host, token]));
        assert!(check(
            &plain,
            &[host, token, ("origin", "http://127.0.0.1:8470")]
        ));
        assert!(check(
            &public,
            &[
                ("host", "inner:1"),
                token,
                ("origin", "https://roadstead.example")
            ]
        ));
        for bad in [
            &[host][..],
            &[host, ("x-roadstead-csrf", "wrong")],
            &[host, ("x-roadstead-csrf", "")],
            &[host, token, ("origin", "http://evil.example")],
            &[host, token, ("origin", "http://127.0.0.1:8471")],
            &[
                host,
                token,
                ("origin", "http://127.0.0.1.evil.example:8470"),
            ],
            &[host, token, ("origin", "null")],
            &[token, ("origin", "http://127.0.0.1:8470")],
        ] {
            assert!(!check(&plain, bad), "{bad:?}");
        }
        let login =
            |pairs: &[(&'static str, &str)]| check_own_page(&headers(pairs), &plain, None).is_ok();
        assert!(login(&[host, ("x-roadstead-csrf", "1")]));
        assert!(!login(&[host]));
        assert!(!login(&[
            host,
            ("x-roadstead-csrf", "1"),
            ("origin", "http://evil.example")
        ]));
    }
}
