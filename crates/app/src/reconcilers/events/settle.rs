//! The second look: tags are asked for, and configurations read.

use super::line::{Connected, Line};
use super::look::not_looked;
use super::{AT_ONCE, EventReconciler, Stop};
use futures::StreamExt as _;
use futures::stream;
use roadstead_core::ErrorCode;
use roadstead_core::ports::{ConfigRead, RegistryError, TagCheck, TagOutcome};
use std::time::Duration;
use tokio::time::Instant;

/// A tag that is not there yet, or could not be asked for, is asked for again after this.
const AGAIN_AFTER: Duration = Duration::from_secs(2);
/// And this often.
const ASKED_MOST: u8 = 3;
/// Configurations read in one go.
const CONFIGS: u16 = 50;

impl EventReconciler {
    /// Asks for the tags whose time has come.
    pub(super) async fn settle(&self, connected: &Connected, line: &mut Line) -> Result<(), Stop> {
        let now = Instant::now();
        let due: Vec<_> = line
            .unsettled
            .extract_if(.., |_, what| what.due <= now)
            .collect();
        if due.is_empty() {
            return Ok(());
        }
        let adapter = &connected.adapter;
        let answers: Vec<_> = stream::iter(due)
            .map(|((repository, tag), what)| async move {
                let answer = adapter.moved(&repository, &tag, Some(&what.digest)).await;
                (repository, tag, what, answer)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut checks = Vec::new();
        for (repository, tag, mut what, answer) in answers {
            let outcome = match answer {
                Ok(None) => TagOutcome::Same,
                Ok(Some(digest)) => TagOutcome::Moved(digest),
                Err(error) => {
                    what.asked += 1;
                    if what.asked < ASKED_MOST {
                        what.due = Instant::now() + AGAIN_AFTER;
                        line.unsettled(repository, tag, what);
                        continue;
                    }
                    if error == RegistryError::NotFound {
                        TagOutcome::Gone
                    } else {
                        not_looked(connected, line, &error);
                        TagOutcome::Failed(error.code())
                    }
                }
            };
            checks.push(TagCheck {
                repository_id: what.repository_id,
                tag,
                outcome,
            });
        }
        if checks.is_empty() {
            return Ok(());
        }
        let at = self.ports.clock.now();
        let store = &self.ports.store;
        Stop::recorded(store.record_checks(connected.source, checks, at).await?)
    }

    /// Reads the configurations of what was pushed: nobody waits for them to see the tag.
    pub(super) async fn read_configs(
        &self,
        connected: &Connected,
        line: &mut Line,
    ) -> Result<(), Stop> {
        if !line.unread {
            return Ok(());
        }
        let (store, id) = (&self.ports.store, connected.source.registry_id);
        // A reading that is under way takes them along.
        let crawl = store.crawl(id).await?;
        if crawl.is_some_and(|crawl| crawl.status.is_open()) {
            line.unread = false;
            return Ok(());
        }
        let waiting = store.configs_due(id, None, CONFIGS).await?;
        if waiting.is_empty() {
            line.unread = false;
            return Ok(());
        }
        let adapter = &connected.adapter;
        let answers: Vec<_> = stream::iter(waiting)
            .map(|due| async move {
                let answer = adapter.config(&due.repository, &due.descriptor).await;
                (due.descriptor.digest, answer)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        let mut configs = Vec::new();
        for (digest, answer) in answers {
            let outcome = match answer {
                Ok(read) => Ok(read),
                Err(error @ (RegistryError::NotFound | RegistryError::Protocol(_))) => {
                    Err::<_, ErrorCode>(error.code())
                }
                // It stays among what the registry's reading finds unread.
                Err(error) => {
                    line.unread = false;
                    not_looked(connected, line, &error);
                    continue;
                }
            };
            configs.push(ConfigRead { digest, outcome });
        }
        if configs.is_empty() {
            return Ok(());
        }
        let at = self.ports.clock.now();
        Stop::recorded(store.record_configs(connected.source, configs, at).await?)
    }
}
