//! Registries that give tokens: the account goes to the service that was confirmed, and nowhere else.

use crate::ROADSTEAD;
use futures::StreamExt as _;
use roadstead_testkit::{
    Api, DockerRegistry, Guise, Method, RegistryOptions, Reply, Scripted, TestApp, TokenIssuer,
};
use serde_json::{Value, json};

/// Everything a test of a stored registry says.
async fn test_stored(api: &Api, id: &str) -> String {
    let body = json!({"registry_id": id});
    let client = api.client();
    let lines = client.lines(Method::POST, "/api/v1/registry-tests", &body);
    let lines: Vec<_> = lines.await.expect("answer").collect().await;
    let said = |line: &Result<Value, _>| line.as_ref().map(ToString::to_string).unwrap_or_default();
    lines.iter().map(said).collect()
}

fn input(url: &str, password: &str) -> Value {
    json!({"kind": "docker", "name": "dock-token", "address": url, "plain_http_consent": true,
        "username": Guise::USERNAME, "password": password})
}

#[tokio::test]
async fn peer_docker_token_registry_is_integrated_with_its_token_service_and_counted() {
    let issuer = TokenIssuer::start().await;
    let guise = Guise::Token {
        realm: issuer.realm(),
    };
    let registry = DockerRegistry::start(guise, RegistryOptions::default()).await;
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;

    let wrong = input(&registry.url(), "canary-wrong-password");
    let refused = api.post("/api/v1/registries", &wrong).await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (502, Some("upstream.unauthorized")),
        "{}",
        refused.body
    );
    assert_eq!(refused.body["params"]["step"], "authenticate");

    let right = input(&registry.url(), Guise::PASSWORD);
    let made = api.post("/api/v1/registries", &right).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(
        (&made.body["verified"], &made.body["token_service"]),
        (&json!(true), &json!(issuer.url()))
    );
    let path = format!(
        "/api/v1/registries/{}",
        made.body["id"].as_str().expect("id")
    );
    // Counting asks for a token of its own, in the background.
    let mut counted = Value::Null;
    for _ in 0..600 {
        counted = api.get(&path).await.body["statistics"]["repositories"].clone();
        if counted["value"] == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(counted["value"], 0, "{counted}");
    app.assert_silent_about(&[Guise::PASSWORD]);
}

/// Makes a server send whoever wants a token there.
fn sends_to(registry: &Scripted, realm: &str) {
    let challenge = format!("Bearer realm=\"{realm}\",service=\"s\"");
    let reply = Reply::status(401)
        .header("Docker-Distribution-Api-Version", "registry/2.0")
        .header("WWW-Authenticate", &challenge);
    registry.on("GET /v2/", reply);
}

/// Long enough for the loops that ask without anybody looking to take their turn.
async fn a_while(api: &Api, id: &str) {
    for _ in 0..40 {
        let seen = api.get(&format!("/api/v1/registries/{id}")).await;
        assert_eq!(seen.status, 200);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn sec_03_stored_account_goes_to_no_token_service_but_the_confirmed_one() {
    let attacker = Scripted::start().await;
    let registry = Scripted::start().await;
    registry.on("GET /v2/", Reply::status(503));
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let mut body = input(&registry.url(), Guise::PASSWORD);
    body["save_anyway"] = json!(true);
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.body["token_service"], json!(null));
    let id = made.body["id"].as_str().expect("id");

    // It comes up, and names a token service nobody has confirmed.
    let url = attacker.url();
    let (_, port) = url.rsplit_once(':').expect("port");
    sends_to(&registry, &format!("http://localhost:{port}/token"));
    let said = test_stored(&api, id).await;
    assert!(
        said.contains("upstream.token_service_unconfirmed"),
        "{said}"
    );
    a_while(&api, id).await;
    assert_eq!(attacker.connections(), 0, "{:?}", attacker.requests());

    // Whoever enters the account anew confirms anew.
    let path = format!("/api/v1/registries/{id}");
    let edit = json!({"password": Guise::PASSWORD, "save_anyway": true});
    let edited = api.patch(&path, 1, &edit).await;
    assert_eq!(edited.status, 200, "{}", edited.body);
    assert_eq!(
        edited.body["token_service"],
        format!("http://localhost:{port}")
    );
}

#[tokio::test]
async fn sec_03_registry_that_names_another_token_service_later_is_suspended() {
    let confirmed = TokenIssuer::start().await;
    let attacker = Scripted::start().await;
    let registry = Scripted::start().await;
    sends_to(&registry, &confirmed.realm());
    let app = TestApp::start(ROADSTEAD).await;
    let api = app.admin().await;
    let mut body = input(&registry.url(), Guise::PASSWORD);
    body["save_anyway"] = json!(true);
    let made = api.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    assert_eq!(made.body["token_service"], confirmed.url());
    let id = made.body["id"].as_str().expect("id");

    // The registry turns hostile.
    let url = attacker.url();
    let (_, port) = url.rsplit_once(':').expect("port");
    sends_to(&registry, &format!("http://localhost:{port}/token"));
    let path = format!("/api/v1/registries/{id}");
    let edit = json!({"password": Guise::PASSWORD, "save_anyway": true});
    let edited = api.patch(&path, 1, &edit).await;
    assert_eq!(edited.status, 200, "{}", edited.body);
    assert_eq!(edited.body["suspension"]["cause"], "answers");
    // What another server says of token services is not believed.
    assert_eq!(edited.body["token_service"], confirmed.url());
    a_while(&api, id).await;
    assert_eq!(attacker.connections(), 0, "{:?}", attacker.requests());
}
