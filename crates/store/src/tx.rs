//! Connections as commands and queries see them: every statement is counted, and inside a
//! transaction the first one passes a failpoint.

use crate::command::Command;
use crate::failpoint;
use crate::fault::is_lost;
use crate::trust::Trust;
use async_trait::async_trait;
use futures::future::BoxFuture;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement,
};
use std::marker::PhantomData;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// A connection that counts what is sent over it.
#[derive(Clone)]
pub(crate) struct Counted<C> {
    pub(crate) inner: C,
    pub(crate) queries: Arc<AtomicU64>,
    /// Of a pool whose connections may be gone unseen, and over which nothing is written: a
    /// statement that met such a one is sent once more.
    pub(crate) trust: Option<Trust>,
}

impl<C: ConnectionTrait + Send> Counted<C> {
    /// Sends a statement, and again if it may be and if it helps.
    async fn send<'a, T, S>(
        &'a self,
        statement: S,
        send: impl Fn(&'a C, S) -> BoxFuture<'a, Result<T, DbErr>> + Send + Sync,
    ) -> Result<T, DbErr>
    where
        S: Clone + Send + 'a,
    {
        let Some(trust) = &self.trust else {
            return send(&self.inner, statement).await;
        };
        match send(&self.inner, statement.clone()).await {
            Err(error) if is_lost(&error) => {
                trust.lost();
                send(&self.inner, statement).await
            }
            answer => answer,
        }
    }
}

impl<C> Counted<C> {
    /// Values are bound apart from a statement's text, so the text holds nothing of anybody's.
    fn count(&self, sql: &str) {
        self.queries.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(sql, "statement");
    }
}

#[async_trait]
impl<C: ConnectionTrait + Send> ConnectionTrait for Counted<C> {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
        self.count(&stmt.sql);
        self.send(stmt, |to, stmt| to.execute_raw(stmt)).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.count(sql);
        self.send(sql, |to, sql| to.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.count(&stmt.sql);
        self.send(stmt, |to, stmt| to.query_one_raw(stmt)).await
    }

    async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.count(&stmt.sql);
        self.send(stmt, |to, stmt| to.query_all_raw(stmt)).await
    }
}

/// The transaction of one command. `'env` is what the command's closure may borrow.
pub(crate) struct Tx<'env> {
    connection: Counted<DatabaseTransaction>,
    command: Command,
    begun: AtomicBool,
    changed: AtomicBool,
    env: PhantomData<&'env ()>,
}

impl Tx<'_> {
    pub(crate) fn new(connection: Counted<DatabaseTransaction>, command: Command) -> Self {
        Self {
            connection,
            command,
            begun: AtomicBool::new(false),
            changed: AtomicBool::new(false),
            env: PhantomData,
        }
    }

    /// Notes that the change feed has grown, so that its readers are woken after the commit.
    pub(crate) fn note_change(&self) {
        self.changed.store(true, Ordering::Relaxed);
    }

    /// Commits; answers whether the change feed has grown.
    pub(crate) async fn commit(self) -> Result<bool, DbErr> {
        let changed = self.changed.load(Ordering::Relaxed);
        self.connection.inner.commit().await?;
        Ok(changed)
    }

    pub(crate) async fn rollback(self) -> Result<(), DbErr> {
        self.connection.inner.rollback().await
    }

    async fn after_statement(&self) {
        if !self.begun.swap(true, Ordering::Relaxed) {
            failpoint::hit(self.command.name(), "begun").await;
        }
    }
}

#[async_trait]
impl ConnectionTrait for Tx<'_> {
    fn get_database_backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
        let result = self.connection.execute_raw(stmt).await;
        self.after_statement().await;
        result
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let result = self.connection.execute_unprepared(sql).await;
        self.after_statement().await;
        result
    }

    async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
        let result = self.connection.query_one_raw(stmt).await;
        self.after_statement().await;
        result
    }

    async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let result = self.connection.query_all_raw(stmt).await;
        self.after_statement().await;
        result
    }
}
