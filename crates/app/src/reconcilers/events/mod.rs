//! Looks into what registries tell. An event is a hint: nothing of it is shown that was not read,
//! except that a tag points at a manifest which was, and that is marked until the registry was asked
//! for the tag itself.
//!
//! A push costs one request, for the manifest by its digest, or none when the manifest is known in
//! this registry. The registry sends the event before it has written the tag, so the tag is asked
//! for half a second later.

mod line;
mod look;
mod settle;

use crate::context::Ports;
use crate::driver::{Outcome, Reconciler, Wake};
use crate::events::{EventInbox, Work};
use crate::reconcilers::crawl::server_of;
use crate::reconcilers::identity::Recognised;
use crate::reconcilers::readable::may_read;
use crate::services::connection_of;
use async_trait::async_trait;
use line::{Connected, Line};
use roadstead_core::model::{Capability, CapabilityName, RegistryId};
use roadstead_core::ports::{CapabilityObservation, HookActivity, Recorded, Source, StoreError};
use roadstead_core::{ErrorCode, Failure};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Marks looked into in one go.
const BATCH: usize = 64;
/// Questions under way at once to one registry. How many it really gets is decided by how it
/// answers.
const AT_ONCE: usize = 8;
/// What came is noted this often at most.
const NOTE_EVERY: Duration = Duration::from_secs(1);
/// A registry is read anew because events were lost this often at most.
const READING_EVERY: Duration = Duration::from_secs(600);
/// A reading that is under way began perhaps before what was lost; the next waits for its end.
const READING_WAITS: Duration = Duration::from_secs(5);

/// Why a run stops.
enum Stop {
    /// The registry was edited or is gone: what was read counts for nothing.
    Outdated,
    Store(StoreError),
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl Stop {
    fn recorded<T>(recorded: Recorded<T>) -> Result<T, Self> {
        match recorded {
            Recorded::Yes(value) => Ok(value),
            Recorded::Outdated => Err(Self::Outdated),
        }
    }
}

/// Looks into what registries tell.
pub struct EventReconciler {
    ports: Ports,
    inbox: EventInbox,
    lines: Mutex<HashMap<RegistryId, Line>>,
}

impl EventReconciler {
    /// Builds it over the inbox of these ports.
    #[must_use]
    pub fn new(ports: Ports) -> Self {
        Self {
            inbox: ports.events.clone(),
            ports,
            lines: Mutex::default(),
        }
    }

    fn lines(&self) -> MutexGuard<'_, HashMap<RegistryId, Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The registry with a connection to it; `None` when it is gone.
    async fn connect(&self, id: RegistryId, line: &mut Line) -> Result<Option<Connected>, Failure> {
        let Some(target) = self.ports.store.registry_target(id).await? else {
            return Ok(None);
        };
        let source = Source {
            registry_id: id,
            generation: target.registry.generation,
        };
        if let Some(mut known) = line.connected.clone().filter(|c| c.source == source) {
            // Its health, too, is what it is now.
            known.registry = target.registry;
            return Ok(Some(known));
        }
        let adapter = self
            .ports
            .connector_of(target.registry.owner)
            .connect(connection_of(&self.ports, &target)?)?;
        let connected = Connected {
            source,
            registry: target.registry,
            adapter,
        };
        line.connected = Some(connected.clone());
        line.recognised = Recognised::default();
        Ok(Some(connected))
    }

    async fn turn(&self, id: RegistryId, line: &mut Line) -> Result<Option<Duration>, Stop> {
        loop {
            let work = self.inbox.take(id, BATCH);
            line.take(&work);
            if !work.marks.is_empty() || line.is_due(Instant::now()) {
                let connected = match self.connect(id, line).await {
                    Ok(Some(connected)) => connected,
                    Ok(None) => return Ok(None),
                    Err(failure) => {
                        tracing::warn!(registry_id = %id, code = %failure.code, cause = failure.internal(), "events not looked into");
                        line.let_go();
                        // What waits, waits; nothing is asked for while there is no connection.
                        self.note(id, line).await?;
                        return Ok(Some(line.wait().max(READING_WAITS)));
                    }
                };
                self.work(&connected, line, work).await?;
            } else if !work.more {
                break;
            }
        }
        self.note(id, line).await?;
        Ok(Some(line.wait()))
    }

    async fn work(&self, connected: &Connected, line: &mut Line, work: Work) -> Result<(), Stop> {
        if let Err(why) = may_ask(connected, line).await {
            tracing::debug!(registry_id = %connected.source.registry_id, code = %why, "events not looked into");
            line.let_all_go(&work);
            return self.read_anew(connected, line).await;
        }
        self.look(connected, line, work.marks).await?;
        if !work.more {
            self.settle(connected, line).await?;
            self.read_configs(connected, line).await?;
            self.read_anew(connected, line).await?;
            self.note_capability(connected).await?;
        }
        Ok(())
    }

    /// That a registry sends events is seen by nothing but the first one.
    async fn note_capability(&self, connected: &Connected) -> Result<(), StoreError> {
        let registry = &connected.registry;
        if registry.capabilities.of(CapabilityName::Events) == Capability::Available {
            return Ok(());
        }
        let mut capabilities = registry.capabilities.clone();
        capabilities.note(CapabilityName::Events, Capability::Available);
        let seen = CapabilityObservation {
            id: registry.id,
            generation: registry.generation,
            capabilities,
            version: None,
            news: true,
            at: self.ports.clock.now(),
        };
        self.ports.store.record_capabilities(seen).await
    }

    /// Has the registry read when events were lost, once the reading under way has ended.
    async fn read_anew(&self, connected: &Connected, line: &mut Line) -> Result<(), Stop> {
        let now = Instant::now();
        if !line.shed || line.reading_due > now {
            return Ok(());
        }
        let id = connected.source.registry_id;
        let crawl = self.ports.store.crawl(id).await?;
        if crawl.is_some_and(|crawl| crawl.status.is_open()) {
            line.reading_due = now + READING_WAITS;
            return Ok(());
        }
        let at = self.ports.clock.now();
        let begun = self
            .ports
            .store
            .begin_crawl(connected.source, &server_of(&connected.registry), at)
            .await?;
        Stop::recorded(begun)?;
        line.shed = false;
        line.reading_due = now + READING_EVERY;
        tracing::debug!(registry_id = %id, "events were lost; the registry is read");
        Ok(())
    }

    /// Writes down what came, the first at once, the rest together.
    async fn note(&self, id: RegistryId, line: &mut Line) -> Result<(), Stop> {
        let now = Instant::now();
        if line.activity.is_empty() || line.note_due > now {
            return Ok(());
        }
        let noted = HookActivity {
            registry_id: id,
            last_event_at: line.activity.last_event_at,
            counts: line.activity.counts,
            now: self.ports.clock.now(),
        };
        self.ports.store.record_hook_activity(vec![noted]).await?;
        line.activity = Default::default();
        line.note_due = now + NOTE_EVERY;
        Ok(())
    }

    /// Wakes by what comes, until `stop`.
    pub(super) async fn wake_from_events(
        inbox: EventInbox,
        wake: impl Fn(RegistryId) + Send + Sync,
        stop: CancellationToken,
    ) {
        loop {
            for id in inbox.take_woken() {
                wake(id);
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = inbox.made() => {}
            }
        }
    }
}

/// Whether the registry may be asked: it answers, accepts its account, and is the one that was
/// pinned.
async fn may_ask(connected: &Connected, line: &mut Line) -> Result<(), ErrorCode> {
    may_read(&connected.registry)?;
    let (adapter, registry) = (connected.adapter.as_ref(), &connected.registry);
    let recognised = line.recognised.ask(adapter, registry).await;
    recognised.map_err(|error| error.code())
}

#[async_trait]
impl Reconciler for EventReconciler {
    type Key = RegistryId;

    fn name(&self) -> &'static str {
        "events"
    }

    async fn keys(&self) -> Result<Vec<RegistryId>, Failure> {
        let mut keys = self.inbox.waiting();
        keys.extend(self.lines().keys().copied());
        keys.sort_unstable();
        keys.dedup();
        Ok(keys)
    }

    async fn run(&self, id: RegistryId, _: Wake) -> Outcome {
        let mut line = self.lines().remove(&id).unwrap_or_default();
        let outcome = match self.turn(id, &mut line).await {
            Ok(Some(wait)) => Outcome::Again(wait),
            Ok(None) => {
                self.inbox.forget(id);
                return Outcome::Gone;
            }
            // Whatever was read is of a connection that is no more. What was looked at may have
            // changed with it, and is read anew.
            Err(Stop::Outdated) => {
                line.connected = None;
                line.let_go();
                Outcome::Again(Duration::ZERO)
            }
            Err(Stop::Store(error)) => {
                tracing::warn!(registry_id = %id, %error, "what events told was not written");
                line.let_go();
                Outcome::Failed
            }
        };
        self.lines().insert(id, line);
        outcome
    }
}
