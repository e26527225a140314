//! A pull-only account. Only the vault can read its secret.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "pull_account")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registry_id: Uuid,
    pub username: String,
    pub token_service: Option<String>,
    pub key_id: String,
    pub wrapped_key: Vec<u8>,
    pub ciphertext: Vec<u8>,
    pub set_by: Option<Uuid>,
    pub set_by_name: Option<String>,
    pub set_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
