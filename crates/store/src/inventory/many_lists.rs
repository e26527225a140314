//! The tag lists of many repositories together: most are short, and a transaction each would cost a
//! thousand repositories three seconds of the disk.

use super::scope;
use super::tags::{self, Stored};
use crate::command::Command;
use crate::store::Store;
use roadstead_core::model::{RepositoryId, Timestamp};
use roadstead_core::ports::{Recorded, SeenTag, Source, StoreError, TagsRecorded};
use std::collections::{HashMap, HashSet};

/// Rows of one transaction: each repository costs a few statements beside its tags.
const ROWS: usize = 300;

/// What one repository counts for, beside its tags.
const REPOSITORY: usize = 12;

/// What is to be done about one repository.
struct Plan<'a> {
    id: RepositoryId,
    fresh: Vec<&'a SeenTag>,
    ended: Vec<i64>,
    again: Vec<i64>,
}

impl<'a> Plan<'a> {
    /// `None` when the list brings digests along, which is more than names.
    fn of(id: RepositoryId, tags: &'a [SeenTag], stored: &HashMap<String, Stored>) -> Option<Self> {
        if tags.iter().any(|tag| tag.digest.is_some()) {
            return None;
        }
        let mut listed: HashSet<&str> = HashSet::with_capacity(tags.len());
        let (mut fresh, mut again) = (Vec::new(), Vec::new());
        for tag in tags {
            if !listed.insert(&tag.name) {
                continue;
            }
            match stored.get(&tag.name) {
                None => fresh.push(tag),
                Some(known) if known.troubled => again.push(known.no),
                Some(_) => {}
            }
        }
        let ended = stored
            .iter()
            // What only an event told of is settled by looking, not by a list that may be older.
            .filter(|(name, known)| !known.provisional && !listed.contains(name.as_str()))
            .map(|(_, known)| known.no)
            .collect();
        Some(Self {
            id,
            fresh,
            ended,
            again,
        })
    }

    fn rows(&self) -> usize {
        REPOSITORY + self.fresh.len() + self.ended.len() + self.again.len()
    }
}

pub(super) async fn record(
    store: &Store,
    source: Source,
    lists: &[(RepositoryId, Vec<SeenTag>)],
    now: Timestamp,
) -> Result<Recorded<TagsRecorded>, StoreError> {
    let mut sum = TagsRecorded::default();
    let mut plans = Vec::new();
    let mut rows = 0;
    for (id, list) in lists {
        let stored = tags::stored(store, *id).await?;
        let plan = Plan::of(*id, list, &stored).filter(|plan| plan.rows() <= ROWS);
        let Some(plan) = plan else {
            match tags::record(store, source, *id, list, now).await? {
                Recorded::Yes(one) => add(&mut sum, one),
                Recorded::Outdated => return Ok(Recorded::Outdated),
            }
            continue;
        };
        if rows + plan.rows() > ROWS {
            match write(store, source, &plans, now).await? {
                Some(some) => add(&mut sum, some),
                None => return Ok(Recorded::Outdated),
            }
            plans.clear();
            rows = 0;
        }
        rows += plan.rows();
        plans.push(plan);
    }
    match write(store, source, &plans, now).await? {
        Some(some) => add(&mut sum, some),
        None => return Ok(Recorded::Outdated),
    }
    Ok(Recorded::Yes(sum))
}

fn add(sum: &mut TagsRecorded, one: TagsRecorded) {
    sum.added += one.added;
    sum.ended += one.ended;
}

/// One transaction; `None` when the source is outdated.
async fn write(
    store: &Store,
    source: Source,
    plans: &[Plan<'_>],
    now: Timestamp,
) -> Result<Option<TagsRecorded>, StoreError> {
    let command = Command::RecordTags;
    let done = scope::write(store, command, source, now, |tx, scope, effects| {
        Box::pin(async move {
            let mut recorded = TagsRecorded::default();
            for plan in plans {
                // A repository that is gone is passed over.
                let Some(no) = tags::live(tx, scope, plan.id).await? else {
                    continue;
                };
                recorded.added += tags::add(tx, scope, no, &plan.fresh, now, effects).await?;
                if !plan.ended.is_empty() {
                    recorded.ended += tags::end(tx, no, &plan.ended, effects).await?;
                }
                tags::read_again(tx, &plan.again).await?;
                tags::listed_now(tx, scope, no, now, effects).await?;
            }
            Ok(recorded)
        })
    });
    done.await
}
