//! What was proved of a registry's pulls, and the consent to share it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "pull_access")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registry_id: Uuid,
    /// Whether every subject may pull: what the core's rule says of the rest, kept up in each
    /// transaction that changes any of it, so that lists can filter by it.
    pub open: bool,
    /// JSON, never queried inside.
    pub anonymous_proof: Option<String>,
    /// JSON, never queried inside.
    pub write_proof: Option<String>,
    /// JSON, never queried inside.
    pub consent: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
