//! One row: who this installation is, a check value of its master key, when a backup was last put
//! in its place, and how far back the audit log goes.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "installation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub key_check: Option<Vec<u8>>,
    pub created_at: i64,
    pub restored_at: Option<i64>,
    /// Audit entries before this time were removed by retention.
    pub audit_pruned_before: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
