//! What is shown of health over time, and of certificates.

use crate::ROADSTEAD;
use roadstead_core::model::Timestamp;
use roadstead_testkit::{Answer, Api, Certificate, Reply, Scripted, TestApp};
use serde_json::{Value, json};
use std::time::Duration;

async fn until(api: &Api, path: &str, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    for _ in 0..600 {
        let answer = api.get(path).await;
        if wanted(&answer.body) {
            return answer.body;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("never {what}: {}", api.get(path).await.body);
}

async fn upstream(certificate: Option<Certificate>) -> Scripted {
    let server = match certificate {
        Some(certificate) => Scripted::start_tls(certificate).await,
        None => Scripted::start().await,
    };
    server.on("GET /v2/", Reply::registry());
    server.on("GET /v2/_catalog?n=1", Reply::json("{\"repositories\":[]}"));
    server
}

/// Posts a registry, again when a handshake took longer than it may: a machine with other things to
/// do is slow at that, and nothing was stored.
async fn posted(api: &Api, body: &Value) -> Answer {
    let mut answer = api.post("/api/v1/registries", body).await;
    for _ in 0..30 {
        if answer.body["code"] != "upstream.timeout" {
            break;
        }
        answer = api.post("/api/v1/registries", body).await;
    }
    answer
}

async fn integrated(api: &Api, body: Value) -> String {
    let made = posted(api, &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    format!(
        "/api/v1/registries/{}",
        made.body["id"].as_str().expect("id")
    )
}

#[tokio::test]
async fn health_history_begins_with_the_test_and_shows_trouble_as_the_worst_of_its_bar() {
    let server = upstream(None).await;
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let body = json!({"kind": "docker", "name": "one", "address": server.url(), "plain_http_consent": true});
    let path = integrated(&api, body).await;
    let history = format!("{path}/health-history");

    let first = api.get(&history).await;
    assert_eq!(first.status, 200, "{}", first.body);
    let bars = first.body["buckets"].as_array().expect("bars");
    assert_eq!(bars.len(), 96);
    assert_eq!(bars[0]["status"], "unknown");
    assert_eq!(bars[0]["reason"], "NotObserved");
    assert_eq!(bars[0]["time"]["unknown_ms"], 1_800_000);
    // The time before the registry was known is in the same bar, and what is unknown is not healthy.
    let known = api.get(&path).await.body["created_at"].clone();
    let of = |bar: &Value, end: &str| bar[end].as_str().expect("time").to_owned();
    let known = known.as_str().expect("time").to_owned();
    let in_it = |bar: &&Value| of(bar, "from_at") <= known && known < of(bar, "to_at");
    let begins = bars.iter().rfind(in_it).expect("bar");
    assert_eq!(begins["status"], "unknown");
    assert_eq!(first.body["time"]["unhealthy_ms"], 0);

    server.on("GET /v2/", Reply::status(503));
    until(&api, &path, "unhealthy", |r| {
        r["health"]["status"] == "unhealthy"
    })
    .await;
    let shown = until(&api, &history, "told", |h| {
        h["buckets"][95]["status"] == "unhealthy"
    })
    .await;
    assert_eq!(shown["buckets"][95]["reason"], "ServerError");
    assert!(
        shown["time"]["healthy_ms"].as_u64() > Some(0),
        "{}",
        shown["time"]
    );
    let bar = &shown["buckets"][95];
    let asked = Timestamp::from_system_clock().to_string();
    let hour = api.get(&format!("{history}?hours=1")).await;
    let answered = Timestamp::from_system_clock().to_string();
    let bars = hour.body["buckets"].as_array().expect("bars");
    assert_eq!(bars.len(), 96);
    // The newest bar ends now, however many hours are asked for.
    assert!(of(bar, "to_at") <= asked, "{bar} {asked}");
    assert!(
        (asked..=answered).contains(&of(&bars[95], "to_at")),
        "{}",
        bars[95]
    );

    for odd in ["0", "169", "-1", "x", "4294967296"] {
        let refused = api.get(&format!("{history}?hours={odd}")).await;
        assert_eq!(
            (refused.status, refused.body["code"].as_str()),
            (400, Some("request.query_invalid")),
            "{odd}"
        );
    }
    let week = api.get(&format!("{history}?hours=168")).await;
    assert_eq!(week.body["buckets"][0]["time"]["unknown_ms"], 6_300_000);
}

#[tokio::test]
async fn fault_tls_untrusted_registry_is_refused_by_its_cause_and_shown_with_it_when_saved_anyway()
{
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let ca = json!({"mode": "ca", "ca_pem": Certificate::CA_PEM});
    for (name, certificate, code, reason) in [
        (
            "expired",
            Certificate::Expired,
            "upstream.certificate_expired",
            "CertificateExpired",
        ),
        (
            "other",
            Certificate::OtherHost,
            "upstream.certificate_other_host",
            "CertificateOtherHost",
        ),
        (
            "own",
            Certificate::SelfSigned,
            "upstream.certificate_self_signed",
            "CertificateSelfSigned",
        ),
        (
            "rotated",
            Certificate::Rotated,
            "upstream.certificate_issuer_unknown",
            "CertificateIssuerUnknown",
        ),
    ] {
        let server = upstream(Some(certificate)).await;
        let mut body = json!({"kind": "docker", "name": name, "address": server.url(), "tls": ca,
            "username": "robot", "password": "tls-canary-5512"});
        let refused = posted(&api, &body).await;
        assert_eq!(
            (refused.status, refused.body["code"].as_str()),
            (502, Some(code))
        );
        assert_eq!(refused.body["params"]["step"], "connect");
        body["save_anyway"] = json!(true);
        let path = integrated(&api, body).await;
        let mut shown = api.get(&path).await.body;
        if shown["health"]["reason"] == "Timeout" {
            // Late again; the next look tells.
            let told = |r: &Value| r["health"]["reason"] == reason;
            shown = until(&api, &path, "told its cause", told).await;
        }
        assert_eq!(shown["health"]["status"], "unhealthy");
        assert_eq!(shown["health"]["reason"], reason);
        assert!(shown["certificate"]["expires_at"].is_string(), "{shown}");
        assert_eq!(shown["certificate"]["self_signed"], name == "own");
        assert!(server.requests().is_empty(), "nothing is said to {name}");
    }
}

#[tokio::test]
async fn certificate_nobody_judges_is_shown_with_its_end() {
    let server = upstream(Some(Certificate::Expired)).await;
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let body =
        json!({"kind": "docker", "name": "skip", "address": server.url(), "tls": {"mode": "skip"}});
    let path = integrated(&api, body).await;
    let mut shown = api.get(&path).await.body;
    if shown["health"]["status"] == "degraded" {
        // It answered late.
        let well = |r: &Value| r["health"]["status"] == "healthy";
        shown = until(&api, &path, "healthy", well).await;
    }
    assert_eq!(shown["health"]["status"], "healthy");
    assert_eq!(
        shown["certificate"],
        json!({"expires_at": "2024-02-01T00:00:00.000000Z", "issuer": "Roadstead test CA",
            "subject": "expired", "self_signed": false})
    );
    let conditions = shown["conditions"].as_array().expect("conditions");
    let ends = conditions
        .iter()
        .find(|c| c["type"] == "CertificateExpiring")
        .expect("condition");
    assert_eq!(
        (&ends["status"], &ends["reason"]),
        (&json!("true"), &json!("CertificateExpired"))
    );
}
