//! The deletion itself: written down, asked for, looked into when the answer was lost, crossed out
//! together with the audit entry (`docs/adr/0013-deletion.md`).

use crate::context::Ports;
use roadstead_core::Failure;
use roadstead_core::model::{AuditEntry, Deleted, DeletionIntent};
use roadstead_core::ports::{
    ArtifactPointer, EndDeletion, RegistryAdapter, RegistryError, StoreError,
};
use serde_json::json;
use std::sync::Arc;

/// How a deletion went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ran {
    /// It is deleted.
    Deleted,
    /// The registry does not have it any more.
    AlreadyGone,
    /// The registry does not offer this. Nothing was deleted.
    Unsupported,
}

/// What an audit entry says of the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Certain {
    /// The registry deleted it.
    Deleted,
    /// Somebody else had deleted it.
    AlreadyGone,
    /// It was asked for, and nobody could find out whether it was done.
    No,
}

/// Deletes what is written in `intent`.
pub(super) async fn run(
    ports: Ports,
    adapter: Arc<dyn RegistryAdapter>,
    intent: DeletionIntent,
    audit: AuditEntry,
    gone: bool,
) -> Result<Ran, Failure> {
    let store = &ports.store;
    store.begin_deletion(intent.clone(), audit.clone()).await?;
    let asked = if gone {
        Err(RegistryError::NotFound)
    } else {
        ask(adapter.as_ref(), &intent).await
    };
    let (certain, ran) = match asked {
        Ok(()) => (Certain::Deleted, Ran::Deleted),
        Err(RegistryError::NotFound) => (Certain::AlreadyGone, Ran::AlreadyGone),
        Err(RegistryError::Unsupported) => {
            store.drop_deletion(intent.id).await?;
            return Ok(Ran::Unsupported);
        }
        Err(error) if is_lost(&error) => match is_gone(adapter.as_ref(), &intent).await {
            Ok(true) => (Certain::Deleted, Ran::Deleted),
            Ok(false) => {
                store.drop_deletion(intent.id).await?;
                return Err(error.into());
            }
            // What is written down stays, and is looked into later.
            Err(_) => return Err(error.into()),
        },
        Err(error) => {
            store.drop_deletion(intent.id).await?;
            return Err(error.into());
        }
    };
    end(&ports, intent, audit, certain).await?;
    Ok(ran)
}

async fn ask(adapter: &dyn RegistryAdapter, intent: &DeletionIntent) -> Result<(), RegistryError> {
    let deletion = adapter.deletion().ok_or(RegistryError::Unsupported)?;
    let repository = &intent.repository;
    match &intent.what {
        Deleted::Tag(name, _) => deletion.delete_tag(repository, name).await,
        Deleted::Artifact(digest) => deletion.delete_artifact(repository, digest).await,
    }
}

/// Whether the registry may have done it though it did not say so.
const fn is_lost(error: &RegistryError) -> bool {
    matches!(
        error,
        RegistryError::Timeout
            | RegistryError::ConnectionReset
            | RegistryError::Unavailable { .. }
            | RegistryError::Protocol(_)
            | RegistryError::Tls(_)
    )
}

/// Whether what was to be deleted is there no more.
pub(crate) async fn is_gone(
    adapter: &dyn RegistryAdapter,
    intent: &DeletionIntent,
) -> Result<bool, RegistryError> {
    let deletion = adapter.deletion().ok_or(RegistryError::Unsupported)?;
    let what = match &intent.what {
        Deleted::Tag(name, _) => ArtifactPointer::Tag(name.as_str().to_owned()),
        Deleted::Artifact(digest) => ArtifactPointer::Digest(digest.clone()),
    };
    let there = deletion.holds(&intent.repository, &what).await?;
    Ok(!there)
}

/// Writes the audit entry and takes out of the index what is gone.
pub(crate) async fn end(
    ports: &Ports,
    intent: DeletionIntent,
    mut audit: AuditEntry,
    certain: Certain,
) -> Result<(), StoreError> {
    let deleted = match intent.what {
        Deleted::Tag(..) => "tag",
        Deleted::Artifact(_) => "artifact",
    };
    audit.after = Some(match certain {
        Certain::Deleted => json!({ "deleted": deleted }),
        Certain::AlreadyGone => json!({ "deleted": deleted, "already_gone": true }),
        Certain::No => json!({ "deleted": deleted, "confirmed": false }),
    });
    let command = EndDeletion {
        intent,
        follow: certain != Certain::No,
        now: ports.clock.now(),
    };
    ports.store.end_deletion(command, audit).await
}
