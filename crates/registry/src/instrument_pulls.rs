//! Trying out within the limits of every other call.

use crate::instrument::Instrumented;
use async_trait::async_trait;
use roadstead_core::ports::{
    AnonymousPull, PullProbe, RegistryAdapter, RegistryError, Sample, Sampled, UploadTrial,
};

impl<A: RegistryAdapter> Instrumented<A> {
    fn probe_of(&self) -> Result<&dyn PullProbe, RegistryError> {
        self.inner.pulls().ok_or(RegistryError::Unsupported)
    }
}

#[async_trait]
impl<A: RegistryAdapter> PullProbe for Instrumented<A> {
    async fn sample(&self, most: usize) -> Result<Sample, RegistryError> {
        let probe = self.probe_of()?;
        self.trial("sample", probe.sample(most)).await
    }

    async fn anonymous_pull(&self, sample: &[Sampled]) -> Result<AnonymousPull, RegistryError> {
        let probe = self.probe_of()?;
        self.trial("anonymous_pull", probe.anonymous_pull(sample))
            .await
    }

    async fn anonymous_admitted(&self) -> Result<bool, RegistryError> {
        let probe = self.probe_of()?;
        self.trial("anonymous_admitted", probe.anonymous_admitted())
            .await
    }

    async fn account_reads(&self, sampled: &Sampled) -> Result<bool, RegistryError> {
        let probe = self.probe_of()?;
        self.trial("account_reads", probe.account_reads(sampled))
            .await
    }

    async fn open_upload(&self, repository: &str) -> Result<UploadTrial, RegistryError> {
        let probe = self.probe_of()?;
        self.trial("open_upload", probe.open_upload(repository))
            .await
    }
}
