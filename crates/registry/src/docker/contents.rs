//! What artifacts in a Docker Registry are made of.

use super::DockerAdapter;
use super::read::{descriptor, kind_of, parsed, wire, wire_descriptor};
use async_trait::async_trait;
use roadstead_core::model::{Descriptor, Digest};
use roadstead_core::ports::{Contents, Document, Documents, Read, RegistryError};
use roadstead_oci as oci;
use roadstead_oci::{Content, Pointer};

/// What a file is called, by the specification's annotation.
const TITLE: &str = "org.opencontainers.image.title";

#[async_trait]
impl Contents for DockerAdapter {
    async fn manifest(&self, repository: &str, digest: &Digest) -> Read<Vec<u8>> {
        let repository = self.client.repository(parsed(repository)?);
        let bytes = repository.manifest_bytes(&wire(digest)?).await?;
        Ok(bytes.into())
    }

    async fn documents(&self, repository: &str, digest: &Digest) -> Read<Documents> {
        let repository = self.client.repository(parsed(repository)?);
        let pointer = Pointer::Digest(wire(digest)?);
        let manifest = repository.manifest(&pointer).await?;
        let kind = kind_of(&manifest);
        let named = match &manifest.content {
            // A list names manifests, and what nobody knows names nothing.
            Content::Index(_) | Content::Unknown => Vec::new(),
            Content::Image(image) => {
                let all = image.layers.iter().chain([&image.config]);
                all.filter_map(document).collect()
            }
        };
        Ok(Documents { kind, named })
    }

    async fn blob(&self, repository: &str, blob: &Descriptor) -> Read<Vec<u8>> {
        let repository = self.client.repository(parsed(repository)?);
        let mut pieces = repository.blob(&wire_descriptor(blob)?).await?;
        let mut bytes = Vec::new();
        // It ends well only when size and digest are right.
        while let Some(piece) = pieces.next().await? {
            bytes.extend_from_slice(&piece);
        }
        // What a manifest says of the size is not believed before the bytes are there.
        match u64::try_from(bytes.len()) {
            Ok(size) if size == blob.size_bytes => Ok(bytes),
            _ => Err(RegistryError::Protocol(
                "the blob does not have its size".to_owned(),
            )),
        }
    }
}

fn document(found: &oci::Descriptor) -> Option<Document> {
    Some(Document {
        descriptor: descriptor(found)?,
        title: found.annotations.get(TITLE).cloned(),
    })
}
