//! The credentials kept for cleanups, where they are sealed like those of registries.

use crate::cleanup_row;
use crate::entity::cleanup;
use crate::fault::Fault;
use crate::key_rotation::{RecordKey, Step};
use crate::store::Store;
use crate::tx::Tx;
use crate::vault::MasterKeyVault;
use roadstead_core::ports::{CredentialBinding, SealedCredential, StoreError, VaultError};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

/// The next records, wrapped anew but not yet written.
pub(crate) async fn batch(
    tx: &Tx<'_>,
    vault: &MasterKeyVault,
    to: &str,
    most: u64,
) -> Result<Result<Vec<(RecordKey, SealedCredential)>, Step>, Fault> {
    let rows = cleanup::Entity::find()
        .filter(cleanup::Column::KeyId.ne(to))
        .order_by_asc(cleanup::Column::Id)
        .limit(most)
        .all(tx)
        .await?;
    let mut batch = Vec::with_capacity(rows.len());
    for row in rows {
        let (id, name) = (row.id, row.name.clone());
        let Some(sealed) = cleanup_row::sealed(&row) else {
            continue;
        };
        let rewrapped = binding(row).and_then(|binding| vault.rewrap(&binding, &sealed, to));
        match rewrapped {
            Ok(rewrapped) => batch.push((RecordKey::Cleanup(id, sealed.key_id), rewrapped)),
            Err(error) => {
                return Ok(Err(Step::Stuck {
                    registry: name,
                    reason: error.to_string(),
                }));
            }
        }
    }
    Ok(Ok(batch))
}

/// What the credential of a cleanup is bound to. A row that cannot be read is bound to nothing
/// that opens it.
pub(crate) fn binding(row: cleanup::Model) -> Result<CredentialBinding, VaultError> {
    cleanup_row::read(row)
        .ok()
        .as_ref()
        .and_then(CredentialBinding::of_cleanup)
        .ok_or(VaultError::BindingChanged)
}

/// Writes one that was wrapped anew; one that was ended meanwhile is passed over.
pub(crate) async fn write(
    tx: &Tx<'_>,
    id: Uuid,
    under: &str,
    sealed: SealedCredential,
) -> Result<(), Fault> {
    use cleanup::Column::{Id, KeyId, WrappedKey};
    cleanup::Entity::update_many()
        .col_expr(KeyId, Expr::value(sealed.key_id))
        .col_expr(WrappedKey, Expr::value(sealed.wrapped_key))
        .filter(Id.eq(id))
        .filter(KeyId.eq(under))
        .exec(tx)
        .await?;
    Ok(())
}

/// How many are under another key.
pub(crate) async fn others(db: &impl ConnectionTrait, key_id: &str) -> Result<u64, Fault> {
    Ok(cleanup::Entity::find()
        .filter(cleanup::Column::KeyId.ne(key_id))
        .count(db)
        .await?)
}

/// Whether any is under this key.
pub(crate) async fn any_under(store: &Store, key_id: &str) -> Result<bool, StoreError> {
    let one = cleanup::Entity::find()
        .filter(cleanup::Column::KeyId.eq(key_id))
        .one(store.db().read())
        .await
        .map_err(Fault::from)?;
    Ok(one.is_some())
}

/// Whether any is sealed at all.
pub(crate) async fn any(store: &Store) -> Result<bool, StoreError> {
    let one = cleanup::Entity::find()
        .filter(cleanup::Column::KeyId.is_not_null())
        .one(store.db().read())
        .await
        .map_err(Fault::from)?;
    Ok(one.is_some())
}

/// Every sealed one, with what opening it needs.
pub(crate) async fn sealed(
    db: &impl ConnectionTrait,
) -> Result<Vec<(cleanup::Model, SealedCredential)>, StoreError> {
    let rows = cleanup::Entity::find()
        .filter(cleanup::Column::KeyId.is_not_null())
        .all(db)
        .await
        .map_err(Fault::from)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| cleanup_row::sealed(&row).map(|sealed| (row, sealed)))
        .collect())
}
