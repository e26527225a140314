//! What a manifest says of its blobs otherwise than the manifest that named them first: a blob has
//! one row, but a type, a size and a name are said of it by each manifest.

use super::sql::{bytes, taken, unsigned};
use crate::fault::Fault;
use crate::registry_row::{json, parse};
use roadstead_core::model::{Artifact, Descriptor, Digest};
use roadstead_core::ports::{ReadArtifact, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Stands for the configuration where layers stand by their place.
const CONFIG: i64 = -1;

/// Bytes of names that are kept of one artifact.
const TITLES: usize = 16 << 10;

/// A blob as its row has it.
pub(super) struct Blob {
    pub(super) no: i64,
    pub(super) media_type: String,
    pub(super) size_bytes: u64,
}

/// Blobs by digest.
pub(super) type Blobs = HashMap<Vec<u8>, Blob>;

/// The number of a blob.
pub(super) fn number(blobs: &Blobs, digest: &Digest) -> Option<i64> {
    blobs.get(&digest.to_bytes()).map(|blob| blob.no)
}

/// What is said otherwise, by place. Types come first because many layers share one.
#[derive(Default, Serialize, Deserialize)]
struct Told {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    types: BTreeMap<String, Vec<i64>>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    sizes: BTreeMap<i64, u64>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    titles: BTreeMap<i64, String>,
}

/// What is to be kept of a manifest; nothing of nearly all.
pub(super) fn of(read: &ReadArtifact, blobs: &Blobs) -> Result<Option<String>, StoreError> {
    let mut told = Told::default();
    let mut room = TITLES;
    let known = read.layers.iter().filter_map(|layer| {
        let blob = blobs.get(&layer.digest.to_bytes())?;
        Some((layer, blob))
    });
    let config = read.config.iter().filter_map(|config| {
        let blob = blobs.get(&config.digest.to_bytes())?;
        Some((CONFIG, (config, blob)))
    });
    for (place, (descriptor, blob)) in (0..).zip(known).chain(config) {
        let media_type = taken(&descriptor.media_type);
        if media_type != blob.media_type {
            let places = told.types.entry(media_type.into_owned());
            places.or_default().push(place);
        }
        let size_bytes = unsigned(bytes(descriptor.size_bytes));
        if size_bytes != blob.size_bytes {
            told.sizes.insert(place, size_bytes);
        }
        if let Some(title) = &descriptor.title
            && let Some(rest) = room.checked_sub(title.len())
        {
            room = rest;
            told.titles.insert(place, taken(title).into_owned());
        }
    }
    let nothing = told.types.is_empty() && told.sizes.is_empty() && told.titles.is_empty();
    (!nothing).then(|| json(&told)).transpose()
}

/// Puts what its manifest says in the place of what the blobs' rows say.
pub(super) fn apply(text: Option<String>, artifact: &mut Artifact) -> Result<(), Fault> {
    let Some(text) = text else { return Ok(()) };
    let told: Told = parse("what a manifest says of its blobs", &text)?;
    for (media_type, places) in told.types {
        for place in places {
            if let Some(blob) = at(artifact, place) {
                blob.media_type.clone_from(&media_type);
            }
        }
    }
    for (place, size_bytes) in told.sizes {
        if let Some(blob) = at(artifact, place) {
            blob.size_bytes = size_bytes;
        }
    }
    for (place, title) in told.titles {
        if let Some(blob) = at(artifact, place) {
            blob.title = Some(title);
        }
    }
    Ok(())
}

fn at(artifact: &mut Artifact, place: i64) -> Option<&mut Descriptor> {
    match usize::try_from(place) {
        Ok(place) => artifact.layers.get_mut(place),
        Err(_) => artifact.config.as_mut(),
    }
}
