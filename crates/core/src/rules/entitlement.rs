//! The one rule of who may pull what (product.md section 6). Entitlements are computed here and
//! never stored.

use super::{Standing, standing};
use crate::model::{
    ConditionStatus, Owner, PullAccess, RegistryId, RegistryKind, Timestamp, WorkspaceId,
};
use std::collections::BTreeMap;

/// Who an entitlement is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A workspace, with all its namespaces.
    Workspace(WorkspaceId),
    /// Namespaces that belong to no workspace.
    NoWorkspace,
}

/// A Docker Registry, which is one space, with what is known about who may pull from it.
#[derive(Debug, Clone, Copy)]
pub struct DockerSpace<'a> {
    /// The registry.
    pub registry_id: RegistryId,
    /// Whom it belongs to.
    pub owner: Owner,
    /// The product.
    pub kind: RegistryKind,
    /// Where it is.
    pub address: &'a str,
    /// The integration account's name.
    pub username: Option<&'a str>,
    /// What is known.
    pub access: &'a PullAccess,
}

impl DockerSpace<'_> {
    /// Whether it was proved that everybody may pull.
    #[must_use]
    pub fn proved_anonymous(&self) -> bool {
        self.access
            .anonymous
            .as_ref()
            .is_some_and(|proof| proof.status == ConditionStatus::True)
    }
}

/// Why a subject may pull from a space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// Its registry is the subject's own.
    Own,
    /// Everybody may pull: it was proved.
    AnonymousPull,
    /// It is shared with every namespace, with a consent in force.
    Shared,
}

/// The spaces a subject may pull from, each with the reason. `now` counts from bindings on, which
/// can expire.
#[must_use]
pub fn allowed(
    subject: Subject,
    world: &[DockerSpace<'_>],
    _now: Timestamp,
) -> BTreeMap<RegistryId, Because> {
    world
        .iter()
        .filter_map(|space| Some((space.registry_id, because(subject, space)?)))
        .collect()
}

/// The first match decides.
fn because(subject: Subject, space: &DockerSpace<'_>) -> Option<Because> {
    match space.owner {
        Owner::Workspace { id } => (subject == Subject::Workspace(id)).then_some(Because::Own),
        Owner::Platform => opened(space),
    }
}

/// Why every subject may pull from a registry of the platform; `None` when not every one may.
#[must_use]
pub fn opened(space: &DockerSpace<'_>) -> Option<Because> {
    if space.owner != Owner::Platform || space.kind != RegistryKind::Docker {
        return None;
    }
    if space.proved_anonymous() {
        return Some(Because::AnonymousPull);
    }
    (standing(space) == Standing::InForce).then_some(Because::Shared)
}

#[cfg(test)]
mod tests;
