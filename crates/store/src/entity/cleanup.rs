//! What disconnected registries left behind, with the connection and the sealed credential that
//! are needed to remove it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "cleanup")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub registry_id: Uuid,
    /// The workspace that owned it; null for the platform.
    pub workspace_id: Option<Uuid>,
    pub name: String,
    pub kind: String,
    pub address: String,
    pub tls_mode: String,
    pub tls_ca: Option<String>,
    pub username: Option<String>,
    pub token_service: Option<String>,
    /// JSON, never queried inside.
    pub identity: Option<String>,
    pub key_id: Option<String>,
    pub wrapped_key: Option<Vec<u8>>,
    pub ciphertext: Option<Vec<u8>>,
    pub disconnected_at: i64,
    pub given_up_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
