//! Deletions upstream that were begun and whose end is not yet known.

use super::columns::{Columns, big, bytes, index, table, text};
use sea_orm::DbErr;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0013_deletions"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        // No foreign key: what was begun has its audit entry though the registry is disconnected.
        let deletion = table(
            "image_deletion",
            vec![
                columns.uuid("id").not_null().primary_key().to_owned(),
                columns.uuid("registry_id").not_null().to_owned(),
                big("generation").not_null().to_owned(),
                columns.uuid("repository_id").not_null().to_owned(),
                text("repository").not_null().to_owned(),
                bytes("digest"),
                text("tag"),
                text("audit").not_null().to_owned(),
                big("begun_at").not_null().to_owned(),
            ],
        );
        manager.create_table(deletion).await?;
        let begun = index("image_deletion_begun", "image_deletion", &["begun_at"]);
        manager.create_index(begun).await
    }
}
