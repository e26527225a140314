//! Opening databases.

use crate::bed::{Bed, Place};
use crate::build::{integrate, registry};
use roadstead_core::model::Secret;
use roadstead_core::ports::RegistryStore as _;
use roadstead_store::{Backend, OpenError, Store, StoreConfig};

on_both! {
    store_opened_again_holds_what_it_held,
    schema_newer_than_the_binary_is_refused_with_a_sentence,
}

async fn store_opened_again_holds_what_it_held(bed: &Bed) {
    let id = integrate(&bed.store, registry("one")).await;
    let again = bed.another().await;
    assert_eq!(again.installation_id(), bed.store.installation_id());
    assert_eq!(again.registry_ids().await.expect("ids"), [id]);
    again.close().await;
}

async fn schema_newer_than_the_binary_is_refused_with_a_sentence(bed: &Bed) {
    bed.tamper("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_future', 1)")
        .await;
    let refused = bed.refusal().await;
    let sentence = refused.to_string();
    assert!(
        matches!(&refused, OpenError::NewerSchema { found, known }
            if found == "m9999_future" && known == "m0017_gone"),
        "{sentence}"
    );
    assert!(sentence.contains("start that version or a later one"));
    assert_eq!(refused.exit_code(), 78);
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_replicas_that_start_at_once_share_one_schema_and_installation() {
    let place = Place::postgres();
    let starts: Vec<_> = (0..4)
        .map(|_| tokio::spawn(Store::open(place.config())))
        .collect();
    let mut ids = Vec::new();
    for start in starts {
        let store = start.await.expect("task").expect("store");
        ids.push(store.installation_id());
        store.close().await;
    }
    ids.dedup();
    assert_eq!(ids.len(), 1);
}

#[tokio::test]
async fn address_that_is_none_or_leads_nowhere_is_refused_without_the_password() {
    for (url, sentence) in [
        ("mysql://u:hunter2@h/d", "looks like postgres://"),
        (
            "postgres://u:hunter2@localhost/d?host=/nonexistent",
            "cannot be reached",
        ),
    ] {
        let config = StoreConfig {
            backend: Backend::Postgres {
                url: Secret::new(url.to_owned()),
            },
        };
        let refused = Store::open(config)
            .await
            .err()
            .expect("refusal")
            .to_string();
        assert!(refused.contains(sentence), "{refused}");
        assert!(!refused.contains("hunter2"), "{refused}");
    }
}

#[tokio::test]
async fn file_that_is_no_database_is_refused() {
    let dir = tempfile::tempdir().expect("directory");
    let path = dir.path().join("roadstead.db");
    std::fs::write(&path, [b'x'; 4_096]).expect("file");
    let config = StoreConfig {
        backend: Backend::Sqlite { path },
    };
    let refused = Store::open(config).await.err().expect("refusal");
    assert!(!refused.to_string().is_empty());
}
