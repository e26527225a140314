//! What Roadstead does by itself, one duty per file.

mod capabilities;
mod cleanup;
mod crawl;
mod deletions;
mod events;
mod health;
mod housekeeping;
mod identity;
mod pulls;
mod readable;
mod wake;

use crate::context::Ports;
use crate::driver::{Driver, DriverOptions};
use crate::refusals::Refusals;
pub use capabilities::CapabilityReconciler;
pub use cleanup::CleanupReconciler;
pub use crawl::{CrawlLimits, CrawlReconciler};
pub use deletions::DeletionReconciler;
pub use events::EventReconciler;
pub use health::HealthReconciler;
pub(crate) use health::certificate_condition;
pub use housekeeping::HousekeepingReconciler;
pub(crate) use identity::may_show_account;
pub use pulls::PullReconciler;
pub(crate) use readable::may_read;
use roadstead_core::model::Topic;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Many questions wait for silent registries; each is only a socket.
const HEALTH: DriverOptions = DriverOptions {
    permits: 512,
    resync: Duration::from_secs(300),
    spread: Duration::from_secs(2),
};

/// What the duties are told from outside.
pub struct Orders {
    /// How long audit entries are kept.
    pub audit_kept: Duration,
    /// How much of registries is read.
    pub crawl: CrawlLimits,
    /// Refusals that wait to be written.
    pub refusals: Arc<Refusals>,
}

/// All duties, running.
pub struct Reconcilers {
    health: Driver<roadstead_core::model::RegistryId>,
    crawl: Driver<roadstead_core::model::RegistryId>,
    cleanup: Driver<roadstead_core::model::RegistryId>,
    deletions: Driver<roadstead_core::model::RegistryId>,
    pulls: Driver<roadstead_core::model::RegistryId>,
    capabilities: Driver<roadstead_core::model::RegistryId>,
    events: Driver<roadstead_core::model::RegistryId>,
    arrivals: tokio::task::JoinHandle<()>,
    housekeeping: Driver<housekeeping::Duty>,
    wake: tokio::task::JoinHandle<()>,
    wishes: tokio::task::JoinHandle<()>,
    search: tokio::task::JoinHandle<()>,
    reports: tokio::task::JoinHandle<()>,
    unreported: CancellationToken,
    refusals: tokio::task::JoinHandle<()>,
    last_refusals: (Arc<Refusals>, Ports),
}

impl Reconcilers {
    /// Starts every duty. They end after `stop` is cancelled.
    #[must_use]
    pub fn start(ports: &Ports, orders: Orders, stop: &CancellationToken) -> Self {
        let health = Arc::new(HealthReconciler::new(ports.clone()));
        // The reports of runs that end during a stop are written too.
        let unreported = CancellationToken::new();
        let reports = tokio::spawn(Arc::clone(&health).write_reports(unreported.clone()));
        let options = |permits, spread| DriverOptions {
            permits,
            resync: Duration::from_secs(300),
            spread: Duration::from_secs(spread),
        };
        let retrying = Arc::clone(&health);
        let health = Driver::start(health, HEALTH, stop.clone());
        let crawl = Arc::new(CrawlReconciler::new(ports.clone(), orders.crawl));
        let listing = Arc::clone(&crawl);
        let crawl = Driver::start(crawl, options(16, 5), stop.clone());
        let cleanup = Driver::start(
            Arc::new(CleanupReconciler::new(ports.clone())),
            options(16, 5),
            stop.clone(),
        );
        let deletions = Driver::start(
            Arc::new(DeletionReconciler::new(ports.clone())),
            options(8, 5),
            stop.clone(),
        );
        let pulls = Driver::start(
            Arc::new(PullReconciler::new(ports.clone())),
            options(16, 5),
            stop.clone(),
        );
        let capabilities = Driver::start(
            Arc::new(CapabilityReconciler::new(ports.clone())),
            options(8, 30),
            stop.clone(),
        );
        let events = Driver::start(
            Arc::new(EventReconciler::new(ports.clone())),
            options(16, 0),
            stop.clone(),
        );
        let arrivals = tokio::spawn(EventReconciler::wake_from_events(
            ports.events.clone(),
            events.waking(),
            stop.clone(),
        ));
        let housekeeping = Driver::start(
            Arc::new(HousekeepingReconciler::new(
                ports.clone(),
                orders.audit_kept,
            )),
            options(1, 0),
            stop.clone(),
        );
        let wake = tokio::spawn(wake::wake_from_changes(
            Arc::clone(&ports.store),
            vec![
                (&[Topic::Registry], Box::new(health.waking())),
                (
                    // A registry that answers again is read on; what people want read, too.
                    &[Topic::Registry, Topic::RegistryHealth, Topic::RegistryCrawl],
                    Box::new(crawl.waking()),
                ),
                (&[Topic::Registry], Box::new(cleanup.waking())),
                (&[Topic::Registry], Box::new(pulls.waking())),
                (&[Topic::Registry], Box::new(capabilities.waking())),
            ],
            stop.clone(),
        ));
        let wishes = tokio::spawn(wake::wake_from_wishes(
            ports.wishes.clone(),
            vec![
                Box::new({
                    let wake = health.waking();
                    // A person's test has passed: what was rejected before may not be any more.
                    move |id| {
                        retrying.retry_account(id);
                        wake(id);
                    }
                }),
                Box::new({
                    let wake = crawl.waking();
                    // How many repositories there are is a figure that is taken anew, too.
                    move |id| {
                        listing.list_names(id);
                        wake(id);
                    }
                }),
                Box::new(capabilities.waking()),
            ],
            stop.clone(),
        ));
        let search = tokio::spawn(crate::search::follow(
            Arc::clone(&ports.store),
            ports.search.clone(),
            stop.clone(),
        ));
        let refusals = tokio::spawn({
            let (refusals, ports) = (Arc::clone(&orders.refusals), ports.clone());
            let stop = stop.clone();
            async move { refusals.keep_writing(ports.store.as_ref(), stop).await }
        });
        Self {
            health,
            capabilities,
            cleanup,
            deletions,
            crawl,
            pulls,
            events,
            arrivals,
            housekeeping,
            wake,
            wishes,
            search,
            reports,
            unreported,
            refusals,
            last_refusals: (orders.refusals, ports.clone()),
        }
    }

    /// Waits until every duty has ended and its last reports are written. To be called when nobody
    /// is served any more, so that the last refusals are among them.
    pub async fn ended(self) {
        self.health.ended().await;
        self.crawl.ended().await;
        self.cleanup.ended().await;
        self.deletions.ended().await;
        self.pulls.ended().await;
        self.capabilities.ended().await;
        self.events.ended().await;
        let _ = self.arrivals.await;
        self.housekeeping.ended().await;
        let _ = self.wake.await;
        let _ = self.wishes.await;
        let _ = self.search.await;
        self.unreported.cancel();
        let _ = self.reports.await;
        let _ = self.refusals.await;
        let (refusals, ports) = self.last_refusals;
        refusals.flush(ports.store.as_ref()).await;
    }
}
