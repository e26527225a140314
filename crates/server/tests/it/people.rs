//! People: one-time links, passwords, sessions, tokens, and streams that end with rights.

use crate::ROADSTEAD;
use crate::cast::{Cast, PASSWORD, code, delete_at, id, put};
use futures::StreamExt as _;
use roadstead_testkit::{Api, TestApp};
use serde_json::json;
use std::time::Duration;

const BOUND: Duration = Duration::from_secs(60);

/// A time as the API reads it.
pub(crate) fn in_days(days: u64) -> String {
    roadstead_core::model::Timestamp::from_system_clock()
        .plus(Duration::from_secs(days * 86_400))
        .to_string()
}

#[tokio::test]
async fn new_person_sets_a_password_once_with_the_link_and_signs_in() {
    let cast = Cast::start().await;
    let made = cast
        .padmin
        .post("/api/v1/users", &json!({"name": "one"}))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let link = made.body["link"]["url"].as_str().expect("link").to_owned();
    assert!(link.starts_with("/password#token="), "{link}");
    let early = json!({"name": "one", "password": ""});
    assert_eq!(
        cast.app.api().post("/api/v1/session", &early).await.status,
        401
    );
    let one = cast.app.api();
    let signed_in = one.use_link(&link, PASSWORD).await;
    assert_eq!(signed_in.body["user"]["name"], "one");
    assert_eq!(one.get("/api/v1/profile").await.body["name"], "one");
    let token = link.split_once("#token=").expect("token").1;
    let again = json!({"token": token, "password": PASSWORD});
    let refused = cast.app.api().post("/api/v1/passwords", &again).await;
    assert_eq!(code(&refused), (403, "link.invalid".to_owned()));
    assert_eq!(cast.app.api().login("one", PASSWORD).await.status, 201);
    cast.app.assert_silent_about(&[token, PASSWORD]);
}

#[tokio::test]
async fn password_change_needs_the_present_one_and_ends_other_sessions() {
    let cast = Cast::start().await;
    let (one, _) = cast.person("one", None).await;
    let other = cast.app.api();
    other.login("one", PASSWORD).await;
    assert_eq!(
        one.get("/api/v1/sessions").await.body["items"]
            .as_array()
            .map(Vec::len),
        Some(2)
    );
    let path = "/api/v1/profile/password";
    let wrong = put(
        &one,
        path,
        &json!({"current": "wrong", "new": "a new long password"}),
    )
    .await;
    assert_eq!(wrong.body["errors"][0]["code"], "password.wrong");
    let body = json!({"current": PASSWORD, "new": "a new long password"});
    assert_eq!(put(&one, path, &body).await.status, 204);
    assert_eq!(one.get("/api/v1/profile").await.status, 200);
    assert_eq!(other.get("/api/v1/profile").await.status, 401);
    assert_eq!(
        cast.app
            .api()
            .login("one", "a new long password")
            .await
            .status,
        201
    );
}

#[tokio::test]
async fn session_is_revoked_by_its_person_or_an_administrator_only() {
    let cast = Cast::start().await;
    let (one, one_id) = cast.person("one", None).await;
    let (two, _) = cast.person("two", None).await;
    let sessions = one.get("/api/v1/sessions").await;
    let session = id(&sessions.body["items"][0]);
    assert_eq!(sessions.body["items"][0]["current"], true);
    let path = format!("/api/v1/sessions/{session}");
    assert_eq!(two.delete(&path).await.status, 404);
    let foreign = format!("/api/v1/users/{one_id}/sessions/{session}");
    assert_eq!(two.delete(&foreign).await.status, 404);
    assert_eq!(cast.padmin.delete(&foreign).await.status, 204);
    assert_eq!(one.get("/api/v1/profile").await.status, 401);
}

#[tokio::test]
async fn last_admin_stays_and_roles_are_those_of_now() {
    let cast = Cast::start().await;
    let session = cast.padmin.get("/api/v1/session").await;
    let own = format!("/api/v1/users/{}", id(&session.body["user"]));
    let last = cast
        .padmin
        .patch(&own, 1, &json!({"platform_role": null}))
        .await;
    assert_eq!(code(&last), (409, "user.last_admin".to_owned()));
    let last = delete_at(&cast.padmin, &own, 1).await;
    assert_eq!(code(&last), (409, "user.last_admin".to_owned()));
    let (auditor, auditor_id) = cast.person("auditor", Some("auditor")).await;
    assert_eq!(auditor.get("/api/v1/users").await.body["total"]["value"], 2);
    let denied = auditor.post("/api/v1/users", &json!({"name": "x"})).await;
    assert_eq!(denied.body["permission"], "user.create");
    let path = format!("/api/v1/users/{auditor_id}");
    let taken = cast
        .padmin
        .patch(&path, 1, &json!({"platform_role": null}))
        .await;
    assert_eq!(
        (taken.status, &taken.body["platform_role"]),
        (200, &json!(null))
    );
    assert_eq!(auditor.get("/api/v1/users").await.status, 403);
    assert_eq!(auditor.get(&path).await.status, 404);
}

#[tokio::test]
async fn sec_14_no_input_sets_what_has_a_route_of_its_own() {
    let cast = Cast::start().await;
    let (one, _) = cast.person("one", None).await;
    for field in ["platform_role", "id", "name", "password"] {
        let mut body = json!({"display_name": "x"});
        body[field] = json!("admin");
        let refused = one
            .send(
                roadstead_testkit::Method::PATCH,
                "/api/v1/profile",
                Some(&body),
                &[],
            )
            .await;
        assert_eq!(
            code(&refused),
            (422, "request.unknown_field".to_owned()),
            "{field}"
        );
    }
}

#[tokio::test]
async fn guessing_is_slowed_down_and_a_throttled_right_password_is_not_taken() {
    let cast = Cast::start().await;
    cast.person("one", None).await;
    let stranger = cast.app.api();
    let attempt = |password: &'static str| {
        let body = json!({"name": "one", "password": password});
        let stranger = &stranger;
        async move { stranger.post("/api/v1/session", &body).await }
    };
    for _ in 0..5 {
        assert_eq!(attempt("wrong password").await.status, 401);
    }
    let refused = attempt(PASSWORD).await;
    assert_eq!(code(&refused), (429, "session.throttled".to_owned()));
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(
        cast.app
            .api()
            .login(TestApp::ADMIN, TestApp::ADMIN_PASSWORD)
            .await
            .status,
        201,
        "another account is not held up"
    );
}

#[tokio::test]
async fn token_carries_its_scope_of_the_owners_rights_and_ends_with_them() {
    let cast = Cast::start().await;
    let (a_admin, a_id) = cast.member("a-admin", &cast.alpha, "admin").await;
    let make = |scope: serde_json::Value, days| json!({"name": "t", "scope": scope, "expires_at": in_days(days)});
    for (body, pointer) in [
        (make(json!([]), 1), "/scope"),
        (make(json!(["token.create"]), 1), "/scope"),
        (make(json!(["registry.read"]), 400), "/expires_at"),
    ] {
        let refused = a_admin.post("/api/v1/tokens", &body).await;
        assert_eq!(
            (
                refused.status,
                refused.body["errors"][0]["pointer"].as_str()
            ),
            (422, Some(pointer))
        );
    }
    // What is no permission is named, unless it does not look like one.
    for (word, named) in [
        ("registry.look", json!({"permission": "registry.look"})),
        ("Hunter2.secret", json!({})),
    ] {
        let body = make(json!(["registry.read", word]), 1);
        let refused = a_admin.post("/api/v1/tokens", &body).await;
        let wanted = json!({"pointer": "/scope/1", "code": "token.scope_invalid", "params": named});
        assert_eq!(refused.status, 422);
        assert_eq!(refused.body["errors"], json!([wanted]));
    }
    let scope = json!(["workspace.read", "user.delete"]);
    let made = a_admin.post("/api/v1/tokens", &make(scope, 1)).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let text = made.body["text"].as_str().expect("text").to_owned();
    let token = Api::with_token(&cast.app.url(), &text);
    assert_eq!(
        token.get("/api/v1/workspaces").await.body["total"]["value"],
        1
    );
    let outside = token.get("/api/v1/registries").await;
    assert_eq!(
        (outside.status, &outside.body["permission"]),
        (403, &json!("registry.read"))
    );
    let outside = token
        .post("/api/v1/tokens", &make(json!(["user.read"]), 1))
        .await;
    assert_eq!(outside.body["permission"], "token.create");
    let more = delete_at(&token, &format!("/api/v1/users/{a_id}"), 1).await;
    assert_eq!(
        more.status, 404,
        "the scope gives nothing its owner has not"
    );
    let forged = Api::with_token(&cast.app.url(), &format!("{text}x"));
    assert_eq!(
        code(&forged.get("/api/v1/workspaces").await).1,
        "token.rejected"
    );
    let path = format!("/api/v1/workspaces/{}/members/{a_id}", cast.alpha);
    assert_eq!(cast.padmin.delete(&path).await.status, 204);
    assert_eq!(
        token.get("/api/v1/workspaces").await.body["total"]["value"],
        0
    );
    let id = id(&made.body);
    assert_eq!(
        a_admin.delete(&format!("/api/v1/tokens/{id}")).await.status,
        204
    );
    assert_eq!(
        code(&token.get("/api/v1/workspaces").await).1,
        "token.rejected"
    );
    for bad in ["rst_", "x", &text.replace("rst_", "rst_0")] {
        let refused = Api::with_token(&cast.app.url(), bad)
            .get("/api/v1/workspaces")
            .await;
        assert_eq!(code(&refused), (401, "token.rejected".to_owned()));
    }
    cast.app.assert_silent_about(&[&text]);
}

#[tokio::test]
async fn stream_tells_members_of_their_workspace_only_and_ends_when_a_role_is_taken() {
    let cast = Cast::start().await;
    let (a_admin, a_id) = cast.member("a-admin", &cast.alpha, "admin").await;
    let (b_admin, _) = cast.member("b-admin", &cast.beta, "admin").await;
    macro_rules! follow {
        ($api:ident) => {{
            let events = $api.client().events("/api/v1/changes", None);
            Box::pin(events.await.expect("stream"))
        }};
    }
    let mut a_events = follow!(a_admin);
    let mut b_events = follow!(b_admin);
    let input = cast.registry("one", Some(&cast.alpha));
    assert_eq!(
        cast.padmin.post("/api/v1/registries", &input).await.status,
        201
    );
    let beta = format!("/api/v1/workspaces/{}", cast.beta);
    assert_eq!(
        cast.padmin
            .patch(&beta, 1, &json!({"description": "x"}))
            .await
            .status,
        200
    );
    let first = |data: String| -> (String, String) {
        let change: serde_json::Value = serde_json::from_str(&data).expect("json");
        let text = |field: &str| change[field].as_str().expect("text").to_owned();
        (text("topic"), text("object_id"))
    };
    let heard = tokio::time::timeout(BOUND, a_events.next())
        .await
        .expect("in time");
    assert_eq!(
        first(heard.expect("event").expect("read").data).0,
        "registry"
    );
    // What happened in alpha came before and was passed over.
    let heard = tokio::time::timeout(BOUND, b_events.next())
        .await
        .expect("in time");
    let heard = first(heard.expect("event").expect("read").data);
    assert_eq!(heard, ("workspace".to_owned(), cast.beta.clone()));

    let path = format!("/api/v1/workspaces/{}/members/{a_id}", cast.alpha);
    assert_eq!(cast.padmin.delete(&path).await.status, 204);
    tokio::time::timeout(BOUND, async { while a_events.next().await.is_some() {} })
        .await
        .expect("it ends");
}

#[tokio::test]
async fn reset_link_in_the_wrong_folder_is_refused_and_makes_no_installation() {
    let home = tempfile::tempdir().expect("dir");
    let output = tokio::process::Command::new(ROADSTEAD)
        .args(["user", "reset-link", TestApp::ADMIN])
        .env("ROADSTEAD_DATA_DIR", home.path().join("elsewhere"))
        .output()
        .await
        .expect("output");
    assert!(!output.status.success());
    let said = String::from_utf8(output.stderr).expect("text");
    assert!(said.contains("there is no database in"), "{said}");
    assert!(said.contains("check data.dir"), "{said}");
    assert!(!home.path().join("elsewhere").exists());
}

#[tokio::test]
async fn reset_link_is_made_on_the_host_beside_a_running_server() {
    let app = TestApp::start(ROADSTEAD).await;
    app.admin().await;
    let output = tokio::process::Command::new(ROADSTEAD)
        .args(["user", "reset-link", TestApp::ADMIN])
        .env("ROADSTEAD_DATA_DIR", app.data_dir())
        .output()
        .await
        .expect("output");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let link = String::from_utf8(output.stdout).expect("text");
    app.api()
        .use_link(link.trim(), "another long password")
        .await;
    app.api()
        .login(TestApp::ADMIN, "another long password")
        .await;
}
