//! Databases that fail.

use crate::bed::Bed;
use crate::build::{integrate, registry, registry_audit, sealed};
use roadstead_core::Permission;
use roadstead_core::ports::{IntegrateRegistry, RegistryStore as _, StoreError};
use roadstead_core::rules::Visible;
use roadstead_store::OpenError;

async fn integration(bed: &Bed, text: &str) -> Result<i64, StoreError> {
    let registry = registry(text);
    let entry = registry_audit(Permission::RegistryIntegrate, registry.id);
    let command = IntegrateRegistry {
        registry,
        credential: Some(sealed()),
    };
    bed.store.integrate_registry(command, entry).await
}

/// Fails the first `times` audit entries of PostgreSQL; sequences are not rolled back.
fn failing(times: i64) -> String {
    format!(
        "CREATE SEQUENCE tries; \
         CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF nextval('tries') <= {times} THEN \
         RAISE EXCEPTION 'could not serialize access' USING ERRCODE = '40001'; END IF; \
         RETURN NEW; END $$; \
         CREATE TRIGGER fail BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION fail()"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_transaction_that_loses_is_tried_again_and_counted_once() {
    let bed = Bed::postgres().await;
    bed.tamper(&failing(3)).await;
    assert_eq!(integration(&bed, "one").await.expect("in the end"), 1);
    assert_eq!(bed.traces().await, [1, 1, 1, 1, 0]);
    bed.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_transaction_that_always_loses_is_given_up_without_a_trace() {
    let bed = Bed::postgres().await;
    bed.tamper(&failing(1_000)).await;
    let given_up = integration(&bed, "one").await;
    assert!(
        matches!(given_up, Err(StoreError::Unavailable(_))),
        "{given_up:?}"
    );
    assert_eq!(bed.traces().await, [0; 5]);
    bed.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_that_turned_read_only_still_reads_and_says_so_when_written() {
    let bed = Bed::postgres().await;
    let id = integrate(&bed.store, registry("one")).await;
    bed.tamper(
        "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', \
         current_database()); END $$",
    )
    .await;
    bed.tamper(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
         WHERE datname = current_database() AND pid <> pg_backend_pid()",
    )
    .await;
    let refused = integration(&bed, "two").await;
    assert!(
        matches!(refused, Err(StoreError::ReadOnly(_))),
        "{refused:?}"
    );
    let found = bed.store.registry(id, &Visible::Everything).await;
    assert!(found.expect("answer").is_some());
    let refused = bed.refusal().await;
    assert!(matches!(refused, OpenError::ReadOnly(_)), "{refused}");
    assert!(refused.to_string().contains("make it writable"));
    bed.finish().await;
}

/// A connection is not asked before each use; that it is gone must be seen by nobody all the same.
#[tokio::test(flavor = "multi_thread")]
async fn postgres_that_hung_up_on_every_connection_is_asked_over_new_ones() {
    let bed = Bed::postgres().await;
    let id = integrate(&bed.store, registry("one")).await;
    let hang_up = async || {
        // As many connections as may be, and each has just been used.
        let uses = (0..20).map(|_| bed.store.registry(id, &Visible::Everything));
        for used in futures::future::join_all(uses).await {
            assert!(used.expect("answer").is_some());
        }
        bed.tamper(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .await;
    };
    hang_up().await;
    let found = bed.store.registry(id, &Visible::Everything).await;
    assert!(found.expect("answer").is_some());
    hang_up().await;
    integration(&bed, "two").await.expect("written");
    hang_up().await;
    bed.store.health().await.expect("alive");
    bed.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_store_that_was_closed_says_unavailable() {
    for bed in [Bed::sqlite().await, Bed::postgres().await] {
        bed.store.health().await.expect("alive");
        bed.store.close().await;
        let health = bed.store.health().await;
        assert!(
            matches!(health, Err(StoreError::Unavailable(_))),
            "{health:?}"
        );
        let refused = integration(&bed, "one").await;
        assert!(
            matches!(refused, Err(StoreError::Unavailable(_))),
            "{refused:?}"
        );
    }
}
