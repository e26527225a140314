//! Putting blobs and manifests into a repository. The registry says where to (`Location`); only
//! its own origin is ever gone to.

use crate::error::{from_status, protocol};
use crate::reference::Digest;
use crate::repository::{Pointer, Repository, STATUS_BYTES};
use crate::scope::Scopes;
use crate::transport::{Answer, Ask};
use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use reqwest::Method;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, LOCATION};
use roadstead_core::model::Origin;
use roadstead_core::ports::RegistryError;
use url::Url;

/// The longest `Location`. Distribution's carries its state.
const MAX_LOCATION: usize = 8 << 10;

impl Repository<'_> {
    /// Uploads a blob in one piece.
    ///
    /// # Errors
    /// [`RegistryError::Forbidden`] where the account may not, [`RegistryError::Protocol`] when
    /// the registry sends elsewhere, and those of every request.
    pub async fn upload(&self, digest: &Digest, bytes: Bytes) -> Result<(), RegistryError> {
        let push = self.push();
        let location = self.begin(&push).await?;
        let done = self.finish(&push, &location, digest, bytes).await;
        self.or_give_up(&push, &location, done).await
    }

    /// Uploads a blob in pieces, in order, each not larger than one request may be.
    ///
    /// # Errors
    /// As [`Self::upload`], and those of the pieces.
    pub async fn upload_chunks(
        &self,
        digest: &Digest,
        chunks: impl Stream<Item = Result<Bytes, RegistryError>> + Send,
    ) -> Result<(), RegistryError> {
        let push = self.push();
        let mut location = self.begin(&push).await?;
        let sent = self.send_chunks(&push, &mut location, chunks).await;
        let done = match sent {
            Ok(()) => self.finish(&push, &location, digest, Bytes::new()).await,
            Err(error) => Err(error),
        };
        self.or_give_up(&push, &location, done).await
    }

    /// Whether the account may write here: an upload is begun and given up. Nothing is stored.
    ///
    /// # Errors
    /// Those of the question; that it may not is an answer, not an error.
    pub async fn can_push(&self) -> Result<bool, RegistryError> {
        let push = self.push();
        match self.begin(&push).await {
            Ok(location) => {
                self.give_up(&push, &location).await;
                Ok(true)
            }
            Err(
                RegistryError::Unauthorized | RegistryError::Forbidden | RegistryError::Unsupported,
            ) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Opens an upload and answers its place: path and query, without the host. Whoever opens one
    /// writes it into the ledger before, and ends it with [`Self::cancel_upload`].
    ///
    /// # Errors
    /// As [`Self::upload`]; one that refuses has opened nothing.
    pub async fn open_upload(&self) -> Result<String, RegistryError> {
        let location = self.begin(&self.push()).await?;
        Ok(match location.query() {
            Some(query) => format!("{}?{query}", location.path()),
            None => location.path().to_owned(),
        })
    }

    /// Ends an upload by its place. Only what can be an upload is ever deleted: a registry that
    /// once gave something else for one deletes nothing by our hand.
    ///
    /// # Errors
    /// [`RegistryError::NotFound`] when it is over already, [`RegistryError::Unsupported`] for a
    /// place that is no upload's, and those of every request.
    pub async fn cancel_upload(&self, place: &str) -> Result<(), RegistryError> {
        let (path, query) = match place.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (place, None),
        };
        let mut url = self.client.root.clone();
        url.set_path(path);
        url.set_query(query);
        // Of the path as it will be sent, so that no `..` is left to be resolved.
        if !is_upload(url.path()) {
            return Err(RegistryError::Unsupported);
        }
        let push = self.push();
        let ask = self.ask_at(Method::DELETE, url, &push);
        let answer = self.client.transport.ask(&ask, STATUS_BYTES).await?;
        expect(&answer, &[200, 202, 204])
    }

    /// Puts a manifest, byte for byte.
    ///
    /// # Errors
    /// As [`Self::upload`].
    pub async fn put_manifest(
        &self,
        pointer: &Pointer,
        media_type: &str,
        bytes: Bytes,
    ) -> Result<(), RegistryError> {
        let push = self.push();
        let mut ask = self.ask(Method::PUT, &format!("manifests/{pointer}"), &push)?;
        let media_type =
            HeaderValue::from_str(media_type).map_err(|_| protocol("that is no media type"))?;
        ask.headers = HeaderMap::from_iter([(CONTENT_TYPE, media_type)]);
        ask.body = Some(bytes);
        let answer = self.client.transport.ask(&ask, STATUS_BYTES).await?;
        expect(&answer, &[201])
    }

    /// Distribution refuses tokens for writing that cannot read.
    pub(crate) fn push(&self) -> Scopes {
        Scopes::repository(self.name.as_str(), &["pull", "push"])
    }

    async fn begin(&self, push: &Scopes) -> Result<Url, RegistryError> {
        let mut ask = self.ask(Method::POST, "blobs/uploads/", push)?;
        ask.body = Some(Bytes::new());
        let answer = self.client.transport.ask(&ask, STATUS_BYTES).await?;
        expect(&answer, &[202])?;
        self.location(&ask.url, &answer.headers)
    }

    async fn send_chunks(
        &self,
        push: &Scopes,
        location: &mut Url,
        chunks: impl Stream<Item = Result<Bytes, RegistryError>> + Send,
    ) -> Result<(), RegistryError> {
        let mut chunks = std::pin::pin!(chunks);
        let mut sent = 0_u64;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            let Some(last) = (sent + chunk.len() as u64).checked_sub(1) else {
                continue;
            };
            if chunk.is_empty() {
                continue;
            }
            // Without `bytes`: uploads have a grammar of their own.
            let range = HeaderValue::from_str(&format!("{sent}-{last}"))
                .map_err(|_| protocol("that is no range"))?;
            sent = last + 1;
            let mut ask = self.ask_at(Method::PATCH, location.clone(), push);
            ask.headers = octets([(CONTENT_RANGE, range)]);
            ask.body = Some(chunk);
            let answer = self.client.transport.ask(&ask, STATUS_BYTES).await?;
            expect(&answer, &[202])?;
            *location = self.location(location, &answer.headers)?;
        }
        Ok(())
    }

    async fn finish(
        &self,
        push: &Scopes,
        location: &Url,
        digest: &Digest,
        rest: Bytes,
    ) -> Result<(), RegistryError> {
        // The query is the registry's own and is kept as it is.
        let mut url = location.clone();
        let query = match url.query() {
            Some(query) if !query.is_empty() => format!("{query}&digest={digest}"),
            _ => format!("digest={digest}"),
        };
        url.set_query(Some(&query));
        let mut ask = self.ask_at(Method::PUT, url, push);
        ask.headers = octets([]);
        ask.body = Some(rest);
        ask.patient = true;
        let answer = self.client.transport.ask(&ask, STATUS_BYTES).await?;
        expect(&answer, &[201])
    }

    /// Frees what a failed upload left behind.
    async fn or_give_up(
        &self,
        push: &Scopes,
        location: &Url,
        done: Result<(), RegistryError>,
    ) -> Result<(), RegistryError> {
        if done.is_err() {
            self.give_up(push, location).await;
        }
        done
    }

    /// Ends an upload. Registries forget it by themselves when this fails.
    async fn give_up(&self, push: &Scopes, location: &Url) {
        let ask = self.ask_at(Method::DELETE, location.clone(), push);
        let _ = self.client.transport.ask(&ask, STATUS_BYTES).await;
    }

    fn ask_at<'s>(&self, method: Method, url: Url, push: &'s Scopes) -> Ask<'s> {
        let mut ask = Ask::get(url, self.identity);
        ask.method = method;
        ask.scopes = Some(push);
        ask
    }

    /// Where to go on. A registry behind a proxy may call itself by another scheme or port, so
    /// of a `Location` with its host only path and query count; with another host it counts for
    /// nothing.
    pub(crate) fn location(&self, base: &Url, headers: &HeaderMap) -> Result<Url, RegistryError> {
        let text = headers
            .get(LOCATION)
            .and_then(|v| v.to_str().ok())
            .filter(|text| text.len() <= MAX_LOCATION)
            .ok_or_else(|| protocol("the registry does not say where to upload to"))?;
        let found = base
            .join(text)
            .map_err(|_| protocol("the upload's address cannot be read"))?;
        let own = &self.client.root;
        match Origin::of(&found) {
            Some(origin) if Some(origin.host.as_str()) == own.host_str() => {
                let mut url = own.clone();
                url.set_path(found.path());
                url.set_query(found.query());
                Ok(url)
            }
            _ => Err(protocol("it sends uploads to another host")),
        }
    }
}

/// Uploads of all registries we know lie below this (distribution-spec "Push").
fn is_upload(path: &str) -> bool {
    path.contains("/blobs/uploads/")
}

fn octets<const N: usize>(more: [(HeaderName, HeaderValue); N]) -> HeaderMap {
    let octets = HeaderValue::from_static("application/octet-stream");
    HeaderMap::from_iter([(CONTENT_TYPE, octets)].into_iter().chain(more))
}

fn expect(answer: &Answer, statuses: &[u16]) -> Result<(), RegistryError> {
    if statuses.contains(&answer.status.as_u16()) {
        Ok(())
    } else {
        Err(from_status(answer.status, &answer.headers))
    }
}
