//! What artifacts are made of, byte by byte, from their registry at the moment somebody asks.
//!
//! What is given is named by its digest, so a byte that is not right is found out. Everything is
//! read to its end and held against its digest before the first byte is given: 32 MiB at most are
//! little enough to be held, and nothing unverified leaves.

use super::SessionService;
use super::connected::Connected;
use super::registry_tests::TestTimes;
use super::room::{Held, Room};
use crate::context::Ports;
use roadstead_core::model::{Artifact, ArtifactKind, Digest, RepositoryId, RequestContext};
use roadstead_core::ports::{Contents, Document, RegistryError};
use roadstead_core::rules::{file_name, manifest_file_name};
use roadstead_core::{ErrorCode, Failure};
use tokio::time::Instant;

/// The largest document that is given, in bytes.
const LARGEST: u64 = 32 << 20;
/// The largest manifest there is.
const MANIFEST: u64 = 4 << 20;
/// The largest configuration of an image that is read anywhere.
const CONFIG: u64 = 4 << 20;
/// Manifests and documents a person may ask for in a minute.
const A_MINUTE: usize = 60;

/// Bytes that have their digest, and what they are called.
#[derive(Debug)]
pub struct ReadFile {
    /// The whole of it.
    pub bytes: Vec<u8>,
    /// A name without a path in it.
    pub name: String,
    /// Room in memory: to be kept as long as the bytes are.
    pub held: Held,
}

/// Giving out what artifacts are made of.
pub struct ContentsService {
    ports: Ports,
    times: TestTimes,
    room: Room,
}

impl ContentsService {
    pub(crate) fn new(ports: Ports) -> Self {
        Self {
            ports,
            times: TestTimes::default(),
            room: Room::new(),
        }
    }

    /// The manifest of an artifact of a repository, whatever it says.
    ///
    /// # Errors
    /// A repository that is absent or not to be seen, or a digest that is not in it;
    /// [`ErrorCode::ContentsLimit`], [`ErrorCode::ContentsBusy`]; a registry that may not be asked
    /// now, its own trouble, and bytes that do not have the digest ([`ErrorCode::UpstreamProtocol`]).
    pub async fn manifest(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
        digest: &Digest,
    ) -> Result<ReadFile, Failure> {
        self.known(ctx, id, digest).await?;
        let (repository, connected) = self.connect(ctx, id).await?;
        let held = self.room(ctx, MANIFEST).await?;
        let bytes = of(&connected)?.manifest(&repository, digest).await?;
        Ok(ReadFile {
            bytes,
            name: manifest_file_name(digest),
            held,
        })
    }

    /// A blob that an artifact names: what a signature, a bill of materials, a chart or another
    /// document holds, or the configuration of an image. Layers of images are not given: whoever wants
    /// those pulls the image.
    ///
    /// # Errors
    /// As [`Self::manifest`]; a blob which the artifact does not name is not there;
    /// [`ErrorCode::ContentsImage`], [`ErrorCode::ContentsTooLarge`].
    pub async fn blob(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
        digest: &Digest,
        blob: &Digest,
    ) -> Result<ReadFile, Failure> {
        let known = self.known(ctx, id, digest).await?;
        // What the index knows already needs no question; it keeps no names, and may have read
        // nothing yet.
        if known.read {
            let layer = known.layers.iter().any(|one| of_digest(&one.digest, blob));
            let config = known.config.as_ref();
            let config = config.is_some_and(|one| of_digest(&one.digest, blob));
            may_give(known.kind, layer || config, config && !layer)?;
        }
        let (repository, connected) = self.connect(ctx, id).await?;
        let contents = of(&connected)?;
        let (kind, document, config) = {
            let _held = self.room(ctx, MANIFEST).await?;
            let found = contents.documents(&repository, digest).await?;
            let mut named = found.named.into_iter();
            let config = found.config.is_some_and(|one| of_digest(&one, blob));
            (found.kind, named.find(|one| is(one, blob)), config)
        };
        may_give(kind, document.is_some(), config)?;
        let Document { descriptor, title } = document.ok_or_else(Failure::not_found)?;
        let most = match kind {
            ArtifactKind::Image => CONFIG,
            _ => LARGEST,
        };
        if descriptor.size_bytes > most {
            return Err(Failure::new(ErrorCode::ContentsTooLarge)
                .with("size_bytes", descriptor.size_bytes)
                .with("limit_bytes", most));
        }
        let held = self.room(ctx, descriptor.size_bytes).await?;
        let bytes = contents.blob(&repository, &descriptor).await?;
        let media_type = &descriptor.media_type;
        Ok(ReadFile {
            bytes,
            name: file_name(title.as_deref(), kind, blob, media_type),
            held,
        })
    }

    /// An artifact as the index knows it: whoever may see it may read what it is made of.
    async fn known(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
        digest: &Digest,
    ) -> Result<Artifact, Failure> {
        let found = self.ports.store.artifact(id, digest, &ctx.visible).await?;
        found.ok_or_else(Failure::not_found)
    }

    /// The repository's name and its registry, if that may be asked.
    async fn connect(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
    ) -> Result<(String, Connected), Failure> {
        let person = SessionService::person(ctx)?;
        self.times
            .begin((person.id, true), A_MINUTE, Instant::now())
            .map_err(|wait| {
                Failure::new(ErrorCode::ContentsLimit).with("retry_after_s", wait.as_secs().max(1))
            })?;
        let store = &self.ports.store;
        let found = store.repository(id, &ctx.visible).await?;
        let repository = found.ok_or_else(Failure::not_found)?.repository;
        let target = store.registry_target(repository.registry_id).await?;
        let target = target.ok_or_else(Failure::not_found)?;
        let connected = Connected::to(&self.ports, target).await?;
        Ok((repository.name, connected))
    }

    async fn room(&self, ctx: &RequestContext, bytes: u64) -> Result<Held, Failure> {
        let person = SessionService::person(ctx)?;
        self.room.take(person.id, bytes).await
    }
}

fn is(document: &Document, wanted: &Digest) -> bool {
    of_digest(&document.descriptor.digest, wanted)
}

fn of_digest(found: &Digest, wanted: &Digest) -> bool {
    found == wanted
}

fn of(connected: &Connected) -> Result<&dyn Contents, Failure> {
    let contents = connected.adapter.contents();
    contents.ok_or_else(|| RegistryError::Unsupported.into())
}

/// Whether a blob is given, of an artifact of this kind which names it or does not, as its
/// configuration or otherwise.
fn may_give(kind: ArtifactKind, named: bool, config: bool) -> Result<(), Failure> {
    if !named {
        return Err(Failure::not_found());
    }
    if kind == ArtifactKind::Image && !config {
        return Err(Failure::new(ErrorCode::ContentsImage));
    }
    Ok(())
}
