//! Which inventories are what is left of disconnected registries, so that lists can leave them out.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0017_gone"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for statement in [
            "ALTER TABLE inventory ADD COLUMN gone BIGINT NOT NULL DEFAULT 0",
            "UPDATE inventory SET gone = 1 WHERE registry_id NOT IN (SELECT id FROM registry)",
            "CREATE INDEX inventory_gone ON inventory (no) WHERE gone = 1",
        ] {
            manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
        }
        Ok(())
    }
}
