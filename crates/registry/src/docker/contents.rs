//! What artifacts in a Docker Registry are made of.

use super::DockerAdapter;
use super::read::{TITLE, descriptor, kind_of, parsed, wire, wire_descriptor};
use async_trait::async_trait;
use roadstead_core::model::{Descriptor, Digest};
use roadstead_core::ports::{Contents, Document, Documents, Read, RegistryError};
use roadstead_oci as oci;
use roadstead_oci::{Content, Pointer};

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
        let (named, config) = match &manifest.content {
            // A list names manifests, and what nobody knows names nothing.
            Content::Index(_) | Content::Unknown => (Vec::new(), None),
            Content::Image(image) => {
                let all = image.layers.iter().chain([&image.config]);
                let found = &image.config.digest;
                let mut layers = image.layers.iter().map(|layer| &layer.digest);
                let config = descriptor(&image.config).filter(|_| !layers.any(|one| one == found));
                (
                    all.filter_map(document).collect(),
                    config.map(|one| one.digest),
                )
            }
        };
        Ok(Documents {
            kind,
            named,
            config,
        })
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
