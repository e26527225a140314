//! The tags of repositories.

use super::batch;
use super::held::Held;
use super::progress::Progress;
use super::{CrawlReconciler, Next, Stop};
use futures::FutureExt as _;
use roadstead_core::model::CrawlPhase;
use roadstead_core::ports::{
    RegistryError, RepositoryDue, RepositoryMark, SeenTag, TagCheck, TagOutcome,
};
use tokio::time::Instant;

/// How many repositories are taken from the queue at once.
const BATCH: u16 = 100;

/// The most tags of a repository that are looked at one by one because a person asks for it; the
/// sweep looks at the others.
const LOOKED_AT: usize = 1_000;

/// What listing some repositories' tags gave.
#[derive(Default)]
pub(super) struct Listed {
    /// How many were listed.
    pub(super) listed: u64,
    pub(super) broken: u64,
    pub(super) tags: u64,
    pub(super) skipped: u64,
    /// Tags that are new.
    pub(super) added: u64,
    pub(super) pause: Option<RegistryError>,
}

impl CrawlReconciler {
    /// Reads tag lists until there are no more to read, or the slice is over.
    pub(super) async fn crawl_tags(
        &self,
        held: &mut Held,
        progress: &mut Progress,
        until: Instant,
    ) -> Result<Next, Stop> {
        let mut after = None;
        loop {
            let due = self
                .ports
                .store
                .repositories_due(progress.key, after, BATCH)
                .await?;
            let Some(last) = due.last() else {
                if after.take().is_none() {
                    self.enter(held, progress, CrawlPhase::Manifests).await?;
                    return Ok(Next::More);
                }
                continue;
            };
            after = Some(last.place);
            let listed = self.list(held, due, until).await?;
            progress.counts.repositories_listed += listed.listed;
            progress.counts.repositories_broken += listed.broken;
            progress.counts.tags += listed.tags;
            progress.counts.skipped += listed.skipped;
            if let Some(error) = listed.pause {
                return Ok(Next::Pause(error));
            }
            self.keep(held, progress).await?;
            if Instant::now() >= until {
                return Ok(Next::More);
            }
        }
    }

    /// Lists the tags of these repositories, and keeps each list as soon as it is whole.
    pub(super) async fn list(
        &self,
        held: &mut Held,
        due: Vec<RepositoryDue>,
        until: Instant,
    ) -> Result<Listed, Stop> {
        let settled = batch::read(&held.adapter, due, until, |adapter, due: RepositoryDue| {
            async move { adapter.repository(&due.name).await }.boxed()
        })
        .await;
        let now = self.ports.clock.now();
        let mut listed = Listed {
            pause: settled.pause,
            ..Listed::default()
        };
        let (mut lists, mut marks) = (Vec::new(), Vec::new());
        for (due, answer) in settled.results {
            match answer {
                Ok(list) => {
                    listed.listed += 1;
                    listed.tags += list.tags.len() as u64;
                    listed.skipped += list.skipped;
                    lists.push((due.id, list.tags));
                }
                // Named in the list of names and unknown all the same: nothing was ever pushed to
                // it (a mounted blob is enough to be named).
                Err(RegistryError::NotFound) if held.names.has(&due.name) => {
                    listed.listed += 1;
                    lists.push((due.id, Vec::new()));
                }
                Err(RegistryError::NotFound) => marks.push((due.id, RepositoryMark::Gone)),
                Err(error) => {
                    listed.broken += 1;
                    tracing::debug!(registry_id = %held.registry.id, repository = %due.name, %error, "tags not read");
                    marks.push((due.id, RepositoryMark::Broken(error.code())));
                }
            }
        }
        if !lists.is_empty() {
            let recorded = self
                .ports
                .store
                .record_tag_lists(held.source, lists, now)
                .await?;
            listed.added = Stop::recorded(recorded)?.added;
        }
        if !marks.is_empty() {
            let recorded = self
                .ports
                .store
                .mark_repositories(held.source, marks, now)
                .await?;
            Stop::unless_recorded(&recorded)?;
        }
        held.unread |= listed.added > 0;
        Ok(listed)
    }

    /// Reads what a person wants read: the repository's list, and where each of its tags points.
    pub(super) async fn read_requested(
        &self,
        held: &mut Held,
        until: Instant,
    ) -> Result<Option<RegistryError>, Stop> {
        let id = held.registry.id;
        let due = self.ports.store.repositories_requested(id, BATCH).await?;
        if due.is_empty() {
            return Ok(None);
        }
        held.unread = true;
        for due in due {
            let adapter = &held.adapter;
            let settled = batch::read(adapter, vec![due], until, |adapter, due: RepositoryDue| {
                async move { adapter.repository(&due.name).await }.boxed()
            })
            .await;
            if let Some(error) = settled.pause {
                return Ok(Some(error));
            }
            for (due, answer) in settled.results {
                match answer {
                    Ok(list) => {
                        let known = due.listed_at.is_some();
                        let now = self.ports.clock.now();
                        let lists = vec![(due.id, list.tags.clone())];
                        let recorded = self
                            .ports
                            .store
                            .record_tag_lists(held.source, lists, now)
                            .await?;
                        Stop::recorded(recorded)?;
                        // Of a repository nobody has read yet every tag is read anyway.
                        if known
                            && let Some(error) = self.look(held, &due, list.tags, until).await?
                        {
                            return Ok(Some(error));
                        }
                    }
                    Err(error) => {
                        let mark = match error {
                            RegistryError::NotFound => RepositoryMark::Gone,
                            other => RepositoryMark::Broken(other.code()),
                        };
                        let now = self.ports.clock.now();
                        let recorded = self
                            .ports
                            .store
                            .mark_repositories(held.source, vec![(due.id, mark)], now)
                            .await?;
                        Stop::unless_recorded(&recorded)?;
                    }
                }
            }
        }
        Ok(None)
    }

    /// Looks where these tags point now.
    async fn look(
        &self,
        held: &Held,
        due: &RepositoryDue,
        mut tags: Vec<SeenTag>,
        until: Instant,
    ) -> Result<Option<RegistryError>, Stop> {
        tags.retain(|tag| tag.digest.is_none());
        tags.truncate(LOOKED_AT);
        let repository = due.name.clone();
        let settled = batch::read(&held.adapter, tags, until, move |adapter, tag: SeenTag| {
            let repository = repository.clone();
            async move { adapter.moved(&repository, &tag.name, None).await }.boxed()
        })
        .await;
        let checks = settled.results.into_iter().map(|(tag, answer)| TagCheck {
            repository_id: due.id,
            tag: tag.name,
            outcome: outcome(answer),
        });
        let checks: Vec<TagCheck> = checks.collect();
        self.keep_checks(held, checks).await?;
        Ok(settled.pause)
    }

    pub(super) async fn keep_checks(&self, held: &Held, checks: Vec<TagCheck>) -> Result<(), Stop> {
        if checks.is_empty() {
            return Ok(());
        }
        let now = self.ports.clock.now();
        let recorded = self
            .ports
            .store
            .record_checks(held.source, checks, now)
            .await?;
        Stop::unless_recorded(&recorded)
    }
}

/// What looking at a tag means.
pub(super) fn outcome(
    answer: Result<Option<roadstead_core::model::Digest>, RegistryError>,
) -> TagOutcome {
    TagOutcome::of(answer).unwrap_or_else(|error| TagOutcome::Failed(error.code()))
}
