//! What a token is asked for: `repository:team/app:pull` (Distribution, "Token Scope
//! Documentation"). Actions are sets: registries send them in any order.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The most resources one token is asked for. A request of ours needs at most two.
const MAX_RESOURCES: usize = 4;

/// The longest name of a resource that is taken from a registry.
const MAX_NAME: usize = 512;

/// A set of resources with the actions wanted on each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Scopes(BTreeMap<(String, String), BTreeSet<String>>);

impl Scopes {
    /// Nothing in particular: the account alone is to be accepted.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// The list of all repositories.
    pub(crate) fn catalogue() -> Self {
        Self::of("registry", "catalog", &["*"])
    }

    /// Something in one repository.
    pub(crate) fn repository(name: &str, actions: &[&str]) -> Self {
        Self::of("repository", name, actions)
    }

    fn of(kind: &str, name: &str, actions: &[&str]) -> Self {
        let actions = actions.iter().map(|&a| a.to_owned()).collect();
        Self(BTreeMap::from([(
            (kind.to_owned(), name.to_owned()),
            actions,
        )]))
    }

    /// Reads a challenge's `scope`: resources apart by spaces, a name between the first and the
    /// last colon (it may hold a port). What cannot be read is left out.
    pub(crate) fn parse(text: &str) -> Self {
        let mut scopes = BTreeMap::new();
        for resource in text.split_ascii_whitespace().take(MAX_RESOURCES) {
            let Some((kind, rest)) = resource.split_once(':') else {
                continue;
            };
            let Some((name, actions)) = rest.rsplit_once(':') else {
                continue;
            };
            // `repository(plugin)` is an old way to name a class.
            let kind = kind.split('(').next().unwrap_or(kind);
            let actions: BTreeSet<String> = actions
                .split(',')
                .filter(|a| *a == "*" || is_word(a))
                .map(str::to_owned)
                .collect();
            let readable = is_word(kind)
                && !name.is_empty()
                && name.len() <= MAX_NAME
                && name.bytes().all(|b| b.is_ascii_graphic());
            if readable && !actions.is_empty() {
                let known: &mut BTreeSet<String> = scopes
                    .entry((kind.to_owned(), name.to_owned()))
                    .or_default();
                known.extend(actions);
            }
        }
        Self(scopes)
    }

    /// What to ask for when the registry names its own idea of it. It may call the resource by
    /// another name, but no action is asked for that the request does not need: a registry must
    /// not collect tokens that can do more.
    pub(crate) fn narrowed(challenge: Option<&str>, need: &Self) -> Self {
        let wanted: BTreeSet<&str> = need.0.values().flatten().map(String::as_str).collect();
        let mut named = Self::parse(challenge.unwrap_or_default());
        for actions in named.0.values_mut() {
            if actions.contains("*") {
                actions.extend(wanted.iter().map(|&a| a.to_owned()));
            }
            actions.retain(|action| wanted.contains(action.as_str()));
        }
        named.0.retain(|_, actions| !actions.is_empty());
        if named.0.is_empty() {
            need.clone()
        } else {
            named
        }
    }

    /// Each resource as one `scope` parameter.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|((kind, name), actions)| {
            let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
            format!("{kind}:{name}:{}", actions.join(","))
        })
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parameters().collect::<Vec<_>>().join(" "))
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 32
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::Scopes;
    use proptest::prelude::*;

    #[test]
    fn scope_is_a_set_whatever_the_order() {
        let one = Scopes::parse("repository:a/b:pull,push repository:c:pull");
        assert_eq!(
            one,
            Scopes::parse("repository:c:pull  repository:a/b:push,pull")
        );
        assert_eq!(
            one.to_string(),
            "repository:a/b:pull,push repository:c:pull"
        );
        assert_eq!(
            Scopes::parse("repository(plugin):host:5000/a/b:pull").to_string(),
            "repository:host:5000/a/b:pull"
        );
        assert_eq!(Scopes::parse("registry:catalog:*"), Scopes::catalogue());
        for text in [
            "",
            "x",
            "a:b",
            "repository::pull",
            "repository:a:",
            "re po:a:,;,",
        ] {
            assert_eq!(Scopes::parse(text), Scopes::none(), "{text}");
        }
    }

    #[test]
    fn sec_03_registry_cannot_widen_what_a_token_can_do() {
        let need = Scopes::repository("a", &["pull"]);
        for (challenge, asked) in [
            ("repository:a:pull", "repository:a:pull"),
            ("repository:a:push,pull,delete", "repository:a:pull"),
            ("repository:a:*", "repository:a:pull"),
            ("repository:proxy/a:pull", "repository:proxy/a:pull"),
            ("repository:victim:push,delete", "repository:a:pull"),
            ("registry:catalog:*", "registry:catalog:pull"),
            ("", "repository:a:pull"),
        ] {
            let narrowed = Scopes::narrowed(Some(challenge), &need);
            assert_eq!(narrowed.to_string(), asked, "{challenge}");
        }
        let narrowed = Scopes::narrowed(Some("repository:a:pull,push"), &Scopes::none());
        assert_eq!(narrowed, Scopes::none(), "the account alone needs nothing");
        let all = Scopes::narrowed(Some("registry:catalog:*"), &Scopes::catalogue());
        assert_eq!(all, Scopes::catalogue());
    }

    proptest! {
        #[test]
        fn any_scope_is_survived_and_read_back(text in "[ -~]{0,80}") {
            let scopes = Scopes::parse(&text);
            prop_assert_eq!(Scopes::parse(&scopes.to_string()), scopes);
        }
    }
}
