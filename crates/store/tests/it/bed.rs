//! A store on a database of its own.

use roadstead_core::model::Secret;
use roadstead_store::{Backend, Store, StoreConfig};
use roadstead_testkit::postgres::{Database, Server};
use sqlx::{Connection as _, SqliteConnection};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

pub(crate) struct Bed {
    pub(crate) store: Store,
    place: Place,
    tampered: AtomicBool,
}

pub(crate) enum Place {
    Sqlite(tempfile::TempDir),
    Postgres(Database),
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().expect("directory"))
    }

    pub(crate) fn postgres() -> Self {
        // The server's watchdog stops it when this process ends.
        static SERVER: OnceLock<Server> = OnceLock::new();
        let server = SERVER.get_or_init(|| match Server::from_env() {
            Ok(Some(server)) => server,
            Ok(None) => Server::start_temporary().expect("PostgreSQL"),
            Err(error) => panic!("{error}"),
        });
        Self::Postgres(server.fresh_database().expect("database"))
    }

    pub(crate) fn config(&self) -> StoreConfig {
        let backend = match self {
            Self::Sqlite(dir) => Backend::Sqlite {
                path: dir.path().join("roadstead.db"),
            },
            Self::Postgres(database) => Backend::Postgres {
                url: Secret::new(database.url().to_owned()),
            },
        };
        StoreConfig { backend }
    }

    /// Runs SQL beside the store; answers the first column of the first row as text.
    pub(crate) async fn sql(&self, sql: &str) -> String {
        match self {
            Self::Sqlite(dir) => {
                let url = format!("sqlite://{}", dir.path().join("roadstead.db").display());
                let mut connection = SqliteConnection::connect(&url).await.expect("connection");
                let row: Option<(String,)> = sqlx::query_as(sqlx::AssertSqlSafe(sql.to_owned()))
                    .fetch_optional(&mut connection)
                    .await
                    .expect("statement");
                row.map(|row| row.0).unwrap_or_default()
            }
            Self::Postgres(database) => database.psql(sql).expect("statement"),
        }
    }
}

impl Bed {
    pub(crate) async fn sqlite() -> Self {
        Self::on(Place::sqlite()).await
    }

    pub(crate) async fn postgres() -> Self {
        Self::on(Place::postgres()).await
    }

    async fn on(place: Place) -> Self {
        Self {
            store: Store::open(place.config()).await.expect("store"),
            place,
            tampered: AtomicBool::new(false),
        }
    }

    /// PostgreSQL's URL.
    pub(crate) fn url(&self) -> String {
        match &self.place {
            Place::Postgres(database) => database.url().to_owned(),
            Place::Sqlite(_) => panic!("SQLite has no URL"),
        }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Postgres(_))
    }

    /// The same database opened once more, as another process would.
    pub(crate) async fn another(&self) -> Store {
        Store::open(self.place.config()).await.expect("store")
    }

    /// Opens the same database and expects a refusal.
    pub(crate) async fn refusal(&self) -> roadstead_store::OpenError {
        match Store::open(self.place.config()).await {
            Ok(_) => panic!("the store opened"),
            Err(error) => error,
        }
    }

    /// Changes rows behind the store's back; what is stored need not agree with itself after that.
    pub(crate) async fn tamper(&self, sql: &str) {
        self.tampered.store(true, Ordering::Relaxed);
        self.place.sql(sql).await;
    }

    /// Runs SQL beside the store that changes nothing.
    pub(crate) async fn sql(&self, sql: &str) -> String {
        self.place.sql(sql).await
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT CAST(COUNT(*) AS TEXT) FROM \"{table}\"");
        self.place.sql(&sql).await.parse().expect("count")
    }

    /// Rows written by commands, for "nothing was written".
    pub(crate) async fn traces(&self) -> [i64; 5] {
        [
            self.count("registry").await,
            self.count("credential").await,
            self.count("audit_entry").await,
            self.count("change").await,
            self.count("user").await,
        ]
    }

    /// Adds many registries at once, without audit or change entries.
    pub(crate) async fn fill(&self, count: usize) {
        let id = if self.is_postgres() {
            "gen_random_uuid()"
        } else {
            "randomblob(16)"
        };
        let statistics = r#"{"spaces":{"value":null,"as_of":null,"unavailable":"not_measured_yet"},"repositories":{"value":null,"as_of":null,"unavailable":"not_measured_yet"},"artifacts":{"value":null,"as_of":null,"unavailable":"not_measured_yet"},"tags":{"value":null,"as_of":null,"unavailable":"not_measured_yet"},"storage_bytes":{"value":null,"as_of":null,"unavailable":"not_measured_yet"}}"#;
        self.tamper(&format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) \
             INSERT INTO registry (id, name, kind, address, search, tls_mode, description, \
             verified, health_rank, health_reason, conditions, statistics, created_at, \
             updated_at, generation) \
             SELECT {id}, 'fill-' || i, 'docker', 'https://fill.example', \
             'fill-' || i, 'verify', '', false, i % 4, 'NotChecked', '[]', '{statistics}', \
             i, i, 1 FROM n"
        ))
        .await;
    }

    pub(crate) async fn finish(self) {
        if !self.tampered.load(Ordering::Relaxed) {
            let report = self.store.consistency().await.expect("report");
            assert_eq!(report.contradictions, Vec::<String>::new());
        }
        self.store.close().await;
    }
}
