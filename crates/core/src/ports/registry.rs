//! Registries as Roadstead talks to them, whatever the product.

use super::inventory::{ReadArtifact, ReadConfig};
use super::reading::{ArtifactPointer, Read, TagList};
use super::{Contents, Deletion, PullProbe};
use crate::ErrorCode;
use crate::Failure;
use crate::model::{
    Capabilities, Connection, Descriptor, Digest, LedgerEntry, PeerCertificate, ProbeDepth,
    ProbeReport, ProbeStep, Reason, RegistryKind, Scheme,
};
use async_trait::async_trait;
use futures::stream::BoxStream;
use std::sync::Arc;
use std::time::Duration;

/// What is wrong with a registry's certificate or its TLS, where it can be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TlsFault {
    /// The certificate has ended.
    Expired,
    /// The certificate begins later.
    NotYetValid,
    /// The certificate is for another host.
    OtherHost,
    /// An authority that is not trusted here issued the certificate.
    IssuerUnknown,
    /// The certificate names itself as its issuer.
    SelfSigned,
    /// The server offers only versions or ciphers of TLS that are broken.
    TooOld,
}

impl TlsFault {
    /// Every fault.
    pub const ALL: [Self; 6] = [
        Self::Expired,
        Self::NotYetValid,
        Self::OtherHost,
        Self::IssuerUnknown,
        Self::SelfSigned,
        Self::TooOld,
    ];

    const fn sentence(self) -> &'static str {
        match self {
            Self::Expired => "the certificate has expired",
            Self::NotYetValid => "the certificate is not valid yet",
            Self::OtherHost => "the certificate is for another host",
            Self::IssuerUnknown => "the certificate's issuer is not known",
            Self::SelfSigned => "the certificate is signed by itself",
            Self::TooOld => "the server offers no TLS version or cipher we accept",
        }
    }

    const fn reason(self) -> Reason {
        match self {
            Self::Expired => Reason::CertificateExpired,
            Self::NotYetValid => Reason::CertificateNotYetValid,
            Self::OtherHost => Reason::CertificateOtherHost,
            Self::IssuerUnknown => Reason::CertificateIssuerUnknown,
            Self::SelfSigned => Reason::CertificateSelfSigned,
            Self::TooOld => Reason::TlsTooOld,
        }
    }

    const fn code(self) -> ErrorCode {
        match self {
            Self::Expired => ErrorCode::UpstreamCertificateExpired,
            Self::NotYetValid => ErrorCode::UpstreamCertificateNotYetValid,
            Self::OtherHost => ErrorCode::UpstreamCertificateOtherHost,
            Self::IssuerUnknown => ErrorCode::UpstreamCertificateIssuerUnknown,
            Self::SelfSigned => ErrorCode::UpstreamCertificateSelfSigned,
            Self::TooOld => ErrorCode::UpstreamTlsTooOld,
        }
    }
}

impl std::fmt::Display for TlsFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.sentence())
    }
}

/// Why a registry did not give what was asked. It never carries a secret; texts in it come from
/// fixed sentences or are short, untrusted texts of the registry.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegistryError {
    /// The outbound guard forbids the destination. One answer for every such destination.
    #[error("the destination is not allowed")]
    Refused,
    /// The name has no address.
    #[error("the host name could not be resolved")]
    NameUnresolved,
    /// Nothing listens there.
    #[error("the connection was refused")]
    ConnectionRefused,
    /// The connection was cut.
    #[error("the connection was cut")]
    ConnectionReset,
    /// No answer before the deadline.
    #[error("no answer before the deadline")]
    Timeout,
    /// The certificate was not accepted, or the server's TLS is too old.
    #[error("{0}")]
    Untrusted(TlsFault),
    /// What answers there speaks the other scheme: plain http under https, or TLS under http.
    #[error("the server speaks {} here", .0.as_str())]
    OtherScheme(Scheme),
    /// TLS failed in another way.
    #[error("TLS failed: {0}")]
    Tls(String),
    /// Something answers, but not a registry.
    #[error("this is not a registry")]
    NotARegistry,
    /// The account was rejected.
    #[error("the account was rejected")]
    Unauthorized,
    /// The account may not do this.
    #[error("the account may not do this")]
    Forbidden,
    /// The registry sends whoever wants a token to an origin nobody has confirmed for this
    /// account, so nothing was sent there.
    #[error("the token service at {0} was not confirmed")]
    TokenServiceUnconfirmed(String),
    /// Another server answers than the one that was pinned, so no account was sent.
    #[error("another server answers")]
    IdentityChanged,
    /// It is not there.
    #[error("not found")]
    NotFound,
    /// Slow down.
    #[error("the registry asks to slow down")]
    RateLimited {
        /// For how long, when the registry says; capped.
        after: Option<Duration>,
    },
    /// A 5xx answer.
    #[error("the registry answered {status}")]
    Unavailable {
        /// The HTTP status.
        status: u16,
    },
    /// The registry cannot do this at all.
    #[error("the registry does not offer this")]
    Unsupported,
    /// Something else changed it meanwhile.
    #[error("it was changed meanwhile")]
    Conflict,
    /// The answer breaks the protocol.
    #[error("the answer breaks the protocol: {0}")]
    Protocol(String),
}

impl RegistryError {
    /// Whether asking again later may help.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(
            self,
            Self::NameUnresolved
                | Self::ConnectionRefused
                | Self::ConnectionReset
                | Self::Timeout
                | Self::RateLimited { .. }
                | Self::Unavailable { .. }
        )
    }

    /// The reason for a condition.
    #[must_use]
    pub const fn reason(&self) -> Reason {
        match self {
            Self::Refused => Reason::AddressRefused,
            Self::NameUnresolved => Reason::NameUnresolved,
            Self::ConnectionRefused => Reason::ConnectionRefused,
            Self::ConnectionReset => Reason::ConnectionReset,
            Self::Timeout => Reason::Timeout,
            Self::Untrusted(fault) => fault.reason(),
            Self::OtherScheme(_) => Reason::OtherScheme,
            Self::Tls(_) => Reason::TlsFailed,
            Self::NotARegistry => Reason::NotARegistry,
            Self::Unauthorized | Self::Forbidden => Reason::CredentialsRejected,
            Self::TokenServiceUnconfirmed(_) => Reason::TokenServiceUnconfirmed,
            Self::IdentityChanged => Reason::IdentityChanged,
            Self::RateLimited { .. } => Reason::RateLimited,
            Self::Unavailable { .. } => Reason::ServerError,
            Self::NotFound | Self::Unsupported | Self::Conflict | Self::Protocol(_) => {
                Reason::ProtocolError
            }
        }
    }

    /// The code for an answer of the API.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Refused => ErrorCode::OutboundAddressRefused,
            Self::NameUnresolved => ErrorCode::UpstreamNameUnresolved,
            Self::ConnectionRefused => ErrorCode::UpstreamConnectionRefused,
            Self::ConnectionReset => ErrorCode::UpstreamConnectionReset,
            Self::Timeout => ErrorCode::UpstreamTimeout,
            Self::Untrusted(fault) => fault.code(),
            Self::OtherScheme(_) => ErrorCode::UpstreamOtherScheme,
            Self::Tls(_) => ErrorCode::UpstreamTlsFailed,
            Self::NotARegistry => ErrorCode::UpstreamNotARegistry,
            Self::Unauthorized => ErrorCode::UpstreamUnauthorized,
            Self::Forbidden => ErrorCode::UpstreamForbidden,
            Self::TokenServiceUnconfirmed(_) => ErrorCode::UpstreamTokenServiceUnconfirmed,
            Self::IdentityChanged => ErrorCode::UpstreamIdentityChanged,
            Self::NotFound => ErrorCode::UpstreamNotFound,
            Self::RateLimited { .. } => ErrorCode::UpstreamRateLimited,
            Self::Unavailable { .. } => ErrorCode::UpstreamUnavailable,
            Self::Unsupported => ErrorCode::UpstreamUnsupported,
            Self::Conflict | Self::Protocol(_) => ErrorCode::UpstreamProtocol,
        }
    }

    /// Public parameters of the sentence.
    #[must_use]
    pub fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Tls(detail) | Self::Protocol(detail) => vec![("detail", detail.clone())],
            Self::OtherScheme(scheme) => vec![("scheme", scheme.as_str().to_owned())],
            Self::TokenServiceUnconfirmed(realm) => vec![("realm", realm.clone())],
            Self::Unavailable { status } => vec![("status", status.to_string())],
            Self::RateLimited { after: Some(after) } => {
                vec![("retry_after_s", after.as_secs().to_string())]
            }
            _ => Vec::new(),
        }
    }
}

impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        error
            .params()
            .into_iter()
            .fold(Self::new(error.code()), |f, (k, v)| f.with(k, v))
    }
}

/// Takes the steps of a probe as they finish.
pub type StepSink<'a> = &'a (dyn Fn(ProbeStep) + Send + Sync);

/// What to crawl.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CrawlScope {
    /// The names of all repositories.
    Registry,
    /// The tags of one repository.
    Repository(String),
}

/// Where a crawl can be taken up again. Only the adapter that made it can read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrawlCursor(pub String);

/// Something a crawl found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Crawled {
    /// A repository, by its full name in the registry.
    Repository {
        /// Its name.
        name: String,
    },
    /// A tag of the repository asked for.
    Tag {
        /// Its name.
        name: String,
        /// What it points to, where the list says so: the registry's word.
        digest: Option<Digest>,
    },
}

/// One answer's worth of findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrawlBatch {
    /// What was found, in the registry's order.
    pub found: Vec<Crawled>,
    /// How many names were none and were left out.
    pub skipped: u64,
    /// Where to go on; `None` after the last batch.
    pub next: Option<CrawlCursor>,
}

/// What a look at a registry gave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Observation {
    /// The product and what it can do; without a time.
    pub capabilities: Capabilities,
    /// The product's version, when it says.
    pub version: Option<String>,
}

/// One registry, connected to. Building one does no I/O; every call has a deadline; a listing that
/// fails is an error and never an empty list; only [`Self::probe`] judges health.
#[async_trait]
pub trait RegistryAdapter: Send + Sync {
    /// The product this adapter speaks to.
    fn kind(&self) -> RegistryKind;

    /// Runs the connection test to the depth asked for. Each finished step is given to `steps`
    /// as it happens; skipped steps too, so that the list is always complete for
    /// [`ProbeDepth::Anonymous`] and [`ProbeDepth::Full`].
    async fn probe(&self, depth: ProbeDepth, steps: StepSink<'_>) -> ProbeReport;

    /// The certificate the registry presented last, accepted or not. No I/O happens; `None` before
    /// the first one and over plain http.
    fn certificate(&self) -> Option<PeerCertificate> {
        None
    }

    /// Looks at what the registry can do, by questions that change nothing. What gets no answer is
    /// noted as such; a registry that answers nothing at all is an error. An adapter that looks at
    /// nothing has seen nothing.
    ///
    /// # Errors
    /// That of the first question.
    async fn observe(&self) -> Result<Observation, RegistryError> {
        Ok(Observation::default())
    }

    /// Lists what the registry holds, in batches as the registry gives them, starting at `from`.
    /// The stream ends after the first error.
    fn crawl(
        &self,
        scope: CrawlScope,
        from: Option<CrawlCursor>,
    ) -> BoxStream<'_, Result<CrawlBatch, RegistryError>>;

    /// Removes something we made, by its entry in the ledger and by nothing else.
    ///
    /// # Errors
    /// [`RegistryError::NotFound`] when it is gone already, [`RegistryError::Unsupported`] for an
    /// entry whose place the registry never said, or of a kind this product does not have.
    async fn remove_made(&self, entry: &LedgerEntry) -> Result<(), RegistryError>;

    /// Trying out who may pull and write; `None` for products that say it themselves.
    fn pulls(&self) -> Option<&dyn PullProbe> {
        None
    }

    /// Deleting tags and artifacts; `None` for products that do not let it be done.
    fn deletion(&self) -> Option<&dyn Deletion> {
        None
    }

    /// Giving what artifacts are made of; `None` for products that do not.
    fn contents(&self) -> Option<&dyn Contents> {
        None
    }

    /// Every tag of one repository. [`RegistryError::NotFound`] is the registry's word that there
    /// is no such repository.
    async fn repository(&self, name: &str) -> Read<TagList>;

    /// Reads a manifest; its bytes have the digest it is given out under, and its type is the one
    /// it is said to be.
    async fn artifact(&self, repository: &str, pointer: &ArtifactPointer) -> Read<ReadArtifact>;

    /// What a tag points to now, when it is not `known`; `None` when it is. Costs no bytes where
    /// the registry allows that.
    async fn moved(
        &self,
        repository: &str,
        tag: &str,
        known: Option<&Digest>,
    ) -> Read<Option<Digest>>;

    /// Reads an image's configuration, digest and size verified.
    async fn config(&self, repository: &str, config: &Descriptor) -> Read<ReadConfig>;

    /// How many requests were sent through this adapter so far, whatever became of them: tokens
    /// and repetitions included.
    fn requests(&self) -> u64;
}

/// Makes adapters.
pub trait RegistryConnector: Send + Sync {
    /// An adapter for this connection. No I/O happens.
    ///
    /// # Errors
    /// [`RegistryError::Unsupported`] for a kind without adapter, [`RegistryError::Refused`] for
    /// an address literal the outbound guard forbids, [`RegistryError::Tls`] for certificates
    /// that cannot be read.
    fn connect(&self, connection: Connection) -> Result<Arc<dyn RegistryAdapter>, RegistryError>;
}
