//! People, sessions, registries, audit log and change feed.

use super::columns::{Columns, big, bytes, index, small, table, text};
use sea_orm::sea_query::{
    ColumnDef, ConditionalStatement as _, Expr, ExprTrait, ForeignKey, ForeignKeyAction,
    IndexCreateStatement, Query, TableCreateStatement,
};
use sea_orm::{ConnectionTrait, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0001_skeleton"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = Columns(manager.get_database_backend());
        for table in [
            installation(columns),
            change_head(),
            user(columns),
            session(columns),
            setup_link(),
            registry(columns),
            credential(columns),
            audit_entry(columns),
            change(columns),
        ] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        let head = Query::insert()
            .into_table("change_head")
            .columns(["id", "last"])
            .values_panic([1.into(), 0.into()])
            .to_owned();
        manager.get_connection().execute(&head).await?;
        Ok(())
    }
}

fn installation(c: Columns) -> TableCreateStatement {
    let columns = vec![
        c.uuid("id").not_null().primary_key().to_owned(),
        bytes("key_check"),
        big("created_at").not_null().to_owned(),
    ];
    table("installation", columns)
}

fn change_head() -> TableCreateStatement {
    let columns = vec![
        small("id").primary_key().to_owned(),
        big("last").not_null().to_owned(),
    ];
    let mut table = table("change_head", columns);
    table.check(Expr::col("id").eq(1));
    table
}

fn user(c: Columns) -> TableCreateStatement {
    let columns = vec![
        c.uuid("id").not_null().primary_key().to_owned(),
        c.sorted_text("name"),
        text("password_hash").not_null().to_owned(),
        text("platform_role"),
        big("created_at").not_null().to_owned(),
        big("generation").not_null().to_owned(),
    ];
    let mut table = table("user", columns);
    table.check(Expr::col("platform_role").is_in(["admin", "auditor"]));
    table
}

fn session(c: Columns) -> TableCreateStatement {
    let columns = vec![
        c.uuid("id").not_null().primary_key().to_owned(),
        c.uuid("user_id").not_null().to_owned(),
        bytes("digest").not_null().to_owned(),
        big("created_at").not_null().to_owned(),
        big("last_seen_at").not_null().to_owned(),
    ];
    let mut table = table("session", columns);
    table.foreign_key(
        ForeignKey::create()
            .name("session_user")
            .from("session", "user_id")
            .to("user", "id")
            .on_delete(ForeignKeyAction::Cascade),
    );
    table
}

fn setup_link() -> TableCreateStatement {
    let columns = vec![
        small("id").primary_key().to_owned(),
        bytes("digest").not_null().to_owned(),
        big("expires_at").not_null().to_owned(),
    ];
    let mut table = table("setup_link", columns);
    table.check(Expr::col("id").eq(1));
    table
}

fn registry(c: Columns) -> TableCreateStatement {
    let columns = vec![
        c.uuid("id").not_null().primary_key().to_owned(),
        c.uuid("workspace_id"),
        c.sorted_text("name"),
        text("kind").not_null().to_owned(),
        text("address").not_null().to_owned(),
        c.sorted_text("search"),
        text("tls_mode").not_null().to_owned(),
        text("tls_ca"),
        text("username"),
        text("description").not_null().to_owned(),
        ColumnDef::new("verified").boolean().not_null().to_owned(),
        text("version"),
        small("health_rank"),
        text("health_reason").not_null().to_owned(),
        text("health_message"),
        big("health_since"),
        big("checked_at"),
        big("last_success_at"),
        big("latency_ms"),
        text("conditions").not_null().to_owned(),
        text("statistics").not_null().to_owned(),
        c.uuid("created_by"),
        text("created_by_name"),
        big("created_at").not_null().to_owned(),
        big("updated_at").not_null().to_owned(),
        big("generation").not_null().to_owned(),
    ];
    let mut table = table("registry", columns);
    table
        .check(Expr::col("kind").is_in(["harbor", "docker", "jfrog"]))
        .check(Expr::col("tls_mode").is_in(["verify", "ca", "skip"]))
        .check(Expr::col("health_rank").between(0, 3))
        .foreign_key(
            ForeignKey::create()
                .name("registry_created_by")
                .from("registry", "created_by")
                .to("user", "id")
                .on_delete(ForeignKeyAction::SetNull),
        );
    table
}

fn credential(c: Columns) -> TableCreateStatement {
    let columns = vec![
        c.uuid("registry_id").not_null().primary_key().to_owned(),
        text("key_id").not_null().to_owned(),
        bytes("wrapped_key").not_null().to_owned(),
        bytes("ciphertext").not_null().to_owned(),
    ];
    let mut table = table("credential", columns);
    table.foreign_key(
        ForeignKey::create()
            .name("credential_registry")
            .from("credential", "registry_id")
            .to("registry", "id")
            .on_delete(ForeignKeyAction::Cascade),
    );
    table
}

fn audit_entry(c: Columns) -> TableCreateStatement {
    let columns = vec![
        c.uuid("id").not_null().primary_key().to_owned(),
        big("at").not_null().to_owned(),
        text("actor_type").not_null().to_owned(),
        c.uuid("actor_id"),
        text("actor_name"),
        text("action").not_null().to_owned(),
        text("object_kind").not_null().to_owned(),
        text("object_id").not_null().to_owned(),
        text("object_name").not_null().to_owned(),
        c.uuid("workspace_id"),
        text("outcome").not_null().to_owned(),
        text("before"),
        text("after"),
        text("request_id").not_null().to_owned(),
        text("source_address"),
    ];
    let mut table = table("audit_entry", columns);
    table
        .check(Expr::col("actor_type").is_in(["user", "roadstead", "anonymous"]))
        .check(Expr::col("outcome").is_in(["done", "refused"]));
    table
}

fn change(c: Columns) -> TableCreateStatement {
    let columns = vec![
        big("id").not_null().primary_key().to_owned(),
        text("topic").not_null().to_owned(),
        c.uuid("object_id").not_null().to_owned(),
        big("generation").not_null().to_owned(),
        c.uuid("workspace_id"),
        c.uuid("user_id"),
        big("at").not_null().to_owned(),
    ];
    table("change", columns)
}

fn indexes() -> Vec<IndexCreateStatement> {
    let unique = |name, table, columns| index(name, table, columns).unique().to_owned();
    vec![
        unique("user_name", "user", &["name"]),
        unique("session_digest", "session", &["digest"]),
        index("session_user_id", "session", &["user_id"]),
        index("session_last_seen_at", "session", &["last_seen_at"]),
        // NULL differs from NULL in a unique index, so each kind of owner has its own.
        unique("registry_name_platform", "registry", &["name"])
            .and_where(Expr::col("workspace_id").is_null())
            .to_owned(),
        unique(
            "registry_name_workspace",
            "registry",
            &["workspace_id", "name"],
        )
        .and_where(Expr::col("workspace_id").is_not_null())
        .to_owned(),
        // One index per order of the list, walked by row value.
        index(
            "registry_attention",
            "registry",
            &["health_rank", "name", "id"],
        ),
        index("registry_by_name", "registry", &["name", "id"]),
        index("registry_by_created_at", "registry", &["created_at", "id"]),
        index("audit_entry_by_at", "audit_entry", &["at", "id"]),
    ]
}
