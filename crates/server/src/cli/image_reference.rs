//! What people call an image: `<registry>/<repository>`, with a tag or a digest.

use super::output::{clean, text};
use super::registry::{Which, find};
use super::remote::Connected;
use super::trouble::Trouble;
use roadstead_core::model::{Digest, TagName};
use serde_json::Value;

/// The longest text a list of repositories is searched by.
const SEARCHED: usize = 200;

/// A repository of a registry, and something in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    registry: String,
    repository: String,
    pub(super) what: Option<What>,
}

/// What is in a repository.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum What {
    Tag(TagName),
    Digest(Digest),
}

impl Reference {
    pub(super) fn parse(image: &str) -> Result<Self, Trouble> {
        let wrong = || {
            Trouble::Usage(
                "write an image like dock/team/app, dock/team/app:1.0 or dock/team/app@sha256:..., \
                 with the registry's name or id first"
                    .to_owned(),
            )
        };
        let (registry, rest) = image.split_once('/').ok_or_else(wrong)?;
        let (repository, what) = if let Some((repository, digest)) = rest.split_once('@') {
            let digest = Digest::parse(digest).ok_or_else(wrong)?;
            (repository, Some(What::Digest(digest)))
        } else if let Some((repository, tag)) = rest.rsplit_once(':') {
            let tag = TagName::parse(tag).ok_or_else(wrong)?;
            (repository, Some(What::Tag(tag)))
        } else {
            (rest, None)
        };
        if registry.is_empty() || repository.is_empty() || repository.contains(':') {
            return Err(wrong());
        }
        Ok(Self {
            registry: registry.to_owned(),
            repository: repository.to_owned(),
            what,
        })
    }

    /// The repository as a list of images shows it.
    pub(super) async fn find(
        &self,
        connected: &Connected,
        workspace: Option<&str>,
    ) -> Result<Value, Trouble> {
        let which = Which::of(self.registry.clone(), workspace.map(str::to_owned));
        let registry = find(connected, &which).await?;
        let part: String = self.repository.chars().take(SEARCHED).collect();
        let query = [
            ("registry", text(&registry, "id")),
            ("q", part.as_str()),
            ("limit", "200"),
        ];
        let found = connected.items("/api/v1/repositories", &query).await?;
        let named = |image: &Value| text(&image["repository"], "name") == self.repository;
        found.into_iter().find(named).ok_or_else(|| {
            Trouble::Failed(format!(
                "there is no repository {} in {}, or none you may see",
                clean(&self.repository),
                clean(text(&registry, "name"))
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Reference, What};
    use roadstead_core::model::{Digest, TagName};

    #[test]
    fn reference_is_registry_repository_and_tag_or_digest() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let parsed = |image: &str| Reference::parse(image).ok();
        let of = |repository: &str, what| {
            Some(Reference {
                registry: "dock".to_owned(),
                repository: repository.to_owned(),
                what,
            })
        };
        let tag = |name| Some(What::Tag(TagName::parse(name).expect("tag")));
        assert_eq!(parsed("dock/team/app:1.0"), of("team/app", tag("1.0")));
        assert_eq!(parsed("dock/team/app"), of("team/app", None));
        let by_digest = Some(What::Digest(Digest::parse(&digest).expect("digest")));
        assert_eq!(parsed(&format!("dock/app@{digest}")), of("app", by_digest));
        for bad in [
            "app:1.0",
            "dock/:1.0",
            "/app:1.0",
            "dock/",
            "dock/app:",
            "dock/app:a/b",
            "dock/app@sha256:a",
            "dock/app:1.0@sha256:a",
        ] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }
}
