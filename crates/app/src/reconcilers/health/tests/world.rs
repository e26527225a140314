//! A world in virtual time for the duty that watches health: its store, its registries, its clock.

use super::super::{HealthReconciler, Means};
use crate::driver::{Driver, DriverOptions};
use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use roadstead_core::model::{
    Address, AuditEntry, Connection, Description, Generation, Health, HealthReport, HealthTurn,
    LedgerEntry, Name, Owner, PageRequest, PeerCertificate, ProbeDepth, ProbeReport, Reason,
    Registry, RegistryFilter, RegistryId, RegistryKind, RegistryPosition, RegistrySort,
    RegistryStatistics, Secret, Timestamp, TlsPolicy,
};
use roadstead_core::model::{Descriptor, Digest};
use roadstead_core::ports::{ArtifactPointer, Read, ReadArtifact, ReadConfig, TagList};
use roadstead_core::ports::{
    CapabilityObservation, Clock, CrawlBatch, CrawlCursor, CrawlScope, CredentialBinding,
    DisconnectRegistry, EditRegistry, IntegrateRegistry, PinIdentity, RegistryAdapter,
    RegistryConnector, RegistryError, RegistryList, RegistryObservation, RegistryStore,
    RegistryTarget, SealedCredential, StatisticsObservation, StepSink, StoreError, SuspendRegistry,
    Vault, VaultError,
};
use roadstead_core::rules::Visible;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

pub(super) const BASE: i64 = 1_800_000_000_000_000;

/// What an upstream does with a question, by its number, its depth and the seconds since the start.
pub(super) type Upstream = dyn Fn(usize, ProbeDepth, f64) -> Answer + Send + Sync;

#[derive(Clone, Copy)]
pub(super) enum Answer {
    Good,
    After(Duration),
    Fails(u16),
    Refused,
    Rejected,
    Hangs,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    number: usize,
    depth: ProbeDepth,
    at: Duration,
}

pub(super) struct World {
    begun: Instant,
    upstream: Box<Upstream>,
    pub(super) rows: Mutex<HashMap<RegistryId, Registry>>,
    asked: Mutex<Vec<Asked>>,
    pub(super) turns: Mutex<Vec<(usize, HealthTurn)>>,
    pub(super) certificate: Option<PeerCertificate>,
    pub(super) written: AtomicUsize,
    at_once: AtomicUsize,
    pub(super) most: AtomicUsize,
}

fn number_of(registry: &Registry) -> usize {
    let digits: String = registry
        .name
        .as_str()
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().expect("number")
}

pub(super) fn registry(number: usize, username: Option<&str>) -> Registry {
    let now = Timestamp::from_micros(BASE);
    Registry {
        id: RegistryId::new(),
        name: Name::parse(&format!("r{number}")).expect("name"),
        kind: RegistryKind::Docker,
        owner: Owner::Platform,
        address: Address::parse(&format!("https://r{number}.example")).expect("address"),
        tls: TlsPolicy::Verify,
        username: username.map(ToOwned::to_owned),
        token_service: None,
        identity: None,
        suspension: None,
        capabilities: Default::default(),
        listed: None,
        description: Description::default(),
        verified: true,
        version: None,
        health: HealthReport::unchecked(),
        conditions: Vec::new(),
        certificate: None,
        statistics: RegistryStatistics::unmeasured(),
        integrated_by: None,
        created_at: now,
        updated_at: now,
        generation: 1,
    }
}

impl World {
    pub(super) fn new(
        registries: impl IntoIterator<Item = Registry>,
        upstream: impl Fn(usize, ProbeDepth, f64) -> Answer + Send + Sync + 'static,
    ) -> Self {
        Self {
            begun: Instant::now(),
            upstream: Box::new(upstream),
            rows: Mutex::new(registries.into_iter().map(|r| (r.id, r)).collect()),
            asked: Mutex::default(),
            turns: Mutex::default(),
            certificate: None,
            written: AtomicUsize::new(0),
            at_once: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
        }
    }

    /// When this registry was asked, in milliseconds.
    pub(super) fn times(&self, number: usize, depth: ProbeDepth) -> Vec<u128> {
        let asked = self.asked.lock().expect("asked");
        let mine = asked
            .iter()
            .filter(|a| (a.number, a.depth) == (number, depth));
        mine.map(|a| a.at.as_millis()).collect()
    }

    pub(super) fn row(&self) -> Registry {
        let rows = self.rows.lock().expect("rows");
        rows.values().next().expect("registry").clone()
    }

    /// The verdicts written, with the second each began at.
    pub(super) fn verdicts(&self) -> Vec<(u64, Health, Reason)> {
        let turns = self.turns.lock().expect("turns");
        let begin = Timestamp::from_micros(BASE);
        let shown =
            |(_, t): &(usize, HealthTurn)| (t.at.since(begin).as_secs(), t.status, t.reason);
        turns.iter().map(shown).collect()
    }
}

/// Everything running over one world.
pub(super) struct Running {
    pub(super) world: Arc<World>,
    pub(super) duty: Arc<HealthReconciler>,
    pub(super) driver: Driver<RegistryId>,
    stop: CancellationToken,
    reports: tokio::task::JoinHandle<()>,
}

impl Running {
    pub(super) fn start(world: World, options: DriverOptions) -> Self {
        let world = Arc::new(world);
        let connector = Arc::new(Connecting(Arc::clone(&world)));
        let duty = Arc::new(HealthReconciler::by(Means {
            store: Arc::new(Rows(Arc::clone(&world))),
            vault: Arc::new(Open),
            connector: Arc::clone(&connector) as Arc<dyn RegistryConnector>,
            workspace_connector: connector,
            clock: Arc::new(Virtual(world.begun)),
        }));
        let stop = CancellationToken::new();
        Self {
            reports: tokio::spawn(Arc::clone(&duty).write_reports(stop.clone())),
            driver: Driver::start(Arc::clone(&duty), options, stop.clone()),
            world,
            duty,
            stop,
        }
    }

    pub(super) async fn ended(self) -> Arc<World> {
        self.stop.cancel();
        self.driver.ended().await;
        self.reports.await.expect("reports");
        self.world
    }

    pub(super) async fn for_seconds(self, seconds: u64) -> Arc<World> {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        self.ended().await
    }
}

struct Virtual(Instant);

impl Clock for Virtual {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(BASE).plus(self.0.elapsed())
    }
}

struct Open;

impl Vault for Open {
    fn seal(
        &self,
        _: &CredentialBinding,
        _: &Secret<String>,
    ) -> Result<SealedCredential, VaultError> {
        Err(VaultError::BindingChanged)
    }

    fn open(
        &self,
        _: &CredentialBinding,
        _: &SealedCredential,
    ) -> Result<Secret<String>, VaultError> {
        Ok(Secret::new("secret".to_owned()))
    }

    fn tag(&self, _: &str, _: &[u8]) -> [u8; 32] {
        [0; 32]
    }
}

struct Connecting(Arc<World>);

impl RegistryConnector for Connecting {
    fn connect(&self, connection: Connection) -> Result<Arc<dyn RegistryAdapter>, RegistryError> {
        let host = connection.address.origin().host;
        let digits: String = host.chars().filter(char::is_ascii_digit).collect();
        Ok(Arc::new(Adapter {
            number: digits.parse().expect("number"),
            world: Arc::clone(&self.0),
        }))
    }
}

struct Adapter {
    number: usize,
    world: Arc<World>,
}

impl Adapter {
    async fn answer(&self, depth: ProbeDepth, at: Duration) -> Result<Duration, RegistryError> {
        let quick = Duration::from_millis(1);
        match (self.world.upstream)(self.number, depth, at.as_secs_f64()) {
            Answer::Good => Ok(quick),
            Answer::After(time) => {
                tokio::time::sleep(time).await;
                Ok(time)
            }
            Answer::Fails(status) => Err(RegistryError::Unavailable { status }),
            Answer::Refused => Err(RegistryError::ConnectionRefused),
            Answer::Rejected => Err(RegistryError::Unauthorized),
            Answer::Hangs => futures::future::pending().await,
        }
    }
}

/// Counts as under way until dropped, also when it is given up.
struct UnderWay<'a>(&'a World);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.at_once.fetch_sub(1, Ordering::SeqCst);
    }
}

#[async_trait]
impl RegistryAdapter for Adapter {
    fn kind(&self) -> RegistryKind {
        RegistryKind::Docker
    }

    async fn probe(&self, depth: ProbeDepth, _: StepSink<'_>) -> ProbeReport {
        let world = &*self.world;
        let at = world.begun.elapsed();
        let asked = Asked {
            number: self.number,
            depth,
            at,
        };
        world.asked.lock().expect("asked").push(asked);
        let now = world.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        world.most.fetch_max(now, Ordering::SeqCst);
        let _under_way = UnderWay(world);
        ProbeReport {
            outcome: self.answer(depth, at).await,
            detected_kind: None,
            version: None,
            token_service: None,
            identity: None,
        }
    }

    async fn repository(&self, _: &str) -> Read<TagList> {
        Err(RegistryError::Unsupported)
    }

    async fn artifact(&self, _: &str, _: &ArtifactPointer) -> Read<ReadArtifact> {
        Err(RegistryError::Unsupported)
    }

    async fn moved(&self, _: &str, _: &str, _: Option<&Digest>) -> Read<Option<Digest>> {
        Err(RegistryError::Unsupported)
    }

    async fn config(&self, _: &str, _: &Descriptor) -> Read<ReadConfig> {
        Err(RegistryError::Unsupported)
    }

    fn requests(&self) -> u64 {
        0
    }

    async fn remove_made(&self, _: &LedgerEntry) -> Result<(), RegistryError> {
        Err(RegistryError::Unsupported)
    }

    fn certificate(&self) -> Option<PeerCertificate> {
        self.world.certificate.clone()
    }

    fn crawl(
        &self,
        _: CrawlScope,
        _: Option<CrawlCursor>,
    ) -> BoxStream<'_, Result<CrawlBatch, RegistryError>> {
        futures::stream::empty().boxed()
    }
}

struct Rows(Arc<World>);

fn nobody_asks<T>() -> Result<T, StoreError> {
    Err(StoreError::Internal("nobody asks for this here".to_owned()))
}

#[async_trait]
impl RegistryStore for Rows {
    async fn registries(
        &self,
        _: &RegistryFilter,
        _: RegistrySort,
        _: &PageRequest<RegistryPosition>,
    ) -> Result<RegistryList, StoreError> {
        nobody_asks()
    }

    async fn registry(&self, _: RegistryId, _: &Visible) -> Result<Option<Registry>, StoreError> {
        nobody_asks()
    }

    async fn registry_ids(&self) -> Result<Vec<RegistryId>, StoreError> {
        Ok(self.0.rows.lock().expect("rows").keys().copied().collect())
    }

    async fn registry_target(&self, id: RegistryId) -> Result<Option<RegistryTarget>, StoreError> {
        let row = self.0.rows.lock().expect("rows").get(&id).cloned();
        Ok(row.map(|registry| RegistryTarget {
            credential: registry.username.as_ref().map(|_| SealedCredential {
                key_id: String::new(),
                wrapped_key: Vec::new(),
                ciphertext: Vec::new(),
            }),
            registry,
        }))
    }

    async fn integrate_registry(
        &self,
        _: IntegrateRegistry,
        _: AuditEntry,
    ) -> Result<Generation, StoreError> {
        nobody_asks()
    }

    async fn edit_registry(
        &self,
        _: EditRegistry,
        _: AuditEntry,
    ) -> Result<Generation, StoreError> {
        nobody_asks()
    }

    async fn disconnect_registry(
        &self,
        _: DisconnectRegistry,
        _: AuditEntry,
    ) -> Result<(), StoreError> {
        nobody_asks()
    }

    async fn record_health(&self, batch: Vec<RegistryObservation>) -> Result<(), StoreError> {
        let mut rows = self.0.rows.lock().expect("rows");
        let mut turns = self.0.turns.lock().expect("turns");
        for seen in batch {
            let Some(row) = rows.get_mut(&seen.id) else {
                continue;
            };
            if row.generation != seen.generation {
                continue;
            }
            self.0.written.fetch_add(1, Ordering::SeqCst);
            row.health = seen.health;
            row.conditions = seen.conditions;
            row.verified = seen.verified;
            row.certificate = seen.certificate;
            let number = number_of(row);
            turns.extend(seen.turns.into_iter().map(|turn| (number, turn)));
        }
        Ok(())
    }

    async fn health_turns(
        &self,
        _: RegistryId,
        _: Timestamp,
    ) -> Result<Vec<HealthTurn>, StoreError> {
        nobody_asks()
    }

    async fn prune_health_turns(&self, _: Timestamp) -> Result<u64, StoreError> {
        nobody_asks()
    }

    async fn pin_identity(&self, _: PinIdentity) -> Result<(), StoreError> {
        nobody_asks()
    }

    async fn suspend_registry(
        &self,
        _: SuspendRegistry,
        _: AuditEntry,
    ) -> Result<bool, StoreError> {
        nobody_asks()
    }

    async fn record_seen(&self, _: SuspendRegistry) -> Result<(), StoreError> {
        nobody_asks()
    }

    async fn known_names(&self, _: RegistryId) -> Result<Vec<String>, StoreError> {
        nobody_asks()
    }

    async fn record_known_names(
        &self,
        _: RegistryId,
        _: Generation,
        _: Vec<String>,
    ) -> Result<(), StoreError> {
        nobody_asks()
    }

    async fn record_capabilities(&self, _: CapabilityObservation) -> Result<(), StoreError> {
        nobody_asks()
    }

    async fn record_statistics(&self, _: Vec<StatisticsObservation>) -> Result<(), StoreError> {
        nobody_asks()
    }

    async fn prune_changes(&self, _: Timestamp) -> Result<u64, StoreError> {
        nobody_asks()
    }
}
