//! What a member sees of a platform registry that every subject may pull from: name, kind, address
//! and how it is, and nothing of what is behind that (product.md section 2).

use super::registry::{AllowedAction, RegistryView, allowed};
use super::registry_input::OwnerView;
use super::words::{HealthWord, OutlineWord, RegistryKindWord};
use roadstead_core::Permission;
use roadstead_core::model::{
    Health, Name, Reason, Registry, RegistryId, RegistryKind, RequestContext, Timestamp,
};
use roadstead_core::rules::holds;
use serde::Serialize;
use utoipa::ToSchema;

/// A registry as far as the asker may see it.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[schema(as = SeenRegistry)]
pub(crate) enum SeenRegistryView {
    /// Everything.
    Full(Box<RegistryView>),
    /// What members see of the platform's.
    Outline(RegistryOutlineView),
}

impl SeenRegistryView {
    /// Everything for whoever may read registries of this owner, the outside for everybody else.
    pub(crate) fn new(ctx: &RequestContext, registry: Registry) -> Self {
        if holds(&ctx.actor, Permission::RegistryRead, registry.owner) {
            Self::Full(Box::new(RegistryView::new(ctx, registry)))
        } else {
            Self::Outline(RegistryOutlineView::new(ctx, registry))
        }
    }
}

/// Health without its causes.
#[derive(Serialize, ToSchema)]
pub(crate) struct CoarseHealthView {
    /// The verdict.
    #[schema(value_type = HealthWord)]
    status: Health,
    /// Why, coarsely: a CamelCase word.
    reason: &'static str,
    /// When this verdict began.
    #[schema(value_type = Option<String>, format = DateTime)]
    since: Option<Timestamp>,
    /// When it was last asked.
    #[schema(value_type = Option<String>, format = DateTime)]
    checked_at: Option<Timestamp>,
}

/// What a member sees of a registry of the platform.
#[derive(Serialize, ToSchema)]
#[schema(as = RegistryOutline)]
pub(crate) struct RegistryOutlineView {
    /// Only the outside is told.
    #[schema(value_type = OutlineWord)]
    detail: &'static str,
    /// Its id.
    #[schema(value_type = Uuid)]
    id: RegistryId,
    /// Its name.
    #[schema(value_type = String)]
    name: Name,
    /// The product.
    #[schema(value_type = RegistryKindWord)]
    kind: RegistryKind,
    /// Whom it belongs to.
    owner: OwnerView,
    /// Where it is.
    address: String,
    /// Whether it works.
    health: CoarseHealthView,
    /// What the asker may do with it.
    allowed_actions: Vec<AllowedAction>,
}

impl RegistryOutlineView {
    fn new(ctx: &RequestContext, registry: Registry) -> Self {
        let actions = [
            Permission::RegistryTest,
            Permission::RegistryEdit,
            Permission::RegistryDisconnect,
        ];
        Self {
            detail: "outline",
            allowed_actions: allowed(&ctx.actor, registry.owner, &actions),
            id: registry.id,
            name: registry.name,
            kind: registry.kind,
            owner: registry.owner.into(),
            address: registry.address.to_string(),
            health: CoarseHealthView {
                status: registry.health.status,
                reason: coarse(registry.health.reason).as_str(),
                since: registry.health.since,
                checked_at: registry.health.checked_at,
            },
        }
    }
}

/// Whether it answers is everybody's business, why it does not is not.
const fn coarse(reason: Reason) -> Reason {
    match reason {
        Reason::Reachable | Reason::SlowAnswers | Reason::Unstable | Reason::NotChecked => reason,
        _ => Reason::NotAvailable,
    }
}
