//! What registries hold. Sized for a million tags: integers inside, digests as bytes, no index that
//! nothing asks for. Written as SQL, since it is little else; `docs/adr/0010-inventory.md` argues it.
//!
//! No foreign keys: they would be looked up with every row of a crawl, and would make the end of a
//! registry one statement over millions of rows. What has ended is removed in bounded batches.

use sea_orm::{ConnectionTrait, DbBackend, DbErr};
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager, async_trait};

pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m0010_inventory"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let backend = manager.get_database_backend();
        for statement in TABLES.iter().chain(INDEXES) {
            connection
                .execute_unprepared(&written_for(backend, statement))
                .await?;
        }
        Ok(())
    }
}

/// The types that differ between the databases.
pub(super) fn written_for(backend: DbBackend, statement: &str) -> String {
    let words = if backend == DbBackend::Postgres {
        [
            ("KEY_NO", "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"),
            ("UUID_T", "uuid"),
            ("BYTES_T", "bytea"),
            ("SORTED_T", "text COLLATE \"C\""),
            ("PAIRS_ONLY", ""),
        ]
    } else {
        [
            ("KEY_NO", "INTEGER PRIMARY KEY"),
            ("UUID_T", "blob"),
            ("BYTES_T", "blob"),
            ("SORTED_T", "text"),
            ("PAIRS_ONLY", "WITHOUT ROWID"),
        ]
    };
    words
        .iter()
        .fold(statement.to_owned(), |text, (word, meant)| {
            text.replace(word, meant)
        })
}

const TABLES: &[&str] = &[
    // One row for each registry that was ever read: how far its crawl is, and its figures.
    // `server_epoch` is the first crawl of the server that the last one read.
    "CREATE TABLE inventory (
        no KEY_NO,
        registry_id UUID_T NOT NULL,
        epoch BIGINT NOT NULL DEFAULT 0,
        status text,
        phase text NOT NULL DEFAULT 'names',
        server text NOT NULL DEFAULT '',
        server_epoch BIGINT NOT NULL DEFAULT 0,
        names_cursor text,
        counts text NOT NULL DEFAULT '{}',
        rate_per_minute BIGINT,
        started_at BIGINT,
        updated_at BIGINT,
        finished_at BIGINT,
        next_at BIGINT,
        trouble text,
        spaces BIGINT NOT NULL DEFAULT 0,
        repositories BIGINT NOT NULL DEFAULT 0,
        tags BIGINT NOT NULL DEFAULT 0,
        tags_unread BIGINT NOT NULL DEFAULT 0,
        artifacts BIGINT NOT NULL DEFAULT 0,
        artifacts_unread BIGINT NOT NULL DEFAULT 0,
        storage_bytes BIGINT NOT NULL DEFAULT 0,
        shared_bytes BIGINT NOT NULL DEFAULT 0,
        as_of BIGINT,
        CHECK (status IN ('running', 'paused', 'finished', 'cancelled')),
        CHECK (phase IN ('names', 'tags', 'manifests')))",
    "CREATE TABLE space (
        no KEY_NO,
        id UUID_T NOT NULL,
        inventory_no BIGINT NOT NULL,
        upstream_id text NOT NULL,
        name SORTED_T NOT NULL,
        search SORTED_T NOT NULL,
        class text NOT NULL,
        visibility text,
        members text NOT NULL,
        storage_bytes BIGINT,
        quota_bytes BIGINT,
        repositories BIGINT NOT NULL DEFAULT 0,
        tags BIGINT NOT NULL DEFAULT 0,
        created_at BIGINT NOT NULL,
        seen_at BIGINT NOT NULL,
        ended_at BIGINT,
        CHECK (class IN ('normal', 'proxy', 'aggregate')),
        CHECK (visibility IN ('public', 'private')))",
    // `pushed_at` is 0 while unknown: it is a sort key, and a row value with a null in it is in no
    // place. `revision` grows with everything that changes what the repository holds.
    "CREATE TABLE repository (
        no KEY_NO,
        id UUID_T NOT NULL,
        inventory_no BIGINT NOT NULL,
        space_no BIGINT NOT NULL,
        upstream_id text,
        name SORTED_T NOT NULL,
        search SORTED_T NOT NULL,
        state text NOT NULL,
        trouble text,
        kinds BIGINT NOT NULL DEFAULT 0,
        tags BIGINT NOT NULL DEFAULT 0,
        tags_unread BIGINT NOT NULL DEFAULT 0,
        artifacts BIGINT NOT NULL DEFAULT 0,
        total_bytes BIGINT NOT NULL DEFAULT 0,
        unique_bytes BIGINT NOT NULL DEFAULT 0,
        pushed_at BIGINT NOT NULL DEFAULT 0,
        pulled_at BIGINT,
        listed_at BIGINT,
        wanted_at BIGINT,
        created_at BIGINT NOT NULL,
        seen_epoch BIGINT NOT NULL,
        listed_epoch BIGINT NOT NULL DEFAULT 0,
        revision BIGINT NOT NULL DEFAULT 0,
        loose BIGINT NOT NULL DEFAULT 0,
        ended_at BIGINT,
        CHECK (state IN ('named', 'listed', 'empty', 'broken')))",
    // `sorted_at` is when it was pushed, or else first seen. `checked_at` is 0 before the first look.
    "CREATE TABLE tag (
        no KEY_NO,
        inventory_no BIGINT NOT NULL,
        repository_no BIGINT NOT NULL,
        name SORTED_T NOT NULL,
        artifact_no BIGINT,
        sorted_at BIGINT NOT NULL,
        pushed_at BIGINT,
        pulled_at BIGINT,
        seen_at BIGINT NOT NULL,
        checked_at BIGINT NOT NULL DEFAULT 0,
        provisional BIGINT NOT NULL DEFAULT 0,
        trouble text)",
    // One row for a digest and registry. `layers` are numbers of blobs, the lowest layer first.
    // `repositories` counts the rows of `repository_artifact`; `loose_at` is when it became 0.
    "CREATE TABLE artifact (
        no KEY_NO,
        inventory_no BIGINT NOT NULL,
        digest BYTES_T NOT NULL,
        state BIGINT NOT NULL,
        verified BIGINT NOT NULL DEFAULT 0,
        trouble text,
        media_type text NOT NULL,
        artifact_type text,
        kind BIGINT NOT NULL,
        manifest_bytes BIGINT NOT NULL DEFAULT 0,
        size_bytes BIGINT,
        config_no BIGINT,
        layers text NOT NULL DEFAULT '',
        omitted BIGINT NOT NULL DEFAULT 0,
        subject BYTES_T,
        annotations text,
        platform text,
        created_at BIGINT,
        repositories BIGINT NOT NULL DEFAULT 0,
        loose_at BIGINT)",
    "CREATE TABLE artifact_child (
        parent_no BIGINT NOT NULL,
        place BIGINT NOT NULL,
        child_no BIGINT NOT NULL,
        platform text,
        artifact_type text,
        attests BIGINT NOT NULL,
        PRIMARY KEY (parent_no, place)) PAIRS_ONLY",
    "CREATE TABLE blob (
        no KEY_NO,
        inventory_no BIGINT NOT NULL,
        digest BYTES_T NOT NULL,
        media_type text NOT NULL,
        size_bytes BIGINT NOT NULL,
        repositories BIGINT NOT NULL DEFAULT 0,
        loose_at BIGINT)",
    // Apart from the blobs: only images' configurations are read, and their texts are long.
    "CREATE TABLE image_config (
        blob_no BIGINT NOT NULL PRIMARY KEY,
        inventory_no BIGINT NOT NULL,
        state BIGINT NOT NULL,
        trouble text,
        platform text,
        created_at BIGINT,
        summary text)",
    "CREATE TABLE repository_artifact (
        repository_no BIGINT NOT NULL,
        artifact_no BIGINT NOT NULL,
        PRIMARY KEY (repository_no, artifact_no)) PAIRS_ONLY",
    "CREATE TABLE repository_blob (
        repository_no BIGINT NOT NULL,
        blob_no BIGINT NOT NULL,
        PRIMARY KEY (repository_no, blob_no)) PAIRS_ONLY",
    "CREATE TABLE statistics_day (
        inventory_no BIGINT NOT NULL,
        day BIGINT NOT NULL,
        at BIGINT NOT NULL,
        spaces BIGINT NOT NULL,
        repositories BIGINT NOT NULL,
        artifacts BIGINT NOT NULL,
        tags BIGINT NOT NULL,
        storage_bytes BIGINT NOT NULL,
        PRIMARY KEY (inventory_no, day)) PAIRS_ONLY",
];

const INDEXES: &[&str] = &[
    "CREATE UNIQUE INDEX inventory_registry ON inventory (registry_id)",
    "CREATE UNIQUE INDEX space_id ON space (id)",
    "CREATE UNIQUE INDEX space_upstream ON space (inventory_no, upstream_id) WHERE ended_at IS NULL",
    "CREATE INDEX space_by_name ON space (inventory_no, name, id) WHERE ended_at IS NULL",
    "CREATE UNIQUE INDEX repository_id ON repository (id)",
    "CREATE UNIQUE INDEX repository_name ON repository (inventory_no, name) WHERE ended_at IS NULL",
    "CREATE INDEX repository_by_name ON repository (space_no, name, id) WHERE ended_at IS NULL",
    "CREATE INDEX repository_broken ON repository (space_no, state, name, id) WHERE ended_at IS NULL AND state = 'broken'",
    "CREATE INDEX repository_by_push ON repository (space_no, pushed_at, id) WHERE ended_at IS NULL",
    "CREATE INDEX repository_by_size ON repository (space_no, total_bytes, id) WHERE ended_at IS NULL",
    "CREATE INDEX repository_by_tags ON repository (space_no, tags, id) WHERE ended_at IS NULL",
    "CREATE INDEX repository_largest ON repository (inventory_no, total_bytes, id) WHERE ended_at IS NULL",
    "CREATE INDEX repository_seen ON repository (inventory_no, seen_epoch, no) WHERE ended_at IS NULL",
    "CREATE INDEX repository_to_list ON repository (inventory_no, listed_epoch, no) WHERE ended_at IS NULL",
    "CREATE INDEX repository_by_age ON repository (inventory_no, listed_at, no) WHERE ended_at IS NULL",
    "CREATE INDEX repository_wanted ON repository (inventory_no, wanted_at, no) WHERE wanted_at IS NOT NULL",
    "CREATE INDEX repository_loose ON repository (no) WHERE loose = 1",
    "CREATE INDEX repository_ended ON repository (no) WHERE ended_at IS NOT NULL",
    "CREATE UNIQUE INDEX tag_name ON tag (repository_no, name)",
    "CREATE INDEX tag_newest ON tag (repository_no, sorted_at, no)",
    "CREATE INDEX tag_artifact ON tag (artifact_no)",
    "CREATE INDEX tag_unread ON tag (inventory_no, no) WHERE artifact_no IS NULL AND trouble IS NULL",
    "CREATE INDEX tag_to_check ON tag (inventory_no, checked_at, no)",
    "CREATE UNIQUE INDEX artifact_digest ON artifact (inventory_no, digest)",
    "CREATE INDEX artifact_unread ON artifact (inventory_no, no) WHERE state = 0 AND loose_at IS NULL",
    "CREATE INDEX artifact_failed ON artifact (inventory_no, no) WHERE state = 2",
    "CREATE INDEX artifact_subject ON artifact (inventory_no, subject) WHERE subject IS NOT NULL",
    "CREATE INDEX artifact_loose ON artifact (loose_at) WHERE loose_at IS NOT NULL",
    "CREATE INDEX artifact_child_child ON artifact_child (child_no)",
    "CREATE UNIQUE INDEX blob_digest ON blob (inventory_no, digest)",
    "CREATE INDEX blob_loose ON blob (loose_at) WHERE loose_at IS NOT NULL",
    "CREATE INDEX image_config_unread ON image_config (inventory_no, blob_no) WHERE state = 0",
    "CREATE INDEX image_config_failed ON image_config (inventory_no, blob_no) WHERE state = 2",
    "CREATE INDEX repository_artifact_artifact ON repository_artifact (artifact_no)",
    "CREATE INDEX repository_blob_blob ON repository_blob (blob_no)",
];
