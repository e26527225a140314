//! Finding out whether an account can write: an upload is opened. What it answers is never
//! softened: only the registry's own refusal counts as one.

use crate::error::from_status;
use crate::repository::{Repository, STATUS_BYTES};
use bytes::Bytes;
use reqwest::Method;
use roadstead_core::ports::RegistryError;

/// How the registry answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It refused.
    Refused,
    /// It opened one at this place: path and query, without the host.
    At(String),
    /// It opened one and sent to another host, or did not say where. Nothing is asked there.
    Elsewhere,
}

impl Repository<'_> {
    /// Opens an upload to see whether that is allowed. Whoever does so writes it into the ledger
    /// before, and ends it with [`Self::cancel_upload`].
    ///
    /// # Errors
    /// Those of every request: neither opened nor refused.
    pub async fn try_upload(&self) -> Result<Opened, RegistryError> {
        let push = self.push();
        let mut ask = self.ask(Method::POST, "blobs/uploads/", &push)?;
        ask.body = Some(Bytes::new());
        let answer = match self.client.transport.ask(&ask, STATUS_BYTES).await {
            Ok(answer) => answer,
            // The token service already said no.
            Err(RegistryError::Unauthorized | RegistryError::Forbidden) => {
                return Ok(Opened::Refused);
            }
            Err(error) => return Err(error),
        };
        match answer.status.as_u16() {
            // 201 is an upload that is over already; it was allowed all the same.
            201 | 202 => Ok(match self.location(&ask.url, &answer.headers) {
                Ok(url) => Opened::At(match url.query() {
                    Some(query) => format!("{}?{query}", url.path()),
                    None => url.path().to_owned(),
                }),
                Err(_) => Opened::Elsewhere,
            }),
            401 | 403 | 405 => Ok(Opened::Refused),
            _ => Err(from_status(answer.status, &answer.headers)),
        }
    }
}
