//! A blob, piece by piece. It ends well only when size and digest are right; a cut connection is
//! taken up where it broke.

use crate::error::{from_status, protocol};
use crate::hashing::Hasher;
use crate::reference::Digest;
use crate::repository::{Repository, header};
use crate::transport::{Open, next_chunk};
use bytes::Bytes;
use reqwest::header::{ACCEPT, CONTENT_LENGTH, CONTENT_RANGE, HeaderValue, RANGE};
use reqwest::{Method, StatusCode};
use roadstead_core::ports::RegistryError;
use std::time::Duration;
use tokio::time::Instant;

/// How often a cut connection is taken up again at most.
const MAX_RESUMES: u32 = 3;

/// The least bytes a second, over the window of `Deadlines::slow`.
pub(crate) const LEAST_RATE: u64 = 1_024;

/// A blob on its way.
pub struct Blob<'a> {
    repository: &'a Repository<'a>,
    digest: Digest,
    size: Option<u64>,
    hasher: Option<Hasher>,
    received: u64,
    resumes: u32,
    open: Option<Open>,
    rate: Rate,
    /// Nothing that failed once can end well.
    failed: Option<RegistryError>,
}

impl<'a> Blob<'a> {
    pub(crate) async fn open(
        repository: &'a Repository<'a>,
        digest: Digest,
        size: Option<u64>,
    ) -> Result<Self, RegistryError> {
        let hasher = Hasher::for_digest(&digest).ok_or(RegistryError::Unsupported)?;
        let open = request(repository, &digest, 0).await?;
        let stated = header(&open.headers, &CONTENT_LENGTH).and_then(|v| v.parse().ok());
        if let (Some(size), Some(stated)) = (size, stated)
            && size != stated
        {
            return Err(wrong_size());
        }
        Ok(Self {
            repository,
            digest,
            size: size.or(stated),
            hasher: Some(hasher),
            received: 0,
            resumes: 0,
            open: Some(open),
            rate: Rate::new(repository.client.deadlines().slow),
            failed: None,
        })
    }

    /// The next piece; `None` after the last, when everything was right.
    ///
    /// # Errors
    /// [`RegistryError::Protocol`] for bytes that are not the blob's, and those of the
    /// connection. After an error there is only that error.
    pub async fn next(&mut self) -> Result<Option<Bytes>, RegistryError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let next = self.advance().await;
        self.failed = next.as_ref().err().cloned();
        next
    }

    async fn advance(&mut self) -> Result<Option<Bytes>, RegistryError> {
        loop {
            let Some(open) = &mut self.open else {
                return Ok(None);
            };
            let idle = self.repository.client.deadlines().idle;
            // Only the wait for the registry counts, not that for whoever reads this.
            let asked = Instant::now();
            let step = next_chunk(&mut open.response, idle).await;
            let waited = asked.elapsed();
            match step.and_then(|chunk| self.take(chunk, waited)) {
                Ok(Some(chunk)) => return Ok(Some(chunk)),
                Ok(None) => {
                    self.end(None);
                    return Ok(None);
                }
                Err(error) => {
                    self.end(Some(&error));
                    self.resume(error).await?;
                }
            }
        }
    }

    fn take(
        &mut self,
        chunk: Option<Bytes>,
        waited: Duration,
    ) -> Result<Option<Bytes>, RegistryError> {
        let Some(chunk) = chunk else {
            return self.finish().map(|()| None);
        };
        self.received += chunk.len() as u64;
        if self.size.is_some_and(|size| self.received > size) {
            return Err(wrong_size());
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&chunk);
        }
        self.rate.check(chunk.len(), waited)?;
        Ok(Some(chunk))
    }

    fn finish(&mut self) -> Result<(), RegistryError> {
        if self.size.is_some_and(|size| self.received < size) {
            return Err(RegistryError::ConnectionReset);
        }
        if self
            .hasher
            .take()
            .is_some_and(|hasher| hasher.is(&self.digest))
        {
            Ok(())
        } else {
            Err(protocol("the blob does not have its digest"))
        }
    }

    fn end(&mut self, error: Option<&RegistryError>) {
        if let Some(mut open) = self.open.take() {
            open.done(error);
        }
    }

    /// Asks for the rest after a cut. Anything else ends the blob.
    async fn resume(&mut self, error: RegistryError) -> Result<(), RegistryError> {
        let cut = error == RegistryError::ConnectionReset;
        if !cut || self.resumes >= MAX_RESUMES || self.hasher.is_none() {
            return Err(error);
        }
        self.resumes += 1;
        let mut open = request(self.repository, &self.digest, self.received).await?;
        if self.received > 0 && !continues(&open, self.received) {
            open.done(None);
            return Err(error);
        }
        self.open = Some(open);
        Ok(())
    }
}

async fn request(
    repository: &Repository<'_>,
    digest: &Digest,
    from: u64,
) -> Result<Open, RegistryError> {
    let pull = repository.pull();
    let mut ask = repository.ask(Method::GET, &format!("blobs/{digest}"), &pull)?;
    ask.headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
    // Registries send to where their blobs are stored; nobody's credential goes with it.
    ask.elsewhere = true;
    if from > 0 {
        let range = HeaderValue::from_str(&format!("bytes={from}-"))
            .map_err(|_| protocol("that is no range"))?;
        ask.headers.insert(RANGE, range);
    }
    let mut open = repository.client.transport.open(&ask).await?;
    match (open.status, from) {
        (StatusCode::OK, 0) | (StatusCode::PARTIAL_CONTENT, 1..) => Ok(open),
        _ => {
            let error = from_status(open.status, &open.headers);
            open.done(Some(&error));
            Err(error)
        }
    }
}

/// Whether a partial answer begins where the last one broke off: `bytes 5-9/10`.
fn continues(open: &Open, from: u64) -> bool {
    header(&open.headers, &CONTENT_RANGE)
        .and_then(|v| v.trim().strip_prefix("bytes "))
        .and_then(|v| v.split('-').next())
        .and_then(|v| v.trim().parse().ok())
        == Some(from)
}

fn wrong_size() -> RegistryError {
    protocol("the blob does not have its size")
}

/// A sender so slow that it may as well be silent.
struct Rate {
    window: Duration,
    waited: Duration,
    bytes: u64,
}

impl Rate {
    const fn new(window: Duration) -> Self {
        Self {
            window,
            waited: Duration::ZERO,
            bytes: 0,
        }
    }

    fn check(&mut self, bytes: usize, waited: Duration) -> Result<(), RegistryError> {
        self.bytes += bytes as u64;
        self.waited += waited;
        if self.waited < self.window {
            return Ok(());
        }
        if self.bytes < LEAST_RATE.saturating_mul(self.waited.as_secs()) {
            return Err(RegistryError::Timeout);
        }
        *self = Self::new(self.window);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::Rate;
    use roadstead_core::ports::RegistryError;
    use std::time::Duration;

    #[test]
    fn fault_slow_drip_below_a_kilobyte_a_second_over_the_window_is_a_timeout() {
        let second = Duration::from_secs(1);
        let mut rate = Rate::new(Duration::from_secs(30));
        for _ in 0..100 {
            assert_eq!(rate.check(2_048, second), Ok(()));
        }
        let mut rate = Rate::new(Duration::from_secs(30));
        for seconds in 1..=30 {
            let end = if seconds < 30 {
                Ok(())
            } else {
                Err(RegistryError::Timeout)
            };
            assert_eq!(rate.check(512, second), end, "{seconds}");
        }
    }
}
