//! `roadstead backup`, `restore` and `verify` beside a running server.

use crate::ROADSTEAD;
use crate::people::in_days;
use crate::tool::{SECRET, integrate, kill_at, run, said, upstream, verify};
use roadstead_testkit::{Api, Method, TestApp, TestAppOptions};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

fn text(path: &Path) -> String {
    path.display().to_string()
}

/// Every file below a directory.
fn files(dir: &Path) -> Vec<PathBuf> {
    std::fs::read_dir(dir)
        .expect("directory")
        .map(|entry| entry.expect("entry").path())
        .collect()
}

fn holds(dir: &Path, secret: &[u8]) -> bool {
    files(dir).iter().any(|file| {
        let bytes = std::fs::read(file).expect("file");
        bytes.windows(secret.len()).any(|part| part == secret)
    })
}

/// A stopped installation with one registry, and a backup of it.
async fn with_backup(with_key: bool) -> (TestApp, tempfile::TempDir, PathBuf, String) {
    let mut app = TestApp::start(ROADSTEAD).await;
    let upstream = upstream().await;
    integrate(&app.admin().await, &upstream, "one").await;
    let home = tempfile::tempdir().expect("dir");
    let target = home.path().join("backup");
    let mut arguments = vec!["backup".to_owned(), text(&target)];
    if with_key {
        arguments.push("--with-master-key".to_owned());
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = run(&app.data_dir(), &arguments, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_eq!(app.stop().await, Some(0));
    (app, home, target, said(&output))
}

async fn restore(backup: &Path, data_dir: &Path) -> (Option<i32>, String) {
    let output = run(data_dir, &["restore", &text(backup)], &[]).await;
    (output.status.code(), said(&output))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn backup_beside_writers_holds_all_that_was_acknowledged_and_no_secret() {
    let mut app = TestApp::start(ROADSTEAD).await;
    let upstream = upstream().await;
    let api = Arc::new(app.admin().await);
    let id = integrate(&api, &upstream, "busy").await;
    let (acknowledged, stop) = (
        Arc::new(AtomicI64::new(1)),
        Arc::new(AtomicBool::new(false)),
    );
    let writer = {
        let (api, id) = (Arc::clone(&api), id.clone());
        let (acknowledged, stop) = (Arc::clone(&acknowledged), Arc::clone(&stop));
        tokio::spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                let at = acknowledged.load(Ordering::SeqCst);
                let edit = json!({"description": format!("edit {at}")});
                let path = format!("/api/v1/registries/{id}");
                let answer = api.patch(&path, at, &edit).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
                acknowledged.store(at + 1, Ordering::SeqCst);
            }
        })
    };
    let home = tempfile::tempdir().expect("dir");
    let mut printed = String::new();
    let mut floors = Vec::new();
    for n in 0..3 {
        while acknowledged.load(Ordering::SeqCst) < (n + 1) * 5 {
            tokio::task::yield_now().await;
        }
        let floor = acknowledged.load(Ordering::SeqCst);
        let target = home.path().join(format!("backup-{n}"));
        let output = run(&app.data_dir(), &["backup", &text(&target)], &[]).await;
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        printed += &said(&output);
        floors.push((target, floor));
    }
    stop.store(true, Ordering::Relaxed);
    writer.await.expect("writer");
    let (code, report) = verify(&app.data_dir(), &[]).await;
    assert_eq!((code, &report["ok"]), (Some(0), &json!(true)), "{report}");
    assert_eq!(app.stop().await, Some(0));

    let key_file = app.data_dir().join("master.key");
    let key = std::fs::read_to_string(&key_file).expect("key");
    for (target, floor) in floors {
        let data = target.with_extension("data");
        let (code, out) = restore(&target, &data).await;
        assert_eq!(code, Some(0), "{out}");
        assert!(out.contains("master.key"), "{out}");
        printed += &out;
        let (code, report) = verify(&data, &[]).await;
        assert_eq!(code, Some(1), "no key yet");
        assert_eq!(report["master_key"]["state"], "missing");
        std::fs::copy(&key_file, data.join("master.key")).expect("key");
        let (code, report) = verify(&data, &[]).await;
        assert_eq!((code, &report["ok"]), (Some(0), &json!(true)), "{report}");
        assert!(report["restored_at"].is_string(), "{report}");
        printed += &report.to_string();
        app.set_environment(vec![("ROADSTEAD_DATA_DIR".to_owned(), text(&data))]);
        app.restart().await;
        let seen = app.admin().await;
        let seen = seen.get(&format!("/api/v1/registries/{id}")).await.body;
        let generation = seen["generation"].as_i64().expect("generation");
        assert!(generation >= floor, "{generation} of {floor}");
        assert_eq!(seen["description"], format!("edit {}", generation - 1));
        assert_eq!(app.stop().await, Some(0));
        for secret in [SECRET, key.trim()] {
            assert!(!holds(&target, secret.as_bytes()), "{secret}");
            assert!(!printed.contains(secret), "{secret}: {printed}");
        }
    }
    app.assert_silent_about(&[SECRET, key.trim()]);
}

#[tokio::test]
async fn backup_with_master_key_warns_and_opens_by_itself() {
    let (app, home, target, printed) = with_backup(true).await;
    assert!(printed.contains("WARNING"), "{printed}");
    let key = std::fs::read_to_string(app.data_dir().join("master.key")).expect("key");
    assert!(!printed.contains(key.trim()), "{printed}");
    for file in files(&target) {
        let mode = std::fs::metadata(&file).expect("file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    let data = home.path().join("data");
    let (code, out) = restore(&target, &data).await;
    assert_eq!(code, Some(0), "{out}");
    let (code, report) = verify(&data, &[]).await;
    assert_eq!(code, Some(0), "{report}");
    assert_eq!(report["credentials"]["sealed"], 1);
}

#[tokio::test]
async fn restore_ends_sessions_tokens_and_links_that_were_good_when_the_backup_was_made() {
    let mut app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let body = json!({"name": "t", "scope": ["registry.read"], "expires_at": in_days(1)});
    let made = api.post("/api/v1/tokens", &body).await;
    let token = made.body["text"].as_str().expect("token").to_owned();
    let made = api.post("/api/v1/users", &json!({"name": "one"})).await;
    let link = made.body["link"]["url"].as_str().expect("link").to_owned();
    let home = tempfile::tempdir().expect("dir");
    let target = home.path().join("backup");
    let arguments = ["backup", &text(&target), "--with-master-key"];
    let output = run(&app.data_dir(), &arguments, &[]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let cookie = api.client().session_cookie().expect("session");
    let cookie = format!("roadstead_session={}", cookie.expose());
    let headers = [("cookie", cookie.as_str())];
    let stranger = app.api();
    let open = stranger.send(Method::GET, "/api/v1/session", None, &headers);
    assert_eq!(open.await.status, 200);
    let by_token = |app: &TestApp| Api::with_token(&app.url(), &token);
    assert_eq!(by_token(&app).get("/api/v1/registries").await.status, 200);
    assert_eq!(app.stop().await, Some(0));
    let data = home.path().join("data");
    let (code, out) = restore(&target, &data).await;
    assert_eq!(code, Some(0), "{out}");
    app.set_environment(vec![("ROADSTEAD_DATA_DIR".to_owned(), text(&data))]);
    app.restart().await;
    let answer = app
        .api()
        .send(Method::GET, "/api/v1/session", None, &headers)
        .await;
    assert_eq!(answer.status, 401, "{}", answer.body);
    let answer = by_token(&app).get("/api/v1/registries").await;
    assert_eq!(answer.status, 401, "{}", answer.body);
    let (_, token) = link.split_once("#token=").expect("link");
    let body = json!({"token": token, "password": "restore-canary-1f"});
    let answer = app.api().post("/api/v1/passwords", &body).await;
    assert_eq!(answer.body["code"], "link.invalid", "{}", answer.body);
}

#[tokio::test]
async fn restore_refuses_what_is_not_empty_tampered_or_newer() {
    let (app, home, target, _) = with_backup(false).await;
    let (code, out) = restore(&target, &app.data_dir()).await;
    assert_eq!(code, Some(1));
    assert!(out.contains("not empty"), "{out}");

    let data = home.path().join("data");
    let manifest = target.join("manifest.json");
    let good = std::fs::read_to_string(&manifest).expect("manifest");
    let parsed: Value = serde_json::from_str(&good).expect("manifest");
    type Edit = fn(&mut Value);
    let edits: [(&str, Edit, i32, &str); 6] = [
        (
            "newer schema",
            |m| m["schema"] = json!("m9999_later"),
            78,
            "newer",
        ),
        ("newer form", |m| m["format"] = json!(2), 78, "format 2"),
        (
            "path",
            |m| m["parts"][0]["name"] = json!("../evil"),
            1,
            "lists \"../evil",
        ),
        ("no parts", |m| m["parts"] = json!([]), 1, "no database"),
        (
            "checksum",
            |m| m["parts"][0]["sha256"] = json!("00"),
            1,
            "checksum",
        ),
        (
            "other",
            |m| {
                m["installation_id"] = json!("01890000-0000-7000-8000-000000000000");
            },
            1,
            "another installation",
        ),
    ];
    for (what, edit, exit, sentence) in edits {
        let mut edited = parsed.clone();
        edit(&mut edited);
        std::fs::write(&manifest, edited.to_string()).expect("manifest");
        let (code, out) = restore(&target, &data).await;
        assert_eq!(code, Some(exit), "{what}: {out}");
        assert!(out.contains(sentence), "{what}: {out}");
        assert!(!data.join("roadstead.db").exists(), "{what}");
    }
    std::fs::write(&manifest, &good).expect("manifest");
    let database = target.join("roadstead.db");
    let bytes = std::fs::read(&database).expect("database");
    let mut flipped = bytes.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    std::fs::write(&database, &flipped).expect("database");
    let (code, out) = restore(&target, &data).await;
    assert_eq!(code, Some(1));
    assert!(out.contains("checksum"), "{out}");
    std::fs::write(&database, &bytes).expect("database");
    let (code, out) = restore(&target, &data).await;
    assert_eq!(code, Some(0), "{out}");
}

#[tokio::test]
async fn fault_kill_restore_can_be_run_again() {
    let (_app, home, target, _) = with_backup(true).await;
    for point in ["begun", "before_commit", "after_commit"] {
        let data = home.path().join(point);
        let arguments = ["restore", &text(&target)];
        assert!(kill_at(
            &data,
            &arguments,
            &format!("mark_restored.{point}")
        ));
        assert!(!data.join("roadstead.db").exists(), "{point}");
        let (code, out) = restore(&target, &data).await;
        assert_eq!(code, Some(0), "{point}: {out}");
        let (code, report) = verify(&data, &[]).await;
        assert_eq!(code, Some(0), "{point}: {report}");
    }
}

#[tokio::test]
async fn verify_names_what_is_wrong_and_changes_nothing() {
    let (app, home, target, _) = with_backup(true).await;
    let nowhere = home.path().join("nowhere");
    let output = run(&nowhere, &["verify"], &[]).await;
    assert_eq!(output.status.code(), Some(1));
    assert!(!nowhere.exists(), "looking makes nothing");

    let table = run(&app.data_dir(), &["verify"], &[]).await;
    assert_eq!(table.status.code(), Some(0), "{}", said(&table));
    assert!(
        said(&table).contains("1 of 1 can be opened"),
        "{}",
        said(&table)
    );

    let wrong = "bWFzdGVyLWtleS1jYW5hcnktMDEyMzQ1Njc4OWFiY2Q=";
    let environment = [("ROADSTEAD_SECURITY_MASTER_KEY", wrong)];
    let output = run(&app.data_dir(), &["verify"], &environment).await;
    assert_eq!(output.status.code(), Some(1));
    let printed = said(&output);
    assert!(
        printed.contains("WRONG") && printed.contains("UNREADABLE: registry one"),
        "{printed}"
    );
    assert!(!printed.contains(wrong), "{printed}");

    let data = home.path().join("data");
    let (code, out) = restore(&target, &data).await;
    assert_eq!(code, Some(0), "{out}");
    let database = data.join("roadstead.db");
    let mut bytes = std::fs::read(&database).expect("database");
    // Every page but the first: rows and indexes no longer agree.
    for byte in bytes.iter_mut().skip(8_192).step_by(97) {
        *byte ^= 0x55;
    }
    std::fs::write(&database, &bytes).expect("database");
    let output = run(&data, &["verify"], &[]).await;
    assert_ne!(output.status.code(), Some(0), "{}", said(&output));
}

#[tokio::test]
async fn postgres_backup_names_its_own_tool_and_verify_works() {
    let (_server, database) = crate::postgres::database();
    let options = TestAppOptions {
        database_url: Some(database.url().to_owned()),
        master_key: Some(crate::postgres::MASTER_KEY.to_owned()),
        ..TestAppOptions::default()
    };
    let app = TestApp::start_with(ROADSTEAD, options).await;
    let environment = [
        ("ROADSTEAD_DATABASE_URL", database.url()),
        ("ROADSTEAD_SECURITY_MASTER_KEY", crate::postgres::MASTER_KEY),
    ];
    for (command, tool) in [("backup", "pg_dump"), ("restore", "pg_restore")] {
        let output = run(&app.data_dir(), &[command, "x"], &environment).await;
        assert_eq!(output.status.code(), Some(78));
        assert!(said(&output).contains(tool), "{}", said(&output));
        assert!(!said(&output).contains(database.url()), "{}", said(&output));
    }
    let (code, report) = verify(&app.data_dir(), &environment).await;
    assert_eq!((code, &report["ok"]), (Some(0), &json!(true)), "{report}");
    assert_eq!(report["database"]["kind"], "postgresql");
}
