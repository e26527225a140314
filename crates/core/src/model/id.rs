//! Identifiers: `UUIDv7` for what the API names, so that they sort by creation.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A fresh identifier.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a default identifier would hide that each call differs")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    )*};
}

id! {
    /// This installation; part of the name of everything it makes elsewhere.
    InstallationId;
    /// A person.
    UserId;
    /// A signed-in browser.
    SessionId;
    /// An API token.
    ApiTokenId;
    /// A tenant.
    WorkspaceId;
    /// An integrated registry.
    RegistryId;
    /// A registry space.
    SpaceId;
    /// A repository.
    RepositoryId;
    /// An entry of the audit log.
    AuditEntryId;
    /// Something Roadstead made upstream.
    LedgerEntryId;
    /// A deletion upstream that was begun.
    DeletionId;
    /// What a disconnected registry left behind.
    CleanupId;
}

/// The id under which one request is found in answers, the log and the audit log.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct RequestId(String);

impl RequestId {
    /// A fresh id.
    #[must_use]
    pub fn make() -> Self {
        Self(Uuid::now_v7().to_string())
    }

    /// Takes a caller's id when it is 1 to 64 letters, digits or hyphens; anything else could
    /// forge log lines.
    #[must_use]
    pub fn accept(text: &str) -> Option<Self> {
        let fits = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        fits.then(|| Self(text.to_owned()))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<RequestId> for String {
    fn from(id: RequestId) -> Self {
        id.0
    }
}

impl TryFrom<String> for RequestId {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::accept(&text).ok_or("this is no request id")
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::RequestId;

    #[test]
    fn foreign_request_id_with_control_characters_is_refused() {
        assert!(RequestId::accept("abc-123").is_some());
        for bad in ["", "a b", "a\nb", "é", &"x".repeat(65)] {
            assert!(RequestId::accept(bad).is_none(), "{bad:?}");
        }
    }
}
