//! CNCF Distribution, and any registry with the OCI API.

mod crawl;
mod observe;
mod probe;

use async_trait::async_trait;
use futures::stream::BoxStream;
use roadstead_core::model::{Connection, Listed, ProbeDepth, ProbeReport, RegistryKind, TlsPolicy};
use roadstead_core::ports::{
    CrawlBatch, CrawlCursor, CrawlScope, Observation, RegistryAdapter, RegistryError, StepSink,
};
use roadstead_oci::{Deadlines, Names, OciClient, OciSettings, OutboundPolicy};
use std::sync::Arc;

/// The adapter for one Docker Registry.
pub(crate) struct DockerAdapter {
    client: OciClient,
    /// How the connection is protected, as a fact of the connection test.
    tls: &'static str,
    /// What a person listed, for a registry that gives no catalogue.
    listed: Listed,
}

impl DockerAdapter {
    pub(crate) fn new(
        connection: Connection,
        policy: Arc<OutboundPolicy>,
        names: Arc<dyn Names>,
        user_agent: &str,
    ) -> Result<Self, RegistryError> {
        let tls = if connection.address.is_plain_http() {
            "plain"
        } else if connection.tls == TlsPolicy::Skip {
            "unverified"
        } else {
            "verified"
        };
        let client = OciClient::new(OciSettings {
            address: connection.address,
            tls: connection.tls,
            account: connection.account,
            token_service: connection.token_service,
            policy,
            names,
            deadlines: Deadlines::default(),
            user_agent: user_agent.to_owned(),
        })?;
        Ok(Self {
            client,
            tls,
            listed: connection.listed,
        })
    }

    /// Whether a repository of the catalogue counts. Whoever named prefixes wants what they and
    /// the list cover; a list alone only stands in for a catalogue that is missing.
    fn is_wanted(&self, name: &str) -> bool {
        self.listed.prefixes().next().is_none() || self.listed.covers(name)
    }
}

#[async_trait]
impl RegistryAdapter for DockerAdapter {
    fn kind(&self) -> RegistryKind {
        RegistryKind::Docker
    }

    async fn probe(&self, depth: ProbeDepth, steps: StepSink<'_>) -> ProbeReport {
        probe::run(self, depth, steps).await
    }

    fn crawl(
        &self,
        scope: CrawlScope,
        from: Option<CrawlCursor>,
    ) -> BoxStream<'_, Result<CrawlBatch, RegistryError>> {
        crawl::run(self, scope, from)
    }

    async fn observe(&self) -> Result<Observation, RegistryError> {
        observe::run(self).await
    }
}
