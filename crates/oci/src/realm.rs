//! Which token service may be asked (`docs/adr/0005-token-realm.md`). The realm of a challenge is
//! a stranger's text that says where to send a password: only what passes here becomes a
//! [`Realm`], and only a [`Realm`] is ever contacted.

use crate::error::protocol;
use crate::guard::{OutboundPolicy, is_inner_literal};
use roadstead_core::model::{Origin, Scheme};
use roadstead_core::ports::RegistryError;
use std::sync::Arc;
use url::Url;

/// The longest realm that is read.
const MAX_REALM: usize = 2_048;

/// A token service that was judged good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Realm {
    url: Url,
    origin: Origin,
}

impl Realm {
    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) const fn origin(&self) -> &Origin {
        &self.origin
    }
}

/// What a realm is held against.
#[derive(Debug, Clone)]
pub(crate) struct RealmRules {
    /// The registry's own origin.
    pub(crate) registry: Origin,
    /// The one other origin that was confirmed for the account.
    pub(crate) confirmed: Option<Origin>,
    pub(crate) policy: Arc<OutboundPolicy>,
}

impl RealmRules {
    /// Judges a challenge's realm; a relative one is meant from `base`.
    ///
    /// # Errors
    /// [`RegistryError::TokenServiceUnconfirmed`] for a good one that nobody confirmed, else as
    /// [`Self::candidate`].
    pub(crate) fn judge(&self, base: &Url, realm: &str) -> Result<Realm, RegistryError> {
        let realm = self.candidate(base, realm)?;
        if realm.origin == self.registry || Some(&realm.origin) == self.confirmed.as_ref() {
            Ok(realm)
        } else {
            Err(RegistryError::TokenServiceUnconfirmed(
                realm.origin.to_string(),
            ))
        }
    }

    /// What could be confirmed: everything but the confirmation itself is judged.
    ///
    /// # Errors
    /// [`RegistryError::Refused`] for a destination that is not allowed,
    /// [`RegistryError::Protocol`] for a realm that is no address or falls back to plain HTTP.
    pub(crate) fn candidate(&self, base: &Url, realm: &str) -> Result<Realm, RegistryError> {
        let unreadable = || protocol("the token service's address cannot be read");
        let text = realm.trim();
        if text.is_empty() || text.len() > MAX_REALM || text.chars().any(char::is_control) {
            return Err(unreadable());
        }
        let mut url = base.join(text).map_err(|_| unreadable())?;
        let origin = Origin::of(&url).ok_or_else(unreadable)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(unreadable());
        }
        url.set_fragment(None);
        if origin.scheme == Scheme::Http && self.registry.scheme == Scheme::Https {
            return Err(protocol("the token service is on plain HTTP"));
        }
        if origin != self.registry {
            // An inner address as a literal is never where a registry's users get tokens, and
            // always where an attacker wants a request to go.
            if is_inner_literal(&origin) {
                return Err(RegistryError::Refused);
            }
            self.policy.check_literal(&origin)?;
        }
        Ok(Realm { url, origin })
    }
}

#[cfg(test)]
mod tests {
    use super::RealmRules;
    use crate::guard::OutboundPolicy;
    use roadstead_core::model::{Address, Origin};
    use roadstead_core::ports::RegistryError;
    use std::sync::Arc;
    use url::Url;

    fn origin(text: &str) -> Origin {
        Address::parse(text).expect("address").origin()
    }

    /// `ok`, `unconfirmed`, `refused` or `protocol`.
    fn judged(registry: &str, confirmed: Option<&str>, realm: &str) -> &'static str {
        let rules = RealmRules {
            registry: origin(registry),
            confirmed: confirmed.map(origin),
            policy: Arc::new(OutboundPolicy {
                allow: vec![
                    "0.0.0.0/0".parse().expect("net"),
                    "::/0".parse().expect("net"),
                ],
                deny: vec!["203.0.113.0/24".parse().expect("net")],
                private_ranges: true,
                ..OutboundPolicy::default()
            }),
        };
        let base = Url::parse(&format!("{registry}/v2/")).expect("url");
        match rules.judge(&base, realm) {
            Ok(_) => "ok",
            Err(RegistryError::TokenServiceUnconfirmed(_)) => "unconfirmed",
            Err(RegistryError::Refused) => "refused",
            Err(RegistryError::Protocol(_)) => "protocol",
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn sec_03_realm_is_judged_by_scheme_address_and_confirmation() {
        let registry = "https://registry.example";
        let auth = Some("https://auth.example");
        for (confirmed, realm, verdict) in [
            // At home.
            (None, "https://registry.example/token", "ok"),
            (None, "https://REGISTRY.example:443/token?x=1#f", "ok"),
            (None, "/token", "ok"),
            (None, "token?a=b", "ok"),
            (None, "//registry.example/token", "ok"),
            // Elsewhere.
            (None, "https://auth.example/token", "unconfirmed"),
            (auth, "https://auth.example/token", "ok"),
            (auth, "https://auth.example:443/other?q", "ok"),
            (auth, "https://auth.example:444/token", "unconfirmed"),
            (auth, "https://auth.example.evil/token", "unconfirmed"),
            (auth, "https://evil-auth.example/token", "unconfirmed"),
            (auth, "https://auth.example./token", "unconfirmed"),
            (auth, "https://auth.exampl\u{0435}/token", "unconfirmed"),
            (auth, "//evil.example/token", "unconfirmed"),
            (auth, "https://registry.example:5000/token", "unconfirmed"),
            (auth, "\\\\evil.example\\token", "unconfirmed"),
            (auth, "https:evil.example", "ok"), // relative to our own host, by the URL standard
            // With a name inside.
            (auth, "https://u@auth.example/token", "protocol"),
            (auth, "https://auth.example@evil.example/token", "protocol"),
            (auth, "https://u:p@registry.example/token", "protocol"),
            // Down to plain HTTP.
            (auth, "http://auth.example/token", "protocol"),
            (auth, "http://registry.example/token", "protocol"),
            // No address at all.
            (None, "", "protocol"),
            (None, "  ", "protocol"),
            (None, "ftp://registry.example/", "protocol"),
            (None, "file:///etc/passwd", "protocol"),
            (None, "javascript:alert(1)", "protocol"),
            (None, "https://", "protocol"),
            (None, "https://exa mple/", "protocol"),
            (None, "https://registry.example/\r\nX: y", "protocol"),
            // Inner literals, in every spelling, though the policy has all of them open.
            (None, "https://127.0.0.1/token", "refused"),
            (None, "https://0x7f.1/token", "refused"),
            (None, "https://2130706433/token", "refused"),
            (None, "https://[::1]/token", "refused"),
            (None, "https://[::ffff:10.0.0.1]/token", "refused"),
            (None, "https://10.0.0.1/token", "refused"),
            (None, "https://192.168.1.1/token", "refused"),
            (None, "https://169.254.169.254/latest", "refused"),
            (None, "https://[fe80::1]/token", "refused"),
            (None, "https://[fd00::1]/token", "refused"),
            (None, "https://0.0.0.0/token", "refused"),
            // The administrator's own list counts for the token service as well.
            (None, "https://203.0.113.7/token", "refused"),
            (None, "https://198.51.100.7/token", "unconfirmed"),
        ] {
            assert_eq!(judged(registry, confirmed, realm), verdict, "{realm}");
        }
        let long = format!("https://registry.example/{}", "a".repeat(3_000));
        assert_eq!(judged(registry, None, &long), "protocol");
    }

    #[test]
    fn sec_03_plain_registry_may_name_a_plain_token_service_of_its_own_or_a_confirmed_one() {
        let plain = "http://10.0.0.5:5000";
        for (confirmed, realm, verdict) in [
            (None, "http://10.0.0.5:5000/token", "ok"),
            // A literal of another port is another inner address, confirmed or not.
            (None, "http://10.0.0.5:5001/token", "refused"),
            (
                Some("http://10.0.0.5:5001"),
                "http://10.0.0.5:5001/token",
                "refused",
            ),
            (None, "http://auth.internal/token", "unconfirmed"),
            (
                Some("http://auth.internal"),
                "http://auth.internal/token",
                "ok",
            ),
            (
                Some("http://auth.internal"),
                "https://auth.internal/token",
                "unconfirmed",
            ),
        ] {
            assert_eq!(judged(plain, confirmed, realm), verdict, "{realm}");
        }
    }
}
