//! Deleting in a Docker Registry.

use super::DockerAdapter;
use super::observe::answered;
use super::read::{parsed, pointer, wire};
use async_trait::async_trait;
use roadstead_core::model::{Digest, TagName};
use roadstead_core::ports::{ArtifactPointer, Deletable, Deletion, RegistryError};
use roadstead_oci::Tag;

#[async_trait]
impl Deletion for DockerAdapter {
    async fn deletable(&self, repository: &str) -> Result<Deletable, RegistryError> {
        let repository = self.client.repository(parsed(repository)?);
        let artifacts = match repository.look_at_deletion().await {
            // Whoever is rejected does not go on asking: that locks accounts.
            Err(RegistryError::Unauthorized) => return Err(RegistryError::Unauthorized),
            looked => answered(looked),
        };
        let tags = answered(repository.look_at_tag_deletion().await);
        Ok(Deletable { artifacts, tags })
    }

    async fn delete_artifact(
        &self,
        repository: &str,
        digest: &Digest,
    ) -> Result<(), RegistryError> {
        let repository = self.client.repository(parsed(repository)?);
        repository.delete_manifest(&wire(digest)?).await
    }

    async fn delete_tag(&self, repository: &str, tag: &TagName) -> Result<(), RegistryError> {
        let repository = self.client.repository(parsed(repository)?);
        let tag = Tag::parse(tag.as_str()).map_err(|_| RegistryError::NotFound)?;
        repository.delete_tag(&tag).await
    }

    async fn holds(&self, repository: &str, what: &ArtifactPointer) -> Result<bool, RegistryError> {
        let repository = self.client.repository(parsed(repository)?);
        repository.holds(&pointer(what)?).await
    }
}
