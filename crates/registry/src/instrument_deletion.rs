//! Deleting within the limits of every other call.

use crate::instrument::Instrumented;
use async_trait::async_trait;
use roadstead_core::model::{Digest, TagName};
use roadstead_core::ports::{ArtifactPointer, Deletable, Deletion, RegistryAdapter, RegistryError};

impl<A: RegistryAdapter> Instrumented<A> {
    fn deletion_of(&self) -> Result<&dyn Deletion, RegistryError> {
        self.inner.deletion().ok_or(RegistryError::Unsupported)
    }
}

#[async_trait]
impl<A: RegistryAdapter> Deletion for Instrumented<A> {
    async fn deletable(&self, repository: &str) -> Result<Deletable, RegistryError> {
        let deletion = self.deletion_of()?;
        self.trial("deletable", deletion.deletable(repository))
            .await
    }

    async fn delete_artifact(
        &self,
        repository: &str,
        digest: &Digest,
    ) -> Result<(), RegistryError> {
        let deletion = self.deletion_of()?;
        let asked = deletion.delete_artifact(repository, digest);
        self.trial("delete_artifact", asked).await
    }

    async fn delete_tag(&self, repository: &str, tag: &TagName) -> Result<(), RegistryError> {
        let deletion = self.deletion_of()?;
        self.trial("delete_tag", deletion.delete_tag(repository, tag))
            .await
    }

    async fn holds(&self, repository: &str, what: &ArtifactPointer) -> Result<bool, RegistryError> {
        let deletion = self.deletion_of()?;
        self.trial("holds", deletion.holds(repository, what)).await
    }
}
