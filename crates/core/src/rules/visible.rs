//! What an actor may see. Lists, searches, totals and the change stream all filter by this one
//! answer and know no rule of their own.

use crate::model::{Actor, Change, Owner, WorkspaceId};

/// A set of objects by owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Visible {
    /// Everything.
    Everything,
    /// What belongs to these workspaces; possibly none.
    Workspaces(Vec<WorkspaceId>),
}

impl Visible {
    /// Whether something of this owner is in the set.
    #[must_use]
    pub fn contains(&self, owner: Owner) -> bool {
        match (self, owner) {
            (Self::Everything, _) => true,
            (Self::Workspaces(ids), Owner::Workspace { id }) => ids.contains(&id),
            (Self::Workspaces(_), Owner::Platform) => false,
        }
    }
}

/// The set of what `actor` may see.
#[must_use]
pub fn visible(actor: &Actor) -> Visible {
    match actor.person() {
        Some(person) if person.platform_role.is_some() => Visible::Everything,
        _ => Visible::Workspaces(Vec::new()),
    }
}

/// Whether `actor`, who may see `set`, may hear of a change.
#[must_use]
pub fn sees_change(actor: &Actor, set: &Visible, change: &Change) -> bool {
    if let Some(only) = change.user_id {
        return actor.person().is_some_and(|p| p.id == only);
    }
    let owner = change
        .workspace_id
        .map_or(Owner::Platform, |id| Owner::Workspace { id });
    set.contains(owner)
}

#[cfg(test)]
mod tests {
    use super::{Visible, sees_change, visible};
    use crate::model::{
        Actor, Change, Name, Owner, Person, PlatformRole, SessionId, Topic, UserId, WorkspaceId,
    };

    fn person(role: Option<PlatformRole>) -> Actor {
        Actor::Person(Person {
            id: UserId::new(),
            name: Name::parse("somebody").expect("name"),
            platform_role: role,
            session_id: SessionId::new(),
        })
    }

    #[test]
    fn person_without_role_sees_nothing_of_the_platform() {
        for actor in [Actor::Anonymous, person(None)] {
            let set = visible(&actor);
            assert!(!set.contains(Owner::Platform));
            assert!(!set.contains(Owner::Workspace {
                id: WorkspaceId::new()
            }));
        }
        assert_eq!(
            visible(&person(Some(PlatformRole::Auditor))),
            Visible::Everything
        );
    }

    #[test]
    fn change_of_one_persons_session_reaches_only_that_person() {
        let admin = person(Some(PlatformRole::Admin));
        let mut change = Change {
            id: 1,
            topic: Topic::Session,
            object_id: uuid::Uuid::nil(),
            generation: 1,
            workspace_id: None,
            user_id: Some(UserId::new()),
        };
        assert!(!sees_change(&admin, &visible(&admin), &change));
        change.user_id = admin.person().map(|p| p.id);
        assert!(sees_change(&admin, &visible(&admin), &change));
        change.user_id = None;
        assert!(sees_change(&admin, &visible(&admin), &change));
        let nobody = person(None);
        assert!(!sees_change(&nobody, &visible(&nobody), &change));
    }
}
