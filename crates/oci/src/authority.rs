//! With what a request is made: nothing, the account, or a token for what it needs. What the
//! registry asks for is learnt from its challenges; where its token service may be is not.

use crate::challenge::Challenge;
use crate::client::OciSettings;
use crate::credential::{Bound, Credential};
use crate::error::protocol;
use crate::ping::Identity;
use crate::realm::{Realm, RealmRules};
use crate::scope::Scopes;
use crate::token::{self, Issued};
use crate::token_cache::{Key, TokenCache};
use crate::transport::{Answer, Ask, Transport};
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue};
use roadstead_core::ports::RegistryError;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use url::{Url, form_urlencoded};

/// What we call ourselves to token services.
const CLIENT_ID: &str = "roadstead";

/// How many resources are remembered that the registry calls by another name.
const MAX_RENAMED: usize = 512;

/// Everything about one registry's credentials.
pub(crate) struct Authority {
    pub(crate) credential: Credential,
    pub(crate) rules: RealmRules,
    mode: Mutex<Mode>,
    tokens: TokenCache,
}

/// What the registry takes, as far as it is known.
#[derive(Clone, Default)]
enum Mode {
    #[default]
    Unknown,
    Basic,
    Bearer(Arc<Bearer>),
    /// It takes tokens, of a service that may not be asked: the account is of no use to it.
    Unusable,
}

/// A token service, and how it was found to work.
struct Bearer {
    realm: Realm,
    service: Option<String>,
    /// It does not answer the `GET` form.
    posts: AtomicBool,
    /// What the registry calls a resource, where that is not what we call it.
    renamed: Mutex<HashMap<Scopes, Scopes>>,
}

/// What a request is made with.
pub(crate) struct Proof {
    pub(crate) bound: Option<Bound>,
    source: Source,
}

#[derive(PartialEq)]
enum Source {
    Nothing,
    Account,
    /// A token, for this, with this serial; whether it was fetched because of a 401.
    Token(Scopes, u64, bool),
}

impl Proof {
    const NOTHING: Self = Self {
        bound: None,
        source: Source::Nothing,
    };
}

impl Authority {
    pub(crate) fn new(settings: &OciSettings) -> Self {
        let registry = settings.address.origin();
        Self {
            credential: Credential::new(settings.account.clone(), registry.clone()),
            rules: RealmRules {
                registry,
                confirmed: settings.token_service.clone(),
                policy: Arc::clone(&settings.policy),
            },
            mode: Mutex::default(),
            tokens: TokenCache::default(),
        }
    }

    /// Whether requests on behalf of `identity` carry the account.
    fn uses_account(&self, identity: Identity) -> bool {
        identity == Identity::Account && self.credential.is_present()
    }

    fn mode(&self) -> Mode {
        locked(&self.mode).clone()
    }
}

/// The first challenge of a scheme.
pub(crate) fn offered<'a>(challenges: &'a [Challenge], scheme: &str) -> Option<&'a Challenge> {
    challenges.iter().find(|c| c.scheme() == scheme)
}

impl Transport {
    /// What to make a request with, by what is known of the registry.
    pub(crate) async fn prove(&self, ask: &Ask<'_>) -> Result<Proof, RegistryError> {
        let authority = &self.authority;
        let account = authority.uses_account(ask.identity);
        match (authority.mode(), ask.scopes) {
            (Mode::Bearer(bearer), Some(need)) => {
                let scopes = locked(&bearer.renamed).get(need).cloned();
                let scopes = scopes.unwrap_or_else(|| need.clone());
                self.token(ask, &bearer, account, scopes, None, false).await
            }
            (Mode::Unknown | Mode::Basic, _) if account => Ok(Proof {
                bound: authority.credential.for_registry()?,
                source: Source::Account,
            }),
            _ => Ok(Proof::NOTHING),
        }
    }

    /// What to try after a 401; `None` when there is nothing better than what was refused.
    pub(crate) async fn prove_again(
        &self,
        ask: &Ask<'_>,
        refused: &Proof,
        headers: &HeaderMap,
    ) -> Result<Option<Proof>, RegistryError> {
        let Some(need) = ask.scopes else {
            return Ok(None);
        };
        let challenges = Challenge::all(headers);
        let account = self.authority.uses_account(ask.identity);
        if account && offered(&challenges, "basic").is_some() {
            *locked(&self.authority.mode) = Mode::Basic;
            if refused.source == Source::Account {
                return Ok(None);
            }
            return Ok(Some(Proof {
                bound: self.authority.credential.for_registry()?,
                source: Source::Account,
            }));
        }
        let Some(challenge) = offered(&challenges, "bearer") else {
            return Ok(None);
        };
        // A registry that takes passwords as well is asked with the password, whatever somebody
        // without one needed.
        let remember =
            !(self.authority.credential.is_present() && offered(&challenges, "basic").is_some());
        let bearer = self.learn(&ask.url, challenge, remember)?;
        let scopes = Scopes::narrowed(challenge.param("scope"), need);
        if scopes != *need {
            let mut renamed = locked(&bearer.renamed);
            if renamed.len() >= MAX_RENAMED {
                renamed.clear();
            }
            renamed.insert(need.clone(), scopes.clone());
        }
        let stale = match &refused.source {
            Source::Token(had, serial, again) if *had == scopes => {
                if *again {
                    return Ok(None);
                }
                Some(*serial)
            }
            // A second token with another scope was refused as well.
            Source::Token(_, _, true) => return Ok(None),
            _ => None,
        };
        self.token(ask, &bearer, account, scopes, stale, true)
            .await
            .map(Some)
    }

    /// Takes in a challenge for a token, for this request or for those to come as well.
    fn learn(
        &self,
        base: &Url,
        challenge: &Challenge,
        remember: bool,
    ) -> Result<Arc<Bearer>, RegistryError> {
        let realm = challenge
            .param("realm")
            .ok_or_else(|| protocol("the registry names no token service"))
            .and_then(|realm| self.authority.rules.judge(base, realm))
            .inspect_err(|_| self.remember(remember, Mode::Unusable))?;
        let service = challenge.param("service").map(str::to_owned);
        if let Mode::Bearer(known) = self.authority.mode()
            && known.realm == realm
            && known.service == service
        {
            return Ok(known);
        }
        let bearer = Arc::new(Bearer {
            realm,
            service,
            posts: AtomicBool::new(false),
            renamed: Mutex::default(),
        });
        self.remember(remember, Mode::Bearer(Arc::clone(&bearer)));
        Ok(bearer)
    }

    fn remember(&self, remember: bool, mode: Mode) {
        if remember {
            *locked(&self.authority.mode) = mode;
        }
    }

    /// Remembers what an anonymous 401 says about the registry, if it can be used.
    pub(crate) fn note(&self, base: &Url, challenges: &[Challenge]) {
        if self.authority.credential.is_present() && offered(challenges, "basic").is_some() {
            *locked(&self.authority.mode) = Mode::Basic;
        } else if let Some(challenge) = offered(challenges, "bearer") {
            // A realm that may not be used is an error when it would have to be.
            let _ = self.learn(base, challenge, true);
        }
    }

    async fn token(
        &self,
        ask: &Ask<'_>,
        bearer: &Bearer,
        account: bool,
        scopes: Scopes,
        refused: Option<u64>,
        again: bool,
    ) -> Result<Proof, RegistryError> {
        let key = Key { account, scopes };
        let fetch = self.fetch(bearer, account, &key.scopes, ask.health);
        let token = self.authority.tokens.get(&key, refused, fetch).await?;
        Ok(Proof {
            bound: Some(Bound::new(
                token.header,
                self.authority.rules.registry.clone(),
            )),
            source: Source::Token(key.scopes, token.serial, again),
        })
    }

    async fn fetch(
        &self,
        bearer: &Bearer,
        account: bool,
        scopes: &Scopes,
        health: bool,
    ) -> Result<Issued, RegistryError> {
        if !bearer.posts.load(Ordering::Relaxed) {
            let answer = self.get_token(bearer, account, scopes, health).await?;
            let refused = matches!(answer.status.as_u16(), 404 | 405);
            if !(refused && account) {
                return token::read(&answer);
            }
        }
        let answer = self.post_token(bearer, scopes, health).await?;
        let issued = token::read(&answer)?;
        bearer.posts.store(true, Ordering::Relaxed);
        Ok(issued)
    }

    /// `GET realm?service=..&scope=..&scope=..`, with the account as Basic.
    async fn get_token(
        &self,
        bearer: &Bearer,
        account: bool,
        scopes: &Scopes,
        health: bool,
    ) -> Result<Answer, RegistryError> {
        let mut url = bearer.realm.url().clone();
        {
            let mut query = url.query_pairs_mut();
            if let Some(service) = &bearer.service {
                query.append_pair("service", service);
            }
            for scope in scopes.parameters() {
                query.append_pair("scope", &scope);
            }
        }
        // An empty query of ours leaves a bare question mark.
        if url.query() == Some("") {
            url.set_query(None);
        }
        let bound = if account {
            self.authority.credential.for_realm(&bearer.realm)?
        } else {
            None
        };
        let mut ask = Ask::get(url.clone(), Identity::Anonymous);
        ask.health = health;
        // No redirect is followed: a token service has no reason for one.
        let open = self.hop(&ask, &url, bound.as_ref()).await?;
        self.read(open, token::TOKEN_BYTES).await
    }

    /// The form of OAuth 2 (RFC 6749 section 4.3), for services that know only that.
    async fn post_token(
        &self,
        bearer: &Bearer,
        scopes: &Scopes,
        health: bool,
    ) -> Result<Answer, RegistryError> {
        let form = self
            .form(bearer, scopes)
            .ok_or(RegistryError::Unauthorized)?;
        let mut ask = Ask::get(bearer.realm.url().clone(), Identity::Anonymous);
        ask.method = Method::POST;
        ask.health = health;
        ask.headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        ask.body = Some(form.into());
        let open = self.hop(&ask, bearer.realm.url(), None).await?;
        self.read(open, token::TOKEN_BYTES).await
    }

    /// The fields of the form; `None` without an account.
    fn form(&self, bearer: &Bearer, scopes: &Scopes) -> Option<String> {
        let account = self.authority.credential.form_for(&bearer.realm)?;
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "password")
            .append_pair("client_id", CLIENT_ID);
        if let Some(service) = &bearer.service {
            form.append_pair("service", service);
        }
        if *scopes != Scopes::none() {
            form.append_pair("scope", &scopes.to_string());
        }
        form.extend_pairs(account);
        Some(form.finish())
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
