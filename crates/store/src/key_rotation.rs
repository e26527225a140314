//! A new master key takes over from the old one: the record keys are wrapped anew in batches, each
//! a transaction of its own. The check value moves to the new key together with the last batch, so
//! at every moment the database says which key is its own, and both open what is still mixed.

use crate::command::Command;
use crate::entity::{credential, installation, pull_account, registry};
use crate::fault::Fault;
use crate::key_source::{MasterKeySource, take_over};
use crate::master_key::MasterKey;
use crate::pull_access;
use crate::registry_row;
use crate::tx::Tx;
use crate::vault::MasterKeyVault;
use crate::{DataDir, OpenError, Store, failpoint};
use crate::{audit, cleanup_keys};
use roadstead_core::model::{
    AuditEntry, AuditObject, InstallationId, Registry, RequestId, Timestamp,
};
use roadstead_core::ports::{
    CredentialBinding, CredentialPurpose, SealedCredential, StoreError, VaultError,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::json;
use std::borrow::Cow;

/// Records per transaction: a person who writes meanwhile waits for one batch at most.
const BATCH: u64 = 100;
const ACTION: &str = "key.rotate";

/// How far a rotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationProgress {
    /// Records wrapped anew by this run.
    pub rewrapped: u64,
    /// Records still under the old key.
    pub remaining: u64,
}

/// A rotation, begun now or interrupted earlier. Both keys are durable before it touches a record.
pub struct KeyRotation<'a> {
    store: &'a Store,
    vault: MasterKeyVault,
    from: String,
    to: String,
    files: Option<&'a DataDir>,
    resumed: bool,
    over: bool,
    request_id: RequestId,
}

pub(crate) enum Step {
    Done { rewrapped: u64, remaining: u64 },
    Stuck { registry: String, reason: String },
}

impl<'a> KeyRotation<'a> {
    /// Finds both keys; with key files it makes the new one unless an interrupted rotation left it.
    ///
    /// # Errors
    /// As for [`MasterKeyVault::open`]; [`OpenError::NoPreviousKey`] without a key to come from.
    pub async fn begin(store: &'a Store, source: MasterKeySource<'a>) -> Result<Self, OpenError> {
        let rotation = |vault: MasterKeyVault, from: &str, to: &str, files, resumed, over| Self {
            store,
            from: from.to_owned(),
            to: to.to_owned(),
            vault,
            files,
            resumed,
            over,
            request_id: RequestId::make(),
        };
        match source {
            MasterKeySource::Text {
                place, previous, ..
            } => {
                if previous.is_none() {
                    return Err(OpenError::NoPreviousKey(place.to_owned()));
                }
                let vault = MasterKeyVault::open(store, source).await?;
                let to = vault.key_id().to_owned();
                let from = vault.other_key_id().unwrap_or_default().to_owned();
                let resumed = any_under(store, &to).await?;
                Ok(rotation(vault, &from, &to, None, resumed, false))
            }
            MasterKeySource::File(dir) => {
                let left = MasterKey::load(&dir.next_master_key())?.map(|key| key.id());
                let vault = MasterKeyVault::open(store, source).await?;
                let from = vault.key_id().to_owned();
                let resumed = left.is_some();
                match (left, vault.other_key_id().map(str::to_owned)) {
                    // Opening has finished it: everything was under the new key already.
                    (Some(to), None) => Ok(rotation(vault, &from, &to, None, true, true)),
                    (_, Some(to)) => Ok(rotation(vault, &from, &to, Some(dir), resumed, false)),
                    (None, None) => {
                        let next = MasterKey::create(&dir.next_master_key())?;
                        failpoint::hit("rotate_keys", "key_made").await;
                        let to = next.id();
                        let vault = vault.with_other(next);
                        Ok(rotation(vault, &from, &to, Some(dir), false, false))
                    }
                }
            }
        }
    }

    /// Whether an earlier run had begun it.
    #[must_use]
    pub const fn is_resumed(&self) -> bool {
        self.resumed
    }

    /// The name of the new key.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.to
    }

    /// Runs it to its end; after that the old key opens nothing any more.
    ///
    /// # Errors
    /// When a credential cannot be opened or the database does not answer. What is done stays
    /// done, and another run goes on from there.
    pub async fn run(
        self,
        mut progress: impl FnMut(RotationProgress),
    ) -> Result<RotationProgress, OpenError> {
        let mut so_far = RotationProgress {
            rewrapped: 0,
            remaining: 0,
        };
        if self.over {
            return Ok(so_far);
        }
        loop {
            let left = others(self.store.db().read(), &self.to)
                .await
                .map_err(StoreError::from)?;
            let command = if left <= BATCH {
                Command::FinishRotation
            } else {
                Command::RotateKeys
            };
            match self.step(command).await? {
                Step::Stuck { registry, reason } => {
                    return Err(OpenError::CredentialUnreadable { registry, reason });
                }
                Step::Done {
                    rewrapped,
                    remaining,
                } => {
                    so_far.rewrapped += rewrapped;
                    so_far.remaining = remaining;
                    progress(so_far);
                    if remaining == 0 {
                        break;
                    }
                }
            }
        }
        if let Some(dir) = self.files {
            take_over(dir).await?;
        }
        Ok(so_far)
    }

    /// One batch.
    async fn step(&self, command: Command) -> Result<Step, StoreError> {
        let audit = &self.audit();
        let installation = self.store.installation_id();
        let check = &self
            .vault
            .check_of(&self.to, installation)
            .map_err(internal)?;
        self.store
            .db()
            .write(command, |tx| {
                Box::pin(async move {
                    // Whoever keeps a new credential reads this row under a shared lock, so none
                    // comes under the old key behind the last batch.
                    let own = installation::Entity::find()
                        .lock_exclusive()
                        .one(tx)
                        .await?;
                    let noted = own.and_then(|row| row.key_check).unwrap_or_default();
                    let batch = match self.batch(tx).await? {
                        Ok(batch) => batch,
                        Err(stuck) => return Ok(stuck),
                    };
                    let rewrapped = batch.len() as u64;
                    for sealed in batch {
                        write(tx, sealed).await?;
                    }
                    let remaining = others(tx, &self.to).await?;
                    let done = Step::Done {
                        rewrapped,
                        remaining,
                    };
                    let at_new = self.vault.key_of_check(installation, &noted) == Some(&self.to);
                    if rewrapped == 0 && at_new {
                        // Another run has finished it.
                        return Ok(done);
                    }
                    if remaining == 0 {
                        installation::Entity::update_many()
                            .col_expr(installation::Column::KeyCheck, Expr::value(check.to_vec()))
                            .exec(tx)
                            .await?;
                    }
                    let mut audit = audit.clone();
                    audit.after = Some(json!({
                        "key_id": self.to,
                        "rewrapped": rewrapped,
                        "remaining": remaining,
                    }));
                    audit::insert(tx, &audit).await?;
                    Ok(done)
                })
            })
            .await
    }

    /// The next records, wrapped anew but not yet written.
    async fn batch(
        &self,
        tx: &Tx<'_>,
    ) -> Result<Result<Vec<(RecordKey, SealedCredential)>, Step>, Fault> {
        let mut found = self.of_integration(tx).await?;
        let left = BATCH.saturating_sub(found.len() as u64);
        found.extend(self.of_pull_accounts(tx, left).await?);
        let mut batch = Vec::with_capacity(found.len());
        for record in found {
            let rewrapped = record
                .binding
                .and_then(|binding| self.vault.rewrap(&binding, &record.sealed, &self.to));
            match rewrapped {
                Ok(rewrapped) => {
                    let key = RecordKey::Account(record.purpose, record.id, record.sealed.key_id);
                    batch.push((key, rewrapped));
                }
                Err(error) => {
                    return Ok(Err(Step::Stuck {
                        registry: record.name.unwrap_or_else(|| record.id.to_string()),
                        reason: error.to_string(),
                    }));
                }
            }
        }
        if batch.is_empty() {
            return cleanup_keys::batch(tx, &self.vault, &self.to, BATCH).await;
        }
        Ok(Ok(batch))
    }

    async fn of_integration(&self, tx: &Tx<'_>) -> Result<Vec<Record>, Fault> {
        let rows = with_registry()
            .filter(credential::Column::KeyId.ne(&self.to))
            .order_by_asc(credential::Column::RegistryId)
            .limit(BATCH)
            .all(tx)
            .await?;
        let record = |(row, registry): (credential::Model, Option<registry::Model>)| Record {
            purpose: CredentialPurpose::Integration,
            id: row.registry_id,
            name: registry.as_ref().map(|row| row.name.clone()),
            binding: binding(registry),
            sealed: registry_row::read_credential(row),
        };
        Ok(rows.into_iter().map(record).collect())
    }

    async fn of_pull_accounts(&self, tx: &Tx<'_>, limit: u64) -> Result<Vec<Record>, Fault> {
        let rows = pull_accounts_with_registry()
            .filter(pull_account::Column::KeyId.ne(&self.to))
            .order_by_asc(pull_account::Column::RegistryId)
            .limit(limit)
            .all(tx)
            .await?;
        Ok(rows.into_iter().map(pull_account_record).collect())
    }

    fn audit(&self) -> AuditEntry {
        let object = AuditObject {
            kind: "master_key".to_owned(),
            id: self.to.clone(),
            name: "master key".to_owned(),
        };
        let now = Timestamp::from_system_clock();
        AuditEntry {
            before: Some(json!({"key_id": self.from})),
            ..AuditEntry::effect(&self.request_id, now, ACTION, object)
        }
    }
}

/// A credential's record and the key it was under.
pub(crate) enum RecordKey {
    Account(CredentialPurpose, uuid::Uuid, String),
    Cleanup(uuid::Uuid, String),
}

/// A sealed credential with what it is bound to.
pub(crate) struct Record {
    pub(crate) purpose: CredentialPurpose,
    pub(crate) id: uuid::Uuid,
    pub(crate) name: Option<String>,
    pub(crate) binding: Result<CredentialBinding, VaultError>,
    pub(crate) sealed: SealedCredential,
}

pub(crate) fn pull_accounts_with_registry()
-> sea_orm::SelectTwo<pull_account::Entity, registry::Entity> {
    let of: sea_orm::RelationDef = pull_account::Entity::belongs_to(registry::Entity)
        .from(pull_account::Column::RegistryId)
        .to(registry::Column::Id)
        .into();
    pull_account::Entity::find()
        .join(JoinType::LeftJoin, of)
        .select_also(registry::Entity)
}

pub(crate) fn pull_account_record(
    (row, registry): (pull_account::Model, Option<registry::Model>),
) -> Record {
    let name = registry.as_ref().map(|row| row.name.clone());
    let registry = registry.and_then(|row| registry_row::read(row).ok());
    let binding = registry
        .zip(pull_access::token_service(row.token_service).ok())
        .map(|(registry, realm)| {
            CredentialBinding::of_pull_account(&registry, &row.username, realm)
        })
        .ok_or(VaultError::BindingChanged);
    Record {
        purpose: CredentialPurpose::PullAccount,
        id: row.registry_id,
        name,
        binding,
        sealed: pull_access::read_sealed(row.key_id, row.wrapped_key, row.ciphertext),
    }
}

pub(crate) fn with_registry() -> sea_orm::SelectTwo<credential::Entity, registry::Entity> {
    let of: sea_orm::RelationDef = credential::Entity::belongs_to(registry::Entity)
        .from(credential::Column::RegistryId)
        .to(registry::Column::Id)
        .into();
    credential::Entity::find()
        .join(JoinType::LeftJoin, of)
        .select_also(registry::Entity)
}

/// What the credential of a stored registry is bound to. A row that cannot be read is bound to
/// nothing that opens it.
pub(crate) fn binding(row: Option<registry::Model>) -> Result<CredentialBinding, VaultError> {
    row.and_then(|row| registry_row::read(row).ok())
        .as_ref()
        .and_then(CredentialBinding::of)
        .ok_or(VaultError::BindingChanged)
}

async fn write(tx: &Tx<'_>, (record, sealed): (RecordKey, SealedCredential)) -> Result<(), Fault> {
    let (purpose, id, under) = match record {
        RecordKey::Account(purpose, id, under) => (purpose, id, under),
        RecordKey::Cleanup(id, under) => return cleanup_keys::write(tx, id, &under, sealed).await,
    };
    if purpose == CredentialPurpose::PullAccount {
        use pull_account::Column::{KeyId, RegistryId, WrappedKey};
        pull_account::Entity::update_many()
            .col_expr(KeyId, Expr::value(sealed.key_id))
            .col_expr(WrappedKey, Expr::value(sealed.wrapped_key))
            .filter(RegistryId.eq(id))
            .filter(KeyId.eq(under))
            .exec(tx)
            .await?;
        return Ok(());
    }
    // A registry that was disconnected meanwhile has taken its credential along.
    credential::Entity::update_many()
        .col_expr(credential::Column::KeyId, Expr::value(sealed.key_id))
        .col_expr(
            credential::Column::WrappedKey,
            Expr::value(sealed.wrapped_key),
        )
        .filter(credential::Column::RegistryId.eq(id))
        .filter(credential::Column::KeyId.eq(under))
        .exec(tx)
        .await?;
    Ok(())
}

async fn others(db: &impl ConnectionTrait, key_id: &str) -> Result<u64, Fault> {
    let integration = credential::Entity::find()
        .filter(credential::Column::KeyId.ne(key_id))
        .count(db)
        .await?;
    let pull_accounts = pull_account::Entity::find()
        .filter(pull_account::Column::KeyId.ne(key_id))
        .count(db)
        .await?;
    Ok(integration + pull_accounts + cleanup_keys::others(db, key_id).await?)
}

/// Whether any credential is under this key.
async fn any_under(store: &Store, key_id: &str) -> Result<bool, StoreError> {
    let one = credential::Entity::find()
        .filter(credential::Column::KeyId.eq(key_id))
        .one(store.db().read())
        .await
        .map_err(Fault::from)?;
    let other = pull_account::Entity::find()
        .filter(pull_account::Column::KeyId.eq(key_id))
        .one(store.db().read())
        .await
        .map_err(Fault::from)?;
    Ok(one.is_some() || other.is_some() || cleanup_keys::any_under(store, key_id).await?)
}

/// The credential as it may be kept now: wrapped under the key the database is at. A rotation may
/// have ended between sealing and keeping, in this process or on another replica.
pub(crate) async fn keep_up<'s>(
    tx: &Tx<'_>,
    keys: Option<&MasterKeyVault>,
    installation: InstallationId,
    registry: &Registry,
    sealed: &'s SealedCredential,
) -> Result<Cow<'s, SealedCredential>, Fault> {
    let binding = CredentialBinding::of(registry);
    keep_up_bound(tx, keys, installation, binding.as_ref(), sealed).await
}

/// As [`keep_up`], for what is bound otherwise than the integration account.
pub(crate) async fn keep_up_bound<'s>(
    tx: &Tx<'_>,
    keys: Option<&MasterKeyVault>,
    installation: InstallationId,
    binding: Option<&CredentialBinding>,
    sealed: &'s SealedCredential,
) -> Result<Cow<'s, SealedCredential>, Fault> {
    let Some(keys) = keys else {
        return Ok(Cow::Borrowed(sealed));
    };
    let own = installation::Entity::find().lock_shared().one(tx).await?;
    let noted = own.and_then(|row| row.key_check).unwrap_or_default();
    let Some(key_id) = keys.key_of_check(installation, &noted) else {
        return Err(StoreError::Unavailable(
            "the master key was rotated; restart this replica with the new key".to_owned(),
        )
        .into());
    };
    if key_id == sealed.key_id {
        return Ok(Cow::Borrowed(sealed));
    }
    let rewrapped = binding
        .ok_or(VaultError::BindingChanged)
        .and_then(|binding| keys.rewrap(binding, sealed, key_id))
        .map_err(internal)?;
    Ok(Cow::Owned(rewrapped))
}

fn internal(error: VaultError) -> StoreError {
    StoreError::Internal(error.to_string())
}
