//! The two lists of a registry: its repositories (`_catalog`, Distribution) and a repository's
//! tags (distribution-spec "Listing Tags").

use crate::error::{from_status, protocol};
use crate::paging::next_query;
use crate::reference::{RepositoryName, Tag};
use crate::scope::Scopes;
use crate::transport::Answer;
use roadstead_core::ports::RegistryError;
use serde::{Deserialize, Deserializer};

/// How many names are asked for at once: the most that Distribution gives.
pub(crate) const PAGE_SIZE: usize = 1_000;

/// The most bytes of one page that are read.
pub(crate) const PAGE_BYTES: usize = 8 << 20;

/// What to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// The names of all repositories.
    Catalogue,
    /// The tags of one repository.
    Tags(RepositoryName),
}

impl Listing {
    /// What a token must be good for.
    pub(crate) fn scopes(&self) -> Scopes {
        match self {
            Self::Catalogue => Scopes::catalogue(),
            Self::Tags(name) => Scopes::repository(name.as_str(), &["pull"]),
        }
    }

    /// The path after `/v2/`.
    pub(crate) fn path(&self) -> String {
        match self {
            Self::Catalogue => "_catalog".to_owned(),
            Self::Tags(name) => format!("{name}/tags/list"),
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListPage {
    /// The names, in the registry's order, which may be any.
    pub names: Vec<String>,
    /// How many names broke the grammar and were left out.
    pub malformed: usize,
    /// Where the next page begins, in the registry's own words; `None` after the last.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct CatalogueBody {
    #[serde(deserialize_with = "null_is_empty")]
    repositories: Vec<String>,
}

#[derive(Deserialize)]
struct TagsBody {
    #[serde(deserialize_with = "null_is_empty")]
    tags: Vec<String>,
}

/// Distribution 2.x answers `null` for a list without names. The field must be there all the
/// same: an answer without it is no list.
fn null_is_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    Option::<Vec<String>>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads a page. A list that cannot be read is an error and never an empty list.
pub(crate) fn read(listing: &Listing, answer: &Answer) -> Result<ListPage, RegistryError> {
    if answer.status != reqwest::StatusCode::OK {
        let error = from_status(answer.status, &answer.headers);
        return Err(match (listing, error) {
            // The catalogue is not part of the specification; many registries have none.
            (Listing::Catalogue, RegistryError::NotFound) => RegistryError::Unsupported,
            (_, error) => error,
        });
    }
    if answer.truncated {
        return Err(protocol("the list's page is too large"));
    }
    if answer.is_html() {
        return Err(protocol("a web page came instead of a list"));
    }
    let (names, malformed) = decode(listing, &answer.body)?;
    Ok(ListPage {
        malformed,
        names,
        next: next_query(&answer.headers)?,
    })
}

/// The good names of a page's body, and how many were not good.
pub(crate) fn decode(
    listing: &Listing,
    body: &[u8],
) -> Result<(Vec<String>, usize), RegistryError> {
    let unreadable = |_| protocol("the list cannot be read");
    let (all, is_good): (Vec<String>, fn(&str) -> bool) = match listing {
        Listing::Catalogue => (
            serde_json::from_slice::<CatalogueBody>(body)
                .map_err(unreadable)?
                .repositories,
            |name| RepositoryName::parse(name).is_ok(),
        ),
        Listing::Tags(_) => (
            serde_json::from_slice::<TagsBody>(body)
                .map_err(unreadable)?
                .tags,
            |name| Tag::parse(name).is_ok(),
        ),
    };
    let count = all.len();
    let names: Vec<String> = all.into_iter().filter(|name| is_good(name)).collect();
    let malformed = count - names.len();
    Ok((names, malformed))
}
