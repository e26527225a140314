//! The account of a registry, tied to the place it was entered for.

use crate::realm::Realm;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;
use roadstead_core::model::{Account, Origin};
use roadstead_core::ports::RegistryError;
use url::Url;

/// An `Authorization` header with the only origin that may see it.
#[derive(Clone)]
pub(crate) struct Bound {
    header: HeaderValue,
    origin: Origin,
}

impl Bound {
    pub(crate) const fn new(header: HeaderValue, origin: Origin) -> Self {
        Self { header, origin }
    }

    /// The header for the URL about to be contacted, if and only if that URL has its origin.
    /// Every credential and token passes here on its way out.
    pub(crate) fn given(&self, url: &Url) -> Option<&HeaderValue> {
        if Origin::of(url).as_ref() != Some(&self.origin) {
            return None;
        }
        Some(&self.header)
    }
}

/// An account with the origin of the registry it belongs to.
pub(crate) struct Credential {
    account: Option<Account>,
    origin: Origin,
}

impl Credential {
    pub(crate) const fn new(account: Option<Account>, origin: Origin) -> Self {
        Self { account, origin }
    }

    /// Whether there is an account at all.
    pub(crate) const fn is_present(&self) -> bool {
        self.account.is_some()
    }

    /// The account's name.
    pub(crate) fn username(&self) -> Option<&str> {
        self.account.as_ref().map(|a| a.username.as_str())
    }

    /// The account as a header for the registry itself.
    ///
    /// # Errors
    /// [`RegistryError::Unauthorized`] when the name cannot be sent at all: Basic has no way to
    /// carry a colon or a control character in it, so no registry can accept it.
    pub(crate) fn for_registry(&self) -> Result<Option<Bound>, RegistryError> {
        let header = self.basic()?;
        Ok(header.map(|header| Bound::new(header, self.origin.clone())))
    }

    /// The account as a header for a token service that was judged good.
    ///
    /// # Errors
    /// As [`Self::for_registry`].
    pub(crate) fn for_realm(&self, realm: &Realm) -> Result<Option<Bound>, RegistryError> {
        let header = self.basic()?;
        Ok(header.map(|header| Bound::new(header, realm.origin().clone())))
    }

    /// The account as fields of a form for a token service that was judged good. The caller
    /// posts it to that realm's own URL and follows no redirect with it.
    pub(crate) fn form_for(&self, _realm: &Realm) -> Option<[(&'static str, &str); 2]> {
        self.account.as_ref().map(|account| {
            [
                ("username", account.username.as_str()),
                ("password", account.password.expose().as_str()),
            ]
        })
    }

    /// RFC 7617.
    fn basic(&self) -> Result<Option<HeaderValue>, RegistryError> {
        let Some(account) = &self.account else {
            return Ok(None);
        };
        if account
            .username
            .contains(|c: char| c == ':' || c.is_control())
        {
            return Err(RegistryError::Unauthorized);
        }
        let pair = format!("{}:{}", account.username, account.password.expose());
        let mut header = HeaderValue::from_str(&format!("Basic {}", STANDARD.encode(pair)))
            .map_err(|_| RegistryError::Unauthorized)?;
        header.set_sensitive(true);
        Ok(Some(header))
    }
}

#[cfg(test)]
mod tests {
    use super::Credential;
    use roadstead_core::model::{Account, Address, Secret};
    use roadstead_core::ports::RegistryError;
    use url::Url;

    fn credential(address: &str, username: &str) -> Credential {
        let origin = Address::parse(address).expect("address").origin();
        let account = Account {
            username: username.to_owned(),
            password: Secret::new("pw".to_owned()),
        };
        Credential::new(Some(account), origin)
    }

    #[test]
    fn sec_06_authorization_is_given_to_the_exact_origin_only() {
        let credential = credential("https://registry.example", "alice");
        let given = |url: &str| {
            credential
                .for_registry()
                .expect("good")
                .expect("account")
                .given(&Url::parse(url).expect("url"))
                .is_some()
        };
        for same in [
            "https://registry.example/v2/",
            "https://registry.example:443/x?y",
            "https://REGISTRY.example/",
            "https://user@registry.example/",
        ] {
            assert!(given(same), "{same}");
        }
        for other in [
            "http://registry.example/v2/",
            "https://registry.example:444/",
            "https://registry.example.evil/",
            "https://evil-registry.example/",
            "https://registry.example./",
            "https://registry.example@evil/",
            "https://evil/registry.example",
        ] {
            assert!(!given(other), "{other}");
        }
    }

    #[test]
    fn sec_28_authorization_header_does_not_print_itself() {
        let credential = credential("https://a", "alice");
        let url = Url::parse("https://a/v2/").expect("url");
        let bound = credential.for_registry().expect("good").expect("some");
        assert_eq!(
            format!("{:?}", bound.given(&url).expect("own")),
            "Sensitive"
        );
    }

    #[test]
    fn name_that_basic_cannot_carry_is_rejected() {
        assert_eq!(
            credential("https://a", "a:b").for_registry().err(),
            Some(RegistryError::Unauthorized)
        );
    }
}
