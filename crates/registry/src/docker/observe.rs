//! What a Docker Registry can do, by questions that change nothing.

use super::DockerAdapter;
use roadstead_core::model::{
    Capabilities, Capability, CapabilityName as Name, CapabilityReason as Reason,
};
use roadstead_core::ports::{Observation, RegistryError};
use roadstead_oci::{Identity, Listing, OciClient, Pointer, RepositoryName, Tag};

/// How many names are asked of the catalogue.
const NAMES: &str = "n=10";
/// How many repositories are tried to find one with a tag.
const TRIED: usize = 3;

/// A repository to ask questions of, with a tag where one was found.
struct Found {
    name: RepositoryName,
    tag: Option<Tag>,
}

pub(super) async fn run(adapter: &DockerAdapter) -> Result<Observation, RegistryError> {
    let client = &adapter.client;
    let pong = client.ping(Identity::Anonymous).await?;
    let mut seen = Capabilities::of_product(Some(pong.kind));
    look(adapter, &mut seen).await;
    Ok(Observation {
        capabilities: seen,
        version: pong.version,
    })
}

async fn look(adapter: &DockerAdapter, seen: &mut Capabilities) {
    let client = &adapter.client;
    let listing = client.page(&Listing::Catalogue, Some(NAMES)).await;
    seen.note(Name::Catalogue, catalogue(&listing));
    let mut names: Vec<String> = match listing {
        Ok(page) => page.names,
        // Whoever is rejected does not go on asking: that locks accounts.
        Err(RegistryError::Unauthorized) if client.username().is_some() => return,
        Err(_) => Vec::new(),
    };
    names.retain(|name| adapter.is_wanted(name));
    if names.is_empty() {
        let listed = adapter.listed.repositories().map(str::to_owned);
        names = listed.take(TRIED).collect();
    }
    let found = find(client, &names).await;
    let Some(found) = found else {
        let nowhere = Capability::Unknown(Reason::NoRepository);
        for name in [
            Name::Pull,
            Name::Deletion,
            Name::TagDeletion,
            Name::Referrers,
        ] {
            seen.note(name, nowhere);
        }
        return;
    };
    seen.note(Name::Pull, pull(client, &found).await);
    let repository = client.repository(found.name);
    seen.note(
        Name::Referrers,
        answered(repository.look_at_referrers().await),
    );
    let (deletion, tag_deletion) = if client.username().is_some() {
        let whole = answered(repository.look_at_deletion().await);
        (whole, answered(repository.look_at_tag_deletion().await))
    } else {
        let nobody = Capability::Unknown(Reason::NoAccount);
        (nobody, nobody)
    };
    seen.note(Name::Deletion, deletion);
    seen.note(Name::TagDeletion, tag_deletion);
}

fn catalogue<T>(listing: &Result<T, RegistryError>) -> Capability {
    match listing {
        Ok(_) => Capability::Available,
        Err(RegistryError::Unsupported) => Capability::Missing(Reason::NotOffered),
        Err(RegistryError::Unauthorized | RegistryError::Forbidden) => {
            Capability::Missing(Reason::NotAllowed)
        }
        Err(_) => Capability::Unknown(Reason::NoAnswer),
    }
}

/// The first of these repositories that has a tag, else the first that is there.
async fn find(client: &OciClient, names: &[String]) -> Option<Found> {
    let mut without_tag = None;
    let names = names
        .iter()
        .filter_map(|name| RepositoryName::parse(name).ok());
    for name in names.take(TRIED) {
        let tags = Listing::Tags(name.clone());
        let Ok(page) = client.page(&tags, Some("n=1")).await else {
            continue;
        };
        match page.names.first().and_then(|tag| Tag::parse(tag).ok()) {
            Some(tag) => {
                return Some(Found {
                    name,
                    tag: Some(tag),
                });
            }
            None => {
                without_tag.get_or_insert(Found { name, tag: None });
            }
        }
    }
    without_tag
}

/// Whether a real manifest is given. Only its head is asked for: some registries count the rest.
async fn pull(client: &OciClient, found: &Found) -> Capability {
    let Some(tag) = &found.tag else {
        return Capability::Unknown(Reason::NoRepository);
    };
    let repository = client.repository(found.name.clone());
    match repository.head(&Pointer::Tag(tag.clone())).await {
        Ok(_) => Capability::Available,
        Err(RegistryError::Unauthorized | RegistryError::Forbidden) => {
            Capability::Missing(Reason::NotAllowed)
        }
        Err(RegistryError::NotFound) => Capability::Unknown(Reason::Unclear),
        Err(_) => Capability::Unknown(Reason::NoAnswer),
    }
}

pub(super) fn answered(looked: Result<Capability, RegistryError>) -> Capability {
    match looked {
        Ok(seen) => seen,
        Err(RegistryError::Unauthorized | RegistryError::Forbidden) => {
            Capability::Missing(Reason::NotAllowed)
        }
        Err(_) => Capability::Unknown(Reason::NoAnswer),
    }
}
