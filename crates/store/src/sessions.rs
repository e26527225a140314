//! Sessions.

use crate::audit;
use crate::changes::{self, NewChange};
use crate::command::Command;
use crate::entity::session;
use crate::fault::{Fault, damaged};
use crate::holders;
use crate::store::Store;
use crate::tx::Tx;
use async_trait::async_trait;
use roadstead_core::model::{
    AuditEntry, Generation, Session, SessionId, Timestamp, TokenDigest, Topic, UserId,
};
use roadstead_core::ports::{SessionOwner, SessionStore, StoreError};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

/// A session is opened and closed, never edited.
const OPENED: Generation = 1;
const CLOSED: Generation = 2;
/// Sessions shown of one person.
const LISTED: u64 = 200;

#[async_trait]
impl SessionStore for Store {
    async fn session(&self, digest: &TokenDigest) -> Result<Option<SessionOwner>, StoreError> {
        find(self, session::Column::Digest.eq(digest.0.to_vec())).await
    }

    async fn session_by_id(&self, id: SessionId) -> Result<Option<SessionOwner>, StoreError> {
        find(self, session::Column::Id.eq(id.0)).await
    }

    async fn sessions_of(
        &self,
        user_id: UserId,
        idle: Timestamp,
        age: Timestamp,
    ) -> Result<Vec<Session>, StoreError> {
        session::Entity::find()
            .filter(session::Column::UserId.eq(user_id.0))
            .filter(session::Column::LastSeenAt.gt(idle.as_micros()))
            .filter(session::Column::CreatedAt.gt(age.as_micros()))
            .order_by_desc(session::Column::Id)
            .limit(LISTED)
            .all(self.db().read())
            .await
            .map_err(Fault::from)?
            .into_iter()
            .map(read)
            .collect()
    }

    async fn open_session(&self, session: Session, audit: AuditEntry) -> Result<(), StoreError> {
        let (session, audit) = (&session, &audit);
        self.db()
            .write(Command::OpenSession, |tx| {
                Box::pin(async move {
                    insert(tx, session).await?;
                    audit::insert(tx, audit).await?;
                    changes::append(tx, &[opened(session, audit.at)]).await
                })
            })
            .await
    }

    async fn touch_session(&self, id: SessionId, at: Timestamp) -> Result<(), StoreError> {
        self.db()
            .write(Command::TouchSession, |tx| {
                Box::pin(async move {
                    // Answers may overtake each other; the time of last use never goes back.
                    session::Entity::update_many()
                        .col_expr(session::Column::LastSeenAt, Expr::value(at.as_micros()))
                        .filter(session::Column::Id.eq(id.0))
                        .filter(session::Column::LastSeenAt.lt(at.as_micros()))
                        .exec(tx)
                        .await?;
                    Ok(())
                })
            })
            .await
    }

    async fn close_session(
        &self,
        id: SessionId,
        user_id: UserId,
        audit: AuditEntry,
    ) -> Result<(), StoreError> {
        let audit = &audit;
        self.db()
            .write(Command::CloseSession, |tx| {
                Box::pin(async move {
                    let deleted = session::Entity::delete_many()
                        .filter(session::Column::Id.eq(id.0))
                        .filter(session::Column::UserId.eq(user_id.0))
                        .exec(tx)
                        .await?;
                    if deleted.rows_affected == 0 {
                        // Nothing changed, so there is nothing to tell of.
                        return Ok(());
                    }
                    audit::insert(tx, audit).await?;
                    changes::append(tx, &[closed(id.0, user_id, audit.at)]).await
                })
            })
            .await
    }

    async fn prune_sessions(&self, idle: Timestamp, age: Timestamp) -> Result<u64, StoreError> {
        self.db()
            .write(Command::PruneSessions, |tx| {
                Box::pin(async move {
                    let over = Expr::col(session::Column::LastSeenAt)
                        .lt(idle.as_micros())
                        .or(Expr::col(session::Column::CreatedAt).lt(age.as_micros()));
                    let deleted = session::Entity::delete_many().filter(over).exec(tx).await?;
                    Ok(deleted.rows_affected)
                })
            })
            .await
    }
}

async fn find(store: &Store, condition: Expr) -> Result<Option<SessionOwner>, StoreError> {
    let held = holders::find(store, session::Entity, session::Column::UserId, condition).await?;
    held.map(|held| {
        Ok(SessionOwner {
            session: read(held.proof)?,
            user: held.user,
            memberships: held.memberships,
        })
    })
    .transpose()
}

/// Ends somebody's sessions but one; answers their change entries.
pub(crate) async fn close_all(
    tx: &Tx<'_>,
    user_id: UserId,
    keep: Option<SessionId>,
    at: Timestamp,
) -> Result<Vec<NewChange>, Fault> {
    let mut delete = Query::delete()
        .from_table(session::Entity)
        .and_where(session::Column::UserId.eq(user_id.0))
        .returning_col(session::Column::Id)
        .to_owned();
    if let Some(keep) = keep {
        delete.and_where(session::Column::Id.ne(keep.0));
    }
    let rows = tx.query_all(&delete).await?;
    rows.iter()
        .map(|row| Ok(closed(row.try_get("", "id")?, user_id, at)))
        .collect()
}

/// The change entry of a session that ended, for its person only.
fn closed(id: Uuid, user_id: UserId, at: Timestamp) -> NewChange {
    NewChange {
        topic: Topic::Session,
        object_id: id,
        generation: CLOSED,
        workspace_id: None,
        user_id: Some(user_id),
        at,
    }
}

/// Stores a session.
pub(crate) async fn insert(tx: &Tx<'_>, session: &Session) -> Result<(), Fault> {
    let row = session::ActiveModel {
        id: Set(session.id.0),
        user_id: Set(session.user_id.0),
        digest: Set(session.digest.0.to_vec()),
        created_at: Set(session.created_at.as_micros()),
        last_seen_at: Set(session.last_seen_at.as_micros()),
        source_address: Set(session.source_address.clone()),
    };
    session::Entity::insert(row)
        .exec_without_returning(tx)
        .await?;
    Ok(())
}

/// The change entry of a new session, for its person only.
pub(crate) fn opened(session: &Session, at: Timestamp) -> NewChange {
    NewChange {
        topic: Topic::Session,
        object_id: session.id.0,
        generation: OPENED,
        workspace_id: None,
        user_id: Some(session.user_id),
        at,
    }
}

fn read(row: session::Model) -> Result<Session, StoreError> {
    let digest = <[u8; 32]>::try_from(row.digest.as_slice())
        .map_err(|_| damaged("session digest", row.digest.len()))?;
    Ok(Session {
        id: SessionId(row.id),
        user_id: UserId(row.user_id),
        digest: TokenDigest(digest),
        created_at: Timestamp::from_micros(row.created_at),
        last_seen_at: Timestamp::from_micros(row.last_seen_at),
        source_address: row.source_address,
    })
}
