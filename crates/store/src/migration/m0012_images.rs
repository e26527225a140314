//! Lists of all images, each order in its index, and tags by the versions they name.

use super::m0010_inventory::written_for;
use roadstead_core::rules::version_key;
use sea_orm::{ConnectionTrait, DbErr, Statement, Value};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};
use std::fmt::Write as _;

pub(crate) struct Migration;

/// Tags whose key is written in one statement.
const ROWS: usize = 500;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0012_images"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = manager.get_database_backend();
        connection
            .execute_unprepared(&written_for(backend, COLUMN))
            .await?;
        // Before the index, which would be rewritten with every row.
        write_keys(connection).await?;
        for statement in INDEXES {
            connection.execute_unprepared(statement).await?;
        }
        Ok(())
    }
}

/// Gives the tags that are there already their keys.
async fn write_keys(connection: &impl ConnectionTrait) -> Result<(), DbErr> {
    let backend = connection.get_database_backend();
    let most = i64::try_from(ROWS).unwrap_or(i64::MAX);
    let mut after = 0_i64;
    loop {
        let next = Statement::from_sql_and_values(
            backend,
            "SELECT no, name FROM tag WHERE no > $1 ORDER BY no LIMIT $2",
            [after.into(), most.into()],
        );
        let rows = connection.query_all_raw(next).await?;
        let mut text = String::from("UPDATE tag SET version = v.column2 FROM (VALUES ");
        let mut values: Vec<Value> = Vec::new();
        for row in &rows {
            let no: i64 = row.try_get("", "no")?;
            let name: String = row.try_get("", "name")?;
            let comma = if values.is_empty() { "" } else { ", " };
            let at = values.len();
            // Writing to a string cannot fail.
            let _ = write!(text, "{comma}(${}, ${})", at + 1, at + 2);
            values.extend([no.into(), version_key(&name).into()]);
            after = no;
        }
        if rows.is_empty() {
            return Ok(());
        }
        text.push_str(") AS v WHERE tag.no = v.column1");
        let update = Statement::from_sql_and_values(backend, text, values);
        connection.execute_raw(update).await?;
    }
}

/// `version` is `version_key` of the tag's name.
const COLUMN: &str = "ALTER TABLE tag ADD COLUMN version SORTED_T NOT NULL DEFAULT ''";

const INDEXES: &[&str] = &[
    "CREATE INDEX tag_by_version ON tag (repository_no, version, no)",
    "CREATE INDEX image_by_name ON repository (name, id) WHERE ended_at IS NULL",
    "CREATE INDEX image_by_push ON repository (pushed_at, id) WHERE ended_at IS NULL",
    "CREATE INDEX image_by_size ON repository (total_bytes, id) WHERE ended_at IS NULL",
    "CREATE INDEX image_by_tags ON repository (tags, id) WHERE ended_at IS NULL",
];
