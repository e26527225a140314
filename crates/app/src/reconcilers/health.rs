//! Watches whether registries work: asks, judges by the core's rule, reports.
//!
//! Between two questions everything needed stays in memory, so a healthy registry costs its one
//! request and no query. A verdict that changes is written at once; unchanged ones are written
//! together every few seconds, so that ages stay true without a commit per question.

use crate::context::Ports;
use crate::driver::{Outcome, Reconciler, Wake};
use crate::reconcilers::identity::Known;
use crate::services::{connection_of, millis};
use async_trait::async_trait;
use roadstead_core::model::{
    Condition, ConditionStatus, ConditionType, Generation, Health, HealthReport, ProbeDepth,
    ProbeOutcome, ProbeReport, Reason, Registry, RegistryId, Timestamp,
};
use roadstead_core::ports::{RegistryAdapter, RegistryError, RegistryObservation};
use roadstead_core::rules::{HealthSchedule, HealthTracker};
use roadstead_core::{ErrorCode, Failure};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Unchanged verdicts are written this often.
const REPORT_EVERY: Duration = Duration::from_secs(10);
/// A rejected account is tried again this often, so that it is not locked; a person's test does
/// it at once.
const REJECTED_EVERY: Duration = Duration::from_secs(300);

/// Watches whether registries work.
pub struct HealthReconciler {
    ports: Ports,
    watched: Mutex<HashMap<RegistryId, Watched>>,
    reports: Mutex<HashMap<RegistryId, RegistryObservation>>,
    news: Notify,
}

/// What is remembered of one registry between two questions.
struct Watched {
    generation: Generation,
    /// `None` when the connection cannot even be built; then `broken` says why.
    adapter: Option<Arc<dyn RegistryAdapter>>,
    broken: Option<Reason>,
    has_account: bool,
    known: Known,
    /// A server was pinned just now: the way there is to be built anew, for this one alone.
    stale: bool,
    liveness: HealthTracker,
    credential: HealthTracker,
    /// When to ask next. By the monotonic clock: a wall clock that steps back must not stop us.
    liveness_due: Instant,
    credential_due: Instant,
    verify_due: Instant,
    verified: bool,
    version: Option<String>,
    report: HealthReport,
    conditions: Vec<Condition>,
}

impl HealthReconciler {
    /// Builds it.
    #[must_use]
    pub fn new(ports: Ports) -> Self {
        Self {
            ports,
            watched: Mutex::default(),
            reports: Mutex::default(),
            news: Notify::new(),
        }
    }

    /// Writes reports until `stop`: news at once, the rest every few seconds.
    pub async fn write_reports(self: Arc<Self>, stop: CancellationToken) {
        let mut tick = tokio::time::interval(REPORT_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = tick.tick() => self.write(|_| true).await,
                () = self.news.notified() => self.write(|r| r.news).await,
            }
        }
        self.write(|_| true).await;
    }

    async fn write(&self, which: impl Fn(&RegistryObservation) -> bool + Send) {
        let batch: Vec<_> = {
            let mut reports = lock(&self.reports);
            reports
                .extract_if(|_, report| which(report))
                .map(|(_, report)| report)
                .collect()
        };
        if batch.is_empty() {
            return;
        }
        if let Err(error) = self.ports.store.record_health(batch.clone()).await {
            tracing::warn!(%error, registries = batch.len(), "health not written");
            let mut reports = lock(&self.reports);
            for report in batch {
                // A newer one may have come meanwhile; it inherits what nobody has heard yet.
                match reports.entry(report.id) {
                    std::collections::hash_map::Entry::Occupied(mut newer) => {
                        newer.get_mut().news |= report.news;
                    }
                    std::collections::hash_map::Entry::Vacant(place) => {
                        place.insert(report);
                    }
                }
            }
        }
    }

    fn report(&self, report: RegistryObservation) {
        let news = report.news;
        let mut reports = lock(&self.reports);
        let unheard = reports.get(&report.id).is_some_and(|r| r.news);
        reports.insert(
            report.id,
            RegistryObservation {
                news: news || unheard,
                ..report
            },
        );
        drop(reports);
        if news {
            self.news.notify_one();
        }
    }

    /// Reads the registry anew when it was edited, or is not known yet.
    async fn gather(
        &self,
        id: RegistryId,
        known: Option<Watched>,
    ) -> Result<Option<Watched>, Failure> {
        let Some(target) = self.ports.store.registry_target(id).await? else {
            return Ok(None);
        };
        let registry = &target.registry;
        if let Some(known) = known
            && known.generation == registry.generation
            // Once suspended, an adapter without the account takes the place of the one with it.
            && known.known.is_suspended() == registry.suspension.is_some()
            && !known.known.is_suspended()
            && !known.stale
            && known.adapter.is_some()
        {
            // Somebody has reason to think that something changed: ask now.
            let now = Instant::now();
            return Ok(Some(Watched {
                liveness_due: now,
                credential_due: now,
                ..known
            }));
        }
        let adapter = match connection_of(&self.ports, &target) {
            Ok(connection) => self
                .ports
                .connector_of(registry.owner)
                .connect(connection)
                .map_err(|e| e.reason()),
            Err(failure) if failure.code == ErrorCode::CredentialUnreadable => {
                tracing::error!(registry_id = %id, cause = failure.internal(), "credential cannot be opened");
                Err(Reason::CredentialUnreadable)
            }
            Err(failure) => return Err(failure),
        };
        let now = Instant::now();
        Ok(Some(Watched {
            generation: registry.generation,
            broken: adapter.as_ref().err().copied(),
            adapter: adapter.ok(),
            has_account: registry.username.is_some(),
            known: Known::of(registry),
            stale: false,
            liveness: resume_liveness(registry),
            credential: resume_credential(registry),
            liveness_due: now,
            credential_due: now,
            verify_due: now,
            verified: registry.verified,
            version: registry.version.clone(),
            report: registry.health.clone(),
            conditions: registry.conditions.clone(),
        }))
    }

    /// One round for one registry: asks what is due and reports what it means.
    async fn watch(
        &self,
        id: RegistryId,
        watched: &mut Watched,
        schedule: &HealthSchedule,
    ) -> (bool, Duration) {
        let Some(adapter) = watched.adapter.clone() else {
            let reason = watched.broken.unwrap_or(Reason::CredentialUnreadable);
            let now = self.ports.clock.now();
            let changed = watched.conclude(Health::Unhealthy, reason, None, now);
            return (changed, schedule.credential_every);
        };
        // The account is shown only to a server that has just been looked at without it.
        let asks_account = watched.has_account && watched.credential_due <= Instant::now();
        if watched.liveness_due <= Instant::now() || asks_account {
            let report = probe(adapter.as_ref(), ProbeDepth::Liveness, schedule.deadline).await;
            let now = self.ports.clock.now();
            let seen =
                watched
                    .liveness
                    .observe(&report.outcome, now, schedule.liveness_every, schedule);
            watched.liveness_due = Instant::now() + seen.next_in;
            if report.version.is_some() {
                watched.version = report.version;
            }
            let unpinned = watched.known.identity.is_none();
            watched
                .known
                .see(
                    &self.ports,
                    id,
                    watched.generation,
                    report.identity.as_ref(),
                )
                .await;
            watched.stale = unpinned && watched.known.identity.is_some();
            watched.report.checked_at = Some(now);
            if let Ok(latency) = &report.outcome {
                watched.report.latency_ms = Some(millis(latency));
                watched.report.last_success_at = Some(now);
            }
        }
        let answers =
            watched.liveness.status() != Health::Unhealthy && !watched.known.is_suspended();
        if answers && watched.has_account && watched.credential_due <= Instant::now() {
            self.watch_credential(watched, adapter.as_ref(), schedule)
                .await;
        }
        let accepted = !watched.has_account || watched.credential.status() == Health::Healthy;
        if answers && accepted && !watched.verified && watched.verify_due <= Instant::now() {
            // Stored without a passed test: it is proved as soon as it works. Not in every round:
            // one that cannot pass would be asked for ever.
            watched.verify_due = Instant::now() + schedule.credential_every;
            let report = probe(adapter.as_ref(), ProbeDepth::Full, schedule.deadline * 5).await;
            watched.verified = report.outcome.is_ok();
        }
        let now = self.ports.clock.now();
        let (status, reason) = watched.verdict();
        let changed = watched.conclude(status, reason, None, now);
        let due = if watched.has_account && answers {
            watched.liveness_due.min(watched.credential_due)
        } else {
            watched.liveness_due
        };
        let next = due.saturating_duration_since(Instant::now());
        (changed, next.max(Duration::from_millis(50)))
    }

    async fn watch_credential(
        &self,
        watched: &mut Watched,
        adapter: &dyn RegistryAdapter,
        schedule: &HealthSchedule,
    ) {
        let report = probe(adapter, ProbeDepth::Credential, schedule.deadline).await;
        let now = self.ports.clock.now();
        let every = schedule.credential_every;
        let wait = match &report.outcome {
            // Only the registry's own word counts against the account; everything else is the
            // liveness question's to judge.
            Ok(_) | Err(RegistryError::Unauthorized | RegistryError::Forbidden) => {
                let outcome: ProbeOutcome = report.outcome.map(|_| Duration::ZERO);
                let seen = watched.credential.observe(&outcome, now, every, schedule);
                if seen.status == Health::Unhealthy {
                    REJECTED_EVERY
                } else {
                    seen.next_in
                }
            }
            Err(_) => every,
        };
        watched.credential_due = Instant::now() + wait;
    }
}

impl Watched {
    /// Liveness and account together.
    fn verdict(&self) -> (Health, Reason) {
        let alive = self.liveness.status();
        if alive != Health::Unhealthy && self.known.is_suspended() {
            return (Health::Unhealthy, Reason::IdentityChanged);
        }
        if alive == Health::Unhealthy || !self.has_account {
            return (alive, self.liveness.reason());
        }
        if self.credential.status() == Health::Unhealthy {
            return (Health::Unhealthy, Reason::CredentialsRejected);
        }
        (alive, self.liveness.reason())
    }

    /// Takes in a verdict; answers whether anybody should hear of it.
    fn conclude(
        &mut self,
        status: Health,
        reason: Reason,
        message: Option<String>,
        now: Timestamp,
    ) -> bool {
        let mut changed = false;
        if (self.report.status, self.report.reason) != (status, reason) {
            if self.report.status != status {
                self.report.since = Some(now);
            }
            self.report.status = status;
            self.report.reason = reason;
            changed = true;
        }
        self.report.message = message;
        for wanted in self.wanted_conditions() {
            changed |= self.set_condition(wanted, now);
        }
        changed
    }

    fn wanted_conditions(&self) -> [(ConditionType, ConditionStatus, Reason); 4] {
        let reachable = match self.liveness.status() {
            _ if self.adapter.is_none() => (
                ConditionStatus::Unknown,
                self.broken.unwrap_or(Reason::NotChecked),
            ),
            Health::Unhealthy => (ConditionStatus::False, self.liveness.reason()),
            Health::Unknown => (ConditionStatus::Unknown, Reason::NotChecked),
            Health::Healthy | Health::Degraded => (ConditionStatus::True, self.liveness.reason()),
        };
        let credentials = match self.credential.status() {
            _ if !self.has_account => (ConditionStatus::Unknown, Reason::NoCredentials),
            _ if self.known.is_suspended() => (ConditionStatus::Unknown, Reason::IdentityChanged),
            _ if self.adapter.is_none() => (
                ConditionStatus::False,
                self.broken.unwrap_or(Reason::CredentialUnreadable),
            ),
            Health::Unhealthy => (ConditionStatus::False, Reason::CredentialsRejected),
            Health::Unknown => (ConditionStatus::Unknown, Reason::NotChecked),
            Health::Healthy | Health::Degraded => {
                (ConditionStatus::True, Reason::CredentialsAccepted)
            }
        };
        let verified = if self.verified {
            (ConditionStatus::True, Reason::Tested)
        } else {
            (ConditionStatus::False, Reason::NotTested)
        };
        [
            (ConditionType::Reachable, reachable.0, reachable.1),
            (
                ConditionType::CredentialsValid,
                credentials.0,
                credentials.1,
            ),
            (ConditionType::Verified, verified.0, verified.1),
            self.known.condition(),
        ]
    }

    fn set_condition(
        &mut self,
        (kind, status, reason): (ConditionType, ConditionStatus, Reason),
        now: Timestamp,
    ) -> bool {
        match self.conditions.iter_mut().find(|c| c.kind == kind) {
            Some(known) if (known.status, known.reason) == (status, reason) => false,
            Some(known) => {
                if known.status != status {
                    known.since = now;
                }
                known.status = status;
                known.reason = reason;
                true
            }
            None => {
                self.conditions.push(Condition {
                    kind,
                    status,
                    reason,
                    message: None,
                    since: now,
                });
                true
            }
        }
    }
}

/// Asks, and gives up after the deadline whatever the adapter does.
async fn probe(
    adapter: &dyn RegistryAdapter,
    depth: ProbeDepth,
    deadline: Duration,
) -> ProbeReport {
    let timed_out = ProbeReport::failed(RegistryError::Timeout);
    tokio::time::timeout(deadline, adapter.probe(depth, &|_| {}))
        .await
        .unwrap_or(timed_out)
}

fn resume_liveness(registry: &Registry) -> HealthTracker {
    let reachable = registry
        .conditions
        .iter()
        .find(|c| c.kind == ConditionType::Reachable);
    match reachable.map(|c| (c.status, c.reason)) {
        Some((ConditionStatus::False, reason)) => HealthTracker::resume(Health::Unhealthy, reason),
        Some((ConditionStatus::True, reason)) => HealthTracker::resume(Health::Healthy, reason),
        _ => HealthTracker::resume(Health::Unknown, Reason::NotChecked),
    }
}

fn resume_credential(registry: &Registry) -> HealthTracker {
    let valid = registry
        .conditions
        .iter()
        .find(|c| c.kind == ConditionType::CredentialsValid);
    match valid.map(|c| c.status) {
        Some(ConditionStatus::False) => {
            HealthTracker::resume(Health::Unhealthy, Reason::CredentialsRejected)
        }
        Some(ConditionStatus::True) => HealthTracker::resume(Health::Healthy, Reason::Reachable),
        _ => HealthTracker::resume(Health::Unknown, Reason::NotChecked),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[async_trait]
impl Reconciler for HealthReconciler {
    type Key = RegistryId;

    fn name(&self) -> &'static str {
        "health"
    }

    async fn keys(&self) -> Result<Vec<RegistryId>, Failure> {
        Ok(self.ports.store.registry_ids().await?)
    }

    async fn run(&self, id: RegistryId, wake: Wake) -> Outcome {
        let known = lock(&self.watched).remove(&id);
        let known = match (wake, known) {
            (Wake::Timer, Some(known)) if known.adapter.is_some() && !known.stale => Some(known),
            (_, known) => match self.gather(id, known).await {
                Ok(Some(watched)) => Some(watched),
                Ok(None) => {
                    lock(&self.reports).remove(&id);
                    return Outcome::Gone;
                }
                Err(failure) => {
                    tracing::warn!(registry_id = %id, code = %failure.code, cause = failure.internal(), "registry not read");
                    None
                }
            },
        };
        let Some(mut watched) = known else {
            return Outcome::Failed;
        };
        let count = lock(&self.watched).len() + 1;
        let schedule = HealthSchedule::for_registries(count);
        let (news, next) = self.watch(id, &mut watched, &schedule).await;
        self.report(RegistryObservation {
            id,
            generation: watched.generation,
            health: watched.report.clone(),
            conditions: watched.conditions.clone(),
            verified: watched.verified,
            version: watched.version.clone(),
            news,
        });
        if news {
            tracing::info!(
                registry_id = %id,
                health = watched.report.status.as_str(),
                reason = watched.report.reason.as_str(),
                "registry health changed"
            );
        }
        lock(&self.watched).insert(id, watched);
        Outcome::Again(next)
    }
}
