//! The names of a registry's repositories: the first thing a crawl reads, page by page, and what is
//! looked at again every minute, so that new repositories and the figure of them are fresh.

use super::held::{Held, KnownNames};
use super::progress::Progress;
use super::{CrawlReconciler, Next, Stop};
use futures::StreamExt as _;
use roadstead_core::ErrorCode;
use roadstead_core::model::{CrawlPhase, Observed, RegistryKind, Unavailable};
use roadstead_core::ports::{
    CrawlBatch, CrawlCursor, CrawlScope, Crawled, NamesPage, RegistryError, SeenRepository,
    StatisticsObservation,
};
use roadstead_core::rules;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Names are not listed again before this many times as long as listing took, so that a registry
/// spends at most half a percent of its time on it.
const REST: u32 = 200;

/// A list of names that could not be had outside of a crawl is asked for again after this.
const LATER: Duration = Duration::from_secs(60);

impl CrawlReconciler {
    /// Reads the names, from where the crawl is to the end of the list or of the slice.
    pub(super) async fn crawl_names(
        &self,
        held: &mut Held,
        progress: &mut Progress,
        until: Instant,
    ) -> Result<Next, Stop> {
        let begun = Instant::now();
        if progress.cursor.is_none() {
            held.names.forget();
            if let Some(whole) = held.whole() {
                let now = self.ports.clock.now();
                let spaces = self
                    .ports
                    .store
                    .record_spaces(held.source, vec![whole], now)
                    .await?;
                Stop::unless_recorded(&spaces)?;
            }
        }
        let whole_list = progress.cursor.is_none();
        let mut sample = rules::KnownNames::default();
        let adapter = Arc::clone(&held.adapter);
        let from = progress.cursor.clone().map(CrawlCursor);
        let mut pages = adapter.crawl(CrawlScope::Registry, from);
        while let Some(page) = pages.next().await {
            let batch = match page {
                Ok(batch) => batch,
                Err(RegistryError::Protocol(_))
                    if progress.cursor.is_some() && !held.began_anew =>
                {
                    // A place in a list may be good for a while only.
                    held.began_anew = true;
                    progress.cursor = None;
                    return Ok(Next::More);
                }
                Err(error) if is_final(&error, held) => {
                    progress.trouble = Some(error.code());
                    self.note_figure(held, None, &error).await?;
                    return self.end_names(held, progress, Vec::new()).await;
                }
                Err(error) => return Ok(Next::Pause(error)),
            };
            progress.counts.skipped += batch.skipped;
            let room = self
                .limits
                .repositories
                .saturating_sub(progress.counts.repositories);
            let (names, cut) = take(&mut held.names, &batch, room);
            names.iter().for_each(|seen| sample.see(&seen.name));
            progress.counts.repositories += names.len() as u64;
            if cut {
                tracing::warn!(registry_id = %held.registry.id, limit = self.limits.repositories, "list of names cut");
                progress.trouble = Some(ErrorCode::UpstreamProtocol);
            }
            match batch.next.filter(|_| !cut) {
                Some(next) => {
                    progress.cursor = Some(next.0.clone());
                    self.take_page(progress, names, Some(next.0)).await?;
                    self.keep(held, progress).await?;
                }
                None => {
                    held.names.complete = whole_list && !cut;
                    held.names.due =
                        Instant::now() + self.limits.names_every.max(begun.elapsed() * REST);
                    self.keep_sample(held, sample).await?;
                    let count = progress.counts.repositories;
                    self.note_figure(held, Some(count), &RegistryError::NotFound)
                        .await?;
                    return self.end_names(held, progress, names).await;
                }
            }
            if Instant::now() >= until {
                return Ok(Next::More);
            }
        }
        self.end_names(held, progress, Vec::new()).await
    }

    async fn end_names(
        &self,
        held: &Held,
        progress: &mut Progress,
        names: Vec<SeenRepository>,
    ) -> Result<Next, Stop> {
        progress.cursor = None;
        self.take_page(progress, names, None).await?;
        self.enter(held, progress, CrawlPhase::Tags).await?;
        Ok(Next::More)
    }

    async fn take_page(
        &self,
        progress: &Progress,
        repositories: Vec<SeenRepository>,
        next: Option<String>,
    ) -> Result<(), Stop> {
        let page = NamesPage {
            repositories,
            next,
            now: self.ports.clock.now(),
        };
        let recorded = self.ports.store.record_names(progress.key, page).await?;
        Stop::unless_recorded(&recorded)
    }

    /// Lists the names again outside of a crawl. New ones are wanted read.
    pub(super) async fn refresh_names(
        &self,
        held: &mut Held,
    ) -> Result<Option<RegistryError>, Stop> {
        let begun = Instant::now();
        let adapter = Arc::clone(&held.adapter);
        let mut listed = KnownNames::fresh(&held.names);
        let mut sample = rules::KnownNames::default();
        let mut count = 0_u64;
        let mut pages = adapter.crawl(CrawlScope::Registry, None);
        while let Some(page) = pages.next().await {
            match page {
                Ok(batch) => {
                    let room = self.limits.repositories.saturating_sub(count);
                    let (names, cut) = take(&mut listed, &batch, room);
                    names.iter().for_each(|seen| sample.see(&seen.name));
                    count += names.len() as u64;
                    let new: Vec<SeenRepository> = names
                        .into_iter()
                        .filter(|seen| !held.names.complete || !held.names.has(&seen.name))
                        .collect();
                    if !new.is_empty() {
                        let now = self.ports.clock.now();
                        let heard = self.ports.store.record_heard(held.source, new, now).await?;
                        Stop::unless_recorded(&heard)?;
                        held.unread = true;
                    }
                    if cut {
                        break;
                    }
                }
                Err(error) if is_final(&error, held) => {
                    held.names.due =
                        Instant::now() + self.limits.names_every.max(Duration::from_secs(1));
                    self.note_figure(held, None, &error).await?;
                    return Ok(None);
                }
                Err(error) => {
                    // The next turn sweeps what is known.
                    held.names.due = Instant::now() + LATER;
                    return Ok(Some(error));
                }
            }
        }
        listed.complete = true;
        held.names = listed;
        held.names.due = Instant::now() + self.limits.names_every.max(begun.elapsed() * REST);
        self.keep_sample(held, sample).await?;
        self.note_figure(held, Some(count), &RegistryError::NotFound)
            .await?;
        Ok(None)
    }

    /// Keeps a few names, by which the registry is known again at another address. One that was
    /// emptied keeps those it had.
    async fn keep_sample(&self, held: &Held, sample: rules::KnownNames) -> Result<(), Stop> {
        let (names, id) = (sample.into_names(), held.registry.id);
        let store = &self.ports.store;
        if !names.is_empty() && names != store.known_names(id).await? {
            store
                .record_known_names(id, held.generation(), names)
                .await?;
        }
        Ok(())
    }

    /// Keeps the figure of repositories: as many as were just listed, or why there is none.
    async fn note_figure(
        &self,
        held: &mut Held,
        listed: Option<u64>,
        why: &RegistryError,
    ) -> Result<(), Stop> {
        let now = self.ports.clock.now();
        let before = held.registry.statistics;
        let repositories = match (listed, why) {
            (Some(count), _) => Observed::known(i64::try_from(count).unwrap_or(i64::MAX), now),
            // A list that breaks off in the middle is no shorter list.
            (None, RegistryError::Protocol(_)) if before.repositories.value.is_some() => {
                before.repositories
            }
            (None, RegistryError::Protocol(_)) => Observed::unknown(Unavailable::Unreachable),
            (None, _) => Observed::unknown(Unavailable::NotOffered),
        };
        let spaces = match held.registry.kind {
            // The whole registry is its one space.
            RegistryKind::Docker => Observed::known(1, now),
            RegistryKind::Harbor | RegistryKind::Jfrog => before.spaces,
        };
        let differs =
            |a: Observed, b: Observed| (a.value, a.unavailable) != (b.value, b.unavailable);
        let seen = StatisticsObservation {
            id: held.registry.id,
            generation: held.generation(),
            spaces,
            repositories,
            news: differs(repositories, before.repositories) || differs(spaces, before.spaces),
        };
        self.ports.store.record_statistics(vec![seen]).await?;
        held.registry.statistics.repositories = repositories;
        held.registry.statistics.spaces = spaces;
        Ok(())
    }
}

/// An answer that will be the same in a minute: the registry does not list its names, or not to us.
fn is_final(error: &RegistryError, held: &Held) -> bool {
    match error {
        RegistryError::Unsupported
        | RegistryError::NotFound
        | RegistryError::Forbidden
        | RegistryError::Conflict
        | RegistryError::Protocol(_) => true,
        // It wants an account and has none: the same answer.
        RegistryError::Unauthorized => held.registry.username.is_none(),
        _ => false,
    }
}

/// The repositories of a page, and whether there were more than there is room for.
fn take(known: &mut KnownNames, batch: &CrawlBatch, room: u64) -> (Vec<SeenRepository>, bool) {
    let names = batch.found.iter().filter_map(|found| match found {
        Crawled::Repository { name } => Some(name),
        Crawled::Tag { .. } => None,
    });
    let mut taken = Vec::new();
    for name in names {
        if taken.len() as u64 >= room {
            return (taken, true);
        }
        known.note(name);
        taken.push(SeenRepository {
            space: String::new(),
            name: name.clone(),
            upstream_id: None,
            pulled_at: None,
        });
    }
    (taken, false)
}
