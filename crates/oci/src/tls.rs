//! How a registry's certificate is judged, and what to say when it is not accepted.

use crate::peer::{Presented, Watching};
use roadstead_core::model::{Scheme, TlsPolicy};
use roadstead_core::ports::{RegistryError, TlsFault};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore,
    SignatureScheme,
};
use rustls_platform_verifier::Verifier;
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, OnceLock};

/// The TLS settings for one registry; what it presents is kept in `presented`. For a plain http
/// address nothing is loaded, so a machine without certificate authorities can still use it. Where
/// certificates are not judged, a `pinned` key is all that is accepted.
///
/// # Errors
/// [`RegistryError::Tls`] when the given certificates cannot be read, or the system has none.
pub(crate) fn config(
    policy: &TlsPolicy,
    plain_http: bool,
    presented: &Presented,
    pinned: Option<&str>,
) -> Result<ClientConfig, RegistryError> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|_| tls("TLS is not available"))?;
    if plain_http {
        return Ok(builder
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth());
    }
    let judge: Arc<dyn ServerCertVerifier> = match policy {
        TlsPolicy::Verify => system_verifier(provider)?,
        TlsPolicy::Ca { ca_pem } => {
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots(ca_pem)?), provider)
                .build()
                .map_err(|_| tls("the CA certificate cannot be read"))?
        }
        TlsPolicy::Skip => Arc::new(AcceptAny {
            provider,
            pinned: pinned.map(str::to_owned),
        }),
    };
    let watching = Watching {
        judge,
        presented: presented.clone(),
    };
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(watching))
        .with_no_client_auth())
}

fn tls(sentence: &str) -> RegistryError {
    RegistryError::Tls(sentence.to_owned())
}

/// Judges by the system's certificate authorities. They are read once for all registries: a
/// changed bundle counts from the next start.
fn system_verifier(provider: Arc<CryptoProvider>) -> Result<Arc<Verifier>, RegistryError> {
    static SYSTEM: OnceLock<Arc<Verifier>> = OnceLock::new();
    if let Some(verifier) = SYSTEM.get() {
        return Ok(Arc::clone(verifier));
    }
    let verifier =
        Verifier::new(provider).map_err(|_| tls("this machine has no certificate authorities"))?;
    Ok(Arc::clone(SYSTEM.get_or_init(|| Arc::new(verifier))))
}

fn roots(ca_pem: &str) -> Result<RootCertStore, RegistryError> {
    let mut store = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        let certificate = certificate.map_err(|_| tls("the CA certificate cannot be read"))?;
        store
            .add(certificate)
            .map_err(|_| tls("the CA certificate cannot be read"))?;
    }
    if store.is_empty() {
        return Err(tls("the CA text holds no certificate"));
    }
    Ok(store)
}

/// A TLS failure in the words of the port.
pub(crate) fn failure(error: &rustls::Error) -> RegistryError {
    use rustls::Error;
    let fault = match error {
        Error::InvalidCertificate(reason) => match reason {
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                TlsFault::Expired
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                TlsFault::NotYetValid
            }
            CertificateError::UnknownIssuer => TlsFault::IssuerUnknown,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsFault::OtherHost
            }
            CertificateError::Other(other) if other.0.is::<SignedByItself>() => {
                TlsFault::SelfSigned
            }
            CertificateError::Revoked => return tls("the certificate was revoked"),
            _ => return tls("the certificate is not acceptable"),
        },
        Error::PeerIncompatible(_)
        | Error::AlertReceived(
            AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity,
        ) => TlsFault::TooOld,
        // The bytes of an HTTP server are no TLS record.
        Error::InvalidMessage(_) => return RegistryError::OtherScheme(Scheme::Http),
        Error::AlertReceived(_) => return tls("the server ended the TLS handshake"),
        _ => return tls("the TLS handshake failed"),
    };
    RegistryError::Untrusted(fault)
}

/// The certificate names itself as its issuer.
#[derive(Debug, thiserror::Error)]
#[error("the certificate is signed by itself")]
pub(crate) struct SignedByItself;

/// The SHA-256 of a certificate's public key, which stays the same when only the certificate is
/// renewed.
pub(crate) fn key_of(certificate: &CertificateDer<'_>) -> Option<String> {
    let parsed = ParsedCertificate::try_from(certificate).ok()?;
    let key = parsed.subject_public_key_info();
    Some(hex::encode(Sha256::digest(key.as_ref())))
}

/// Accepts every certificate, or every one of one key: the registry's owner has said so.
#[derive(Debug)]
struct AcceptAny {
    provider: Arc<CryptoProvider>,
    pinned: Option<String>,
}

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        match &self.pinned {
            Some(pinned) if key_of(end_entity).as_ref() != Some(pinned) => {
                Err(CertificateError::ApplicationVerificationFailure.into())
            }
            _ => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::config;
    use crate::peer::Presented;
    use roadstead_core::model::TlsPolicy;
    use roadstead_core::ports::RegistryError;

    #[test]
    fn ca_text_without_readable_certificate_is_refused() {
        let garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        for ca_pem in ["", "hello", garbage] {
            let policy = TlsPolicy::Ca {
                ca_pem: ca_pem.to_owned(),
            };
            let made = |plain| config(&policy, plain, &Presented::default(), None);
            assert!(
                matches!(made(false), Err(RegistryError::Tls(_))),
                "{ca_pem}"
            );
            assert!(made(true).is_ok());
        }
    }
}
