//! Health over time, and the certificate a registry presents.

use super::columns::{Columns, big, small, table, text};
use sea_orm::sea_query::{
    ColumnDef, Expr, ExprTrait, ForeignKey, ForeignKeyAction, Index, Query, Table,
};
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0008_health_history"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        let certificate = Table::alter()
            .table("registry")
            .add_column(ColumnDef::new("certificate").text())
            .to_owned();
        manager.alter_table(certificate).await?;
        let mut turns = table(
            "health_turn",
            vec![
                columns.uuid("registry_id").not_null().to_owned(),
                big("at").not_null().to_owned(),
                small("health_rank"),
                text("reason").not_null().to_owned(),
            ],
        );
        turns.primary_key(Index::create().col("registry_id").col("at"));
        turns.foreign_key(
            ForeignKey::create()
                .name("health_turn_registry")
                .from("health_turn", "registry_id")
                .to("registry", "id")
                .on_delete(ForeignKeyAction::Cascade),
        );
        manager.create_table(turns).await?;
        let old = super::columns::index("health_turn_at", "health_turn", &["at"]);
        manager.create_index(old).await?;
        // A verdict that stays adds no turn, so it begins with what was last seen.
        let known = Query::select()
            .columns(["id", "checked_at", "health_rank", "health_reason"])
            .from("registry")
            .and_where(Expr::col("checked_at").is_not_null())
            .to_owned();
        let mut begin = Query::insert();
        begin
            .into_table("health_turn")
            .columns(["registry_id", "at", "health_rank", "reason"])
            .select_from(known)
            .map_err(|e| DbErr::Custom(e.to_string()))?;
        manager.get_connection().execute(&begin).await?;
        Ok(())
    }
}
