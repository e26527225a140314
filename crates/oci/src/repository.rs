//! What is in one repository: manifests, configurations, deletion.

use crate::blob::Blob;
use crate::client::OciClient;
use crate::error::{from_status, protocol};
use crate::hashing::Hasher;
use crate::image_config::{CONFIG_BYTES, ImageConfig};
use crate::manifest::{Content, Descriptor, MANIFEST_BYTES, Manifest, decode};
use crate::media;
use crate::ping::Identity;
use crate::reference::{Digest, RepositoryName, Tag};
use crate::scope::Scopes;
use crate::transport::{Answer, Ask};
use bytes::Bytes;
use reqwest::header::{
    ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderValue, IF_NONE_MATCH,
};
use reqwest::{Method, StatusCode};
use roadstead_core::ports::RegistryError;
use std::fmt;
use url::Url;

/// The most bytes of an answer that only its status matters of.
pub(crate) const STATUS_BYTES: usize = 64 << 10;

/// A tag or a digest.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Pointer {
    /// What a tag points to now.
    Tag(Tag),
    /// Exactly this.
    Digest(Digest),
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag(tag) => tag.fmt(f),
            Self::Digest(digest) => digest.fmt(f),
        }
    }
}

/// What a registry says about a manifest without giving it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ManifestHead {
    /// Its digest: the registry's word, until the bytes are read.
    pub digest: Digest,
    /// Its media type.
    pub media_type: Option<String>,
    /// Its size in bytes.
    pub size: Option<u64>,
}

/// One repository of a registry, as the account or as anybody.
pub struct Repository<'a> {
    pub(crate) client: &'a OciClient,
    pub(crate) name: RepositoryName,
    pub(crate) identity: Identity,
}

impl OciClient {
    /// A repository, as the account sees it. No I/O happens.
    #[must_use]
    pub const fn repository(&self, name: RepositoryName) -> Repository<'_> {
        Repository {
            client: self,
            name,
            identity: Identity::Account,
        }
    }

    /// A repository, as anybody sees it: without a credential, with an anonymous token at most.
    #[must_use]
    pub const fn public_repository(&self, name: RepositoryName) -> Repository<'_> {
        Repository {
            client: self,
            name,
            identity: Identity::Anonymous,
        }
    }
}

impl Repository<'_> {
    /// Reads a manifest. Its bytes have the digest it is given out under; a registry whose header
    /// or answer says otherwise is not believed.
    ///
    /// # Errors
    /// [`RegistryError::NotFound`]; [`RegistryError::Unsupported`] for Docker's first format and
    /// for digests we cannot verify; [`RegistryError::Protocol`] for bytes that are not what was
    /// asked for, or too many; and those of every request.
    pub async fn manifest(&self, pointer: &Pointer) -> Result<Manifest, RegistryError> {
        if let Pointer::Digest(digest) = pointer {
            // Nothing is fetched that could not be verified.
            Hasher::for_digest(digest).ok_or(RegistryError::Unsupported)?;
        }
        let pull = self.pull();
        let ask = self.manifest_ask(Method::GET, pointer, &pull)?;
        let answer = self.client.transport.ask(&ask, MANIFEST_BYTES).await?;
        read_manifest(pointer, &answer)
    }

    /// The bytes of a manifest, whatever they say: only the digest is held against them, so that
    /// one that cannot be read can be looked at.
    ///
    /// # Errors
    /// [`RegistryError::NotFound`]; [`RegistryError::Unsupported`] for a digest we cannot verify;
    /// [`RegistryError::Protocol`] for bytes that are not what was asked for, or too many; and those
    /// of every request.
    pub async fn manifest_bytes(&self, digest: &Digest) -> Result<Bytes, RegistryError> {
        // Nothing is fetched that could not be verified.
        Hasher::for_digest(digest).ok_or(RegistryError::Unsupported)?;
        let (pull, pointer) = (self.pull(), Pointer::Digest(digest.clone()));
        let ask = self.manifest_ask(Method::GET, &pointer, &pull)?;
        let answer = self.client.transport.ask(&ask, MANIFEST_BYTES).await?;
        verified(&pointer, &answer)?;
        Ok(answer.body)
    }

    /// Asks for a manifest's digest without its bytes; where the registry does not say it, the
    /// bytes are read after all.
    ///
    /// # Errors
    /// As [`Self::manifest`].
    pub async fn head(&self, pointer: &Pointer) -> Result<ManifestHead, RegistryError> {
        let pull = self.pull();
        let ask = self.manifest_ask(Method::HEAD, pointer, &pull)?;
        let answer = self.client.transport.ask(&ask, STATUS_BYTES).await?;
        self.heard(pointer, &answer).await
    }

    /// Asks whether something else than `known` is there now, without bytes: `None` when it is
    /// still that. A registry that understands the condition answers with a status alone.
    ///
    /// # Errors
    /// As [`Self::manifest`].
    pub async fn changed(
        &self,
        pointer: &Pointer,
        known: &Digest,
    ) -> Result<Option<ManifestHead>, RegistryError> {
        let pull = self.pull();
        let mut ask = self.manifest_ask(Method::HEAD, pointer, &pull)?;
        if let Ok(condition) = HeaderValue::from_str(&format!("\"{known}\"")) {
            ask.headers.insert(IF_NONE_MATCH, condition);
        }
        let answer = self.client.transport.ask(&ask, STATUS_BYTES).await?;
        if answer.status == StatusCode::NOT_MODIFIED {
            // To a condition that was not sent this is no answer; here it is.
            return Ok(None);
        }
        let head = self.heard(pointer, &answer).await?;
        let found = &head.digest;
        let moved = found != known;
        Ok(moved.then_some(head))
    }

    /// What the answer to a `HEAD` says; where it does not say the digest, the bytes are read.
    async fn heard(
        &self,
        pointer: &Pointer,
        answer: &Answer,
    ) -> Result<ManifestHead, RegistryError> {
        let said = stated_digest(&answer.headers)?;
        match (answer.status, said, pointer) {
            (StatusCode::OK, Some(stated), Pointer::Digest(asked)) if stated != *asked => {
                Err(other_digest())
            }
            (StatusCode::OK, Some(digest), _) => Ok(ManifestHead {
                digest,
                media_type: header(&answer.headers, &CONTENT_TYPE).and_then(media::essence),
                size: header(&answer.headers, &CONTENT_LENGTH).and_then(|v| v.parse().ok()),
            }),
            (StatusCode::OK | StatusCode::METHOD_NOT_ALLOWED, ..) => {
                let manifest = self.manifest(pointer).await?;
                Ok(ManifestHead {
                    digest: manifest.digest,
                    size: Some(manifest.bytes.len() as u64),
                    media_type: Some(manifest.media_type),
                })
            }
            _ => Err(from_status(answer.status, &answer.headers)),
        }
    }

    /// Reads an image's configuration, as [`Self::config_bytes`].
    ///
    /// # Errors
    /// Its, and [`RegistryError::Protocol`] for one that is no JSON.
    pub async fn config(&self, descriptor: &Descriptor) -> Result<ImageConfig, RegistryError> {
        ImageConfig::decode(&self.config_bytes(descriptor).await?)
    }

    /// Reads the bytes of a configuration. They are held against their digest and against what is
    /// read at most, not against their size: that is known by digest, and may be what another
    /// manifest, by somebody else, says of the same bytes.
    ///
    /// # Errors
    /// As [`Self::blob`], and [`RegistryError::Protocol`] for one that is too large.
    pub async fn config_bytes(&self, descriptor: &Descriptor) -> Result<Vec<u8>, RegistryError> {
        let mut blob = Blob::open(self, descriptor.digest.clone(), None).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = blob.next().await? {
            if bytes.len() + chunk.len() > CONFIG_BYTES {
                return Err(protocol("the configuration is too large"));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// Opens a blob of this repository. Wherever its descriptor says it can be found as well
    /// (`urls`), nothing is asked there.
    ///
    /// # Errors
    /// [`RegistryError::NotFound`]; [`RegistryError::Unsupported`] for a digest we cannot verify;
    /// and those of every request.
    pub async fn blob(&self, descriptor: &Descriptor) -> Result<Blob<'_>, RegistryError> {
        Blob::open(self, descriptor.digest.clone(), Some(descriptor.size)).await
    }

    /// Whether the account may delete here and the registry has deletion switched on: it is asked
    /// to delete what cannot be there.
    ///
    /// # Errors
    /// Those of the question; that it may not is an answer, not an error.
    pub async fn can_delete(&self) -> Result<bool, RegistryError> {
        // These bytes are no manifest, so no registry has one with their digest.
        let nothing = Digest::of(b"no manifest has these bytes");
        match self.delete_manifest(&nothing).await {
            Ok(()) | Err(RegistryError::NotFound) => Ok(true),
            Err(
                RegistryError::Unauthorized | RegistryError::Forbidden | RegistryError::Unsupported,
            ) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether this can really be pulled: its manifest and, for an image, its configuration are
    /// read, as this repository's identity.
    ///
    /// # Errors
    /// Those of the questions; that it may not be pulled is an answer, not an error.
    pub async fn can_pull(&self, pointer: &Pointer) -> Result<bool, RegistryError> {
        match self.try_pull(pointer).await {
            Ok(()) => Ok(true),
            Err(
                RegistryError::Unauthorized | RegistryError::Forbidden | RegistryError::NotFound,
            ) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn try_pull(&self, pointer: &Pointer) -> Result<(), RegistryError> {
        let manifest = self.manifest(pointer).await?;
        let image = match manifest.content {
            Content::Index(index) => match index.manifests.into_iter().next() {
                Some(child) => self.manifest(&Pointer::Digest(child.digest)).await?.content,
                None => return Ok(()),
            },
            other => other,
        };
        if let Content::Image(image) = image {
            self.config(&image.config).await?;
        }
        Ok(())
    }

    pub(crate) fn pull(&self) -> Scopes {
        Scopes::repository(self.name.as_str(), &["pull"])
    }

    /// A URL below `/v2/<name>/`.
    pub(crate) fn url(&self, path: &str) -> Result<Url, RegistryError> {
        self.client
            .root
            .join(&format!("{}/{path}", self.name))
            .map_err(|_| protocol("that has no address"))
    }

    pub(crate) fn ask<'s>(
        &self,
        method: Method,
        path: &str,
        scopes: &'s Scopes,
    ) -> Result<Ask<'s>, RegistryError> {
        let mut ask = Ask::get(self.url(path)?, self.identity);
        ask.method = method;
        ask.scopes = Some(scopes);
        Ok(ask)
    }

    pub(crate) fn manifest_ask<'s>(
        &self,
        method: Method,
        pointer: &Pointer,
        scopes: &'s Scopes,
    ) -> Result<Ask<'s>, RegistryError> {
        let mut ask = self.ask(method, &format!("manifests/{pointer}"), scopes)?;
        ask.headers
            .insert(ACCEPT, HeaderValue::from_static(media::ACCEPT));
        Ok(ask)
    }
}

/// Holds an answer against every digest it should have: the one asked for, and the one it is said
/// to have.
fn verified<'p>(
    pointer: &'p Pointer,
    answer: &Answer,
) -> Result<Option<&'p Digest>, RegistryError> {
    if answer.status != StatusCode::OK {
        return Err(from_status(answer.status, &answer.headers));
    }
    if answer.truncated {
        return Err(protocol("the manifest is too large"));
    }
    let stated = stated_digest(&answer.headers)?;
    let asked = match pointer {
        Pointer::Digest(digest) => Some(digest),
        Pointer::Tag(_) => None,
    };
    // Before anything is made of the bytes.
    for digest in stated.iter().chain(asked) {
        if digest.matches(&answer.body) == Some(false) {
            return Err(other_digest());
        }
    }
    Ok(asked)
}

fn read_manifest(pointer: &Pointer, answer: &Answer) -> Result<Manifest, RegistryError> {
    let asked = verified(pointer, answer)?;
    let (media_type, content) = decode(header(&answer.headers, &CONTENT_TYPE), &answer.body)?;
    Ok(Manifest {
        digest: asked.cloned().unwrap_or_else(|| Digest::of(&answer.body)),
        media_type,
        bytes: answer.body.clone(),
        content,
    })
}

fn other_digest() -> RegistryError {
    protocol("the manifest does not have the digest it was asked for or is said to have")
}

/// `Docker-Content-Digest`.
fn stated_digest(headers: &HeaderMap) -> Result<Option<Digest>, RegistryError> {
    headers
        .get("docker-content-digest")
        .map(|value| value.to_str().ok().and_then(|v| Digest::parse(v).ok()))
        .map(|digest| digest.ok_or_else(|| protocol("the digest in the answer is malformed")))
        .transpose()
}

pub(crate) fn header<'h>(
    headers: &'h HeaderMap,
    name: &reqwest::header::HeaderName,
) -> Option<&'h str> {
    headers.get(name).and_then(|v| v.to_str().ok())
}
