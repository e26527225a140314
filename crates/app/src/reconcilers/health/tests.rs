//! The real driver and the real duty over a world in virtual time: counts and moments are exact.

use super::super::HEALTH;
use super::{HealthReconciler, Means};
use crate::driver::{Driver, DriverOptions};
use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use roadstead_core::model::{
    Address, AuditEntry, ConditionStatus, ConditionType, Connection, Description, Generation,
    Health, HealthReport, HealthTurn, Name, Owner, PageRequest, PeerCertificate, ProbeDepth,
    ProbeReport, Reason, Registry, RegistryFilter, RegistryId, RegistryKind, RegistryPosition,
    RegistrySort, RegistryStatistics, Secret, Timestamp, TlsPolicy,
};
use roadstead_core::ports::{
    Clock, CrawlBatch, CrawlCursor, CrawlScope, CredentialBinding, DisconnectRegistry,
    EditRegistry, IntegrateRegistry, RegistryAdapter, RegistryConnector, RegistryError,
    RegistryList, RegistryObservation, RegistryStore, RegistryTarget, SealedCredential,
    StatisticsObservation, StepSink, StoreError, Vault, VaultError,
};
use roadstead_core::rules::Visible;
use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

const BASE: i64 = 1_800_000_000_000_000;

/// What an upstream does with a question, by its number, its depth and the seconds since the start.
type Upstream = dyn Fn(usize, ProbeDepth, f64) -> Answer + Send + Sync;

#[derive(Clone, Copy)]
enum Answer {
    Good,
    After(Duration),
    Fails(u16),
    Refused,
    Rejected,
    Hangs,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    number: usize,
    depth: ProbeDepth,
    at: Duration,
}

struct World {
    begun: Instant,
    upstream: Box<Upstream>,
    rows: Mutex<HashMap<RegistryId, Registry>>,
    asked: Mutex<Vec<Asked>>,
    turns: Mutex<Vec<(usize, HealthTurn)>>,
    certificate: Option<PeerCertificate>,
    written: AtomicUsize,
    at_once: AtomicUsize,
    most: AtomicUsize,
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

fn registry(number: usize, username: Option<&str>) -> Registry {
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
    fn new(
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
    fn times(&self, number: usize, depth: ProbeDepth) -> Vec<u128> {
        let asked = self.asked.lock().expect("asked");
        let mine = asked
            .iter()
            .filter(|a| (a.number, a.depth) == (number, depth));
        mine.map(|a| a.at.as_millis()).collect()
    }

    fn row(&self) -> Registry {
        let rows = self.rows.lock().expect("rows");
        rows.values().next().expect("registry").clone()
    }

    /// The verdicts written, with the second each began at.
    fn verdicts(&self) -> Vec<(u64, Health, Reason)> {
        let turns = self.turns.lock().expect("turns");
        let begin = Timestamp::from_micros(BASE);
        let shown =
            |(_, t): &(usize, HealthTurn)| (t.at.since(begin).as_secs(), t.status, t.reason);
        turns.iter().map(shown).collect()
    }
}

/// Everything running over one world.
struct Running {
    world: Arc<World>,
    duty: Arc<HealthReconciler>,
    driver: Driver<RegistryId>,
    stop: CancellationToken,
    reports: tokio::task::JoinHandle<()>,
}

impl Running {
    fn start(world: World, options: DriverOptions) -> Self {
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

    async fn ended(self) -> Arc<World> {
        self.stop.cancel();
        self.driver.ended().await;
        self.reports.await.expect("reports");
        self.world
    }

    async fn for_seconds(self, seconds: u64) -> Arc<World> {
        tokio::time::sleep(Duration::from_secs(seconds)).await;
        self.ended().await
    }
}

/// As in the product, without the spread: so that moments are whole seconds.
const AT_ONCE: DriverOptions = DriverOptions {
    spread: Duration::ZERO,
    ..HEALTH
};

#[tokio::test(start_paused = true)]
async fn healthy_registry_is_asked_every_10_s_and_its_account_every_60_s() {
    let world = World::new([registry(0, Some("robot"))], |_, _, _| Answer::Good);
    let world = Running::start(world, AT_ONCE).for_seconds(245).await;
    let liveness: Vec<u128> = (0..=24).map(|n| n * 10_000).collect();
    assert_eq!(world.times(0, ProbeDepth::Liveness), liveness);
    let account = [0, 60_000, 120_000, 180_000, 240_000];
    assert_eq!(world.times(0, ProbeDepth::Credential), account);
    assert_eq!(world.verdicts(), [(0, Health::Healthy, Reason::Reachable)]);
    // One turn for 25 good answers; the row itself is written with the others every 10 s.
    assert!(world.written.load(Ordering::SeqCst) <= 27);
}

/// Trouble begins right after a good answer, which is the worst moment, at 20 s.
#[tokio::test(start_paused = true)]
async fn trouble_is_asked_about_again_after_1_and_3_s_and_told_in_time() {
    for (answer, asked, told, promise, reason) in [
        (
            Answer::Refused,
            [30_000, 31_000, 33_000, 43_000],
            33,
            15,
            Reason::ConnectionRefused,
        ),
        (
            Answer::Fails(503),
            [30_000, 31_000, 33_000, 43_000],
            33,
            15,
            Reason::ServerError,
        ),
        (
            Answer::Hangs,
            [30_000, 34_000, 37_050, 50_050],
            40,
            25,
            Reason::Timeout,
        ),
    ] {
        let world = World::new([registry(0, None)], move |_, _, at| {
            if at > 20.0 { answer } else { Answer::Good }
        });
        let world = Running::start(world, AT_ONCE).for_seconds(52).await;
        let times = world.times(0, ProbeDepth::Liveness);
        assert_eq!(times[..3], [0, 10_000, 20_000]);
        assert_eq!(times[3..], asked, "{reason:?}");
        assert_eq!(
            world.verdicts().last(),
            Some(&(told, Health::Unhealthy, reason))
        );
        assert!(told - 20 <= promise, "{reason:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn recovery_is_told_at_the_first_good_answer() {
    let world = World::new([registry(0, None)], |_, _, at| {
        if (20.5..60.0).contains(&at) {
            Answer::Refused
        } else {
            Answer::Good
        }
    });
    let world = Running::start(world, AT_ONCE).for_seconds(100).await;
    assert_eq!(
        world.verdicts(),
        [
            (0, Health::Healthy, Reason::Reachable),
            (33, Health::Unhealthy, Reason::ConnectionRefused),
            (63, Health::Healthy, Reason::Reachable)
        ]
    );
}

/// The account is rotated upstream right after it was last accepted.
#[tokio::test(start_paused = true)]
async fn fault_rotation_rejected_account_is_tried_twice_and_then_left_alone_until_edited() {
    let world = World::new([registry(0, Some("robot"))], |_, depth, at| {
        if depth == ProbeDepth::Credential && at > 1.0 && at < 7_200.0 {
            Answer::Rejected
        } else {
            Answer::Good
        }
    });
    let running = Running::start(world, AT_ONCE);
    // Through many resyncs, each of which reads everything anew.
    tokio::time::sleep(Duration::from_secs(7_100)).await;
    let world = Arc::clone(&running.world);
    let tries = world.times(0, ProbeDepth::Credential);
    assert_eq!(tries, [0, 60_000, 63_000], "two tries, no third");
    let seen = world.verdicts();
    assert_eq!(
        seen.last(),
        Some(&(63, Health::Unhealthy, Reason::CredentialsRejected)),
        "63 s after it was last accepted, of 75"
    );
    let asked = world.times(0, ProbeDepth::Liveness).len();
    assert!(asked > 700, "it is still asked whether it lives: {asked}");

    // A restart does not try it either.
    let again = World::new([world.row()], |_, _, _| Answer::Good);
    let again = Running::start(again, AT_ONCE).for_seconds(100).await;
    assert_eq!(again.times(0, ProbeDepth::Credential), []);

    // A person's test passes: once more.
    tokio::time::sleep(Duration::from_secs(200)).await;
    let id = world.row().id;
    running.duty.retry_account(id);
    running.driver.wake(id);
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(world.times(0, ProbeDepth::Credential).len(), 4);
    assert_eq!(world.row().health.status, Health::Healthy);
    running.ended().await;
}

#[tokio::test(start_paused = true)]
async fn fault_rotation_edited_account_is_tried_again_at_once() {
    let world = World::new([registry(0, Some("robot"))], |_, depth, _| {
        if depth == ProbeDepth::Credential {
            Answer::Rejected
        } else {
            Answer::Good
        }
    });
    let running = Running::start(world, AT_ONCE);
    tokio::time::sleep(Duration::from_secs(100)).await;
    let world = Arc::clone(&running.world);
    assert_eq!(world.times(0, ProbeDepth::Credential), [0, 3_000]);
    let id = world.row().id;
    {
        // As an edit leaves it: another generation, everything observed anew.
        let mut rows = world.rows.lock().expect("rows");
        let row = rows.get_mut(&id).expect("row");
        row.generation += 1;
        row.conditions.clear();
    }
    running.driver.wake(id);
    tokio::time::sleep(Duration::from_secs(100)).await;
    running.ended().await;
    assert_eq!(
        world.times(0, ProbeDepth::Credential),
        [0, 3_000, 100_000, 103_000]
    );
}

#[tokio::test(start_paused = true)]
async fn fault_5xx_one_answer_in_three_is_degraded_and_does_not_flap() {
    let asked = AtomicUsize::new(0);
    let world = World::new([registry(0, None)], move |_, _, _| {
        match asked.fetch_add(1, Ordering::SeqCst) % 3 {
            2 => Answer::Fails(503),
            _ => Answer::Good,
        }
    });
    let world = Running::start(world, AT_ONCE).for_seconds(3_600).await;
    let told: Vec<_> = world.verdicts().iter().map(|(_, s, r)| (*s, *r)).collect();
    assert_eq!(
        told,
        [
            (Health::Healthy, Reason::Reachable),
            (Health::Degraded, Reason::Unstable)
        ]
    );
}

/// Counted in virtual time: whoever works is asked on the second, whatever the others do.
#[tokio::test(start_paused = true)]
async fn fifty_of_500_registries_that_hang_delay_none_of_the_other_450() {
    let hangs = |number: usize| number % 10 == 3;
    let world = World::new((0..500).map(|n| registry(n, None)), move |number, _, _| {
        if hangs(number) {
            Answer::Hangs
        } else {
            Answer::After(Duration::from_millis(20))
        }
    });
    let world = Running::start(world, HEALTH).for_seconds(122).await;
    for number in 0..500 {
        let times = world.times(number, ProbeDepth::Liveness);
        assert!(times[0] <= 2_000, "{number} begins at {}", times[0]);
        if hangs(number) {
            continue;
        }
        assert!(times.len() >= 12, "{number}: {}", times.len());
        for pair in times.windows(2) {
            // The answer took 20 ms, and timers have a grain of one.
            let gap = pair[1] - pair[0];
            assert!((10_020..=10_022).contains(&gap), "{number}: {gap} ms");
        }
    }
    let turns = world.turns.lock().expect("turns");
    let down = turns.iter().filter(|(_, t)| t.status == Health::Unhealthy);
    let mut down: Vec<usize> = down.map(|(number, _)| *number).collect();
    down.sort_unstable();
    let expected: Vec<usize> = (0..500).filter(|n| hangs(*n)).collect();
    assert_eq!(
        down, expected,
        "exactly those that hang are told, once each"
    );
}

#[tokio::test(start_paused = true)]
async fn fault_restart_herd_1000_registries_due_at_start_are_spread_and_within_the_permits() {
    let mut starts = Vec::new();
    for _ in 0..2 {
        let world = World::new((0..1_000).map(|n| registry(n, None)), |_, _, _| {
            Answer::After(Duration::from_millis(1_400))
        });
        let world = Running::start(world, HEALTH).for_seconds(50).await;
        let most = world.most.load(Ordering::SeqCst);
        assert!(most <= HEALTH.permits, "{most} at once");
        assert!(most > 1, "{most} at once");
        let mut per_tenth: HashMap<u128, usize> = HashMap::new();
        let mut first = Vec::new();
        for number in 0..1_000 {
            let times = world.times(number, ProbeDepth::Liveness);
            *per_tenth.entry(times[0] / 100).or_default() += 1;
            first.push(times[0]);
            // Half as often as 500 are, so that all of them together are not asked more often.
            assert!(times.len() <= 4, "{number}: {times:?}");
        }
        let busiest = per_tenth.values().max().expect("starts");
        assert!(*busiest <= 100, "{busiest} of 1,000 in a tenth of a second");
        assert!(first.iter().all(|at| *at <= 6_000), "all have begun");
        first.sort_unstable();
        starts.push(first);
    }
    assert_ne!(starts[0], starts[1], "no two starts are alike");
}

#[tokio::test(start_paused = true)]
async fn time_without_roadstead_is_a_turn_to_unknown() {
    let mut known = registry(0, None);
    let begin = Timestamp::from_micros(BASE);
    let stopped = begin.minus(Duration::from_secs(3_600));
    known.health.status = Health::Healthy;
    known.health.reason = Reason::Reachable;
    known.health.checked_at = Some(stopped);
    let world = World::new([known], |_, _, _| Answer::Good);
    let world = Running::start(world, AT_ONCE).for_seconds(30).await;
    let turns: Vec<_> = world
        .turns
        .lock()
        .expect("turns")
        .iter()
        .map(|(_, t)| *t)
        .collect();
    let turn = |at, status, reason| HealthTurn { at, status, reason };
    assert_eq!(
        turns,
        [
            turn(stopped, Health::Unknown, Reason::NotObserved),
            turn(begin, Health::Healthy, Reason::Reachable)
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn certificate_that_ends_soon_is_a_condition_and_is_written() {
    for (days, status, reason) in [
        (30, ConditionStatus::False, Reason::CertificateValid),
        (13, ConditionStatus::True, Reason::CertificateExpiresSoon),
        (-1, ConditionStatus::True, Reason::CertificateExpired),
    ] {
        let mut world = World::new([registry(0, None)], |_, _, _| Answer::Good);
        let seen = PeerCertificate {
            subject: "r0".to_owned(),
            issuer: "Own CA".to_owned(),
            self_signed: false,
            expires_at: Timestamp::from_micros(BASE + days * 86_400_000_000 + 1_000_000),
        };
        world.certificate = Some(seen.clone());
        let world = Running::start(world, AT_ONCE).for_seconds(5).await;
        let row = world.row();
        assert_eq!(row.certificate, Some(seen));
        let condition = row
            .conditions
            .iter()
            .find(|c| c.kind == ConditionType::CertificateExpiring)
            .expect("condition");
        assert_eq!((condition.status, condition.reason), (status, reason));
        assert_eq!(row.health.status, Health::Healthy, "it still works");
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
        let (number, asked) = (
            self.number,
            Asked {
                number: self.number,
                depth,
                at,
            },
        );
        assert_eq!(number, asked.number);
        world.asked.lock().expect("asked").push(asked);
        let now = world.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        world.most.fetch_max(now, Ordering::SeqCst);
        let _under_way = UnderWay(world);
        ProbeReport {
            outcome: self.answer(depth, at).await,
            detected_kind: None,
            version: None,
            token_service: None,
        }
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

    async fn record_statistics(&self, _: Vec<StatisticsObservation>) -> Result<(), StoreError> {
        nobody_asks()
    }

    async fn prune_changes(&self, _: Timestamp) -> Result<u64, StoreError> {
        nobody_asks()
    }
}
