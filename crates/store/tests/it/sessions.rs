//! Sessions.

use crate::bed::Bed;
use crate::build::{admin, audit, digest, later, now, session};
use roadstead_core::model::{Session, Topic, UserId};
use roadstead_core::ports::{ChangeFeed as _, SessionStore as _};
use roadstead_store::Store;

on_both! {
    session_is_found_by_its_digest_in_one_query,
    session_time_of_use_moves_forward_only,
    session_is_closed_by_its_person_only_and_told_to_that_person,
    session_that_is_gone_can_be_closed_without_a_trace,
    sessions_idle_or_old_are_pruned,
}

async fn open(store: &Store, session: &Session) {
    let entry = audit("session.open", "session", session.id);
    store
        .open_session(session.clone(), entry)
        .await
        .expect("session");
}

async fn session_is_found_by_its_digest_in_one_query(bed: &Bed) {
    let admin = admin(&bed.store).await;
    let one = session(admin.id, "one");
    open(&bed.store, &one).await;
    let before = bed.store.queries();
    let owner = bed.store.session(&digest("one")).await.expect("answer");
    assert_eq!(bed.store.queries() - before, 1);
    let owner = owner.expect("session");
    assert_eq!(
        (format!("{:?}", owner.session), owner.user),
        (format!("{one:?}"), admin)
    );
    let other = bed.store.session(&digest("other")).await.expect("answer");
    assert!(other.is_none());
}

async fn session_time_of_use_moves_forward_only(bed: &Bed) {
    let admin = admin(&bed.store).await;
    let one = session(admin.id, "one");
    open(&bed.store, &one).await;
    let before = bed.traces().await;
    for at in [60, 30] {
        bed.store
            .touch_session(one.id, later(at))
            .await
            .expect("touch");
    }
    let owner = bed.store.session(&one.digest).await.expect("answer");
    assert_eq!(owner.expect("session").session.last_seen_at, later(60));
    assert_eq!(bed.traces().await, before, "use is not audited");
}

async fn session_is_closed_by_its_person_only_and_told_to_that_person(bed: &Bed) {
    let admin = admin(&bed.store).await;
    let one = session(admin.id, "one");
    open(&bed.store, &one).await;
    let entry = || audit("session.close", "session", one.id);
    bed.store
        .close_session(one.id, UserId::new(), entry())
        .await
        .expect("no error");
    assert_eq!(bed.count("session").await, 1);
    bed.store
        .close_session(one.id, admin.id, entry())
        .await
        .expect("closed");
    assert_eq!(bed.count("session").await, 0);
    let changes = bed.store.after(0, 100).await.expect("answer").expect("all");
    let told: Vec<_> = changes
        .iter()
        .filter(|change| change.topic == Topic::Session)
        .map(|change| (change.object_id, change.generation, change.user_id))
        .collect();
    assert_eq!(
        told,
        [(one.id.0, 1, Some(admin.id)), (one.id.0, 2, Some(admin.id))]
    );
}

async fn session_that_is_gone_can_be_closed_without_a_trace(bed: &Bed) {
    let before = bed.traces().await;
    let gone = session(UserId::new(), "gone");
    let entry = audit("session.close", "session", gone.id);
    bed.store
        .close_session(gone.id, gone.user_id, entry)
        .await
        .expect("fine");
    assert_eq!(bed.traces().await, before);
}

async fn sessions_idle_or_old_are_pruned(bed: &Bed) {
    let admin = admin(&bed.store).await;
    let mut old = session(admin.id, "old");
    old.last_seen_at = later(100);
    let mut idle = session(admin.id, "idle");
    idle.created_at = later(50);
    let mut fresh = session(admin.id, "fresh");
    fresh.created_at = later(50);
    fresh.last_seen_at = later(100);
    for session in [&old, &idle, &fresh] {
        open(&bed.store, session).await;
    }
    let pruned = bed.store.prune_sessions(later(100), later(50)).await;
    assert_eq!(pruned.expect("count"), 2);
    for (session, stays) in [(&old, false), (&idle, false), (&fresh, true)] {
        let found = bed.store.session(&session.digest).await.expect("answer");
        assert_eq!(found.is_some(), stays);
    }
    let again = bed.store.prune_sessions(now(), now()).await;
    assert_eq!(again.expect("count"), 0);
}
