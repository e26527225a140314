//! The engine on a database of its own, with one registry.

use roadstead_app::driver::{Outcome, Reconciler as _, Wake};
use roadstead_app::reconcilers::{CrawlLimits, CrawlReconciler};
use roadstead_app::{Ports, Wishes};
use roadstead_core::model::{
    Account, Address, AuditActor, AuditEntry, AuditEntryId, AuditObject, AuditOutcome, Condition,
    ConditionStatus, ConditionType, CrawlState, CrawlStatus, Description, Health, HealthReport,
    Name, Owner, Reason, Registry, RegistryId, RegistryKind, RegistryStatistics, RequestId, Secret,
    Timestamp, TlsPolicy,
};
use roadstead_core::ports::{
    Clock, CredentialBinding, IntegrateRegistry, InventoryStore as _, RegistryObservation,
    RegistryStore as _, RepositoryDue, TagDue, Vault as _,
};
use roadstead_oci::OutboundPolicy;
use roadstead_registry::Connector;
use roadstead_store::{Backend, DataDir, MasterKeySource, MasterKeyVault, Store, StoreConfig};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// A clock that tests move.
#[derive(Default)]
pub(super) struct Moved(AtomicI64);

impl Moved {
    pub(super) fn forward(&self, by: Duration) {
        let micros = i64::try_from(by.as_micros()).expect("not so far");
        self.0.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        let now = Timestamp::from_system_clock().as_micros();
        Timestamp::from_micros(now + self.0.load(Ordering::SeqCst))
    }
}

pub(super) struct Engine {
    pub(super) store: Store,
    pub(super) clock: Arc<Moved>,
    pub(super) id: RegistryId,
    pub(super) ports: Ports,
    crawler: CrawlReconciler,
    _home: tempfile::TempDir,
}

/// How the engine and its registry are.
#[derive(Clone, Copy)]
pub(super) struct Setup<'a> {
    pub(super) url: &'a str,
    pub(super) account: Option<(&'a str, &'a str)>,
    pub(super) limits: CrawlLimits,
    /// PostgreSQL in the place of SQLite.
    pub(super) database: Option<&'a str>,
}

impl<'a> Setup<'a> {
    pub(super) fn of(url: &'a str) -> Self {
        Self {
            url,
            account: None,
            limits: CrawlLimits::default(),
            database: None,
        }
    }
}

impl Engine {
    pub(super) async fn on(url: &str) -> Self {
        Self::with(Setup::of(url)).await
    }

    pub(super) async fn with(setup: Setup<'_>) -> Self {
        let home = tempfile::tempdir().expect("folder");
        let dir = DataDir::open(&home.path().join("data")).expect("data folder");
        let backend = match setup.database {
            Some(url) => Backend::Postgres {
                url: Secret::new(url.to_owned()),
            },
            None => Backend::Sqlite {
                path: dir.database(),
            },
        };
        let store = Store::open(StoreConfig { backend }).await.expect("store");
        let vault = MasterKeyVault::open(&store, MasterKeySource::File(&dir))
            .await
            .expect("vault");
        let policy = OutboundPolicy {
            allow: vec!["127.0.0.0/8".parse().expect("net")],
            ..OutboundPolicy::default()
        };
        let clock = Arc::new(Moved::default());
        let registry = registry(setup.url, setup.account.map(|(name, _)| name), clock.now());
        let credential = setup.account.map(|(username, password)| {
            let account = Account {
                username: username.to_owned(),
                password: Secret::new(password.to_owned()),
            };
            seal(&vault, &registry, &account)
        });
        let id = registry.id;
        let audit = audit(&registry);
        let command = IntegrateRegistry {
            registry,
            credential,
        };
        store
            .integrate_registry(command, audit)
            .await
            .expect("registry");
        let ports = Ports {
            store: Arc::new(store.clone()),
            vault: Arc::new(vault),
            connector: Arc::new(Connector::new(policy.clone())),
            workspace_connector: Arc::new(Connector::new(policy)),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            wishes: Wishes::default(),
            events: roadstead_app::EventInbox::default(),
            search: roadstead_app::SearchIndex::default(),
        };
        let crawler = CrawlReconciler::new(ports.clone(), setup.limits);
        Self {
            store,
            clock,
            id,
            ports,
            crawler,
            _home: home,
        }
    }

    /// One turn, as when its time has come: answers how long to wait for the next.
    pub(super) async fn turn(&self) -> Duration {
        self.woken(Wake::Timer).await
    }

    pub(super) async fn woken(&self, wake: Wake) -> Duration {
        match self.crawler.run(self.id, wake).await {
            Outcome::Again(wait) => wait,
            other => panic!("the turn ended with {other:?}"),
        }
    }

    /// Turns until the crawl does not go on by itself: answers how long to wait then. One is enough,
    /// unless the machine has so much else to do that its slice is over before.
    pub(super) async fn turned(&self) -> Duration {
        for _ in 0..200 {
            let wait = self.turn().await;
            if self.state().await.status != CrawlStatus::Running {
                return wait;
            }
        }
        panic!("the crawl has no end: {:?}", self.state().await);
    }

    /// Turns until the crawl has ended; answers it.
    pub(super) async fn crawled(&self) -> CrawlState {
        for _ in 0..200 {
            self.turn().await;
            let state = self.state().await;
            if !state.status.is_open() {
                return state;
            }
            assert_eq!(state.status, CrawlStatus::Running, "{state:?}");
        }
        panic!("the crawl has no end: {:?}", self.state().await);
    }

    /// As [`Self::crawled`], after a pause: it may still stand there.
    pub(super) async fn crawled_from_here(&self) -> CrawlState {
        self.woken(Wake::Signal).await;
        self.crawled().await
    }

    pub(super) async fn state(&self) -> CrawlState {
        let state = self.store.crawl(self.id).await.expect("store");
        state.expect("a crawl")
    }

    /// What the health loop would say.
    pub(super) async fn health(&self, reachable: bool) {
        let registry = self.registry().await;
        let (status, reason, health) = if reachable {
            (ConditionStatus::True, Reason::Reachable, Health::Healthy)
        } else {
            (
                ConditionStatus::False,
                Reason::ConnectionRefused,
                Health::Unhealthy,
            )
        };
        let seen = RegistryObservation {
            id: self.id,
            generation: registry.generation,
            health: HealthReport {
                status: health,
                reason,
                ..HealthReport::unchecked()
            },
            conditions: vec![condition(
                ConditionType::Reachable,
                status,
                reason,
                self.clock.now(),
            )],
            verified: true,
            version: None,
            certificate: None,
            turns: Vec::new(),
            news: true,
        };
        self.store.record_health(vec![seen]).await.expect("health");
    }

    pub(super) async fn registry(&self) -> Registry {
        let target = self.store.registry_target(self.id).await.expect("store");
        target.expect("the registry").registry
    }

    /// Every repository that was listed, and every tag that points at something: names in order.
    pub(super) async fn known(&self) -> (Vec<String>, Vec<String>) {
        let later = self.clock.now().plus(Duration::from_secs(1));
        let repositories: Vec<RepositoryDue> = self
            .store
            .repositories_to_check(self.id, later, 1_000)
            .await
            .expect("store");
        let tags: Vec<TagDue> = self
            .store
            .tags_to_check(self.id, later, later, 1_000)
            .await
            .expect("store");
        let mut names: Vec<String> = repositories.into_iter().map(|r| r.name).collect();
        let mut tags: Vec<String> = tags
            .into_iter()
            .map(|tag| format!("{}:{}", tag.repository, tag.tag))
            .collect();
        names.sort();
        tags.sort();
        (names, tags)
    }

    /// Every tag that points at something, with what it points at.
    pub(super) async fn tags_due_for_check(&self) -> Vec<TagDue> {
        let later = self.clock.now().plus(Duration::from_secs(1));
        let tags = self.store.tags_to_check(self.id, later, later, 1_000).await;
        tags.expect("store")
    }

    /// Nothing is left to be read.
    pub(super) async fn assert_nothing_due(&self) {
        let (store, id) = (&self.store, self.id);
        assert_eq!(store.tags_due(id, None, 10).await.expect("store"), []);
        assert_eq!(store.manifests_due(id, None, 10).await.expect("store"), []);
        assert_eq!(store.configs_due(id, None, 10).await.expect("store"), []);
    }
}

fn condition(
    kind: ConditionType,
    status: ConditionStatus,
    reason: Reason,
    now: Timestamp,
) -> Condition {
    Condition {
        kind,
        status,
        reason,
        message: None,
        since: now,
    }
}

fn registry(url: &str, username: Option<&str>, now: Timestamp) -> Registry {
    Registry {
        id: RegistryId::new(),
        name: Name::parse("crawled").expect("name"),
        kind: RegistryKind::Docker,
        owner: Owner::Platform,
        address: Address::parse(url).expect("address"),
        tls: TlsPolicy::Verify,
        username: username.map(str::to_owned),
        token_service: None,
        identity: None,
        suspension: None,
        certificate: None,
        capabilities: roadstead_core::model::Capabilities::default(),
        listed: None,
        description: Description::default(),
        verified: true,
        version: None,
        health: HealthReport::unchecked(),
        conditions: vec![condition(
            ConditionType::Reachable,
            ConditionStatus::True,
            Reason::Reachable,
            now,
        )],
        statistics: RegistryStatistics::unmeasured(),
        integrated_by: None,
        created_at: now,
        updated_at: now,
        generation: 1,
    }
}

fn seal(
    vault: &MasterKeyVault,
    registry: &Registry,
    account: &Account,
) -> roadstead_core::ports::SealedCredential {
    vault
        .seal(
            &CredentialBinding::of(registry).expect("an account"),
            &account.password,
        )
        .expect("sealed")
}

pub(super) fn audit(registry: &Registry) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId::new(),
        at: registry.created_at,
        actor: AuditActor::Roadstead,
        action: "registry.integrate".to_owned(),
        object: AuditObject {
            kind: "registry".to_owned(),
            id: registry.id.to_string(),
            name: registry.name.to_string(),
        },
        workspace_id: None,
        outcome: AuditOutcome::Done,
        code: None,
        repeats: 1,
        before: None,
        after: None,
        request_id: RequestId::make(),
        source_address: None,
    }
}
