//! Registries without a catalogue have repositories and prefixes that a person listed; what was
//! seen that a registry can do is remembered with it.

use super::columns::{Columns, table};
use sea_orm::DbErr;
use sea_orm::sea_query::{ColumnDef, ForeignKey, ForeignKeyAction, Index, Table};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0009_listed"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns(manager.get_database_backend());
        let columns = vec![
            c.uuid("registry_id").not_null().to_owned(),
            ColumnDef::new("is_prefix").boolean().not_null().to_owned(),
            c.sorted_text("name"),
        ];
        let mut listed = table("listed_repository", columns);
        listed
            .primary_key(
                Index::create()
                    .col("registry_id")
                    .col("is_prefix")
                    .col("name"),
            )
            .foreign_key(
                ForeignKey::create()
                    .name("listed_repository_registry")
                    .from("listed_repository", "registry_id")
                    .to("registry", "id")
                    .on_delete(ForeignKeyAction::Cascade),
            );
        manager.create_table(listed).await?;
        let registry = Table::alter()
            .table("registry")
            .add_column(ColumnDef::new("capabilities").text())
            .to_owned();
        manager.alter_table(registry).await
    }
}
