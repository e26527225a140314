//! The people of every test: a platform with two workspaces.

use crate::ROADSTEAD;
use crate::postgres::MASTER_KEY;
use roadstead_testkit::postgres::Database;
use roadstead_testkit::{Api, Reply, Scripted, TestApp, TestAppOptions};
use serde_json::{Value, json};

/// Everybody's password but the first administrator's.
pub(crate) const PASSWORD: &str = "cast-canary-51c7aa";

pub(crate) struct Cast {
    pub(crate) app: TestApp,
    pub(crate) padmin: Api,
    pub(crate) alpha: String,
    pub(crate) beta: String,
    upstream: Scripted,
}

/// Registries are not read, so that their inventory is what a test says it is.
pub(crate) fn unread(mut options: TestAppOptions) -> TestAppOptions {
    let off = ("ROADSTEAD_CRAWL_ENABLED".to_owned(), "false".to_owned());
    options.environment.push(off);
    options
}

impl Cast {
    pub(crate) async fn start() -> Self {
        let options = unread(TestAppOptions::default());
        Self::on(TestApp::start_with(ROADSTEAD, options).await).await
    }

    /// The same with a database of PostgreSQL.
    pub(crate) async fn start_on(database: &Database) -> Self {
        let options = unread(TestAppOptions {
            database_url: Some(database.url().to_owned()),
            master_key: Some(MASTER_KEY.to_owned()),
            ..TestAppOptions::default()
        });
        Self::on(TestApp::start_with(ROADSTEAD, options).await).await
    }

    /// The same on a server that was started in its own way.
    pub(crate) async fn on(app: TestApp) -> Self {
        let padmin = app.admin().await;
        let upstream = Scripted::start().await;
        upstream.on("GET /v2/", Reply::registry());
        upstream.on("GET /v2/_catalog", Reply::json("{\"repositories\":[]}"));
        // Empty, but not open to everybody: members see nothing of it.
        let anybody = "GET /v2/roadstead-looks/whether-everybody-may-pull/manifests/latest";
        upstream.on(anybody, Reply::basic_challenge());
        let mut cast = Self {
            app,
            padmin,
            alpha: String::new(),
            beta: String::new(),
            upstream,
        };
        cast.alpha = cast.workspace("alpha").await;
        cast.beta = cast.workspace("beta").await;
        cast
    }

    async fn workspace(&self, name: &str) -> String {
        let made = self
            .padmin
            .post("/api/v1/workspaces", &json!({"name": name}))
            .await;
        assert_eq!(made.status, 201, "{}", made.body);
        id(&made.body)
    }

    /// Makes somebody who has signed in by their link. Answers them and their id.
    pub(crate) async fn person(&self, name: &str, platform_role: Option<&str>) -> (Api, String) {
        let body = json!({"name": name, "platform_role": platform_role});
        let made = self.padmin.post("/api/v1/users", &body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let api = self.app.api();
        api.use_link(made.body["link"]["url"].as_str().expect("link"), PASSWORD)
            .await;
        (api, id(&made.body["user"]))
    }

    /// Makes somebody with a role in a workspace.
    pub(crate) async fn member(&self, name: &str, workspace: &str, role: &str) -> (Api, String) {
        let (api, id) = self.person(name, None).await;
        let path = format!("/api/v1/workspaces/{workspace}/members/{id}");
        let put = self.put(&path, &json!({"role": role})).await;
        assert_eq!(put.status, 200, "{}", put.body);
        (api, id)
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> roadstead_testkit::Answer {
        put(&self.padmin, path, body).await
    }

    /// A registry body of this owner; it is answered by a scripted upstream.
    pub(crate) fn registry(&self, name: &str, workspace: Option<&str>) -> Value {
        let owner = match workspace {
            Some(id) => json!({"type": "workspace", "id": id}),
            None => json!({"type": "platform"}),
        };
        json!({"kind": "docker", "name": name, "address": self.upstream.url(),
            "owner": owner, "plain_http_consent": true})
    }
}

impl Cast {
    /// What answers for the registries of [`Cast::registry`].
    pub(crate) const fn upstream(&self) -> &Scripted {
        &self.upstream
    }
}

pub(crate) async fn put(api: &Api, path: &str, body: &Value) -> roadstead_testkit::Answer {
    api.send(roadstead_testkit::Method::PUT, path, Some(body), &[])
        .await
}

pub(crate) async fn delete_at(api: &Api, path: &str, generation: i64) -> roadstead_testkit::Answer {
    let tag = format!("\"{generation}\"");
    // A registry is disconnected by its name.
    let path = match api.get(path).await.body["name"].as_str() {
        Some(name) if path.starts_with("/api/v1/registries/") => format!("{path}?confirm={name}"),
        _ => path.to_owned(),
    };
    api.send(
        roadstead_testkit::Method::DELETE,
        &path,
        None,
        &[("if-match", &tag)],
    )
    .await
}

pub(crate) fn id(body: &Value) -> String {
    body["id"]
        .as_str()
        .unwrap_or_else(|| panic!("{body}"))
        .to_owned()
}

pub(crate) fn code(answer: &roadstead_testkit::Answer) -> (u16, String) {
    let code = answer.body["code"].as_str().unwrap_or_default();
    (answer.status, code.to_owned())
}
