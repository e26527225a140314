//! Registries.

use crate::changes::NewChange;
use crate::command::Command;
use crate::entity::{credential, registry};
use crate::fault::Fault;
use crate::pull_access::Opening;
use crate::registry_list::{self, in_set};
use crate::store::Store;
use crate::tx::Tx;
use crate::vault::MasterKeyVault;
use crate::{
    audit, changes, cleanups, health_turns, identity, key_rotation, listed, observations,
    pull_access, registry_row, workspaces,
};
use async_trait::async_trait;
use roadstead_core::model::{
    AuditEntry, Generation, HealthTurn, InstallationId, PageRequest, Registry, RegistryFilter,
    RegistryId, RegistryPosition, RegistrySort, Timestamp, Topic, WorkspaceId,
};
use roadstead_core::ports::{
    CapabilityObservation, DisconnectRegistry, EditRegistry, IntegrateRegistry, PinIdentity,
    Reconnect, RegistryList, RegistryObservation, RegistryStore, RegistryTarget,
    StatisticsObservation, StoreError, SuspendRegistry,
};
use roadstead_core::rules::Visible;
use sea_orm::sea_query::{Expr, ExprTrait, Query, UpdateStatement};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

#[async_trait]
impl RegistryStore for Store {
    async fn registries(
        &self,
        filter: &RegistryFilter,
        sort: RegistrySort,
        page: &PageRequest<RegistryPosition>,
    ) -> Result<RegistryList, StoreError> {
        registry_list::list(self, filter, sort, page).await
    }

    async fn registry(
        &self,
        id: RegistryId,
        visible: &Visible,
    ) -> Result<Option<Registry>, StoreError> {
        let found = registry::Entity::find_by_id(id.0)
            .filter(in_set(visible))
            .one(self.db().read())
            .await
            .map_err(Fault::from)?
            .map(registry_row::read)
            .transpose()?;
        // Asked for one that is hidden or absent as well: both must look the same from outside.
        let listed = listed::read(self.db().read(), id, visible).await?;
        Ok(found.map(|registry| Registry {
            listed: Some(listed),
            ..registry
        }))
    }

    async fn registry_ids(&self) -> Result<Vec<RegistryId>, StoreError> {
        let ids: Vec<Uuid> = registry::Entity::find()
            .select_only()
            .column(registry::Column::Id)
            .order_by_asc(registry::Column::Id)
            .into_tuple()
            .all(self.db().read())
            .await
            .map_err(Fault::from)?;
        Ok(ids.into_iter().map(RegistryId).collect())
    }

    async fn registry_target(&self, id: RegistryId) -> Result<Option<RegistryTarget>, StoreError> {
        let with_credential: sea_orm::RelationDef =
            registry::Entity::belongs_to(credential::Entity)
                .from(registry::Column::Id)
                .to(credential::Column::RegistryId)
                .into();
        let found = registry::Entity::find_by_id(id.0)
            .join(JoinType::LeftJoin, with_credential)
            .select_also(credential::Entity)
            .one(self.db().read())
            .await
            .map_err(Fault::from)?;
        let Some((row, credential)) = found else {
            return Ok(None);
        };
        let listed = listed::read(self.db().read(), id, &Visible::Everything).await?;
        Ok(Some(RegistryTarget {
            registry: Registry {
                listed: Some(listed),
                ..registry_row::read(row)?
            },
            credential: credential.map(registry_row::read_credential),
        }))
    }

    async fn integrate_registry(
        &self,
        command: IntegrateRegistry,
        audit: AuditEntry,
    ) -> Result<Generation, StoreError> {
        let (registry, sealed) = (&command.registry, command.credential.as_ref());
        let (row, audit) = (&registry_row::write(registry)?, &audit);
        let (keys, installation) = (self.keys(), self.installation_id());
        self.db()
            .write(Command::IntegrateRegistry, |tx| {
                Box::pin(async move {
                    // A workspace that is being deleted takes no more registries.
                    if let Some(id) = registry.owner.workspace() {
                        workspaces::locked(tx, id, None).await?;
                    }
                    registry::Entity::insert(row.clone())
                        .exec_without_returning(tx)
                        .await?;
                    health_turns::begin(tx, registry).await?;
                    if let Some(sealed) = sealed {
                        let sealed =
                            key_rotation::keep_up(tx, keys, installation, registry, sealed).await?;
                        let row = registry_row::write_credential(registry.id, &sealed);
                        credential::Entity::insert(row)
                            .exec_without_returning(tx)
                            .await?;
                    }
                    if let Some(listed) = &registry.listed {
                        listed::insert(tx, registry.id, listed).await?;
                    }
                    let changed = Changed {
                        workspace_id: registry.owner.workspace(),
                        generation: registry.generation,
                    };
                    finish(tx, registry.id, changed, audit, registry.created_at).await
                })
            })
            .await
    }

    async fn edit_registry(
        &self,
        command: EditRegistry,
        audit: AuditEntry,
    ) -> Result<Generation, StoreError> {
        let (command, audit) = (&command, &audit);
        let (keys, installation) = (self.keys(), self.installation_id());
        self.db()
            .write(Command::EditRegistry, |tx| {
                Box::pin(async move {
                    use registry::Column::{Description, Generation, Id, UpdatedAt};
                    let edit = Query::update()
                        .table(registry::Entity)
                        .value(Description, command.description.as_str())
                        .value(UpdatedAt, command.now.as_micros())
                        .value(Generation, Expr::col(Generation).add(1_i64))
                        .and_where(Id.eq(command.id.0))
                        .and_where(Generation.eq(command.expected))
                        .to_owned();
                    let changed = match changed(tx, edit).await? {
                        Some(changed) => changed,
                        None => return Err(refusal(tx, command.id).await?.into()),
                    };
                    let mut members_see_it = false;
                    if let Some(connection) = &command.connection {
                        members_see_it =
                            reconnect(tx, keys, installation, connection).await?.seen();
                    }
                    if let Some(listed) = &command.listed {
                        listed::replace(tx, command.id, listed).await?;
                    }
                    let generation = finish(tx, command.id, changed, audit, command.now).await?;
                    if members_see_it {
                        pull_access::tell_members(tx, command.id, command.now).await?;
                    }
                    Ok(generation)
                })
            })
            .await
    }

    async fn disconnect_registry(
        &self,
        command: DisconnectRegistry,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let (command, audit) = (&command, &audit);
        let (keys, installation) = (self.keys(), self.installation_id());
        self.db()
            .write(Command::DisconnectRegistry, |tx| {
                Box::pin(async move {
                    use registry::Column::{Generation, Id, WorkspaceId as Workspace};
                    cleanups::keep(tx, keys, installation, command).await?;
                    let members_see_it = pull_access::is_seen(tx, command.id.0).await?;
                    // The credential goes with it, by its foreign key.
                    let delete = Query::delete()
                        .from_table(registry::Entity)
                        .and_where(Id.eq(command.id.0))
                        .and_where(Generation.eq(command.expected))
                        .returning_col(Workspace)
                        .to_owned();
                    let Some(row) = tx.query_one(&delete).await? else {
                        return Err(refusal(tx, command.id).await?.into());
                    };
                    let workspace: Option<Uuid> = row.try_get("", "workspace_id")?;
                    let changed = Changed {
                        workspace_id: workspace.map(WorkspaceId),
                        // Above every generation the object ever had.
                        generation: command.expected + 1,
                    };
                    crate::inventory::disconnect(tx, command.id).await?;
                    finish(tx, command.id, changed, audit, audit.at).await?;
                    if members_see_it {
                        pull_access::tell_members(tx, command.id, audit.at).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    async fn record_health(&self, batch: Vec<RegistryObservation>) -> Result<(), StoreError> {
        observations::record_health(self, batch).await
    }

    async fn health_turns(
        &self,
        id: RegistryId,
        since: Timestamp,
    ) -> Result<Vec<HealthTurn>, StoreError> {
        self.turns_since(id, since).await
    }

    async fn prune_health_turns(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.prune_turns(before).await
    }

    async fn record_statistics(&self, batch: Vec<StatisticsObservation>) -> Result<(), StoreError> {
        observations::record_statistics(self, batch).await
    }

    async fn pin_identity(&self, command: PinIdentity) -> Result<(), StoreError> {
        identity::pin(self, command).await
    }

    async fn suspend_registry(
        &self,
        command: SuspendRegistry,
        audit: AuditEntry,
    ) -> Result<bool, StoreError> {
        identity::suspend(self, command, audit).await
    }

    async fn record_seen(&self, command: SuspendRegistry) -> Result<(), StoreError> {
        identity::record_seen(self, command).await
    }

    async fn known_names(&self, id: RegistryId) -> Result<Vec<String>, StoreError> {
        identity::known_names(self, id).await
    }

    async fn record_known_names(
        &self,
        id: RegistryId,
        generation: Generation,
        names: Vec<String>,
    ) -> Result<(), StoreError> {
        identity::record_known_names(self, id, generation, names).await
    }

    async fn record_capabilities(&self, seen: CapabilityObservation) -> Result<(), StoreError> {
        observations::record_capabilities(self, seen).await
    }

    async fn prune_changes(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.prune_feed(before).await
    }
}

/// Puts another connection in the place of the one a registry had, in a row this transaction has
/// changed already.
async fn reconnect(
    tx: &Tx<'_>,
    keys: Option<&MasterKeyVault>,
    installation: InstallationId,
    connection: &Reconnect,
) -> Result<Opening, Fault> {
    let registry = &connection.registry;
    let before = registry::Entity::find_by_id(registry.id.0)
        .one(tx)
        .await?
        .ok_or(StoreError::NotFound)?;
    registry::Entity::update(registry_row::write(registry)?)
        .exec(tx)
        .await?;
    health_turns::begin(tx, registry).await?;
    credential::Entity::delete_by_id(registry.id.0)
        .exec(tx)
        .await?;
    if let Some(sealed) = &connection.credential {
        let sealed = key_rotation::keep_up(tx, keys, installation, registry, sealed).await?;
        let row = registry_row::write_credential(registry.id, &sealed);
        credential::Entity::insert(row)
            .exec_without_returning(tx)
            .await?;
    }
    pull_access::reconnected(tx, &before, registry).await
}

/// What an update left behind, for the change feed.
pub(crate) struct Changed {
    pub(crate) workspace_id: Option<WorkspaceId>,
    pub(crate) generation: Generation,
}

/// Runs an update of one registry; `None` when it met no row.
pub(crate) async fn changed(
    tx: &Tx<'_>,
    mut update: UpdateStatement,
) -> Result<Option<Changed>, Fault> {
    update.returning(
        Query::returning().columns([registry::Column::WorkspaceId, registry::Column::Generation]),
    );
    let Some(row) = tx.query_one(&update).await? else {
        return Ok(None);
    };
    let workspace: Option<Uuid> = row.try_get("", "workspace_id")?;
    Ok(Some(Changed {
        workspace_id: workspace.map(WorkspaceId),
        generation: row.try_get("", "generation")?,
    }))
}

/// Why a command met no row of the generation it expected.
pub(crate) async fn refusal(tx: &Tx<'_>, id: RegistryId) -> Result<StoreError, Fault> {
    let current: Option<Generation> = registry::Entity::find_by_id(id.0)
        .select_only()
        .column(registry::Column::Generation)
        .into_tuple()
        .one(tx)
        .await?;
    Ok(
        current.map_or(StoreError::NotFound, |current| StoreError::Stale {
            current,
        }),
    )
}

/// Ends a command on a registry: audit entry, then change entry.
pub(crate) async fn finish(
    tx: &Tx<'_>,
    id: RegistryId,
    changed: Changed,
    audit: &AuditEntry,
    at: Timestamp,
) -> Result<Generation, Fault> {
    audit::insert(tx, audit).await?;
    let change = NewChange {
        topic: Topic::Registry,
        object_id: id.0,
        generation: changed.generation,
        workspace_id: changed.workspace_id,
        user_id: None,
        at,
    };
    changes::append(tx, &[change]).await?;
    Ok(changed.generation)
}
