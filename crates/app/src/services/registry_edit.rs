//! Editing a registry: anything but kind and name.

use super::registries::{RegistryService, audited, check_consent, check_tls, object_of};
use roadstead_core::model::{
    Account, Address, AuditEntry, Connection, Description, Generation, Listed, Registry,
    RegistryId, RegistryStatistics, RequestContext, Secret, TlsPolicy,
};
use roadstead_core::ports::{EditRegistry, Reconnect};
use roadstead_core::rules::authorize;
use roadstead_core::{ErrorCode, Failure, Permission};

/// What a person changes; what is `None` stays.
#[derive(Default)]
pub struct RegistryChanges {
    /// What people say about it.
    pub description: Option<Description>,
    /// Where it is.
    pub address: Option<Address>,
    /// How its certificate is judged.
    pub tls: Option<TlsPolicy>,
    /// The account's name; `Some(None)` takes the account away.
    pub username: Option<Option<String>>,
    /// The account's secret, given anew.
    pub password: Option<Secret<String>>,
    /// The repositories to look at, where it gives no catalogue.
    pub listed: Option<Listed>,
    /// Whether the person accepts that plain http can be read on the way.
    pub plain_http_consent: bool,
    /// Whether to store what could not be checked.
    pub save_anyway: bool,
}

impl RegistryService {
    /// Edits a registry; an edit that changes nothing leaves no trace. A changed connection is
    /// tested like a new one before it is stored, and what was observed through the old one is
    /// forgotten. A stored secret is never used with another address, account or certificate
    /// check: it must be given anew (threat model, rule C1; SEC-01).
    ///
    /// # Errors
    /// [`ErrorCode::RequestStale`] when it was edited since `expected`,
    /// [`ErrorCode::CredentialBindingChanged`] when the secret must be given anew, and those of
    /// integrating.
    pub async fn edit(
        &self,
        ctx: &RequestContext,
        id: RegistryId,
        expected: Generation,
        changes: RegistryChanges,
    ) -> Result<Registry, Failure> {
        let before = self.get(ctx, id).await?;
        authorize(&ctx.actor, Permission::RegistryEdit, before.owner)
            .map_err(|refusal| refusal.about(object_of(&before)))?;
        if before.generation != expected {
            // Before anything is asked of a registry on behalf of an edit that cannot be kept.
            let current = before.generation;
            return Err(Failure::new(ErrorCode::RequestStale).with("current", current));
        }
        let now = self.ports().clock.now();
        let description = changes
            .description
            .clone()
            .unwrap_or_else(|| before.description.clone());
        let listed = changes
            .listed
            .clone()
            .filter(|listed| before.listed.as_ref() != Some(listed));
        let after = Registry {
            description: description.clone(),
            listed: listed.clone().or_else(|| before.listed.clone()),
            updated_at: now,
            generation: expected + 1,
            ..before.clone()
        };
        let (after, connection) = match account_after(&before, &changes)? {
            Edited::Nothing if description == before.description && listed.is_none() => {
                return Ok(before);
            }
            Edited::Nothing => (after, None),
            Edited::Connection(account) => {
                let connection = self.reconnect(after, changes, account).await?;
                (connection.registry.clone(), Some(connection))
            }
        };
        let action = Permission::RegistryEdit.as_str();
        let mut audit = AuditEntry::done(ctx, now, action, object_of(&before));
        audit.workspace_id = before.owner.workspace();
        (audit.before, audit.after) = told(&before, &after, connection.is_some());
        let command = EditRegistry {
            id,
            expected,
            description,
            connection,
            listed,
            now,
        };
        self.ports().store.edit_registry(command, audit).await?;
        Ok(after)
    }

    /// Tests the connection as it will be and seals its secret.
    async fn reconnect(
        &self,
        after: Registry,
        changes: RegistryChanges,
        account: Option<Account>,
    ) -> Result<Reconnect, Failure> {
        let moved = changes
            .address
            .as_ref()
            .is_some_and(|a| *a != after.address);
        let after = Registry {
            address: changes.address.unwrap_or(after.address),
            tls: changes.tls.unwrap_or(after.tls),
            username: account.as_ref().map(|a| a.username.clone()),
            statistics: if moved {
                RegistryStatistics::unmeasured()
            } else {
                after.statistics
            },
            ..after
        };
        check_tls("/tls", after.owner, &after.tls)?;
        if moved {
            check_consent(&after.address, changes.plain_http_consent)?;
        }
        let connection = Connection {
            kind: after.kind,
            address: after.address.clone(),
            tls: after.tls.clone(),
            account: account.clone(),
            token_service: None,
            // Moved or not: the server that was pinned must answer before the account is sent.
            identity: after.identity.clone(),
            listed: after.listed.clone().unwrap_or_default(),
        };
        let tested = self
            .tested(after.owner, connection, changes.save_anyway)
            .await?;
        let now = after.updated_at;
        let mut registry = tested.tell_of(after, now);
        if moved {
            registry = self.compare_content(registry, account.as_ref()).await?;
        }
        let credential = self.sealed(&registry, account.as_ref())?;
        Ok(Reconnect {
            registry,
            credential,
        })
    }
}

/// What an edit touches.
enum Edited {
    /// Nothing of the connection.
    Nothing,
    /// The connection, which has this account from now on.
    Connection(Option<Account>),
}

/// The account after the edit. A secret is only ever the one given with the edit.
fn account_after(before: &Registry, changes: &RegistryChanges) -> Result<Edited, Failure> {
    let username = changes
        .username
        .clone()
        .unwrap_or_else(|| before.username.clone());
    let differs = changes
        .address
        .as_ref()
        .is_some_and(|a| *a != before.address)
        || changes.tls.as_ref().is_some_and(|t| *t != before.tls)
        || username != before.username;
    match (username, changes.password.clone()) {
        (None, None) if differs => Ok(Edited::Connection(None)),
        (_, None) if !differs => Ok(Edited::Nothing),
        (Some(username), Some(password)) => {
            Ok(Edited::Connection(Some(Account { username, password })))
        }
        (Some(_), None) => {
            let code = if before.username.is_some() {
                ErrorCode::CredentialBindingChanged
            } else {
                ErrorCode::RegistryPasswordMissing
            };
            Err(Failure::field("/password", code))
        }
        (None, _) => Err(Failure::field(
            "/username",
            ErrorCode::RegistryUsernameMissing,
        )),
    }
}

/// What of it changed, for the audit log. Of a secret only that it was given anew.
fn told(
    before: &Registry,
    after: &Registry,
    reconnected: bool,
) -> (Option<serde_json::Value>, Option<serde_json::Value>) {
    let (mut old, mut new) = (audited(before), audited(after));
    if let (Some(old), Some(new)) = (old.as_object_mut(), new.as_object_mut()) {
        let same: Vec<String> = old
            .iter()
            .filter(|(key, value)| new.get(*key) == Some(value))
            .map(|(key, _)| key.clone())
            .collect();
        for key in same {
            old.remove(&key);
            new.remove(&key);
        }
        if reconnected && after.username.is_some() {
            new.insert("credential".to_owned(), "given anew".into());
        }
    }
    (Some(old), Some(new))
}
