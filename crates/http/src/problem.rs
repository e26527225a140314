//! Failures as RFC 9457 problems. A handler answers a [`Refusal`]; the outermost layer, which knows
//! the request's id, writes body and log line, so each failure is logged once and in one place.

use crate::views::{FieldProblem, Problem};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use roadstead_core::model::RequestId;
use roadstead_core::{ErrorCode, Failure};
use std::sync::Arc;

/// A failure on its way out.
pub(crate) struct Refusal(pub(crate) Failure);

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Self {
        Self(failure)
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Self {
        Self(Failure::new(code))
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut response = status_of(self.0.code).into_response();
        response.extensions_mut().insert(Arc::new(self.0));
        response
    }
}

fn status_of(code: ErrorCode) -> StatusCode {
    StatusCode::from_u16(code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Writes the body of a refusal that passed by; other answers pass unchanged.
pub(crate) fn write_problem(response: Response, request_id: &RequestId) -> Response {
    let Some(failure) = response.extensions().get::<Arc<Failure>>().cloned() else {
        return response;
    };
    let status = response.status();
    if status.is_server_error() && !failure.code.as_str().starts_with("upstream.") {
        tracing::error!(%request_id, code = %failure.code, cause = failure.internal(), "request failed");
    } else {
        tracing::debug!(%request_id, code = %failure.code, cause = failure.internal(), "request refused");
    }
    let body = Problem {
        r#type: format!("/problems/{}", failure.code),
        title: failure.code.title().to_owned(),
        status: status.as_u16(),
        detail: detail(&failure),
        code: failure.code,
        params: failure.params.clone(),
        errors: failure
            .fields
            .iter()
            .map(|f| FieldProblem {
                pointer: f.pointer.clone(),
                code: f.code,
                params: f.params.clone(),
            })
            .collect(),
        permission: failure.permission,
        request_id: request_id.to_string(),
    };
    let mut answer = (status, axum::Json(body)).into_response();
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/problem+json"),
    );
    if let Some(after) = failure
        .params
        .get("retry_after_s")
        .and_then(|s| s.parse::<u32>().ok())
    {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(after));
    } else if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, HeaderValue::from_static("2"));
    }
    answer
}

/// A sentence for people at a terminal: the title, and each refused field with its own.
fn detail(failure: &Failure) -> String {
    let mut text = failure.code.title().to_owned();
    for field in &failure.fields {
        text.push_str(&format!(" {}: {}", field.pointer, field.code.title()));
    }
    text
}
