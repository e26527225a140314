//! The audit log is read: why and how often something was refused, the text filter, an index for
//! each filter in the order of the list, and how far back it goes.

use sea_orm::sea_query::{Alias, ColumnDef, Expr, Func, Index, Query, Table};
use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

const TABLE: &str = "audit_entry";

/// Filters by equality; within each the entries stand in the order of the list.
const INDEXES: &[(&str, &[&str])] = &[
    ("audit_entry_by_actor_id", &["actor_id", "at", "id"]),
    ("audit_entry_by_actor_name", &["actor_name", "at", "id"]),
    ("audit_entry_by_action", &["action", "at", "id"]),
    (
        "audit_entry_by_object",
        &["object_kind", "object_id", "at", "id"],
    ),
    ("audit_entry_by_outcome", &["outcome", "at", "id"]),
    ("audit_entry_by_workspace", &["workspace_id", "at", "id"]),
];

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0003_audit"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut search = ColumnDef::new("search");
        search.text().not_null().default("");
        if manager.get_database_backend() == DbBackend::Postgres {
            search.extra("COLLATE \"C\"");
        }
        let code = ColumnDef::new("code").text().to_owned();
        let repeats = ColumnDef::new("repeats")
            .integer()
            .not_null()
            .default(1)
            .to_owned();
        for column in [code, repeats, search] {
            let mut table = Table::alter();
            table.table(Alias::new(TABLE)).add_column(column);
            manager.alter_table(table).await?;
        }
        let pruned = Table::alter()
            .table(Alias::new("installation"))
            .add_column(ColumnDef::new("audit_pruned_before").big_integer())
            .to_owned();
        manager.alter_table(pruned).await?;
        let fill = Query::update()
            .table(Alias::new(TABLE))
            .value("search", Func::lower(Expr::col("object_name")))
            .to_owned();
        manager.get_connection().execute(&fill).await?;
        for (name, columns) in INDEXES {
            let mut index = Index::create();
            index.name(*name).table(Alias::new(TABLE));
            for column in *columns {
                index.col(*column);
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }
}
