//! Who did what. Never changed; deleted when its time is over.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: i64,
    pub actor_type: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: Option<String>,
    pub action: String,
    pub object_kind: String,
    pub object_id: String,
    pub object_name: String,
    pub workspace_id: Option<Uuid>,
    pub outcome: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub request_id: String,
    pub source_address: Option<String>,
    pub code: Option<String>,
    pub repeats: i32,
    /// The object's name in lower case, for the text filter.
    pub search: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
