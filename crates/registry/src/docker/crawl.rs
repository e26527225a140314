//! What a Docker Registry holds: its catalogue, and a repository's tags. The cursor is the query
//! of the next page, in the registry's own words.

use futures::stream::{self, BoxStream};
use futures::{StreamExt as _, TryStreamExt as _};
use roadstead_core::ports::{CrawlBatch, CrawlCursor, CrawlScope, Crawled, RegistryError};
use roadstead_oci::{ListPage, Listing, OciClient, RepositoryName};

pub(super) fn run(
    client: &OciClient,
    scope: CrawlScope,
    from: Option<CrawlCursor>,
) -> BoxStream<'_, Result<CrawlBatch, RegistryError>> {
    let (listing, found): (_, fn(String) -> Crawled) = match scope {
        CrawlScope::Registry => (Listing::Catalogue, |name| Crawled::Repository { name }),
        CrawlScope::Repository(name) => match RepositoryName::parse(&name) {
            Ok(name) => (Listing::Tags(name), |name| Crawled::Tag {
                name,
                digest: None,
            }),
            // No registry can have it.
            Err(_) => return stream::once(async { Err(RegistryError::NotFound) }).boxed(),
        },
    };
    client
        .list(listing, from.map(|cursor| cursor.0))
        .map_ok(move |page| batch(page, found))
        .boxed()
}

fn batch(page: ListPage, found: fn(String) -> Crawled) -> CrawlBatch {
    if page.malformed > 0 {
        metrics::counter!("roadstead_registry_names_malformed_total", "kind" => "docker")
            .increment(page.malformed as u64);
    }
    CrawlBatch {
        found: page.names.into_iter().map(found).collect(),
        skipped: page.malformed as u64,
        next: page.next.map(CrawlCursor),
    }
}
