//! The first look at what events tell: pushes are read and shown, deletions are asked about.

use super::line::{Connected, Line, Unsettled};
use super::{AT_ONCE, EventReconciler, Stop};
use crate::events::{Mark, News, Target};
use futures::StreamExt as _;
use futures::stream;
use roadstead_core::model::{Digest, RepositoryId, SpaceClass, Timestamp};
use roadstead_core::ports::{
    ArtifactPointer, ManifestOutcome, ManifestRead, ProvisionalTag, ReadArtifact, RegistryError,
    RepositoryMark, SeenSpace, TagCheck, TagOutcome,
};
use std::collections::{HashMap, HashSet};
use std::time::Duration;
use tokio::time::Instant;

/// The event precedes the tag: it is there by then.
pub(super) const SETTLE_AFTER: Duration = Duration::from_millis(500);
/// What is told so late, or again, is not the latest: the tag may have moved on since. The registry
/// is asked first. A registry whose clock is wrong by more pays a request for it.
const FRESH: Duration = Duration::from_secs(60);

/// A push that is taken for true as far as there is such a manifest.
struct Pushed {
    repository: String,
    tag: Option<String>,
    digest: Digest,
    media_type: String,
}

impl EventReconciler {
    pub(super) async fn look(
        &self,
        connected: &Connected,
        line: &mut Line,
        marks: Vec<Mark>,
    ) -> Result<(), Stop> {
        if marks.is_empty() {
            return Ok(());
        }
        let now = self.ports.clock.now();
        let (mut pushed, mut late, mut deleted) = (Vec::new(), Vec::new(), Vec::new());
        for mark in marks {
            match (mark.news, mark.target) {
                (News::Deleted, target) => deleted.push((mark.repository, target)),
                (News::Pushed { .. }, Target::Tag(tag)) if is_late(mark.at, now) => {
                    late.push((mark.repository, tag));
                }
                (News::Pushed { digest, media_type }, target) => pushed.push(Pushed {
                    repository: mark.repository,
                    tag: match target {
                        Target::Tag(tag) => Some(tag),
                        Target::Digest(_) | Target::Repository => None,
                    },
                    digest,
                    media_type,
                }),
            }
        }
        pushed.extend(self.ask(connected, line, late).await);
        self.show(connected, line, pushed, now).await?;
        self.look_for(connected, line, deleted, now).await
    }

    /// What tags point at now, of which something old was told.
    async fn ask(
        &self,
        connected: &Connected,
        line: &mut Line,
        late: Vec<(String, String)>,
    ) -> Vec<Pushed> {
        let adapter = &connected.adapter;
        let answers: Vec<_> = stream::iter(late)
            .map(|(repository, tag)| async move {
                let answer = adapter.moved(&repository, &tag, None).await;
                (repository, tag, answer)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut pushed = Vec::new();
        for (repository, tag, answer) in answers {
            match answer {
                Ok(Some(digest)) => pushed.push(Pushed {
                    repository,
                    tag: Some(tag),
                    digest,
                    media_type: String::new(),
                }),
                Ok(None) | Err(RegistryError::NotFound) => {}
                Err(error) => not_looked(connected, line, &error),
            }
        }
        pushed
    }

    /// Reads the manifests that are not known in this registry yet, and shows the tags of those
    /// that are there. What is not there was never pushed, or is gone again: nothing of it is kept.
    async fn show(
        &self,
        connected: &Connected,
        line: &mut Line,
        pushed: Vec<Pushed>,
        now: Timestamp,
    ) -> Result<(), Stop> {
        if pushed.is_empty() {
            return Ok(());
        }
        let source = connected.source;
        let digests: Vec<Digest> = pushed.iter().map(|p| p.digest.clone()).collect();
        let known = self
            .ports
            .store
            .known_digests(source.registry_id, &digests)
            .await?;
        let mut read = self.read(connected, line, &pushed, &known).await;
        let shown: Vec<Pushed> = pushed
            .into_iter()
            .filter(|p| known.contains(&p.digest) || read.contains_key(&p.digest))
            .collect();
        if shown.is_empty() {
            return Ok(());
        }
        let ids = self.put(connected, &shown, now).await?;
        let mut manifests = Vec::new();
        for (pushed, repository_id) in shown.into_iter().zip(ids) {
            if let Some(artifact) = read.remove(&pushed.digest) {
                line.unread |= artifact.read_config;
                manifests.push(ManifestRead {
                    repository_id,
                    tags: Vec::new(),
                    outcome: ManifestOutcome::Read(Box::new(artifact)),
                });
            }
            if let Some(tag) = pushed.tag {
                let what = Unsettled {
                    due: Instant::now() + SETTLE_AFTER,
                    repository_id,
                    digest: pushed.digest,
                    asked: 0,
                };
                line.unsettled(pushed.repository, tag, what);
            }
        }
        if manifests.is_empty() {
            return Ok(());
        }
        let store = &self.ports.store;
        Stop::recorded(store.record_manifests(source, manifests, now).await?)
    }

    /// Each manifest once, however many tags it was pushed by.
    async fn read(
        &self,
        connected: &Connected,
        line: &mut Line,
        pushed: &[Pushed],
        known: &HashSet<Digest>,
    ) -> HashMap<Digest, ReadArtifact> {
        let mut asked = HashSet::new();
        let unknown: Vec<(String, Digest)> = pushed
            .iter()
            .filter(|p| !known.contains(&p.digest) && asked.insert((&p.repository, &p.digest)))
            .map(|p| (p.repository.clone(), p.digest.clone()))
            .collect();
        let adapter = &connected.adapter;
        let answers: Vec<_> = stream::iter(unknown)
            .map(|(repository, digest)| async move {
                let pointer = ArtifactPointer::Digest(digest.clone());
                (digest, adapter.artifact(&repository, &pointer).await)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut read = HashMap::new();
        for (digest, answer) in answers {
            match answer {
                Ok(artifact) => {
                    read.insert(digest, artifact);
                }
                Err(RegistryError::NotFound) => {}
                Err(error) => not_looked(connected, line, &error),
            }
        }
        read
    }

    async fn put(
        &self,
        connected: &Connected,
        shown: &[Pushed],
        now: Timestamp,
    ) -> Result<Vec<RepositoryId>, Stop> {
        let told: Vec<ProvisionalTag> = shown
            .iter()
            .map(|pushed| ProvisionalTag {
                space: String::new(),
                repository: pushed.repository.clone(),
                tag: pushed.tag.clone(),
                digest: pushed.digest.clone(),
                media_type: pushed.media_type.clone(),
            })
            .collect();
        let store = &self.ports.store;
        let ids = Stop::recorded(
            store
                .put_provisional(connected.source, told.clone(), now)
                .await?,
        )?;
        if ids.len() == shown.len() {
            return Ok(ids);
        }
        // Nobody has read this registry yet, so its one space is not there.
        let whole = SeenSpace {
            upstream_id: String::new(),
            name: connected.registry.name.to_string(),
            class: SpaceClass::Normal,
            visibility: None,
            members: Vec::new(),
            storage_bytes: None,
            quota_bytes: None,
        };
        Stop::recorded(
            store
                .record_spaces(connected.source, vec![whole], now)
                .await?,
        )?;
        let ids = Stop::recorded(store.put_provisional(connected.source, told, now).await?)?;
        if ids.len() == shown.len() {
            Ok(ids)
        } else {
            Err(Stop::Outdated)
        }
    }

    /// Asks for what is said to be deleted. Of repositories nobody knows there is nothing to end.
    async fn look_for(
        &self,
        connected: &Connected,
        line: &mut Line,
        deleted: Vec<(String, Target)>,
        now: Timestamp,
    ) -> Result<(), Stop> {
        let (store, source) = (&self.ports.store, connected.source);
        let (mut checks, mut gone, mut stale) = (Vec::new(), Vec::new(), Vec::new());
        for (repository, target) in deleted {
            let due = store
                .repository_named(source.registry_id, &repository)
                .await?;
            let Some(due) = due else { continue };
            match target {
                Target::Repository => stale.push((due.id, RepositoryMark::Stale)),
                Target::Tag(tag) => {
                    let answer = connected.adapter.moved(&repository, &tag, None).await;
                    let outcome = match TagOutcome::of(answer) {
                        Ok(outcome) => outcome,
                        Err(error) => {
                            not_looked(connected, line, &error);
                            continue;
                        }
                    };
                    checks.push(TagCheck {
                        repository_id: due.id,
                        tag,
                        outcome,
                    });
                }
                Target::Digest(digest) => {
                    let pointer = ArtifactPointer::Digest(digest.clone());
                    match connected.adapter.artifact(&repository, &pointer).await {
                        Err(RegistryError::NotFound) => gone.push((due.id, digest)),
                        Ok(_) => {}
                        Err(error) => not_looked(connected, line, &error),
                    }
                }
            }
        }
        if !checks.is_empty() {
            Stop::recorded(store.record_checks(source, checks, now).await?)?;
        }
        if !gone.is_empty() {
            Stop::recorded(store.end_manifests(source, gone, now).await?)?;
        }
        if !stale.is_empty() {
            Stop::recorded(store.mark_repositories(source, stale, now).await?)?;
        }
        Ok(())
    }
}

/// The registry could not be asked: it is read when it can be.
pub(super) fn not_looked(connected: &Connected, line: &mut Line, error: &RegistryError) {
    tracing::debug!(registry_id = %connected.source.registry_id, %error, "event not looked into");
    line.let_go();
}

fn is_late(at: Option<Timestamp>, now: Timestamp) -> bool {
    at.is_none_or(|at| now.since(at) > FRESH)
}
