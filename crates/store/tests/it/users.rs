//! People, their links and tokens.

use crate::bed::Bed;
use crate::build::{admin, audit, digest, later, name, now, password, person, session};
use roadstead_core::Permission;
use roadstead_core::model::{
    ApiToken, ApiTokenId, PlatformRole, TokenCut, Topic, User, UserChanges, UserId,
};
use roadstead_core::ports::{
    ChangeFeed as _, ChangePassword, EditUser, OneTimeLink, SessionStore as _, StoreError,
    TokenStore as _, UseLink, UserStore as _,
};
use roadstead_store::Store;

on_both! {
    user_name_is_unique_among_people,
    last_admin_who_can_sign_in_is_neither_demoted_nor_deleted,
    role_change_is_told_to_the_person_first,
    link_sets_a_password_once_and_ends_every_session,
    link_that_expired_or_was_replaced_is_refused,
    password_change_ends_every_other_session,
    deleted_user_leaves_no_session_token_or_link,
    token_is_found_with_its_owner_in_one_query_and_bounded,
    ended_tokens_and_links_are_pruned_and_good_ones_stay,
    token_of_somebody_else_is_not_revoked,
}

fn link(text: &str, seconds: u64) -> OneTimeLink {
    OneTimeLink {
        digest: digest(text),
        expires_at: later(seconds),
    }
}

fn role(user: &User, platform_role: Option<PlatformRole>) -> EditUser {
    EditUser {
        id: user.id,
        expected: Some(user.generation),
        changes: UserChanges {
            display_name: None,
            platform_role: Some(platform_role),
        },
    }
}

async fn edit(store: &Store, command: EditUser) -> Result<User, StoreError> {
    let entry = audit("user.edit", "user", command.id);
    store.edit_user(command, entry).await
}

async fn use_link(store: &Store, user_id: UserId, text: &str, at: u64) -> Result<(), StoreError> {
    let command = UseLink {
        link: digest(text),
        user_id,
        password: password(),
        session: session(user_id, &format!("by {text}")),
        now: later(at),
    };
    let entry = audit("password.reset", "user", user_id);
    store.use_link(command, entry).await
}

async fn user_name_is_unique_among_people(bed: &Bed) {
    let admin = admin(&bed.store).await;
    let before = bed.traces().await;
    let again = crate::build::user(admin.name.as_str());
    let entry = audit("user.create", "user", again.id);
    let refused = bed.store.create_user(again, link("x", 9), entry).await;
    assert!(matches!(refused, Err(StoreError::NameTaken)), "{refused:?}");
    assert_eq!(bed.traces().await, before);
}

async fn last_admin_who_can_sign_in_is_neither_demoted_nor_deleted(bed: &Bed) {
    let admin = admin(&bed.store).await;
    let other = person(&bed.store, "other", Some(PlatformRole::Admin)).await;
    let refused = edit(&bed.store, role(&admin, None)).await;
    assert!(
        matches!(refused, Err(StoreError::LastAdmin)),
        "the other has no password yet: {refused:?}"
    );
    let entry = || audit("user.delete", "user", admin.id);
    let refused = bed.store.delete_user(admin.id, 1, entry()).await;
    assert!(matches!(refused, Err(StoreError::LastAdmin)), "{refused:?}");
    use_link(&bed.store, other.id, "link of other", 1)
        .await
        .expect("password");
    let demoted = edit(&bed.store, role(&admin, Some(PlatformRole::Auditor))).await;
    assert_eq!(demoted.expect("demoted").generation, 2);
    let refused = edit(&bed.store, role(&other, None)).await;
    assert!(matches!(refused, Err(StoreError::LastAdmin)), "{refused:?}");
    let stale = bed.store.delete_user(admin.id, 1, entry()).await;
    assert!(
        matches!(stale, Err(StoreError::Stale { current: 2 })),
        "{stale:?}"
    );
    bed.store
        .delete_user(admin.id, 2, entry())
        .await
        .expect("gone");
}

async fn role_change_is_told_to_the_person_first(bed: &Bed) {
    let one = person(&bed.store, "one", None).await;
    let head = bed.store.head().await.expect("head");
    edit(&bed.store, role(&one, Some(PlatformRole::Auditor)))
        .await
        .expect("edited");
    let changes = bed
        .store
        .after(head, 9)
        .await
        .expect("answer")
        .expect("all");
    let told: Vec<_> = changes.iter().map(|c| (c.topic, c.user_id)).collect();
    assert_eq!(told, [(Topic::User, Some(one.id)), (Topic::User, None)]);
}

async fn link_sets_a_password_once_and_ends_every_session(bed: &Bed) {
    let one = person(&bed.store, "one", None).await;
    let login = bed.store.login_of(&name("one")).await.expect("answer");
    assert!(login.expect("person").1.is_none(), "no password yet");
    let old = session(one.id, "old");
    let entry = audit("session.open", "session", old.id);
    bed.store
        .open_session(old.clone(), entry)
        .await
        .expect("session");
    let linked = bed.store.linked_user(&digest("link of one"), now()).await;
    assert_eq!(linked.expect("answer").map(|u| u.id), Some(one.id));
    let stranger = use_link(&bed.store, UserId::new(), "link of one", 1).await;
    assert!(matches!(stranger, Err(StoreError::NoMatch)), "{stranger:?}");
    use_link(&bed.store, one.id, "link of one", 1)
        .await
        .expect("used");
    assert!(
        bed.store
            .session(&old.digest)
            .await
            .expect("answer")
            .is_none()
    );
    assert_eq!(bed.count("session").await, 1, "the new one");
    let again = use_link(&bed.store, one.id, "link of one", 1).await;
    assert!(matches!(again, Err(StoreError::NoMatch)), "{again:?}");
    let login = bed.store.login_of(&name("one")).await.expect("answer");
    assert!(login.expect("person").1.is_some());
}

async fn link_that_expired_or_was_replaced_is_refused(bed: &Bed) {
    let one = person(&bed.store, "one", None).await;
    let offer = |text: &'static str| {
        let entry = audit("user.reset_password", "user", one.id);
        bed.store.offer_link(one.id, link(text, 60), entry)
    };
    offer("second").await.expect("offered");
    let replaced = use_link(&bed.store, one.id, "link of one", 1).await;
    assert!(matches!(replaced, Err(StoreError::NoMatch)), "{replaced:?}");
    let expired = use_link(&bed.store, one.id, "second", 60).await;
    assert!(matches!(expired, Err(StoreError::NoMatch)), "{expired:?}");
    let linked = bed.store.linked_user(&digest("second"), later(60)).await;
    assert!(linked.expect("answer").is_none());
    use_link(&bed.store, one.id, "second", 59)
        .await
        .expect("used");
}

async fn password_change_ends_every_other_session(bed: &Bed) {
    let one = person(&bed.store, "one", None).await;
    let (kept, other) = (session(one.id, "kept"), session(one.id, "other"));
    for session in [&kept, &other] {
        let entry = audit("session.open", "session", session.id);
        bed.store
            .open_session(session.clone(), entry)
            .await
            .expect("session");
    }
    let command = ChangePassword {
        user_id: one.id,
        password: password(),
        keep: Some(kept.id),
    };
    let entry = audit("password.change", "user", one.id);
    bed.store
        .change_password(command, entry)
        .await
        .expect("changed");
    assert!(
        bed.store
            .session(&kept.digest)
            .await
            .expect("answer")
            .is_some()
    );
    assert!(
        bed.store
            .session(&other.digest)
            .await
            .expect("answer")
            .is_none()
    );
    assert_eq!(bed.count("user_link").await, 0);
}

pub(crate) fn token(user_id: UserId, text: &str) -> ApiToken {
    ApiToken {
        id: ApiTokenId::new(),
        user_id,
        name: name(text),
        cut: TokenCut {
            scope: vec![Permission::RegistryRead],
            workspace_id: None,
        },
        created_at: now(),
        expires_at: later(60),
        last_used_at: None,
    }
}

pub(crate) async fn create(store: &Store, token: &ApiToken, limit: u64) -> Result<(), StoreError> {
    let entry = audit("token.create", "token", token.id);
    let digest = digest(token.name.as_str());
    store
        .create_token(token.clone(), digest, limit, entry)
        .await
}

async fn deleted_user_leaves_no_session_token_or_link(bed: &Bed) {
    admin(&bed.store).await;
    let one = person(&bed.store, "one", None).await;
    create(&bed.store, &token(one.id, "t"), 9)
        .await
        .expect("token");
    let entry = audit("user.delete", "user", one.id);
    bed.store
        .delete_user(one.id, 1, entry)
        .await
        .expect("deleted");
    for table in ["api_token", "user_link", "session"] {
        assert_eq!(bed.count(table).await, 0, "{table}");
    }
}

async fn token_is_found_with_its_owner_in_one_query_and_bounded(bed: &Bed) {
    let one = person(&bed.store, "one", None).await;
    let made = token(one.id, "first");
    create(&bed.store, &made, 1).await.expect("token");
    let full = create(&bed.store, &token(one.id, "second"), 1).await;
    assert!(matches!(full, Err(StoreError::Full(1))), "{full:?}");
    let before = bed.store.queries();
    let owner = bed
        .store
        .token(made.id)
        .await
        .expect("answer")
        .expect("token");
    assert_eq!(bed.store.queries() - before, 1);
    assert_eq!((&owner.token, owner.user.id), (&made, one.id));
    assert!(owner.digest.matches(&digest("first")));
    bed.store
        .touch_token(made.id, later(5))
        .await
        .expect("touched");
    bed.store
        .touch_token(made.id, later(3))
        .await
        .expect("touched");
    let listed = bed.store.tokens_of(one.id).await.expect("list");
    assert_eq!(listed[0].last_used_at, Some(later(5)));
}

async fn ended_tokens_and_links_are_pruned_and_good_ones_stay(bed: &Bed) {
    let one = person(&bed.store, "one", None).await;
    let ended = token(one.id, "ended");
    let good = ApiToken {
        expires_at: later(7_200),
        ..token(one.id, "good")
    };
    for token in [&ended, &good] {
        create(&bed.store, token, 9).await.expect("token");
    }
    assert_eq!(bed.store.prune_tokens(later(60)).await.expect("pruned"), 0);
    assert_eq!(bed.store.prune_tokens(later(61)).await.expect("pruned"), 1);
    let left = bed.store.tokens_of(one.id).await.expect("list");
    assert_eq!(left.iter().map(|t| t.id).collect::<Vec<_>>(), [good.id]);
    assert_eq!(
        bed.store.prune_links(later(3_600)).await.expect("pruned"),
        0
    );
    assert_eq!(
        bed.store.prune_links(later(3_601)).await.expect("pruned"),
        1
    );
    assert_eq!(bed.count("user_link").await, 0);
}

async fn token_of_somebody_else_is_not_revoked(bed: &Bed) {
    let one = person(&bed.store, "one", None).await;
    let made = token(one.id, "mine");
    create(&bed.store, &made, 9).await.expect("token");
    let entry = || audit("token.revoke", "token", made.id);
    let refused = bed
        .store
        .revoke_token(made.id, UserId::new(), entry())
        .await;
    assert!(matches!(refused, Err(StoreError::NotFound)), "{refused:?}");
    bed.store
        .revoke_token(made.id, one.id, entry())
        .await
        .expect("revoked");
    assert!(bed.store.token(made.id).await.expect("answer").is_none());
}
