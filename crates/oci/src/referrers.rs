//! What refers to a manifest: signatures, SBOMs. By the question of distribution-spec 1.1, or by
//! the tag that stands for it where the registry does not know the question.

use crate::error::{from_status, protocol};
use crate::manifest::{Content, Descriptor, Index, MANIFEST_BYTES, decode};
use crate::media;
use crate::paging::{Progress, next_query};
use crate::reference::Digest;
use crate::repository::{Pointer, Repository, header};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use reqwest::{Method, StatusCode};
use roadstead_core::ports::RegistryError;
use std::sync::atomic::Ordering;

/// The most referrers that are kept.
const MAX_REFERRERS: usize = 1_000;

/// What refers to a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referrers {
    /// Each of them.
    pub found: Vec<Descriptor>,
    /// How many were left out: unreadable, or too many.
    pub omitted: usize,
    /// Whether the registry answered the question itself, and not by a tag.
    pub by_question: bool,
}

impl Repository<'_> {
    /// What refers to this manifest, of one kind or of all. Nothing known is an empty list.
    ///
    /// # Errors
    /// As [`Repository::manifest`], and [`RegistryError::Protocol`] for a list without end.
    pub async fn referrers(
        &self,
        digest: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Referrers, RegistryError> {
        let mut referrers = match self.asked(digest, artifact_type).await? {
            Some(found) => found,
            None => self.tagged(digest).await?,
        };
        // Registries may ignore the filter; those of the tag know none.
        if let Some(wanted) = artifact_type {
            referrers
                .found
                .retain(|found| found.artifact_type.as_deref() == Some(wanted));
        }
        Ok(referrers)
    }

    /// `None` where the registry does not know the question.
    async fn asked(
        &self,
        digest: &Digest,
        artifact_type: Option<&str>,
    ) -> Result<Option<Referrers>, RegistryError> {
        let unknown = &self.client.without_referrers;
        if unknown.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let pull = self.pull();
        let mut ask = self.ask(Method::GET, &format!("referrers/{digest}"), &pull)?;
        ask.headers
            .insert(ACCEPT, HeaderValue::from_static(media::OCI_INDEX));
        if let Some(wanted) = artifact_type {
            ask.url
                .query_pairs_mut()
                .append_pair("artifactType", wanted);
        }
        let mut referrers = Referrers {
            found: Vec::new(),
            omitted: 0,
            by_question: true,
        };
        let mut progress = Progress::from(ask.url.query());
        loop {
            let answer = self.client.transport.ask(&ask, MANIFEST_BYTES).await?;
            match answer.status {
                StatusCode::OK => {}
                // A registry with the question answers 200 to everything it understands.
                StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => {
                    unknown.store(true, Ordering::Relaxed);
                    return Ok(None);
                }
                status => return Err(from_status(status, &answer.headers)),
            }
            if answer.truncated {
                return Err(protocol("the list of referrers is too large"));
            }
            let index = read(header(&answer.headers, &CONTENT_TYPE), &answer.body)?;
            let count = index.manifests.len() + index.omitted;
            referrers.add(index);
            let next = next_query(&answer.headers)?;
            progress.check(count, next.as_deref())?;
            match next {
                Some(next) => ask.url.set_query(Some(&next)),
                None => return Ok(Some(referrers)),
            }
        }
    }

    async fn tagged(&self, digest: &Digest) -> Result<Referrers, RegistryError> {
        let mut referrers = Referrers {
            found: Vec::new(),
            omitted: 0,
            by_question: false,
        };
        let Some(tag) = digest.fallback_tag() else {
            return Ok(referrers);
        };
        match self.manifest(&Pointer::Tag(tag)).await {
            Ok(manifest) => match manifest.content {
                Content::Index(index) => referrers.add(*index),
                // Anybody can push a tag of that name.
                Content::Image(_) | Content::Unknown => {}
            },
            Err(RegistryError::NotFound) => {}
            Err(error) => return Err(error),
        }
        Ok(referrers)
    }
}

impl Referrers {
    fn add(&mut self, index: Index) {
        let room = MAX_REFERRERS.saturating_sub(self.found.len());
        let more = index.manifests.len();
        self.found.extend(index.manifests.into_iter().take(room));
        self.omitted += index.omitted + more.saturating_sub(room);
    }
}

fn read(content_type: Option<&str>, body: &[u8]) -> Result<Index, RegistryError> {
    match decode(content_type, body)? {
        (_, Content::Index(index)) => Ok(*index),
        _ => Err(protocol("the list of referrers cannot be read")),
    }
}
