//! Giving what artifacts are made of, within the limits of every other call.

use crate::instrument::Instrumented;
use async_trait::async_trait;
use roadstead_core::model::{Descriptor, Digest};
use roadstead_core::ports::{Contents, Documents, Read, RegistryAdapter, RegistryError};

impl<A: RegistryAdapter> Instrumented<A> {
    fn contents_of(&self) -> Read<&dyn Contents> {
        self.inner.contents().ok_or(RegistryError::Unsupported)
    }
}

#[async_trait]
impl<A: RegistryAdapter> Contents for Instrumented<A> {
    async fn manifest(&self, repository: &str, digest: &Digest) -> Read<Vec<u8>> {
        let contents = self.contents_of()?;
        self.read("manifest", contents.manifest(repository, digest))
            .await
    }

    async fn documents(&self, repository: &str, digest: &Digest) -> Read<Documents> {
        let contents = self.contents_of()?;
        self.read("documents", contents.documents(repository, digest))
            .await
    }

    async fn blob(&self, repository: &str, blob: &Descriptor) -> Read<Vec<u8>> {
        let contents = self.contents_of()?;
        self.read("blob", contents.blob(repository, blob)).await
    }
}
