//! Fixed certificates, valid from 2024 to 2123 unless their point is another one. Their keys are
//! public: they are in this repository and protect nothing.

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;

/// A certificate for a test server, issued by [`Certificate::CA_PEM`] where nothing else is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certificate {
    /// For `localhost` and 127.0.0.1.
    Good,
    /// Expired on 1 February 2024.
    Expired,
    /// For `other.example`.
    OtherHost,
    /// For `localhost` and 127.0.0.1, issued by itself.
    SelfSigned,
    /// For `localhost` and 127.0.0.1, issued by [`Certificate::ROTATED_CA_PEM`].
    Rotated,
}

impl Certificate {
    /// The certificate authority of all of them, which no system knows.
    pub const CA_PEM: &str = include_str!("../fixtures/tls/ca.pem");

    /// An authority with the name of the other one and a key of its own, as after a rotation.
    pub const ROTATED_CA_PEM: &str = include_str!("../fixtures/tls/rotated_ca.pem");

    /// Certificate and key as PEM.
    #[must_use]
    pub const fn pem(self) -> (&'static str, &'static str) {
        match self {
            Self::Good => (
                include_str!("../fixtures/tls/good.pem"),
                include_str!("../fixtures/tls/good.key"),
            ),
            Self::Expired => (
                include_str!("../fixtures/tls/expired.pem"),
                include_str!("../fixtures/tls/expired.key"),
            ),
            Self::OtherHost => (
                include_str!("../fixtures/tls/other_host.pem"),
                include_str!("../fixtures/tls/other_host.key"),
            ),
            Self::SelfSigned => (
                include_str!("../fixtures/tls/self_signed.pem"),
                include_str!("../fixtures/tls/self_signed.key"),
            ),
            Self::Rotated => (
                include_str!("../fixtures/tls/rotated.pem"),
                include_str!("../fixtures/tls/rotated.key"),
            ),
        }
    }

    /// A client that trusts [`Self::CA_PEM`].
    pub(crate) fn client_config() -> Arc<rustls::ClientConfig> {
        let mut roots = rustls::RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(Self::CA_PEM.as_bytes()).unwrap())
            .unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        Arc::new(
            rustls::ClientConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth(),
        )
    }

    pub(crate) fn server_config(self) -> Arc<ServerConfig> {
        let (certificate, key) = self.pem();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        Arc::new(
            ServerConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(
                    vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()],
                    PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap(),
                )
                .unwrap(),
        )
    }
}
