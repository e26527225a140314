//! Registries: integrate, list, look at.

use crate::context::Ports;
use crate::cursor::Cursors;
use crate::services::inventory::tell;
use crate::services::registry_tests::TestTimes;
use crate::services::tested::Tested;
use crate::services::workspaces::seen;
use roadstead_core::model::{
    Account, Address, AuditEntry, AuditObject, Capabilities, Connection, Description, Health,
    HealthReport, Listed, Name, Owner, PageRequest, Registry, RegistryFacets, RegistryFilter,
    RegistryId, RegistryKind, RegistryPosition, RegistrySort, RegistryStatistics, RequestContext,
    Secret, StepName, Timestamp, TlsPolicy, Total, UserRef,
};
use roadstead_core::ports::{
    CredentialBinding, IntegrateRegistry, RegistryAdapter, RegistryError, RegistryTarget,
    SealedCredential, StoreError, Vault, VaultError,
};
use roadstead_core::rules::authorize;
use roadstead_core::{ErrorCode, Failure, Permission};
use serde_json::json;
use std::sync::Arc;

/// What a person enters to integrate a registry.
pub struct IntegrateInput {
    /// The product.
    pub kind: RegistryKind,
    /// Its name.
    pub name: Name,
    /// Whom it will belong to.
    pub owner: Owner,
    /// Where it is.
    pub address: Address,
    /// The integration account.
    pub account: Option<Account>,
    /// How its certificate is judged.
    pub tls: TlsPolicy,
    /// What people say about it.
    pub description: Description,
    /// The repositories to look at, where it gives no catalogue.
    pub listed: Listed,
    /// Whether the person accepts that plain http can be read on the way.
    pub plain_http_consent: bool,
    /// Whether to store what could not be checked.
    pub save_anyway: bool,
}

/// Which part of the list is asked for.
pub struct ListInput {
    /// Only of this owner.
    pub owner: Option<Owner>,
    /// Only of this kind.
    pub kind: Option<RegistryKind>,
    /// Only with this health.
    pub health: Option<Health>,
    /// Only those whose name or address contains this.
    pub text: Option<String>,
    /// In which order.
    pub sort: RegistrySort,
    /// How many, 1..=200.
    pub limit: u16,
    /// After which place.
    pub cursor: Option<String>,
}

/// A page of the list.
pub struct ListedRegistries {
    /// The rows.
    pub items: Vec<Registry>,
    /// Where the next page starts.
    pub next_cursor: Option<String>,
    /// How many match.
    pub total: Total,
    /// Counts by health.
    pub facets: RegistryFacets,
}

/// Registries.
pub struct RegistryService {
    ports: Ports,
    cursors: Cursors,
    test_times: TestTimes,
    refresh_times: TestTimes,
}

impl RegistryService {
    pub(crate) fn new(ports: Ports, cursors: Cursors) -> Self {
        Self {
            ports,
            cursors,
            test_times: TestTimes::default(),
            refresh_times: TestTimes::default(),
        }
    }

    pub(super) const fn test_times(&self) -> &TestTimes {
        &self.test_times
    }

    pub(super) const fn refresh_times(&self) -> &TestTimes {
        &self.refresh_times
    }

    pub(super) const fn cursors(&self) -> &Cursors {
        &self.cursors
    }

    pub(super) const fn ports(&self) -> &Ports {
        &self.ports
    }

    /// A page of the registries the asker may see. Three queries whatever the number of rows.
    ///
    /// # Errors
    /// A cursor that was changed or belongs to another list, or a database that does not answer.
    pub async fn list(
        &self,
        ctx: &RequestContext,
        input: ListInput,
    ) -> Result<ListedRegistries, Failure> {
        let list = format!(
            "registries|{:?}|{:?}|{:?}|{:?}|{:?}",
            input.owner, input.kind, input.health, input.text, input.sort
        );
        let after: Option<RegistryPosition> = input
            .cursor
            .as_deref()
            .map(|c| self.cursors.read(&list, c))
            .transpose()?;
        let filter = RegistryFilter {
            visible: ctx.visible.clone(),
            owner: input.owner,
            kind: input.kind,
            health: input.health,
            text: input.text.map(|t| t.to_lowercase()),
        };
        let page = PageRequest {
            limit: input.limit,
            after,
        };
        let mut found = self
            .ports
            .store
            .registries(&filter, input.sort, &page)
            .await?;
        let ids: Vec<RegistryId> = found.page.items.iter().map(|r| r.id).collect();
        let figures = self.ports.store.registry_figures(&ids).await?;
        for registry in &mut found.page.items {
            tell(registry, figures.get(&registry.id));
        }
        let next_cursor = found
            .page
            .next
            .as_ref()
            .map(|place| self.cursors.write(&list, place))
            .transpose()?;
        Ok(ListedRegistries {
            items: found.page.items,
            next_cursor,
            total: found.total,
            facets: found.facets,
        })
    }

    /// A registry with what the inventory knows of how much it holds.
    ///
    /// # Errors
    /// A database that does not answer.
    pub async fn with_figures(&self, mut registry: Registry) -> Result<Registry, Failure> {
        let id = registry.id;
        let figures = self.ports.store.registry_figures(&[id]).await?;
        tell(&mut registry, figures.get(&id));
        Ok(registry)
    }

    /// One registry.
    ///
    /// # Errors
    /// [`ErrorCode::ObjectNotFound`] for one that is absent or not to be seen.
    pub async fn get(&self, ctx: &RequestContext, id: RegistryId) -> Result<Registry, Failure> {
        self.ports
            .store
            .registry(id, &ctx.visible)
            .await?
            .ok_or_else(Failure::not_found)
    }

    /// Integrates a registry: tests the connection, seals the credential, stores everything.
    ///
    /// # Errors
    /// What the form lacks, what the connection test found (`params.step` names the step), a name
    /// that is taken, or a missing permission.
    pub async fn integrate(
        &self,
        ctx: &RequestContext,
        input: IntegrateInput,
    ) -> Result<Registry, Failure> {
        self.permitted(ctx, Permission::RegistryIntegrate, input.owner)
            .await?;
        check_tls("/tls", input.owner, &input.tls)?;
        check_consent(&input.address, input.plain_http_consent)?;
        let connection = Connection {
            kind: input.kind,
            address: input.address.clone(),
            tls: input.tls.clone(),
            account: input.account.clone(),
            token_service: None,
            identity: None,
            listed: input.listed.clone(),
        };
        let tested = self
            .tested(input.owner, connection, input.save_anyway)
            .await?;
        let now = self.ports.clock.now();
        let registry = new_registry(ctx, &input, tested, now);
        let credential = self.sealed(&registry, input.account.as_ref())?;
        let mut audit = AuditEntry::done(
            ctx,
            now,
            Permission::RegistryIntegrate.as_str(),
            object_of(&registry),
        );
        audit.workspace_id = registry.owner.workspace();
        audit.after = Some(audited(&registry));
        let command = IntegrateRegistry {
            registry: registry.clone(),
            credential,
        };
        self.ports
            .store
            .integrate_registry(command, audit)
            .await
            .map_err(|error| match error {
                StoreError::NameTaken => {
                    Failure::new(ErrorCode::RegistryNameTaken).with("name", &registry.name)
                }
                other => other.into(),
            })?;
        Ok(registry)
    }

    /// Refuses who may not do this for that owner. A workspace the asker does not see is absent.
    pub(super) async fn permitted(
        &self,
        ctx: &RequestContext,
        permission: Permission,
        owner: Owner,
    ) -> Result<(), Failure> {
        if let Some(id) = owner.workspace() {
            seen(&self.ports, ctx, id).await?;
        }
        authorize(&ctx.actor, permission, owner)
    }

    /// Tests a connection before it is stored, and refuses one that fails unless the person wants
    /// it all the same.
    pub(super) async fn tested(
        &self,
        owner: Owner,
        connection: Connection,
        save_anyway: bool,
    ) -> Result<Tested, Failure> {
        let tested = Tested::by(self.connect(owner, connection)?.as_ref()).await;
        match &tested.outcome {
            // Stored all the same: it is suspended, and nothing is sent there.
            Err((RegistryError::IdentityChanged, _)) => Ok(tested),
            Err((error, step)) if !save_anyway => {
                Err(Failure::from(error.clone()).with("step", step.as_str()))
            }
            _ => Ok(tested),
        }
    }

    /// The account's secret, sealed for this registry and no other connection.
    pub(super) fn sealed(
        &self,
        registry: &Registry,
        account: Option<&Account>,
    ) -> Result<Option<SealedCredential>, Failure> {
        let Some(account) = account else {
            return Ok(None);
        };
        let sealed = self
            .ports
            .vault
            .seal(&binding_of(registry)?, &account.password)
            .map_err(|e| Failure::new(ErrorCode::InternalError).because(e))?;
        Ok(Some(sealed))
    }

    pub(super) fn connect(
        &self,
        owner: Owner,
        connection: Connection,
    ) -> Result<Arc<dyn RegistryAdapter>, Failure> {
        let kind = connection.kind;
        self.ports
            .connector_of(owner)
            .connect(connection)
            .map_err(|error| match error {
                RegistryError::Unsupported => Failure::fields(vec![
                    roadstead_core::FieldFailure::new("/kind", ErrorCode::RegistryKindUnavailable)
                        .with("kind", kind.as_str()),
                ]),
                // No I/O happens here, so this can only be the certificate that was typed.
                RegistryError::Tls(_) | RegistryError::Untrusted(_) => {
                    Failure::field("/tls/ca_pem", ErrorCode::TlsCertificateInvalid)
                }
                other => Failure::from(other).with("step", StepName::Resolve.as_str()),
            })
    }
}

/// A registry as it is integrated, with what its connection test found.
fn new_registry(
    ctx: &RequestContext,
    input: &IntegrateInput,
    tested: Tested,
    now: Timestamp,
) -> Registry {
    let registry = Registry {
        id: RegistryId::new(),
        name: input.name.clone(),
        kind: input.kind,
        owner: input.owner,
        address: input.address.clone(),
        tls: input.tls.clone(),
        username: input.account.as_ref().map(|a| a.username.clone()),
        token_service: None,
        identity: None,
        suspension: None,
        description: input.description.clone(),
        verified: false,
        version: None,
        health: HealthReport::unchecked(),
        conditions: Vec::new(),
        certificate: None,
        statistics: RegistryStatistics::unmeasured(),
        capabilities: Capabilities::default(),
        listed: Some(input.listed.clone()),
        integrated_by: ctx.actor.person().map(|p| UserRef {
            id: p.id,
            name: p.name.clone(),
        }),
        created_at: now,
        updated_at: now,
        generation: 1,
    };
    tested.tell_of(registry, now)
}

/// Plain http is never used silently.
pub(super) fn check_consent(address: &Address, given: bool) -> Result<(), Failure> {
    if address.is_plain_http() && !given {
        return Err(Failure::field(
            "/plain_http_consent",
            ErrorCode::RegistryPlainHttpConsent,
        ));
    }
    Ok(())
}

/// A workspace's registry proves its certificate: nothing on the way may read what the workspace's
/// account can.
pub(super) fn check_tls(pointer: &str, owner: Owner, tls: &TlsPolicy) -> Result<(), Failure> {
    match (owner, tls) {
        (Owner::Workspace { .. }, TlsPolicy::Skip) => {
            Err(Failure::field(pointer, ErrorCode::TlsSkipRefused))
        }
        _ => Ok(()),
    }
}

/// What the credential of this registry is bound to.
pub(crate) fn binding_of(registry: &Registry) -> Result<CredentialBinding, Failure> {
    CredentialBinding::of(registry).ok_or_else(|| {
        Failure::new(ErrorCode::CredentialUnreadable).because("a credential without a user name")
    })
}

/// The connection of a stored registry, its credential opened. While another server answers there
/// is none to send.
pub(crate) fn connection_of(ports: &Ports, target: &RegistryTarget) -> Result<Connection, Failure> {
    connection_with(ports.vault.as_ref(), target)
}

/// The same for whoever has no more than the vault.
pub(crate) fn connection_with(
    vault: &dyn Vault,
    target: &RegistryTarget,
) -> Result<Connection, Failure> {
    let registry = &target.registry;
    let account = match (&registry.username, &target.credential) {
        _ if registry.suspension.is_some() => None,
        (Some(username), Some(sealed)) => {
            let password: Secret<String> = vault
                .open(&binding_of(registry)?, sealed)
                .map_err(unreadable)?;
            Some(Account {
                username: username.clone(),
                password,
            })
        }
        (None, None) => None,
        _ => {
            return Err(Failure::new(ErrorCode::CredentialUnreadable)
                .because("account and credential do not belong together"));
        }
    };
    Ok(Connection {
        kind: registry.kind,
        address: registry.address.clone(),
        tls: registry.tls.clone(),
        account,
        // Never `None`: what is stored trusts no service it did not name when it was saved.
        token_service: Some(
            registry
                .token_service
                .clone()
                .unwrap_or_else(|| registry.address.origin()),
        ),
        identity: registry.identity.clone(),
        listed: registry.listed.clone().unwrap_or_default(),
    })
}

pub(crate) fn unreadable(error: VaultError) -> Failure {
    Failure::new(ErrorCode::CredentialUnreadable).because(error)
}

pub(crate) fn millis(duration: &std::time::Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

pub(super) fn object_of(registry: &Registry) -> AuditObject {
    AuditObject {
        kind: "registry".to_owned(),
        id: registry.id.to_string(),
        name: registry.name.to_string(),
    }
}

/// The registry as the audit log keeps it. It has no secret to redact: the credential is no part
/// of a [`Registry`].
pub(super) fn audited(registry: &Registry) -> serde_json::Value {
    json!({
        "name": registry.name,
        "kind": registry.kind,
        "owner": registry.owner,
        "address": registry.address,
        "tls": registry.tls,
        "username": registry.username,
        "token_service": registry.token_service.as_ref().map(ToString::to_string),
        "identity": registry.identity,
        "suspended": registry.suspension.is_some(),
        "description": registry.description,
        "verified": registry.verified,
        "listed": registry.listed.as_ref().map(audited_list),
    })
}

/// How many listed names of each kind the audit log keeps.
const LISTED_KEPT: usize = 100;

/// What is listed, cut to what an entry can hold, with the whole counts.
fn audited_list(listed: &Listed) -> serde_json::Value {
    json!({
        "repositories": listed.repositories().take(LISTED_KEPT).collect::<Vec<_>>(),
        "repositories_total": listed.repositories().count(),
        "prefixes": listed.prefixes().take(LISTED_KEPT).collect::<Vec<_>>(),
        "prefixes_total": listed.prefixes().count(),
    })
}
