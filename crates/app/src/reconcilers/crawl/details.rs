//! Manifests and configurations: by tag, then by digest what those list and is not known yet.
//! While one batch is being written, the next is being read.

use super::batch::{self, Settled};
use super::held::Held;
use super::progress::Progress;
use super::{CrawlReconciler, Next, Stop};
use futures::FutureExt as _;
use futures::future;
use roadstead_core::model::{ArtifactKind, RegistryId};
use roadstead_core::ports::{
    ArtifactPointer, ConfigDue, ConfigRead, ManifestDue, ManifestOutcome, ManifestRead, Place,
    ReadArtifact, ReadConfig, RegistryError, SeenTag, TagDue,
};
use tokio::time::Instant;

/// How many are taken from a queue at once. A crash has at most two batches read again.
const BATCH: u16 = 100;

/// What was read and is not written yet.
#[derive(Default)]
struct Unwritten {
    manifests: Vec<ManifestRead>,
    configs: Vec<ConfigRead>,
}

impl Unwritten {
    fn is_empty(&self) -> bool {
        self.manifests.is_empty() && self.configs.is_empty()
    }
}

/// Where each queue goes on.
#[derive(Default, Clone, Copy)]
struct Places {
    tags: Option<Place>,
    manifests: Option<Place>,
    configs: Option<Place>,
}

impl Places {
    const fn is_begin(self) -> bool {
        self.tags.is_none() && self.manifests.is_none() && self.configs.is_none()
    }
}

impl CrawlReconciler {
    /// Reads what is unread until nothing is, or the slice is over.
    pub(super) async fn read_details(
        &self,
        held: &Held,
        mut progress: Option<&mut Progress>,
        until: Instant,
    ) -> Result<Next, Stop> {
        let mut places = Places::default();
        let mut unwritten = Unwritten::default();
        loop {
            let before = std::mem::take(&mut unwritten);
            let wrote_something = !before.is_empty();
            let (read, wrote) = future::join(
                self.read_round(held, &mut places, until),
                self.write(held, before),
            )
            .await;
            wrote?;
            let (read, pause) = read?;
            let idle = read.is_empty();
            if let Some(progress) = progress.as_deref_mut() {
                progress.counts.manifests += read.manifests.len() as u64;
                progress.counts.configs += read.configs.len() as u64;
            }
            unwritten = read;
            if let Some(error) = pause {
                self.write(held, unwritten).await?;
                return Ok(Next::Pause(error));
            }
            if let Some(progress) = progress.as_deref_mut() {
                self.keep(held, progress).await?;
            }
            if idle && !wrote_something {
                if places.is_begin() {
                    return Ok(Next::Done);
                }
                // The ends of the queues; what was written meanwhile may have made them longer.
                places = Places::default();
            }
            if Instant::now() >= until {
                self.write(held, unwritten).await?;
                return Ok(Next::More);
            }
        }
    }

    /// One batch of each queue.
    async fn read_round(
        &self,
        held: &Held,
        places: &mut Places,
        until: Instant,
    ) -> Result<(Unwritten, Option<RegistryError>), Stop> {
        let (store, id) = (&self.ports.store, held.registry.id);
        let mut read = Unwritten::default();
        let tags = store.tags_due(id, places.tags, BATCH).await?;
        if let Some(last) = tags.last() {
            places.tags = Some(last.place);
            let Settled { results, pause } =
                batch::read(&held.adapter, tags, until, |adapter, due: TagDue| {
                    async move {
                        let pointer = ArtifactPointer::Tag(due.tag);
                        adapter.artifact(&due.repository, &pointer).await
                    }
                    .boxed()
                })
                .await;
            read.manifests.extend(
                results
                    .into_iter()
                    .map(|(due, answer)| by_tag(id, due, answer)),
            );
            if pause.is_some() {
                return Ok((read, pause));
            }
        }
        let manifests = store.manifests_due(id, places.manifests, BATCH).await?;
        if let Some(last) = manifests.last() {
            places.manifests = Some(last.place);
            let Settled { results, pause } = batch::read(
                &held.adapter,
                manifests,
                until,
                |adapter, due: ManifestDue| {
                    async move {
                        let pointer = ArtifactPointer::Digest(due.digest);
                        adapter.artifact(&due.repository, &pointer).await
                    }
                    .boxed()
                },
            )
            .await;
            read.manifests.extend(
                results
                    .into_iter()
                    .map(|(due, answer)| by_digest(due, answer)),
            );
            if pause.is_some() {
                return Ok((read, pause));
            }
        }
        let configs = store.configs_due(id, places.configs, BATCH).await?;
        let Some(last) = configs.last() else {
            return Ok((read, None));
        };
        places.configs = Some(last.place);
        let Settled { results, pause } =
            batch::read(&held.adapter, configs, until, |adapter, due: ConfigDue| {
                async move { adapter.config(&due.repository, &due.descriptor).await }.boxed()
            })
            .await;
        read.configs
            .extend(results.into_iter().map(|(due, answer)| config(due, answer)));
        Ok((read, pause))
    }

    async fn write(&self, held: &Held, unwritten: Unwritten) -> Result<(), Stop> {
        let now = self.ports.clock.now();
        let store = &self.ports.store;
        if !unwritten.manifests.is_empty() {
            let manifests = unwritten.manifests;
            let recorded = store.record_manifests(held.source, manifests, now).await?;
            Stop::unless_recorded(&recorded)?;
        }
        if !unwritten.configs.is_empty() {
            let configs = unwritten.configs;
            let recorded = store.record_configs(held.source, configs, now).await?;
            Stop::unless_recorded(&recorded)?;
        }
        Ok(())
    }
}

fn by_tag(
    id: RegistryId,
    due: TagDue,
    answer: Result<ReadArtifact, RegistryError>,
) -> ManifestRead {
    let outcome = match answer {
        Ok(read) => ManifestOutcome::Read(Box::new(read)),
        Err(error) => {
            tracing::debug!(registry_id = %id, repository = %due.repository, tag = %due.tag, %error, "manifest not read");
            ManifestOutcome::Failed {
                digest: None,
                trouble: error.code(),
            }
        }
    };
    ManifestRead {
        repository_id: due.repository_id,
        tags: vec![SeenTag {
            name: due.tag,
            digest: None,
            pushed_at: None,
            pulled_at: None,
        }],
        outcome,
    }
}

fn by_digest(due: ManifestDue, answer: Result<ReadArtifact, RegistryError>) -> ManifestRead {
    let outcome = match answer {
        Ok(mut read) => {
            // A list within a list is read; lists within that are left out. Without an end to
            // the depth there is no end to the reading.
            let before = read.children.len();
            read.children.retain(|child| {
                ArtifactKind::of(&child.descriptor.media_type, None, None, &[])
                    != ArtifactKind::Index
            });
            read.omitted += (before - read.children.len()) as u64;
            ManifestOutcome::Read(Box::new(read))
        }
        Err(error) => ManifestOutcome::Failed {
            digest: Some(due.digest),
            trouble: error.code(),
        },
    };
    ManifestRead {
        repository_id: due.repository_id,
        tags: Vec::new(),
        outcome,
    }
}

fn config(due: ConfigDue, answer: Result<ReadConfig, RegistryError>) -> ConfigRead {
    ConfigRead {
        digest: due.descriptor.digest,
        outcome: answer.map_err(|error| error.code()),
    }
}
