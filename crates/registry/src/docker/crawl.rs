//! What a Docker Registry holds: its catalogue, or what a person listed where it gives none, and a
//! repository's tags. The cursor is the query of the next page, in the registry's own words, or
//! the place in the list.

use super::DockerAdapter;
use futures::stream::{self, BoxStream};
use futures::{Stream, StreamExt as _, TryStreamExt as _};
use roadstead_core::ports::{CrawlBatch, CrawlCursor, CrawlScope, Crawled, RegistryError};
use roadstead_oci::{ListPage, Listing, RepositoryName};

/// Before a place in the list of a person. No registry can say it: no header holds a line break.
const PLACE: &str = "\n";

type Pages<'a> = BoxStream<'a, Result<ListPage, RegistryError>>;

pub(super) fn run(
    adapter: &DockerAdapter,
    scope: CrawlScope,
    from: Option<CrawlCursor>,
) -> BoxStream<'_, Result<CrawlBatch, RegistryError>> {
    match scope {
        CrawlScope::Registry => repositories(adapter, from.map(|cursor| cursor.0))
            .map_ok(|page| batch(page, |name| Crawled::Repository { name }))
            .boxed(),
        CrawlScope::Repository(name) => match RepositoryName::parse(&name) {
            Ok(name) => adapter
                .client
                .list(Listing::Tags(name), from.map(|cursor| cursor.0))
                .map_ok(|page| batch(page, |name| Crawled::Tag { name, digest: None }))
                .boxed(),
            // No registry can have it.
            Err(_) => stream::once(async { Err(RegistryError::NotFound) }).boxed(),
        },
    }
}

fn repositories(adapter: &DockerAdapter, from: Option<String>) -> Pages<'_> {
    if let Some(place) = from.as_deref().and_then(|from| from.strip_prefix(PLACE)) {
        return listed(adapter, Some(place.to_owned())).boxed();
    }
    let from_the_start = from.is_none();
    let catalogue = adapter
        .client
        .list(Listing::Catalogue, from)
        .map_ok(|mut page| {
            page.names.retain(|name| adapter.is_wanted(name));
            page
        });
    if from_the_start && adapter.listed.repositories().next().is_some() {
        or_listed(adapter, catalogue.boxed())
    } else {
        catalogue.boxed()
    }
}

/// The catalogue, or, when there is none to be had, what a person listed.
fn or_listed<'a>(adapter: &'a DockerAdapter, mut catalogue: Pages<'a>) -> Pages<'a> {
    let first = async move {
        match catalogue.next().await {
            Some(Err(error)) if is_missing(&error) => listed(adapter, None).boxed(),
            Some(first) => stream::iter([first]).chain(catalogue).boxed(),
            None => stream::empty().boxed(),
        }
    };
    stream::once(first).flatten().boxed()
}

/// Whether it says that there is no catalogue, or none for this account.
pub(super) const fn is_missing(error: &RegistryError) -> bool {
    matches!(
        error,
        RegistryError::Unsupported | RegistryError::Forbidden | RegistryError::Unauthorized
    )
}

fn listed(
    adapter: &DockerAdapter,
    from: Option<String>,
) -> impl Stream<Item = Result<ListPage, RegistryError>> + Send + '_ {
    let pages = adapter.client.list_listed(&adapter.listed, from);
    pages.map_ok(|page| ListPage {
        next: page.next.map(|place| format!("{PLACE}{place}")),
        ..page
    })
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
