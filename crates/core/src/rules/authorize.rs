//! May this actor do this to something of this owner?

use crate::model::{Actor, CameBy, Owner};
use crate::permission::Grant;
use crate::{ErrorCode, Failure, Permission};

/// Whether the actor holds the permission on objects of this owner: by a platform role, or by a
/// role in the workspace that owns them. A token leaves only its own cut of that.
#[must_use]
pub fn holds(actor: &Actor, permission: Permission, owner: Owner) -> bool {
    let grant = permission.grant();
    if grant == Grant::Anyone {
        return true;
    }
    let Some(person) = actor.person() else {
        return false;
    };
    if let CameBy::Token { cut, .. } = &person.came_by
        && !cut.leaves(permission, owner)
    {
        return false;
    }
    match grant {
        Grant::Anyone | Grant::Own => true,
        Grant::Roles {
            platform,
            workspace,
        } => {
            let by_platform = person
                .platform_role
                .is_some_and(|role| platform.contains(&role));
            let by_workspace = workspace
                .is_some_and(|least| person.role_at(owner).is_some_and(|role| role >= least));
            by_platform || by_workspace
        }
    }
}

/// Refuses an actor who does not hold the permission.
///
/// # Errors
/// [`ErrorCode::SessionRequired`] for somebody not signed in, [`ErrorCode::PermissionDenied`] with
/// the missing permission for everybody else. Whether the object may be known about at all is
/// decided before, by loading it through the asker's visible set.
pub fn authorize(actor: &Actor, permission: Permission, owner: Owner) -> Result<(), Failure> {
    if holds(actor, permission, owner) {
        return Ok(());
    }
    Err(match actor {
        Actor::Anonymous => Failure::new(ErrorCode::SessionRequired),
        Actor::Person(_) => Failure::denied(permission),
    })
}

/// Refuses at the door what cannot be allowed on any object: strangers where a person is needed,
/// and permissions outside a token's scope.
///
/// # Errors
/// As [`authorize`].
pub fn admit(actor: &Actor, permission: Permission) -> Result<(), Failure> {
    match (permission.grant(), actor) {
        (Grant::Anyone, _) => Ok(()),
        (_, Actor::Anonymous) => Err(Failure::new(ErrorCode::SessionRequired)),
        (_, Actor::Person(person)) => match &person.came_by {
            CameBy::Token { cut, .. } if !cut.scope.contains(&permission) => {
                Err(Failure::denied(permission))
            }
            _ => Ok(()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{admit, authorize, holds};
    use crate::model::{
        Actor, ApiTokenId, CameBy, Membership, Name, Owner, Person, PlatformRole, SessionId,
        TokenCut, UserId, WorkspaceId, WorkspaceRole,
    };
    use crate::permission::Grant;
    use crate::{ErrorCode, Permission};

    fn person(role: Option<PlatformRole>, memberships: Vec<Membership>) -> Person {
        Person {
            id: UserId::new(),
            name: Name::parse("somebody").expect("name"),
            platform_role: role,
            memberships,
            came_by: CameBy::Session(SessionId::new()),
        }
    }

    fn member(workspace_id: WorkspaceId, role: WorkspaceRole) -> Actor {
        Actor::Person(person(None, vec![Membership { workspace_id, role }]))
    }

    #[test]
    fn auditor_reads_and_changes_nothing() {
        let auditor = Actor::Person(person(Some(PlatformRole::Auditor), Vec::new()));
        for permission in Permission::ALL {
            let Grant::Roles { .. } = permission.grant() else {
                continue;
            };
            let reads = permission.as_str().ends_with(".read");
            assert_eq!(
                holds(&auditor, *permission, Owner::Platform),
                reads,
                "{permission}"
            );
            if !reads {
                let refusal = authorize(&auditor, *permission, Owner::Platform).err();
                assert_eq!(
                    refusal.as_ref().map(|f| f.code),
                    Some(ErrorCode::PermissionDenied)
                );
                assert_eq!(refusal.and_then(|f| f.permission), Some(*permission));
            }
        }
    }

    #[test]
    fn anonymous_holds_only_what_anyone_holds() {
        for permission in Permission::ALL {
            let held = holds(&Actor::Anonymous, *permission, Owner::Platform);
            assert_eq!(held, permission.grant() == Grant::Anyone, "{permission}");
            assert_eq!(admit(&Actor::Anonymous, *permission).is_ok(), held);
        }
        let refusal = authorize(&Actor::Anonymous, Permission::RegistryRead, Owner::Platform).err();
        assert_eq!(refusal.map(|f| f.code), Some(ErrorCode::SessionRequired));
    }

    #[test]
    fn person_without_role_holds_only_the_own() {
        let nobody = Actor::Person(person(None, Vec::new()));
        assert!(holds(&nobody, Permission::SessionClose, Owner::Platform));
        assert!(!holds(&nobody, Permission::RegistryRead, Owner::Platform));
    }

    #[test]
    fn workspace_role_counts_in_its_own_workspace_and_upwards_only() {
        let (own, sibling) = (WorkspaceId::new(), WorkspaceId::new());
        for role in WorkspaceRole::ALL {
            let actor = member(own, role);
            for permission in Permission::ALL {
                let Grant::Roles { workspace, .. } = permission.grant() else {
                    continue;
                };
                let expected = workspace.is_some_and(|least| role >= least);
                let at = |owner| holds(&actor, *permission, owner);
                assert_eq!(
                    at(Owner::Workspace { id: own }),
                    expected,
                    "{role:?} {permission}"
                );
                assert!(
                    !at(Owner::Workspace { id: sibling }),
                    "{role:?} {permission}"
                );
                assert!(!at(Owner::Platform), "{role:?} {permission}");
            }
        }
    }

    #[test]
    fn token_gives_no_more_than_its_owner_holds_now_and_no_more_than_its_scope() {
        let (own, sibling) = (WorkspaceId::new(), WorkspaceId::new());
        let token = |person: Person, scope: &[Permission], workspace_id| {
            Actor::Person(Person {
                came_by: CameBy::Token {
                    id: ApiTokenId::new(),
                    cut: TokenCut {
                        scope: scope.to_vec(),
                        workspace_id,
                    },
                },
                ..person
            })
        };
        let scope = [Permission::RegistryRead, Permission::UserDelete];
        let in_own = Owner::Workspace { id: own };
        let viewer = vec![Membership {
            workspace_id: own,
            role: WorkspaceRole::Viewer,
        }];
        let of_viewer = token(person(None, viewer), &scope, None);
        assert!(holds(&of_viewer, Permission::RegistryRead, in_own));
        assert!(!holds(&of_viewer, Permission::UserDelete, Owner::Platform));
        assert!(!holds(&of_viewer, Permission::WorkspaceRead, in_own));
        assert!(!holds(
            &of_viewer,
            Permission::SessionClose,
            Owner::Platform
        ));
        assert!(admit(&of_viewer, Permission::RegistryRead).is_ok());
        assert_eq!(
            admit(&of_viewer, Permission::TokenCreate)
                .err()
                .and_then(|f| f.permission),
            Some(Permission::TokenCreate)
        );
        let admin = person(Some(PlatformRole::Admin), Vec::new());
        let of_admin = token(admin, &scope, Some(own));
        assert!(holds(&of_admin, Permission::RegistryRead, in_own));
        let elsewhere = Owner::Workspace { id: sibling };
        assert!(!holds(&of_admin, Permission::RegistryRead, elsewhere));
        assert!(!holds(&of_admin, Permission::UserDelete, Owner::Platform));
    }
}
