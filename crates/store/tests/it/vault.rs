//! Sealed credentials and the master key.

use crate::bed::Bed;
use crate::build::{integrate, registry};
use roadstead_core::model::{
    AuthScheme, Origin, Owner, RegistryId, RegistryKind, Scheme, Secret, ServerIdentity, TlsPolicy,
    WorkspaceId,
};
use roadstead_core::ports::{CredentialBinding, CredentialPurpose, Vault as _, VaultError};
use roadstead_store::{DataDir, MasterKey, MasterKeySource, MasterKeyVault, OpenError};
use std::os::unix::fs::PermissionsExt as _;

fn vault() -> MasterKeyVault {
    MasterKeyVault::new(MasterKey::random().expect("key"))
}

fn secret() -> Secret<String> {
    Secret::new("hunter2".to_owned())
}

fn origin(host: &str) -> Origin {
    Origin {
        scheme: Scheme::Https,
        host: host.to_owned(),
        port: 443,
    }
}

fn binding() -> CredentialBinding {
    CredentialBinding {
        registry_id: RegistryId::new(),
        owner: Owner::Workspace {
            id: WorkspaceId::new(),
        },
        kind: RegistryKind::Harbor,
        origin: origin("registry.example"),
        tls: TlsPolicy::Ca {
            ca_pem: "pem".to_owned(),
        },
        username: "robot".to_owned(),
        proxy: Some(origin("proxy.example")),
        realm: Some(origin("realm.example")),
        identity: Some(ServerIdentity {
            product: RegistryKind::Harbor,
            auth: AuthScheme::Bearer,
            service: Some("registry".to_owned()),
            realm: None,
            key: Some("aa".to_owned()),
        }),
        purpose: CredentialPurpose::Integration,
    }
}

#[test]
fn secret_comes_back_under_its_binding_and_is_never_sealed_alike() {
    let (vault, binding) = (vault(), binding());
    let one = vault.seal(&binding, &secret()).expect("sealed");
    let two = vault.seal(&binding, &secret()).expect("sealed");
    assert!(one.ciphertext != two.ciphertext && one.wrapped_key != two.wrapped_key);
    for sealed in [&one, &two] {
        let opened = vault.open(&binding, sealed).expect("opened");
        assert_eq!(opened.expose(), "hunter2");
    }
    let hay = [one.ciphertext, one.wrapped_key].concat();
    assert!(!hay.windows(7).any(|part| part == b"hunter2"));
}

#[test]
fn sec_c1_every_single_edited_field_of_the_binding_makes_the_credential_unreadable() {
    let vault = vault();
    let original = binding();
    let sealed = vault.seal(&original, &secret()).expect("sealed");
    type Edit = fn(&mut CredentialBinding);
    let edits: [(&str, Edit); 29] = [
        ("account", |b| b.purpose = CredentialPurpose::PullAccount),
        ("record", |b| b.registry_id = RegistryId::new()),
        ("owner", |b| b.owner = Owner::Platform),
        ("other workspace", |b| {
            b.owner = Owner::Workspace {
                id: WorkspaceId::new(),
            };
        }),
        ("kind", |b| b.kind = RegistryKind::Docker),
        ("scheme", |b| b.origin.scheme = Scheme::Http),
        ("host", |b| b.origin.host.push_str(".evil")),
        ("port", |b| b.origin.port = 444),
        ("ca", |b| {
            b.tls = TlsPolicy::Ca {
                ca_pem: "pem2".to_owned(),
            };
        }),
        ("ca gone", |b| b.tls = TlsPolicy::Verify),
        ("tls off", |b| b.tls = TlsPolicy::Skip),
        ("username", |b| b.username.push('x')),
        ("username empty", |b| b.username.clear()),
        ("proxy gone", |b| b.proxy = None),
        ("proxy host", |b| b.proxy = Some(origin("other.example"))),
        ("proxy port", |b| {
            b.proxy.as_mut().expect("proxy").port = 8_080;
        }),
        ("proxy scheme", |b| {
            b.proxy.as_mut().expect("proxy").scheme = Scheme::Http;
        }),
        ("realm gone", |b| b.realm = None),
        ("realm host", |b| b.realm = Some(origin("other.example"))),
        ("realm port", |b| {
            b.realm.as_mut().expect("realm").port = 8_080;
        }),
        ("realm scheme", |b| {
            b.realm.as_mut().expect("realm").scheme = Scheme::Http;
        }),
        ("proxy and realm swapped", |b| {
            std::mem::swap(&mut b.proxy, &mut b.realm);
        }),
        ("server gone", |b| b.identity = None),
        ("server's product", |b| {
            b.identity.as_mut().expect("server").product = RegistryKind::Docker;
        }),
        ("server's challenge", |b| {
            b.identity.as_mut().expect("server").auth = AuthScheme::Basic;
        }),
        ("server's service", |b| {
            b.identity.as_mut().expect("server").service = None;
        }),
        ("server's realm", |b| {
            b.identity.as_mut().expect("server").realm = Some(String::new());
        }),
        ("server's key", |b| {
            b.identity.as_mut().expect("server").key = Some("bb".to_owned());
        }),
        ("text moved between fields", |b| {
            b.username = "pemrobot".to_owned();
            b.tls = TlsPolicy::Ca {
                ca_pem: String::new(),
            };
        }),
    ];
    for (what, edit) in edits {
        let mut edited = original.clone();
        edit(&mut edited);
        let opened = vault.open(&edited, &sealed).map(|_| ());
        assert_eq!(opened, Err(VaultError::BindingChanged), "{what}");
    }
    vault.open(&original, &sealed).expect("unedited");
}

#[test]
fn credential_moved_to_another_record_is_unreadable() {
    let vault = vault();
    let (one, two) = (binding(), binding());
    let of_one = vault.seal(&one, &secret()).expect("sealed");
    let of_two = vault.seal(&two, &secret()).expect("sealed");
    assert!(vault.open(&two, &of_one).is_err());
    let mut mixed = of_one.clone();
    mixed.wrapped_key.clone_from(&of_two.wrapped_key);
    assert!(vault.open(&one, &mixed).is_err());
    let mut swapped = of_one.clone();
    swapped.ciphertext = of_one.wrapped_key;
    assert!(vault.open(&one, &swapped).is_err());
}

#[test]
fn credential_with_any_altered_or_missing_byte_is_unreadable() {
    let (vault, binding) = (vault(), binding());
    let sealed = vault.seal(&binding, &secret()).expect("sealed");
    for n in 0..sealed.ciphertext.len() {
        let mut altered = sealed.clone();
        altered.ciphertext[n] ^= 1;
        assert!(vault.open(&binding, &altered).is_err(), "ciphertext {n}");
        altered.ciphertext.truncate(n);
        assert!(vault.open(&binding, &altered).is_err(), "cut at {n}");
    }
    for n in 0..sealed.wrapped_key.len() {
        let mut altered = sealed.clone();
        altered.wrapped_key[n] ^= 0x80;
        assert!(vault.open(&binding, &altered).is_err(), "key {n}");
    }
}

#[test]
fn credential_under_another_master_key_names_the_key_that_is_missing() {
    let (one, two, binding) = (vault(), vault(), binding());
    let sealed = one.seal(&binding, &secret()).expect("sealed");
    let refused = two.open(&binding, &sealed).map(|_| ());
    assert_eq!(
        refused,
        Err(VaultError::KeyMissing(one.key_id().to_owned()))
    );
    let mut relabelled = sealed;
    relabelled.key_id = two.key_id().to_owned();
    let refused = two.open(&binding, &relabelled).map(|_| ());
    assert_eq!(refused, Err(VaultError::BindingChanged));
}

#[test]
fn tags_differ_by_purpose_data_and_key() {
    let (one, two) = (vault(), vault());
    let tag = one.tag("cursor", b"x");
    assert_eq!(one.tag("cursor", b"x"), tag);
    assert_ne!(one.tag("cursor", b"y"), tag);
    assert_ne!(one.tag("other", b"x"), tag);
    assert_ne!(two.tag("cursor", b"x"), tag);
}

#[test]
fn master_key_text_that_is_no_key_is_refused() {
    for text in ["", "abc", "!!!", &"A".repeat(42), &"A".repeat(88)] {
        let text = Secret::new(text.to_owned());
        let refused = MasterKey::from_text(&text, "ROADSTEAD_X").err();
        let sentence = refused.expect("refusal").to_string();
        assert!(sentence.contains("ROADSTEAD_X"), "{sentence}");
    }
    let key = MasterKey::random().expect("key");
    let again = MasterKey::from_text(&key.to_text(), "x").expect("key");
    assert_eq!(again.id(), key.id());
}

async fn with_data_dir() -> (Bed, tempfile::TempDir, DataDir) {
    let dir = tempfile::tempdir().expect("directory");
    let data_dir = DataDir::open(&dir.path().join("data")).expect("data dir");
    (Bed::sqlite().await, dir, data_dir)
}

async fn open(bed: &Bed, data_dir: &DataDir) -> Result<MasterKeyVault, OpenError> {
    MasterKeyVault::open(&bed.store, MasterKeySource::File(data_dir)).await
}

#[tokio::test]
async fn key_file_is_made_at_the_first_start_and_kept() {
    let (bed, _dir, data_dir) = with_data_dir().await;
    let first = open(&bed, &data_dir).await.expect("vault");
    assert!(
        MasterKey::create(&data_dir.master_key()).is_err(),
        "never over another"
    );
    let mode = std::fs::metadata(data_dir.master_key()).expect("file");
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let again = open(&bed, &data_dir).await.expect("vault");
    assert_eq!(first.key_id(), again.key_id());
    bed.finish().await;
}

#[tokio::test]
async fn wrong_key_file_is_refused() {
    let (bed, _dir, data_dir) = with_data_dir().await;
    open(&bed, &data_dir).await.expect("vault");
    std::fs::remove_file(data_dir.master_key()).expect("removed");
    MasterKey::create(&data_dir.master_key()).expect("another");
    let refused = open(&bed, &data_dir).await.err().expect("refusal");
    assert!(matches!(refused, OpenError::WrongMasterKey(_)), "{refused}");
    bed.finish().await;
}

#[tokio::test]
async fn missing_key_file_is_refused_only_while_credentials_are_sealed() {
    let (bed, _dir, data_dir) = with_data_dir().await;
    open(&bed, &data_dir).await.expect("vault");
    std::fs::remove_file(data_dir.master_key()).expect("removed");
    open(&bed, &data_dir).await.expect("nothing to lose");
    let mut one = registry("one");
    one.username = Some("robot".to_owned());
    // By a store that knows no key, because this credential is sealed under none.
    integrate(&bed.another().await, one).await;
    std::fs::remove_file(data_dir.master_key()).expect("removed");
    let refused = open(&bed, &data_dir).await.err().expect("refusal");
    assert!(matches!(refused, OpenError::KeyMissing(_)), "{refused}");
    assert!(!data_dir.master_key().exists(), "no new key in its place");
    bed.finish().await;
}

#[tokio::test]
async fn key_file_open_to_others_or_malformed_is_refused() {
    let (bed, _dir, data_dir) = with_data_dir().await;
    open(&bed, &data_dir).await.expect("vault");
    let path = data_dir.master_key();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).expect("mode");
    let refused = open(&bed, &data_dir).await.err().expect("refusal");
    assert!(matches!(refused, OpenError::TooOpen { .. }), "{refused}");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("mode");
    std::fs::write(&path, "not a key").expect("written");
    let refused = open(&bed, &data_dir).await.err().expect("refusal");
    assert!(matches!(refused, OpenError::KeyMalformed(_)), "{refused}");
    bed.finish().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_replica_with_another_key_text_is_refused() {
    let bed = Bed::postgres().await;
    let text = MasterKey::random().expect("key").to_text();
    let other = MasterKey::random().expect("key").to_text();
    let source = |text| MasterKeySource::Text {
        text,
        place: "ROADSTEAD_SECURITY_MASTER_KEY",
        previous: None,
    };
    for _ in 0..2 {
        MasterKeyVault::open(&bed.store, source(&text))
            .await
            .expect("vault");
    }
    let refused = MasterKeyVault::open(&bed.store, source(&other)).await;
    let sentence = refused.err().expect("refusal").to_string();
    assert!(sentence.contains("ROADSTEAD_SECURITY_MASTER_KEY"));
    bed.finish().await;
}
