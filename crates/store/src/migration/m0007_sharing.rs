//! Who may pull from a registry: its pull-only account, what was proved, and the consent to share
//! it with every namespace.

use super::columns::{Columns, big, bytes, index, table, text};
use sea_orm::DbErr;
use sea_orm::sea_query::{ColumnDef, ForeignKey, ForeignKeyAction, TableCreateStatement};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0007_sharing"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        manager.create_table(pull_account(columns)).await?;
        manager.create_table(pull_access(columns)).await?;
        let open = index("pull_access_open", "pull_access", &["open"]);
        manager.create_index(open).await
    }
}

fn pull_account(c: Columns) -> TableCreateStatement {
    let columns = vec![
        c.uuid("registry_id").not_null().primary_key().to_owned(),
        text("username").not_null().to_owned(),
        text("token_service"),
        text("key_id").not_null().to_owned(),
        bytes("wrapped_key").not_null().to_owned(),
        bytes("ciphertext").not_null().to_owned(),
        // A record of who it was, which outlives the person.
        c.uuid("set_by"),
        text("set_by_name"),
        big("set_at").not_null().to_owned(),
    ];
    of_registry(table("pull_account", columns), "pull_account")
}

fn pull_access(c: Columns) -> TableCreateStatement {
    let columns = vec![
        c.uuid("registry_id").not_null().primary_key().to_owned(),
        ColumnDef::new("open")
            .boolean()
            .not_null()
            .default(false)
            .to_owned(),
        text("anonymous_proof"),
        text("write_proof"),
        text("consent"),
    ];
    of_registry(table("pull_access", columns), "pull_access")
}

fn of_registry(mut table: TableCreateStatement, name: &'static str) -> TableCreateStatement {
    table.foreign_key(
        ForeignKey::create()
            .name(format!("{name}_registry"))
            .from(name, "registry_id")
            .to("registry", "id")
            .on_delete(ForeignKeyAction::Cascade),
    );
    table
}
