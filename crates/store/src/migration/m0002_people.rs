//! Workspaces, memberships, machine accounts, API tokens and one-time links.

use sea_orm::DbErr;
use sea_orm::sea_query::{
    Alias, ConditionalStatement as _, Expr, ExprTrait, ForeignKey, ForeignKeyAction,
    ForeignKeyCreateStatement, Index, Table,
};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

use super::columns::{Columns, big, bytes, index, table, text};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0002_people"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let c = Columns(manager.get_database_backend());
        create_tables(manager, c).await?;
        widen_user(manager, c).await?;
        let source = Table::alter()
            .table(Alias::new("session"))
            .add_column(text("source_address"))
            .to_owned();
        manager.alter_table(source).await?;
        for index in [
            index("workspace_name", "workspace", &["name"]).unique(),
            &mut index("membership_user_id", "membership", &["user_id"]),
            &mut index("api_token_user_id", "api_token", &["user_id", "id"]),
            index("user_link_digest", "user_link", &["digest"]).unique(),
        ] {
            manager.create_index(index.to_owned()).await?;
        }
        Ok(())
    }
}

async fn create_tables(manager: &SchemaManager<'_>, c: Columns) -> Result<(), DbErr> {
    let mut workspace = table(
        "workspace",
        vec![
            c.uuid("id").not_null().primary_key().to_owned(),
            c.sorted_text("name"),
            text("description").not_null().to_owned(),
            big("created_at").not_null().to_owned(),
            big("updated_at").not_null().to_owned(),
            big("generation").not_null().to_owned(),
        ],
    );
    let mut membership = table(
        "membership",
        vec![
            c.uuid("workspace_id").not_null().to_owned(),
            c.uuid("user_id").not_null().to_owned(),
            text("role").not_null().to_owned(),
            big("created_at").not_null().to_owned(),
        ],
    );
    membership
        .primary_key(Index::create().col("workspace_id").col("user_id"))
        .check(Expr::col("role").is_in(["viewer", "editor", "admin"]))
        .foreign_key(&mut with("membership", "workspace_id", "workspace"))
        .foreign_key(&mut with("membership", "user_id", "user"));
    let mut token = table(
        "api_token",
        vec![
            c.uuid("id").not_null().primary_key().to_owned(),
            c.uuid("user_id").not_null().to_owned(),
            text("name").not_null().to_owned(),
            bytes("digest").not_null().to_owned(),
            text("scope").not_null().to_owned(),
            c.uuid("workspace_id"),
            big("created_at").not_null().to_owned(),
            big("expires_at").not_null().to_owned(),
            big("last_used_at"),
        ],
    );
    token
        .foreign_key(&mut with("api_token", "user_id", "user"))
        .foreign_key(&mut with("api_token", "workspace_id", "workspace"));
    let mut link = table(
        "user_link",
        vec![
            c.uuid("user_id").not_null().primary_key().to_owned(),
            bytes("digest").not_null().to_owned(),
            big("expires_at").not_null().to_owned(),
        ],
    );
    link.foreign_key(&mut with("user_link", "user_id", "user"));
    for table in [&mut workspace, &mut membership, &mut token, &mut link] {
        manager.create_table(table.to_owned()).await?;
    }
    Ok(())
}

/// A machine account is a row among people, so that everything that names an actor can name it.
/// Names are unique among people, and among the machine accounts of one workspace: no workspace
/// learns of names elsewhere.
async fn widen_user(manager: &SchemaManager<'_>, c: Columns) -> Result<(), DbErr> {
    let display_name = Table::alter()
        .table(Alias::new("user"))
        .add_column(text("display_name").not_null().default(""))
        .to_owned();
    manager.alter_table(display_name).await?;
    let machine_of = Table::alter()
        .table(Alias::new("user"))
        .add_column(
            // SQLite adds a foreign key only together with its column.
            c.uuid("machine_of")
                .extra("REFERENCES workspace (id) ON DELETE CASCADE"),
        )
        .to_owned();
    manager.alter_table(machine_of).await?;
    let old = Index::drop()
        .name("user_name")
        .table(Alias::new("user"))
        .to_owned();
    manager.drop_index(old).await?;
    let people = index("user_name", "user", &["name"])
        .unique()
        .and_where(Expr::col("machine_of").is_null())
        .to_owned();
    manager.create_index(people).await?;
    let machines = index("user_name_machine", "user", &["machine_of", "name"])
        .unique()
        .and_where(Expr::col("machine_of").is_not_null())
        .to_owned();
    manager.create_index(machines).await
}

/// A row that goes with the row it names.
fn with(from: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("{from}_{column}_key"))
        .from(from, column)
        .to(to, "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}
