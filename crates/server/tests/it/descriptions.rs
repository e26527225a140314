//! What people write about repositories, through the API and at a terminal.

use crate::cast::{Cast, code, id};
use crate::inventory::{Filled, beside, fill};
use crate::people::in_days;
use crate::tool;
use futures::StreamExt as _;
use roadstead_testkit::{Answer, Api, DockerRegistry, Guise, Method, RegistryOptions};
use roadstead_testkit::{TestApp, fill as push};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Longer than any step may take.
const BOUND: Duration = Duration::from_secs(60);

/// The most bytes of a description.
const MOST: usize = 64 << 10;

fn path(repository: &str) -> String {
    format!("/api/v1/repositories/{repository}/description")
}

async fn put(api: &Api, repository: &str, revision: &str, text: &str) -> Answer {
    let body = json!({ "text": text });
    let headers = [("if-match", revision)];
    let path = path(repository);
    api.send(Method::PUT, &path, Some(&body), &headers).await
}

async fn registry(cast: &Cast, name: &str, workspace: Option<&str>) -> Filled {
    let input = cast.registry(name, workspace);
    let made = cast.padmin.post("/api/v1/registries", &input).await;
    let store = beside(&cast.app).await;
    let filled = fill(&store, &id(&made.body), name).await;
    store.close().await;
    filled
}

/// The tag of an answer, as `If-Match` takes it.
fn tag(answer: &Answer) -> String {
    let tag = answer.headers["etag"].to_str().expect("etag");
    assert_eq!(tag, format!("\"{}\"", answer.body["revision"]));
    tag.to_owned()
}

#[tokio::test]
async fn editor_writes_a_description_and_everybody_of_the_workspace_reads_it() {
    let cast = Cast::start().await;
    let repository = registry(&cast, "one", Some(&cast.alpha)).await.repository;
    let (editor, editor_id) = cast.member("a-editor", &cast.alpha, "editor").await;
    let (viewer, _) = cast.member("a-viewer", &cast.alpha, "viewer").await;
    let none = viewer.get(&path(&repository)).await;
    assert_eq!(
        (none.status, &none.body["text"], &none.body["revision"]),
        (200, &json!(""), &json!(0))
    );
    assert_eq!(none.body["updated_at"], Value::Null);
    assert_eq!(tag(&none), "\"0\"");
    let mut events = Box::pin(
        viewer
            .client()
            .events("/api/v1/changes", None)
            .await
            .expect("stream"),
    );
    let text = "# App\r\n\r\n<script>alert(1)</script>\n";
    let written = put(&editor, &repository, &tag(&none), text).await;
    assert_eq!(written.status, 200, "{}", written.body);
    let told = tokio::time::timeout(BOUND, async {
        loop {
            let event = events.next().await.expect("event").expect("read");
            let change: Value = serde_json::from_str(&event.data).expect("json");
            // How the registry is and what it can do is found out meanwhile, and told as well.
            let topic = change["topic"].as_str().expect("topic");
            if !["registry_health", "registry_statistics"].contains(&topic) {
                return change;
            }
        }
    });
    let change = told.await.expect("in time");
    assert_eq!(
        (&change["topic"], &change["object_id"]),
        (&json!("repository"), &json!(repository))
    );
    let read = viewer.get(&path(&repository)).await;
    // What is in it is the reader's to make harmless, not ours to change.
    assert_eq!(read.body["text"], "# App\n\n<script>alert(1)</script>\n");
    assert_eq!(
        read.body["updated_by"],
        json!({"id": editor_id, "name": "a-editor"})
    );
    assert_eq!(tag(&read), tag(&written));
    let may = |answer: &Answer| answer.body["allowed_actions"][0].clone();
    assert_eq!(may(&written)["action"], "image.describe");
    assert_eq!(may(&written)["allowed"], true);
    assert_eq!(may(&read)["allowed"], false);
    let emptied = put(&editor, &repository, &tag(&read), " \n").await;
    assert_eq!(
        (emptied.status, &emptied.body["revision"]),
        (200, &json!(0))
    );
    let audit = cast
        .padmin
        .get("/api/v1/audit-entries?action=image.describe&outcome=done")
        .await;
    let entries = audit.body["items"].as_array().expect("items");
    assert_eq!(entries.len(), 2);
    let lf = "# App\n\n<script>alert(1)</script>\n";
    for (entry, before, after) in [(&entries[1], "", lf), (&entries[0], lf, "")] {
        assert_eq!(entry["before"], json!({"description": before}));
        assert_eq!(entry["after"], json!({"description": after}));
        assert_eq!(entry["object"]["kind"], "repository");
        assert_eq!(entry["object"]["name"], "team/one");
        assert_eq!(entry["workspace_id"], cast.alpha.as_str());
    }
}

#[tokio::test]
async fn sec_18_description_is_written_by_editors_and_hidden_from_others_workspaces() {
    let cast = Cast::start().await;
    let repository = registry(&cast, "one", Some(&cast.alpha)).await.repository;
    let (editor, _) = cast.member("a-editor", &cast.alpha, "editor").await;
    let (viewer, _) = cast.member("a-viewer", &cast.alpha, "viewer").await;
    let (stranger, _) = cast.member("b-admin", &cast.beta, "admin").await;
    let (nobody, _) = cast.person("nobody", None).await;
    let (auditor, _) = cast.person("auditor", Some("auditor")).await;
    let written = put(&editor, &repository, "\"0\"", "canary-text").await;
    let revision = tag(&written);
    for refused in [&viewer, &auditor] {
        let answer = put(refused, &repository, &revision, "mine").await;
        assert_eq!(code(&answer), (403, "permission.denied".to_owned()));
        assert_eq!(answer.body["permission"], "image.describe");
    }
    let absent = "0192f0c1-2345-7abc-8def-0123456789ab";
    for hidden in [&stranger, &nobody] {
        for repository in [repository.as_str(), absent] {
            let read = hidden.get(&path(repository)).await;
            assert_eq!(code(&read), (404, "object.not_found".to_owned()));
            let put = put(hidden, repository, &revision, "mine").await;
            assert_eq!(code(&put), (404, "object.not_found".to_owned()));
            assert!(!put.body.to_string().contains("canary-text"));
        }
    }
    let kept = auditor.get(&path(&repository)).await;
    assert_eq!(kept.body["text"], "canary-text");
    let refusals = cast
        .padmin
        .get("/api/v1/audit-entries?action=image.describe&outcome=done")
        .await;
    assert_eq!(refusals.body["total"]["value"], 1, "{}", refusals.body);
}

#[tokio::test]
async fn description_is_edited_only_as_it_was_read() {
    let cast = Cast::start().await;
    let repository = registry(&cast, "one", Some(&cast.alpha)).await.repository;
    let (editor, _) = cast.member("a-editor", &cast.alpha, "editor").await;
    let body = json!({"text": "x"});
    for (headers, expected) in [
        (vec![], 428),
        (vec![("if-match", "*")], 428),
        (vec![("if-match", "0")], 428),
        (vec![("if-match", "\"1\"")], 412),
    ] {
        let answer = editor
            .send(Method::PUT, &path(&repository), Some(&body), &headers)
            .await;
        assert_eq!(answer.status, expected, "{headers:?}: {}", answer.body);
    }
    let first = tag(&put(&editor, &repository, "\"0\"", "first").await);
    let second = put(&cast.padmin, &repository, &first, "second").await;
    assert_eq!(second.status, 200, "{}", second.body);
    let stale = put(&editor, &repository, &first, "mine").await;
    assert_eq!(code(&stale), (412, "request.stale".to_owned()));
    assert_eq!(
        stale.body["params"]["current"],
        second.body["revision"].to_string()
    );
    // What stands there already is no edit, and leaves nothing in the log.
    let same = put(&editor, &repository, &tag(&second), "second").await;
    assert_eq!((same.status, tag(&same)), (200, tag(&second)));
    assert_eq!(same.body["updated_by"]["name"], "padmin");
    let audit = "/api/v1/audit-entries?action=image.describe&outcome=done";
    let audit = cast.padmin.get(audit).await;
    assert_eq!(audit.body["total"]["value"], 2);
    // Read before it was taken away and written anew.
    let taken = put(&editor, &repository, &tag(&second), "").await;
    let third = put(&editor, &repository, &tag(&taken), "third").await;
    assert_eq!(third.status, 200, "{}", third.body);
    for old in [&first, &tag(&second), "\"0\""] {
        let stale = put(&cast.padmin, &repository, old, "mine").await;
        assert_eq!(stale.status, 412, "{old}");
    }
}

#[tokio::test]
async fn sec_30_description_has_a_bound_in_bytes_and_no_control_characters() {
    let cast = Cast::start().await;
    let repository = registry(&cast, "one", Some(&cast.alpha)).await.repository;
    let (editor, _) = cast.member("a-editor", &cast.alpha, "editor").await;
    let long = "\u{e9}".repeat(MOST / 2) + "a";
    for (text, wanted, field, value) in [
        (long.as_str(), "description.too_long", "max_bytes", "65536"),
        ("a\nb\u{0}", "description.control_character", "line", "2"),
        ("\u{1b}[2J", "description.control_character", "line", "1"),
    ] {
        let refused = put(&editor, &repository, "\"0\"", text).await;
        let problem = &refused.body["errors"][0];
        assert_eq!(
            (refused.status, &problem["pointer"], &problem["code"]),
            (422, &json!("/text"), &json!(wanted)),
            "{}",
            refused.body
        );
        assert_eq!(problem["params"][field], value);
    }
    // Above every honest way to write the longest text.
    let huge = put(&editor, &repository, "\"0\"", &"a".repeat(4 * MOST + 1)).await;
    assert_eq!(code(&huge), (413, "request.too_large".to_owned()));
    assert_eq!(huge.body["params"]["limit_bytes"], "262144");
    for body in [json!({}), json!({"text": 7}), json!({"text": "", "x": 1})] {
        let headers = [("if-match", "\"0\"")];
        let answer = editor
            .send(Method::PUT, &path(&repository), Some(&body), &headers)
            .await;
        assert_eq!(answer.status, 422, "{}", answer.body);
    }
    let none = editor.get(&path(&repository)).await;
    assert_eq!(none.body["revision"], 0);
    // The longest there is, written with as many bytes as JSON may need.
    let most = "\"\n".repeat(MOST / 2);
    let written = put(&editor, &repository, "\"0\"", &most).await;
    assert_eq!(written.status, 200, "{}", written.body["code"]);
    assert_eq!(written.body["text"].as_str(), Some(most.as_str()));
    let audit = "/api/v1/audit-entries?action=image.describe&outcome=done";
    let entry = &cast.padmin.get(audit).await.body["items"][0];
    assert_eq!(entry["after"]["description_bytes"], MOST);
    let kept = entry["after"]["description"].as_str().expect("text");
    assert_eq!(kept.len(), MOST / 4, "the log keeps a bounded part");
}

#[tokio::test]
async fn members_read_what_the_platform_says_of_its_images_and_not_who_said_it() {
    let upstream = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    push::push(upstream.address(), None, "shared/base", &["1.0"]).await;
    let cast = Cast::on(TestApp::start(crate::ROADSTEAD).await).await;
    let (admin, _) = cast.member("a-admin", &cast.alpha, "admin").await;
    let (nobody, _) = cast.person("nobody", None).await;
    let (auditor, _) = cast.person("auditor", Some("auditor")).await;
    let body = json!({"kind": "docker", "name": "dock-open", "address": upstream.url(),
        "plain_http_consent": true});
    let made = cast.padmin.post("/api/v1/registries", &body).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let begun = Instant::now();
    let repository = loop {
        let list = admin.get("/api/v1/repositories").await.body;
        if let Some(id) = list["items"][0]["repository"]["id"].as_str() {
            break id.to_owned();
        }
        assert!(begun.elapsed() < BOUND, "nothing is read: {list}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let refused = put(&admin, &repository, "\"0\"", "mine").await;
    assert_eq!(code(&refused), (403, "permission.denied".to_owned()));
    let written = put(&cast.padmin, &repository, "\"0\"", "for everybody").await;
    assert_eq!(written.status, 200, "{}", written.body);
    assert_eq!(written.body["updated_by"]["name"], "padmin");
    for (api, by) in [(&admin, None), (&auditor, Some("padmin"))] {
        let read = api.get(&path(&repository)).await;
        assert_eq!(read.body["text"], "for everybody");
        assert_eq!(read.body["updated_by"]["name"].as_str(), by);
    }
    assert_eq!(nobody.get(&path(&repository)).await.status, 404);
}

#[tokio::test]
async fn image_describe_writes_a_file_and_image_show_tells_its_first_line() {
    let cast = Cast::start().await;
    let repository = registry(&cast, "one", Some(&cast.alpha)).await.repository;
    let (editor, _) = cast.member("a-editor", &cast.alpha, "editor").await;
    let token = async |scope: Value| {
        let body = json!({"name": "cli", "scope": scope, "expires_at": in_days(1)});
        let made = editor.post("/api/v1/tokens", &body).await;
        made.body["text"].as_str().expect("token").to_owned()
    };
    let writes = token(json!(["registry.read", "image.describe"])).await;
    let reads = token(json!(["registry.read"])).await;
    let home = tempfile::tempdir().expect("folder");
    let file = home.path().join("readme.md");
    let file = file.to_str().expect("path");
    std::fs::write(file, "\n# The app\n\nwith more\n").expect("written");
    let url = cast.app.url();
    let ran = async |token: &str, arguments: &[&str]| {
        let all = [&["image"], arguments].concat();
        let environment = [("ROADSTEAD_URL", url.as_str()), ("ROADSTEAD_TOKEN", token)];
        let output = tool::run(&home.path().join("none"), &all, &environment).await;
        (output.status.code(), tool::said(&output))
    };
    let (_, said) = ran(&reads, &["show", "one/team/one"]).await;
    assert!(said.contains("No description."), "{said}");
    let describe = ["describe", "one/team/one", "--file", file];
    let (exit, said) = ran(&reads, &describe).await;
    assert_eq!(exit, Some(77), "{said}");
    let (exit, said) = ran(&writes, &describe).await;
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains("team/one is written"), "{said}");
    let (_, said) = ran(&reads, &["show", "one/team/one"]).await;
    assert!(said.contains("Description: The app\n"), "{said}");
    let (_, said) = ran(&reads, &["show", "one/team/one", "--json"]).await;
    let told: Value = serde_json::from_str(&said).expect("json");
    assert_eq!(told["description"]["updated_by"]["name"], "a-editor");
    for (image, given, exit) in [
        ("one/team/one:latest", file, 2),
        ("one/team/other", file, 1),
        ("one/team/one", "/nonexistent/readme.md", 2),
    ] {
        let (got, said) = ran(&writes, &["describe", image, "--file", given]).await;
        assert_eq!(got, Some(exit), "{image}: {said}");
    }
    std::fs::write(file, "").expect("written");
    let (exit, said) = ran(&writes, &[&describe[..], &["--json"]].concat()).await;
    let told: Value = serde_json::from_str(&said).expect("json");
    assert_eq!((exit, &told["revision"]), (Some(0), &json!(0)));
    let none = editor.get(&path(&repository)).await;
    assert_eq!(none.body["text"], "");
}
