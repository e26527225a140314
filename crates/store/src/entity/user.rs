//! People and machine accounts.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "user")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    /// Empty before a password was set, and for machine accounts.
    pub password_hash: String,
    pub platform_role: Option<String>,
    pub created_at: i64,
    pub generation: i64,
    pub display_name: String,
    /// The workspace a machine account belongs to; null for people.
    pub machine_of: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
