//! Whether what is stored can be relied on: the file, the rows among themselves, and every sealed
//! credential under the keys at hand.

use crate::cleanup_keys;
use crate::entity::{credential, installation, pull_account};
use crate::fault::{Fault, damaged};
use crate::key_rotation::{
    Record, binding, pull_account_record, pull_accounts_with_registry, with_registry,
};
use crate::store::Store;
use crate::vault::MasterKeyVault;
use crate::{ConsistencyReport, registry_row, schema};
use roadstead_core::model::{InstallationId, Timestamp};
use roadstead_core::ports::{CredentialPurpose, StoreError, Vault as _, VaultError};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// Records read at once.
const PAGE: u64 = 500;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// Whose database it is.
    pub installation_id: InstallationId,
    /// Its newest migration.
    pub schema: String,
    /// When a backup was last put in its place.
    pub restored_at: Option<Timestamp>,
    /// What the database says of its own file; empty when nothing is wrong.
    pub integrity: Vec<String>,
    /// What the rows say of each other; `None` when the file is damaged.
    pub consistency: Option<ConsistencyReport>,
    /// The master key.
    pub key: KeyState,
    /// How many credentials are sealed.
    pub sealed: u64,
    /// Those that cannot be opened.
    pub unreadable: Vec<CredentialFinding>,
}

/// Whether the master key is the database's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyState {
    /// It is; its name.
    Right(String),
    /// The database has not seen a key yet.
    Unused,
    /// None of the keys at hand is.
    Wrong,
    /// There is no key.
    Missing,
}

/// A credential that cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialFinding {
    /// The registry's id.
    pub registry_id: Uuid,
    /// Its name.
    pub registry: String,
    /// Why.
    pub reason: String,
}

impl VerifyReport {
    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.problems() == 0
    }

    /// How many things are wrong.
    #[must_use]
    pub fn problems(&self) -> usize {
        let rows = self.consistency.as_ref();
        let key_is_wrong = matches!(self.key, KeyState::Wrong)
            || (matches!(self.key, KeyState::Missing) && self.sealed > 0);
        self.integrity.len()
            + rows.map_or(0, |report| report.contradictions.len())
            + usize::from(key_is_wrong)
            + self.unreadable.len()
    }
}

impl Store {
    /// Looks at everything. Nothing is changed.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn verify(&self, keys: Option<&MasterKeyVault>) -> Result<VerifyReport, StoreError> {
        let own = installation::Entity::find()
            .one(self.db().read())
            .await
            .map_err(Fault::from)?
            .ok_or_else(|| damaged("installation", "no row"))?;
        let mut report = VerifyReport {
            installation_id: self.installation_id(),
            schema: schema::newest(),
            restored_at: own.restored_at.map(Timestamp::from_micros),
            integrity: self.integrity().await?,
            consistency: None,
            key: key_state(keys, self.installation_id(), own.key_check.as_deref()),
            sealed: 0,
            unreadable: Vec::new(),
        };
        // A damaged file answers anything.
        if report.integrity.is_empty() {
            report.consistency = Some(self.consistency().await?);
            self.open_all(keys, &mut report).await?;
        }
        Ok(report)
    }

    /// What the database says of its own file. PostgreSQL checks its pages as it reads them.
    pub(crate) async fn integrity(&self) -> Result<Vec<String>, StoreError> {
        let db = self.db().read();
        if db.get_database_backend() != DbBackend::Sqlite {
            return Ok(Vec::new());
        }
        let check = sea_orm::Statement::from_string(DbBackend::Sqlite, "PRAGMA integrity_check");
        let rows = db.query_all_raw(check).await.map_err(Fault::from)?;
        let said = rows
            .iter()
            .map(|row| row.try_get_by_index::<String>(0))
            .collect::<Result<Vec<_>, _>>()
            .map_err(Fault::from)?;
        let mut problems: Vec<String> = said.into_iter().filter(|text| text != "ok").collect();
        let check = sea_orm::Statement::from_string(DbBackend::Sqlite, "PRAGMA foreign_key_check");
        for row in db.query_all_raw(check).await.map_err(Fault::from)? {
            let table: String = row.try_get_by_index(0).map_err(Fault::from)?;
            problems.push(format!("a row of {table} refers to one that is gone"));
        }
        Ok(problems)
    }

    /// Opens every credential, in one snapshot, a page at a time.
    async fn open_all(
        &self,
        keys: Option<&MasterKeyVault>,
        report: &mut VerifyReport,
    ) -> Result<(), StoreError> {
        let snapshot = self.db().snapshot().await?;
        let mut after = Uuid::nil();
        loop {
            let rows = with_registry()
                .filter(credential::Column::RegistryId.gt(after))
                .order_by_asc(credential::Column::RegistryId)
                .limit(PAGE)
                .all(&snapshot)
                .await
                .map_err(Fault::from)?;
            let Some((last, _)) = rows.last() else {
                break;
            };
            after = last.registry_id;
            for (row, registry) in rows {
                let record = Record {
                    purpose: CredentialPurpose::Integration,
                    id: row.registry_id,
                    name: registry.as_ref().map(|r| r.name.clone()),
                    binding: binding(registry),
                    sealed: registry_row::read_credential(row),
                };
                try_open(keys, record, report);
            }
        }
        for (row, sealed) in cleanup_keys::sealed(&snapshot).await? {
            let record = Record {
                purpose: CredentialPurpose::Integration,
                id: row.registry_id,
                name: Some(row.name.clone()),
                binding: cleanup_keys::binding(row),
                sealed,
            };
            try_open(keys, record, report);
        }
        let mut after = Uuid::nil();
        loop {
            let rows = pull_accounts_with_registry()
                .filter(pull_account::Column::RegistryId.gt(after))
                .order_by_asc(pull_account::Column::RegistryId)
                .limit(PAGE)
                .all(&snapshot)
                .await
                .map_err(Fault::from)?;
            let Some((last, _)) = rows.last() else {
                return Ok(());
            };
            after = last.registry_id;
            for row in rows {
                try_open(keys, pull_account_record(row), report);
            }
        }
    }
}

fn try_open(keys: Option<&MasterKeyVault>, record: Record, report: &mut VerifyReport) {
    report.sealed += 1;
    let opened = match keys {
        None => Err(VaultError::KeyMissing(record.sealed.key_id.clone())),
        Some(keys) => record
            .binding
            .and_then(|binding| keys.open(&binding, &record.sealed))
            .map(drop),
    };
    if let Err(error) = opened {
        report.unreadable.push(CredentialFinding {
            registry_id: record.id,
            registry: record.name.unwrap_or_default(),
            reason: error.to_string(),
        });
    }
}

fn key_state(
    keys: Option<&MasterKeyVault>,
    installation: InstallationId,
    noted: Option<&[u8]>,
) -> KeyState {
    match (keys, noted) {
        (_, None) => KeyState::Unused,
        (None, Some(_)) => KeyState::Missing,
        (Some(keys), Some(noted)) => keys
            .key_of_check(installation, noted)
            .map_or(KeyState::Wrong, |id| KeyState::Right(id.to_owned())),
    }
}
