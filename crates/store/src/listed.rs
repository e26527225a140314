//! The repositories and prefixes a person listed of a registry.

use crate::entity::listed_repository::{ActiveModel, Column, Entity};
use crate::entity::registry;
use crate::fault::{Fault, damaged};
use crate::registry_list::in_set;
use crate::tx::Tx;
use roadstead_core::model::{Listed, RegistryId};
use roadstead_core::ports::StoreError;
use roadstead_core::rules::Visible;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

/// Rows of one statement: each has three values, and a statement takes only so many.
const BATCH: usize = 250;

/// Reads them. What is listed of a registry outside `visible` is not even looked for, so that it
/// takes no longer to say that there is none.
pub(crate) async fn read(
    db: &impl ConnectionTrait,
    id: RegistryId,
    visible: &Visible,
) -> Result<Listed, StoreError> {
    let seen = Query::select()
        .column(registry::Column::Id)
        .from(registry::Entity)
        .and_where(registry::Column::Id.eq(id.0))
        .cond_where(in_set(visible))
        .to_owned();
    let rows: Vec<(bool, String)> = Entity::find()
        .select_only()
        .columns([Column::IsPrefix, Column::Name])
        .filter(Column::RegistryId.in_subquery(seen))
        .into_tuple()
        .all(db)
        .await
        .map_err(Fault::from)?;
    let (prefixes, names): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(prefix, _)| *prefix);
    let texts = |rows: Vec<(bool, String)>| -> Vec<String> {
        rows.into_iter().map(|(_, name)| name).collect()
    };
    Listed::new(&texts(names), &texts(prefixes))
        .map_err(|_| damaged("listed repositories", "not acceptable"))
}

/// Puts these in the place of whatever was listed.
pub(crate) async fn replace(tx: &Tx<'_>, id: RegistryId, listed: &Listed) -> Result<(), Fault> {
    Entity::delete_many()
        .filter(Column::RegistryId.eq(id.0))
        .exec(tx)
        .await?;
    insert(tx, id, listed).await
}

/// Adds these to a registry that has none.
pub(crate) async fn insert(tx: &Tx<'_>, id: RegistryId, listed: &Listed) -> Result<(), Fault> {
    let row = |is_prefix, name: &str| ActiveModel {
        registry_id: Set(id.0),
        is_prefix: Set(is_prefix),
        name: Set(name.to_owned()),
    };
    let names = listed.repositories().map(|name| row(false, name));
    let rows: Vec<ActiveModel> = names
        .chain(listed.prefixes().map(|name| row(true, name)))
        .collect();
    for chunk in rows.chunks(BATCH) {
        Entity::insert_many(chunk.to_vec())
            .exec_without_returning(tx)
            .await?;
    }
    Ok(())
}
