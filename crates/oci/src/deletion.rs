//! Deleting manifests and tags. Nothing is asked twice by itself: what an answer that got lost said
//! is found out by looking.

use crate::error::{from_status, protocol};
use crate::observe::error_codes;
use crate::reference::{Digest, Tag};
use crate::repository::{Pointer, Repository, STATUS_BYTES};
use crate::scope::Scopes;
use crate::transport::Answer;
use reqwest::Method;
use roadstead_core::ports::RegistryError;

impl Repository<'_> {
    /// Deletes a manifest and every tag that points to it.
    ///
    /// # Errors
    /// [`RegistryError::NotFound`] when the registry says there is none,
    /// [`RegistryError::Unsupported`] where deletion is switched off,
    /// [`RegistryError::Forbidden`] where the account may not.
    pub async fn delete_manifest(&self, digest: &Digest) -> Result<(), RegistryError> {
        let answer = self.delete(digest.as_str()).await?;
        deleted(&answer, false)
    }

    /// Takes a tag away; the manifest stays.
    ///
    /// # Errors
    /// As [`Self::delete_manifest`]; [`RegistryError::Unsupported`] also from registries that delete
    /// by digest alone.
    pub async fn delete_tag(&self, tag: &Tag) -> Result<(), RegistryError> {
        let answer = self.delete(tag.as_str()).await?;
        deleted(&answer, true)
    }

    /// Whether it is there, in the registry's own words: a page that is not found is no answer.
    ///
    /// # Errors
    /// Those of the question.
    pub async fn holds(&self, pointer: &Pointer) -> Result<bool, RegistryError> {
        let pull = self.pull();
        let ask = self.manifest_ask(Method::GET, pointer, &pull)?;
        let answer = self.client.transport.ask(&ask, STATUS_BYTES).await?;
        match answer.status.as_u16() {
            200 => Ok(true),
            404 if !error_codes(&answer.body).is_empty() => Ok(false),
            404 => Err(no_registry()),
            _ => Err(from_status(answer.status, &answer.headers)),
        }
    }

    pub(crate) async fn delete(&self, pointer: &str) -> Result<Answer, RegistryError> {
        let scopes = Scopes::repository(self.name.as_str(), &["delete", "pull"]);
        let ask = self.ask(Method::DELETE, &format!("manifests/{pointer}"), &scopes)?;
        self.client.transport.ask(&ask, STATUS_BYTES).await
    }
}

fn no_registry() -> RegistryError {
    protocol("the answer does not come from a registry")
}

fn deleted(answer: &Answer, tag: bool) -> Result<(), RegistryError> {
    match answer.status.as_u16() {
        200 | 202 | 204 => Ok(()),
        // A page that is not found, by whatever is in between, says nothing of a manifest.
        404 if error_codes(&answer.body).is_empty() => Err(no_registry()),
        // Distribution 2 takes a tag for a malformed digest.
        400 if tag => Err(RegistryError::Unsupported),
        400 if error_codes(&answer.body).iter().any(|c| c == "UNSUPPORTED") => {
            Err(RegistryError::Unsupported)
        }
        _ => Err(from_status(answer.status, &answer.headers)),
    }
}
