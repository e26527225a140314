//! The audit log.

use crate::extract::{Ctx, Query};
use crate::problem::Refusal;
use crate::state::AppState;
use crate::views::{
    AuditExportQuery, AuditPage, AuditQuery, CSV_HEADING, ExportFormat, audit_csv, audit_jsonl,
};
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use futures::{StreamExt as _, stream};
use roadstead_core::{ErrorCode, Failure};

/// Entries of the audit log the asker may see, newest first: all of them with a platform role,
/// what one did oneself otherwise.
#[utoipa::path(get, path = "/api/v1/audit-entries", tag = "audit", params(AuditQuery), responses((status = 200, description = "A page", body = AuditPage)))]
pub(super) async fn list_audit_entries(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Query(query): Query<AuditQuery>,
) -> Result<axum::Json<AuditPage>, Refusal> {
    let (input, limit, cursor) = query.parse()?;
    let listed = state
        .app
        .audit
        .list(&ctx, input, limit, cursor.as_deref())
        .await?;
    Ok(axum::Json(listed.into()))
}

/// The same entries as a file, all of them. The export leaves an entry itself.
#[utoipa::path(get, path = "/api/v1/audit-entries/export", tag = "audit", params(AuditExportQuery), responses((status = 200, description = "The file; one that breaks off is incomplete", content((String = "text/csv"), (String = "application/x-ndjson")))))]
pub(super) async fn export_audit_entries(
    State(state): State<AppState>,
    Ctx(ctx): Ctx,
    Query(query): Query<AuditExportQuery>,
) -> Result<impl IntoResponse, Refusal> {
    let (input, format) = query.parse()?;
    let pages = state.app.audit.export(&ctx, input, format.as_str()).await?;
    let heading = (format == ExportFormat::Csv).then(|| Ok(CSV_HEADING.to_owned()));
    let stop = state.stop.clone();
    let lines = stream::iter(heading).chain(pages.map(move |page| {
        if stop.is_cancelled() {
            return Err(Failure::new(ErrorCode::StoreUnavailable).because("stopping"));
        }
        let entries = page.inspect_err(|failure| {
            tracing::warn!(code = %failure, cause = failure.internal(), "export broke off");
        })?;
        match format {
            ExportFormat::Csv => Ok(audit_csv(&entries)),
            ExportFormat::Jsonl => {
                audit_jsonl(entries).map_err(|e| Failure::new(ErrorCode::InternalError).because(e))
            }
        }
    }));
    let (media_type, file) = match format {
        ExportFormat::Csv => (
            "text/csv; charset=utf-8",
            "attachment; filename=\"audit.csv\"",
        ),
        ExportFormat::Jsonl => (
            "application/x-ndjson",
            "attachment; filename=\"audit.jsonl\"",
        ),
    };
    Ok((
        [
            (header::CONTENT_TYPE, media_type),
            (header::CONTENT_DISPOSITION, file),
        ],
        Body::from_stream(lines),
    ))
}
