//! What people write about repositories.

use super::object;
use crate::context::Ports;
use roadstead_core::model::{
    AuditEntry, Generation, Markdown, Owner, RepositoryDescription, RepositoryId, RequestContext,
    UserRef,
};
use roadstead_core::ports::{DescribeRepository, FoundRepository, StoreError};
use roadstead_core::rules::{Visible, authorize};
use roadstead_core::{Failure, Permission};
use serde_json::{Value, json};

/// Bytes of a text that the audit log keeps of it before and after.
const AUDITED: usize = 16 << 10;

/// What is said about a repository, as the asker sees it.
pub struct SeenDescription {
    /// The description; who wrote it is left out where that is not the asker's to know.
    pub description: RepositoryDescription,
    /// Whom the registry belongs to.
    pub owner: Owner,
}

/// Descriptions of repositories.
pub struct DescriptionService {
    ports: Ports,
}

impl DescriptionService {
    pub(crate) const fn new(ports: Ports) -> Self {
        Self { ports }
    }

    /// What is said about a repository. Two queries.
    ///
    /// # Errors
    /// One that is absent or not to be seen.
    pub async fn get(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
    ) -> Result<SeenDescription, Failure> {
        let found = self.found(ctx, id).await?;
        let description = self.ports.store.repository_description(id).await?;
        Ok(seen(ctx, found.owner, description))
    }

    /// Writes what is said about a repository; an empty text takes it away. One that stands there
    /// already changes nothing.
    ///
    /// # Errors
    /// One that is absent or not to be seen, a missing permission,
    /// [`roadstead_core::ErrorCode::RequestStale`] when somebody wrote since `expected`.
    pub async fn put(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
        expected: Generation,
        text: Markdown,
    ) -> Result<SeenDescription, Failure> {
        let found = self.found(ctx, id).await?;
        let about = object("repository", id, &found.repository.name);
        authorize(&ctx.actor, Permission::ImageDescribe, found.owner)
            .map_err(|refusal| refusal.about(about.clone()))?;
        let before = self.ports.store.repository_description(id).await?;
        if before.revision != expected {
            let current = before.revision;
            return Err(StoreError::Stale { current }.into());
        }
        if before.text == text {
            return Ok(seen(ctx, found.owner, before));
        }
        let now = self.ports.clock.now();
        let action = Permission::ImageDescribe.as_str();
        let mut audit = AuditEntry::done(ctx, now, action, about);
        audit.workspace_id = found.owner.workspace();
        audit.before = Some(audited(&before.text));
        audit.after = Some(audited(&text));
        let by = ctx.actor.person().map(|person| UserRef {
            id: person.id,
            name: person.name.clone(),
        });
        let command = DescribeRepository {
            repository_id: id,
            expected,
            text: text.clone(),
            by: by.clone(),
            now,
        };
        let revision = self.ports.store.describe_repository(command, audit).await?;
        let description = if text.is_empty() {
            RepositoryDescription::default()
        } else {
            RepositoryDescription {
                text,
                revision,
                updated_at: Some(now),
                updated_by: by,
            }
        };
        Ok(seen(ctx, found.owner, description))
    }

    async fn found(
        &self,
        ctx: &RequestContext,
        id: RepositoryId,
    ) -> Result<FoundRepository, Failure> {
        let found = self.ports.store.repository(id, &ctx.visible).await?;
        found.ok_or_else(Failure::not_found)
    }
}

/// Members see what is said about a platform registry's images, and not who of the platform said it.
fn seen(
    ctx: &RequestContext,
    owner: Owner,
    mut description: RepositoryDescription,
) -> SeenDescription {
    if owner == Owner::Platform && ctx.visible != Visible::Everything {
        description.updated_by = None;
    }
    SeenDescription { description, owner }
}

/// A text as the audit log keeps it: a long one by how it begins and how long it is.
fn audited(text: &Markdown) -> Value {
    let kept = text.start(AUDITED);
    let mut told = json!({ "description": kept });
    if kept.len() < text.as_str().len() {
        told["description_bytes"] = json!(text.as_str().len());
    }
    told
}

#[cfg(test)]
mod tests {
    use super::{AUDITED, audited};
    use roadstead_core::model::Markdown;
    use serde_json::json;

    #[test]
    fn audit_log_keeps_a_bounded_part_of_a_text_and_says_how_long_it_was() {
        let text = |text: &str| Markdown::parse("/text", text).expect("text");
        assert_eq!(audited(&text("# a")), json!({"description": "# a"}));
        assert_eq!(audited(&text("")), json!({"description": ""}));
        let long = text(&"\u{e9}".repeat(AUDITED));
        let told = audited(&long);
        assert_eq!(told["description"].as_str().map(str::len), Some(AUDITED));
        assert_eq!(told["description_bytes"], 2 * AUDITED);
    }
}
