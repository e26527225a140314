//! Trying out who may pull from a Docker Registry and who may write to it.

use super::DockerAdapter;
use async_trait::async_trait;
use roadstead_core::ports::{
    AnonymousPull, PullProbe, RegistryError, Sample, Sampled, UploadTrial,
};
use roadstead_oci::{Listing, OciClient, Opened, Pointer, Pulled, RepositoryName, Tag};

/// Names asked of the catalogue: enough to choose from.
const NAMES: &str = "n=100";

/// Repositories looked into for a tag, for each that is wanted.
const TRIES: usize = 8;

/// No registry has it; how it is refused is the challenge of a registry without repositories.
const NOWHERE: &str = "roadstead-looks/whether-everybody-may-pull";

#[async_trait]
impl PullProbe for DockerAdapter {
    async fn sample(&self, most: usize) -> Result<Sample, RegistryError> {
        let page = match self.client.page(&Listing::Catalogue, Some(NAMES)).await {
            Ok(page) => page,
            Err(
                RegistryError::Unauthorized
                | RegistryError::Forbidden
                | RegistryError::Unsupported
                | RegistryError::NotFound,
            ) => return Ok(Sample::Unknown),
            Err(error) => return Err(error),
        };
        let whole = page.next.is_none();
        let mut found = Vec::new();
        let looked = most.saturating_mul(TRIES);
        let names = spread(&page.names, most);
        for name in names.iter().take(looked) {
            if found.len() >= most {
                break;
            }
            if let Some(tag) = first_tag(&self.client, name).await? {
                found.push(Sampled {
                    repository: name.clone(),
                    tag,
                });
            }
        }
        Ok(if !found.is_empty() {
            Sample::Some(found)
        } else if whole && names.len() <= looked {
            Sample::Empty
        } else {
            Sample::Unknown
        })
    }

    async fn anonymous_pull(&self, sample: &[Sampled]) -> Result<AnonymousPull, RegistryError> {
        let mut proved = 0_u32;
        for (tried, sampled) in (1_u32..).zip(sample) {
            let (name, pointer) = read(sampled)?;
            let nobody = self.client.public_repository(name);
            match nobody.try_pulling(&pointer).await? {
                Pulled::Yes => proved += 1,
                // One is enough: what is open to everybody is open everywhere.
                Pulled::Refused => return Ok(AnonymousPull::Refused(tried)),
                // Many registries say so of what they hide.
                Pulled::Absent if self.account_has(sampled).await? => {
                    return Ok(AnonymousPull::Refused(tried));
                }
                Pulled::Absent => {}
            }
        }
        Ok(if proved == 0 {
            AnonymousPull::Gone
        } else {
            AnonymousPull::Proved(proved)
        })
    }

    async fn anonymous_admitted(&self) -> Result<bool, RegistryError> {
        let sampled = Sampled {
            repository: NOWHERE.to_owned(),
            tag: "latest".to_owned(),
        };
        let (name, pointer) = read(&sampled)?;
        let nobody = self.client.public_repository(name);
        Ok(nobody.try_pulling(&pointer).await? != Pulled::Refused)
    }

    async fn account_reads(&self, sampled: &Sampled) -> Result<bool, RegistryError> {
        let (name, pointer) = read(sampled)?;
        match self.client.repository(name).head(&pointer).await {
            Ok(_) => Ok(true),
            Err(
                RegistryError::Unauthorized | RegistryError::Forbidden | RegistryError::NotFound,
            ) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn open_upload(&self, repository: &str) -> Result<UploadTrial, RegistryError> {
        let name = RepositoryName::parse(repository).map_err(|_| RegistryError::NotFound)?;
        Ok(match self.client.repository(name).try_upload().await? {
            Opened::Refused => UploadTrial::Refused,
            Opened::At(place) => UploadTrial::Opened(Some(place)),
            Opened::Elsewhere => UploadTrial::Opened(None),
        })
    }
}

impl DockerAdapter {
    /// Whether the account is shown what everybody is told is not there.
    async fn account_has(&self, sampled: &Sampled) -> Result<bool, RegistryError> {
        if self.client.username().is_none() {
            return Ok(false);
        }
        let (name, pointer) = read(sampled)?;
        let pulled = self.client.repository(name).try_pulling(&pointer).await?;
        Ok(pulled == Pulled::Yes)
    }
}

fn read(sampled: &Sampled) -> Result<(RepositoryName, Pointer), RegistryError> {
    let name = RepositoryName::parse(&sampled.repository).map_err(|_| RegistryError::NotFound)?;
    let tag = Tag::parse(&sampled.tag).map_err(|_| RegistryError::NotFound)?;
    Ok((name, Pointer::Tag(tag)))
}

/// A tag of the repository; `None` for one that has none, or is not there any more.
async fn first_tag(client: &OciClient, name: &str) -> Result<Option<String>, RegistryError> {
    let Ok(name) = RepositoryName::parse(name) else {
        return Ok(None);
    };
    match client.page(&Listing::Tags(name), Some("n=1")).await {
        Ok(page) => Ok(page.names.into_iter().next()),
        Err(RegistryError::NotFound | RegistryError::Forbidden) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The names in another order: the first few lie far apart, because rights go by prefix.
fn spread(names: &[String], most: usize) -> Vec<String> {
    let step = names.len().div_ceil(most.max(1)).max(1);
    (0..step)
        .flat_map(|from| names.iter().skip(from).step_by(step))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::spread;

    #[test]
    fn sample_is_spread_and_leaves_nobody_out() {
        let names: Vec<String> = (0..10).map(|n| n.to_string()).collect();
        let order = spread(&names, 3);
        assert_eq!(order[..3], ["0", "4", "8"]);
        let mut sorted = order;
        sorted.sort();
        assert_eq!(sorted, names);
        assert!(spread(&[], 3).is_empty());
    }
}
