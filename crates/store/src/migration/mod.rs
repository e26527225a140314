//! The schema's history. Forward only: a migration on `main` is never edited, and none is undone.

mod columns;
mod m0001_skeleton;
mod m0002_people;
mod m0003_audit;
mod m0004_keys;
mod m0005_token_service;
mod m0006_identity;
mod m0007_sharing;
mod m0008_health_history;
mod m0009_listed;
mod m0010_inventory;
mod m0011_hooks;
mod m0012_images;
mod m0013_deletions;
mod m0014_descriptions;
mod m0015_told;
mod m0016_charts;
mod m0017_gone;

use sea_orm_migration::{MigrationTrait, MigratorTrait};

/// Every migration this binary knows, oldest first.
pub(crate) struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_skeleton::Migration),
            Box::new(m0002_people::Migration),
            Box::new(m0003_audit::Migration),
            Box::new(m0004_keys::Migration),
            Box::new(m0005_token_service::Migration),
            Box::new(m0006_identity::Migration),
            Box::new(m0007_sharing::Migration),
            Box::new(m0008_health_history::Migration),
            Box::new(m0009_listed::Migration),
            Box::new(m0010_inventory::Migration),
            Box::new(m0011_hooks::Migration),
            Box::new(m0012_images::Migration),
            Box::new(m0013_deletions::Migration),
            Box::new(m0014_descriptions::Migration),
            Box::new(m0015_told::Migration),
            Box::new(m0016_charts::Migration),
            Box::new(m0017_gone::Migration),
        ]
    }
}
