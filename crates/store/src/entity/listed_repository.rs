//! A repository, or a prefix of repositories, that a person listed.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "listed_repository")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub registry_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub is_prefix: bool,
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
