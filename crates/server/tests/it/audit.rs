//! The audit log: what people did stands in it, what they were refused is counted, and no secret
//! ever gets there.

use crate::{ROADSTEAD, raw};
use roadstead_core::model::{AuditEntry, AuditObject, RequestId, Timestamp};
use roadstead_core::ports::AuditStore as _;
use roadstead_store::{Backend, Store, StoreConfig};
use roadstead_testkit::{Api, DockerRegistry, Guise, RegistryOptions, TestApp};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const PATH: &str = "/api/v1/audit-entries";

async fn entries(api: &Api, query: &str) -> Vec<Value> {
    let answer = api.get(&format!("{PATH}?limit=200{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let items = answer.body["items"].as_array().expect("items").clone();
    assert_eq!(answer.body["total"]["value"], items.len(), "{query}");
    items
}

fn actions(entries: &[Value]) -> Vec<&str> {
    entries
        .iter()
        .filter_map(|e| e["action"].as_str())
        .collect()
}

/// Waits until that many refusals are counted.
async fn refused(api: &Api, wanted: u64) -> Vec<Value> {
    let mut found = Vec::new();
    for _ in 0..1_200 {
        // Batches are written meanwhile, so the total may be ahead of the rows.
        let answer = api.get(&format!("{PATH}?limit=200&outcome=refused")).await;
        found = answer.body["items"].as_array().expect("items").clone();
        let counted: u64 = found.iter().filter_map(|e| e["repeats"].as_u64()).sum();
        if counted >= wanted {
            assert_eq!(counted, wanted);
            return found;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never counted {wanted}: {found:?}");
}

/// A registry that was integrated, edited and disconnected; answers its id.
async fn lifetime(api: &Api, registry: &DockerRegistry) -> String {
    let made = api
        .post(
            "/api/v1/registries",
            &json!({"kind": "docker", "name": "dock-basic", "address": registry.url(),
                "plain_http_consent": true, "username": Guise::USERNAME,
                "password": Guise::PASSWORD}),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id = made.body["id"].as_str().expect("id").to_owned();
    let path = format!("/api/v1/registries/{id}");
    let edited = api
        .patch(&path, 1, &json!({"description": "=now with words"}))
        .await;
    assert_eq!(edited.status, 200);
    let gone = crate::cast::delete_at(api, &path, 2).await;
    assert_eq!(gone.status, 204);
    id
}

/// The export as it travels; lines are whole, whatever stands between them.
async fn export(app: &TestApp, api: &Api, query: &str) -> (u16, String) {
    let host = app.url().trim_start_matches("http://").to_owned();
    let cookie = api.client().session_cookie().expect("session");
    let cookie = format!("roadstead_session={}", cookie.expose());
    raw(
        "GET",
        &host,
        &format!("{PATH}/export?{query}"),
        &[("cookie", &cookie)],
        Vec::new(),
    )
    .await
}

#[tokio::test]
async fn everything_done_is_listed_with_its_actor_and_what_changed() {
    let registry = DockerRegistry::start(Guise::basic(), RegistryOptions::default()).await;
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let id = lifetime(&api, &registry).await;
    let again = app.api();
    again.login(TestApp::ADMIN, TestApp::ADMIN_PASSWORD).await;
    assert_eq!(again.delete("/api/v1/session").await.status, 204);

    let all = entries(&api, "").await;
    assert_eq!(
        actions(&all),
        [
            "session.close",
            "session.open",
            "registry.disconnect",
            "registry.edit",
            "registry.integrate",
            "setup.finish",
            "setup.offer"
        ],
        "newest first"
    );
    for entry in &all[..5] {
        assert_eq!(entry["actor"]["name"], TestApp::ADMIN, "{entry}");
        assert_eq!(entry["source_address"], "127.0.0.1", "{entry}");
    }
    assert_eq!(all[5]["actor"], json!({"type": "anonymous"}));
    assert_eq!(all[6]["actor"], json!({"type": "roadstead"}));
    for entry in &all {
        assert_eq!(
            (&entry["outcome"], &entry["code"], &entry["repeats"]),
            (&json!("done"), &Value::Null, &json!(1))
        );
        assert!(!entry["request_id"].as_str().unwrap_or("").is_empty());
    }
    let [disconnect, edit, integrate] = &all[2..5] else {
        panic!("{all:?}");
    };
    assert_eq!(
        edit["object"],
        json!({"kind": "registry", "id": id, "name": "dock-basic"})
    );
    assert_eq!(
        (&edit["before"], &edit["after"]),
        (
            &json!({"description": ""}),
            &json!({"description": "=now with words"})
        )
    );
    assert_eq!(
        (&integrate["before"], &integrate["after"]["username"]),
        (&Value::Null, &json!(Guise::USERNAME))
    );
    assert_eq!(
        (&disconnect["before"]["name"], &disconnect["after"]),
        (&json!("dock-basic"), &Value::Null)
    );
    assert_eq!(all[5]["after"]["platform_role"], "admin");
}

#[tokio::test]
async fn list_is_narrowed_by_each_filter_and_walked_by_cursor() {
    let registry = DockerRegistry::start(Guise::basic(), RegistryOptions::default()).await;
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let id = lifetime(&api, &registry).await;
    let all = entries(&api, "").await;
    let person = all[0]["actor"]["id"].as_str().expect("id").to_owned();
    let edited_at = all[1]["at"].as_str().expect("time").to_owned();
    for (query, expected) in [
        ("&action=registry.edit".to_owned(), 1),
        (format!("&actor={person}"), 3),
        (format!("&actor={}", TestApp::ADMIN), 3),
        ("&actor=stranger".to_owned(), 0),
        (format!("&object_kind=registry&object_id={id}"), 3),
        ("&object_kind=user".to_owned(), 1),
        ("&q=DOCK".to_owned(), 3),
        ("&q=%25".to_owned(), 0),
        ("&outcome=done".to_owned(), 5),
        ("&outcome=refused".to_owned(), 0),
        (format!("&from={edited_at}"), 2),
        (format!("&to={edited_at}"), 3),
        (format!("&workspace_id={id}"), 0),
    ] {
        assert_eq!(entries(&api, &query).await.len(), expected, "{query}");
    }
    for query in [
        "from=yesterday",
        "to=1",
        "outcome=maybe",
        "limit=0",
        "limit=201",
        "q=a%00b",
        "workspace_id=x",
        "unknown=1",
    ] {
        let refused = api.get(&format!("{PATH}?{query}")).await;
        assert_eq!(
            (refused.status, refused.body["code"].as_str()),
            (400, Some("request.query_invalid")),
            "{query}"
        );
    }
    let first = api.get(&format!("{PATH}?limit=2")).await.body;
    let cursor = first["next_cursor"].as_str().expect("cursor");
    let second = api
        .get(&format!("{PATH}?limit=3&cursor={cursor}"))
        .await
        .body;
    let walked: Vec<&Value> = [&first, &second]
        .into_iter()
        .filter_map(|page| page["items"].as_array())
        .flatten()
        .collect();
    assert_eq!(walked, all.iter().collect::<Vec<_>>());
    assert_eq!(second["next_cursor"], Value::Null);
    let other = api
        .get(&format!("{PATH}?limit=2&outcome=done&cursor={cursor}"))
        .await;
    assert_eq!(
        (other.status, other.body["code"].as_str()),
        (400, Some("request.cursor_invalid"))
    );
}

#[tokio::test]
async fn export_carries_everything_and_leaves_an_entry_itself() {
    let registry = DockerRegistry::start(Guise::basic(), RegistryOptions::default()).await;
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    lifetime(&api, &registry).await;
    let all = entries(&api, "").await;

    let (status, lines) = export(&app, &api, "format=jsonl").await;
    assert_eq!(status, 200);
    let lines: Vec<Value> = lines
        .lines()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).expect("json"))
        .collect();
    assert_eq!(lines, all, "the same entries, without the export's own");

    let (status, csv) = export(&app, &api, "format=csv&action=registry.edit").await;
    assert_eq!(status, 200);
    let rows: Vec<&str> = csv.lines().filter(|line| line.contains(',')).collect();
    assert_eq!(rows.len(), 2, "{csv}");
    assert!(rows[0].starts_with("at,actor_type,"), "{csv}");
    assert!(rows[1].contains(",registry.edit,registry,"), "{csv}");

    let exports = entries(&api, "&action=audit.export").await;
    assert_eq!(
        exports[0]["after"],
        json!({"format": "csv", "action": "registry.edit"})
    );
    assert_eq!(exports[1]["after"], json!({"format": "jsonl"}));
    let (status, _) = export(&app, &api, "format=xlsx").await;
    assert_eq!(status, 400);
    let stranger = app.api();
    for path in [PATH.to_owned(), format!("{PATH}/export?format=csv")] {
        assert_eq!(stranger.get(&path).await.status, 401, "{path}");
    }
    assert_eq!(entries(&api, "&action=audit.export").await.len(), 2);
}

#[tokio::test]
async fn sec_09_no_secret_is_in_any_entry_or_export() {
    let registry = DockerRegistry::start(Guise::basic(), RegistryOptions::default()).await;
    let app = TestApp::start(ROADSTEAD).await;
    let link = app.setup_link().expect("link");
    let link = link.split("token=").nth(1).expect("token").to_owned();
    let api = app.admin().await;
    let session = api.client().session_cookie().expect("session");
    lifetime(&api, &registry).await;
    let canaries = [
        ("set-up token", link.as_str()),
        ("password", TestApp::ADMIN_PASSWORD),
        ("session", session.expose().as_str()),
        ("registry secret", Guise::PASSWORD),
        ("password hash", "$argon2"),
    ];
    let listed = api.get(&format!("{PATH}?limit=200")).await.body;
    let mut scanned = vec![("list", listed.to_string())];
    for format in ["csv", "jsonl"] {
        let (status, text) = export(&app, &api, &format!("format={format}")).await;
        assert_eq!(status, 200);
        scanned.push((format, text));
    }
    for (place, text) in scanned {
        println!("{place}: {} bytes", text.len());
        assert!(text.contains("dock-basic"), "{place}: {text}");
        for (kind, canary) in canaries {
            assert!(!text.contains(canary), "{kind} is in {place}");
        }
    }
}

#[tokio::test]
async fn storm_of_refusals_is_counted_in_few_entries() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let id = "0197fd2e-0000-7000-8000-000000000001";
    api.client().set_csrf_token("of another page".to_owned());
    let begun = Instant::now();
    for _ in 0..500 {
        let refused = api
            .patch(&format!("/api/v1/registries/{id}"), 1, &json!({}))
            .await;
        assert_eq!(refused.body["code"], "request.csrf_rejected");
    }
    for _ in 0..50 {
        assert_eq!(api.delete("/api/v1/session").await.status, 403);
    }
    let windows = begun.elapsed().as_secs() + 2;
    let found = refused(&api, 550).await;
    assert!(
        found.len() as u64 <= 2 * windows,
        "{} entries in {windows} windows",
        found.len()
    );
    for entry in &found {
        assert_eq!(entry["code"], "request.csrf_rejected", "{entry}");
        assert_eq!(entry["actor"]["name"], TestApp::ADMIN, "{entry}");
    }
    let edit = found
        .iter()
        .find(|e| e["action"] == "registry.edit")
        .expect("edit");
    assert_eq!(
        edit["object"],
        json!({"kind": "registry", "id": id, "name": ""})
    );
}

#[tokio::test]
async fn strangers_refusals_are_counted_in_a_metric_and_leave_no_entry() {
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let before = entries(&api, "").await.len();
    let stranger = app.api();
    for _ in 0..20 {
        assert_eq!(stranger.get("/api/v1/registries").await.status, 401);
        assert_eq!(stranger.get("/api/v1/registries/nothing").await.status, 401);
    }
    let wrong = stranger
        .post(
            "/api/v1/session",
            &json!({"name": TestApp::ADMIN, "password": "wrong password canary"}),
        )
        .await;
    assert_eq!(wrong.status, 401);
    // What is absent is not refused.
    assert_eq!(api.get("/api/v1/registries/nothing").await.status, 404);
    let metrics = app.metrics_url().expect("metrics");
    let host = metrics
        .trim_start_matches("http://")
        .trim_end_matches("/metrics");
    let (_, text) = raw("GET", host, "/metrics", &[], Vec::new()).await;
    let counted = |code: &str| {
        let line = format!("roadstead_refusal_anonymous_total{{code=\"{code}\"}} ");
        text.lines()
            .find_map(|l| l.strip_prefix(&line).map(str::to_owned))
    };
    assert_eq!(counted("session.required").as_deref(), Some("40"), "{text}");
    assert_eq!(
        counted("session.credentials_rejected").as_deref(),
        Some("1"),
        "{text}"
    );
    assert_eq!(entries(&api, "").await.len(), before);
}

#[tokio::test]
async fn refusals_still_waiting_are_written_on_a_graceful_stop() {
    let mut app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    api.client().set_csrf_token("of another page".to_owned());
    assert_eq!(api.delete("/api/v1/session").await.status, 403);
    assert_eq!(app.stop().await, Some(0));
    app.restart().await;
    let api = app.admin().await;
    let found = entries(&api, "&outcome=refused").await;
    assert_eq!(actions(&found), ["session.close"]);
}

#[tokio::test]
async fn entries_older_than_the_retention_are_removed() {
    let mut app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    assert_eq!(entries(&api, "").await.len(), 2);
    app.stop().await;
    let backend = Backend::Sqlite {
        path: app.data_dir().join("roadstead.db"),
    };
    let store = Store::open(StoreConfig { backend }).await.expect("store");
    for (action, days) in [("before.last_week", 8), ("of.this_week", 6)] {
        let at = Timestamp::from_system_clock().minus(Duration::from_secs(days * 24 * 3_600));
        let object = AuditObject {
            kind: "registry".to_owned(),
            id: "one".to_owned(),
            name: "then".to_owned(),
        };
        let entry = AuditEntry::effect(&RequestId::make(), at, action, object);
        store.record_audit(entry).await.expect("written");
    }
    store.close().await;
    app.set_environment(vec![(
        "ROADSTEAD_AUDIT_RETENTION_DAYS".to_owned(),
        "7".to_owned(),
    )]);
    app.restart().await;
    let api = app.admin().await;
    for _ in 0..1_200 {
        // Not counted as well: while they go, one may be listed and counted no more.
        let left = api.get(&format!("{PATH}?limit=200")).await.body["items"].clone();
        let left = left.as_array().expect("items");
        if actions(left)
            == [
                "session.open",
                "setup.finish",
                "setup.offer",
                "of.this_week",
            ]
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("still there: {:?}", entries(&api, "").await);
}
