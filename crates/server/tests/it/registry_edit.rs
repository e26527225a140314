//! A registry's connection is edited: never with the secret it had before.

use crate::ROADSTEAD;
use crate::identity::quiet;
use roadstead_testkit::{Answer, Api, Certificate, ClosedPort, Reply, Scripted, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

const OLD: &str = "edit-canary-old-93ab";
const NEW: &str = "edit-canary-new-17cd";

/// Takes every account, and says so.
async fn registry() -> Scripted {
    let upstream = Scripted::start().await;
    upstream.on("GET /v2/", Reply::registry());
    upstream.on("GET /v2/_catalog?n=1", Reply::json("{\"repositories\":[]}"));
    upstream
}

/// The Basic credentials a server was sent, decoded.
fn credentials(of: &Scripted) -> Vec<String> {
    use base64::Engine as _;
    let decode = |value: &str| {
        let encoded = value.strip_prefix("Basic ").expect("Basic");
        let bytes = base64::engine::general_purpose::STANDARD.decode(encoded);
        String::from_utf8(bytes.expect("base64")).expect("text")
    };
    let sent = of.log();
    let sent = sent.iter().filter_map(|head| head.header("authorization"));
    sent.map(decode).collect()
}

struct World {
    app: TestApp,
    api: Api,
    /// The registry as it was integrated.
    home: Scripted,
    path: String,
}

async fn world() -> World {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let home = registry().await;
    let body = json!({"kind": "docker", "name": "one", "address": home.url(),
        "plain_http_consent": true, "username": "robot", "password": OLD});
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!(
        "/api/v1/registries/{}",
        made.body["id"].as_str().expect("id")
    );
    World {
        app,
        api,
        home,
        path,
    }
}

fn first_error(answer: &Answer) -> (u16, &str, &str) {
    let error = &answer.body["errors"][0];
    let text = |key: &str| error[key].as_str().unwrap_or_default();
    (answer.status, text("pointer"), text("code"))
}

#[tokio::test]
async fn sec_01_stored_secret_reaches_no_other_connection_whatever_is_edited() {
    let world = world().await;
    let attacker = registry().await;
    let port = |s: &Scripted| s.url().rsplit_once(':').map(|(_, p)| p.to_owned());
    let (here, there) = (
        port(&world.home).expect("port"),
        port(&attacker).expect("port"),
    );
    let addresses = [
        None,
        Some(attacker.url()),
        Some(format!("http://localhost:{there}")),
        Some(format!("http://[::1]:{there}")),
        Some(format!("https://127.0.0.1:{there}")),
        Some(format!("https://127.0.0.1:{here}")),
        Some(format!("http://localhost:{here}")),
        Some(format!("http://127.0.0.1:{here}/other")),
    ];
    let checks = [None, Some(json!({"mode": "skip"}))];
    let names = [None, Some(json!("other")), Some(json!("robot "))];
    let mut tried = 0;
    for address in &addresses {
        for tls in &checks {
            for username in &names {
                if address.is_none() && tls.is_none() && username.is_none() {
                    continue;
                }
                for save_anyway in [false, true] {
                    let mut edit = json!({"plain_http_consent": true, "save_anyway": save_anyway});
                    let parts = [
                        ("address", address.as_ref().map(|a| json!(a))),
                        ("tls", tls.clone()),
                        ("username", username.clone()),
                    ];
                    for (key, value) in parts {
                        if let Some(value) = value {
                            edit[key] = value;
                        }
                    }
                    let answer = world.api.patch(&world.path, 1, &edit).await;
                    let wanted = (422, "/password", "credential.binding_changed");
                    assert_eq!(first_error(&answer), wanted, "{edit}: {}", answer.body);
                    tried += 1;
                }
            }
        }
    }
    // Neither has a test of what is stored any say in where it goes.
    let id = world.path.rsplit_once('/').expect("id").1;
    for with in [
        json!({"address": attacker.url()}),
        json!({"tls": {"mode": "skip"}}),
        json!({"username": "other"}),
    ] {
        let body = json!({"registry_id": id, "registry": with});
        let answer = world.api.post("/api/v1/registry-tests", &body).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
    }
    let unchanged = world.api.get(&world.path).await;
    assert_eq!(unchanged.body["generation"], 1);
    println!("sec_01: {tried} edits without the secret refused");
    assert_eq!(attacker.connections(), 0, "{:?}", attacker.requests());
    let only = format!("robot:{OLD}");
    assert!(credentials(&world.home).iter().all(|c| *c == only));
    world.app.assert_silent_about(&[OLD]);
}

/// What can be edited, each with or without the others: no subset brings the stored secret
/// anywhere, neither at once nor by what goes on by itself afterwards.
#[tokio::test]
async fn sec_01_every_subset_of_edited_parameters_leaves_the_stored_secret_where_it_is() {
    const PARTS: usize = 7;
    let world = world().await;
    let attacker = registry().await;
    let there = attacker.url().replace("http://127.0.0.1", "");
    let addresses = [
        attacker.url(),
        format!("http://localhost{there}"),
        format!("https://127.0.0.1{there}"),
        format!("http://[::1]{there}"),
        format!("{}/other", world.home.url()),
    ];
    let checks = [
        json!({"mode": "skip"}),
        json!({"mode": "ca", "ca_pem": Certificate::CA_PEM}),
    ];
    let names = [json!("other"), json!("robot "), json!("Robot")];
    let (mut refused, mut taken) = (0, 0);
    let mut generation = 1;
    for subset in 0..1_usize << PARTS {
        let has = |part: usize| subset >> part & 1 == 1;
        let mut edit = json!({});
        let values = [
            ("address", json!(addresses[subset % addresses.len()])),
            ("tls", checks[subset / 8 % checks.len()].clone()),
            ("username", names[subset / 4 % names.len()].clone()),
            ("plain_http_consent", json!(true)),
            ("save_anyway", json!(true)),
            (
                "listed",
                json!({"repositories": [format!("team/{subset}")]}),
            ),
            ("description", json!(format!("edit {subset}"))),
        ];
        for (part, (key, value)) in values.into_iter().enumerate() {
            if has(part) {
                edit[key] = value;
            }
        }
        let answer = world.api.patch(&world.path, generation, &edit).await;
        if has(0) || has(1) || has(2) {
            assert_eq!(answer.status, 422, "{edit}: {}", answer.body);
            refused += 1;
        } else {
            assert_eq!(answer.status, 200, "{edit}: {}", answer.body);
            generation = answer.body["generation"].as_i64().expect("generation");
            taken += 1;
        }
    }
    assert_eq!((refused, taken), (112, 16));
    // What goes on by itself: health, a reading, capabilities, and a test of what is stored.
    let id = world.path.rsplit_once('/').expect("id").1;
    let since = world.api.get(&world.path).await.body["health"]["checked_at"].clone();
    for _ in 0..3 {
        let asked = world.home.requests().len();
        let refresh = format!("{}/refresh", world.path);
        let refreshed = world.api.post(&refresh, &json!(null)).await;
        assert_eq!(refreshed.status, 202);
        let stored = json!({"registry_id": id});
        let test = world.api.post("/api/v1/registry-tests", &stored).await;
        assert_eq!(test.status, 200);
        assert!(world.home.requests().len() > asked);
    }
    for _ in 0..1_200 {
        let now = world.api.get(&world.path).await.body["health"]["checked_at"].clone();
        if now.as_str() > since.as_str() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    println!("sec_01: {refused} subsets refused, {taken} taken");
    assert_eq!(attacker.connections(), 0, "{:?}", attacker.requests());
    let only = format!("robot:{OLD}");
    let sent = credentials(&world.home);
    assert!(!sent.is_empty() && sent.iter().all(|c| *c == only));
    world.app.assert_silent_about(&[OLD]);
}

#[tokio::test]
async fn edited_address_gets_the_new_secret_only_and_forgets_what_was_seen_at_the_old_one() {
    let world = world().await;
    let elsewhere = registry().await;
    let edit = json!({"address": elsewhere.url(), "plain_http_consent": true, "password": NEW});
    let edited = world.api.patch(&world.path, 1, &edit).await;
    assert_eq!(edited.status, 200, "{}", edited.body);
    assert_eq!(edited.body["address"], elsewhere.url());
    assert_eq!(
        (&edited.body["generation"], &edited.body["verified"]),
        (&json!(2), &json!(true))
    );
    let figure = &edited.body["statistics"]["repositories"];
    assert_eq!(figure["unavailable"], "not_measured_yet");
    let sent = credentials(&elsewhere);
    assert!(!sent.is_empty());
    assert!(
        sent.iter().all(|c| *c == format!("robot:{NEW}")),
        "{sent:?}"
    );
    // What is kept is what was answered; how it is doing is looked at by itself from now on.
    let decided = |body: &Value| {
        let mut body = body.clone();
        let kept = body.as_object_mut().expect("object");
        let of_duties = |name: &String| {
            ["health", "conditions", "statistics", "version"].contains(&name.as_str())
                || name.starts_with("capabilities")
        };
        kept.retain(|name, _| !of_duties(name));
        assert!(kept.len() > 10, "{kept:?}");
        body
    };
    let kept = world.api.get(&world.path).await.body;
    assert_eq!(decided(&kept), decided(&edited.body));

    let log = world
        .api
        .get("/api/v1/audit-entries?action=registry.edit")
        .await;
    let entry = &log.body["items"][0];
    assert_eq!(
        (&entry["before"]["address"], &entry["after"]["address"]),
        (&json!(world.home.url()), &json!(elsewhere.url()))
    );
    assert_eq!(entry["after"]["credential"], "given anew");
    assert!(
        entry["before"].get("name").is_none(),
        "only what changed: {entry}"
    );
    assert!(!log.body.to_string().contains(NEW));
    world.app.assert_silent_about(&[OLD, NEW]);
}

#[tokio::test]
async fn secret_is_rotated_by_itself_and_a_rejected_one_is_not_stored() {
    let world = world().await;
    // What was begun with the secret of before has ended.
    quiet(&world.home, Duration::from_secs(1)).await;
    use base64::Engine as _;
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("robot:{NEW}"));
    let rejected = Reply::basic_challenge();
    world
        .home
        .on_with("GET /v2/", &format!("Basic {pair}"), rejected);
    let refused = world
        .api
        .patch(&world.path, 1, &json!({"password": NEW}))
        .await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (502, Some("upstream.unauthorized")),
        "{}",
        refused.body
    );
    world.home.on("GET /v2/", Reply::registry());
    world.home.clear_log();
    let rotated = world
        .api
        .patch(&world.path, 1, &json!({"password": NEW}))
        .await;
    assert_eq!(
        (rotated.status, &rotated.body["generation"]),
        (200, &json!(2))
    );
    // What is tested now by id is what was stored.
    world.home.clear_log();
    let id = world.path.rsplit_once('/').expect("id").1;
    let body = json!({"registry_id": id});
    assert_eq!(
        world.api.post("/api/v1/registry-tests", &body).await.status,
        200
    );
    let sent = credentials(&world.home);
    assert!(!sent.is_empty());
    assert!(
        sent.iter().all(|c| *c == format!("robot:{NEW}")),
        "{sent:?}"
    );
}

#[tokio::test]
async fn account_is_taken_away_by_null_and_an_address_that_fails_is_kept_only_on_demand() {
    let world = world().await;
    let closed = ClosedPort::new();
    let nowhere = closed.url();
    let edit = |anyway: bool| {
        json!({"username": null, "address": nowhere, "plain_http_consent": true,
            "save_anyway": anyway})
    };
    let refused = world.api.patch(&world.path, 1, &edit(false)).await;
    assert_eq!(refused.status, 502, "{}", refused.body);
    assert_eq!(world.api.get(&world.path).await.body["generation"], 1);
    let saved = world.api.patch(&world.path, 1, &edit(true)).await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    assert_eq!(
        (&saved.body["verified"], &saved.body["health"]["status"]),
        (&json!(false), &json!("unhealthy"))
    );
    assert_eq!(saved.body["username"], Value::Null);
    // A name without its secret is none.
    let name = json!({"username": "robot", "save_anyway": true});
    let refused = world.api.patch(&world.path, 2, &name).await;
    let wanted = (422, "/password", "registry.password_missing");
    assert_eq!(first_error(&refused), wanted, "{}", refused.body);
}

#[tokio::test]
async fn edit_that_changes_nothing_leaves_no_trace() {
    let world = world().await;
    for edit in [
        json!({}),
        json!({"description": ""}),
        json!({"address": world.home.url(), "username": "robot", "tls": {"mode": "verify"}}),
    ] {
        let same = world.api.patch(&world.path, 1, &edit).await;
        assert_eq!((same.status, &same.body["generation"]), (200, &json!(1)));
    }
    let log = world
        .api
        .get("/api/v1/audit-entries?action=registry.edit")
        .await;
    assert_eq!(log.body["total"]["value"], 0);
}

#[tokio::test]
async fn edit_that_comes_too_late_asks_nobody() {
    let world = world().await;
    let elsewhere = registry().await;
    let edit = json!({"address": elsewhere.url(), "plain_http_consent": true, "password": NEW});
    let stale = world.api.patch(&world.path, 7, &edit).await;
    assert_eq!(
        (stale.status, stale.body["code"].as_str()),
        (412, Some("request.stale"))
    );
    assert_eq!(elsewhere.connections(), 0);
    let plain = json!({"address": elsewhere.url(), "password": NEW});
    let refused = world.api.patch(&world.path, 1, &plain).await;
    let wanted = (422, "/plain_http_consent", "registry.plain_http_consent");
    assert_eq!(first_error(&refused), wanted, "{}", refused.body);
    assert_eq!(elsewhere.connections(), 0);
}
