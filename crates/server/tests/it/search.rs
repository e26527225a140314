//! All images and the search over them, through the API.

use crate::cast::{Cast, delete_at, id};
use crate::inventory::{beside, digest, fill};
use crate::people::in_days;
use crate::postgres;
use crate::tool;
use roadstead_core::model::{RegistryId, Timestamp};
use roadstead_core::ports::{InventoryStore as _, Recorded, SeenTag, Source};
use roadstead_testkit::{Api, fill as push};
use roadstead_testkit::{DockerRegistry, Guise, RegistryOptions};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Longer than any step may take.
const BOUND: Duration = Duration::from_secs(60);

async fn search(api: &Api, query: &str) -> Value {
    let answer = api.get(&format!("/api/v1/search?{query}")).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// Searches until the index has caught up as wanted.
async fn until(api: &Api, query: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    let begun = Instant::now();
    loop {
        let found = search(api, query).await;
        if wanted(&found) {
            return found;
        }
        assert!(begun.elapsed() < BOUND, "{query} never found: {found}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn names(group: &Value, field: &str) -> Vec<String> {
    let items = group.as_array().expect("a group");
    let text = |item: &Value| {
        item.pointer(field)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    items.iter().filter_map(text).collect()
}

async fn registry(cast: &Cast, name: &str, workspace: Option<&str>) -> String {
    let made = cast
        .padmin
        .post("/api/v1/registries", &cast.registry(name, workspace))
        .await;
    id(&made.body)
}

#[tokio::test]
async fn sec_18_search_and_images_show_everybody_only_what_they_may_see() {
    everybody_sees_only_what_they_may(Cast::start().await).await;
}

#[tokio::test]
async fn postgres_search_and_images_show_everybody_only_what_they_may_see() {
    let (_server, database) = postgres::database();
    everybody_sees_only_what_they_may(Cast::start_on(&database).await).await;
}

async fn everybody_sees_only_what_they_may(cast: Cast) {
    let store = beside(&cast.app).await;
    let of_alpha = registry(&cast, "one", Some(&cast.alpha)).await;
    let of_beta = registry(&cast, "two", Some(&cast.beta)).await;
    let of_all = registry(&cast, "three", None).await;
    let alpha = fill(&store, &of_alpha, "alpha").await;
    fill(&store, &of_beta, "beta").await;
    fill(&store, &of_all, "platform").await;
    let (a, _) = cast.member("a-viewer", &cast.alpha, "viewer").await;
    let (b, _) = cast.member("b-admin", &cast.beta, "admin").await;
    let (nobody, _) = cast.person("nobody", None).await;

    let everything = until(&cast.padmin, "q=team", |found| {
        found["partial"] == false
            && found["repositories"]
                .as_array()
                .is_some_and(|r| r.len() == 3)
    })
    .await;
    assert_eq!(
        everything["repositories"][0]["address"],
        cast.registry("x", None)["address"]
    );
    for (api, expected) in [
        (&a, vec!["team/alpha"]),
        (&b, vec!["team/beta"]),
        (&nobody, vec![]),
    ] {
        let found = search(api, "q=team").await;
        assert_eq!(names(&found["repositories"], "/repository/name"), expected);
        let found = search(api, "q=latest").await;
        assert_eq!(names(&found["tags"], "/repository"), expected);
        let list = api.get("/api/v1/repositories").await.body;
        assert_eq!(names(&list["items"], "/repository/name"), expected);
        assert_eq!(list["total"]["value"], expected.len());
        // By the digest of what is the other's.
        let hex = &digest("beta", 1).to_string()[7..20].to_owned();
        let found = search(api, &format!("q={hex}")).await;
        let mine = expected.iter().filter(|name| **name == "team/beta");
        assert_eq!(
            names(&found["artifacts"], "/repository"),
            mine.copied().collect::<Vec<_>>()
        );
        // And by naming where it is.
        let found = search(api, &format!("q=team&registry={of_alpha}")).await;
        let mine = expected.iter().filter(|name| **name == "team/alpha");
        assert_eq!(
            found["repositories"].as_array().map(Vec::len),
            Some(mine.count())
        );
    }
    let found = search(&a, "q=alpha:lat").await;
    assert_eq!(names(&found["tags"], "/tag"), ["latest"]);
    assert_eq!(found["tags"][0]["kind"], "index");
    assert_eq!(found["tags"][0]["repository_id"], alpha.repository.as_str());
    let found = search(&a, "q=latest&kind=helm").await;
    assert_eq!(found["tags"], json!([]));
    assert_eq!(search(&a, "q=").await["repositories"], json!([]));
    for bad in [
        "limit=51",
        "limit=0",
        "kind=ship",
        "registry=x",
        "nonsense=1",
        "q=%00",
    ] {
        let answer = a.get(&format!("/api/v1/search?{bad}")).await;
        assert_eq!(answer.status, 400, "{bad}: {}", answer.body);
    }
    store.close().await;
}

#[tokio::test]
async fn index_follows_what_changes_and_forgets_a_disconnected_registry() {
    index_follows(Cast::start().await).await;
}

#[tokio::test]
async fn postgres_index_follows_what_changes_and_forgets_a_disconnected_registry() {
    let (_server, database) = postgres::database();
    index_follows(Cast::start_on(&database).await).await;
}

async fn index_follows(cast: Cast) {
    let store = beside(&cast.app).await;
    let of_alpha = registry(&cast, "one", Some(&cast.alpha)).await;
    let filled = fill(&store, &of_alpha, "alpha").await;
    until(&cast.padmin, "q=unread", |found| {
        names(&found["tags"], "/tag") == ["unread"]
    })
    .await;
    let source = Source {
        registry_id: of_alpha.parse::<RegistryId>().expect("id"),
        generation: 1,
    };
    let tag = SeenTag {
        name: "Fresh-1".to_owned(),
        digest: None,
        pushed_at: None,
        pulled_at: None,
    };
    let listed = store
        .record_tags(
            source,
            filled.repository.parse().expect("id"),
            vec![tag],
            Timestamp::from_system_clock(),
        )
        .await;
    assert!(matches!(listed, Ok(Recorded::Yes(_))));
    let fresh = until(&cast.padmin, "q=fresh", |found| found["tags"] != json!([])).await;
    assert_eq!(fresh["tags"][0]["tag"], "Fresh-1");
    until(&cast.padmin, "q=unread", |found| found["tags"] == json!([])).await;
    let path = format!("/api/v1/registries/{of_alpha}");
    let ended = delete_at(&cast.padmin, &path, 1).await;
    assert_eq!(ended.status, 204, "{}", ended.body);
    // At once, whatever the index still holds: what is shown is read from the database.
    let found = search(&cast.padmin, "q=alpha").await;
    assert_eq!(
        (&found["repositories"], &found["tags"]),
        (&json!([]), &json!([]))
    );
    store.close().await;
}

#[tokio::test]
async fn members_find_images_of_a_platform_registry_that_everybody_may_pull() {
    let upstream = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    push::push(upstream.address(), None, "shared/base", &["1.0"]).await;
    let app = roadstead_testkit::TestApp::start(crate::ROADSTEAD).await;
    let cast = Cast::on(app).await;
    let (viewer, _) = cast.member("a-viewer", &cast.alpha, "viewer").await;
    let (nobody, _) = cast.person("nobody", None).await;
    let body = json!({"kind": "docker", "name": "dock-open", "address": upstream.url(),
        "plain_http_consent": true});
    let made = cast.padmin.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let found = until(&viewer, "q=base:1", |found| found["tags"] != json!([])).await;
    let repository = found["tags"][0]["repository_id"]
        .as_str()
        .expect("id")
        .to_owned();
    let list = viewer.get("/api/v1/repositories?visibility=public").await;
    assert_eq!(
        names(&list.body["items"], "/repository/name"),
        ["shared/base"]
    );
    let one = viewer
        .get(&format!("/api/v1/repositories/{repository}"))
        .await;
    assert_eq!(
        (one.status, &one.body["registry"]),
        (200, &json!("dock-open"))
    );
    let tags = viewer
        .get(&format!("/api/v1/repositories/{repository}/tags"))
        .await;
    assert_eq!(tags.body["total"]["value"], 1);
    // What a whole space takes stays with the platform.
    let space = one.body["repository"]["space_id"].as_str().expect("id");
    assert_eq!(
        viewer.get(&format!("/api/v1/spaces/{space}")).await.status,
        404
    );
    assert_eq!(search(&nobody, "q=base").await["repositories"], json!([]));
    let hidden = nobody
        .get(&format!("/api/v1/repositories/{repository}"))
        .await;
    assert_eq!(hidden.status, 404);
}

#[tokio::test]
async fn image_commands_list_search_and_show_what_the_token_may_see() {
    let cast = Cast::start().await;
    let store = beside(&cast.app).await;
    let of_alpha = registry(&cast, "one", Some(&cast.alpha)).await;
    let of_beta = registry(&cast, "two", Some(&cast.beta)).await;
    let alpha = fill(&store, &of_alpha, "alpha").await;
    fill(&store, &of_beta, "beta").await;
    let (a, _) = cast.member("a-viewer", &cast.alpha, "viewer").await;
    let body = json!({"name": "cli", "scope": ["registry.read"], "expires_at": in_days(1)});
    let made = a.post("/api/v1/tokens", &body).await;
    let token = made.body["text"].as_str().expect("token").to_owned();
    until(&a, "q=latest", |found| found["tags"] != json!([])).await;
    let home = tempfile::tempdir().expect("folder");
    let url = cast.app.url();
    let environment = [
        ("ROADSTEAD_URL", url.as_str()),
        ("ROADSTEAD_TOKEN", token.as_str()),
    ];
    let ran = async |arguments: &[&str]| {
        let all = [&["image"], arguments].concat();
        let output = tool::run(&home.path().join("none"), &all, &environment).await;
        (output.status.code(), tool::said(&output))
    };
    let (code, said) = ran(&["ls"]).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("team/alpha") && !said.contains("beta"),
        "{said}"
    );
    let (_, said) = ran(&["search", "alpha:lat"]).await;
    assert!(
        said.contains("team/alpha:latest") && said.contains("1.0 KiB"),
        "{said}"
    );
    let (_, said) = ran(&["search", "beta"]).await;
    assert_eq!(said.trim(), "Nothing was found.");
    let (_, said) = ran(&["show", "one/team/alpha"]).await;
    assert!(
        said.contains("latest") && said.contains("linux/amd64"),
        "{said}"
    );
    let (_, said) = ran(&["show", "one/team/alpha:latest"]).await;
    assert!(said.contains("kind        index"), "{said}");
    assert!(
        said.contains(&format!("lists       {}", alpha.digest)),
        "{said}"
    );
    let by_digest = format!("one/team/alpha@{}", alpha.digest);
    let (_, said) = ran(&["show", &by_digest, "--json"]).await;
    let told: Value = serde_json::from_str(&said).expect("json");
    assert_eq!(told["kind"], "image");
    for (absent, code) in [
        ("one/team/other", 1),
        ("one/team/alpha:nothing", 1),
        ("one/team/alpha:unread", 1),
        ("two/team/beta", 1),
        ("nonsense", 2),
    ] {
        let (got, said) = ran(&["show", absent]).await;
        assert_eq!(got, Some(code), "{absent}: {said}");
    }
    store.close().await;
}
