//! Which server a registry is, and its suspension while another one answers.

use crate::changes::{self, NewChange};
use crate::command::Command;
use crate::entity::{credential, registry};
use crate::fault::Fault;
use crate::registries::changed;
use crate::registry_row::{self, json, parse};
use crate::store::Store;
use crate::{audit, key_rotation};
use roadstead_core::model::{AuditEntry, Generation, Registry, RegistryId, Topic};
use roadstead_core::ports::{PinIdentity, StoreError, SuspendRegistry};
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query, UpdateStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait};

/// Not among the columns of the entity: lists have no use for it.
const KNOWN_NAMES: &str = "known_names";

pub(crate) async fn pin(store: &Store, command: PinIdentity) -> Result<(), StoreError> {
    let command = &command;
    let (keys, installation) = (store.keys(), store.installation_id());
    store
        .db()
        .write(Command::PinIdentity, |tx| {
            Box::pin(async move {
                let mut update = update(command.id, command.generation);
                update
                    .value(registry::Column::Identity, json(&command.identity)?)
                    .and_where(registry::Column::Identity.is_null());
                if changed(tx, update).await?.is_none() {
                    return Ok(());
                }
                let Some(sealed) = &command.credential else {
                    return Ok(());
                };
                let Some(row) = registry::Entity::find_by_id(command.id.0).one(tx).await? else {
                    return Ok(());
                };
                // Sealed for the server that is pinned by now.
                let registry: Registry = registry_row::read(row)?;
                let sealed =
                    key_rotation::keep_up(tx, keys, installation, &registry, sealed).await?;
                credential::Entity::update(registry_row::write_credential(command.id, &sealed))
                    .exec(tx)
                    .await?;
                Ok(())
            })
        })
        .await
}

pub(crate) async fn suspend(
    store: &Store,
    command: SuspendRegistry,
    audit: AuditEntry,
) -> Result<bool, StoreError> {
    let (command, audit) = (&command, &audit);
    store
        .db()
        .write(Command::SuspendRegistry, |tx| {
            Box::pin(async move {
                let mut update = update(command.id, command.generation);
                update
                    .value(registry::Column::Suspension, json(&command.suspension)?)
                    .and_where(registry::Column::Suspension.is_null());
                let Some(row) = changed(tx, update).await? else {
                    return Ok(false);
                };
                audit::insert(tx, audit).await?;
                let change = NewChange {
                    topic: Topic::Registry,
                    object_id: command.id.0,
                    generation: row.generation,
                    workspace_id: row.workspace_id,
                    user_id: None,
                    at: audit.at,
                };
                changes::append(tx, &[change]).await?;
                Ok(true)
            })
        })
        .await
}

pub(crate) async fn record_seen(store: &Store, command: SuspendRegistry) -> Result<(), StoreError> {
    let command = &command;
    store
        .db()
        .write(Command::RecordSeen, |tx| {
            Box::pin(async move {
                let mut update = update(command.id, command.generation);
                update
                    .value(registry::Column::Suspension, json(&command.suspension)?)
                    .and_where(registry::Column::Suspension.is_not_null());
                changed(tx, update).await?;
                Ok(())
            })
        })
        .await
}

pub(crate) async fn known_names(store: &Store, id: RegistryId) -> Result<Vec<String>, StoreError> {
    let query = Query::select()
        .column(Alias::new(KNOWN_NAMES))
        .from(registry::Entity)
        .and_where(registry::Column::Id.eq(id.0))
        .to_owned();
    let row = store
        .db()
        .read()
        .query_one(&query)
        .await
        .map_err(Fault::from)?;
    let text: Option<String> = match row {
        Some(row) => row.try_get("", KNOWN_NAMES).map_err(Fault::from)?,
        None => None,
    };
    text.map_or(Ok(Vec::new()), |text| parse("known names", &text))
}

pub(crate) async fn record_known_names(
    store: &Store,
    id: RegistryId,
    generation: Generation,
    names: Vec<String>,
) -> Result<(), StoreError> {
    let names = &json(&names)?;
    store
        .db()
        .write(Command::RecordStatistics, |tx| {
            Box::pin(async move {
                let mut update = update(id, generation);
                update.value(Alias::new(KNOWN_NAMES), names.as_str());
                changed(tx, update).await?;
                Ok(())
            })
        })
        .await
}

/// An update of a registry that was not edited since it was asked.
fn update(id: RegistryId, generation: Generation) -> UpdateStatement {
    Query::update()
        .table(registry::Entity)
        .and_where(registry::Column::Id.eq(id.0))
        .and_where(Expr::col(registry::Column::Generation).eq(generation))
        .to_owned()
}
