//! Hooks that registries send their events to, and the tombstones of those that were removed.

use super::columns::{Columns, big, bytes, index, table};
use sea_orm::DbErr;
use sea_orm::sea_query::{ForeignKey, ForeignKeyAction};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0011_hooks"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        let mut hook = table(
            "registry_hook",
            vec![
                columns.uuid("id").not_null().primary_key().to_owned(),
                columns.uuid("registry_id"),
                bytes("digest").not_null().to_owned(),
                big("created_at").not_null().to_owned(),
                big("rotated_at").not_null().to_owned(),
                big("last_event_at"),
                big("accepted").not_null().to_owned(),
                big("dropped").not_null().to_owned(),
                big("unauthenticated").not_null().to_owned(),
                big("ended_at"),
            ],
        );
        // A disconnected registry leaves a tombstone behind, whoever disconnects it.
        hook.foreign_key(
            ForeignKey::create()
                .name("registry_hook_registry")
                .from("registry_hook", "registry_id")
                .to("registry", "id")
                .on_delete(ForeignKeyAction::SetNull),
        );
        manager.create_table(hook).await?;
        let mut one = index("registry_hook_one", "registry_hook", &["registry_id"]);
        manager.create_index(one.unique().to_owned()).await?;
        let ended = index("registry_hook_ended", "registry_hook", &["ended_at"]);
        manager.create_index(ended).await
    }
}
