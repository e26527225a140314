//! Workspaces, their members, machine accounts and registries.

use crate::cast::{Cast, code, delete_at, id, put};
use roadstead_testkit::Api;
use serde_json::json;

#[tokio::test]
async fn counts_are_told_to_those_who_may_list_what_is_counted() {
    let cast = Cast::start().await;
    let (admin, _) = cast.member("a-admin", &cast.alpha, "admin").await;
    let (viewer, _) = cast.member("a-viewer", &cast.alpha, "viewer").await;
    let made = admin
        .post(
            "/api/v1/registries",
            &cast.registry("one", Some(&cast.alpha)),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/api/v1/workspaces/{}", cast.alpha);
    let input = json!({"name": "robot", "role": "viewer"});
    let robot = admin
        .post(&format!("{path}/machine-accounts"), &input)
        .await;
    assert_eq!(robot.status, 201, "{}", robot.body);
    let offered = robot.body["token_scope"].as_array().expect("permissions");
    assert!(offered.contains(&json!("registry.read")));
    assert!(!offered.contains(&json!("registry.edit")));

    let all = json!({"registries": 1, "members": 2, "machine_accounts": 1});
    let own = json!({"registries": 1, "members": null, "machine_accounts": null});
    for (person, told) in [(&cast.padmin, &all), (&admin, &all), (&viewer, &own)] {
        let one = person.get(&path).await;
        assert_eq!(&one.body["counts"], told);
        let list = person.get("/api/v1/workspaces").await;
        assert_eq!(&list.body["items"][0]["counts"], told);
    }
}

#[tokio::test]
async fn member_sees_the_own_workspace_and_its_registries_and_nothing_of_another() {
    let cast = Cast::start().await;
    let (a_admin, _) = cast.member("a-admin", &cast.alpha, "admin").await;
    let (b_admin, _) = cast.member("b-admin", &cast.beta, "admin").await;
    let made = a_admin
        .post(
            "/api/v1/registries",
            &cast.registry("one", Some(&cast.alpha)),
        )
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let registry = format!("/api/v1/registries/{}", id(&made.body));
    let platform = cast
        .padmin
        .post("/api/v1/registries", &cast.registry("two", None))
        .await;
    assert_eq!(platform.status, 201, "{}", platform.body);

    let list = a_admin.get("/api/v1/registries").await;
    assert_eq!(list.body["total"]["value"], 1);
    let list = a_admin.get("/api/v1/workspaces").await;
    assert_eq!(
        (&list.body["total"]["value"], &list.body["items"][0]["role"]),
        (&json!(1), &json!("admin"))
    );

    let foreign = format!("/api/v1/workspaces/{}", cast.alpha);
    let absent = format!(
        "/api/v1/workspaces/{}",
        "0192f0c1-2345-7abc-8def-0123456789ab"
    );
    for suffix in ["", "/members", "/machine-accounts"] {
        let mut hidden = b_admin.get(&format!("{foreign}{suffix}")).await;
        let mut nothing = b_admin.get(&format!("{absent}{suffix}")).await;
        hidden.body["request_id"] = json!(null);
        nothing.body["request_id"] = json!(null);
        assert_eq!((hidden.status, &hidden.body), (404, &nothing.body));
    }
    assert_eq!(b_admin.get(&registry).await.status, 404);
    let list = b_admin.get("/api/v1/registries").await;
    assert_eq!(
        (&list.body["items"], &list.body["total"]["value"]),
        (&json!([]), &json!(0))
    );
    let input = cast.registry("three", Some(&cast.alpha));
    let refused = b_admin.post("/api/v1/registries", &input).await;
    assert_eq!(code(&refused), (404, "object.not_found".to_owned()));
    let refused = b_admin
        .post("/api/v1/registries", &cast.registry("three", None))
        .await;
    assert_eq!(code(&refused), (403, "permission.denied".to_owned()));
    assert_eq!(refused.body["permission"], "registry.integrate");
}

#[tokio::test]
async fn viewer_looks_and_is_told_which_permission_is_missing() {
    let cast = Cast::start().await;
    let (viewer, _) = cast.member("a-viewer", &cast.alpha, "viewer").await;
    let path = format!("/api/v1/workspaces/{}", cast.alpha);
    let seen = viewer.get(&path).await;
    assert_eq!((seen.status, &seen.body["role"]), (200, &json!("viewer")));
    let denied = viewer.patch(&path, 1, &json!({"description": "x"})).await;
    assert_eq!(
        (denied.status, &denied.body["permission"]),
        (403, &json!("workspace.edit"))
    );
    let denied = viewer.get(&format!("{path}/members")).await;
    assert_eq!(
        (denied.status, &denied.body["permission"]),
        (403, &json!("member.read"))
    );
    let input = cast.registry("one", Some(&cast.alpha));
    let denied = viewer.post("/api/v1/registries", &input).await;
    assert_eq!(
        (denied.status, &denied.body["permission"]),
        (403, &json!("registry.integrate"))
    );
}

#[tokio::test]
async fn workspace_with_a_registry_names_what_keeps_it() {
    let cast = Cast::start().await;
    let input = cast.registry("one", Some(&cast.alpha));
    let made = cast.padmin.post("/api/v1/registries", &input).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let path = format!("/api/v1/workspaces/{}", cast.alpha);
    let kept = delete_at(&cast.padmin, &path, 1).await;
    assert_eq!(code(&kept), (409, "workspace.not_empty".to_owned()));
    assert_eq!(
        kept.body["params"],
        json!({"registries": "1", "names": "one"})
    );
    let registry = format!("/api/v1/registries/{}", id(&made.body));
    assert_eq!(delete_at(&cast.padmin, &registry, 1).await.status, 204);
    assert_eq!(delete_at(&cast.padmin, &path, 1).await.status, 204);
    assert_eq!(cast.padmin.get(&path).await.status, 404);
}

#[tokio::test]
async fn workspace_registry_proves_its_certificate() {
    let cast = Cast::start().await;
    let mut input = cast.registry("one", Some(&cast.alpha));
    input["address"] = json!("https://127.0.0.1:1");
    input["tls"] = json!({"mode": "skip"});
    let refused = cast.padmin.post("/api/v1/registries", &input).await;
    assert_eq!(
        refused.body["errors"][0]["code"], "tls.skip_refused",
        "{}",
        refused.body
    );
    input["tls"] = json!({"mode": "verify"});
    input["address"] = json!("https://10.255.255.1");
    let refused = cast.padmin.post("/api/v1/registries", &input).await;
    assert_eq!(
        code(&refused).1,
        "outbound.address_refused",
        "{}",
        refused.body
    );
}

#[tokio::test]
async fn workspace_admin_takes_people_in_by_name_and_the_last_one_stays() {
    let cast = Cast::start().await;
    let (a_admin, a_id) = cast.member("a-admin", &cast.alpha, "admin").await;
    let (nobody, nobody_id) = cast.person("nobody", None).await;
    let path = format!("/api/v1/workspaces/{}/members", cast.alpha);
    assert_eq!(nobody.get(&path).await.status, 404);
    // By id only who is a member already: ids of others are nothing a workspace knows.
    let by_id = put(
        &a_admin,
        &format!("{path}/{nobody_id}"),
        &json!({"role": "viewer"}),
    )
    .await;
    assert_eq!(code(&by_id), (404, "object.not_found".to_owned()));
    let unknown = a_admin
        .post(&path, &json!({"name": "who", "role": "viewer"}))
        .await;
    assert_eq!(unknown.body["errors"][0]["code"], "user.unknown");
    let added = a_admin
        .post(&path, &json!({"name": "nobody", "role": "viewer"}))
        .await;
    assert_eq!((added.status, &added.body["role"]), (201, &json!("viewer")));
    assert_eq!(
        nobody.get("/api/v1/workspaces").await.body["total"]["value"],
        1,
        "rights are those of now"
    );
    let own = format!("{path}/{a_id}");
    let last = a_admin.delete(&own).await;
    assert_eq!(code(&last), (409, "workspace.last_admin".to_owned()));
    let raised = put(
        &a_admin,
        &format!("{path}/{nobody_id}"),
        &json!({"role": "admin"}),
    )
    .await;
    assert_eq!(raised.status, 200, "{}", raised.body);
    assert_eq!(a_admin.delete(&own).await.status, 204);
    assert_eq!(a_admin.get(&path).await.status, 404);
}

#[tokio::test]
async fn machine_account_acts_in_its_workspace_and_outlives_who_made_it() {
    let cast = Cast::start().await;
    let (a_admin, a_id) = cast.member("a-admin", &cast.alpha, "admin").await;
    let base = format!("/api/v1/workspaces/{}/machine-accounts", cast.alpha);
    let made = a_admin
        .post(&base, &json!({"name": "robot", "role": "viewer"}))
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let tokens = format!("{base}/{}/tokens", id(&made.body));
    let body = json!({"name": "ci", "expires_at": crate::people::in_days(30),
        "scope": ["workspace.read", "registry.read", "registry.integrate"]});
    let issued = a_admin.post(&tokens, &body).await;
    assert_eq!(issued.status, 201, "{}", issued.body);
    let text = issued.body["text"].as_str().expect("text").to_owned();
    let robot = Api::with_token(&cast.app.url(), &text);
    assert_eq!(
        robot.get("/api/v1/workspaces").await.body["total"]["value"],
        1
    );
    let path = format!("/api/v1/users/{a_id}");
    assert_eq!(delete_at(&cast.padmin, &path, 1).await.status, 204);
    assert_eq!(robot.get("/api/v1/registries").await.status, 200);
    let denied = robot
        .post(
            "/api/v1/registries",
            &cast.registry("one", Some(&cast.alpha)),
        )
        .await;
    assert_eq!(
        denied.body["permission"], "registry.integrate",
        "a viewer stays one"
    );
    let listed = cast.padmin.get(&tokens).await;
    assert!(!listed.body.to_string().contains(&text));
    let foreign = tokens.replace(&cast.alpha, &cast.beta);
    assert_eq!(cast.padmin.get(&foreign).await.status, 404, "wrong parent");
    let one = format!("{tokens}/{}", id(&issued.body));
    assert_eq!(cast.padmin.delete(&one).await.status, 204);
    let ended = robot.get("/api/v1/registries").await;
    assert_eq!(code(&ended), (401, "token.rejected".to_owned()));
    cast.app.assert_silent_about(&[&text]);
}
