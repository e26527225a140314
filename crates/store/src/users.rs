//! People.

use crate::changes::NewChange;
use crate::entity::user;
use crate::fault::{Fault, damaged};
use crate::store::Store;
use crate::tx::Tx;
use async_trait::async_trait;
use roadstead_core::model::{Name, PasswordHash, PlatformRole, Timestamp, Topic, User, UserId};
use roadstead_core::ports::{StoreError, UserStore};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};

#[async_trait]
impl UserStore for Store {
    async fn login_of(&self, name: &Name) -> Result<Option<(User, PasswordHash)>, StoreError> {
        let row = user::Entity::find()
            .filter(user::Column::Name.eq(name.as_str()))
            .one(self.db().read())
            .await
            .map_err(Fault::from)?;
        row.map(|row| {
            let password = PasswordHash(row.password_hash.clone());
            Ok((read(row)?, password))
        })
        .transpose()
    }
}

/// Stores a new person.
pub(crate) async fn insert(tx: &Tx<'_>, user: &User, password: &PasswordHash) -> Result<(), Fault> {
    let row = user::ActiveModel {
        id: Set(user.id.0),
        name: Set(user.name.as_str().to_owned()),
        password_hash: Set(password.0.clone()),
        platform_role: Set(user.platform_role.map(|role| role.as_str().to_owned())),
        created_at: Set(user.created_at.as_micros()),
        generation: Set(user.generation),
    };
    user::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// The change entry of a person.
pub(crate) fn change(user: &User, at: Timestamp) -> NewChange {
    NewChange {
        topic: Topic::User,
        object_id: user.id.0,
        generation: user.generation,
        workspace_id: None,
        user_id: None,
        at,
    }
}

/// A row as a person.
pub(crate) fn read(row: user::Model) -> Result<User, StoreError> {
    let platform_role = row
        .platform_role
        .map(|role| PlatformRole::parse(&role).ok_or_else(|| damaged("platform role", role)))
        .transpose()?;
    Ok(User {
        id: UserId(row.id),
        name: Name::parse(&row.name).map_err(|_| damaged("user name", row.name))?,
        platform_role,
        created_at: Timestamp::from_micros(row.created_at),
        generation: row.generation,
    })
}
