//! Who answers at a registry's address, what Roadstead made there, and what disconnected
//! registries left behind.

use super::columns::{Columns, big, bytes, index, table, text};
use sea_orm::DbErr;
use sea_orm::sea_query::{
    Alias, ConditionalStatement as _, Expr, ExprTrait as _, ForeignKey, ForeignKeyAction, Table,
    TableCreateStatement,
};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0006_identity"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns(manager.get_database_backend());
        // SQLite adds one column at a time. All three are JSON, never queried inside.
        for column in ["identity", "suspension", "known_names"] {
            let registry = Table::alter()
                .table(Alias::new("registry"))
                .add_column(text(column))
                .to_owned();
            manager.alter_table(registry).await?;
        }
        manager.create_table(cleanup(c)).await?;
        manager.create_table(ledger_entry(c)).await?;
        for index in [
            index(
                "cleanup_by_disconnected_at",
                "cleanup",
                &["disconnected_at", "id"],
            ),
            index("ledger_entry_cleanup_id", "ledger_entry", &["cleanup_id"]),
            // Few entries are open at a time, however many there were.
            index(
                "ledger_entry_open",
                "ledger_entry",
                &["registry_id", "created_at"],
            )
            .and_where(Expr::col("removed_at").is_null())
            .to_owned(),
            index("ledger_entry_removed_at", "ledger_entry", &["removed_at"]),
        ] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

/// The connection a registry had, as far as it is needed to remove what was made there.
fn cleanup(c: Columns) -> TableCreateStatement {
    let columns = vec![
        c.uuid("id").not_null().primary_key().to_owned(),
        c.uuid("registry_id").not_null().to_owned(),
        // No foreign key: a workspace can go before the last of its registries is cleaned up.
        c.uuid("workspace_id"),
        text("name").not_null().to_owned(),
        text("kind").not_null().to_owned(),
        text("address").not_null().to_owned(),
        text("tls_mode").not_null().to_owned(),
        text("tls_ca"),
        text("username"),
        text("token_service"),
        text("identity"),
        text("key_id"),
        bytes("wrapped_key"),
        bytes("ciphertext"),
        big("disconnected_at").not_null().to_owned(),
        big("given_up_at"),
    ];
    let mut table = table("cleanup", columns);
    table.check(Expr::col("tls_mode").is_in(["verify", "ca", "skip"]));
    table
}

fn ledger_entry(c: Columns) -> TableCreateStatement {
    let columns = vec![
        c.uuid("id").not_null().primary_key().to_owned(),
        // No foreign key: what was made outlives the integration.
        c.uuid("registry_id").not_null().to_owned(),
        c.uuid("cleanup_id"),
        text("kind").not_null().to_owned(),
        text("name").not_null().to_owned(),
        text("reference"),
        big("created_at").not_null().to_owned(),
        big("removed_at"),
        big("attempts").not_null().to_owned(),
        big("tried_at"),
        text("last_error"),
    ];
    let mut table = table("ledger_entry", columns);
    table.foreign_key(
        ForeignKey::create()
            .name("ledger_entry_cleanup")
            .from("ledger_entry", "cleanup_id")
            .to("cleanup", "id")
            .on_delete(ForeignKeyAction::Cascade),
    );
    table
}
