//! May this actor do this to something of this owner?

use crate::model::{Actor, Owner};
use crate::permission::Grant;
use crate::{ErrorCode, Failure, Permission};

/// Whether the actor holds the permission on objects of this owner.
#[must_use]
pub fn holds(actor: &Actor, permission: Permission, owner: Owner) -> bool {
    match permission.grant() {
        Grant::Anyone => true,
        Grant::Own => actor.person().is_some(),
        Grant::Roles {
            platform,
            workspace: _,
        } => {
            // Workspace roles count on that workspace's objects only; nobody has one before
            // workspaces exist, so such objects are the platform roles' alone.
            let _ = owner;
            actor
                .person()
                .and_then(|p| p.platform_role)
                .is_some_and(|role| platform.contains(&role))
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

#[cfg(test)]
mod tests {
    use super::{authorize, holds};
    use crate::model::{Actor, Name, Owner, Person, PlatformRole, SessionId, UserId};
    use crate::{ErrorCode, Permission};

    fn person(role: Option<PlatformRole>) -> Actor {
        Actor::Person(Person {
            id: UserId::new(),
            name: Name::parse("somebody").expect("name"),
            platform_role: role,
            session_id: SessionId::new(),
        })
    }

    #[test]
    fn auditor_reads_and_changes_nothing() {
        let auditor = person(Some(PlatformRole::Auditor));
        assert!(holds(&auditor, Permission::RegistryRead, Owner::Platform));
        for permission in [
            Permission::RegistryIntegrate,
            Permission::RegistryTest,
            Permission::RegistryEdit,
            Permission::RegistryDisconnect,
        ] {
            let refusal = authorize(&auditor, permission, Owner::Platform).err();
            assert_eq!(
                refusal.as_ref().map(|f| f.code),
                Some(ErrorCode::PermissionDenied)
            );
            assert_eq!(refusal.and_then(|f| f.permission), Some(permission));
        }
    }

    #[test]
    fn anonymous_holds_only_what_anyone_holds() {
        for permission in Permission::ALL {
            let held = holds(&Actor::Anonymous, *permission, Owner::Platform);
            assert_eq!(
                held,
                permission.grant() == crate::permission::Grant::Anyone,
                "{permission}"
            );
        }
        let refusal = authorize(&Actor::Anonymous, Permission::RegistryRead, Owner::Platform).err();
        assert_eq!(refusal.map(|f| f.code), Some(ErrorCode::SessionRequired));
    }

    #[test]
    fn person_without_role_holds_only_the_own() {
        let nobody = person(None);
        assert!(holds(&nobody, Permission::SessionClose, Owner::Platform));
        assert!(!holds(&nobody, Permission::RegistryRead, Owner::Platform));
    }
}
