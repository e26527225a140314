//! Killed at every point of a command: what was answered is there, the rest never was.

use crate::bed::Place;
use crate::build::{integrate, registry};
use crate::inventory;
use roadstead_core::ports::RegistryStore as _;
use roadstead_store::{Backend, Store, StoreConfig, failpoint};
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

const DATABASE: &str = "ROADSTEAD_TEST_CRASH_DATABASE";
const COMMAND: &str = "ROADSTEAD_TEST_CRASH_COMMAND";

/// The process that is killed: run by the tests below, as part of the suite it does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn victim_integrates_a_registry() {
    let Ok(place) = std::env::var(DATABASE) else {
        return;
    };
    let store = opened(place).await;
    let mut one = registry("victim");
    one.username = Some("robot".to_owned());
    integrate(&store, one).await;
}

async fn opened(place: String) -> Store {
    let backend = if place.starts_with("postgres") {
        Backend::Postgres {
            url: roadstead_core::model::Secret::new(place),
        }
    } else {
        Backend::Sqlite { path: place.into() }
    };
    Store::open(StoreConfig { backend }).await.expect("store")
}

/// The commands of the inventory that somebody is told are done: people, or the engine, which does
/// not read again what was taken.
const INVENTORY: &[&str] = &[
    "record_names",
    "record_tags",
    "record_manifests",
    "report_crawl",
    "request_repository",
    "cancel_crawl",
    "request_crawl",
    "begin_deletion",
    "end_deletion",
    "describe_repository",
];

/// The process that is killed in a command of the inventory.
#[tokio::test(flavor = "multi_thread")]
async fn victim_writes_to_an_inventory() {
    let (Ok(place), Ok(command)) = (std::env::var(DATABASE), std::env::var(COMMAND)) else {
        return;
    };
    let store = opened(place).await;
    inventory::act(&store, &command).await;
}

async fn inventory_killed_at_each_point(place: Place) {
    let mut store = Store::open(place.config()).await.expect("store");
    inventory::scene(&store).await;
    for command in INVENTORY {
        for point in failpoint::ALL_POINTS {
            let before = inventory::traces(&store, command).await;
            store.close().await;
            kill(
                &place,
                "crash::victim_writes_to_an_inventory",
                command,
                point,
            );
            store = Store::open(place.config()).await.expect("opens again");
            let after = inventory::traces(&store, command).await;
            let told = format!("{command}.{point}");
            if *point == "after_commit" {
                assert_ne!(before, after, "{told}: what was done is there");
            } else {
                assert_eq!(before, after, "{told}: half a command");
            }
            inventory::assert_sums(&place, &told).await;
        }
    }
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_kill_on_sqlite_leaves_an_inventory_whole() {
    inventory_killed_at_each_point(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_kill_on_postgres_leaves_an_inventory_whole() {
    inventory_killed_at_each_point(Place::postgres()).await;
}

async fn killed_at_each_point(place: Place) {
    let store = Store::open(place.config()).await.expect("store");
    integrate(&store, registry("before")).await;
    for point in failpoint::ALL_POINTS {
        store.close().await;
        kill_at(&place, point);
        let store = Store::open(place.config()).await.expect("opens again");
        let report = store.consistency().await.expect("report");
        assert_eq!(report.contradictions, Vec::<String>::new(), "{point}");
        let registries = store.registry_ids().await.expect("ids").len();
        assert_eq!(
            registries,
            if *point == "after_commit" { 2 } else { 1 },
            "{point}"
        );
        store.close().await;
    }
}

fn kill_at(place: &Place, point: &str) {
    kill(
        place,
        "crash::victim_integrates_a_registry",
        "integrate_registry",
        point,
    );
}

fn kill(place: &Place, victim: &str, command: &str, point: &str) {
    let database = match place.config().backend {
        Backend::Sqlite { path } => path.display().to_string(),
        Backend::Postgres { url } => url.expose().clone(),
    };
    let wanted = format!("{command}.{point}");
    let mut victim = Command::new(std::env::current_exe().expect("this binary"))
        .args(["--exact", victim, "--nocapture"])
        .env(DATABASE, database)
        .env("ROADSTEAD_FAILPOINT", &wanted)
        .env(COMMAND, command)
        .stdout(Stdio::piped())
        .spawn()
        .expect("victim");
    let output = BufReader::new(victim.stdout.take().expect("output"));
    let line = format!("failpoint {wanted}");
    let reached = output
        .lines()
        .map_while(Result::ok)
        .any(|text| text.ends_with(&line));
    victim.kill().expect("killed");
    victim.wait().expect("gone");
    assert!(reached, "{wanted} was never reached");
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_kill_on_sqlite_loses_nothing_that_was_answered() {
    killed_at_each_point(Place::sqlite()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fault_kill_on_postgres_loses_nothing_that_was_answered() {
    killed_at_each_point(Place::postgres()).await;
}

#[test]
fn failpoints_name_every_command_of_people() {
    for command in [
        "create_first_admin",
        "integrate_registry",
        "disconnect_registry",
    ] {
        assert!(failpoint::ALL_COMMANDS.contains(&command));
    }
    assert!(!failpoint::ALL_COMMANDS.contains(&"record_health"));
}
