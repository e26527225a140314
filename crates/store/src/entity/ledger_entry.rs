//! What was made in registries. Rows outlive the registry they name.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "ledger_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub registry_id: Uuid,
    pub cleanup_id: Option<Uuid>,
    pub kind: String,
    pub name: String,
    pub reference: Option<String>,
    pub created_at: i64,
    pub removed_at: Option<i64>,
    pub attempts: i64,
    pub tried_at: Option<i64>,
    pub last_error: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
