//! The store's tests. Everything the ports promise is one suite that runs on both databases.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops where its expectation fails, in helpers too"
)]

/// Expands every case for SQLite and for PostgreSQL. After each, what is stored must still agree
/// with itself.
macro_rules! on_both {
    ($($case:ident,)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let bed = crate::bed::Bed::sqlite().await;
                super::$case(&bed).await;
                bed.finish().await;
            })*
        }

        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                let bed = crate::bed::Bed::postgres().await;
                super::$case(&bed).await;
                bed.finish().await;
            })*
        }
    };
}

mod artifact_facts;
mod audit;
mod bed;
mod build;
mod changes;
mod cleanups;
mod consistency;
mod crash;
mod data_dir;
mod deletions;
mod descriptions;
mod faults;
mod health_turns;
mod hooks;
mod inventory;
mod inventory_many;
mod key_rotation;
mod ledger;
mod listed;
mod observations;
mod opening;
mod paging;
mod registries;
mod search;
mod sessions;
mod setup;
mod users;
mod vault;
mod workspaces;
