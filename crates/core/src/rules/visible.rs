//! What an actor may see. Lists, searches, totals and the change stream all filter by this one
//! answer and know no rule of their own.

use super::holds;
use crate::model::{Actor, CameBy, Change, Owner, Topic, WorkspaceId};

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

    /// Whether the platform's registries that every subject may pull from are in the set, as far as
    /// members see them: whoever belongs to a workspace may pull with it.
    #[must_use]
    pub fn includes_open(&self) -> bool {
        match self {
            Self::Everything => true,
            Self::Workspaces(ids) => !ids.is_empty(),
        }
    }

    /// The part of the set that belongs to one workspace.
    fn within(&self, id: WorkspaceId) -> Self {
        let there = self.contains(Owner::Workspace { id });
        Self::Workspaces(there.then_some(id).into_iter().collect())
    }
}

/// The set of what `actor` may see: everything with a platform role, else what belongs to the
/// workspaces they are a member of, and through a token only the workspace it is cut to.
#[must_use]
pub fn visible(actor: &Actor) -> Visible {
    let Some(person) = actor.person() else {
        return Visible::Workspaces(Vec::new());
    };
    let set = if person.platform_role.is_some() {
        Visible::Everything
    } else {
        Visible::Workspaces(person.memberships.iter().map(|m| m.workspace_id).collect())
    };
    match &person.came_by {
        CameBy::Token { cut, .. } => match cut.workspace_id {
            Some(id) => set.within(id),
            None => set,
        },
        CameBy::Session(_) => set,
    }
}

/// Whether `actor`, who may see `set`, may hear of a change.
#[must_use]
pub fn sees_change(actor: &Actor, set: &Visible, change: &Change) -> bool {
    if let Some(only) = change.user_id {
        return actor.person().is_some_and(|p| p.id == only);
    }
    if change.topic == Topic::OpenRegistry
        && let Visible::Workspaces(ids) = set
    {
        let permission = change.topic.permission();
        return ids
            .iter()
            .any(|id| holds(actor, permission, Owner::Workspace { id: *id }));
    }
    let owner = change
        .workspace_id
        .map_or(Owner::Platform, |id| Owner::Workspace { id });
    set.contains(owner) && holds(actor, change.topic.permission(), owner)
}

#[cfg(test)]
mod tests {
    use super::{Visible, sees_change, visible};
    use crate::model::{
        Actor, CameBy, Change, Membership, Name, Owner, Person, PlatformRole, SessionId, Topic,
        UserId, WorkspaceId, WorkspaceRole,
    };

    fn person(role: Option<PlatformRole>) -> Actor {
        Actor::Person(Person {
            id: UserId::new(),
            name: Name::parse("somebody").expect("name"),
            platform_role: role,
            memberships: Vec::new(),
            came_by: CameBy::Session(SessionId::new()),
        })
    }

    fn change(topic: Topic, workspace_id: Option<WorkspaceId>) -> Change {
        Change {
            id: 1,
            topic,
            object_id: uuid::Uuid::nil(),
            generation: 1,
            workspace_id,
            user_id: None,
        }
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
        let mut change = change(Topic::Session, None);
        change.user_id = Some(UserId::new());
        assert!(!sees_change(&admin, &visible(&admin), &change));
        change.user_id = admin.person().map(|p| p.id);
        assert!(sees_change(&admin, &visible(&admin), &change));
    }

    #[test]
    fn member_hears_of_the_own_workspace_what_the_role_may_read() {
        let (own, sibling) = (WorkspaceId::new(), WorkspaceId::new());
        let Actor::Person(mut viewer) = person(None) else {
            unreachable!("a person")
        };
        viewer.memberships.push(Membership {
            workspace_id: own,
            role: WorkspaceRole::Viewer,
        });
        let viewer = Actor::Person(viewer);
        let hears = |topic, id| sees_change(&viewer, &visible(&viewer), &change(topic, id));
        assert!(hears(Topic::RegistryHealth, Some(own)));
        assert!(hears(Topic::Workspace, Some(own)));
        assert!(!hears(Topic::Member, Some(own)), "admins only");
        for topic in Topic::ALL {
            if topic != Topic::OpenRegistry {
                assert!(!hears(topic, Some(sibling)), "{topic:?}");
            }
            let open = topic == Topic::OpenRegistry;
            assert_eq!(hears(topic, None), open, "{topic:?}");
        }
    }

    #[test]
    fn open_registries_are_heard_of_by_members_with_the_permission_and_by_nobody_else() {
        let open = change(Topic::OpenRegistry, None);
        for stranger in [Actor::Anonymous, person(None)] {
            assert!(!sees_change(&stranger, &visible(&stranger), &open));
            assert!(!visible(&stranger).includes_open());
        }
        let Actor::Person(mut member) = person(None) else {
            unreachable!("a person")
        };
        member.memberships.push(Membership {
            workspace_id: WorkspaceId::new(),
            role: WorkspaceRole::Viewer,
        });
        let by_session = Actor::Person(member.clone());
        assert!(sees_change(&by_session, &visible(&by_session), &open));
        member.came_by = CameBy::Token {
            id: crate::model::ApiTokenId::new(),
            cut: crate::model::TokenCut {
                scope: vec![crate::Permission::ChangeFollow],
                workspace_id: None,
            },
        };
        let by_token = Actor::Person(member);
        assert!(!sees_change(&by_token, &visible(&by_token), &open));
    }
}
