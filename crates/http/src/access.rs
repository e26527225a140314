//! The outermost layer: request id, client address, one access line, metrics, headers every answer
//! carries, and the bodies of problems.

use crate::extract::ClientAddress;
use crate::problem::write_problem;
use crate::state::AppState;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use roadstead_core::model::RequestId;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;
use tracing::Instrument as _;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_FOR: &str = "x-forwarded-for";

pub(crate) async fn access(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let begun = Instant::now();
    let request_id = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|v| v.to_str().ok())
        .and_then(RequestId::accept)
        .unwrap_or_else(RequestId::make);
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |m| m.as_str().to_owned());
    let peer = request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map(|c| c.0.ip());
    if let Some(peer) = peer {
        let client = client_address(peer, request.headers(), &state.config.trusted_proxies);
        request.extensions_mut().insert(ClientAddress(client));
    }
    request.extensions_mut().insert(request_id.clone());
    // What is said while the request is worked on tells whose it is.
    let span = tracing::debug_span!("request", %request_id);
    let answered = next.run(request).instrument(span).await;
    let mut response = write_problem(answered, &request_id);
    let status = response.status().as_u16();
    let headers = response.headers_mut();
    if let Ok(id) = HeaderValue::from_str(request_id.as_str()) {
        headers.insert(REQUEST_ID, id);
    }
    harden(headers);
    let elapsed = begun.elapsed();
    metrics::histogram!(
        "roadstead_http_request_duration_seconds",
        "method" => method_label(&method), "route" => route.clone(), "status" => status_class(status)
    )
    .record(elapsed);
    tracing::info!(
        %request_id, %method, route, status,
        ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        "request"
    );
    response
}

/// Methods are any word a client likes, so only the known ones are labels.
fn method_label(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN
        .into_iter()
        .find(|known| method.as_str() == *known)
        .unwrap_or("other")
}

const fn status_class(status: u16) -> &'static str {
    match status / 100 {
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

/// Headers that narrow what a browser does with an answer. Answers that set their own keep them.
fn harden(headers: &mut HeaderMap) {
    for (name, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "same-origin",
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
}

/// The last address of the chain that no trusted proxy wrote. A client's own header counts for
/// nothing unless the peer is a trusted proxy.
fn client_address(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |ip: &IpAddr| trusted.iter().any(|net| net.contains(ip));
    let parts: Vec<&str> = headers
        .get_all(FORWARDED_FOR)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(','))
        .collect();
    let mut client = peer;
    // From the right: each trusted party vouches for the address it wrote, and no further.
    for part in parts.into_iter().rev() {
        if !is_trusted(&client) {
            break;
        }
        let Ok(ip) = part.trim().parse() else { break };
        client = ip;
    }
    client
}

#[cfg(test)]
mod tests {
    use super::client_address;
    use axum::http::HeaderMap;

    #[test]
    fn sec_08_forwarded_for_counts_only_from_trusted_proxies() {
        let mut forged = HeaderMap::new();
        forged.append(
            "x-forwarded-for",
            "6.6.6.6, nonsense, 203.0.113.9".parse().expect("value"),
        );
        let proxies = ["10.0.0.0/8".parse().expect("net")];
        let peer = "10.0.0.1".parse().expect("ip");
        assert_eq!(
            client_address(peer, &forged, &proxies),
            "203.0.113.9".parse::<std::net::IpAddr>().expect("ip"),
            "what stands left of garbage was written by the client"
        );
        let mut headers = HeaderMap::new();
        headers.append(
            "x-forwarded-for",
            "6.6.6.6, 203.0.113.9, 10.0.0.2".parse().expect("value"),
        );
        let ip = |t: &str| t.parse().expect("ip");
        let trusted = ["10.0.0.0/8".parse().expect("net")];
        assert_eq!(
            client_address(ip("198.51.100.1"), &headers, &trusted),
            ip("198.51.100.1")
        );
        assert_eq!(
            client_address(ip("10.0.0.1"), &headers, &[]),
            ip("10.0.0.1")
        );
        assert_eq!(
            client_address(ip("10.0.0.1"), &headers, &trusted),
            ip("203.0.113.9")
        );
        assert_eq!(
            client_address(ip("10.0.0.1"), &HeaderMap::new(), &trusted),
            ip("10.0.0.1")
        );
    }
}

#[cfg(test)]
mod label_tests {
    use super::method_label;
    use axum::http::Method;

    #[test]
    fn sec_30_unknown_methods_share_one_metric_series() {
        let made_up = Method::from_bytes(b"ZZ17").expect("method");
        assert_eq!(
            (method_label(&Method::PATCH), method_label(&made_up)),
            ("PATCH", "other")
        );
    }
}
