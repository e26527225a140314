//! Is it still the same server? (`docs/adr/0006-server-identity.md`)

use crate::model::{ServerIdentity, Suspension, SuspensionCause, Timestamp};

/// How many names of repositories are kept to know a registry again by.
pub const KNOWN_NAMES: usize = 8;

/// Whether the server that was seen can be the one that was pinned. A key counts only where both
/// have one: it is not looked at where a certificate authority vouches for the server, and a
/// renewed certificate is nothing unusual there.
#[must_use]
pub fn same_server(pinned: &ServerIdentity, seen: &ServerIdentity) -> bool {
    let keys = match (&pinned.key, &seen.key) {
        (Some(pinned), Some(seen)) => pinned == seen,
        _ => true,
    };
    keys && (pinned.product, pinned.auth) == (seen.product, seen.auth)
        && (&pinned.service, &pinned.realm) == (&seen.service, &seen.realm)
}

/// What is pinned, and whether the registry is suspended, after a server was seen in place of the
/// one that was pinned. Whoever was not seen changes nothing.
#[must_use]
pub fn identify(
    pinned: Option<ServerIdentity>,
    suspension: Option<Suspension>,
    seen: Option<ServerIdentity>,
    now: Timestamp,
) -> (Option<ServerIdentity>, Option<Suspension>) {
    match (pinned, seen) {
        (pinned, None) => (pinned, suspension),
        (None, Some(seen)) => (Some(seen), None),
        (Some(pinned), Some(seen)) if same_server(&pinned, &seen) => (Some(seen), None),
        (Some(pinned), Some(seen)) => {
            let since = suspension.map_or(now, |s| s.since);
            let suspension = Suspension {
                cause: SuspensionCause::Answers,
                seen,
                since,
            };
            (Some(pinned), Some(suspension))
        }
    }
}

/// Names by which a registry is known again: those whose hash is lowest, so that they are spread
/// over all of it and stay the same while others come and go.
#[derive(Debug, Default)]
pub struct KnownNames(std::collections::BTreeMap<u64, String>);

impl KnownNames {
    /// Takes a name into account.
    pub fn see(&mut self, name: &str) {
        if name.len() > ServerIdentity::MAX_TEXT {
            return;
        }
        self.0.insert(fnv(name), name.to_owned());
        if self.0.len() > KNOWN_NAMES {
            self.0.pop_last();
        }
    }

    /// The names, in the order of their hashes.
    #[must_use]
    pub fn into_names(self) -> Vec<String> {
        self.0.into_values().collect()
    }
}

/// FNV-1a: stays the same between versions and machines.
fn fnv(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::{KNOWN_NAMES, KnownNames, identify, same_server};
    use crate::model::{
        AuthScheme, RegistryKind, ServerIdentity, Suspension, SuspensionCause, Timestamp,
    };

    fn pinned() -> ServerIdentity {
        ServerIdentity {
            product: RegistryKind::Docker,
            auth: AuthScheme::Bearer,
            service: Some("0f".to_owned()),
            realm: Some(ServerIdentity::OWN_REALM.to_owned()),
            key: Some("aa".to_owned()),
        }
    }

    fn others() -> [ServerIdentity; 5] {
        let text = |text: &str| Some(text.to_owned());
        [
            ServerIdentity {
                product: RegistryKind::Harbor,
                ..pinned()
            },
            ServerIdentity {
                auth: AuthScheme::Basic,
                ..pinned()
            },
            ServerIdentity {
                service: text("other"),
                ..pinned()
            },
            ServerIdentity {
                realm: text("https://elsewhere.example"),
                ..pinned()
            },
            ServerIdentity {
                key: text("bb"),
                ..pinned()
            },
        ]
    }

    #[test]
    fn sec_02_server_that_differs_in_anything_is_another_one() {
        assert!(same_server(&pinned(), &pinned()));
        for other in others() {
            assert!(!same_server(&pinned(), &other), "{other:?}");
            assert!(!same_server(&other, &pinned()), "{other:?}");
        }
    }

    #[test]
    fn key_that_one_of_both_did_not_show_says_nothing() {
        let without = ServerIdentity {
            key: None,
            ..pinned()
        };
        assert!(same_server(&pinned(), &without));
        assert!(same_server(&without, &pinned()));
    }

    #[test]
    fn sec_02_other_server_suspends_and_never_becomes_the_pinned_one() {
        let now = Timestamp::from_micros(7);
        for other in others() {
            let (kept, suspension) = identify(Some(pinned()), None, Some(other.clone()), now);
            assert_eq!(kept, Some(pinned()));
            let expected = Suspension {
                cause: SuspensionCause::Answers,
                seen: other,
                since: now,
            };
            assert_eq!(suspension, Some(expected.clone()));
            // Silence lifts nothing, and the time it began stays.
            let later = Timestamp::from_micros(9);
            assert_eq!(
                identify(kept.clone(), suspension.clone(), None, later),
                (kept.clone(), suspension.clone())
            );
            let again = identify(kept, suspension, Some(expected.seen.clone()), later);
            assert_eq!(again.1, Some(expected));
        }
        assert_eq!(
            identify(None, None, Some(pinned()), now),
            (Some(pinned()), None)
        );
    }

    #[test]
    fn known_names_are_few_and_do_not_depend_on_the_order() {
        let names: Vec<String> = (0..1_000).map(|n| format!("team/app-{n}")).collect();
        let of = |names: &mut dyn Iterator<Item = &String>| {
            let mut known = KnownNames::default();
            names.for_each(|name| known.see(name));
            known.into_names()
        };
        let forwards = of(&mut names.iter());
        assert_eq!(forwards.len(), KNOWN_NAMES);
        assert_eq!(forwards, of(&mut names.iter().rev()));
        assert_eq!(of(&mut ["x".repeat(300)].iter()), Vec::<String>::new());
    }
}
