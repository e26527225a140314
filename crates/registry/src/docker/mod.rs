//! CNCF Distribution, and any registry with the OCI API.

mod contents;
mod crawl;
mod deletion;
mod identity;
mod observe;
mod probe;
mod pulls;
mod read;

use async_trait::async_trait;
use futures::stream::BoxStream;
use roadstead_core::model::{
    Connection, Descriptor, Digest, LedgerEntry, LedgerKind, Listed, PeerCertificate, ProbeDepth,
    ProbeReport, RegistryKind, ServerIdentity, TlsPolicy,
};
use roadstead_core::ports::{
    ArtifactPointer, Contents, CrawlBatch, CrawlCursor, CrawlScope, Deletion, Observation,
    PullProbe, Read, ReadArtifact, ReadConfig, RegistryAdapter, RegistryError, StepSink, TagList,
};
use roadstead_oci::{Deadlines, Names, OciClient, OciSettings, OutboundPolicy, RepositoryName};
use std::sync::Arc;

/// The connection of a plain http address, as a fact.
const PLAIN: &str = "plain";

/// The adapter for one Docker Registry.
pub(crate) struct DockerAdapter {
    client: OciClient,
    /// How the connection is protected, as a fact of the connection test.
    tls: &'static str,
    /// The server that must answer before the account is sent.
    expected: Option<ServerIdentity>,
    /// What a person listed, for a registry that gives no catalogue.
    listed: Listed,
}

impl DockerAdapter {
    /// Https whose certificate is not judged.
    const UNVERIFIED: &str = "unverified";

    pub(crate) fn new(
        connection: Connection,
        policy: Arc<OutboundPolicy>,
        names: Arc<dyn Names>,
        user_agent: &str,
    ) -> Result<Self, RegistryError> {
        let tls = if connection.address.is_plain_http() {
            PLAIN
        } else if connection.tls == TlsPolicy::Skip {
            Self::UNVERIFIED
        } else {
            "verified"
        };
        let client = OciClient::new(OciSettings {
            address: connection.address,
            tls: connection.tls,
            account: connection.account,
            token_service: connection.token_service,
            pinned_key: connection.identity.as_ref().and_then(|i| i.key.clone()),
            policy,
            names,
            deadlines: Deadlines::default(),
            user_agent: user_agent.to_owned(),
        })?;
        Ok(Self {
            client,
            tls,
            expected: connection.identity,
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

    fn certificate(&self) -> Option<PeerCertificate> {
        self.client.certificate()
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

    async fn remove_made(&self, entry: &LedgerEntry) -> Result<(), RegistryError> {
        let (LedgerKind::Upload, Some(place)) = (entry.kind, &entry.reference) else {
            return Err(RegistryError::Unsupported);
        };
        let name = RepositoryName::parse(&entry.name).map_err(|_| RegistryError::Unsupported)?;
        self.client.repository(name).cancel_upload(place).await
    }

    fn pulls(&self) -> Option<&dyn PullProbe> {
        Some(self)
    }

    fn deletion(&self) -> Option<&dyn Deletion> {
        Some(self)
    }

    fn contents(&self) -> Option<&dyn Contents> {
        Some(self)
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
