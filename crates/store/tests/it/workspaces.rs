//! Workspaces, members and machine accounts.

use crate::bed::Bed;
use crate::build::{
    admin, audit, integrate, later, name, now, person, registry, role_of, workspace,
};
use roadstead_core::model::{
    NamePosition, Owner, PageRequest, Topic, UserId, Workspace, WorkspaceCounts, WorkspaceFilter,
    WorkspaceId, WorkspaceRole,
};
use roadstead_core::ports::{
    ChangeFeed as _, EditWorkspace, RegistryStore as _, SessionStore as _, SetMember, StoreError,
    UserStore as _, WorkspaceStore as _,
};
use roadstead_core::rules::Visible;
use roadstead_store::Store;

on_both! {
    workspace_is_found_only_in_the_visible_set,
    workspace_list_pages_by_name_and_counts_after_the_filter,
    workspace_counts_come_in_one_query_and_machine_accounts_are_nobody,
    workspace_name_is_unique,
    workspace_edit_of_an_old_generation_is_refused,
    workspace_with_registries_is_not_deleted_and_names_them,
    workspace_takes_its_machine_accounts_and_memberships_along,
    registry_of_a_workspace_that_is_gone_is_refused,
    member_comes_with_the_session_in_one_query,
    member_change_ends_the_persons_streams_and_is_told_to_the_workspace,
    last_admin_of_a_workspace_stays_when_that_is_asked,
    machine_account_is_no_person_and_its_name_is_the_workspaces_own,
}

fn first(limit: u16) -> PageRequest<NamePosition> {
    PageRequest { limit, after: None }
}

pub(crate) async fn make(store: &Store, text: &str) -> Workspace {
    let made = workspace(text);
    let entry = audit("workspace.create", "workspace", made.id);
    store
        .create_workspace(made.clone(), entry)
        .await
        .expect("workspace");
    made
}

pub(crate) fn set(
    workspace_id: WorkspaceId,
    user_id: UserId,
    role: Option<WorkspaceRole>,
) -> SetMember {
    SetMember {
        workspace_id,
        user_id,
        role,
        keep_admin: false,
        now: now(),
    }
}

pub(crate) async fn put(store: &Store, command: SetMember) -> Result<(), StoreError> {
    let entry = audit("member.set", "member", command.user_id);
    store.set_member(command, entry).await
}

async fn workspace_is_found_only_in_the_visible_set(bed: &Bed) {
    let alpha = make(&bed.store, "alpha").await;
    let beta = make(&bed.store, "beta").await;
    for (set, seen) in [
        (Visible::Everything, true),
        (Visible::Workspaces(vec![alpha.id]), true),
        (Visible::Workspaces(vec![beta.id]), false),
        (Visible::Workspaces(Vec::new()), false),
    ] {
        let found = bed.store.workspace(alpha.id, &set).await.expect("answer");
        assert_eq!(found.is_some(), seen, "{set:?}");
    }
}

async fn workspace_list_pages_by_name_and_counts_after_the_filter(bed: &Bed) {
    let mut ids = Vec::new();
    for text in ["c-1", "a-1", "b-2", "a_hidden".replace('_', "-").as_str()] {
        ids.push(make(&bed.store, text).await.id);
    }
    ids.pop();
    let filter = WorkspaceFilter {
        visible: Visible::Workspaces(ids),
        text: None,
    };
    let before = bed.store.queries();
    let one = bed
        .store
        .workspaces(&filter, &first(2))
        .await
        .expect("page");
    assert_eq!(bed.store.queries() - before, 2);
    let names =
        |items: &[Workspace]| -> Vec<String> { items.iter().map(|w| w.name.to_string()).collect() };
    assert_eq!(names(&one.page.items), ["a-1", "b-2"]);
    assert_eq!((one.total.value, one.total.exact), (3, true));
    let rest = PageRequest {
        limit: 2,
        after: one.page.next,
    };
    let two = bed.store.workspaces(&filter, &rest).await.expect("page");
    assert_eq!(names(&two.page.items), ["c-1"]);
    assert!(two.page.next.is_none());
    let filter = WorkspaceFilter {
        text: Some("-1".to_owned()),
        ..filter
    };
    let found = bed
        .store
        .workspaces(&filter, &first(9))
        .await
        .expect("page");
    assert_eq!(names(&found.page.items), ["a-1", "c-1"]);
    assert_eq!(found.total.value, 2);
}

async fn workspace_counts_come_in_one_query_and_machine_accounts_are_nobody(bed: &Bed) {
    let alpha = make(&bed.store, "alpha").await;
    let beta = make(&bed.store, "beta").await;
    let one = person(&bed.store, "one", None).await;
    let two = person(&bed.store, "two", None).await;
    for (id, user) in [(alpha.id, one.id), (alpha.id, two.id), (beta.id, two.id)] {
        put(&bed.store, set(id, user, Some(WorkspaceRole::Viewer)))
            .await
            .expect("member");
    }
    machine(&bed.store, alpha.id, "robot").await.expect("made");
    for (text, owner) in [
        ("own", Owner::Workspace { id: alpha.id }),
        ("shared", Owner::Platform),
    ] {
        let mut made = registry(text);
        made.owner = owner;
        integrate(&bed.store, made).await;
    }
    let before = bed.store.queries();
    let ids = [alpha.id, beta.id, WorkspaceId::new()];
    let counts = bed.store.workspace_counts(&ids).await.expect("counts");
    assert_eq!(bed.store.queries() - before, 1);
    assert_eq!(counts.len(), 2, "one that is gone is left out");
    let of = |registries, members, machine_accounts| WorkspaceCounts {
        registries,
        members,
        machine_accounts,
    };
    assert_eq!(
        (counts[&alpha.id], counts[&beta.id]),
        (of(1, 2, 1), of(0, 1, 0))
    );
    let before = bed.store.queries();
    let totals = bed.store.workspace_totals().await.expect("totals");
    assert_eq!(bed.store.queries() - before, 1);
    assert_eq!(totals, (2, 2), "who is in two workspaces is one person");
    let before = bed.store.queries();
    assert!(
        bed.store
            .workspace_counts(&[])
            .await
            .expect("none")
            .is_empty()
    );
    assert_eq!(
        bed.store.queries(),
        before,
        "nothing asked, nothing queried"
    );
}

async fn workspace_name_is_unique(bed: &Bed) {
    make(&bed.store, "alpha").await;
    let before = bed.traces().await;
    let again = workspace("alpha");
    let entry = audit("workspace.create", "workspace", again.id);
    let refused = bed.store.create_workspace(again, entry).await;
    assert!(matches!(refused, Err(StoreError::NameTaken)), "{refused:?}");
    assert_eq!(bed.traces().await, before);
}

async fn workspace_edit_of_an_old_generation_is_refused(bed: &Bed) {
    let alpha = make(&bed.store, "alpha").await;
    let edit = |expected| EditWorkspace {
        id: alpha.id,
        expected,
        description: roadstead_core::model::Description::parse("new").expect("text"),
        now: later(1),
    };
    let entry = || audit("workspace.edit", "workspace", alpha.id);
    let done = bed.store.edit_workspace(edit(1), entry()).await;
    assert_eq!(done.expect("edited"), 2);
    let stale = bed.store.edit_workspace(edit(1), entry()).await;
    assert!(
        matches!(stale, Err(StoreError::Stale { current: 2 })),
        "{stale:?}"
    );
}

async fn workspace_with_registries_is_not_deleted_and_names_them(bed: &Bed) {
    let alpha = make(&bed.store, "alpha").await;
    for text in ["two", "one"] {
        let mut made = registry(text);
        made.owner = Owner::Workspace { id: alpha.id };
        integrate(&bed.store, made).await;
    }
    let before = bed.traces().await;
    let entry = audit("workspace.delete", "workspace", alpha.id);
    let refused = bed.store.delete_workspace(alpha.id, 1, entry).await;
    match refused {
        Err(StoreError::NotEmpty { registries, names }) => {
            assert_eq!(
                (registries, names),
                (2, vec!["one".to_owned(), "two".to_owned()])
            );
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(bed.traces().await, before);
}

async fn workspace_takes_its_machine_accounts_and_memberships_along(bed: &Bed) {
    let alpha = make(&bed.store, "alpha").await;
    let one = person(&bed.store, "one", None).await;
    put(
        &bed.store,
        set(alpha.id, one.id, Some(WorkspaceRole::Admin)),
    )
    .await
    .expect("member");
    machine(&bed.store, alpha.id, "robot").await.expect("made");
    assert_eq!(bed.count("membership").await, 2);
    let entry = audit("workspace.delete", "workspace", alpha.id);
    bed.store
        .delete_workspace(alpha.id, 1, entry)
        .await
        .expect("deleted");
    assert_eq!(bed.count("membership").await, 0);
    assert_eq!(bed.count("user").await, 1, "the person stays");
    let changes = bed.store.after(0, 100).await.expect("answer").expect("all");
    let ended = changes
        .iter()
        .filter(|c| c.topic == Topic::User && c.user_id == Some(one.id));
    assert_eq!(ended.count(), 2, "for the membership and for its end");
}

async fn registry_of_a_workspace_that_is_gone_is_refused(bed: &Bed) {
    let before = bed.traces().await;
    let mut made = registry("orphan");
    made.owner = Owner::Workspace {
        id: WorkspaceId::new(),
    };
    let id = made.id;
    let command = roadstead_core::ports::IntegrateRegistry {
        registry: made,
        credential: None,
    };
    let entry = audit("registry.integrate", "registry", id);
    let refused = bed.store.integrate_registry(command, entry).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    assert_eq!(bed.traces().await, before);
}

async fn member_comes_with_the_session_in_one_query(bed: &Bed) {
    let alpha = make(&bed.store, "alpha").await;
    let beta = make(&bed.store, "beta").await;
    let one = person(&bed.store, "one", None).await;
    for (id, role) in [
        (alpha.id, WorkspaceRole::Viewer),
        (beta.id, WorkspaceRole::Admin),
        (alpha.id, WorkspaceRole::Editor),
    ] {
        put(&bed.store, set(id, one.id, Some(role)))
            .await
            .expect("set");
    }
    let session = crate::build::session(one.id, "one");
    let entry = audit("session.open", "session", session.id);
    bed.store
        .open_session(session.clone(), entry)
        .await
        .expect("session");
    let before = bed.store.queries();
    let owner = bed.store.session(&session.digest).await.expect("answer");
    assert_eq!(bed.store.queries() - before, 1);
    let mut roles: Vec<_> = owner
        .expect("session")
        .memberships
        .iter()
        .map(|m| (m.workspace_id, m.role))
        .collect();
    roles.sort_by_key(|(id, _)| *id);
    assert_eq!(
        roles,
        [
            (alpha.id, WorkspaceRole::Editor),
            (beta.id, WorkspaceRole::Admin)
        ]
    );
}

async fn member_change_ends_the_persons_streams_and_is_told_to_the_workspace(bed: &Bed) {
    let alpha = make(&bed.store, "alpha").await;
    let one = person(&bed.store, "one", None).await;
    let head = bed.store.head().await.expect("head");
    put(
        &bed.store,
        set(alpha.id, one.id, Some(WorkspaceRole::Viewer)),
    )
    .await
    .expect("set");
    let changes = bed
        .store
        .after(head, 9)
        .await
        .expect("answer")
        .expect("all");
    let told: Vec<_> = changes
        .iter()
        .map(|c| (c.topic, c.user_id, c.workspace_id))
        .collect();
    assert_eq!(
        told,
        [
            (Topic::User, Some(one.id), None),
            (Topic::Member, None, Some(alpha.id))
        ]
    );
    for (id, user_id) in [(alpha.id, UserId::new()), (WorkspaceId::new(), one.id)] {
        let absent = put(&bed.store, set(id, user_id, Some(WorkspaceRole::Viewer))).await;
        assert!(matches!(absent, Err(StoreError::NotFound)), "{absent:?}");
    }
}

async fn last_admin_of_a_workspace_stays_when_that_is_asked(bed: &Bed) {
    let alpha = make(&bed.store, "alpha").await;
    let one = person(&bed.store, "one", None).await;
    let two = person(&bed.store, "two", None).await;
    put(
        &bed.store,
        set(alpha.id, one.id, Some(WorkspaceRole::Admin)),
    )
    .await
    .expect("set");
    machine(&bed.store, alpha.id, "robot").await.expect("made");
    let careful = |user_id, role| SetMember {
        keep_admin: true,
        ..set(alpha.id, user_id, role)
    };
    for role in [None, Some(WorkspaceRole::Viewer)] {
        let refused = put(&bed.store, careful(one.id, role)).await;
        assert!(matches!(refused, Err(StoreError::LastAdmin)), "{refused:?}");
    }
    put(&bed.store, careful(two.id, Some(WorkspaceRole::Admin)))
        .await
        .expect("second");
    put(&bed.store, careful(one.id, None))
        .await
        .expect("first goes");
    assert_eq!(role_of(&bed.store, alpha.id, one.id).await, None);
    put(&bed.store, set(alpha.id, two.id, None))
        .await
        .expect("without care");
}

async fn machine(store: &Store, id: WorkspaceId, text: &str) -> Result<UserId, StoreError> {
    let mut account = crate::build::user(text);
    account.platform_role = None;
    account.machine_of = Some(id);
    let made = account.id;
    let entry = audit("machine_account.create", "machine_account", made);
    store
        .create_machine_account(account, id, WorkspaceRole::Admin, entry)
        .await?;
    Ok(made)
}

async fn machine_account_is_no_person_and_its_name_is_the_workspaces_own(bed: &Bed) {
    let admin = admin(&bed.store).await;
    let alpha = make(&bed.store, "alpha").await;
    let beta = make(&bed.store, "beta").await;
    let robot = machine(&bed.store, alpha.id, "robot").await.expect("made");
    machine(&bed.store, beta.id, "robot")
        .await
        .expect("elsewhere");
    machine(&bed.store, alpha.id, admin.name.as_str())
        .await
        .expect("a name of a person tells nothing");
    let taken = machine(&bed.store, alpha.id, "robot").await;
    assert!(matches!(taken, Err(StoreError::NameTaken)), "{taken:?}");

    assert!(bed.store.user(robot).await.expect("answer").is_none());
    let login = bed.store.login_of(&name("robot")).await.expect("answer");
    assert!(login.is_none());
    let people = bed.store.members(alpha.id, &first(9)).await.expect("list");
    assert_eq!(people.total.value, 0);
    let machines = bed
        .store
        .machine_accounts(alpha.id, &first(9))
        .await
        .expect("list");
    assert_eq!(machines.total.value, 2);
    let refused = put(&bed.store, set(alpha.id, robot, None)).await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    let other = bed
        .store
        .machine_account(beta.id, robot)
        .await
        .expect("answer");
    assert!(other.is_none(), "of another workspace");
}
