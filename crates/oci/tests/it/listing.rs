use crate::{CANARY, client};
use futures::{StreamExt as _, TryStreamExt as _};
use roadstead_core::model::Listed;
use roadstead_core::ports::RegistryError;
use roadstead_oci::{ListPage, Listing, OciClient, RepositoryName};
use roadstead_testkit::{
    Distribution, DockerRegistry, Guise, Proxy, RegistryOptions, Reply, Scripted, fill,
};

async fn all(client: &OciClient, listing: Listing) -> Result<Vec<String>, RegistryError> {
    let pages: Vec<ListPage> = client.list(listing, None).try_collect().await?;
    Ok(pages.into_iter().flat_map(|page| page.names).collect())
}

fn tags(name: &str) -> Listing {
    Listing::Tags(RepositoryName::parse(name).expect("name"))
}

fn page(body: &str, link: &str) -> Reply {
    Reply::json(body).header("Link", link)
}

#[tokio::test]
async fn catalogue_pages_are_followed_in_every_spelling_of_the_link() {
    for link in [
        "</v2/_catalog?last=b%2Fx&n=2>; rel=\"next\"",
        "</v2/_catalog?last=b%2Fx&n=2>;rel=next",
        "<http://wrong.example:1/v2/_catalog?last=b%2Fx&n=2>; rel=\"next\"",
        "<https://127.0.0.1/elsewhere/_catalog?last=b%2Fx&n=2>; rel=\"next\"",
        "<_catalog?last=b%2Fx&n=2>; rel=\"next\"",
    ] {
        let server = Scripted::start().await;
        server.on(
            "GET /v2/_catalog?n=1000",
            page(r#"{"repositories":["a","b/x"]}"#, link),
        );
        server.on(
            "GET /v2/_catalog?last=b%2Fx&n=2",
            Reply::json(r#"{"repositories":["c"]}"#),
        );
        let client = client(&server.url(), Some(("alice", CANARY)));
        let names = all(&client, Listing::Catalogue).await;
        assert_eq!(
            names,
            Ok(vec!["a".to_owned(), "b/x".to_owned(), "c".to_owned()]),
            "{link}"
        );
        assert_eq!(
            server.requests(),
            [
                "GET /v2/_catalog?n=1000 +auth",
                "GET /v2/_catalog?last=b%2Fx&n=2 +auth"
            ]
        );
    }
}

#[tokio::test]
async fn list_taken_up_from_a_page_gives_the_rest() {
    let server = Scripted::start().await;
    server.on(
        "GET /v2/_catalog?last=b&n=2",
        Reply::json(r#"{"repositories":["c"]}"#),
    );
    let client = client(&server.url(), None);
    let pages: Vec<ListPage> = client
        .list(Listing::Catalogue, Some("last=b&n=2".to_owned()))
        .try_collect()
        .await
        .expect("list");
    assert_eq!(pages.len(), 1);
    assert_eq!(server.requests(), ["GET /v2/_catalog?last=b&n=2"]);
}

#[tokio::test]
async fn refused_page_size_is_left_out() {
    let server = Scripted::start().await;
    server.on("GET /v2/_catalog", Reply::json(r#"{"repositories":["a"]}"#));
    server.on(
        "GET /v2/_catalog?n=1000",
        Reply::status(400).body(r#"{"errors":[{"code":"PAGINATION_NUMBER_INVALID"}]}"#),
    );
    let client = client(&server.url(), None);
    assert_eq!(
        all(&client, Listing::Catalogue).await,
        Ok(vec!["a".to_owned()])
    );
    assert_eq!(
        server.requests(),
        ["GET /v2/_catalog?n=1000", "GET /v2/_catalog"]
    );
}

#[tokio::test]
async fn fault_catalogue_that_leads_back_to_itself_is_an_error() {
    let server = Scripted::start().await;
    let again = "</v2/_catalog?last=a&n=1>; rel=\"next\"";
    server.on("GET /v2/_catalog", page(r#"{"repositories":["a"]}"#, again));
    let client = client(&server.url(), None);
    let list = all(&client, Listing::Catalogue).await;
    assert!(matches!(list, Err(RegistryError::Protocol(_))), "{list:?}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn empty_last_page_and_null_are_the_end_not_an_error() {
    let server = Scripted::start().await;
    server.on(
        "GET /v2/_catalog?n=1000",
        page(r#"{"repositories":["a"]}"#, "<?last=a>; rel=next"),
    );
    server.on(
        "GET /v2/_catalog?last=a",
        Reply::json(r#"{"repositories":[]}"#),
    );
    server.on(
        "GET /v2/a/tags/list",
        Reply::json(r#"{"name":"a","tags":null}"#),
    );
    let client = client(&server.url(), None);
    assert_eq!(
        all(&client, Listing::Catalogue).await,
        Ok(vec!["a".to_owned()])
    );
    assert_eq!(all(&client, tags("a")).await, Ok(vec![]));
}

#[tokio::test]
async fn malformed_names_are_left_out_and_counted() {
    let server = Scripted::start().await;
    let body = r#"{"repositories":["z","../../etc/passwd","A","a?x=1","","a b","b"]}"#;
    server.on("GET /v2/_catalog", Reply::json(body));
    let page = client(&server.url(), None)
        .page(&Listing::Catalogue, None)
        .await
        .expect("page");
    assert_eq!(page.names, ["z", "b"], "in the registry's order");
    assert_eq!(page.malformed, 5);
}

#[tokio::test]
async fn unknown_repository_is_not_found() {
    let server = Scripted::start().await;
    let client = client(&server.url(), None);
    assert_eq!(
        all(&client, tags("gone")).await,
        Err(RegistryError::NotFound)
    );
}

#[tokio::test]
async fn list_is_read_one_page_at_a_time() {
    let server = Scripted::start().await;
    server.on(
        "GET /v2/_catalog?n=1000",
        page(r#"{"repositories":["a"]}"#, "<?last=a>; rel=next"),
    );
    let client = client(&server.url(), None);
    let mut list = std::pin::pin!(client.list(Listing::Catalogue, None));
    assert!(list.next().await.is_some());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn peer_docker_real_catalogue_and_tags_are_listed_whole_at_every_page_size() {
    real_catalogue_and_tags_are_listed_whole_at_every_page_size(Distribution::Two).await;
}

#[tokio::test]
async fn peer_distribution3_real_catalogue_and_tags_are_listed_whole_at_every_page_size() {
    real_catalogue_and_tags_are_listed_whole_at_every_page_size(Distribution::Three).await;
}

async fn real_catalogue_and_tags_are_listed_whole_at_every_page_size(version: Distribution) {
    let options = RegistryOptions {
        version,
        ..RegistryOptions::default()
    };
    let registry = DockerRegistry::start(Guise::basic(), options).await;
    let credential = registry.credential();
    let mut names = fill::push_many(registry.address(), credential, "team/app", 5).await;
    let numbers: Vec<String> = (0..30).map(|i| format!("v{i}")).collect();
    let many: Vec<&str> = numbers.iter().map(String::as_str).collect();
    fill::push(registry.address(), credential, "many", &many).await;
    names.push("many".to_owned());
    names.sort();

    let proxy = Proxy::start(registry.address()).await;
    let client = client(&proxy.url(), credential);
    let mut found = all(&client, Listing::Catalogue).await.expect("catalogue");
    found.sort();
    assert_eq!(found, names);
    assert_eq!(proxy.requests(), ["GET /v2/_catalog?n=1000 +auth"]);

    for size in 1..=7 {
        let pages: Vec<ListPage> = client
            .list(Listing::Catalogue, Some(format!("n={size}")))
            .try_collect()
            .await
            .expect("catalogue");
        assert!(pages.len() >= names.len().div_ceil(size));
        let mut found: Vec<String> = pages.into_iter().flat_map(|page| page.names).collect();
        found.sort();
        assert_eq!(found, names, "n={size}");
    }

    proxy.clear_log();
    let mut found = all(&client, tags("many")).await.expect("tags");
    found.sort();
    let mut expected = numbers.clone();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(proxy.requests(), ["GET /v2/many/tags/list?n=1000 +auth"]);
    assert_eq!(
        all(&client, tags("gone")).await,
        Err(RegistryError::NotFound)
    );
}

#[tokio::test]
async fn peer_docker_page_size_above_the_real_limit_is_refused_and_left_out() {
    let registry = DockerRegistry::start(Guise::Open, RegistryOptions::default()).await;
    fill::push(registry.address(), None, "app", &["latest"]).await;
    let proxy = Proxy::start(registry.address()).await;
    let client = client(&proxy.url(), None);
    let page = client
        .page(&Listing::Catalogue, Some("n=100000"))
        .await
        .expect("page");
    assert_eq!(page.names, ["app"]);
    assert_eq!(
        proxy.requests(),
        ["GET /v2/_catalog?n=100000", "GET /v2/_catalog"]
    );
}

#[tokio::test]
async fn peer_docker_image_pushed_by_skopeo_is_listed() {
    let registry = DockerRegistry::start(Guise::basic(), RegistryOptions::default()).await;
    let layout = tempfile::tempdir().expect("directory");
    fill::write_layout(layout.path(), "v1", "one");
    let target = format!("{}/by-skopeo:v1", registry.address());
    fill::skopeo_copy(layout.path(), "v1", &target, registry.credential());
    let client = client(&registry.url(), registry.credential());
    assert_eq!(
        all(&client, tags("by-skopeo")).await,
        Ok(vec!["v1".to_owned()])
    );
}

#[tokio::test]
async fn listed_repositories_of_a_registry_without_catalogue_are_asked_for_one_by_one() {
    let server = Scripted::start().await;
    server.on("GET /v2/_catalog", Reply::status(404));
    let lines: Vec<String> = (0..120).map(|i| format!("team/r{i:03}")).collect();
    for name in lines.iter().step_by(2) {
        server.on(
            &format!("GET /v2/{name}/tags/list"),
            Reply::json(r#"{"tags":["v1"]}"#),
        );
    }
    server.on("GET /v2/team/r001/tags/list", Reply::status(403));
    let client = client(&server.url(), Some(("alice", CANARY)));
    assert_eq!(
        client.check_catalogue().await,
        Err(RegistryError::Unsupported)
    );
    server.clear_log();
    let listed = Listed::new(&lines, &[]).expect("listed");
    let pages: Vec<ListPage> = client
        .list_listed(&listed, None)
        .try_collect()
        .await
        .expect("list");
    let found: Vec<String> = pages.iter().flat_map(|page| page.names.clone()).collect();
    let there: Vec<String> = lines.iter().step_by(2).cloned().collect();
    assert_eq!(found, there);
    assert_eq!(server.requests().len(), 120, "one question each");
    assert_eq!(pages.len(), 3);
    // Taken up at the second page.
    let rest: Vec<ListPage> = client
        .list_listed(&listed, pages[0].next.clone())
        .try_collect()
        .await
        .expect("list");
    assert_eq!(rest, pages[1..]);
}

#[tokio::test]
async fn fault_5xx_in_the_middle_of_listed_repositories_is_an_error_and_not_an_absence() {
    let server = Scripted::start().await;
    server.on("GET /v2/a/tags/list", Reply::json(r#"{"tags":null}"#));
    server.on("GET /v2/b/tags/list", Reply::status(503));
    let client = client(&server.url(), None);
    let names = ["a", "b", "c"].map(str::to_owned);
    let listed = Listed::new(&names, &[]).expect("listed");
    let pages: Vec<_> = client.list_listed(&listed, None).collect().await;
    assert_eq!(pages, [Err(RegistryError::Unavailable { status: 503 })]);
}

/// The registry takes no notice of where it is asked to go on, and calls each page another one.
#[tokio::test]
async fn fault_catalogue_that_ignores_where_to_go_on_ends_with_an_error() {
    let server = Scripted::start().await;
    let body = r#"{"repositories":["b","a"]}"#;
    for n in 0..20 {
        let next = format!("</v2/_catalog?last={}>; rel=\"next\"", (n + 1) % 20);
        server.on(&format!("GET /v2/_catalog?last={n}"), page(body, &next));
    }
    let first = page(body, "</v2/_catalog?last=0>; rel=\"next\"");
    server.on("GET /v2/_catalog?n=1000", first);
    let client = client(&server.url(), None);
    let list = all(&client, Listing::Catalogue).await;
    assert!(matches!(list, Err(RegistryError::Protocol(_))), "{list:?}");
    assert_eq!(server.requests().len(), 21, "each page once");
}

#[tokio::test]
async fn fault_hostile_json_in_a_later_page_ends_the_list_with_an_error_after_what_was_good() {
    let deep = format!("{{\"repositories\":{}", "[".repeat(100_000));
    for later in [
        Reply::html(),
        Reply::json(&deep),
        Reply::json(r#"{"errors":[{"code":"UNKNOWN"}]}"#),
        Reply::json(r#"{"repositories":NaN}"#),
        Reply::Truncated(br#"{"repositories":["b"]}"#.to_vec()),
        Reply::Endless("[[[["),
    ] {
        let server = Scripted::start().await;
        let first = page(r#"{"repositories":["a"]}"#, "<?last=a>; rel=next");
        server.on("GET /v2/_catalog?n=1000", first);
        server.on("GET /v2/_catalog?last=a", later);
        let client = client(&server.url(), None);
        let pages: Vec<_> = client.list(Listing::Catalogue, None).collect().await;
        assert_eq!(pages.len(), 2);
        assert!(pages[0].as_ref().is_ok_and(|page| page.names == ["a"]));
        assert!(pages[1].is_err(), "{:?}", pages[1]);
    }
}
