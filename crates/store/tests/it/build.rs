//! Objects as the services would make them.

use roadstead_core::Permission;
use roadstead_core::model::{
    Address, AuditActor, AuditEntry, AuditEntryId, AuditObject, AuditOutcome, Capabilities,
    Cleanup, CleanupId, Description, DisplayName, HealthReport, Listed, Name, Owner, PageRequest,
    PasswordHash, PlatformRole, Registry, RegistryFilter, RegistryId, RegistryKind,
    RegistryPosition, RegistryStatistics, RequestId, Session, SessionId, SessionToken, Timestamp,
    TlsPolicy, TokenDigest, User, UserId, Workspace, WorkspaceId, WorkspaceRole,
};
use roadstead_core::ports::{
    CreateFirstAdmin, DisconnectRegistry, IntegrateRegistry, OneTimeLink, RegistryStore as _,
    SealedCredential, SetupStore as _, UserStore as _, WorkspaceStore as _,
};
use roadstead_core::rules::Visible;
use roadstead_store::Store;
use std::time::Duration;

pub(crate) const NOW: i64 = 1_700_000_000_000_000;

pub(crate) fn now() -> Timestamp {
    Timestamp::from_micros(NOW)
}

pub(crate) fn later(seconds: u64) -> Timestamp {
    now().plus(Duration::from_secs(seconds))
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).expect("name")
}

pub(crate) fn digest(text: &str) -> TokenDigest {
    SessionToken::from_text(text).digest()
}

pub(crate) fn audit(action: &str, kind: &str, id: impl ToString) -> AuditEntry {
    AuditEntry {
        id: AuditEntryId::new(),
        at: now(),
        actor: AuditActor::Roadstead,
        action: action.to_owned(),
        object: AuditObject {
            kind: kind.to_owned(),
            id: id.to_string(),
            name: "then".to_owned(),
        },
        workspace_id: None,
        outcome: AuditOutcome::Done,
        code: None,
        repeats: 1,
        before: None,
        after: Some(serde_json::json!({"a": 1})),
        request_id: RequestId::make(),
        source_address: Some("203.0.113.9".to_owned()),
    }
}

pub(crate) fn registry_audit(permission: Permission, id: RegistryId) -> AuditEntry {
    audit(permission.as_str(), "registry", id)
}

pub(crate) fn registry(text: &str) -> Registry {
    Registry {
        id: RegistryId::new(),
        name: name(text),
        kind: RegistryKind::Docker,
        owner: Owner::Platform,
        address: Address::parse("https://Registry.example:5000").expect("address"),
        tls: TlsPolicy::Verify,
        username: None,
        token_service: None,
        identity: None,
        suspension: None,
        description: Description::default(),
        verified: true,
        version: None,
        health: HealthReport::unchecked(),
        conditions: Vec::new(),
        certificate: None,
        statistics: RegistryStatistics::unmeasured(),
        capabilities: Capabilities::default(),
        listed: Some(Listed::default()),
        integrated_by: None,
        created_at: now(),
        updated_at: now(),
        generation: 1,
    }
}

pub(crate) fn sealed() -> SealedCredential {
    SealedCredential {
        key_id: "k".to_owned(),
        wrapped_key: vec![1, 2, 3],
        ciphertext: vec![4, 5, 6],
    }
}

/// The end of an integration, which would leave this behind.
pub(crate) fn disconnect(id: RegistryId, expected: i64) -> DisconnectRegistry {
    let then = registry("then");
    DisconnectRegistry {
        id,
        expected,
        cleanup: Cleanup {
            id: CleanupId::new(),
            registry_id: id,
            name: then.name,
            kind: then.kind,
            owner: then.owner,
            address: then.address,
            tls: then.tls,
            username: None,
            token_service: None,
            identity: None,
            disconnected_at: now(),
            given_up_at: None,
        },
        credential: None,
    }
}

pub(crate) async fn integrate(store: &Store, registry: Registry) -> RegistryId {
    if let Some(workspace_id) = registry.owner.workspace() {
        exist(store, workspace_id).await;
    }
    let credential = registry.username.is_some().then(sealed);
    integrate_with(store, registry, credential).await
}

pub(crate) async fn integrate_with(
    store: &Store,
    registry: Registry,
    credential: Option<SealedCredential>,
) -> RegistryId {
    let id = registry.id;
    let command = IntegrateRegistry {
        registry,
        credential,
    };
    let audit = registry_audit(Permission::RegistryIntegrate, id);
    store
        .integrate_registry(command, audit)
        .await
        .expect("integrate");
    id
}

pub(crate) fn user(text: &str) -> User {
    User {
        id: UserId::new(),
        name: name(text),
        display_name: DisplayName::default(),
        machine_of: None,
        platform_role: Some(PlatformRole::Admin),
        created_at: now(),
        generation: 1,
    }
}

pub(crate) fn session(user_id: UserId, token: &str) -> Session {
    Session {
        id: SessionId::new(),
        user_id,
        digest: digest(token),
        created_at: now(),
        last_seen_at: now(),
        source_address: None,
    }
}

pub(crate) fn password() -> PasswordHash {
    PasswordHash("$argon2id$x".to_owned())
}

pub(crate) fn first_admin(link: &str, user_name: &str) -> (CreateFirstAdmin, AuditEntry) {
    let user = user(user_name);
    let entry = audit(Permission::SetupFinish.as_str(), "user", user.id);
    let command = CreateFirstAdmin {
        link: digest(link),
        session: session(user.id, user_name),
        user,
        password: password(),
        now: now(),
    };
    (command, entry)
}

pub(crate) async fn admin(store: &Store) -> User {
    let admin = user("padmin");
    let entry = audit("setup.finish", "user", admin.id);
    let made = store.ensure_admin(admin.clone(), password(), entry).await;
    assert!(made.expect("admin"));
    admin
}

pub(crate) fn everything() -> RegistryFilter {
    RegistryFilter {
        visible: Visible::Everything,
        owner: None,
        kind: None,
        health: None,
        text: None,
    }
}

pub(crate) fn first(limit: u16) -> PageRequest<RegistryPosition> {
    PageRequest { limit, after: None }
}

pub(crate) fn workspace(text: &str) -> Workspace {
    Workspace {
        id: WorkspaceId::new(),
        name: name(text),
        description: Description::default(),
        created_at: now(),
        updated_at: now(),
        generation: 1,
    }
}

/// A person without a password, whose link is `link of <name>`.
pub(crate) async fn person(store: &Store, text: &str, role: Option<PlatformRole>) -> User {
    let made = User {
        platform_role: role,
        ..user(text)
    };
    let link = OneTimeLink {
        digest: digest(&format!("link of {text}")),
        expires_at: later(3_600),
    };
    let entry = audit("user.create", "user", made.id);
    store
        .create_user(made.clone(), link, entry)
        .await
        .expect("person");
    made
}

pub(crate) async fn role_of(
    store: &Store,
    id: WorkspaceId,
    user_id: UserId,
) -> Option<WorkspaceRole> {
    let member = store.member(id, user_id).await.expect("answer");
    member.map(|member| member.role)
}

/// Makes the workspace with this id unless it is there.
async fn exist(store: &Store, id: WorkspaceId) {
    let found = store.workspace(id, &Visible::Everything).await;
    if found.expect("answer").is_none() {
        let made = Workspace {
            id,
            ..workspace(&format!("w-{}", id.0.simple()))
        };
        let entry = audit("workspace.create", "workspace", id);
        store
            .create_workspace(made, entry)
            .await
            .expect("workspace");
    }
}
