//! What a deletion takes and leaves behind.

use super::capability::CapabilityView;
use super::words::ErrorCodeWord;
use roadstead_app::services::SeenDeletion;
use roadstead_core::model::{CapabilityName, DeletionTarget, DeletionWay, Digest, First, ListedBy};
use roadstead_core::{ErrorCode, Failure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// How something is deleted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeletionQuery {
    /// Only say what would go.
    #[serde(default)]
    pub(crate) dry_run: bool,
    /// The repository's name, to show that all its tags in question are meant. Needed when more than
    /// one tag goes, unless `dry_run`.
    #[param(max_length = 255)]
    pub(crate) confirm: Option<String>,
}

/// Tags, and how many there are.
#[derive(Serialize, ToSchema)]
#[schema(as = SomeTags)]
pub(crate) struct SomeTagsView {
    /// The first hundred by name.
    items: Vec<String>,
    /// How many there are.
    total: u64,
}

/// Manifests, and how many there are.
#[derive(Serialize, ToSchema)]
#[schema(as = SomeManifests)]
pub(crate) struct SomeManifestsView {
    /// The digests of the first hundred.
    #[schema(value_type = Vec<String>)]
    items: Vec<Digest>,
    /// How many there are.
    total: u64,
}

impl From<First<Digest>> for SomeManifestsView {
    fn from(first: First<Digest>) -> Self {
        Self {
            items: first.items,
            total: first.total,
        }
    }
}

/// An index that lists an artifact.
#[derive(Serialize, ToSchema)]
#[schema(as = ListingIndex)]
pub(crate) struct ListingIndexView {
    /// Its digest.
    #[schema(value_type = String)]
    digest: Digest,
    /// The first of its tags by name; null when it has none.
    tag: Option<String>,
}

/// Indexes that list an artifact, and how many there are.
#[derive(Serialize, ToSchema)]
#[schema(as = SomeIndexes)]
pub(crate) struct SomeIndexesView {
    /// The first hundred.
    items: Vec<ListingIndexView>,
    /// How many there are.
    total: u64,
}

impl From<First<ListedBy>> for SomeIndexesView {
    fn from(first: First<ListedBy>) -> Self {
        let view = |index: ListedBy| ListingIndexView {
            digest: index.digest,
            tag: index.tag,
        };
        Self {
            items: first.items.into_iter().map(view).collect(),
            total: first.total,
        }
    }
}

/// Why something cannot be deleted.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeletionRefusal {
    /// The stable reason.
    #[schema(value_type = ErrorCodeWord)]
    code: ErrorCode,
    /// Parameters of the sentence.
    params: BTreeMap<String, String>,
}

impl From<Failure> for DeletionRefusal {
    fn from(failure: Failure) -> Self {
        Self {
            code: failure.code,
            params: failure.params,
        }
    }
}

/// What goes, or has gone, by a deletion.
#[derive(Serialize, ToSchema)]
#[schema(as = ImageDeletion)]
pub(crate) struct DeletionView {
    /// It is deleted; false for a dry run.
    done: bool,
    /// The registry did not have it any more; what was remembered of it is taken away.
    already_gone: bool,
    /// The repository's name, to be given as `confirm` where that is needed.
    repository: String,
    /// The tag that was asked for; null for an artifact.
    tag: Option<String>,
    /// The artifact; null while nobody knows what the tag points at. To be given as `If-Match`.
    #[schema(value_type = Option<String>)]
    digest: Option<Digest>,
    /// Whether the artifact goes, with all its tags; else the tag alone.
    takes_artifact: bool,
    /// Whether the tag can be taken away alone; null for an artifact, and when nobody knows yet.
    only_this_tag: Option<bool>,
    /// Every tag of the repository that points at the artifact. All of them go when the artifact
    /// goes.
    tags: SomeTagsView,
    /// Whether every tag of the repository was looked at just now; else there may be more that
    /// were pushed lately.
    looked_at_all: bool,
    /// Whether more than one tag goes, so that `confirm` is needed.
    confirmation_needed: bool,
    /// Manifests the artifact lists that nothing else in the repository leads to.
    children: SomeManifestsView,
    /// Indexes that list the artifact and would be left with a hole; then it is refused.
    parents: SomeIndexesView,
    /// What refers to the artifact, and would refer to nothing.
    referrers: SomeManifestsView,
    /// Tags named after the artifact's digest, which carry signatures and the like.
    attached_tags: Vec<String>,
    /// What the registry can do about it.
    capabilities: Vec<CapabilityView>,
    /// Why it cannot be done; null when it can.
    refusal: Option<DeletionRefusal>,
}

impl From<SeenDeletion> for DeletionView {
    fn from(seen: SeenDeletion) -> Self {
        let confirmation_needed = seen.needs_confirmation();
        let (way, refusal) = match seen.way {
            Ok(way) => (Some(way), None),
            Err(failure) => (None, Some(failure)),
        };
        let tag = match &seen.target {
            DeletionTarget::Tag(tag) => Some(tag.as_str().to_owned()),
            DeletionTarget::Artifact(_) => None,
        };
        let shared = refusal
            .as_ref()
            .is_some_and(|failure| failure.code == ErrorCode::TagShared);
        let takes_artifact = match way {
            Some(way) => way == DeletionWay::Artifact,
            None => tag.is_none() || shared,
        };
        let only_this_tag = match (&tag, way) {
            (None, _) => None,
            (Some(_), Some(DeletionWay::Untag)) => Some(true),
            (Some(_), Some(DeletionWay::Artifact)) => Some(seen.reach.tags.total <= 1),
            (Some(_), None) => shared.then_some(false),
        };
        Self {
            done: seen.done,
            already_gone: seen.already_gone,
            repository: seen.found.repository.name,
            tag,
            digest: seen.digest,
            takes_artifact,
            only_this_tag,
            tags: SomeTagsView {
                items: seen.reach.tags.items,
                total: seen.reach.tags.total,
            },
            looked_at_all: seen.looked_at_all,
            confirmation_needed,
            children: seen.reach.children.into(),
            parents: seen.reach.parents.into(),
            referrers: seen.reach.referrers.into(),
            attached_tags: seen.reach.attached,
            capabilities: vec![
                CapabilityView::new(CapabilityName::Deletion, seen.artifacts),
                CapabilityView::new(CapabilityName::TagDeletion, seen.tags),
            ],
            refusal: refusal.map(Into::into),
        }
    }
}
