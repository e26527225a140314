//! What a manifest says of its blobs otherwise than their rows.

use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0015_told"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Nothing is known of what was read before: it shows what was said first, as it did.
        manager
            .get_connection()
            .execute_unprepared("ALTER TABLE artifact ADD COLUMN told text")
            .await?;
        Ok(())
    }
}
