//! Finding out whether something can really be pulled: a manifest and the first bytes of one of its
//! blobs, as this repository's identity. A `/v2/` that answers 200 proves nothing of the kind.

use crate::manifest::Content;
use crate::repository::{Pointer, Repository};
use roadstead_core::ports::RegistryError;

/// What came of pulling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pulled {
    /// Manifest and blob were given.
    Yes,
    /// At least one of them was refused.
    Refused,
    /// It is not there, or is nothing that has a blob; or it is hidden from whoever asked.
    Absent,
}

impl Repository<'_> {
    /// Pulls as much as it takes to know.
    ///
    /// # Errors
    /// Those of every request: neither given nor refused.
    pub async fn try_pulling(&self, pointer: &Pointer) -> Result<Pulled, RegistryError> {
        match self.pull_something(pointer).await {
            Ok(pulled) => Ok(pulled),
            Err(RegistryError::Unauthorized | RegistryError::Forbidden) => Ok(Pulled::Refused),
            Err(RegistryError::NotFound | RegistryError::Unsupported) => Ok(Pulled::Absent),
            Err(error) => Err(error),
        }
    }

    async fn pull_something(&self, pointer: &Pointer) -> Result<Pulled, RegistryError> {
        let image = match self.manifest(pointer).await?.content {
            Content::Index(index) => match index.manifests.into_iter().next() {
                Some(child) => self.manifest(&Pointer::Digest(child.digest)).await?.content,
                None => return Ok(Pulled::Absent),
            },
            other => other,
        };
        let Content::Image(image) = image else {
            return Ok(Pulled::Absent);
        };
        self.blob(&image.config).await?.next().await?;
        Ok(Pulled::Yes)
    }
}
