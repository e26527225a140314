//! Watches whether registries work: asks, judges by the core's rule, reports.
//!
//! Between two questions everything needed stays in memory, so a healthy registry costs its one
//! request and no query. A verdict that changes is written at once; unchanged ones are written
//! together every few seconds, so that ages stay true without a commit per question.

mod seen;

use crate::context::Ports;
use crate::driver::{Outcome, Reconciler, Wake};
use crate::reconcilers::identity::Known;
use crate::services::{connection_with, millis};
use async_trait::async_trait;
use roadstead_core::model::{
    Condition, ConditionStatus, ConditionType, Generation, Health, HealthReport, HealthTurn, Owner,
    PeerCertificate, ProbeDepth, ProbeOutcome, ProbeReport, Reason, RegistryId, Timestamp,
};
use roadstead_core::ports::{
    Clock, RegistryAdapter, RegistryConnector, RegistryError, RegistryObservation, RegistryStore,
    Vault,
};
use roadstead_core::rules::{HealthLog, HealthSchedule, HealthTracker};
use roadstead_core::{ErrorCode, Failure};
pub(crate) use seen::certificate_condition;
use seen::{resume_credential, resume_liveness};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Unchanged verdicts are written this often.
const REPORT_EVERY: Duration = Duration::from_secs(10);
/// Turns that wait to be written, of one registry.
const TURNS: usize = 500;

/// What the duty needs of the world.
pub(super) struct Means {
    pub(super) store: Arc<dyn RegistryStore>,
    pub(super) vault: Arc<dyn Vault>,
    connector: Arc<dyn RegistryConnector>,
    workspace_connector: Arc<dyn RegistryConnector>,
    pub(super) clock: Arc<dyn Clock>,
}

/// Watches whether registries work.
pub struct HealthReconciler {
    means: Means,
    /// How many there were when all were last looked up.
    known: AtomicUsize,
    /// Rejected accounts that are to be tried once more.
    retry: Mutex<HashSet<RegistryId>>,
    /// When the certificates seen last end.
    certificates: Mutex<HashMap<RegistryId, Timestamp>>,
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
    /// `None`: rejected, and left alone until it is edited or a person's test passes, because a
    /// registry may count wrong passwords and lock the account.
    credential_due: Option<Instant>,
    verify_due: Instant,
    verified: bool,
    version: Option<String>,
    report: HealthReport,
    conditions: Vec<Condition>,
    certificate: Option<PeerCertificate>,
    log: HealthLog,
    /// How long after the last answer the next question was to come.
    planned: Duration,
}

impl HealthReconciler {
    /// Builds it.
    #[must_use]
    pub fn new(ports: Ports) -> Self {
        Self::by(Means {
            store: ports.store,
            vault: ports.vault,
            connector: ports.connector,
            workspace_connector: ports.workspace_connector,
            clock: ports.clock,
        })
    }

    fn by(means: Means) -> Self {
        Self {
            means,
            known: AtomicUsize::new(0),
            retry: Mutex::default(),
            certificates: Mutex::default(),
            watched: Mutex::default(),
            reports: Mutex::default(),
            news: Notify::new(),
        }
    }

    /// Has a rejected account tried once more: somebody has just seen it accepted.
    pub(super) fn retry_account(&self, id: RegistryId) {
        lock(&self.retry).insert(id);
    }

    /// Writes reports until `stop`: news at once, the rest every few seconds.
    pub async fn write_reports(self: Arc<Self>, stop: CancellationToken) {
        let mut tick = tokio::time::interval(REPORT_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = tick.tick() => {
                    self.measure();
                    self.write(|_| true).await;
                }
                () = self.news.notified() => self.write(|r| r.news).await,
            }
        }
        self.write(|_| true).await;
    }

    /// How many certificates need attention, and how long the first of them has left.
    fn measure(&self) {
        let now = self.means.clock.now();
        let certificates = lock(&self.certificates);
        let soon = now.plus(PeerCertificate::SOON);
        let expiring = certificates.values().filter(|at| **at < soon).count();
        metrics::gauge!("roadstead_registry_certificate_expiring_registries")
            .set(u32::try_from(expiring).unwrap_or(u32::MAX));
        if let Some(first) = certificates.values().min() {
            metrics::gauge!("roadstead_registry_certificate_left_seconds")
                .set(first.since(now).as_secs_f64());
        }
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
        if let Err(error) = self.means.store.record_health(batch.clone()).await {
            tracing::warn!(%error, registries = batch.len(), "health not written");
            let mut reports = lock(&self.reports);
            for report in batch {
                // A newer one may have come meanwhile; it inherits what nobody has heard yet.
                match reports.entry(report.id) {
                    std::collections::hash_map::Entry::Occupied(mut newer) => {
                        let newer = newer.get_mut();
                        newer.news |= report.news;
                        newer.turns = joined(report, newer);
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
        let mut report = report;
        if let Some(unheard) = reports.remove(&report.id) {
            report.news |= unheard.news;
            report.turns = joined(unheard, &report);
        }
        reports.insert(report.id, report);
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
        let Some(target) = self.means.store.registry_target(id).await? else {
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
            let tried = known.credential_due.is_some() || lock(&self.retry).remove(&id);
            return Ok(Some(Watched {
                liveness_due: now,
                credential_due: tried.then_some(now),
                ..known
            }));
        }
        let connector = match registry.owner {
            Owner::Platform => &self.means.connector,
            Owner::Workspace { .. } => &self.means.workspace_connector,
        };
        let adapter = match connection_with(self.means.vault.as_ref(), &target) {
            Ok(connection) => connector.connect(connection).map_err(|e| e.reason()),
            Err(failure) if failure.code == ErrorCode::CredentialUnreadable => {
                tracing::error!(registry_id = %id, cause = failure.internal(), "credential cannot be opened");
                Err(Reason::CredentialUnreadable)
            }
            Err(failure) => return Err(failure),
        };
        let now = Instant::now();
        let credential = resume_credential(registry);
        let rejected = credential.status() == Health::Unhealthy;
        let tried = !rejected || lock(&self.retry).remove(&id);
        Ok(Some(Watched {
            generation: registry.generation,
            broken: adapter.as_ref().err().copied(),
            adapter: adapter.ok(),
            has_account: registry.username.is_some(),
            known: Known::of(registry),
            stale: false,
            liveness: resume_liveness(registry),
            credential,
            liveness_due: now,
            credential_due: tried.then_some(now),
            verify_due: now,
            verified: registry.verified,
            version: registry.version.clone(),
            report: registry.health.clone(),
            conditions: registry.conditions.clone(),
            certificate: registry.certificate.clone(),
            log: HealthLog::resume(&registry.health),
            planned: HealthSchedule::for_registries(self.known.load(Ordering::Relaxed))
                .liveness_every,
        }))
    }

    /// One round for one registry: asks what is due and reports what it means.
    async fn watch(
        &self,
        id: RegistryId,
        watched: &mut Watched,
        schedule: &HealthSchedule,
    ) -> Round {
        let Some(adapter) = watched.adapter.clone() else {
            let reason = watched.broken.unwrap_or(Reason::CredentialUnreadable);
            let now = self.means.clock.now();
            let news = watched.conclude(Health::Unhealthy, reason, None, now);
            return Round {
                news,
                turns: watched
                    .log
                    .observe(&watched.report, schedule.credential_every),
                next: schedule.credential_every,
            };
        };
        let planned = watched.planned;
        // The account is shown only to a server that has just been looked at without it.
        let asks_account = watched.has_account && watched.credential_is_due();
        if watched.liveness_due <= Instant::now() || asks_account {
            let report = probe(adapter.as_ref(), ProbeDepth::Liveness, schedule.deadline).await;
            let now = self.means.clock.now();
            if let Some(certificate) = adapter.certificate() {
                watched.certificate = Some(certificate);
            }
            let seen =
                watched
                    .liveness
                    .observe(&report.outcome, now, schedule.liveness_every, schedule);
            watched.liveness_due = Instant::now() + seen.next_in;
            watched.planned = seen.next_in;
            if report.version.is_some() {
                watched.version = report.version;
            }
            let unpinned = watched.known.identity.is_none();
            watched
                .known
                .see(
                    &self.means,
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
        if answers && watched.has_account && watched.credential_is_due() {
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
        let now = self.means.clock.now();
        let (status, reason) = watched.verdict();
        let news = watched.conclude(status, reason, None, now);
        let due = match watched.credential_due {
            // While the registry does not answer, its account is not asked about either.
            Some(credential) if watched.has_account && answers => {
                watched.liveness_due.min(credential)
            }
            _ => watched.liveness_due,
        };
        let next = due.saturating_duration_since(Instant::now());
        Round {
            news,
            turns: watched.log.observe(&watched.report, planned),
            next: next.max(Duration::from_millis(50)),
        }
    }

    async fn watch_credential(
        &self,
        watched: &mut Watched,
        adapter: &dyn RegistryAdapter,
        schedule: &HealthSchedule,
    ) {
        let report = probe(adapter, ProbeDepth::Credential, schedule.deadline).await;
        let now = self.means.clock.now();
        watched.report.checked_at = Some(now);
        let every = schedule.credential_every;
        let wait = match &report.outcome {
            // Only the registry's own word counts against the account; everything else is the
            // liveness question's to judge.
            Ok(_) | Err(RegistryError::Unauthorized | RegistryError::Forbidden) => {
                let outcome: ProbeOutcome = report.outcome.map(|_| Duration::ZERO);
                let seen = watched.credential.observe(&outcome, now, every, schedule);
                (seen.status != Health::Unhealthy).then_some(seen.next_in)
            }
            Err(_) => Some(every),
        };
        watched.credential_due = wait.map(|wait| Instant::now() + wait);
    }
}

impl Watched {
    /// Whether it is time to ask about the account.
    fn credential_is_due(&self) -> bool {
        self.credential_due.is_some_and(|due| due <= Instant::now())
    }

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
        for wanted in self.wanted_conditions(now) {
            changed |= self.set_condition(wanted, now);
        }
        changed
    }

    fn wanted_conditions(&self, now: Timestamp) -> Vec<(ConditionType, ConditionStatus, Reason)> {
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
        let certificate = self
            .certificate
            .as_ref()
            .map(|c| certificate_condition(c, now));
        let mut wanted = vec![
            (ConditionType::Reachable, reachable.0, reachable.1),
            (
                ConditionType::CredentialsValid,
                credentials.0,
                credentials.1,
            ),
            (ConditionType::Verified, verified.0, verified.1),
            self.known.condition(),
        ];
        wanted.extend(certificate);
        wanted
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

/// What one round for one registry came to.
struct Round {
    news: bool,
    turns: Vec<HealthTurn>,
    next: Duration,
}

/// The turns of a report that was not written yet, and of the one that takes its place. Of another
/// generation they are another connection's.
fn joined(before: RegistryObservation, after: &RegistryObservation) -> Vec<HealthTurn> {
    let mut turns = before.turns;
    if before.generation != after.generation {
        turns.clear();
    }
    turns.extend(&after.turns);
    let over = turns.len().saturating_sub(TURNS);
    turns.drain(..over);
    turns
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
        let ids = self.means.store.registry_ids().await?;
        self.known.store(ids.len(), Ordering::Relaxed);
        Ok(ids)
    }

    async fn run(&self, id: RegistryId, wake: Wake) -> Outcome {
        let known = lock(&self.watched).remove(&id);
        let known = match (wake, known) {
            (Wake::Timer, Some(known)) if known.adapter.is_some() && !known.stale => Some(known),
            (_, known) => match self.gather(id, known).await {
                Ok(Some(watched)) => Some(watched),
                Ok(None) => {
                    lock(&self.reports).remove(&id);
                    lock(&self.certificates).remove(&id);
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
        // Those under way are not among the watched, but among the known.
        let count = self.known.load(Ordering::Relaxed);
        let count = count.max(lock(&self.watched).len() + 1);
        let schedule = HealthSchedule::for_registries(count);
        let Round { news, turns, next } = self.watch(id, &mut watched, &schedule).await;
        if let Some(certificate) = &watched.certificate {
            lock(&self.certificates).insert(id, certificate.expires_at);
        }
        self.report(RegistryObservation {
            id,
            generation: watched.generation,
            health: watched.report.clone(),
            conditions: watched.conditions.clone(),
            verified: watched.verified,
            version: watched.version.clone(),
            certificate: watched.certificate.clone(),
            turns,
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

#[cfg(test)]
mod tests;
