//! kill -9 at named points of every command: what was acknowledged must be there afterwards, what
//! was not is there whole or not at all, and audit log, change feed and state agree.

mod act;

use act::Scene;
use futures::{StreamExt as _, stream};
use roadstead_core::model::Secret;
use roadstead_store::{Backend, ConsistencyReport, MasterKey, Store, StoreConfig, failpoint};
use roadstead_testkit::postgres::{Database, Server};
use roadstead_testkit::{Reply, Scripted, TestApp, TestAppOptions};
use std::sync::Arc;
use std::time::Duration;

/// After the answer has arrived.
const ACKNOWLEDGED: &str = "acknowledged";
const BOUND: Duration = Duration::from_secs(120);
/// Cases side by side: they wait for each other's disk and processes more than for the processor.
const AT_ONCE: usize = 4;

/// What one kill showed.
struct Seen {
    acknowledged: bool,
    lost: Vec<String>,
}

/// Where a case runs.
struct Place {
    binary: Arc<str>,
    upstream: Arc<str>,
    postgres: Option<Arc<Server>>,
}

/// The server of one case with its database.
struct Case {
    app: TestApp,
    database: Option<Database>,
}

impl Case {
    async fn start(binary: &str, postgres: Option<&Server>) -> Self {
        let database = postgres.map(|server| server.fresh_database().unwrap());
        let key = || MasterKey::random().unwrap().to_text().expose().clone();
        let options = TestAppOptions {
            database_url: database.as_ref().map(|d| d.url().to_owned()),
            master_key: database.as_ref().map(|_| key()),
            environment: Vec::new(),
        };
        Self {
            app: TestApp::start_with(binary, options).await,
            database,
        }
    }

    /// What is stored, read beside the server.
    async fn stored(&self) -> ConsistencyReport {
        let backend = match &self.database {
            None => Backend::Sqlite {
                path: self.app.data_dir().join("roadstead.db"),
            },
            Some(database) => Backend::Postgres {
                url: Secret::new(database.url().to_owned()),
            },
        };
        let store = Store::open(StoreConfig { backend }).await.unwrap();
        let report = store.consistency().await.unwrap();
        store.close().await;
        report
    }
}

/// Runs every command with a kill at every point, `rounds` times, on SQLite and, if asked, on
/// PostgreSQL; there the server of Roadstead is killed, not the database's.
pub(crate) async fn run(binary: &str, rounds: usize, postgres: bool) {
    let upstream = Scripted::start().await;
    upstream.on("GET /v2/", Reply::registry());
    upstream.on("GET /v2/_catalog", Reply::json("{\"repositories\":[]}"));
    // Empty, but not open to everybody: there is something to share.
    let anybody = "GET /v2/roadstead-looks/whether-everybody-may-pull/manifests/latest";
    upstream.on(anybody, Reply::basic_challenge());
    let upstream = upstream.url();
    let mut lost = on_one("SQLite", binary, &upstream, rounds, None).await;
    if postgres {
        let server = match Server::from_env().unwrap() {
            Some(server) => server,
            None => Server::start_temporary().unwrap(),
        };
        let server = Some(Arc::new(server));
        lost += on_one("PostgreSQL", binary, &upstream, rounds, server).await;
    }
    assert_eq!(lost, 0, "something was lost");
}

/// Runs all cases on one database, some at a time, and prints what they showed; answers how much
/// was lost.
async fn on_one(
    name: &str,
    binary: &str,
    upstream: &str,
    rounds: usize,
    postgres: Option<Arc<Server>>,
) -> usize {
    let points: Vec<(&str, &str)> = failpoint::ALL_COMMANDS
        .iter()
        .flat_map(|command| {
            let within = failpoint::ALL_POINTS.iter().copied();
            within
                .chain([ACKNOWLEDGED])
                .map(move |point| (*command, point))
        })
        .collect();
    let cases = (0..rounds).flat_map(|round| points.iter().map(move |point| (round, *point)));
    let (binary, upstream): (Arc<str>, Arc<str>) = (binary.into(), upstream.into());
    let seen: Vec<Seen> = stream::iter(cases)
        .map(|(round, (command, point))| {
            let place = Place {
                binary: Arc::clone(&binary),
                upstream: Arc::clone(&upstream),
                postgres: postgres.clone(),
            };
            // A task of its own: making a database blocks.
            tokio::spawn(one(place, command, point, round))
        })
        .buffer_unordered(AT_ONCE)
        .map(|case| case.expect("a case ends"))
        .collect()
        .await;
    let lost: Vec<&String> = seen.iter().flat_map(|s| &s.lost).collect();
    println!(
        "{name}: points {}, kills {}, acknowledged {}, lost {}",
        points.len(),
        seen.len(),
        seen.iter().filter(|s| s.acknowledged).count(),
        lost.len()
    );
    for loss in &lost {
        println!("  {loss}");
    }
    lost.len()
}

/// One command, one kill.
async fn one(place: Place, command: &str, point: &str, round: usize) -> Seen {
    let label = format!("round {round}, {command}.{point}");
    let upstream: &str = &place.upstream;
    let mut case = Case::start(&place.binary, place.postgres.as_deref()).await;
    let mut lost = Vec::new();
    let scene = Scene::prepare(&case.app, command, upstream).await;
    case.app.kill().await;
    let before = case.stored().await;
    let app = &mut case.app;
    let armed = if point == ACKNOWLEDGED {
        Vec::new()
    } else {
        vec![(
            "ROADSTEAD_FAILPOINT".to_owned(),
            format!("{command}.{point}"),
        )]
    };
    let admin_by_environment = command == "ensure_admin";
    let password = app.data_dir().with_file_name("password");
    let mut environment = armed.clone();
    if admin_by_environment {
        std::fs::write(&password, TestApp::ADMIN_PASSWORD).unwrap();
        environment.push(("ROADSTEAD_ADMIN_NAME".to_owned(), TestApp::ADMIN.to_owned()));
        environment.push((
            "ROADSTEAD_ADMIN_PASSWORD_FILE".to_owned(),
            password.display().to_string(),
        ));
    }
    app.set_environment(environment);
    let acknowledged = if matches!(command, "ensure_admin" | "offer_setup_link") {
        // These happen at start: being ready is their acknowledgement.
        app.try_restart(|stdout| stdout.contains("failpoint "))
            .await
    } else {
        app.restart().await;
        acknowledged_by(app, &scene, command, upstream).await
    };
    if acknowledged != (point == ACKNOWLEDGED) {
        lost.push(format!("{label}: acknowledged is {acknowledged}"));
    }
    app.kill().await;
    let report = case.stored().await;
    lost.extend(
        report
            .contradictions
            .iter()
            .map(|c| format!("{label}: {c}")),
    );
    case.app.set_environment(Vec::new());
    case.app.restart().await;
    let happened = match command {
        // Every start offers a new link, so the one of the kill is seen by its audit entry only.
        "offer_setup_link" => {
            let usable = case.app.api().setup_admin().await.status == 201;
            if !usable {
                lost.push(format!("{label}: no set-up link after the restart"));
            }
            report.audit_entries > before.audit_entries
        }
        "open_session" | "close_session" => sessions_changed(&case, command).await,
        _ => scene.happened(&case.app, command).await,
    };
    // A commit that returned is durable even when nobody could be told.
    let must = acknowledged || point == "after_commit";
    let must_not = matches!(point, "begun" | "before_commit");
    if (must && !happened) || (must_not && happened) {
        lost.push(format!("{label}: happened is {happened}"));
    }
    Seen { acknowledged, lost }
}

/// Does the command; answers whether it was acknowledged before the failpoint was reached.
async fn acknowledged_by(app: &TestApp, scene: &Scene, command: &str, upstream: &str) -> bool {
    let reached = async {
        while !app.stdout().contains("failpoint ") {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        () = scene.act(app, command, upstream) => true,
        () = reached => false,
        () = tokio::time::sleep(BOUND) => panic!("{command}: neither answered nor stopped"),
    }
}

/// Sessions are seen by their count: preparation opens one, and the command one more or one less.
async fn sessions_changed(case: &Case, command: &str) -> bool {
    let report = case.stored().await;
    match command {
        // Set-up opened one session; a login opens the second.
        "open_session" => report.sessions == 2,
        // Set-up and login opened two; the log-out leaves one.
        _ => report.sessions == 1,
    }
}
