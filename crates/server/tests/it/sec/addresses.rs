//! SEC-27: no secret travels in an address, and addresses are not logged with what follows `?`.

use crate::ROADSTEAD;
use crate::cast::{Cast, PASSWORD};
use crate::log;
use crate::people::in_days;
use crate::raw;
use roadstead_testkit::{TestApp, TestAppOptions};
use serde_json::{Value, json};

#[tokio::test]
async fn sec_27_secrets_in_an_address_open_nothing_and_are_logged_nowhere() {
    let options = log::told(TestAppOptions::default());
    let cast = Cast::on(TestApp::start_with(ROADSTEAD, options).await).await;
    let (one, _) = cast.member("one", &cast.alpha, "admin").await;
    let scope = ["workspace.read", "change.follow", "profile.read"];
    let body = json!({"name": "t", "scope": scope, "expires_at": in_days(1)});
    let token = one.post("/api/v1/tokens", &body).await.body["text"].clone();
    let token = token.as_str().expect("text");
    let cookie = one
        .client()
        .session_cookie()
        .expect("cookie")
        .expose()
        .clone();
    let csrf = one.get("/api/v1/session").await.body["csrf_token"].clone();
    let csrf = csrf.as_str().expect("value").to_owned();
    let url = cast.app.url();
    let host = url.trim_start_matches("http://");
    let paths: Vec<String> = roadstead_http::declared()
        .into_iter()
        .filter(|r| r.method == "GET" && r.path.starts_with("/api/v1/"))
        .map(|r| {
            r.path
                .replace("{id}", &cast.alpha)
                .replace("{account_id}", &cast.alpha)
        })
        .collect();
    let names = [
        "token",
        "access_token",
        "api_key",
        "apikey",
        "key",
        "auth",
        "authorization",
        "jwt",
        "session",
        "roadstead_session",
        "ticket",
        "password",
    ];
    let (mut asked, mut refused) = (0, 0);
    for path in &paths {
        for name in names {
            for secret in [token, cookie.as_str()] {
                let path = format!("{path}?{name}={secret}");
                // Nobody is anybody by what stands in the address.
                let (status, body) = raw("GET", host, &path, &[], Vec::new()).await;
                let anyone = path.contains("/setup?") || path.contains("/openapi.json?");
                assert_eq!(status == 401, !anyone, "{path}: {status} {body}");
                // What is refused says nothing of it.
                assert!(!body.contains(secret), "{path}: {body}");
                asked += 1;
            }
        }
        // Of somebody signed in it is refused where parameters are read at all.
        let signed = format!("roadstead_session={cookie}");
        let headers = [("cookie", signed.as_str())];
        if path.ends_with("/changes") {
            continue;
        }
        for (parameter, secret) in [
            ("token", token),
            ("kind", token),
            ("cursor", token),
            ("limit", token),
        ] {
            let path = format!("{path}?{parameter}={secret}");
            let (status, body) = raw("GET", host, &path, &headers, Vec::new()).await;
            assert!(status < 500, "{path}: {body}");
            assert!(!body.contains(secret), "{path}: {body}");
            refused += usize::from(status == 400);
        }
    }
    // A sign-in by address, as a form would send it.
    let path = format!("/api/v1/session?name=one&password={PASSWORD}");
    let headers = [
        ("x-roadstead-csrf", csrf.as_str()),
        ("content-type", "application/json"),
    ];
    let (status, _) = raw("POST", host, &path, &headers, Vec::new()).await;
    assert_eq!(status, 400);
    one.get("/api/v1/profile?last=yes").await;
    let id = [("x-request-id", "the-last-one")];
    one.send(
        roadstead_testkit::Method::GET,
        "/api/v1/profile?x=secret-in-address",
        None,
        &id,
    )
    .await;
    let told = log::by_request(&cast.app, "the-last-one").await;
    let lines: Vec<&Value> = told.values().flatten().collect();
    let access = lines.iter().filter(|line| line["msg"] == "request").count();
    assert!(access > asked, "{access}");
    for line in &lines {
        let route = line["route"].as_str().unwrap_or_default();
        assert!(!route.contains('?'), "{line}");
    }
    cast.app
        .assert_silent_about(&[token, &cookie, PASSWORD, "secret-in-address", "last=yes"]);
    println!(
        "addresses: {} routes, {asked} secrets in them opened nothing, {refused} refused by name, {access} access lines without them",
        paths.len()
    );
}
