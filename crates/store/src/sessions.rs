//! Sessions.

use crate::audit;
use crate::changes::{self, NewChange};
use crate::command::Command;
use crate::entity::{session, user};
use crate::fault::{Fault, damaged};
use crate::store::Store;
use crate::tx::Tx;
use crate::users;
use async_trait::async_trait;
use roadstead_core::model::{
    AuditEntry, Generation, Session, SessionId, Timestamp, TokenDigest, Topic, UserId,
};
use roadstead_core::ports::{SessionOwner, SessionStore, StoreError};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect};

/// A session is opened and closed, never edited.
const OPENED: Generation = 1;
const CLOSED: Generation = 2;

#[async_trait]
impl SessionStore for Store {
    async fn session(&self, digest: &TokenDigest) -> Result<Option<SessionOwner>, StoreError> {
        let found = session::Entity::find()
            .filter(session::Column::Digest.eq(digest.0.to_vec()))
            .join(JoinType::InnerJoin, session_user())
            .select_also(user::Entity)
            .one(self.db().read())
            .await
            .map_err(Fault::from)?;
        let Some((session, Some(user))) = found else {
            return Ok(None);
        };
        Ok(Some(SessionOwner {
            session: read(session)?,
            user: users::read(user)?,
        }))
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
                    let change = NewChange {
                        topic: Topic::Session,
                        object_id: id.0,
                        generation: CLOSED,
                        workspace_id: None,
                        user_id: Some(user_id),
                        at: audit.at,
                    };
                    changes::append(tx, &[change]).await
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

fn session_user() -> sea_orm::RelationDef {
    session::Entity::belongs_to(user::Entity)
        .from(session::Column::UserId)
        .to(user::Column::Id)
        .into()
}

/// Stores a session.
pub(crate) async fn insert(tx: &Tx<'_>, session: &Session) -> Result<(), Fault> {
    let row = session::ActiveModel {
        id: Set(session.id.0),
        user_id: Set(session.user_id.0),
        digest: Set(session.digest.0.to_vec()),
        created_at: Set(session.created_at.as_micros()),
        last_seen_at: Set(session.last_seen_at.as_micros()),
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
    })
}
