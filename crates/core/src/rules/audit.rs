//! Which entries of the audit log an actor may see, and what counts as a refusal worth keeping.

use super::{Visible, visible};
use crate::ErrorCode;
use crate::model::{Actor, CameBy, Owner, Person, UserId, WorkspaceId, WorkspaceRole};

/// A set of audit entries. The one place that says who may read which entry: the list, its total,
/// the filters and the export all go through it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditSet {
    /// Entries about what belongs to these.
    pub objects: Visible,
    /// And entries of what this person did.
    pub own: Option<UserId>,
}

impl AuditSet {
    /// Whether an entry of this workspace (`None`: the platform) by this actor is in the set.
    #[must_use]
    pub fn contains(&self, workspace_id: Option<WorkspaceId>, actor: Option<UserId>) -> bool {
        let of_objects = match (&self.objects, workspace_id) {
            (Visible::Everything, _) => true,
            (Visible::Workspaces(ids), Some(id)) => ids.contains(&id),
            (Visible::Workspaces(_), None) => false,
        };
        of_objects || (self.own.is_some() && self.own == actor)
    }
}

/// The audit entries `actor` may see: platform roles everything, administrators of a workspace
/// what belongs to it, and everybody what they did themselves, unless they come with a token that is
/// cut to one workspace. Merely reading a workspace's objects gives no right to its audit log.
#[must_use]
pub fn audit_set(actor: &Actor) -> AuditSet {
    let reads = |id: &WorkspaceId| {
        let owner = Owner::Workspace { id: *id };
        actor.person().is_some_and(|person| {
            person.platform_role.is_some() || person.role_at(owner) == Some(WorkspaceRole::Admin)
        })
    };
    let objects = match visible(actor) {
        Visible::Everything => Visible::Everything,
        Visible::Workspaces(ids) => Visible::Workspaces(ids.into_iter().filter(reads).collect()),
    };
    let everywhere = |person: &&Person| match &person.came_by {
        CameBy::Token { cut, .. } => cut.workspace_id.is_none(),
        CameBy::Session(_) => true,
    };
    AuditSet {
        objects,
        own: actor.person().filter(everywhere).map(|p| p.id),
    }
}

/// Whether an answer with this code refuses what somebody asked for, as opposed to saying that the
/// request was malformed, the object absent or the house out of order.
#[must_use]
pub const fn is_refusal(code: ErrorCode) -> bool {
    matches!(code.status(), 401 | 403 | 429)
}

#[cfg(test)]
mod tests {
    use super::{AuditSet, audit_set, is_refusal};
    use crate::model::{
        Actor, ApiTokenId, CameBy, Membership, Name, Person, PlatformRole, SessionId, TokenCut,
        UserId, WorkspaceId, WorkspaceRole,
    };
    use crate::rules::Visible;
    use crate::{ErrorCode, Permission};

    fn person(role: Option<PlatformRole>) -> Actor {
        Actor::Person(Person {
            id: UserId::new(),
            name: Name::parse("somebody").expect("name"),
            platform_role: role,
            memberships: Vec::new(),
            came_by: CameBy::Session(SessionId::new()),
        })
    }

    #[test]
    fn platform_roles_see_every_entry() {
        for role in [PlatformRole::Admin, PlatformRole::Auditor] {
            let set = audit_set(&person(Some(role)));
            assert!(set.contains(None, None));
            assert!(set.contains(Some(WorkspaceId::new()), Some(UserId::new())));
        }
    }

    #[test]
    fn person_without_role_sees_only_what_they_did_themselves() {
        let somebody = person(None);
        let set = audit_set(&somebody);
        let own = somebody.person().map(|p| p.id);
        assert!(set.contains(None, own) && set.contains(Some(WorkspaceId::new()), own));
        assert!(!set.contains(None, None));
        assert!(!set.contains(None, Some(UserId::new())));
        assert!(!set.contains(Some(WorkspaceId::new()), Some(UserId::new())));
    }

    #[test]
    fn nobody_sees_nothing_not_even_entries_without_a_person() {
        let set = audit_set(&Actor::Anonymous);
        assert!(!set.contains(None, None));
        assert!(!set.contains(Some(WorkspaceId::new()), None));
    }

    #[test]
    fn set_of_a_workspace_holds_its_entries_and_no_others() {
        let (alpha, beta) = (WorkspaceId::new(), WorkspaceId::new());
        let set = AuditSet {
            objects: Visible::Workspaces(vec![alpha]),
            own: None,
        };
        assert!(set.contains(Some(alpha), None));
        assert!(!set.contains(Some(beta), None) && !set.contains(None, None));
    }

    #[test]
    fn absence_and_mistakes_are_no_refusals() {
        for code in [
            ErrorCode::ObjectNotFound,
            ErrorCode::RequestInvalid,
            ErrorCode::RequestStale,
            ErrorCode::RequestPreconditionRequired,
            ErrorCode::StoreReadOnly,
            ErrorCode::UpstreamUnauthorized,
        ] {
            assert!(!is_refusal(code), "{code}");
        }
        for code in [
            ErrorCode::PermissionDenied,
            ErrorCode::RequestCsrfRejected,
            ErrorCode::RequestLimitStreams,
            ErrorCode::SessionCredentialsRejected,
        ] {
            assert!(is_refusal(code), "{code}");
        }
    }

    #[test]
    fn token_cut_to_a_workspace_reads_only_that_workspaces_entries() {
        let (alpha, beta) = (WorkspaceId::new(), WorkspaceId::new());
        for role in [None, Some(PlatformRole::Admin)] {
            let Actor::Person(mut someone) = person(role) else {
                panic!("a person")
            };
            let own = Some(someone.id);
            someone.memberships = [alpha, beta]
                .map(|workspace_id| Membership {
                    workspace_id,
                    role: WorkspaceRole::Admin,
                })
                .to_vec();
            someone.came_by = CameBy::Token {
                id: ApiTokenId::new(),
                cut: TokenCut {
                    scope: vec![Permission::AuditRead],
                    workspace_id: Some(alpha),
                },
            };
            let set = audit_set(&Actor::Person(someone));
            assert!(set.contains(Some(alpha), None));
            assert!(!set.contains(Some(beta), own) && !set.contains(None, own));
        }
    }

    #[test]
    fn workspace_admin_reads_that_workspaces_entries_and_a_viewer_does_not() {
        let (alpha, beta) = (WorkspaceId::new(), WorkspaceId::new());
        let member = |workspace_id, role| Membership { workspace_id, role };
        let Actor::Person(mut someone) = person(None) else {
            panic!("a person")
        };
        someone.memberships = vec![
            member(alpha, WorkspaceRole::Admin),
            member(beta, WorkspaceRole::Viewer),
        ];
        let set = audit_set(&Actor::Person(someone));
        assert!(set.contains(Some(alpha), None));
        assert!(!set.contains(Some(beta), None));
        assert!(!set.contains(None, None));
    }
}
