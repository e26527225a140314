//! The client of one registry.

use crate::authority::offered;
use crate::guard::OutboundPolicy;
use crate::listing::{self, ListPage, Listing};
use crate::paging::Progress;
use crate::ping::{self, Access, Identity, Pong};
use crate::resolver::Names;
use crate::scope::Scopes;
use crate::transport::{Ask, Transport};
use futures::Stream;
use futures::stream;
use reqwest::StatusCode;
use roadstead_core::model::{Account, Address, Origin, PeerCertificate, TlsPolicy};
use roadstead_core::ports::RegistryError;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// From one piece of a body to the next.
    pub idle: Duration,
    /// The stretch over which a blob must come at a kilobyte a second at least.
    pub slow: Duration,
    /// From sending the last of a blob to the registry's word that it is stored.
    pub commit: Duration,
    /// From the headers to the end of an answer that is read whole.
    pub body: Duration,
}

impl Default for Deadlines {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            answer: Duration::from_secs(10),
            idle: Duration::from_secs(15),
            slow: Duration::from_secs(30),
            commit: Duration::from_secs(600),
            body: Duration::from_secs(30),
        }
    }
}

/// Everything a client needs to know.
#[derive(Clone)]
pub struct OciSettings {
    /// Where the registry is; a path goes before `/v2/`.
    pub address: Address,
    /// How its certificate is judged.
    pub tls: TlsPolicy,
    /// The account, for this address and no other.
    pub account: Option<Account>,
    /// The token service that was confirmed with the account, where it is not at the registry's
    /// own origin. The account is sent to these two origins and to no other.
    pub token_service: Option<Origin>,
    /// The SHA-256 of the only public key the account goes to, where certificates are not judged.
    pub pinned_key: Option<String>,
    /// Where Roadstead may connect to on behalf of the registry's owner.
    pub policy: Arc<OutboundPolicy>,
    /// What names stand for.
    pub names: Arc<dyn Names>,
    /// How long requests may take.
    pub deadlines: Deadlines,
    /// What the client calls itself.
    pub user_agent: String,
}

/// A client of one registry. It keeps connections, reads no proxy settings from the environment,
/// follows redirects within the registry only and sends its account to the registry and its
/// confirmed token service only.
pub struct OciClient {
    pub(crate) transport: Transport,
    /// `/v2/`.
    pub(crate) root: Url,
    /// The registry does not know the question for referrers.
    pub(crate) without_referrers: AtomicBool,
    settings: OciSettings,
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
            transport: Transport::new(&settings)?,
            root,
            without_referrers: AtomicBool::new(false),
            settings,
        })
    }

    pub(crate) const fn deadlines(&self) -> &Deadlines {
        &self.settings.deadlines
    }

    /// How many requests were sent so far, to the registry and its token service.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.transport.sent.load(Ordering::Relaxed)
    }

    /// The account's name, if there is an account.
    #[must_use]
    pub fn username(&self) -> Option<&str> {
        self.transport.authority.credential.username()
    }

    /// The registry's own origin.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.settings.address.origin()
    }

    /// The origin of an address the registry names, which may be relative to its own.
    #[must_use]
    pub fn origin_of(&self, address: &str) -> Option<Origin> {
        Origin::of(&self.root.join(address).ok()?)
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

    /// The certificate the registry presented last, accepted or not.
    #[must_use]
    pub fn certificate(&self) -> Option<PeerCertificate> {
        self.transport.doors.presented.last()
    }

    /// Whether TLS is spoken at an address that [`Self::connect`] answered, though the registry was
    /// entered as plain http. Nothing is sent but a handshake.
    pub async fn speaks_tls(&self, address: SocketAddr) -> bool {
        self.transport.speaks_tls(address).await
    }

    /// Asks `GET /v2/`. A 401 and a 403 of a registry are answers here, not errors.
    ///
    /// # Errors
    /// [`RegistryError::NotARegistry`] when something else answers,
    /// [`RegistryError::Unavailable`] and [`RegistryError::RateLimited`] when it cannot now, and
    /// those of the connection.
    pub async fn ping(&self, identity: Identity) -> Result<Pong, RegistryError> {
        let account = Scopes::none();
        let mut ask = Ask::get(self.root.clone(), identity);
        ask.health = true;
        ask.scopes = (identity == Identity::Account).then_some(&account);
        let pong = ping::recognise(&self.transport.ask(&ask, PING_BYTES).await?)?;
        if let Access::Challenged(challenges) = &pong.access {
            self.transport.note(&self.root, challenges);
        }
        Ok(pong)
    }

    /// Checks the account by one `GET /v2/`, with a token where the registry takes tokens.
    /// Without an account there is nothing to reject, and nothing is asked.
    ///
    /// # Errors
    /// [`RegistryError::Unauthorized`], [`RegistryError::Forbidden`],
    /// [`RegistryError::TokenServiceUnconfirmed`] when it would have to be shown to a stranger,
    /// [`RegistryError::Unsupported`] when the registry takes neither passwords nor tokens, and
    /// those of [`Self::ping`].
    pub async fn check_account(&self) -> Result<Option<Pong>, RegistryError> {
        if !self.transport.authority.credential.is_present() {
            return Ok(None);
        }
        self.check_access().await.map(Some)
    }

    /// Whether the registry lets us in at all, as the account or, without one, as anybody: with
    /// an anonymous token, where it hands those out. One `GET /v2/`.
    ///
    /// # Errors
    /// As [`Self::check_account`].
    pub async fn check_access(&self) -> Result<Pong, RegistryError> {
        let pong = self.ping(Identity::Account).await?;
        match &pong.access {
            Access::Granted => Ok(pong),
            Access::Forbidden => Err(RegistryError::Forbidden),
            Access::Challenged(challenges) => Err(
                if ["basic", "bearer"]
                    .iter()
                    .any(|s| offered(challenges, s).is_some())
                {
                    RegistryError::Unauthorized
                } else {
                    RegistryError::Unsupported
                },
            ),
        }
    }

    /// The origin of the token service the registry names, when the account would need a token.
    /// It may not be confirmed yet, but nothing else is wrong with it.
    ///
    /// # Errors
    /// [`RegistryError::Refused`] when it may not be contacted, [`RegistryError::Protocol`] when
    /// it cannot be read or falls back to plain HTTP.
    pub fn token_service(&self, access: &Access) -> Result<Option<Origin>, RegistryError> {
        let Access::Challenged(challenges) = access else {
            return Ok(None);
        };
        let passwords = offered(challenges, "basic").is_some();
        match offered(challenges, "bearer").and_then(|c| c.param("realm")) {
            Some(realm) if !(passwords && self.username().is_some()) => {
                let realm = self
                    .transport
                    .authority
                    .rules
                    .candidate(&self.root, realm)?;
                Ok(Some(realm.origin().clone()))
            }
            _ => Ok(None),
        }
    }

    /// A client that takes the token service the registry just named as confirmed: for the test a
    /// person asked for, where the registry's own word is what is being confirmed. `None` when
    /// it names none, or when another one was confirmed before: then the registry has changed,
    /// and only entering the account anew can say that this is right.
    ///
    /// # Errors
    /// As [`Self::token_service`] and [`Self::new`].
    pub fn confirming(&self, access: &Access) -> Result<Option<Self>, RegistryError> {
        let Some(found) = self.token_service(access)? else {
            return Ok(None);
        };
        let own = found == self.settings.address.origin();
        let confirmed = self.settings.token_service.as_ref();
        if !own && confirmed.is_some_and(|confirmed| *confirmed != found) {
            return Ok(None);
        }
        let client = Self::new(OciSettings {
            token_service: Some(found),
            ..self.settings.clone()
        })?;
        if let Access::Challenged(challenges) = access {
            client.transport.note(&client.root, challenges);
        }
        Ok(Some(client))
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
        let scopes = listing.scopes();
        let mut ask = Ask::get(url, Identity::Account);
        ask.scopes = Some(&scopes);
        let mut answer = self.transport.ask(&ask, listing::PAGE_BYTES).await?;
        // Above its own limit Distribution refuses `n` instead of giving less.
        if answer.status == StatusCode::BAD_REQUEST && drop_page_size(&mut ask.url) {
            answer = self.transport.ask(&ask, listing::PAGE_BYTES).await?;
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
