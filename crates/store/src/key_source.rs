//! Where master keys come from, and which of them the database is at.

use crate::data_dir::{DataDir, at, rename};
use crate::master_key::MasterKey;
use crate::vault::MasterKeyVault;
use crate::{OpenError, Store, failpoint};
use roadstead_core::model::Secret;
use std::path::Path;

/// Where the master key comes from.
#[derive(Clone, Copy)]
pub enum MasterKeySource<'a> {
    /// The data directory's files: `master.key`, made at the first start, and `master.key.next`
    /// while that one takes over. For SQLite.
    File(&'a DataDir),
    /// The configuration. For PostgreSQL, where every replica must be given the same keys.
    Text {
        /// The key's text.
        text: &'a Secret<String>,
        /// Where it stood, for error sentences.
        place: &'a str,
        /// The key before it, while that may still be needed.
        previous: Option<&'a Secret<String>>,
    },
}

impl MasterKeyVault {
    /// Gets the master key and makes sure that it is this database's: the first start notes a
    /// check value, every other start compares. With two keys either may be the database's, and
    /// both open credentials. The store learns of the keys, so that it never keeps a credential
    /// under one that the database has left.
    ///
    /// # Errors
    /// When the key is missing while credentials are sealed with it, is another one, cannot be
    /// read, or the database does not answer.
    pub async fn open(store: &Store, source: MasterKeySource<'_>) -> Result<Self, OpenError> {
        let vault = match source {
            MasterKeySource::Text {
                text,
                place,
                previous,
            } => {
                let vault = Self::from_texts(text, place, previous)?;
                if database_key(store, &vault).await?.is_none() {
                    return Err(OpenError::WrongMasterKey(place.to_owned()));
                }
                vault
            }
            MasterKeySource::File(data_dir) => open_files(store, data_dir).await?,
        };
        store.adopt(&vault);
        Ok(vault)
    }

    /// The keys of the configuration, whatever the database says.
    ///
    /// # Errors
    /// When a text is no key, or both are the same.
    pub fn from_texts(
        text: &Secret<String>,
        place: &str,
        previous: Option<&Secret<String>>,
    ) -> Result<Self, OpenError> {
        let vault = Self::new(MasterKey::from_text(text, place)?);
        let Some(previous) = previous else {
            return Ok(vault);
        };
        let previous = MasterKey::from_text(previous, &format!("{place}_PREVIOUS"))?;
        if previous.id() == vault.key_id() {
            return Err(OpenError::SameKeys(place.to_owned()));
        }
        Ok(vault.with_other(previous))
    }

    /// The keys in the files of a data directory, whatever the database says and whoever holds
    /// it; `None` when there are none. Nothing is made or moved.
    ///
    /// # Errors
    /// When a file cannot be read, is open to other accounts, or holds no key.
    pub fn from_files(data_dir: &Path) -> Result<Option<Self>, OpenError> {
        let current = MasterKey::load(&DataDir::master_key_in(data_dir))?;
        let next = MasterKey::load(&DataDir::next_master_key_in(data_dir))?;
        Ok(match (current, next) {
            (Some(current), Some(next)) => Some(Self::new(current).with_other(next)),
            (Some(key), None) | (None, Some(key)) => Some(Self::new(key)),
            (None, None) => None,
        })
    }
}

/// Which of the vault's keys the database is at: the first start notes the first one.
async fn database_key(store: &Store, vault: &MasterKeyVault) -> Result<Option<String>, OpenError> {
    let installation = store.installation_id();
    let noted = store.note_key_check(&vault.check(installation)).await?;
    Ok(vault.key_of_check(installation, &noted).map(str::to_owned))
}

async fn open_files(store: &Store, data_dir: &DataDir) -> Result<MasterKeyVault, OpenError> {
    let path = data_dir.master_key();
    let missing = !path.try_exists().map_err(at(&path))?;
    let vault = match MasterKeyVault::from_files(data_dir.path())? {
        Some(vault) if !missing => vault,
        other => {
            if store.has_sealed_credentials().await? {
                // The new key alone will do when it has taken over.
                match other {
                    Some(next) if database_key(store, &next).await?.is_some() => next,
                    _ => return Err(OpenError::KeyMissing(path)),
                }
            } else {
                // Nothing is sealed with the old key, so there is nothing to lose.
                store.forget_key_check().await?;
                match other {
                    Some(next) => next,
                    None => MasterKeyVault::new(MasterKey::create(&path)?),
                }
            }
        }
    };
    let Some(at_key) = database_key(store, &vault).await? else {
        return Err(OpenError::WrongMasterKey(path.display().to_string()));
    };
    let next = MasterKey::load(&data_dir.next_master_key())?;
    match next {
        // It has taken over: the database is at it, so nothing is left under the old one.
        Some(next) if next.id() == at_key => {
            take_over(data_dir).await?;
            Ok(MasterKeyVault::new(next))
        }
        Some(_) => {
            tracing::warn!(
                "a key rotation was interrupted; stop Roadstead and run `roadstead key rotate` to finish it"
            );
            Ok(vault)
        }
        None => Ok(vault),
    }
}

/// Puts the new key's file in the place of the old one's.
pub(crate) async fn take_over(data_dir: &DataDir) -> Result<(), OpenError> {
    failpoint::hit("rotate_keys", "before_rename").await;
    let path = data_dir.master_key();
    rename(&data_dir.next_master_key(), &path).map_err(at(&path))?;
    failpoint::hit("rotate_keys", "after_rename").await;
    Ok(())
}
