//! The embedded console: compressed files as they were built, and one page that carries a fresh
//! nonce.

use crate::problem::Refusal;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use roadstead_core::{ErrorCode, Failure};

/// Path and bytes of every file, sorted by path; made by `build.rs`.
static FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/console.rs"));
const NONCE_MARK: &str = "__CSP_NONCE__";

fn file(path: &str) -> Option<&'static [u8]> {
    FILES
        .binary_search_by(|(name, _)| (*name).cmp(path))
        .ok()
        .map(|i| FILES[i].1)
}

/// Answers everything that is no route: files of the console, its page for addresses the console
/// routes itself, and a problem for the rest.
pub(crate) async fn fallback(method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path();
    let is_api = path == "/api" || path.starts_with("/api/") || path.starts_with("/hooks/");
    if is_api {
        return Refusal(Failure::not_found()).into_response();
    }
    if method != Method::GET && method != Method::HEAD {
        return Refusal(Failure::new(ErrorCode::RequestMethod)).into_response();
    }
    if path != "/index.html"
        && let Some(bytes) = file(path)
    {
        return asset(path, bytes, &headers);
    }
    let looks_like_file = path.starts_with("/assets/")
        || path
            .rsplit('/')
            .next()
            .is_some_and(|last| last.contains('.'));
    if looks_like_file && path != "/index.html" {
        return Refusal(Failure::not_found()).into_response();
    }
    page()
}

fn asset(path: &str, bytes: &'static [u8], headers: &HeaderMap) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let accepts_br = headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .any(|v| v.trim().split(';').next() == Some("br"));
    if accepts_br && let Some(packed) = file(&format!("{path}.br")) {
        response = Response::new(Body::from(packed));
        response
            .headers_mut()
            .insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    let answer = response.headers_mut();
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    answer.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static(media_type(path)),
    );
    let kept = if path.starts_with("/assets/") {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    response
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        Some("json" | "webmanifest") => "application/json",
        Some("png") => "image/png",
        Some("txt") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// What the console's page may load and run: its own files. No script in the page itself, so that
/// markup that slipped in somewhere runs nothing.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    )
}

fn page() -> Response {
    let Some(html) = file("/index.html").and_then(|b| std::str::from_utf8(b).ok()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut random = [0_u8; 16];
    if let Err(error) = getrandom::fill(&mut random) {
        return Refusal(Failure::new(ErrorCode::InternalError).because(error)).into_response();
    }
    let nonce = base64::engine::general_purpose::STANDARD_NO_PAD.encode(random);
    let policy = policy(&nonce);
    let mut response = axum::response::Html(html.replace(NONCE_MARK, &nonce)).into_response();
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

#[cfg(test)]
mod tests {
    use super::{FILES, policy};

    #[test]
    fn sec_26_content_security_policy_is_the_one_that_was_agreed() {
        let wanted = [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self' 'nonce-N'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ];
        let policy = policy("N");
        assert_eq!(policy.split("; ").collect::<Vec<_>>(), wanted);
    }

    #[test]
    fn embedded_files_are_sorted_for_the_search() {
        assert!(FILES.is_sorted_by_key(|(path, _)| *path));
    }
}
