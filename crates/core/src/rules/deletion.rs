//! Whether, and how, something can be deleted in a registry.

use crate::model::{
    Capability, CapabilityReason, DeletionReach, DeletionTarget, DeletionWay, Digest,
};
use crate::{ErrorCode, Failure};

/// How many indexes a refusal names.
const NAMED: usize = 5;

/// What the registry has to be asked for, by what was seen that it can do. What was not seen is
/// left to the registry's own answer.
///
/// # Errors
/// [`ErrorCode::DeletionUnavailable`]; [`ErrorCode::TagShared`] where a tag cannot go alone and
/// others point at the same; [`ErrorCode::ArtifactListed`] where an index would be left with a hole.
pub fn deletion_way(
    target: &DeletionTarget,
    digest: &Digest,
    deletion: Capability,
    tag_deletion: Capability,
    reach: &DeletionReach,
) -> Result<DeletionWay, Failure> {
    // Versions before 3.1.1 of Distribution take a tag away though deletion is switched off
    // (CVE-2026-41888). Whoever switched it off meant tags, too.
    if deletion == Capability::Missing(CapabilityReason::SwitchedOff) {
        return Err(unavailable(CapabilityReason::SwitchedOff));
    }
    if let DeletionTarget::Tag(_) = target {
        match tag_deletion {
            Capability::Available | Capability::Unknown(_) => return Ok(DeletionWay::Untag),
            Capability::Missing(CapabilityReason::NotOffered) => {}
            Capability::Missing(reason) => return Err(unavailable(reason)),
        }
    }
    if let Capability::Missing(reason) = deletion {
        return Err(unavailable(reason));
    }
    if matches!(target, DeletionTarget::Tag(_)) && reach.tags.total > 1 {
        return Err(Failure::new(ErrorCode::TagShared)
            .with("digest", digest)
            .with("tags", reach.tags.total));
    }
    if reach.parents.total > 0 {
        let name = |parent: &crate::model::ListedBy| {
            let tag = parent.tag.clone();
            tag.unwrap_or_else(|| parent.digest.to_string())
        };
        let names: Vec<String> = reach.parents.items.iter().take(NAMED).map(name).collect();
        return Err(Failure::new(ErrorCode::ArtifactListed)
            .with("indexes", reach.parents.total)
            .with("names", names.join(", ")));
    }
    Ok(DeletionWay::Artifact)
}

fn unavailable(reason: CapabilityReason) -> Failure {
    Failure::new(ErrorCode::DeletionUnavailable).with("reason", reason.as_str())
}

#[cfg(test)]
mod tests {
    use super::deletion_way;
    use crate::ErrorCode;
    use crate::model::{
        Capability, CapabilityReason as Reason, DeletionReach, DeletionTarget, DeletionWay, Digest,
        First, ListedBy, TagName,
    };

    const YES: Capability = Capability::Available;
    const OFF: Capability = Capability::Missing(Reason::SwitchedOff);
    const TWO: Capability = Capability::Missing(Reason::NotOffered);
    const NOBODY_ASKED: Capability = Capability::Unknown(Reason::NoAccount);

    fn digest() -> Digest {
        Digest::parse(&format!("sha256:{}", "a".repeat(64))).expect("digest")
    }

    fn tag() -> DeletionTarget {
        DeletionTarget::Tag(TagName::parse("v1").expect("tag"))
    }

    fn reach(tags: u64, parents: u64) -> DeletionReach {
        let parent = ListedBy {
            digest: digest(),
            tag: Some("multi".to_owned()),
        };
        DeletionReach {
            tags: First {
                items: Vec::new(),
                total: tags,
            },
            parents: First {
                items: vec![parent; usize::try_from(parents).expect("few")],
                total: parents,
            },
            ..DeletionReach::default()
        }
    }

    fn way(
        target: &DeletionTarget,
        deletion: Capability,
        tags: Capability,
        reach: &DeletionReach,
    ) -> Result<DeletionWay, ErrorCode> {
        deletion_way(target, &digest(), deletion, tags, reach).map_err(|failure| failure.code)
    }

    #[test]
    fn tag_goes_alone_where_the_registry_can_and_with_its_artifact_only_when_it_is_alone() {
        let tag = tag();
        assert_eq!(way(&tag, YES, YES, &reach(3, 1)), Ok(DeletionWay::Untag));
        assert_eq!(
            way(&tag, NOBODY_ASKED, NOBODY_ASKED, &reach(3, 1)),
            Ok(DeletionWay::Untag),
            "the registry decides"
        );
        assert_eq!(way(&tag, YES, TWO, &reach(1, 0)), Ok(DeletionWay::Artifact));
        assert_eq!(way(&tag, YES, TWO, &reach(2, 0)), Err(ErrorCode::TagShared));
        assert_eq!(
            way(&tag, YES, TWO, &reach(1, 1)),
            Err(ErrorCode::ArtifactListed)
        );
    }

    #[test]
    fn what_is_switched_off_is_off_for_tags_too() {
        let artifact = DeletionTarget::Artifact(digest());
        for target in [tag(), artifact] {
            for tags in [YES, TWO, OFF, NOBODY_ASKED] {
                assert_eq!(
                    way(&target, OFF, tags, &reach(1, 0)),
                    Err(ErrorCode::DeletionUnavailable)
                );
            }
        }
        let refused = deletion_way(&tag(), &digest(), OFF, YES, &reach(1, 0)).expect_err("off");
        assert_eq!(
            refused.params.get("reason").map(String::as_str),
            Some("SwitchedOff")
        );
    }

    #[test]
    fn artifact_goes_with_all_its_tags_but_never_out_of_an_index() {
        let artifact = DeletionTarget::Artifact(digest());
        for deletion in [YES, NOBODY_ASKED] {
            assert_eq!(
                way(&artifact, deletion, TWO, &reach(3, 0)),
                Ok(DeletionWay::Artifact)
            );
        }
        let refused = deletion_way(&artifact, &digest(), YES, YES, &reach(0, 7)).expect_err("hole");
        assert_eq!(refused.code, ErrorCode::ArtifactListed);
        assert_eq!(refused.params.get("indexes").map(String::as_str), Some("7"));
        assert_eq!(
            refused.params.get("names").map(String::as_str),
            Some("multi, multi, multi, multi, multi")
        );
    }
}
