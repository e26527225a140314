//! The certificate a server presented: remembered on the way to being judged, so that it is known
//! also when it was not accepted.

use crate::tls::SignedByItself;
use roadstead_core::model::{PeerCertificate, Timestamp};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, OtherError, SignatureScheme,
};
use std::sync::{Arc, Mutex, PoisonError};

/// The most bytes of a certificate that are read, and the most characters of a name in it.
const MAX_BYTES: usize = 64 << 10;
const MAX_NAME: usize = 200;
/// The most parts a name may have.
const MAX_PARTS: usize = 64;

/// Where the last certificate is kept.
#[derive(Debug, Clone, Default)]
pub(crate) struct Presented(Arc<Mutex<Option<PeerCertificate>>>);

impl Presented {
    pub(crate) fn last(&self) -> Option<PeerCertificate> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn note(&self, der: &[u8]) {
        // One that cannot be read is not the one before it.
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = read(der);
    }
}

/// Judges as another verifier does and remembers what was judged.
#[derive(Debug)]
pub(crate) struct Watching {
    pub(crate) judge: Arc<dyn ServerCertVerifier>,
    pub(crate) presented: Presented,
}

impl ServerCertVerifier for Watching {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.presented.note(end_entity);
        self.judge
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
            .map_err(|error| named(error, &self.presented))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.judge.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }

    fn root_hint_subjects(&self) -> Option<&[DistinguishedName]> {
        self.judge.root_hint_subjects()
    }
}

/// A refusal by what it comes from: `openssl req -x509` and a rotated authority are refused for
/// reasons that nobody recognises them by. It stays a refusal in any case.
fn named(error: rustls::Error, presented: &Presented) -> rustls::Error {
    let rustls::Error::InvalidCertificate(reason) = &error else {
        return error;
    };
    let own = presented.last().is_some_and(|seen| seen.self_signed);
    let better = match reason {
        CertificateError::UnknownIssuer | CertificateError::Other(_) if own => {
            CertificateError::Other(OtherError(Arc::new(SignedByItself)))
        }
        // An authority of this name is known, and this is not its key.
        CertificateError::BadSignature => CertificateError::UnknownIssuer,
        _ => return error,
    };
    rustls::Error::InvalidCertificate(better)
}

/// Reads issuer, subject and end of a certificate (RFC 5280, 4.1); `None` for what is none. Only
/// for showing: whether a certificate is good is never decided here.
fn read(der: &[u8]) -> Option<PeerCertificate> {
    if der.len() > MAX_BYTES {
        return None;
    }
    let mut outer = Der(der);
    let mut certificate = Der(outer.take(SEQUENCE)?);
    let mut fields = Der(certificate.take(SEQUENCE)?);
    // The version has a tag of its own and may be absent.
    fields.skip(0xa0);
    fields.take(INTEGER)?;
    fields.take(SEQUENCE)?;
    let issuer = fields.take(SEQUENCE)?;
    let mut validity = Der(fields.take(SEQUENCE)?);
    validity.any()?;
    let (tag, end) = validity.any()?;
    let expires_at = time(tag, end)?;
    let subject = fields.take(SEQUENCE)?;
    Some(PeerCertificate {
        self_signed: issuer == subject,
        subject: name(subject),
        issuer: name(issuer),
        expires_at,
    })
}

const INTEGER: u8 = 0x02;
const OID: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const BMP_STRING: u8 = 0x1e;

/// What is left to read of an encoding.
struct Der<'a>(&'a [u8]);

impl<'a> Der<'a> {
    /// The next element: its tag and what it holds.
    fn any(&mut self) -> Option<(u8, &'a [u8])> {
        let (tag, rest) = self.0.split_first()?;
        let (first, rest) = rest.split_first()?;
        let (length, rest) = match first {
            0..=0x7f => (usize::from(*first), rest),
            0x81..=0x83 => {
                let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
                let length = bytes
                    .iter()
                    .fold(0, |all, byte| all << 8 | usize::from(*byte));
                (length, rest)
            }
            _ => return None,
        };
        let (held, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((*tag, held))
    }

    /// The next element, which has this tag.
    fn take(&mut self, wanted: u8) -> Option<&'a [u8]> {
        let (tag, held) = self.any()?;
        (tag == wanted).then_some(held)
    }

    /// Passes over the next element if it has this tag.
    fn skip(&mut self, tag: u8) {
        if self.0.first() == Some(&tag) {
            self.any();
        }
    }
}

/// A distinguished name for people: its common name, else its organisation, else whatever part of
/// it is a text.
fn name(der: &[u8]) -> String {
    let mut best: Option<(u8, String)> = None;
    let mut sets = Der(der);
    for _ in 0..MAX_PARTS {
        let Some(set) = sets.take(SET) else { break };
        let Some(part) = Der(set).take(SEQUENCE) else {
            continue;
        };
        let mut part = Der(part);
        let (Some(oid), Some((tag, value))) = (part.take(OID), part.any()) else {
            continue;
        };
        let weight = match oid {
            [0x55, 0x04, 0x03] => 2,
            [0x55, 0x04, 0x0a] => 1,
            _ => 0,
        };
        if best.as_ref().is_none_or(|(known, _)| weight > *known) {
            best = Some((weight, text(tag, value)));
        }
    }
    best.map(|(_, text)| text).unwrap_or_default()
}

fn text(tag: u8, value: &[u8]) -> String {
    let read = if tag == BMP_STRING {
        let units: Vec<u16> = value
            .chunks_exact(2)
            .map(|pair| u16::from_be_bytes([pair[0], pair[1]]))
            .collect();
        String::from_utf16_lossy(&units)
    } else {
        String::from_utf8_lossy(value).into_owned()
    };
    read.chars()
        .filter(|c| !c.is_control() && !is_bidi(*c))
        .take(MAX_NAME)
        .collect()
}

/// Characters that make the text around them read in another order.
const fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ`.
fn time(tag: u8, value: &[u8]) -> Option<Timestamp> {
    let digits = value.strip_suffix(b"Z")?;
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let digits = std::str::from_utf8(digits).ok()?;
    let full = match (tag, digits.len()) {
        (UTC_TIME, 12) if digits < "5" => format!("20{digits}"),
        (UTC_TIME, 12) => format!("19{digits}"),
        (GENERALIZED_TIME, 14) => digits.to_owned(),
        _ => return None,
    };
    let (date, clock) = full.split_at(8);
    let (year, month_day) = date.split_at(4);
    let (month, day) = month_day.split_at(2);
    let (hour, minute_second) = clock.split_at(2);
    let (minute, second) = minute_second.split_at(2);
    Timestamp::parse(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z")).ok()
}

#[cfg(test)]
mod tests {
    use super::{GENERALIZED_TIME, UTC_TIME, name, read, time};
    use crate::{Deadlines, Identity, OciClient, OciSettings, OutboundPolicy};
    use roadstead_core::model::{Address, TlsPolicy};
    use roadstead_testkit::{Certificate, Reply, Scripted};
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    use std::sync::Arc;

    fn der(certificate: Certificate) -> Vec<u8> {
        CertificateDer::from_pem_slice(certificate.pem().0.as_bytes())
            .expect("certificate")
            .to_vec()
    }

    #[test]
    fn certificate_is_read_with_its_end_and_its_issuer() {
        let expired = read(&der(Certificate::Expired)).expect("read");
        assert_eq!(
            expired.expires_at.to_string(),
            "2024-02-01T00:00:00.000000Z"
        );
        assert!(!expired.issuer.is_empty());
        assert!(!expired.self_signed);
        let own = read(&der(Certificate::SelfSigned)).expect("read");
        assert!(own.self_signed);
        assert_eq!(own.issuer, own.subject);
    }

    /// A resumed session shows no certificate: one that has expired meanwhile would be good for as
    /// long as the session is.
    #[tokio::test]
    async fn question_about_health_sees_the_certificate_each_time() {
        let server = Scripted::start_tls(Certificate::Good).await;
        server.on("GET /v2/", Reply::registry());
        let client = OciClient::new(OciSettings {
            address: Address::parse(&server.url()).expect("address"),
            tls: TlsPolicy::Skip,
            account: None,
            token_service: None,
            pinned_key: None,
            names: Arc::new(crate::resolver::SystemNames),
            policy: Arc::new(OutboundPolicy {
                allow: vec!["127.0.0.0/8".parse().expect("network")],
                ..OutboundPolicy::default()
            }),
            deadlines: Deadlines::default(),
            user_agent: "test".to_owned(),
        })
        .expect("client");
        let presented = &client.transport.doors.presented;
        for _ in 0..3 {
            client.ping(Identity::Fresh).await.expect("registry");
            assert!(presented.0.lock().expect("lock").take().is_some());
        }
    }

    #[test]
    fn hostile_certificates_are_nothing_or_short_and_never_a_panic() {
        let good = der(Certificate::Good);
        for cut in 0..good.len() {
            let _ = read(&good[..cut]);
        }
        let mut state = 7_u64;
        for _ in 0..20_000 {
            let mut bad = good.clone();
            for _ in 0..3 {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let at = (state >> 33) as usize % bad.len();
                bad[at] = (state >> 24) as u8;
            }
            if let Some(seen) = read(&bad) {
                assert!(seen.issuer.chars().count() <= super::MAX_NAME);
                assert!(!seen.issuer.chars().any(char::is_control));
            }
        }
        assert_eq!(read(&vec![0x30; super::MAX_BYTES + 1]), None);
        assert_eq!(read(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }

    #[test]
    fn name_is_shown_without_what_could_mislead() {
        let common = |text: &[u8]| {
            let mut value = vec![0x0c, text.len() as u8];
            value.extend_from_slice(text);
            let mut part = vec![0x06, 3, 0x55, 4, 3];
            part.extend(value);
            let mut sequence = vec![0x30, part.len() as u8];
            sequence.extend(part);
            let mut set = vec![0x31, sequence.len() as u8];
            set.extend(sequence);
            set
        };
        assert_eq!(name(&common(b"Own CA")), "Own CA");
        let odd = "a\u{202e}b\u{1b}[2Jc\n".as_bytes();
        assert_eq!(name(&common(odd)), "ab[2Jc");
        assert_eq!(name(&[]), "");
    }

    #[test]
    fn times_of_both_forms_are_read_and_odd_ones_are_not() {
        let shown = |tag, text: &str| time(tag, text.as_bytes()).map(|t| t.to_string());
        let wanted = |text: &str| Some(format!("{text}.000000Z"));
        assert_eq!(
            shown(UTC_TIME, "490102030405Z"),
            wanted("2049-01-02T03:04:05")
        );
        assert_eq!(
            shown(UTC_TIME, "500102030405Z"),
            wanted("1950-01-02T03:04:05")
        );
        assert_eq!(
            shown(GENERALIZED_TIME, "21231231235959Z"),
            wanted("2123-12-31T23:59:59")
        );
        for odd in ["", "Z", "491302030405Z", "4901020304Z", "49010203040-Z"] {
            assert_eq!(shown(UTC_TIME, odd), None, "{odd}");
        }
    }
}
