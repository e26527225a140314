//! What a registry can do for us: by observation, never by assumption.

use super::{RegistryKind, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something a registry may be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CapabilityName {
    /// It lists its repositories.
    Catalogue,
    /// The account, or anybody where there is none, can pull.
    Pull,
    /// Everybody can pull.
    AnonymousPull,
    /// The account can push.
    Push,
    /// Artifacts can be deleted.
    Deletion,
    /// A single tag can be taken away.
    TagDeletion,
    /// It answers what refers to an artifact: signatures, SBOMs.
    Referrers,
    /// It tells of pushes and deletions by itself.
    Events,
}

impl CapabilityName {
    /// Every one, in the order people read them.
    pub const ALL: [Self; 8] = [
        Self::Catalogue,
        Self::Pull,
        Self::AnonymousPull,
        Self::Push,
        Self::Deletion,
        Self::TagDeletion,
        Self::Referrers,
        Self::Events,
    ];

    /// The name in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Pull => "pull",
            Self::AnonymousPull => "anonymous_pull",
            Self::Push => "push",
            Self::Deletion => "deletion",
            Self::TagDeletion => "tag_deletion",
            Self::Referrers => "referrers",
            Self::Events => "events",
        }
    }
}

/// Why something is missing, or not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CapabilityReason {
    /// Nobody has asked yet.
    NotObservedYet,
    /// It could only be learnt by doing it, and nobody has.
    NeverTried,
    /// None has come yet.
    NoneSeen,
    /// The registry did not answer the question.
    NoAnswer,
    /// The registry's answer can mean either.
    Unclear,
    /// No repository is known to ask the question of.
    NoRepository,
    /// It is only asked with an account, and there is none.
    NoAccount,
    /// The account may not, or without an account nobody may.
    NotAllowed,
    /// The registry does not offer it.
    NotOffered,
    /// The registry has it switched off.
    SwitchedOff,
}

impl CapabilityReason {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::NotObservedYet,
        Self::NeverTried,
        Self::NoneSeen,
        Self::NoAnswer,
        Self::Unclear,
        Self::NoRepository,
        Self::NoAccount,
        Self::NotAllowed,
        Self::NotOffered,
        Self::SwitchedOff,
    ];

    /// The reason in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotObservedYet => "NotObservedYet",
            Self::NeverTried => "NeverTried",
            Self::NoneSeen => "NoneSeen",
            Self::NoAnswer => "NoAnswer",
            Self::Unclear => "Unclear",
            Self::NoRepository => "NoRepository",
            Self::NoAccount => "NoAccount",
            Self::NotAllowed => "NotAllowed",
            Self::NotOffered => "NotOffered",
            Self::SwitchedOff => "SwitchedOff",
        }
    }
}

/// Whether a registry can do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", content = "reason", rename_all = "snake_case")]
pub enum Capability {
    /// It was seen to work.
    Available,
    /// It was seen not to work.
    Missing(CapabilityReason),
    /// Neither was seen.
    Unknown(CapabilityReason),
}

impl Capability {
    /// The status in the API.
    #[must_use]
    pub const fn status(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Missing(_) => "missing",
            Self::Unknown(_) => "unknown",
        }
    }

    /// Why it is not available.
    #[must_use]
    pub const fn reason(self) -> Option<CapabilityReason> {
        match self {
            Self::Available => None,
            Self::Missing(reason) | Self::Unknown(reason) => Some(reason),
        }
    }
}

/// What was seen of a registry: the product behind the address, and what it can do. What was not
/// seen is unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Capabilities {
    /// The product that answers, when it gives itself away.
    pub product: Option<RegistryKind>,
    /// When all of it was last asked for.
    pub as_of: Option<Timestamp>,
    seen: BTreeMap<CapabilityName, Capability>,
}

impl Capabilities {
    /// Nothing but the product that answers.
    #[must_use]
    pub const fn of_product(product: Option<RegistryKind>) -> Self {
        Self {
            product,
            as_of: None,
            seen: BTreeMap::new(),
        }
    }

    /// Notes what was seen of one.
    pub fn note(&mut self, name: CapabilityName, seen: Capability) {
        self.seen.insert(name, seen);
    }

    /// What is known of one.
    #[must_use]
    pub fn of(&self, name: CapabilityName) -> Capability {
        let nothing = Capability::Unknown(match name {
            CapabilityName::Push => CapabilityReason::NeverTried,
            CapabilityName::Events => CapabilityReason::NoneSeen,
            _ => CapabilityReason::NotObservedYet,
        });
        self.seen.get(&name).copied().unwrap_or(nothing)
    }

    /// All of them, in the order people read them.
    pub fn all(&self) -> impl Iterator<Item = (CapabilityName, Capability)> + '_ {
        CapabilityName::ALL
            .into_iter()
            .map(|name| (name, self.of(name)))
    }

    /// A later look over an earlier one. What the later one got no answer to stays as it was seen;
    /// what it did not ask is somebody else's to say and stays too.
    #[must_use]
    pub fn over(mut self, earlier: &Self) -> Self {
        self.product = self.product.or(earlier.product);
        for (name, before) in &earlier.seen {
            let unanswered = Capability::Unknown(CapabilityReason::NoAnswer);
            if self.seen.get(name).is_none_or(|now| *now == unanswered) {
                self.seen.insert(*name, *before);
            }
        }
        self
    }

    /// Whether people should hear of the difference: when it was asked is none.
    #[must_use]
    pub fn differs(&self, other: &Self) -> bool {
        self.product != other.product || self.all().ne(other.all())
    }
}

#[cfg(test)]
mod tests {
    use super::{Capabilities, Capability, CapabilityName, CapabilityReason};
    use crate::model::RegistryKind;

    #[test]
    fn question_without_answer_unlearns_nothing() {
        use CapabilityName::{Catalogue, Deletion, Push, Referrers};
        let mut earlier = Capabilities {
            product: Some(RegistryKind::Harbor),
            ..Capabilities::default()
        };
        earlier.note(Catalogue, Capability::Available);
        earlier.note(Deletion, Capability::Missing(CapabilityReason::SwitchedOff));
        earlier.note(Push, Capability::Available);
        let mut now = Capabilities::default();
        now.note(Catalogue, Capability::Unknown(CapabilityReason::NoAnswer));
        now.note(Deletion, Capability::Available);
        now.note(Referrers, Capability::Unknown(CapabilityReason::NoAnswer));
        let both = now.over(&earlier);
        assert_eq!(both.product, Some(RegistryKind::Harbor));
        assert_eq!(both.of(Catalogue), Capability::Available);
        assert_eq!(both.of(Deletion), Capability::Available);
        assert_eq!(both.of(Push), Capability::Available);
        let unanswered = Capability::Unknown(CapabilityReason::NoAnswer);
        assert_eq!(both.of(Referrers), unanswered);
        assert!(both.differs(&earlier) && !both.differs(&both.clone()));
    }

    #[test]
    fn all_are_told_though_nothing_was_seen() {
        let nothing = Capabilities::default();
        assert_eq!(nothing.all().count(), CapabilityName::ALL.len());
        for (name, seen) in nothing.all() {
            let reason = match name {
                CapabilityName::Push => CapabilityReason::NeverTried,
                CapabilityName::Events => CapabilityReason::NoneSeen,
                _ => CapabilityReason::NotObservedYet,
            };
            assert_eq!(seen, Capability::Unknown(reason), "{}", name.as_str());
        }
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let mut seen = Capabilities {
            product: Some(RegistryKind::Jfrog),
            ..Capabilities::default()
        };
        for (at, name) in CapabilityName::ALL.into_iter().enumerate() {
            let reason = CapabilityReason::ALL[at];
            seen.note(
                name,
                match at % 3 {
                    0 => Capability::Available,
                    1 => Capability::Missing(reason),
                    _ => Capability::Unknown(reason),
                },
            );
        }
        let text = serde_json::to_string(&seen).expect("text");
        let read: Capabilities = serde_json::from_str(&text).expect("read");
        assert_eq!(read, seen);
    }
}
