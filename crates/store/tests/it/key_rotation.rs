//! A new master key takes over: nothing is lost, wherever it is killed.

use crate::bed::{Bed, Place};
use crate::build::{integrate_with, registry};
use roadstead_core::model::Secret;
use roadstead_core::ports::{CredentialBinding, RegistryStore as _, StoreError, Vault as _};
use roadstead_store::{
    Backend, DataDir, KeyRotation, KeyState, MasterKey, MasterKeySource, MasterKeyVault, OpenError,
    RotationProgress, Store, StoreConfig, failpoint,
};
use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

on_both! {
    rotation_of_none_one_and_a_thousand_credentials_leaves_all_readable,
    rotation_past_a_credential_that_cannot_be_opened_is_refused_with_the_registrys_name,
    rotation_without_the_key_it_comes_from_is_refused_with_a_sentence,
    credential_sealed_before_and_kept_after_a_rotation_is_under_the_new_key,
}

const PLACE: &str = "ROADSTEAD_SECURITY_MASTER_KEY";
const DATABASE: &str = "ROADSTEAD_TEST_ROTATION_DATABASE";
const OLD: &str = "ROADSTEAD_TEST_ROTATION_OLD";
const NEW: &str = "ROADSTEAD_TEST_ROTATION_NEW";

fn random() -> Secret<String> {
    MasterKey::random().expect("key").to_text()
}

const fn text<'a>(
    text: &'a Secret<String>,
    previous: Option<&'a Secret<String>>,
) -> MasterKeySource<'a> {
    MasterKeySource::Text {
        text,
        place: PLACE,
        previous,
    }
}

async fn open(store: &Store, key: &Secret<String>) -> MasterKeyVault {
    MasterKeyVault::open(store, text(key, None))
        .await
        .expect("vault")
}

async fn rotate(store: &Store, source: MasterKeySource<'_>) -> RotationProgress {
    let rotation = KeyRotation::begin(store, source).await.expect("begun");
    rotation.run(|_| {}).await.expect("finished")
}

/// Adds registries whose passwords are their names.
async fn seal(store: &Store, vault: &MasterKeyVault, prefix: &str, count: usize) {
    for n in 0..count {
        let mut one = registry(&format!("{prefix}-{n}"));
        one.username = Some("robot".to_owned());
        let binding = CredentialBinding::of(&one).expect("account");
        let password = Secret::new(one.name.to_string());
        let sealed = vault.seal(&binding, &password).expect("sealed");
        integrate_with(store, one, Some(sealed)).await;
    }
}

/// Opens every credential; answers the ciphertexts.
async fn readable(store: &Store, vault: &MasterKeyVault) -> HashMap<String, Vec<u8>> {
    let mut ciphertexts = HashMap::new();
    for id in store.registry_ids().await.expect("ids") {
        let target = store.registry_target(id).await.expect("read");
        let target = target.expect("there");
        let binding = CredentialBinding::of(&target.registry).expect("account");
        let sealed = target.credential.expect("sealed");
        let opened = vault.open(&binding, &sealed).expect("opens");
        assert_eq!(*opened.expose(), target.registry.name.to_string());
        ciphertexts.insert(id.to_string(), sealed.ciphertext);
    }
    ciphertexts
}

async fn rotation_of_none_one_and_a_thousand_credentials_leaves_all_readable(bed: &Bed) {
    let mut key = random();
    let mut vault = open(&bed.store, &key).await;
    for (round, (more, batches)) in [(0, 1), (1, 1), (999, 10)].into_iter().enumerate() {
        let store = bed.another().await;
        seal(&store, &vault, &format!("r{round}"), more).await;
        let before = readable(&store, &vault).await;
        let audited = bed.count("audit_entry").await;
        let next = random();
        let done = rotate(&store, text(&next, Some(&key))).await;
        assert_eq!((done.rewrapped as usize, done.remaining), (before.len(), 0));
        assert_eq!(bed.count("audit_entry").await - audited, batches);
        let again = rotate(&store, text(&next, Some(&key))).await;
        assert_eq!(again.rewrapped, 0);
        assert_eq!(bed.count("audit_entry").await - audited, batches, "no news");
        store.close().await;

        let store = bed.another().await;
        let old = MasterKeyVault::open(&store, text(&key, None)).await;
        assert!(matches!(old, Err(OpenError::WrongMasterKey(_))));
        vault = open(&store, &next).await;
        key = next;
        assert_eq!(
            readable(&store, &vault).await,
            before,
            "the same ciphertexts"
        );
        let report = store.verify(Some(&vault)).await.expect("report");
        assert_eq!(report.problems(), 0, "{report:?}");
        assert_eq!(report.sealed as usize, before.len());
        store.close().await;
    }
    let entry = bed
        .sql("SELECT actor_type || ' ' || action || ' ' || after FROM audit_entry WHERE action = 'key.rotate' ORDER BY at DESC, id DESC LIMIT 1")
        .await;
    assert!(
        entry.starts_with("roadstead key.rotate") && entry.contains("\"remaining\":0"),
        "{entry}"
    );
}

async fn rotation_past_a_credential_that_cannot_be_opened_is_refused_with_the_registrys_name(
    bed: &Bed,
) {
    let (key, next) = (random(), random());
    let vault = open(&bed.store, &key).await;
    seal(&bed.store, &vault, "good", 1).await;
    seal(&bed.store, &vault, "moved", 1).await;
    bed.tamper("UPDATE registry SET address = 'https://evil.example' WHERE name = 'moved-0'")
        .await;
    let store = bed.another().await;
    let rotation = KeyRotation::begin(&store, text(&next, Some(&key))).await;
    let refused = rotation.expect("begun").run(|_| {}).await;
    let sentence = refused.expect_err("refusal").to_string();
    assert!(sentence.contains("moved-0"), "{sentence}");
    let report = store.verify(Some(&vault)).await.expect("report");
    let unreadable: Vec<_> = report.unreadable.iter().map(|c| &c.registry).collect();
    assert_eq!(unreadable, ["moved-0"]);
    assert_eq!(report.key, KeyState::Right(vault.key_id().to_owned()));
    bed.tamper(
        "UPDATE registry SET address = 'https://registry.example:5000' WHERE name = 'moved-0'",
    )
    .await;
    assert_eq!(rotate(&store, text(&next, Some(&key))).await.rewrapped, 2);
    store.close().await;
}

async fn rotation_without_the_key_it_comes_from_is_refused_with_a_sentence(bed: &Bed) {
    let (key, next, stranger) = (random(), random(), random());
    open(&bed.store, &key).await;
    for (source, said) in [
        (text(&next, None), "MASTER_KEY_PREVIOUS"),
        (text(&next, Some(&stranger)), "not the one"),
        (text(&next, Some(&next)), "the same key"),
    ] {
        let refused = KeyRotation::begin(&bed.store, source).await.err();
        let refused = refused.expect("refusal");
        assert!(refused.to_string().contains(said), "{refused}");
        assert_eq!(refused.exit_code(), 78);
    }
}

async fn credential_sealed_before_and_kept_after_a_rotation_is_under_the_new_key(bed: &Bed) {
    let (key, next) = (random(), random());
    open(&bed.store, &key).await;
    let (both, stale) = (bed.another().await, bed.another().await);
    let of_both = MasterKeyVault::open(&both, text(&next, Some(&key))).await;
    let of_both = of_both.expect("vault");
    let of_stale = open(&stale, &key).await;
    // Sealed under the new key, kept under the one that every replica has.
    seal(&both, &of_both, "early", 1).await;
    readable(&stale, &of_stale).await;
    rotate(&both, text(&next, Some(&key))).await;
    seal(&both, &of_stale, "late", 1).await;
    let alone = MasterKeyVault::new(MasterKey::from_text(&next, PLACE).expect("key"));
    assert_eq!(readable(&both, &alone).await.len(), 2);
    // A replica that was forgotten must not keep anything that nobody else can read.
    let mut one = registry("stale");
    one.username = Some("robot".to_owned());
    let binding = CredentialBinding::of(&one).expect("account");
    let sealed = of_stale.seal(&binding, &Secret::new("x".to_owned()));
    let refused = stale
        .integrate_registry(
            roadstead_core::ports::IntegrateRegistry {
                credential: Some(sealed.expect("sealed")),
                registry: one.clone(),
            },
            crate::build::registry_audit(roadstead_core::Permission::RegistryIntegrate, one.id),
        )
        .await;
    assert!(
        matches!(&refused, Err(StoreError::Unavailable(said)) if said.contains("restart")),
        "{refused:?}"
    );
    both.close().await;
    stale.close().await;
}

/// The process that is killed: run by the tests below, as part of the suite it does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn victim_rotates_the_master_key() {
    let Ok(place) = std::env::var(DATABASE) else {
        return;
    };
    if place.starts_with("postgres://") {
        let url = Secret::new(place);
        let store = Store::open(StoreConfig {
            backend: Backend::Postgres { url },
        });
        let key = |name| Secret::new(std::env::var(name).expect("key"));
        rotate(
            &store.await.expect("store"),
            text(&key(NEW), Some(&key(OLD))),
        )
        .await;
    } else {
        let dir = DataDir::open(place.as_ref()).expect("data dir");
        let path = dir.database();
        let store = Store::open(StoreConfig {
            backend: Backend::Sqlite { path },
        });
        rotate(&store.await.expect("store"), MasterKeySource::File(&dir)).await;
    }
}

/// Answers whether the point was reached; a rotation that ends without it has finished.
fn kill_at(wanted: &str, environment: &[(&str, &str)]) -> bool {
    let mut victim = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", "key_rotation::victim_rotates_the_master_key"])
        .arg("--nocapture")
        .envs(environment.iter().copied())
        .env("ROADSTEAD_FAILPOINT", wanted)
        .stdout(Stdio::piped())
        .spawn()
        .expect("victim");
    let output = BufReader::new(victim.stdout.take().expect("output"));
    let line = format!("failpoint {wanted}");
    let reached = output
        .lines()
        .map_while(Result::ok)
        .any(|text| text.ends_with(&line));
    victim.kill().expect("killed");
    let status = victim.wait().expect("gone");
    assert!(reached || status.success(), "{wanted}: {status}");
    reached
}

/// Enough for two batches before the last one.
const MANY: usize = 201;

#[tokio::test(flavor = "multi_thread")]
async fn fault_kill_at_every_step_of_a_rotation_on_sqlite_loses_no_credential() {
    let home = tempfile::tempdir().expect("directory");
    let path = home.path().join("data");
    let opened = || async {
        let dir = DataDir::open(&path).expect("data dir");
        let config = StoreConfig {
            backend: Backend::Sqlite {
                path: dir.database(),
            },
        };
        let store = Store::open(config).await.expect("store");
        let vault = MasterKeyVault::open(&store, MasterKeySource::File(&dir)).await;
        (dir, store, vault.expect("vault"))
    };
    let (dir, store, vault) = opened().await;
    seal(&store, &vault, "s", MANY).await;
    let before = readable(&store, &vault).await;
    store.close().await;
    drop(dir);
    let place = path.display().to_string();
    for point in failpoint::ROTATION_POINTS {
        // Each comes on top of what the kill before has left.
        let reached = kill_at(point, &[(DATABASE, &place)]);
        assert!(reached || *point == "rotate_keys.key_made", "{point}");
        let read_only = StoreConfig {
            backend: Backend::Sqlite {
                path: DataDir::database_in(&path),
            },
        };
        let looked = Store::open_read_only(read_only).await.expect("store");
        let keys = MasterKeyVault::from_files(&path).expect("files");
        let report = looked.verify(keys.as_ref()).await.expect("report");
        assert_eq!(report.problems(), 0, "{point}: {report:?}");
        looked.close().await;
        // A server started now works with what is there.
        let (dir, store, vault) = opened().await;
        assert_eq!(readable(&store, &vault).await, before, "{point}");
        store.close().await;
        drop(dir);
        if *point == "finish_rotation.after_commit" {
            assert!(!DataDir::next_master_key_in(&path).exists(), "{point}");
        }
    }
    kill_at("none.none", &[(DATABASE, &place)]);
    let (_dir, store, vault) = opened().await;
    assert_eq!(vault.other_key_id(), None);
    assert_eq!(readable(&store, &vault).await, before);
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_kill_at_every_step_of_a_rotation_on_postgres_loses_no_credential() {
    let place = Place::postgres();
    let store = Store::open(place.config()).await.expect("store");
    let (old, new) = (random(), random());
    let vault = open(&store, &old).await;
    seal(&store, &vault, "p", MANY).await;
    let before = readable(&store, &vault).await;
    let Backend::Postgres { url } = place.config().backend else {
        panic!("no URL");
    };
    let environment = [
        (DATABASE, url.expose().as_str()),
        (OLD, old.expose().as_str()),
        (NEW, new.expose().as_str()),
    ];
    // The replica that goes on running has both keys.
    let both = MasterKeyVault::open(&store, text(&new, Some(&old))).await;
    let both = both.expect("vault");
    for point in failpoint::ROTATION_POINTS {
        let in_database = !point.contains("rename") && !point.contains("key_made");
        if in_database {
            assert!(kill_at(point, &environment), "{point}");
            assert_eq!(readable(&store, &both).await, before, "{point}");
            let report = store.verify(Some(&both)).await.expect("report");
            assert_eq!(report.problems(), 0, "{point}: {report:?}");
        }
    }
    let again = Store::open(place.config()).await.expect("store");
    let alone = open(&again, &new).await;
    assert_eq!(readable(&again, &alone).await, before);
    again.close().await;
    store.close().await;
}
