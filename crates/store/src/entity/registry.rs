//! Registries with what was observed of them.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "registry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The owning workspace; null for the platform.
    pub workspace_id: Option<Uuid>,
    pub name: String,
    pub kind: String,
    pub address: String,
    /// Name and address in lower case, for the text filter.
    pub search: String,
    pub tls_mode: String,
    pub tls_ca: Option<String>,
    pub username: Option<String>,
    pub token_service: Option<String>,
    /// JSON, never queried inside.
    pub identity: Option<String>,
    /// JSON, never queried inside; null unless another server answers.
    pub suspension: Option<String>,
    pub description: String,
    pub verified: bool,
    pub version: Option<String>,
    pub health_rank: i16,
    pub health_reason: String,
    pub health_message: Option<String>,
    pub health_since: Option<i64>,
    pub checked_at: Option<i64>,
    pub last_success_at: Option<i64>,
    pub latency_ms: Option<i64>,
    /// JSON, never queried inside.
    pub conditions: String,
    /// JSON, never queried inside.
    pub certificate: Option<String>,
    /// JSON, never queried inside.
    pub statistics: String,
    /// JSON, never queried inside; null before anything was seen.
    pub capabilities: Option<String>,
    pub created_by: Option<Uuid>,
    pub created_by_name: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    pub generation: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
