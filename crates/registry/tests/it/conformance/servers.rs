//! The servers the contract is kept on.

use super::suite::{Expected, Server};
use crate::adapter;
use roadstead_core::model::{Address, RegistryKind};
use roadstead_core::ports::{CrawlCursor, RegistryAdapter};
use roadstead_testkit::{DockerRegistry, Guise, Proxy, RegistryOptions, Reply, Scripted, fill};
use std::sync::Arc;

const REPOSITORIES: [&str; 5] = [
    "app",
    "team-a/api",
    "team-a/web",
    "team-b/deep/er/job",
    "tool",
];
const TAGS: [&str; 4] = ["1.0", "1.1", "latest", "RC_2"];

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|&s| s.to_owned()).collect()
}

/// What both docker servers have in common.
fn docker(url: &str, account: Option<(&'static str, &'static str)>) -> Expected {
    let auth = account.is_some();
    let pick = |with: &'static str, without: &'static str| if auth { with } else { without };
    Expected {
        kind: RegistryKind::Docker,
        address: Address::parse(url).expect("address"),
        account,
        mode: pick("basic", "anonymous"),
        repositories: strings(&REPOSITORIES),
        tags: ("team-a/api".to_owned(), strings(&TAGS)),
        small_pages: CrawlCursor("n=2".to_owned()),
        liveness: vec!["GET /v2/"],
        credential: if auth { vec!["GET /v2/ +auth"] } else { vec![] },
        anonymous: vec!["GET /v2/"],
        full: if auth {
            vec!["GET /v2/", "GET /v2/ +auth", "GET /v2/_catalog?n=1 +auth"]
        } else {
            vec!["GET /v2/", "GET /v2/_catalog?n=1"]
        },
        crawl: vec![pick(
            "GET /v2/_catalog?n=1000 +auth",
            "GET /v2/_catalog?n=1000",
        )],
        crawl_tags: vec![
            pick(
                "GET /v2/team-a/api/tags/list?n=1000 +auth",
                "GET /v2/team-a/api/tags/list?n=1000",
            )
            .to_owned(),
        ],
        crawl_unknown: vec![pick(
            "GET /v2/no/such/repository/tags/list?n=1000 +auth",
            "GET /v2/no/such/repository/tags/list?n=1000",
        )],
    }
}

/// Debian's registry behind a logging proxy.
pub(super) struct RealDocker {
    registry: DockerRegistry,
    proxy: Proxy,
}

impl RealDocker {
    pub(super) async fn open() -> Self {
        Self::start(Guise::Open).await
    }

    pub(super) async fn basic() -> Self {
        Self::start(Guise::basic()).await
    }

    async fn start(guise: Guise) -> Self {
        let registry = DockerRegistry::start(guise, RegistryOptions::default()).await;
        for name in REPOSITORIES {
            let tags: &[&str] = if name == "team-a/api" {
                &TAGS
            } else {
                &["latest"]
            };
            fill::push(registry.address(), registry.credential(), name, tags).await;
        }
        let proxy = Proxy::start(registry.address()).await;
        Self { registry, proxy }
    }
}

impl Server for RealDocker {
    fn adapter(&self, account: Option<(&str, &str)>) -> Arc<dyn RegistryAdapter> {
        adapter(&self.proxy.url(), account)
    }

    fn requests(&self) -> Vec<String> {
        let requests = self.proxy.requests();
        self.proxy.clear_log();
        requests
    }

    fn expected(&self) -> Expected {
        docker(&self.proxy.url(), self.registry.credential())
    }

    async fn stop(&mut self) {
        self.registry.stop().await;
    }
}

/// A scripted registry that pages.
pub(super) struct ScriptedDocker {
    server: Option<Scripted>,
}

impl ScriptedDocker {
    pub(super) async fn start() -> Self {
        let server = Scripted::start().await;
        server.on("GET /v2/", Reply::registry());
        let list = |names: &[&str]| {
            Reply::json(&format!(
                "{{\"repositories\":[\"{}\"]}}",
                names.join("\",\"")
            ))
        };
        let next = |last: &str| format!("</v2/_catalog?last={last}&n=2>; rel=\"next\"");
        let [a, b, c, d, e] = REPOSITORIES;
        server.on("GET /v2/_catalog?n=1000", list(&REPOSITORIES));
        server.on("GET /v2/_catalog?n=1", list(&[a]));
        server.on(
            "GET /v2/_catalog?n=2",
            list(&[a, b]).header("Link", &next("team-a%2Fapi")),
        );
        server.on(
            "GET /v2/_catalog?last=team-a%2Fapi&n=2",
            list(&[c, d]).header("Link", &next("x")),
        );
        server.on("GET /v2/_catalog?last=x&n=2", list(&[e]));
        let tags = format!(
            "{{\"name\":\"team-a/api\",\"tags\":[\"{}\"]}}",
            TAGS.join("\",\"")
        );
        server.on("GET /v2/team-a/api/tags/list", Reply::json(&tags));
        Self {
            server: Some(server),
        }
    }

    fn server(&self) -> &Scripted {
        self.server.as_ref().expect("it runs")
    }
}

impl Server for ScriptedDocker {
    fn adapter(&self, account: Option<(&str, &str)>) -> Arc<dyn RegistryAdapter> {
        adapter(&self.server().url(), account)
    }

    fn requests(&self) -> Vec<String> {
        let requests = self.server().requests();
        self.server().clear_log();
        requests
    }

    fn expected(&self) -> Expected {
        docker(&self.server().url(), None)
    }

    async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }
}
