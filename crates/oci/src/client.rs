//! The client of one registry.

use crate::guard::OutboundPolicy;
use crate::listing::{self, ListPage, Listing};
use crate::paging::Progress;
use crate::ping::{self, Access, Identity, Pong};
use crate::transport::Transport;
use futures::Stream;
use futures::stream;
use reqwest::StatusCode;
use roadstead_core::model::{Account, Address, TlsPolicy};
use roadstead_core::ports::RegistryError;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// The most bytes of an answer to the version check that are read.
const PING_BYTES: usize = 64 << 10;

/// How long each part of a request may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadlines {
    /// Looking up the name, connecting, and TLS, together.
    pub connect: Duration,
    /// From sending the request to the answer's headers, connecting included.
    pub answer: Duration,
    /// From the headers to the end of the body.
    pub body: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            answer: Duration::from_secs(10),
            body: Duration::from_secs(30),
        }
    }
}

/// Everything a client needs to know.
pub struct OciSettings {
    /// Where the registry is; a path goes before `/v2/`.
    pub address: Address,
    /// How its certificate is judged.
    pub tls: TlsPolicy,
    /// The account, for this address and no other.
    pub account: Option<Account>,
    /// Where Roadstead may connect to on behalf of the registry's owner.
    pub policy: Arc<OutboundPolicy>,
    /// How long requests may take.
    pub deadlines: Deadlines,
    /// What the client calls itself.
    pub user_agent: String,
}

/// A client of one registry. It keeps connections, reads no proxy settings from the environment,
/// follows redirects within the registry only and sends its account nowhere else.
pub struct OciClient {
    transport: Transport,
    root: Url,
}

impl OciClient {
    /// Sets a client up. No I/O happens.
    ///
    /// # Errors
    /// [`RegistryError::Refused`] for an address literal the policy forbids,
    /// [`RegistryError::Tls`] for certificates that cannot be read.
    pub fn new(settings: OciSettings) -> Result<Self, RegistryError> {
        let mut root = settings.address.url().clone();
        let path = format!("{}/v2/", root.path().trim_end_matches('/'));
        root.set_path(&path);
        Ok(Self {
            transport: Transport::new(settings)?,
            root,
        })
    }

    /// The account's name, if there is an account.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.transport.credential.username()
    }

    /// The addresses the host's name stands for, as far as they are allowed; at least one.
    ///
    /// # Errors
    /// [`RegistryError::NameUnresolved`], [`RegistryError::Refused`], [`RegistryError::Timeout`].
    pub async fn resolve(&self) -> Result<Vec<SocketAddr>, RegistryError> {
        self.transport.resolve().await
    }

    /// Connects to one of these addresses, with TLS where the address says https, sends nothing
    /// and hangs up. Says which address it was.
    ///
    /// # Errors
    /// The `RegistryError`s of a connection: refused, reset, timeout, TLS, forbidden address.
    pub async fn connect(&self, addresses: &[SocketAddr]) -> Result<SocketAddr, RegistryError> {
        self.transport.connect(addresses).await
    }

    /// Asks `GET /v2/`. A 401 and a 403 of a registry are answers here, not errors.
    ///
    /// # Errors
    /// [`RegistryError::NotARegistry`] when something else answers,
    /// [`RegistryError::Unavailable`] and [`RegistryError::RateLimited`] when it cannot now, and
    /// those of the connection.
    pub async fn ping(&self, identity: Identity) -> Result<Pong, RegistryError> {
        let answer = self
            .transport
            .get(self.root.clone(), identity, PING_BYTES)
            .await?;
        ping::recognise(&answer)
    }

    /// Checks the account by one `GET /v2/`. Without an account there is nothing to reject, and
    /// nothing is asked.
    ///
    /// # Errors
    /// [`RegistryError::Unauthorized`], [`RegistryError::Forbidden`],
    /// [`RegistryError::Unsupported`] when the registry takes tokens only, and those of
    /// [`Self::ping`].
    pub async fn check_account(&self) -> Result<Option<Pong>, RegistryError> {
        if !self.transport.credential.is_present() {
            return Ok(None);
        }
        let pong = self.ping(Identity::Account).await?;
        match &pong.access {
            Access::Granted => Ok(Some(pong)),
            Access::Forbidden => Err(RegistryError::Forbidden),
            Access::Challenged(challenges) => {
                let offers = |scheme| challenges.iter().any(|c| c.scheme() == scheme);
                Err(if offers("bearer") && !offers("basic") {
                    RegistryError::Unsupported
                } else {
                    RegistryError::Unauthorized
                })
            }
        }
    }

    /// Whether the account may list the catalogue: asks for one name and forgets it.
    ///
    /// # Errors
    /// [`RegistryError::Unauthorized`] or [`RegistryError::Forbidden`] when it may not,
    /// [`RegistryError::Unsupported`] when there is no catalogue, and those of [`Self::page`].
    pub async fn check_catalogue(&self) -> Result<(), RegistryError> {
        self.page(&Listing::Catalogue, Some("n=1")).await.map(drop)
    }

    /// One page of a list, from the beginning or from a [`ListPage::next`].
    ///
    /// # Errors
    /// [`RegistryError::Unsupported`] for a catalogue that is not offered,
    /// [`RegistryError::NotFound`] for tags of an unknown repository,
    /// [`RegistryError::Protocol`] for an answer that is no list, and those of every request.
    pub async fn page(
        &self,
        listing: &Listing,
        from: Option<&str>,
    ) -> Result<ListPage, RegistryError> {
        let mut url = self
            .root
            .join(&listing.path())
            .map_err(|_| RegistryError::Protocol("the list has no address".to_owned()))?;
        let first = format!("n={}", listing::PAGE_SIZE);
        url.set_query(Some(from.unwrap_or(&first)));
        let mut answer = self
            .transport
            .get(url.clone(), Identity::Account, listing::PAGE_BYTES)
            .await?;
        // Above its own limit Distribution refuses `n` instead of giving less.
        if answer.status == StatusCode::BAD_REQUEST && drop_page_size(&mut url) {
            answer = self
                .transport
                .get(url, Identity::Account, listing::PAGE_BYTES)
                .await?;
        }
        listing::read(listing, &answer)
    }

    /// A whole list, page by page, from the beginning or from a [`ListPage::next`]. It ends after
    /// the first error, and with [`RegistryError::Protocol`] when it does not move on.
    pub fn list(
        &self,
        listing: Listing,
        from: Option<String>,
    ) -> impl Stream<Item = Result<ListPage, RegistryError>> + Send + '_ {
        let progress = Progress::from(from.as_deref());
        stream::try_unfold(Some((listing, from, progress)), move |state| async move {
            let Some((listing, from, mut progress)) = state else {
                return Ok(None);
            };
            let page = self.page(&listing, from.as_deref()).await?;
            progress.check(page.names.len() + page.malformed, page.next.as_deref())?;
            let state = page
                .next
                .clone()
                .map(|next| (listing, Some(next), progress));
            Ok(Some((page, state)))
        })
    }
}

/// Removes `n` from the query; tells whether it was there.
fn drop_page_size(url: &mut Url) -> bool {
    let query = url.query().unwrap_or_default().to_owned();
    let kept: Vec<&str> = query.split('&').filter(|p| !p.starts_with("n=")).collect();
    let dropped = kept.join("&") != query;
    url.set_query(
        if kept.is_empty() {
            None
        } else {
            Some(kept.join("&"))
        }
        .as_deref(),
    );
    dropped
}
