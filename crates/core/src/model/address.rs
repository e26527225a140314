//! The address of a registry, as a person types it.

use crate::ErrorCode;
use serde::Serialize;
use std::fmt;
use url::Url;

/// `https` or `http`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scheme {
    /// TLS.
    Https,
    /// Plain, only after consent.
    Http,
}

impl Scheme {
    /// The scheme as it stands in a URL.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Https => "https",
            Self::Http => "http",
        }
    }
}

/// Scheme, host and port: the only thing a credential may be sent to. Two origins are the same
/// only when all three are; an absent port counts as the scheme's own.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Origin {
    /// `https` or `http`.
    pub scheme: Scheme,
    /// Host in lower case; an IPv6 literal keeps its brackets.
    pub host: String,
    /// The port, always explicit.
    pub port: u16,
}

impl Origin {
    /// The origin of a URL, if it is an http(s) one with a host.
    #[must_use]
    pub fn of(url: &Url) -> Option<Self> {
        let scheme = match url.scheme() {
            "https" => Scheme::Https,
            "http" => Scheme::Http,
            _ => return None,
        };
        Some(Self {
            scheme,
            host: url.host_str()?.to_owned(),
            port: url.port_or_known_default()?,
        })
    }

    /// Reads what [`Display`](fmt::Display) writes.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::of(&Url::parse(text).ok()?)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}", self.scheme.as_str(), self.host, self.port)
    }
}

/// A checked registry address: `https://host[:port][/path]`, without credentials, query or
/// fragment.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address {
    url: Url,
}

impl Address {
    /// The most characters an address may have.
    pub const MAX: usize = 255;

    /// Checks and takes an address.
    ///
    /// # Errors
    /// One of the `address.*` codes, each of which says what to do.
    pub fn parse(text: &str) -> Result<Self, ErrorCode> {
        let text = text.trim();
        if text.chars().count() > Self::MAX {
            return Err(ErrorCode::AddressTooLong);
        }
        if text
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || c == '\\')
        {
            return Err(ErrorCode::AddressMalformed);
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            // `user:pass@host` must not be answered by a sentence that repeats it.
            return Err(if text.contains('@') {
                ErrorCode::AddressCredentialsInside
            } else if text.is_empty() {
                ErrorCode::FieldRequired
            } else {
                ErrorCode::AddressSchemeMissing
            });
        };
        if !matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https") {
            return Err(ErrorCode::AddressSchemeUnsupported);
        }
        if rest.contains('@') {
            return Err(ErrorCode::AddressCredentialsInside);
        }
        if rest.contains(['?', '#']) {
            return Err(ErrorCode::AddressExtraParts);
        }
        let url = Url::parse(text).map_err(|_| ErrorCode::AddressMalformed)?;
        if url.host_str().is_none_or(str::is_empty) || url.port() == Some(0) {
            return Err(ErrorCode::AddressMalformed);
        }
        Ok(Self { url })
    }

    /// The address as a URL.
    #[must_use]
    pub const fn url(&self) -> &Url {
        &self.url
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> Origin {
        // `parse` refused everything that has no origin.
        Origin::of(&self.url).unwrap_or_else(|| Origin {
            scheme: Scheme::Https,
            host: String::new(),
            port: 443,
        })
    }

    /// Whether what is sent there can be read on the way.
    #[must_use]
    pub fn is_plain_http(&self) -> bool {
        self.url.scheme() == "http"
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.url.as_str().trim_end_matches('/'))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Address {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::{Address, Origin};
    use crate::ErrorCode;

    #[test]
    fn address_is_normalised_and_origin_has_a_port() {
        let address = Address::parse("HTTPS://Registry.Example/")
            .map(|a| (a.to_string(), a.origin().to_string()));
        assert_eq!(
            address,
            Ok((
                "https://registry.example".to_owned(),
                "https://registry.example:443".to_owned()
            ))
        );
    }

    #[test]
    fn origins_differ_by_scheme_host_or_port_only() {
        let origin = |t: &str| Address::parse(t).map(|a| a.origin());
        assert_eq!(origin("https://a"), origin("https://a:443/x"));
        assert_ne!(origin("https://a"), origin("http://a"));
        assert_ne!(origin("https://a"), origin("https://a.evil"));
        assert_ne!(origin("https://a"), origin("https://a:444"));
        assert!(Origin::of(&url::Url::parse("ftp://a").expect("url")).is_none());
    }

    #[test]
    fn bad_addresses_each_get_their_code() {
        let long = format!("https://{}", "a".repeat(300));
        for (text, code) in [
            ("", ErrorCode::FieldRequired),
            ("registry.example", ErrorCode::AddressSchemeMissing),
            ("registry.example:5000", ErrorCode::AddressSchemeMissing),
            (
                "user:pw@registry.example",
                ErrorCode::AddressCredentialsInside,
            ),
            (
                "https://user:pw@registry.example",
                ErrorCode::AddressCredentialsInside,
            ),
            (
                "https://user@registry.example",
                ErrorCode::AddressCredentialsInside,
            ),
            (
                "ftp://registry.example",
                ErrorCode::AddressSchemeUnsupported,
            ),
            ("file:///etc/passwd", ErrorCode::AddressSchemeUnsupported),
            ("https://", ErrorCode::AddressMalformed),
            ("https://a b", ErrorCode::AddressMalformed),
            ("https://a\\b", ErrorCode::AddressMalformed),
            ("https://a:99999", ErrorCode::AddressMalformed),
            ("https://a:0", ErrorCode::AddressMalformed),
            ("https://a/?x=1", ErrorCode::AddressExtraParts),
            ("https://a/#x", ErrorCode::AddressExtraParts),
            (long.as_str(), ErrorCode::AddressTooLong),
        ] {
            assert_eq!(Address::parse(text).err(), Some(code), "{text}");
        }
    }
}
