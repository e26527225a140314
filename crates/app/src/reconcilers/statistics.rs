//! Counts what registries hold, politely: a count is repeated after 60 s, or later when counting
//! takes long, so that a registry spends at most half a percent of its time on it.

use crate::context::Ports;
use crate::driver::{Outcome, Reconciler, Wake};
use crate::reconcilers::identity::expected_server;
use crate::services::connection_of;
use async_trait::async_trait;
use futures::StreamExt as _;
use roadstead_core::Failure;
use roadstead_core::model::{
    ConditionStatus, ConditionType, Observed, Registry, RegistryId, RegistryKind, Unavailable,
};
use roadstead_core::ports::{
    CrawlScope, Crawled, RegistryAdapter, RegistryError, StatisticsObservation,
};
use roadstead_core::rules::KnownNames;
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_secs(60);
/// Pause after a count, as a multiple of what it took.
const REST: u32 = 200;
/// A count that takes longer is given up, so that its place is free for others.
const DEADLINE: Duration = Duration::from_secs(300);
/// After a rejected account; the health loop says when it is accepted again.
const REJECTED: Duration = Duration::from_secs(300);
/// When a registry does not answer, its figures stay as they were and are tried again after this.
const RETRY: Duration = Duration::from_secs(15);

/// Counts repositories.
pub struct StatisticsReconciler {
    ports: Ports,
}

impl StatisticsReconciler {
    /// Builds it.
    #[must_use]
    pub const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    /// Keeps a few names, by which the registry is known again at another address. One that was
    /// emptied keeps those it had.
    async fn keep_names(&self, of: &Registry, names: KnownNames) -> Result<(), Failure> {
        let names = names.into_names();
        let store = &self.ports.store;
        if !names.is_empty() && names != store.known_names(of.id).await? {
            store
                .record_known_names(of.id, of.generation, names)
                .await?;
        }
        Ok(())
    }

    async fn count(&self, id: RegistryId) -> Result<Outcome, Failure> {
        let Some(target) = self.ports.store.registry_target(id).await? else {
            return Ok(Outcome::Gone);
        };
        let before = &target.registry;
        if before.suspension.is_some() {
            // Who answers there now is not whom the figures would be of.
            return Ok(Outcome::Again(EVERY));
        }
        if !has(before, ConditionType::Reachable, ConditionStatus::True) {
            return Ok(Outcome::Again(RETRY));
        }
        if has(
            before,
            ConditionType::CredentialsValid,
            ConditionStatus::False,
        ) {
            // Asking on with a rejected password locks the account.
            return Ok(Outcome::Again(EVERY));
        }
        let adapter = self
            .ports
            .connector_of(before.owner)
            .connect(connection_of(&self.ports, &target)?)?;
        let begun = Instant::now();
        let mut names = KnownNames::default();
        let counting = async {
            expected_server(adapter.as_ref(), before.identity.as_ref()).await?;
            count_repositories(adapter.as_ref(), &mut names).await
        };
        let counted = tokio::time::timeout(DEADLINE, counting)
            .await
            .unwrap_or(Err(RegistryError::Timeout));
        if counted == Err(RegistryError::IdentityChanged) {
            // The health duty sees it, too, and says so.
            return Ok(Outcome::Again(RETRY));
        }
        if counted.is_ok() {
            self.keep_names(before, names).await?;
        }
        let now = self.ports.clock.now();
        let repositories = match counted {
            Ok(count) => Observed::known(count, now),
            // It will not say; that is an answer too.
            Err(
                RegistryError::Unsupported | RegistryError::NotFound | RegistryError::Forbidden,
            ) => Observed::unknown(Unavailable::NotOffered),
            // It wants an account and has none: the same answer.
            Err(RegistryError::Unauthorized) if before.username.is_none() => {
                Observed::unknown(Unavailable::NotOffered)
            }
            Err(RegistryError::Unauthorized) => return Ok(Outcome::Again(REJECTED)),
            Err(error) => {
                tracing::debug!(registry_id = %id, %error, "count failed");
                if before.statistics.repositories.value.is_some() {
                    return Ok(Outcome::Again(RETRY));
                }
                Observed::unknown(Unavailable::Unreachable)
            }
        };
        let spaces = match before.kind {
            // The whole registry is its one space.
            RegistryKind::Docker => Observed::known(1, now),
            RegistryKind::Harbor | RegistryKind::Jfrog => before.statistics.spaces,
        };
        let differs =
            |a: Observed, b: Observed| (a.value, a.unavailable) != (b.value, b.unavailable);
        let news = differs(repositories, before.statistics.repositories)
            || differs(spaces, before.statistics.spaces);
        let seen = StatisticsObservation {
            id,
            generation: before.generation,
            spaces,
            repositories,
            news,
        };
        self.ports.store.record_statistics(vec![seen]).await?;
        Ok(Outcome::Again(EVERY.max(begun.elapsed() * REST)))
    }
}

fn has(registry: &Registry, kind: ConditionType, status: ConditionStatus) -> bool {
    registry
        .conditions
        .iter()
        .any(|c| c.kind == kind && c.status == status)
}

async fn count_repositories(
    adapter: &dyn RegistryAdapter,
    names: &mut KnownNames,
) -> Result<i64, RegistryError> {
    let mut batches = adapter.crawl(CrawlScope::Registry, None);
    let mut count = 0_i64;
    while let Some(batch) = batches.next().await {
        let found = batch?.found;
        for found in &found {
            if let Crawled::Repository { name } = found {
                names.see(name);
                count = count.saturating_add(1);
            }
        }
    }
    Ok(count)
}

#[async_trait]
impl Reconciler for StatisticsReconciler {
    type Key = RegistryId;

    fn name(&self) -> &'static str {
        "statistics"
    }

    async fn keys(&self) -> Result<Vec<RegistryId>, Failure> {
        Ok(self.ports.store.registry_ids().await?)
    }

    async fn run(&self, id: RegistryId, _: Wake) -> Outcome {
        match self.count(id).await {
            Ok(outcome) => outcome,
            Err(failure) => {
                tracing::warn!(registry_id = %id, code = %failure.code, cause = failure.internal(), "statistics not counted");
                Outcome::Failed
            }
        }
    }
}
