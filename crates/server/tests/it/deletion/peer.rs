//! Real registries: with deletion switched on and off, that take tags alone and that do not.

use super::{Bed, delete_tag, plan};
use crate::cast::code;
use futures::StreamExt as _;
use roadstead_testkit::{Distribution, RegistryOptions};
use serde_json::{Value, json};
use std::time::Duration;

const ON: RegistryOptions = RegistryOptions {
    version: Distribution::Two,
    delete: true,
    tls: None,
};

#[tokio::test]
async fn peer_docker_shared_tag_goes_only_with_its_named_siblings_and_everything_agrees_at_once() {
    let mut digest = String::new();
    let bed = Bed::with(ON, |storage| {
        digest = storage
            .image("team/app", "one", "c", "amd64")
            .expect("image");
        let other = storage
            .image("team/app", "two", "c", "amd64")
            .expect("image");
        for (tag, digest) in [("v1", &digest), ("v2", &digest), ("solo", &other)] {
            storage.tag("team/app", tag, digest).expect("tag");
        }
    })
    .await;
    let repository = bed.repository("team/app").await;
    let v1 = format!("{repository}/tags/v1");
    let told = plan(&bed.admin, &v1).await;
    assert_eq!(told["refusal"]["code"], "tag.shared", "{told}");
    assert_eq!(told["tags"], json!({"items": ["v1", "v2"], "total": 2}));
    assert_eq!(
        (&told["only_this_tag"], &told["takes_artifact"]),
        (&json!(false), &json!(true))
    );
    assert_eq!(told["looked_at_all"], true);
    let can = |name: &str| {
        let all = told["capabilities"].as_array().expect("list");
        let one = all.iter().find(|c| c["name"] == name).expect("capability");
        (one["status"].clone(), one["reason"].clone())
    };
    assert_eq!(can("deletion"), (json!("available"), Value::Null));
    assert_eq!(can("tag_deletion"), (json!("missing"), json!("NotOffered")));
    let refused = delete_tag(&bed.admin, &v1, &digest).await;
    assert_eq!(code(&refused), (409, "tag.shared".to_owned()));
    assert_eq!(refused.body["params"]["tags"], "2");

    let artifact = format!("{repository}/artifacts/{digest}");
    let told = plan(&bed.admin, &artifact).await;
    assert_eq!(
        (
            &told["refusal"],
            &told["confirmation_needed"],
            &told["repository"]
        ),
        (&Value::Null, &json!(true), &json!("team/app"))
    );
    for unconfirmed in ["", "?confirm=team/other"] {
        let refused = bed.admin.delete(&format!("{artifact}{unconfirmed}")).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        let field = &refused.body["errors"][0];
        assert_eq!(field["pointer"], "/confirm");
        assert_eq!(field["code"], "deletion.unconfirmed");
    }
    assert_eq!(bed.tags(&repository).await, ["solo", "v1", "v2"]);
    assert_eq!(bed.entries().await.len(), 0);

    let stream = bed.admin.client().events("/api/v1/changes", None).await;
    let mut changes = Box::pin(stream.expect("stream"));
    let done = bed
        .admin
        .delete(&format!("{artifact}?confirm=team/app"))
        .await;
    assert_eq!(
        (done.status, &done.body["done"], &done.body["tags"]["total"]),
        (200, &json!(true), &json!(2)),
        "{}",
        done.body
    );
    // Lists, page and figures say the same with the answer.
    assert_eq!(bed.tags(&repository).await, ["solo"]);
    assert_eq!(bed.admin.get(&artifact).await.status, 404);
    let detail = bed.admin.get(&repository).await;
    assert_eq!(
        (
            &detail.body["repository"]["tags"],
            &detail.body["repository"]["artifacts"]
        ),
        (&json!(1), &json!(1))
    );
    let registry = format!("/api/v1/registries/{}", bed.registry);
    let figures = bed.admin.get(&registry).await;
    assert_eq!(figures.body["statistics"]["tags"]["value"], 1);
    let told = tokio::time::timeout(Duration::from_secs(60), async {
        while let Some(event) = changes.next().await {
            let change: Value = serde_json::from_str(&event.expect("read").data).expect("json");
            let id = repository.rsplit('/').next();
            if change["topic"] == "repository" && change["object_id"].as_str() == id {
                return;
            }
        }
        panic!("the stream ended");
    });
    told.await.expect("in time");
    let entries = bed.entries().await;
    assert_eq!(entries.len(), 1, "{entries:?}");
    assert_eq!(
        entries[0]["before"],
        json!({"registry": "dock", "repository": "team/app", "digest": digest,
            "tags": ["v1", "v2"], "tags_total": 2})
    );
    assert_eq!(entries[0]["after"], json!({"deleted": "artifact"}));
    assert_eq!(entries[0]["object"]["name"], format!("team/app@{digest}"));
    assert_eq!(entries[0]["actor"]["name"], "a-admin");

    // The registry has it no more, and the other one still.
    let gone = bed
        .admin
        .delete(&format!("{artifact}?confirm=team/app"))
        .await;
    assert_eq!(gone.status, 404);
    let solo = format!("{repository}/tags/solo");
    let told = plan(&bed.admin, &solo).await;
    assert_eq!(
        (
            &told["only_this_tag"],
            &told["takes_artifact"],
            &told["confirmation_needed"]
        ),
        (&json!(true), &json!(true), &json!(false)),
        "{told}"
    );
    let missing = bed.admin.delete(&solo).await;
    assert_eq!(
        code(&missing),
        (428, "request.precondition_required".to_owned())
    );
    let moved = delete_tag(&bed.admin, &solo, &digest).await;
    assert_eq!(code(&moved), (412, "tag.moved".to_owned()));
    assert_eq!(moved.body["params"]["digest"], told["digest"]);
    let seen = told["digest"].as_str().expect("digest");
    let done = delete_tag(&bed.admin, &solo, seen).await;
    assert_eq!(
        (done.status, &done.body["done"]),
        (200, &json!(true)),
        "{}",
        done.body
    );
    let detail = bed.admin.get(&repository).await.body;
    assert_eq!(
        (
            &detail["repository"]["state"],
            &detail["repository"]["tags"]
        ),
        (&json!("empty"), &json!(0))
    );
    bed.cast
        .app
        .assert_silent_about(&[roadstead_testkit::Guise::PASSWORD]);
}

#[tokio::test]
async fn peer_docker_sibling_pushed_a_moment_ago_is_seen_before_it_goes_too() {
    let mut digest = String::new();
    let bed = Bed::with(ON, |storage| {
        digest = storage.image("app", "one", "c", "amd64").expect("image");
        storage.tag("app", "v1", &digest).expect("tag");
        storage
            .tag(
                "app",
                "other",
                &storage.image("app", "two", "c", "amd64").expect("image"),
            )
            .expect("tag");
    })
    .await;
    let repository = bed.repository("app").await;
    // Nobody tells of it; one is new, and one has moved.
    bed.storage.tag("app", "v2", &digest).expect("tag");
    bed.storage.tag("app", "other", &digest).expect("tag");
    let refused = delete_tag(&bed.admin, &format!("{repository}/tags/v1"), &digest).await;
    assert_eq!(code(&refused), (409, "tag.shared".to_owned()));
    assert_eq!(refused.body["params"]["tags"], "3");
    let told = plan(&bed.admin, &format!("{repository}/artifacts/{digest}")).await;
    assert_eq!(told["tags"]["items"], json!(["other", "v1", "v2"]));
    // An index that lists it was pushed as well.
    let index = bed
        .storage
        .index("app", &[(&digest, "amd64")])
        .expect("index");
    bed.storage.tag("app", "multi", &index).expect("tag");
    let path = format!("{repository}/artifacts/{digest}?confirm=app");
    let refused = bed.admin.delete(&path).await;
    assert_eq!(code(&refused), (409, "artifact.listed".to_owned()));
    assert_eq!(refused.body["params"]["names"], "multi");
}

#[tokio::test]
async fn peer_docker_deletion_that_is_switched_off_is_said_with_its_reason_and_asked_for_anew() {
    let mut digest = String::new();
    let mut bed = Bed::with(RegistryOptions::default(), |storage| {
        digest = storage.image("app", "one", "c", "amd64").expect("image");
        storage.tag("app", "v1", &digest).expect("tag");
    })
    .await;
    let repository = bed.repository("app").await;
    for path in ["tags/v1".to_owned(), format!("artifacts/{digest}")] {
        let path = format!("{repository}/{path}");
        let told = plan(&bed.admin, &path).await;
        assert_eq!(
            told["refusal"],
            json!({"code": "deletion.unavailable", "params": {"reason": "SwitchedOff"}})
        );
        let refused = delete_tag(&bed.admin, &path, &digest).await;
        assert_eq!(code(&refused), (409, "deletion.unavailable".to_owned()));
        assert_eq!(refused.body["params"]["reason"], "SwitchedOff");
    }
    assert_eq!(bed.tags(&repository).await, ["v1"]);
    assert_eq!(bed.entries().await.len(), 0);
    bed.upstream.restart_with(ON).await;
    let done = delete_tag(&bed.admin, &format!("{repository}/tags/v1"), &digest).await;
    assert_eq!(
        (done.status, &done.body["done"]),
        (200, &json!(true)),
        "{}",
        done.body
    );
    let registry = format!("/api/v1/registries/{}", bed.registry);
    let registry = bed.admin.get(&registry).await.body;
    let all = registry["capabilities"].as_array().expect("list");
    let deletion = all.iter().find(|c| c["name"] == "deletion");
    assert_eq!(deletion.expect("capability")["status"], "available");
}

#[tokio::test]
async fn peer_docker_index_goes_before_what_it_lists() {
    let (mut child, mut index) = (String::new(), String::new());
    let bed = Bed::with(ON, |storage| {
        child = storage.image("app", "one", "c", "amd64").expect("image");
        let tagged = storage.image("app", "two", "c", "arm64").expect("image");
        index = storage
            .index("app", &[(&child, "amd64"), (&tagged, "arm64")])
            .expect("index");
        storage.tag("app", "multi", &index).expect("tag");
        storage.tag("app", "arm", &tagged).expect("tag");
        let signature = format!("{}.sig", index.replace(':', "-"));
        let signed = storage
            .image("app", "signature", "c", "amd64")
            .expect("image");
        storage.tag("app", &signature, &signed).expect("tag");
    })
    .await;
    let repository = bed.repository("app").await;
    for path in [format!("artifacts/{child}"), "tags/arm".to_owned()] {
        let told = plan(&bed.admin, &format!("{repository}/{path}")).await;
        assert_eq!(told["refusal"]["code"], "artifact.listed", "{told}");
        assert_eq!(
            told["parents"],
            json!({"items": [{"digest": index, "tag": "multi"}], "total": 1})
        );
    }
    let refused = bed
        .admin
        .delete(&format!("{repository}/artifacts/{child}"))
        .await;
    assert_eq!(code(&refused), (409, "artifact.listed".to_owned()));
    let multi = format!("{repository}/tags/multi");
    let told = plan(&bed.admin, &multi).await;
    assert_eq!(
        told["children"],
        json!({"items": [child], "total": 1}),
        "the other one has a tag of its own"
    );
    assert_eq!(
        told["attached_tags"],
        json!([format!("{}.sig", index.replace(':', "-"))])
    );
    let done = delete_tag(&bed.admin, &multi, &index).await;
    assert_eq!(
        (done.status, &done.body["done"]),
        (200, &json!(true)),
        "{}",
        done.body
    );
    // At once, before anybody has swept.
    let done = bed
        .admin
        .delete(&format!("{repository}/artifacts/{child}"))
        .await;
    assert_eq!(
        (done.status, &done.body["done"]),
        (200, &json!(true)),
        "{}",
        done.body
    );
    assert_eq!(bed.entries().await.len(), 2);
}

#[tokio::test]
async fn peer_distribution3_tag_goes_alone_and_its_siblings_stay() {
    let options = RegistryOptions {
        version: Distribution::Three,
        ..ON
    };
    let mut digest = String::new();
    let bed = Bed::with(options, |storage| {
        digest = storage.image("app", "one", "c", "amd64").expect("image");
        for tag in ["v1", "v2"] {
            storage.tag("app", tag, &digest).expect("tag");
        }
    })
    .await;
    let repository = bed.repository("app").await;
    let v1 = format!("{repository}/tags/v1");
    let told = plan(&bed.admin, &v1).await;
    assert_eq!(
        (
            &told["refusal"],
            &told["only_this_tag"],
            &told["takes_artifact"]
        ),
        (&Value::Null, &json!(true), &json!(false)),
        "{told}"
    );
    assert_eq!(told["tags"]["items"], json!(["v1", "v2"]));
    let done = delete_tag(&bed.admin, &v1, &digest).await;
    assert_eq!(
        (done.status, &done.body["done"]),
        (200, &json!(true)),
        "{}",
        done.body
    );
    assert_eq!(bed.tags(&repository).await, ["v2"]);
    let artifact = bed
        .admin
        .get(&format!("{repository}/artifacts/{digest}"))
        .await;
    assert_eq!(artifact.body["tags"], json!(["v2"]));
    let entries = bed.entries().await;
    assert_eq!(entries[0]["after"], json!({"deleted": "tag"}));
    assert_eq!(entries[0]["before"]["tags"], json!(["v1"]));
    // The registry says the same.
    let told = plan(&bed.admin, &format!("{repository}/artifacts/{digest}")).await;
    assert_eq!(
        (&told["tags"], &told["looked_at_all"]),
        (&json!({"items": ["v2"], "total": 1}), &json!(true))
    );
}

#[tokio::test]
async fn peer_docker_sec_34_others_workspaces_learn_nothing_and_editors_delete_nothing() {
    let mut digest = String::new();
    let bed = Bed::with(ON, |storage| {
        digest = storage.image("app", "one", "c", "amd64").expect("image");
        storage.tag("app", "v1", &digest).expect("tag");
    })
    .await;
    let repository = bed.repository("app").await;
    let (stranger, _) = bed.cast.member("b-admin", &bed.cast.beta, "admin").await;
    let (editor, _) = bed.cast.member("a-editor", &bed.cast.alpha, "editor").await;
    let (auditor, _) = bed.cast.person("auditor", Some("auditor")).await;
    let absent = "/api/v1/repositories/0192f0c1-2345-7abc-8def-0123456789ab";
    for what in ["tags/v1".to_owned(), format!("artifacts/{digest}")] {
        for query in ["?dry_run=true", ""] {
            let hidden =
                delete_tag(&stranger, &format!("{repository}/{what}{query}"), &digest).await;
            let missing = delete_tag(&stranger, &format!("{absent}/{what}{query}"), &digest).await;
            assert_eq!(code(&hidden), (404, "object.not_found".to_owned()));
            let shown = |answer: &roadstead_testkit::Answer| {
                let mut body = answer.body.clone();
                body["request_id"] = Value::Null;
                (answer.status, body)
            };
            assert_eq!(shown(&hidden), shown(&missing));
            for member in [&editor, &auditor] {
                let path = format!("{repository}/{what}{query}");
                let denied = delete_tag(member, &path, &digest).await;
                assert_eq!(code(&denied), (403, "permission.denied".to_owned()));
                assert_eq!(denied.body["permission"], "image.delete");
            }
        }
    }
    assert_eq!(bed.tags(&repository).await, ["v1"]);
    let actions = |body: &Value| {
        let all = body["allowed_actions"].as_array().expect("list").clone();
        let one = all.into_iter().find(|a| a["action"] == "image.delete");
        one.expect("told")["allowed"].clone()
    };
    assert_eq!(actions(&editor.get(&repository).await.body), json!(false));
    assert_eq!(actions(&bed.admin.get(&repository).await.body), json!(true));
}
