//! Extractors: typed input, or a refusal that says what to mend.

use crate::problem::Refusal;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, FailedToBufferBody};
use axum::extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use roadstead_core::model::{Digest, Generation, RequestContext};
use roadstead_core::{ErrorCode, Failure, FieldFailure};
use serde::de::DeserializeOwned;
use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

/// Largest body of an ordinary request.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;
/// A body must have arrived after this long.
const BODY_DEADLINE: Duration = Duration::from_secs(15);

/// Where the request came from, after trusted proxies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClientAddress(pub(crate) IpAddr);

/// The request context the gate built.
pub(crate) struct Ctx(pub(crate) RequestContext);

impl<S: Send + Sync> FromRequestParts<S> for Ctx {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts
            .extensions
            .get::<RequestContext>()
            .cloned()
            .map(Self)
            .ok_or_else(|| {
                Failure::new(ErrorCode::InternalError)
                    .because("a handler without a gate")
                    .into()
            })
    }
}

/// A JSON body of at most `LIMIT` bytes. Unknown fields are refused by the types' own attribute.
pub(crate) struct Json<T, const LIMIT: usize = BODY_LIMIT>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync, const LIMIT: usize> FromRequest<S> for Json<T, LIMIT> {
    type Rejection = Refusal;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, Refusal> {
        if !is_json(request.headers()) {
            return Err(ErrorCode::RequestMediaType.into());
        }
        if LIMIT != BODY_LIMIT {
            DefaultBodyLimit::max(LIMIT).apply(&mut request);
        }
        let read = tokio::time::timeout(BODY_DEADLINE, Bytes::from_request(request, state));
        let bytes = match read.await {
            Ok(Ok(bytes)) => bytes,
            Ok(Err(BytesRejection::FailedToBufferBody(FailedToBufferBody::LengthLimitError(
                _,
            )))) => {
                return Err(Failure::new(ErrorCode::RequestTooLarge)
                    .with("limit_bytes", LIMIT)
                    .into());
            }
            Ok(Err(_)) => return Err(ErrorCode::RequestMalformed.into()),
            Err(_) => return Err(ErrorCode::RequestTimeout.into()),
        };
        // A list would be read as the fields in their order, without a name that could be refused.
        let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
        if first != Some(&b'{') {
            return Err(Failure::new(ErrorCode::RequestMalformed)
                .with("detail", "line 1 column 1")
                .into());
        }
        let mut reader = serde_json::Deserializer::from_slice(&bytes);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|e| explain(&e))?;
        reader.end().map_err(|e| malformed(&e))?;
        Ok(Self(value))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split(';').next())
        .is_some_and(|v| v.trim().eq_ignore_ascii_case("application/json"))
}

/// What is wrong with a body. The parser's own words are not passed on: they quote what was sent,
/// which may be a password in the wrong place.
fn explain(error: &serde_path_to_error::Error<serde_json::Error>) -> Refusal {
    let text = error.inner().to_string();
    let named = |prefix: &str| {
        let rest = text.strip_prefix(prefix)?;
        Some(rest.split('`').next().unwrap_or_default().to_owned())
    };
    if let Some(field) = named("unknown field `") {
        let field: String = field.chars().filter(|c| !c.is_control()).take(64).collect();
        return Failure::new(ErrorCode::RequestUnknownField)
            .with("field", field)
            .into();
    }
    let path = pointer(&error.path().to_string());
    if let Some(field) = named("missing field `") {
        let field = FieldFailure::new(format!("{path}/{field}"), ErrorCode::FieldRequired);
        return Failure::fields(vec![field]).into();
    }
    match error.inner().classify() {
        serde_json::error::Category::Data if !path.is_empty() => {
            Failure::fields(vec![FieldFailure::new(path, ErrorCode::FieldInvalid)]).into()
        }
        _ => malformed(error.inner()),
    }
}

fn malformed(error: &serde_json::Error) -> Refusal {
    Failure::new(ErrorCode::RequestMalformed)
        .with(
            "detail",
            format!("line {} column {}", error.line(), error.column()),
        )
        .into()
}

/// `tls.mode` and `items[0].name` as JSON pointers.
fn pointer(path: &str) -> String {
    if path == "." || path.is_empty() {
        return String::new();
    }
    path.replace(['[', '.'], "/")
        .replace(']', "")
        .split('/')
        .filter(|p| !p.is_empty() && *p != "?")
        .fold(String::new(), |pointer, part| pointer + "/" + part)
}

/// A query string. Unknown parameters are refused by the types' own attribute.
pub(crate) struct Query<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|q: axum::extract::Query<T>| Self(q.0))
            .map_err(|rejection| {
                let text = std::error::Error::source(&rejection)
                    .map(ToString::to_string)
                    .unwrap_or_default();
                // Of a value the parser quotes what was sent, which is not passed on.
                let named = ["unknown field `", "missing field `", "duplicate field `"]
                    .into_iter()
                    .find_map(|start| text.strip_prefix(start)?.split('`').next());
                let detail = named
                    .unwrap_or("a parameter")
                    .chars()
                    .take(64)
                    .collect::<String>();
                Failure::new(ErrorCode::RequestQueryInvalid)
                    .with("detail", detail)
                    .into()
            })
    }
}

/// An id in the path. Anything that is no id names nothing: absent, like every other wrong one.
pub(crate) struct Id<T>(pub(crate) T);

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let text = axum::extract::Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Failure::not_found())?;
        text.parse()
            .map(Self)
            .map_err(|_| Failure::not_found().into())
    }
}

/// Two ids in the path: the outer object's and that of what belongs to it.
pub(crate) struct Ids<A, B>(pub(crate) A, pub(crate) B);

impl<A: FromStr, B: FromStr, S: Send + Sync> FromRequestParts<S> for Ids<A, B> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let (outer, inner) =
            axum::extract::Path::<(String, String)>::from_request_parts(parts, state)
                .await
                .map_err(|_| Failure::not_found())?
                .0;
        match (outer.parse(), inner.parse()) {
            (Ok(outer), Ok(inner)) => Ok(Self(outer, inner)),
            _ => Err(Failure::not_found().into()),
        }
    }
}

/// Three ids in the path, from the outermost object inwards.
pub(crate) struct Ids3<A, B, C>(pub(crate) A, pub(crate) B, pub(crate) C);

impl<A: FromStr, B: FromStr, C: FromStr, S: Send + Sync> FromRequestParts<S> for Ids3<A, B, C> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        type Texts = (String, String, String);
        let (a, b, c) = axum::extract::Path::<Texts>::from_request_parts(parts, state)
            .await
            .map_err(|_| Failure::not_found())?
            .0;
        match (a.parse(), b.parse(), c.parse()) {
            (Ok(a), Ok(b), Ok(c)) => Ok(Self(a, b, c)),
            _ => Err(Failure::not_found().into()),
        }
    }
}

/// The generation in `If-Match`.
pub(crate) struct IfMatch(pub(crate) Generation);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        parts
            .headers
            .get(header::IF_MATCH)
            .and_then(|v| v.to_str().ok())
            .and_then(|v| v.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok())
            .map(Self)
            .ok_or_else(|| ErrorCode::RequestPreconditionRequired.into())
    }
}

/// The digest in `If-Match`: a manifest's digest is its entity tag, at registries too. `None` when
/// there is no such header; of one that holds no digest the inner is `None`, which nothing matches.
pub(crate) struct IfMatchDigest(pub(crate) Option<Option<Digest>>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatchDigest {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Refusal> {
        let header = parts.headers.get(header::IF_MATCH);
        Ok(Self(header.map(|value| {
            let quoted = value.to_str().ok()?.trim();
            Digest::parse(quoted.strip_prefix('"')?.strip_suffix('"')?)
        })))
    }
}

impl<S: Send + Sync> axum::extract::OptionalFromRequestParts<S> for IfMatch {
    type Rejection = Refusal;

    /// One that is there and cannot be read is refused, never taken for none.
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Refusal> {
        if parts.headers.contains_key(header::IF_MATCH) {
            <Self as FromRequestParts<S>>::from_request_parts(parts, state)
                .await
                .map(Some)
        } else {
            Ok(None)
        }
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

#[cfg(test)]
mod tests {
    use super::{cookie, pointer};
    use axum::http::HeaderMap;

    #[test]
    fn cookie_is_found_among_others_and_in_several_headers() {
        let mut headers = HeaderMap::new();
        headers.append(
            "cookie",
            "a=1; roadstead_session=xyz;b=2".parse().expect("value"),
        );
        headers.append("cookie", "c=3".parse().expect("value"));
        assert_eq!(cookie(&headers, "roadstead_session"), Some("xyz"));
        assert_eq!(cookie(&headers, "c"), Some("3"));
        assert_eq!(cookie(&headers, "session"), None);
    }

    #[test]
    fn paths_become_json_pointers() {
        for (path, expected) in [
            (".", ""),
            ("tls.mode", "/tls/mode"),
            ("items[0].name", "/items/0/name"),
            ("tls.?", "/tls"),
        ] {
            assert_eq!(pointer(path), expected);
        }
    }
}
