//! CNCF Distribution, and any registry with the OCI API.

mod crawl;
mod probe;
mod read;

use async_trait::async_trait;
use futures::stream::BoxStream;
use roadstead_core::model::{Connection, ProbeDepth, ProbeReport, RegistryKind, TlsPolicy};
use roadstead_core::model::{Descriptor, Digest};
use roadstead_core::ports::{
    ArtifactPointer, CrawlBatch, CrawlCursor, CrawlScope, Read, ReadArtifact, ReadConfig,
    RegistryAdapter, RegistryError, StepSink, TagList,
};
use roadstead_oci::{Deadlines, OciClient, OciSettings, OutboundPolicy};
use std::sync::Arc;

/// The adapter for one Docker Registry.
pub(crate) struct DockerAdapter {
    client: OciClient,
    /// How the connection is protected, as a fact of the connection test.
    tls: &'static str,
}

impl DockerAdapter {
    pub(crate) fn new(
        connection: Connection,
        policy: Arc<OutboundPolicy>,
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
            deadlines: Deadlines::default(),
            user_agent: user_agent.to_owned(),
        })?;
        Ok(Self { client, tls })
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
        crawl::run(&self.client, scope, from)
    }

    async fn repository(&self, name: &str) -> Read<TagList> {
        read::repository(&self.client, name).await
    }

    async fn artifact(&self, repository: &str, pointer: &ArtifactPointer) -> Read<ReadArtifact> {
        read::artifact(&self.client, repository, pointer).await
    }

    async fn moved(
        &self,
        repository: &str,
        tag: &str,
        known: Option<&Digest>,
    ) -> Read<Option<Digest>> {
        read::moved(&self.client, repository, tag, known).await
    }

    async fn config(&self, repository: &str, config: &Descriptor) -> Read<ReadConfig> {
        read::config(&self.client, repository, config).await
    }

    fn requests(&self) -> u64 {
        self.client.requests()
    }
}
