//! What is said about a repository.

use super::registry::{AllowedAction, UserRefView, allowed};
use roadstead_app::services::SeenDescription;
use roadstead_core::model::{Generation, Markdown, RequestContext, Timestamp};
use roadstead_core::{Failure, Permission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most bytes of a body with such a text: some clients write every character that is not ASCII
/// with three times as many bytes.
pub(crate) const DESCRIPTION_BODY: usize = 4 * Markdown::MAX_BYTES;

/// What is said about a repository.
#[derive(Serialize, ToSchema)]
#[schema(as = RepositoryDescription)]
pub(crate) struct DescriptionView {
    /// The text in Markdown, as it was typed; whoever shows it must not run what is in it.
    text: String,
    /// Grows with every edit; send it as `If-Match`. 0 where there is no description.
    revision: Generation,
    /// When it was last edited; null where there is none.
    #[schema(value_type = Option<String>, format = DateTime)]
    updated_at: Option<Timestamp>,
    /// By whom; null where there is none, and for members of workspaces when the registry is the
    /// platform's.
    updated_by: Option<UserRefView>,
    /// What the asker may do with it.
    allowed_actions: Vec<AllowedAction>,
}

impl DescriptionView {
    pub(crate) fn new(ctx: &RequestContext, seen: SeenDescription) -> Self {
        let description = seen.description;
        Self {
            allowed_actions: allowed(&ctx.actor, seen.owner, &[Permission::ImageDescribe]),
            text: description.text.as_str().to_owned(),
            revision: description.revision,
            updated_at: description.updated_at,
            updated_by: description.updated_by.map(|user| UserRefView {
                id: user.id,
                name: user.name,
            }),
        }
    }

    pub(crate) const fn revision(&self) -> Generation {
        self.revision
    }
}

/// A text for a repository.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RepositoryDescriptionInput)]
pub(crate) struct DescriptionInput {
    /// The text in Markdown, at most 64 KiB; an empty one takes the description away.
    text: String,
}

impl DescriptionInput {
    pub(crate) fn parse(&self) -> Result<Markdown, Failure> {
        Markdown::parse("/text", &self.text).map_err(|field| Failure::fields(vec![field]))
    }
}
