//! Fills the inventory and keeps it fresh: a crawl reads everything once, names first; a sweep looks
//! at everything again, slowly. What is still to do is in the store, so a crawl goes on where it
//! was after whatever happened.
//!
//! A run works for one slice and then gives its place to another registry. Nothing is read from a
//! registry that does not answer or does not accept its account; the crawl goes on by itself when
//! it does again.

mod batch;
mod budget;
mod details;
mod held;
mod names;
mod progress;
mod sweep;
mod tags;

use crate::context::Ports;
use crate::driver::{Outcome, Reconciler, Wake};
use crate::reconcilers::identity::Recognised;
use crate::reconcilers::readable::may_read;
use crate::services::connection_of;
use async_trait::async_trait;
use held::Held;
use progress::Progress;
use roadstead_core::Failure;
use roadstead_core::model::{CrawlPhase, CrawlState, CrawlStatus, Registry, RegistryId};
use roadstead_core::ports::{Recorded, RegistryError, StoreError};
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;

/// How long one registry is read before others get their turn.
const SLICE: Duration = Duration::from_secs(5);

/// What is known of a registry and its health is read again after this.
const READ_EVERY: Duration = Duration::from_secs(15);

/// A registry that cannot be read now is looked at again after this; a change of its health wakes
/// earlier.
const AWAY: Duration = Duration::from_secs(30);

/// A crawl that was cancelled is left alone; the wish for another wakes.
const LEFT_ALONE: Duration = Duration::from_secs(300);

/// How much is read.
#[derive(Debug, Clone, Copy)]
pub struct CrawlLimits {
    /// Whether anything is.
    pub enabled: bool,
    /// Requests a sweep may make to one registry in a second.
    pub sweep_per_second: f64,
    /// The most repositories of one registry.
    pub repositories: u64,
    /// Names are listed again after this; later where listing takes long.
    pub names_every: Duration,
}

impl Default for CrawlLimits {
    fn default() -> Self {
        Self {
            enabled: true,
            sweep_per_second: 2.0,
            repositories: 200_000,
            names_every: Duration::from_secs(60),
        }
    }
}

/// Reads registries.
pub struct CrawlReconciler {
    ports: Ports,
    limits: CrawlLimits,
    held: Mutex<HashMap<RegistryId, Held>>,
    /// Registries whose names somebody wants listed again now.
    names_wanted: Mutex<HashSet<RegistryId>>,
}

/// What to do after a turn.
enum Next {
    /// Go on at the next turn.
    More,
    /// Nothing is left.
    Done,
    /// Go on after this long.
    In(Duration),
    /// The registry is away.
    Pause(RegistryError),
}

/// Why a turn ended early.
enum Stop {
    /// The registry was edited or disconnected, or the crawl is over.
    Outdated,
    /// The store.
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

    fn unless_recorded<T>(recorded: &Recorded<T>) -> Result<(), Self> {
        match recorded {
            Recorded::Yes(_) => Ok(()),
            Recorded::Outdated => Err(Self::Outdated),
        }
    }
}

impl CrawlReconciler {
    /// Builds it.
    #[must_use]
    pub fn new(ports: Ports, limits: CrawlLimits) -> Self {
        Self {
            ports,
            limits,
            held: Mutex::default(),
            names_wanted: Mutex::default(),
        }
    }

    /// Has the names of a registry listed again at its next run.
    pub(super) fn list_names(&self, id: RegistryId) {
        if self.limits.enabled {
            self.names_wanted().insert(id);
        }
    }

    fn names_wanted(&self) -> MutexGuard<'_, HashSet<RegistryId>> {
        self.names_wanted
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn all(&self) -> MutexGuard<'_, HashMap<RegistryId, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The registry with its adapter; read anew when it may have changed. `None` when it is gone.
    async fn gather(
        &self,
        id: RegistryId,
        known: Option<Held>,
        wake: Wake,
    ) -> Result<Option<Held>, Failure> {
        match known {
            Some(known)
                if wake == Wake::Timer
                    && !known.outdated
                    && known.read_at.elapsed() < READ_EVERY =>
            {
                Ok(Some(known))
            }
            known => {
                let mut held = self.gather_again(id, known).await?;
                if let (Some(held), Wake::Signal) = (&mut held, wake) {
                    // Somebody has reason to think that something changed.
                    held.refill_at = held.read_at;
                    held.recognised = Recognised::default();
                }
                Ok(held)
            }
        }
    }

    async fn gather_again(
        &self,
        id: RegistryId,
        known: Option<Held>,
    ) -> Result<Option<Held>, Failure> {
        let Some(target) = self.ports.store.registry_target(id).await? else {
            return Ok(None);
        };
        let restarted = known.is_none();
        let same = known
            .filter(|known| !known.outdated && known.generation() == target.registry.generation);
        if let Some(mut known) = same {
            known.registry = target.registry;
            known.read_at = Instant::now();
            return Ok(Some(known));
        }
        let connection = connection_of(&self.ports, &target)?;
        let adapter = self
            .ports
            .connector_of(target.registry.owner)
            .connect(connection)?;
        let per_second = self.limits.sweep_per_second;
        let mut held = Held::new(target.registry, adapter, per_second);
        // A restart is no reason to list all names of all registries at once.
        if let Some(listed) = held.registry.statistics.repositories.as_of
            && restarted
        {
            let passed = self.ports.clock.now().since(listed);
            held.names.due += self.limits.names_every.saturating_sub(passed);
        }
        Ok(Some(held))
    }

    /// One turn of one registry.
    async fn turn(&self, held: &mut Held) -> Result<Duration, Stop> {
        let id = held.registry.id;
        let stored = self.ports.store.crawl(id).await?;
        // What was read of another server says nothing of this one.
        let begun = stored.filter(|state| state.server == server_of(&held.registry));
        let state = match (begun, may_read(&held.registry)) {
            (Some(state), _) => state,
            (None, Ok(())) => self.begin(held).await?,
            (None, Err(_)) => return Ok(AWAY),
        };
        if state.status == CrawlStatus::Cancelled {
            held.names.forget();
            return Ok(LEFT_ALONE);
        }
        if !state.status.is_open() {
            if may_read(&held.registry).is_err() {
                return Ok(AWAY);
            }
            return match held
                .recognised
                .ask(held.adapter.as_ref(), &held.registry)
                .await
            {
                Ok(()) => self.swept(held).await,
                Err(error) => Ok(pause_for(held, &error)),
            };
        }
        let mut progress = Progress::of(state, held);
        if let Err(why) = may_read(&held.registry) {
            self.wait(held, &mut progress, why).await?;
            return Ok(AWAY);
        }
        if let Err(error) = held
            .recognised
            .ask(held.adapter.as_ref(), &held.registry)
            .await
        {
            self.wait(held, &mut progress, error.code()).await?;
            return Ok(pause_for(held, &error));
        }
        let until = Instant::now() + SLICE;
        // What people want read comes first, also before the rest of a long crawl.
        let next = match self.read_requested(held, until).await? {
            Some(error) => Next::Pause(error),
            None => self.crawl(held, &mut progress, until).await?,
        };
        match next {
            Next::More | Next::In(_) => {
                held.pause = held::PAUSE_FIRST;
                self.keep_now(held, &mut progress).await?;
                Ok(Duration::ZERO)
            }
            Next::Done => {
                held.pause = held::PAUSE_FIRST;
                held.unread = false;
                let next_at = self.ports.clock.now().plus(sweep::LIST_AFTER);
                self.finish(held, &mut progress, next_at).await?;
                Ok(Duration::ZERO)
            }
            Next::Pause(error) => {
                self.wait(held, &mut progress, error.code()).await?;
                Ok(pause_for(held, &error))
            }
        }
    }

    async fn begin(&self, held: &Held) -> Result<CrawlState, Stop> {
        let now = self.ports.clock.now();
        let begun = self
            .ports
            .store
            .begin_crawl(held.source, &server_of(&held.registry), now)
            .await?;
        Stop::recorded(begun)
    }

    /// The phases one after the other, until the slice is over.
    async fn crawl(
        &self,
        held: &mut Held,
        progress: &mut Progress,
        until: Instant,
    ) -> Result<Next, Stop> {
        loop {
            let next = match progress.phase {
                CrawlPhase::Names => self.crawl_names(held, progress, until).await?,
                CrawlPhase::Tags => self.crawl_tags(held, progress, until).await?,
                CrawlPhase::Manifests => self.read_details(held, Some(progress), until).await?,
            };
            match next {
                Next::More if Instant::now() < until => {}
                other => return Ok(other),
            }
        }
    }

    async fn swept(&self, held: &mut Held) -> Result<Duration, Stop> {
        match self.sweep(held).await? {
            Next::More | Next::Done => Ok(Duration::ZERO),
            Next::In(wait) => {
                held.pause = held::PAUSE_FIRST;
                Ok(wait)
            }
            Next::Pause(error) => {
                tracing::debug!(registry_id = %held.registry.id, %error, "sweep paused");
                Ok(pause_for(held, &error))
            }
        }
    }
}

/// Which server a crawl of this registry reads.
pub(super) fn server_of(registry: &Registry) -> String {
    let address = registry.address.to_string();
    CrawlState::server(&address, registry.identity.as_ref())
}

fn pause_for(held: &mut Held, error: &RegistryError) -> Duration {
    let pause = held.next_pause();
    match error {
        RegistryError::RateLimited { after: Some(after) } => (*after).max(pause),
        _ => pause,
    }
}

#[async_trait]
impl Reconciler for CrawlReconciler {
    type Key = RegistryId;

    fn name(&self) -> &'static str {
        "crawl"
    }

    async fn keys(&self) -> Result<Vec<RegistryId>, Failure> {
        if !self.limits.enabled {
            return Ok(Vec::new());
        }
        Ok(self.ports.store.registry_ids().await?)
    }

    async fn run(&self, id: RegistryId, wake: Wake) -> Outcome {
        if !self.limits.enabled {
            return Outcome::Gone;
        }
        let known = self.all().remove(&id);
        let wanted = self.names_wanted().remove(&id);
        let mut held = match self.gather(id, known, wake).await {
            Ok(Some(held)) => held,
            Ok(None) => return Outcome::Gone,
            Err(failure) => {
                tracing::warn!(registry_id = %id, code = %failure.code, cause = failure.internal(), "registry not read");
                return Outcome::Failed;
            }
        };
        if wanted {
            held.names.due = Instant::now();
        }
        match self.turn(&mut held).await {
            Ok(wait) => {
                self.all().insert(id, held);
                Outcome::Again(wait)
            }
            // Whatever was read is of a connection or a crawl that is no more: read all anew.
            Err(Stop::Outdated) => {
                held.outdated = true;
                self.all().insert(id, held);
                Outcome::Again(Duration::ZERO)
            }
            Err(Stop::Store(error)) => {
                tracing::warn!(registry_id = %id, %error, "inventory not written");
                self.all().insert(id, held);
                Outcome::Failed
            }
        }
    }
}
