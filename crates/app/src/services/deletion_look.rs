//! What a deletion would take, by asking the registry: what the index knows may be older than the
//! last push.

use super::connected::Connected;
use super::deletion::{DeletionService, SeenDeletion};
use futures::StreamExt as _;
use futures::stream;
use roadstead_core::model::{
    Capability, CapabilityName, CapabilityReason, DeletionTarget, DeletionWay, RepositoryId,
};
use roadstead_core::ports::{
    ArtifactPointer, CapabilityObservation, Deletable, KnownTag, ManifestOutcome, ManifestRead,
    ReadArtifact, Recorded, RegistryAdapter, RegistryError, RegistryTarget, TagCheck, TagOutcome,
};
use roadstead_core::rules::deletion_way;
use roadstead_core::{ErrorCode, Failure};

/// Tags looked at anew before an artifact is deleted; the likeliest first.
const LOOKED_AT: u16 = 200;
/// Manifests nobody has read yet that are read before that.
const READ: u16 = 50;
/// Questions under way at once.
const AT_ONCE: usize = 8;

impl DeletionService {
    /// Looks at what would go, in the registry where it may be asked; what is wrong with that
    /// becomes the reason why it cannot be done.
    pub(super) async fn look(
        &self,
        seen: &mut SeenDeletion,
        target: RegistryTarget,
    ) -> Result<Option<Connected>, Failure> {
        let asked = match Connected::to(self.ports(), target).await {
            Ok(connected) => match self.ask(seen, &connected).await {
                Ok(()) => Ok(connected),
                Err(failure) => Err(failure),
            },
            Err(failure) => Err(failure),
        };
        match asked {
            Ok(connected) => Ok(Some(connected)),
            // Roadstead's own trouble is not the registry's.
            Err(failure) if is_own(failure.code) => Err(failure),
            Err(failure) => {
                self.reach(seen).await?;
                seen.way = Err(failure);
                Ok(None)
            }
        }
    }

    async fn ask(&self, seen: &mut SeenDeletion, connected: &Connected) -> Result<(), Failure> {
        if let DeletionTarget::Tag(name) = &seen.target {
            let repository = &seen.found.repository;
            let now = connected
                .adapter
                .moved(&repository.name, name.as_str(), None);
            let known = seen.digest.clone();
            match now.await {
                Ok(Some(found)) if known.as_ref() != Some(&found) => {
                    let check = TagCheck {
                        repository_id: repository.id,
                        tag: name.as_str().to_owned(),
                        outcome: TagOutcome::Moved(found.clone()),
                    };
                    self.record(connected, vec![check]).await?;
                    seen.digest = Some(found);
                }
                Ok(_) => {}
                Err(RegistryError::NotFound) => return self.gone(seen).await,
                Err(error) => return Err(error.into()),
            }
        }
        self.ask_whether(seen, connected).await?;
        self.decide(seen, connected).await
    }

    /// The tag is gone already: nothing is asked of the registry, and the index follows.
    async fn gone(&self, seen: &mut SeenDeletion) -> Result<(), Failure> {
        self.reach(seen).await?;
        seen.already_gone = true;
        seen.way = Ok(DeletionWay::Untag);
        Ok(())
    }

    /// Asks whether something can be deleted here, and remembers what holds for the whole registry.
    async fn ask_whether(
        &self,
        seen: &mut SeenDeletion,
        connected: &Connected,
    ) -> Result<(), Failure> {
        let nothing = Capability::Missing(CapabilityReason::NotOffered);
        let found = match connected.adapter.deletion() {
            Some(deletion) => deletion.deletable(&seen.found.repository.name).await?,
            None => Deletable {
                artifacts: nothing,
                tags: nothing,
            },
        };
        let unanswered = Capability::Unknown(CapabilityReason::NoAnswer);
        let over = |before, now| if now == unanswered { before } else { now };
        seen.artifacts = over(seen.artifacts, found.artifacts);
        seen.tags = over(seen.tags, found.tags);
        self.remember(seen, connected).await
    }

    /// Rights may differ between repositories, so that the account may not here says nothing of
    /// the registry.
    pub(super) async fn remember(
        &self,
        seen: &SeenDeletion,
        connected: &Connected,
    ) -> Result<(), Failure> {
        let before = &connected.registry.capabilities;
        let mut now = before.clone();
        for (name, found) in [
            (CapabilityName::Deletion, seen.artifacts),
            (CapabilityName::TagDeletion, seen.tags),
        ] {
            let whole = match found {
                Capability::Available => true,
                Capability::Missing(reason) => reason != CapabilityReason::NotAllowed,
                Capability::Unknown(_) => false,
            };
            if whole {
                now.note(name, found);
            }
        }
        if !now.differs(before) {
            return Ok(());
        }
        let observation = CapabilityObservation {
            id: connected.source.registry_id,
            generation: connected.source.generation,
            capabilities: now,
            version: None,
            news: true,
            at: self.ports().clock.now(),
        };
        Ok(self.ports().store.record_capabilities(observation).await?)
    }

    /// What has to be asked for. Before an artifact goes, the repository's tags are looked at: one
    /// that was pushed a moment ago goes with it, too.
    pub(super) async fn decide(
        &self,
        seen: &mut SeenDeletion,
        connected: &Connected,
    ) -> Result<(), Failure> {
        self.reach(seen).await?;
        seen.way = way(seen);
        let of_artifact = match &seen.way {
            Ok(way) => *way == DeletionWay::Artifact,
            Err(failure) => failure.code == ErrorCode::TagShared,
        };
        if of_artifact {
            self.look_at_tags(seen, connected).await?;
            self.reach(seen).await?;
            seen.way = way(seen);
        }
        Ok(())
    }

    async fn look_at_tags(
        &self,
        seen: &mut SeenDeletion,
        connected: &Connected,
    ) -> Result<(), Failure> {
        let Some(digest) = seen.digest.clone() else {
            return Ok(());
        };
        let (store, repository) = (&self.ports().store, &seen.found.repository);
        let adapter = &connected.adapter;
        let tags = match adapter.repository(&repository.name).await {
            Ok(list) => list.tags,
            Err(RegistryError::NotFound) => Vec::new(),
            Err(error) => return Err(error.into()),
        };
        let now = self.ports().clock.now();
        let recorded = store
            .record_tags(connected.source, repository.id, tags, now)
            .await?;
        current(recorded)?;
        let (known, total) = store
            .tags_to_look_at(repository.id, &digest, LOOKED_AT)
            .await?;
        let all = u64::try_from(known.len()).is_ok_and(|looked| looked >= total);
        let checks: Vec<Result<TagCheck, RegistryError>> = stream::iter(known)
            .map(|tag| look_again(adapter.as_ref(), repository.id, &repository.name, tag))
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let checks = checks.into_iter().collect::<Result<Vec<_>, _>>()?;
        self.record(connected, checks).await?;
        let read_all = self.read_unread(seen, connected).await?;
        seen.looked_at_all = all && read_all;
        Ok(())
    }

    /// Reads manifests nobody has read yet: an index among them may list what is to be deleted.
    /// Answers whether these were all.
    async fn read_unread(
        &self,
        seen: &SeenDeletion,
        connected: &Connected,
    ) -> Result<bool, Failure> {
        let (store, repository) = (&self.ports().store, &seen.found.repository);
        let (unread, total) = store.unread_manifests(repository.id, READ).await?;
        let all = u64::try_from(unread.len()).is_ok_and(|read| read >= total);
        let adapter = connected.adapter.as_ref();
        let answers: Vec<Result<ReadArtifact, RegistryError>> = stream::iter(unread)
            .map(|digest| async move {
                let pointer = ArtifactPointer::Digest(digest);
                adapter.artifact(&repository.name, &pointer).await
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut manifests = Vec::new();
        for answer in answers {
            match answer {
                Ok(artifact) => manifests.push(ManifestRead {
                    repository_id: repository.id,
                    tags: Vec::new(),
                    outcome: ManifestOutcome::Read(Box::new(artifact)),
                }),
                Err(error) if error.is_retryable() => return Err(error.into()),
                // What cannot be read lists nothing that anybody could pull by it.
                Err(_) => {}
            }
        }
        let now = self.ports().clock.now();
        let recorded = store
            .record_manifests(connected.source, manifests, now)
            .await?;
        current(recorded)?;
        Ok(all)
    }

    pub(super) async fn record(
        &self,
        connected: &Connected,
        checks: Vec<TagCheck>,
    ) -> Result<(), Failure> {
        let now = self.ports().clock.now();
        let recorded = self
            .ports()
            .store
            .record_checks(connected.source, checks, now)
            .await?;
        current(recorded)
    }

    async fn reach(&self, seen: &mut SeenDeletion) -> Result<(), Failure> {
        if let Some(digest) = &seen.digest {
            let id = seen.found.repository.id;
            seen.reach = self.ports().store.deletion_reach(id, digest).await?;
        }
        Ok(())
    }
}

fn way(seen: &SeenDeletion) -> Result<DeletionWay, Failure> {
    let digest = seen.digest.as_ref().ok_or_else(Failure::not_found)?;
    deletion_way(&seen.target, digest, seen.artifacts, seen.tags, &seen.reach)
}

async fn look_again(
    adapter: &dyn RegistryAdapter,
    repository_id: RepositoryId,
    repository: &str,
    tag: KnownTag,
) -> Result<TagCheck, RegistryError> {
    let moved = adapter.moved(repository, &tag.name, tag.digest.as_ref());
    let outcome = TagOutcome::of(moved.await)?;
    Ok(TagCheck {
        repository_id,
        tag: tag.name,
        outcome,
    })
}

/// What was learned is of a connection that is no more.
fn current<T>(recorded: Recorded<T>) -> Result<(), Failure> {
    match recorded {
        Recorded::Yes(_) => Ok(()),
        Recorded::Outdated => Err(Failure::new(ErrorCode::RequestStale)),
    }
}

/// Whether a failure is Roadstead's own, or the asker's, and not a reason that a dry run tells.
const fn is_own(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::StoreReadOnly
            | ErrorCode::StoreUnavailable
            | ErrorCode::InternalError
            | ErrorCode::ObjectNotFound
            | ErrorCode::RequestStale
    )
}
