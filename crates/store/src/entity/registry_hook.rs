//! Where registries send their events. The secret itself is not here, only its digest.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "registry_hook")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// `None`: a tombstone.
    pub registry_id: Option<Uuid>,
    pub digest: Vec<u8>,
    pub created_at: i64,
    pub rotated_at: i64,
    pub last_event_at: Option<i64>,
    pub accepted: i64,
    pub dropped: i64,
    pub unauthenticated: i64,
    pub ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
