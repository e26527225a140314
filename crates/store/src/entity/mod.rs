//! The tables as rows. One file per table; nothing here decides anything.
#![allow(
    unreachable_pub,
    reason = "the derive of an entity makes public items, the module keeps them inside"
)]

pub mod api_token;
pub mod audit_entry;
pub mod change;
pub mod change_head;
pub mod cleanup;
pub mod credential;
pub mod health_turn;
pub mod installation;
pub mod ledger_entry;
pub mod listed_repository;
pub mod membership;
pub mod pull_access;
pub mod pull_account;
pub mod registry;
pub mod registry_hook;
pub mod session;
pub mod setup_link;
pub mod user;
pub mod user_link;
pub mod workspace;
