//! Deleting a tag or an artifact: what would go, whether it can, and doing it.
//!
//! Everything is looked at in the registry before anybody is asked to confirm, and again before
//! anything is deleted: what the index knows may be older than the last push.

use super::connected::Connected;
use super::deletion_run::{Ran, run};
use super::object;
use crate::context::Ports;
use roadstead_core::model::{
    AuditEntry, AuditObject, Capability, CapabilityName, CapabilityReason, Deleted, DeletionId,
    DeletionIntent, DeletionReach, DeletionTarget, DeletionWay, Digest, RepositoryId,
    RequestContext,
};
use roadstead_core::ports::{FoundRepository, RegistryError, Source};
use roadstead_core::rules::authorize;
use roadstead_core::{ErrorCode, Failure, FieldFailure, Permission};
use serde_json::json;
use std::sync::Arc;

/// How something is to be deleted.
#[derive(Debug, Clone, Default)]
pub struct DeletionInput {
    /// Only say what would go.
    pub dry_run: bool,
    /// The repository's name, where more than one tag goes.
    pub confirm: Option<String>,
    /// What the tag points at as the person saw it.
    pub expected: Option<Digest>,
}

/// What goes, or has gone.
pub struct SeenDeletion {
    /// The repository.
    pub found: FoundRepository,
    /// What is, or was, to be deleted.
    pub target: DeletionTarget,
    /// The artifact; `None` while nobody knows what the tag points at.
    pub digest: Option<Digest>,
    /// What hangs on it.
    pub reach: DeletionReach,
    /// Whether every tag of the repository was looked at just now.
    pub looked_at_all: bool,
    /// What the registry has to be asked for, or why it is not asked.
    pub way: Result<DeletionWay, Failure>,
    /// Whether artifacts can be deleted there.
    pub artifacts: Capability,
    /// Whether a tag can go alone.
    pub tags: Capability,
    /// It is deleted.
    pub done: bool,
    /// The registry did not have it any more.
    pub already_gone: bool,
}

impl SeenDeletion {
    /// Whether the repository's name has to be typed.
    #[must_use]
    pub fn needs_confirmation(&self) -> bool {
        matches!(self.way, Ok(DeletionWay::Artifact)) && self.reach.tags.total > 1
    }
}

/// Deleting what registries hold.
pub struct DeletionService {
    ports: Ports,
}

impl DeletionService {
    pub(crate) const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    pub(super) const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// Deletes a tag or an artifact, or says what would go. Of a dry run everything is an answer,
    /// also that it cannot be done.
    ///
    /// # Errors
    /// A repository, tag or artifact that is absent or not to be seen, a missing permission; unless
    /// it is a dry run why it cannot be done ([`roadstead_core::rules::deletion_way`], [`ErrorCode::TagMoved`],
    /// [`ErrorCode::DeletionUnconfirmed`], the registry's own trouble).
    pub async fn delete(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
        target: DeletionTarget,
        input: DeletionInput,
    ) -> Result<SeenDeletion, Failure> {
        let found = self.ports.store.repository(id, &ctx.visible).await?;
        let found = found.ok_or_else(Failure::not_found)?;
        let about = about(&found, &target);
        authorize(&ctx.actor, Permission::ImageDelete, found.owner)
            .map_err(|refusal| refusal.about(about.clone()))?;
        let known = self.known(id, &target).await?;
        let registry = self
            .ports
            .store
            .registry_target(found.repository.registry_id)
            .await?
            .ok_or_else(Failure::not_found)?;
        let mut seen = SeenDeletion {
            digest: known,
            reach: DeletionReach::default(),
            looked_at_all: false,
            way: Ok(DeletionWay::Artifact),
            artifacts: registry.registry.capabilities.of(CapabilityName::Deletion),
            tags: registry
                .registry
                .capabilities
                .of(CapabilityName::TagDeletion),
            done: false,
            already_gone: false,
            found,
            target,
        };
        let connected = self.look(&mut seen, registry).await?;
        if input.dry_run {
            return Ok(seen);
        }
        // Twice at most: a registry may say only when asked that it cannot take a tag alone.
        for _ in 0..2 {
            let way = match &seen.way {
                Ok(way) => *way,
                Err(_) => break,
            };
            let Some(connected) = &connected else { break };
            check(&seen, &input)?;
            let (intent, audit) = self.intent(ctx, &seen, way, &connected.source, about.clone())?;
            let adapter = Arc::clone(&connected.adapter);
            let gone = seen.already_gone;
            // To its end, also when whoever asked has hung up meanwhile.
            let running = tokio::spawn(run(self.ports.clone(), adapter, intent, audit, gone));
            let ran = running
                .await
                .map_err(|e| Failure::new(ErrorCode::InternalError).because(e))??;
            match ran {
                Ran::Deleted | Ran::AlreadyGone => {
                    seen.done = true;
                    seen.already_gone = ran == Ran::AlreadyGone;
                    return Ok(seen);
                }
                Ran::Unsupported => self.unsupported(&mut seen, connected, way).await?,
            }
        }
        Err(match seen.way {
            Err(failure) => failure,
            Ok(_) => RegistryError::Unsupported.into(),
        })
    }

    /// What the index knows of it. What it does not know is not there.
    async fn known(
        &self,
        id: RepositoryId,
        target: &DeletionTarget,
    ) -> Result<Option<Digest>, Failure> {
        match target {
            DeletionTarget::Tag(name) => {
                let tag = self.ports.store.known_tag(id, name).await?;
                Ok(tag.ok_or_else(Failure::not_found)?.digest)
            }
            DeletionTarget::Artifact(digest) => {
                if self.ports.store.holds_artifact(id, digest).await? {
                    Ok(Some(digest.clone()))
                } else {
                    Err(Failure::not_found())
                }
            }
        }
    }

    /// The registry said, when asked to delete, that it does not do this.
    async fn unsupported(
        &self,
        seen: &mut SeenDeletion,
        connected: &Connected,
        way: DeletionWay,
    ) -> Result<(), Failure> {
        match way {
            DeletionWay::Untag => {
                seen.tags = Capability::Missing(CapabilityReason::NotOffered);
            }
            DeletionWay::Artifact => {
                seen.artifacts = Capability::Missing(CapabilityReason::SwitchedOff);
            }
        }
        self.remember(seen, connected).await?;
        self.decide(seen, connected).await
    }

    fn intent(
        &self,
        ctx: &RequestContext,
        seen: &SeenDeletion,
        way: DeletionWay,
        source: &Source,
        about: AuditObject,
    ) -> Result<(DeletionIntent, AuditEntry), Failure> {
        let now = self.ports.clock.now();
        let found = &seen.found;
        let what = match (way, &seen.target) {
            (DeletionWay::Untag, DeletionTarget::Tag(name)) => {
                Deleted::Tag(name.clone(), seen.digest.clone())
            }
            _ => Deleted::Artifact(seen.digest.clone().ok_or_else(Failure::not_found)?),
        };
        let mut audit = AuditEntry::done(ctx, now, Permission::ImageDelete.as_str(), about);
        audit.workspace_id = found.owner.workspace();
        let (tags, total) = match &what {
            Deleted::Tag(name, _) => (json!([name.as_str()]), 1),
            Deleted::Artifact(_) => (json!(seen.reach.tags.items), seen.reach.tags.total),
        };
        audit.before = Some(json!({
            "registry": found.registry,
            "repository": found.repository.name,
            "digest": seen.digest.as_ref().map(Digest::as_str),
            "tags": tags,
            "tags_total": total,
        }));
        let intent = DeletionIntent {
            id: DeletionId::new(),
            registry_id: source.registry_id,
            generation: source.generation,
            repository_id: found.repository.id,
            repository: found.repository.name.clone(),
            what,
            begun_at: now,
        };
        Ok((intent, audit))
    }
}

/// What is deleted, for the audit log.
fn about(found: &FoundRepository, target: &DeletionTarget) -> AuditObject {
    let repository = &found.repository.name;
    match target {
        DeletionTarget::Tag(tag) => object("tag", tag, format!("{repository}:{tag}")),
        DeletionTarget::Artifact(digest) => {
            object("artifact", digest, format!("{repository}@{digest}"))
        }
    }
}

/// Whether it is still what the person saw, and they mean all of it.
fn check(seen: &SeenDeletion, input: &DeletionInput) -> Result<(), Failure> {
    if let (DeletionTarget::Tag(_), Some(now)) = (&seen.target, &seen.digest)
        && input.expected.as_ref() != Some(now)
    {
        return Err(Failure::new(ErrorCode::TagMoved).with("digest", now));
    }
    let name = &seen.found.repository.name;
    if seen.needs_confirmation() && input.confirm.as_ref() != Some(name) {
        let field = FieldFailure::new("/confirm", ErrorCode::DeletionUnconfirmed)
            .with("name", name)
            .with("tags", seen.reach.tags.total);
        return Err(Failure::fields(vec![field]));
    }
    Ok(())
}
