//! The tags of a repository.

use super::built;
use super::crawls::{maybe, trouble};
use super::lists::{containing, kind, platform, total, with_total};
use super::queues::digest;
use super::sql::Sql;
use crate::fault::{Fault, damaged};
use crate::store::Store;
use roadstead_core::model::{
    Certainty, Listing, OciPlatform, Page, PageRequest, Placed, RepositoryId, Tag, TagFilter,
    TagSort, Timestamp,
};
use roadstead_core::ports::StoreError;
use sea_orm::QueryResult;
use std::collections::HashMap;

/// Of a tag `t`: that it is named after a digest, as clients name what is about another artifact
/// (distribution-spec, referrers tag schema: algorithm, `-`, 64 digits; cosign puts `.sig`, `.att` or
/// `.sbom` behind). The bounds, which say less than the rest, are walked in the index by name.
macro_rules! attached {
    () => {
        "t.name >= 'sha256-' AND t.name < 'sha512.' AND SUBSTR(t.name, 1, 7) IN ('sha256-', 'sha512-') \
         AND LENGTH(t.name) >= 71 AND TRIM(SUBSTR(t.name, 8, 64), '0123456789abcdef') = '' \
         AND SUBSTR(t.name, 72, 1) IN ('', '.')"
    };
}
pub(super) use attached;

pub(super) fn tags_sql(
    id: RepositoryId,
    filter: TagFilter<'_>,
    sort: TagSort,
    page: &PageRequest<Placed>,
) -> Result<Sql, StoreError> {
    let TagFilter { text, attached } = filter;
    let (stored, counted) = if attached {
        (
            "tags FROM repository WHERE id = ?",
            "tag t WHERE t.repository_no = (SELECT no FROM repository WHERE id = ?)",
        )
    } else {
        (
            concat!(
                "tags - (SELECT COUNT(*) FROM tag t WHERE t.repository_no = repository.no AND ",
                attached!(),
                ") FROM repository WHERE id = ?"
            ),
            concat!(
                "tag t WHERE t.repository_no = (SELECT no FROM repository WHERE id = ?) AND NOT (",
                attached!(),
                ")"
            ),
        )
    };
    let mut sql = with_total(
        Some((stored, id.0.into())),
        (counted, id.0.into()),
        "LOWER(t.name)",
        text,
    )
    .and(
        "t.no, t.name, t.version, t.sorted_at, t.pushed_at, t.pulled_at, t.seen_at, t.checked_at, \
         t.provisional, t.trouble, t.artifact_no, a.digest, a.verified, a.state, a.kind, \
         a.media_type, a.size_bytes, a.platform, a.created_at, c.platform AS config_platform, \
         c.created_at AS config_created_at \
         FROM tag t LEFT JOIN artifact a ON a.no = t.artifact_no \
         LEFT JOIN image_config c ON c.blob_no = a.config_no WHERE t.repository_no = \
         (SELECT no FROM repository WHERE id = ? AND ended_at IS NULL)",
        [id.0.into()],
    );
    if !attached {
        sql = sql.and(concat!(" AND NOT (", attached!(), ")"), []);
    }
    if let Some(after) = &page.after {
        let other = || damaged("place in a list", "it is of another order");
        sql = match sort {
            TagSort::Name => sql.and(
                " AND t.name > ?",
                [after.name.clone().ok_or_else(other)?.into()],
            ),
            TagSort::NameDescending => sql.and(
                " AND t.name < ?",
                [after.name.clone().ok_or_else(other)?.into()],
            ),
            TagSort::Newest => sql.and(
                " AND (t.sorted_at, t.no) < (?, ?)",
                [
                    after.figure.ok_or_else(other)?.into(),
                    after.no.ok_or_else(other)?.into(),
                ],
            ),
            TagSort::Version | TagSort::VersionDescending => {
                let down = sort == TagSort::VersionDescending;
                let than = if down { "<" } else { ">" };
                sql.and(
                    &format!(" AND (t.version, t.no) {than} (?, ?)"),
                    [
                        after.name.clone().ok_or_else(other)?.into(),
                        after.no.ok_or_else(other)?.into(),
                    ],
                )
            }
        };
    }
    let order = match sort {
        TagSort::Name => " ORDER BY t.name LIMIT ?",
        TagSort::NameDescending => " ORDER BY t.name DESC LIMIT ?",
        TagSort::Newest => " ORDER BY t.sorted_at DESC, t.no DESC LIMIT ?",
        TagSort::Version => " ORDER BY t.version, t.no LIMIT ?",
        TagSort::VersionDescending => " ORDER BY t.version DESC, t.no DESC LIMIT ?",
    };
    // Names of tags keep their case; people who search do not.
    let sql = containing(sql, "LOWER(t.name)", text);
    Ok(sql.and(order, [i64::from(page.limit).saturating_add(1).into()]))
}

pub(super) async fn page(
    store: &Store,
    id: RepositoryId,
    filter: TagFilter<'_>,
    sort: TagSort,
    page: &PageRequest<Placed>,
) -> Result<Listing<Tag>, StoreError> {
    let rows = tags_sql(id, filter, sort, page)?
        .all(store.db().read())
        .await?;
    let total = total(&rows)?;
    let limit = usize::from(page.limit);
    let more = rows.len() > limit;
    let shown: Vec<&QueryResult> = rows.iter().take(limit).collect();
    let listed = listed_platforms(store, &shown).await?;
    let mut items = Vec::with_capacity(shown.len());
    let mut next = None;
    for row in shown {
        let mut tag = tag(row)?;
        let artifact: Option<i64> = row.try_get("", "artifact_no").map_err(Fault::from)?;
        if let Some(platforms) = artifact.and_then(|no| listed.get(&no)) {
            tag.platforms.clone_from(platforms);
        }
        if more {
            next = Some(place(row, &tag, sort)?);
        }
        items.push(tag);
    }
    Ok(Listing {
        page: Page { items, next },
        total,
    })
}

fn place(row: &QueryResult, tag: &Tag, sort: TagSort) -> Result<Placed, Fault> {
    let mut place = Placed {
        name: None,
        figure: None,
        id: None,
        no: None,
    };
    match sort {
        TagSort::Name | TagSort::NameDescending => place.name = Some(tag.name.clone()),
        TagSort::Newest => {
            place.figure = Some(row.try_get("", "sorted_at")?);
            place.no = Some(row.try_get("", "no")?);
        }
        TagSort::Version | TagSort::VersionDescending => {
            place.name = Some(row.try_get("", "version")?);
            place.no = Some(row.try_get("", "no")?);
        }
    }
    Ok(place)
}

/// What the indexes on a page list, for people: architectures, without what is said about them.
async fn listed_platforms(
    store: &Store,
    shown: &[&QueryResult],
) -> Result<HashMap<i64, Vec<OciPlatform>>, StoreError> {
    let mut nos = Vec::new();
    for row in shown {
        let no: Option<i64> = row.try_get("", "artifact_no").map_err(Fault::from)?;
        nos.extend(no);
    }
    let rows = Sql::of(
        "SELECT parent_no, platform FROM artifact_child \
         WHERE attests = 0 AND platform IS NOT NULL AND parent_no IN ",
        [],
    )
    .list(nos)
    .and(" ORDER BY parent_no, place", [])
    .all(store.db().read())
    .await?;
    let mut found: HashMap<i64, Vec<OciPlatform>> = HashMap::new();
    for row in &rows {
        let parent: i64 = row.try_get("", "parent_no").map_err(Fault::from)?;
        let text: Option<String> = row.try_get("", "platform").map_err(Fault::from)?;
        let known = platform(text)?.filter(|platform| !platform.is_unknown());
        found.entry(parent).or_default().extend(known);
    }
    Ok(found)
}

fn tag(row: &QueryResult) -> Result<Tag, Fault> {
    let bytes: Option<Vec<u8>> = row.try_get("", "digest")?;
    let verified: Option<i64> = row.try_get("", "verified")?;
    let state: Option<i64> = row.try_get("", "state")?;
    let read = state == Some(super::manifests::READ);
    let kind_no: Option<i64> = row.try_get("", "kind")?;
    let media_type: Option<String> = row.try_get("", "media_type")?;
    let own: Option<String> = row.try_get("", "platform")?;
    let told: Option<String> = row.try_get("", "config_platform")?;
    let provisional: i64 = row.try_get("", "provisional")?;
    let checked: i64 = row.try_get("", "checked_at")?;
    let time = |name: &str| -> Result<Option<Timestamp>, Fault> {
        let micros: Option<i64> = row.try_get("", name)?;
        Ok(micros.map(Timestamp::from_micros))
    };
    let micros = |name: &str| row.try_get("", name);
    let (created_at, reproducible) =
        built::read(micros("created_at")?, micros("config_created_at")?);
    Ok(Tag {
        name: row.try_get("", "name")?,
        digest: bytes.as_deref().map(digest).transpose()?,
        certainty: if verified == Some(1) {
            Certainty::Verified
        } else {
            Certainty::Reported
        },
        provisional: provisional != 0,
        kind: kind_no.filter(|_| read).map(kind),
        media_type: media_type.filter(|text| !text.is_empty()),
        size_bytes: maybe(row, "size_bytes")?,
        platforms: platform(own.or(told))?.into_iter().collect(),
        created_at,
        reproducible,
        pushed_at: time("pushed_at")?,
        pulled_at: time("pulled_at")?,
        seen_at: Timestamp::from_micros(row.try_get("", "seen_at")?),
        checked_at: (checked > 0).then(|| Timestamp::from_micros(checked)),
        trouble: trouble(row)?,
    })
}
