//! The servers the contract is kept on.

use super::suite::{Expected, Server};
use crate::{adapter, connection, connector};
use roadstead_core::model::{
    Address, Capability, CapabilityName as Name, CapabilityReason as Reason, Connection, Origin,
    RegistryKind, TlsPolicy,
};
use roadstead_core::ports::{CrawlCursor, RegistryAdapter, RegistryConnector as _};
use roadstead_testkit::{
    Certificate, Distribution, DockerRegistry, Guise, Proxy, RegistryOptions, Reply, Scripted,
    TokenIssuer,
    fill::{self, TinyImage},
};
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
        token_service: None,
        tls: if url.starts_with("https") {
            "verified"
        } else {
            "plain"
        },
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
        rejected: [
            vec!["GET /v2/"],
            vec!["GET /v2/ +auth"],
            vec!["GET /v2/", "GET /v2/ +auth"],
            vec!["GET /v2/_catalog?n=1000 +auth"],
        ],
        nobody: vec!["GET /v2/"],
        observe: if auth {
            vec![
                "GET /v2/",
                "GET /v2/_catalog?n=10 +auth",
                "GET /v2/app/tags/list?n=1 +auth",
                "HEAD /v2/app/manifests/latest +auth",
                "GET /v2/app/referrers/sha256:* +auth",
                "DELETE /v2/app/manifests/sha256:* +auth",
                "DELETE /v2/app/manifests/rs-* +auth",
            ]
        } else {
            vec![
                "GET /v2/",
                "GET /v2/_catalog?n=10",
                "GET /v2/app/tags/list?n=1",
                "HEAD /v2/app/manifests/latest",
                "GET /v2/app/referrers/sha256:*",
            ]
        },
        seen: seen(auth),
        small: if auth {
            vec![
                "GET /v2/_catalog?n=2 +auth",
                "GET /v2/_catalog?last=team-a%2Fapi&n=2 +auth",
                "GET /v2/_catalog?last=team-b%2Fdeep%2Fer%2Fjob&n=2 +auth",
            ]
        } else {
            vec![
                "GET /v2/_catalog?n=2",
                "GET /v2/_catalog?last=team-a%2Fapi&n=2",
                "GET /v2/_catalog?last=team-b%2Fdeep%2Fer%2Fjob&n=2",
            ]
        },
        image: TinyImage::new("team-a/api"),
        mark: pick(" +auth", ""),
    }
}

/// What Distribution shows with deletion switched off.
fn seen(auth: bool) -> Vec<(Name, Capability)> {
    let deletion = if auth {
        Capability::Missing(Reason::SwitchedOff)
    } else {
        Capability::Unknown(Reason::NoAccount)
    };
    vec![
        (Name::Catalogue, Capability::Available),
        (Name::Pull, Capability::Available),
        (Name::Referrers, Capability::Missing(Reason::NotOffered)),
        (Name::Deletion, deletion),
        (Name::TagDeletion, deletion),
    ]
}

/// A real Distribution behind a logging proxy.
pub(super) struct RealDocker {
    registry: DockerRegistry,
    proxy: Proxy,
    issuer: Option<TokenIssuer>,
}

impl RealDocker {
    pub(super) async fn open(version: Distribution) -> Self {
        Self::start(version, Guise::Open, None, None).await
    }

    pub(super) async fn basic(version: Distribution) -> Self {
        Self::start(version, Guise::basic(), None, None).await
    }

    pub(super) async fn token(version: Distribution) -> Self {
        let issuer = TokenIssuer::start().await;
        let realm = issuer.realm();
        Self::start(version, Guise::Token { realm }, None, Some(issuer)).await
    }

    pub(super) async fn tls(version: Distribution) -> Self {
        Self::start(version, Guise::basic(), Some(Certificate::Good), None).await
    }

    async fn start(
        version: Distribution,
        guise: Guise,
        tls: Option<Certificate>,
        issuer: Option<TokenIssuer>,
    ) -> Self {
        // What is pushed by plain HTTP is then served by TLS from the same storage.
        let options = RegistryOptions {
            version,
            ..RegistryOptions::default()
        };
        let mut registry = DockerRegistry::start(guise, options).await;
        for name in REPOSITORIES {
            let tags: &[&str] = if name == "team-a/api" {
                &TAGS
            } else {
                &["latest"]
            };
            if issuer.is_some() {
                fill::push_by_token(registry.address(), name, tags).await;
            } else {
                fill::push(registry.address(), registry.credential(), name, tags).await;
            }
        }
        let proxy = if tls.is_some() {
            registry
                .restart_with(RegistryOptions { tls, ..options })
                .await;
            Proxy::start_tls(registry.address()).await
        } else {
            Proxy::start(registry.address()).await
        };
        Self {
            registry,
            proxy,
            issuer,
        }
    }

    fn token_service(&self) -> Option<Origin> {
        let url = self.issuer.as_ref()?.url();
        Some(Address::parse(&url).expect("address").origin())
    }
}

impl Server for RealDocker {
    fn adapter(&self, account: Option<(&str, &str)>) -> Arc<dyn RegistryAdapter> {
        let tls = if self.proxy.url().starts_with("https") {
            TlsPolicy::Ca {
                ca_pem: Certificate::CA_PEM.to_owned(),
            }
        } else {
            TlsPolicy::Verify
        };
        let connection = Connection {
            tls,
            token_service: self.token_service(),
            ..connection(&self.proxy.url(), account)
        };
        connector().connect(connection).expect("adapter")
    }

    fn requests(&self) -> Vec<String> {
        let requests = self.proxy.requests();
        self.proxy.clear_log();
        requests
    }

    fn expected(&self) -> Expected {
        let expected = docker(&self.proxy.url(), self.registry.credential());
        if self.issuer.is_none() {
            return expected;
        }
        Expected {
            mode: "token",
            token_service: self.token_service(),
            // The token service rejects the password; the registry is not even asked.
            rejected: [vec!["GET /v2/"], vec![], vec!["GET /v2/"], vec![]],
            ..expected
        }
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
        server.on("GET /v2/_catalog?n=10", list(&REPOSITORIES));
        server.on(
            "GET /v2/app/tags/list",
            Reply::json(r#"{"tags":["latest"]}"#),
        );
        let digest = format!("sha256:{}", "0".repeat(64));
        let head = Reply::status(200).header("Docker-Content-Digest", &digest);
        server.on("HEAD /v2/app/manifests/latest", head);
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
        let image = TinyImage::new("team-a/api");
        let digest = fill::digest(&image.manifest);
        let manifest = Reply::status(200)
            .header("Content-Type", "application/vnd.oci.image.manifest.v1+json")
            .header("Docker-Content-Digest", &digest)
            .body(image.manifest.clone());
        for pointer in ["latest", &digest] {
            for method in ["GET", "HEAD"] {
                let request = format!("{method} /v2/team-a/api/manifests/{pointer}");
                server.on(&request, manifest.clone());
            }
        }
        for bytes in [image.config, image.layer] {
            let blob = format!("GET /v2/team-a/api/blobs/{}", fill::digest(&bytes));
            server.on(&blob, Reply::status(200).body(bytes));
        }
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
        Expected {
            small: vec![
                "GET /v2/_catalog?n=2",
                "GET /v2/_catalog?last=team-a%2Fapi&n=2",
                "GET /v2/_catalog?last=x&n=2",
            ],
            ..docker(&self.server().url(), None)
        }
    }

    async fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
    }
}
