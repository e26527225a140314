//! First start.

use crate::bed::Bed;
use crate::build::{admin, audit, digest, first_admin, later, name, password, user};
use roadstead_core::model::TokenDigest;
use roadstead_core::ports::{SessionStore as _, SetupStore as _, StoreError, UserStore as _};
use roadstead_store::Store;

on_both! {
    first_admin_is_made_with_the_link_and_signed_in,
    first_admin_race_has_exactly_one_winner,
    setup_link_that_expired_or_is_wrong_makes_nobody,
    new_setup_link_makes_the_old_one_useless,
    setup_link_is_refused_while_an_admin_exists,
    configured_admin_is_made_once,
    login_of_unknown_name_is_none,
}

async fn offer(store: &Store, link: TokenDigest) -> Result<(), StoreError> {
    let entry = audit("setup.offer", "setup_link", "link");
    store.offer_setup_link(link, later(3_600), entry).await
}

async fn first_admin_is_made_with_the_link_and_signed_in(bed: &Bed) {
    let store = &bed.store;
    assert!(!store.has_admin().await.expect("answer"));
    offer(store, digest("link")).await.expect("link");
    let (command, entry) = first_admin("link", "padmin");
    store
        .create_first_admin(command.clone(), entry)
        .await
        .expect("admin");
    assert!(store.has_admin().await.expect("answer"));
    let (found, hash) = store
        .login_of(&name("padmin"))
        .await
        .expect("answer")
        .expect("person");
    assert_eq!(
        (found, hash.expect("password").0),
        (command.user.clone(), password().0)
    );
    let owner = store
        .session(&command.session.digest)
        .await
        .expect("answer")
        .expect("session");
    assert_eq!(
        (format!("{:?}", owner.session), owner.user),
        (format!("{:?}", command.session), command.user)
    );
    assert_eq!(bed.count("setup_link").await, 0);
}

async fn first_admin_race_has_exactly_one_winner(bed: &Bed) {
    let (one, two) = (bed.store.clone(), bed.another().await);
    offer(&one, digest("link")).await.expect("link");
    let mut tasks = Vec::new();
    for n in 0..8 {
        let store = if n % 2 == 0 { one.clone() } else { two.clone() };
        tasks.push(tokio::spawn(async move {
            let (command, entry) = first_admin("link", &format!("admin-{n}"));
            store.create_first_admin(command, entry).await
        }));
    }
    let mut won = 0;
    for task in tasks {
        match task.await.expect("task") {
            Ok(()) => won += 1,
            Err(error) => assert!(matches!(error, StoreError::AlreadyDone), "{error}"),
        }
    }
    assert_eq!(won, 1);
    assert_eq!(bed.count("user").await, 1);
    assert_eq!(bed.count("session").await, 1);
    two.close().await;
}

async fn setup_link_that_expired_or_is_wrong_makes_nobody(bed: &Bed) {
    offer(&bed.store, digest("link")).await.expect("link");
    let before = bed.traces().await;
    let (mut late, late_entry) = first_admin("link", "late");
    late.now = later(3_600);
    let (wrong, wrong_entry) = first_admin("guess", "wrong");
    for (command, entry) in [(late, late_entry), (wrong, wrong_entry)] {
        let refused = bed.store.create_first_admin(command, entry).await;
        assert!(matches!(refused, Err(StoreError::NoMatch)), "{refused:?}");
    }
    assert_eq!(bed.traces().await, before);
    let (in_time, entry) = first_admin("link", "in-time");
    bed.store
        .create_first_admin(in_time, entry)
        .await
        .expect("a wrong guess does not use up the link");
}

async fn new_setup_link_makes_the_old_one_useless(bed: &Bed) {
    offer(&bed.store, digest("old")).await.expect("link");
    offer(&bed.store, digest("new")).await.expect("link");
    let (command, entry) = first_admin("old", "padmin");
    let refused = bed.store.create_first_admin(command, entry).await;
    assert!(matches!(refused, Err(StoreError::NoMatch)));
    assert_eq!(bed.count("setup_link").await, 1);
}

async fn setup_link_is_refused_while_an_admin_exists(bed: &Bed) {
    admin(&bed.store).await;
    let before = bed.traces().await;
    let refused = offer(&bed.store, digest("link")).await;
    assert!(matches!(refused, Err(StoreError::AlreadyDone)));
    assert_eq!(bed.traces().await, before);
    assert_eq!(bed.count("setup_link").await, 0);
}

async fn configured_admin_is_made_once(bed: &Bed) {
    offer(&bed.store, digest("link")).await.expect("link");
    admin(&bed.store).await;
    assert_eq!(bed.count("setup_link").await, 0);
    let before = bed.traces().await;
    let second = user("second");
    let entry = audit("setup.finish", "user", second.id);
    let made = bed.store.ensure_admin(second, password(), entry).await;
    assert!(!made.expect("answer"));
    assert_eq!(bed.traces().await, before);
}

async fn login_of_unknown_name_is_none(bed: &Bed) {
    let nobody = bed.store.login_of(&name("nobody")).await.expect("answer");
    assert!(nobody.is_none());
}
