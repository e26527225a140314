//! What people have written about repositories.

use super::m0010_inventory::written_for;
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0014_descriptions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        manager
            .get_connection()
            .execute_unprepared(&written_for(backend, TABLE))
            .await?;
        Ok(())
    }
}

/// Apart from the repositories, whose rows are read in many: few have one, and they are long.
/// `revision` is that of the repository after the edit, so it never comes back.
const TABLE: &str = "CREATE TABLE repository_description (
    repository_no BIGINT NOT NULL PRIMARY KEY,
    text text NOT NULL,
    revision BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    updated_by UUID_T,
    updated_by_name text)";
