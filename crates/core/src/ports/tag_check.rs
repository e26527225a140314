//! Looking at a tag again.

use super::RegistryError;
use crate::ErrorCode;
use crate::model::{Digest, RepositoryId};

/// What looking at a tag again gave.
#[derive(Debug, Clone)]
pub struct TagCheck {
    /// The repository.
    pub repository_id: RepositoryId,
    /// The tag.
    pub tag: String,
    /// The outcome.
    pub outcome: TagOutcome,
}

/// The outcome of looking at a tag again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagOutcome {
    /// It points at what it pointed at. A provisional tag is settled.
    Same,
    /// It points at this. A digest that is not known joins the queue of manifests. A provisional tag
    /// is settled.
    Moved(Digest),
    /// It is not there.
    Gone,
    /// It could not be looked at.
    Failed(ErrorCode),
}

impl TagOutcome {
    /// What [`super::RegistryAdapter::moved`] answered of a tag means.
    ///
    /// # Errors
    /// The registry's, when it did not say.
    pub fn of(answer: Result<Option<Digest>, RegistryError>) -> Result<Self, RegistryError> {
        match answer {
            Ok(None) => Ok(Self::Same),
            Ok(Some(digest)) => Ok(Self::Moved(digest)),
            Err(RegistryError::NotFound) => Ok(Self::Gone),
            Err(error) => Err(error),
        }
    }
}
