//! Whether a Docker Registry may be shared with every namespace, and whether a consent given
//! earlier still covers what it would mean now (`docs/adr/0007-sharing.md`).

use super::DockerSpace;
use crate::ErrorCode;
use crate::model::{ConditionStatus, CredentialMode, Owner, RegistryKind, WriteProof};

/// The account that would be delivered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivered {
    /// Supplied or shared.
    pub mode: CredentialMode,
    /// Its name.
    pub username: String,
}

/// Why a consent no longer covers what sharing would mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentNeeded {
    /// Another account would be delivered, or none is left.
    OtherAccount,
    /// The account can write now.
    CanWrite,
    /// The registry is at another address.
    AddressChanged,
}

impl ConsentNeeded {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::OtherAccount, Self::CanWrite, Self::AddressChanged];

    /// The reason in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OtherAccount => "OtherAccount",
            Self::CanWrite => "CanWrite",
            Self::AddressChanged => "AddressChanged",
        }
    }
}

/// What has become of a consent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// There is none.
    NotShared,
    /// Every namespace may pull.
    InForce,
    /// It covers the account, but that it cannot write has to be proved again first.
    ProofMissing,
    /// Somebody has to consent again.
    ConsentNeeded(ConsentNeeded),
}

impl Standing {
    /// The state in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotShared => "NotShared",
            Self::InForce => "InForce",
            Self::ProofMissing => "ProofMissing",
            Self::ConsentNeeded(_) => "ConsentNeeded",
        }
    }
}

/// The account that would be delivered: the pull-only one where there is one, else the
/// integration account.
#[must_use]
pub fn delivered(space: &DockerSpace<'_>) -> Option<Delivered> {
    match (&space.access.account, space.username) {
        (Some(account), _) => Some(Delivered {
            mode: CredentialMode::Supplied,
            username: account.username.clone(),
        }),
        (None, Some(username)) => Some(Delivered {
            mode: CredentialMode::Shared,
            username: username.to_owned(),
        }),
        (None, None) => None,
    }
}

/// What was proved of exactly this account.
fn proof_of<'a>(space: &DockerSpace<'a>, account: &Delivered) -> Option<&'a WriteProof> {
    let access: &'a _ = space.access;
    access
        .write
        .as_ref()
        .filter(|proof| (proof.mode, &proof.username) == (account.mode, &account.username))
}

fn cannot_write(space: &DockerSpace<'_>, account: &Delivered) -> ConditionStatus {
    proof_of(space, account).map_or(ConditionStatus::Unknown, |proof| proof.status)
}

/// What has become of the consent. It is asked again whenever what it means widens; a proof that
/// could not be repeated changes nothing, because the last one that said anything is kept.
#[must_use]
pub fn standing(space: &DockerSpace<'_>) -> Standing {
    let Some(consent) = &space.access.consent else {
        return Standing::NotShared;
    };
    if consent.address != space.address {
        return Standing::ConsentNeeded(ConsentNeeded::AddressChanged);
    }
    let account = match delivered(space) {
        Some(account) if (account.mode, &account.username) == (consent.mode, &consent.username) => {
            account
        }
        _ => return Standing::ConsentNeeded(ConsentNeeded::OtherAccount),
    };
    match (cannot_write(space, &account), account.mode) {
        (ConditionStatus::False, _) => Standing::ConsentNeeded(ConsentNeeded::CanWrite),
        (ConditionStatus::True, _) | (ConditionStatus::Unknown, CredentialMode::Supplied) => {
            Standing::InForce
        }
        (ConditionStatus::Unknown, _) => Standing::ProofMissing,
    }
}

/// Whether it may be shared now, whoever asks.
///
/// # Errors
/// The code that says what is missing.
pub fn may_share(space: &DockerSpace<'_>) -> Result<Delivered, ErrorCode> {
    if space.owner != Owner::Platform || space.kind != RegistryKind::Docker {
        return Err(ErrorCode::SharingNotOffered);
    }
    if space.proved_anonymous() {
        return Err(ErrorCode::SharingNotNeeded);
    }
    let account = delivered(space).ok_or(ErrorCode::SharingAccountMissing)?;
    match (cannot_write(space, &account), account.mode) {
        // Who can push is no pull-only account, whatever the person called it.
        (ConditionStatus::False, _) => Err(ErrorCode::SharingAccountCanWrite),
        (ConditionStatus::True, _) | (ConditionStatus::Unknown, CredentialMode::Supplied) => {
            Ok(account)
        }
        (ConditionStatus::Unknown, _) => Err(ErrorCode::SharingWriteUnproved),
    }
}

/// With which account every subject's namespaces pull now.
#[must_use]
pub fn mode(space: &DockerSpace<'_>) -> CredentialMode {
    if space.proved_anonymous() {
        return CredentialMode::Anonymous;
    }
    match (standing(space), delivered(space)) {
        (Standing::InForce, Some(account)) => account.mode,
        _ => CredentialMode::None,
    }
}
