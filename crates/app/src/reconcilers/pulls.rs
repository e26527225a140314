//! Proves whether everybody may pull from a Docker Registry, on real repositories, again and again;
//! and that an account that every namespace may pull with still cannot write. Losing sight changes
//! nothing; a refusal closes at the first sign.

use crate::context::Ports;
use crate::driver::{Outcome, Reconciler, Wake};
use crate::reconcilers::identity::may_show_account;
use crate::services::connection_of;
use crate::services::pull_trial::{
    SAMPLE, anonymous_proof, pull_connection_of, space_of, try_anonymous, try_writing, write_proof,
};
use async_trait::async_trait;
use roadstead_core::model::{
    ConditionStatus, ConditionType, CredentialMode, Registry, RegistryId, RegistryKind, Timestamp,
    WriteProof,
};
use roadstead_core::ports::{PullObservation, PullTarget, RegistryError, Sample};
use roadstead_core::rules::{Delivered, delivered};
use roadstead_core::{ErrorCode, Failure};
use std::time::Duration;

/// Between two proofs.
const EVERY: Duration = Duration::from_secs(60);
/// After a registry did not answer.
const RETRY: Duration = Duration::from_secs(15);
/// Between two uploads opened to see whether that is still refused: each leaves a trace upstream
/// for a moment.
const WRITE_EVERY: Duration = Duration::from_secs(3_600);
/// An unchanged proof is written this often, so that its age stays true.
const WRITTEN_EVERY: Duration = Duration::from_secs(300);

/// Tries out who may pull.
pub struct PullReconciler {
    ports: Ports,
}

impl PullReconciler {
    /// Builds it.
    #[must_use]
    pub const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    async fn prove(&self, id: RegistryId) -> Result<Outcome, Failure> {
        let Some(pull) = self.ports.store.pull_target(id).await? else {
            return Ok(Outcome::Gone);
        };
        let registry = &pull.target.registry;
        if registry.kind != RegistryKind::Docker {
            return Ok(Outcome::Gone);
        }
        // Whoever answers for a suspended one proves nothing about it, and is shown no account.
        if registry.suspension.is_some() || !answers(registry) {
            return Ok(Outcome::Again(RETRY));
        }
        let connection = match connection_of(&self.ports, &pull.target) {
            Ok(connection) => connection,
            // The health loop says so.
            Err(failure) if failure.code == ErrorCode::CredentialUnreadable => {
                return Ok(Outcome::Again(EVERY));
            }
            Err(failure) => return Err(failure),
        };
        let adapter = self
            .ports
            .connector_of(registry.owner)
            .connect(connection)?;
        if let Err(error) = may_show_account(adapter.as_ref(), registry).await {
            return Ok(unseen(id, &error));
        }
        let Some(probe) = adapter.pulls() else {
            return Ok(Outcome::Gone);
        };
        let sample = match probe.sample(SAMPLE).await {
            Ok(sample) => sample,
            // Rejected: asking on locks the account.
            Err(RegistryError::Unauthorized) => return Ok(Outcome::Again(EVERY)),
            Err(error) => return Ok(unseen(id, &error)),
        };
        let found = match try_anonymous(probe, &sample).await {
            Ok(found) => found,
            Err(error) if pull.access.anonymous.is_some() => return Ok(unseen(id, &error)),
            Err(error) => (ConditionStatus::Unknown, error.reason(), 0),
        };
        let now = self.ports.clock.now();
        let known = pull.access.anonymous.as_ref();
        let proof = anonymous_proof(known, found, now);
        let anonymous = (known.is_none_or(|known| {
            (known.status, known.reason, known.repositories)
                != (proof.status, proof.reason, proof.repositories)
                || now.since(known.checked_at) >= WRITTEN_EVERY
        }))
        .then_some(proof);
        let write = self.write_again(&pull, &sample, now).await?;
        if anonymous.is_some() || write.is_some() {
            let seen = PullObservation {
                id,
                generation: registry.generation,
                anonymous,
                write,
                now,
            };
            self.ports.store.record_pull(seen).await?;
        }
        Ok(Outcome::Again(EVERY))
    }

    /// The account of a consent is tried again: it must not be able to write one day.
    async fn write_again(
        &self,
        pull: &PullTarget,
        sample: &Sample,
        now: Timestamp,
    ) -> Result<Option<WriteProof>, Failure> {
        let registry = &pull.target.registry;
        let address = registry.address.to_string();
        let Some(account) = delivered(&space_of(registry, &address, &pull.access)) else {
            return Ok(None);
        };
        if pull.access.consent.is_none() && account.mode != CredentialMode::Supplied {
            return Ok(None);
        }
        let known = pull
            .access
            .write
            .as_ref()
            .filter(|known| (known.mode, &known.username) == (account.mode, &account.username));
        if known.is_some_and(|known| now.since(known.checked_at) < WRITE_EVERY) {
            return Ok(None);
        }
        self.write(pull, &account, known, sample).await
    }

    async fn write(
        &self,
        pull: &PullTarget,
        account: &Delivered,
        known: Option<&WriteProof>,
        sample: &Sample,
    ) -> Result<Option<WriteProof>, Failure> {
        let registry = &pull.target.registry;
        let connection = match account.mode {
            CredentialMode::Supplied => pull_connection_of(&self.ports, pull)?,
            _ => Some(connection_of(&self.ports, &pull.target)?),
        };
        let Some(connection) = connection else {
            return Ok(None);
        };
        let adapter = self
            .ports
            .connector_of(registry.owner)
            .connect(connection)?;
        let found = try_writing(&self.ports, registry.id, adapter.as_ref(), sample).await?;
        let now = self.ports.clock.now();
        Ok(Some(write_proof(known, account, found, now)))
    }
}

fn answers(registry: &Registry) -> bool {
    registry
        .conditions
        .iter()
        .any(|c| c.kind == ConditionType::Reachable && c.status == ConditionStatus::True)
}

fn unseen(id: RegistryId, error: &RegistryError) -> Outcome {
    tracing::debug!(registry_id = %id, %error, "pulls not tried");
    Outcome::Again(RETRY)
}

#[async_trait]
impl Reconciler for PullReconciler {
    type Key = RegistryId;

    fn name(&self) -> &'static str {
        "pulls"
    }

    async fn keys(&self) -> Result<Vec<RegistryId>, Failure> {
        Ok(self.ports.store.registry_ids().await?)
    }

    async fn run(&self, id: RegistryId, _: Wake) -> Outcome {
        match self.prove(id).await {
            Ok(outcome) => outcome,
            Err(failure) => {
                tracing::warn!(registry_id = %id, code = %failure.code, cause = failure.internal(), "pulls not tried");
                Outcome::Failed
            }
        }
    }
}
