//! The envelope a Docker Registry posts, read into marks: what to look at again. Whatever else it
//! says is nobody's business here, because an event is a hint and never the news.
//!
//! A registry is somebody else's program, and who has its secret may write anything. So the reading
//! is bounded in everything, and of names only such are taken as a repository or tag can have.

use roadstead_core::model::{Digest, Timestamp};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};

/// Events of one envelope that are looked at. Registries send one.
const EVENTS: usize = 500;
/// Longest name of a repository, and longest media type.
const TEXT: usize = 255;
/// Longest tag.
const TAG: usize = 128;

/// Types of what a tag can point at. Other pushes are of layers and configurations, which come with
/// a manifest anyway.
const MANIFESTS: [&str; 5] = [
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
];

/// What an event asks to be looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// A tag.
    Tag(String),
    /// A manifest without a tag.
    Digest(Digest),
    /// A repository that is said to be gone.
    Repository,
}

/// What is said to have happened to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// This was pushed.
    Pushed {
        /// Its digest.
        digest: Digest,
        /// Its media type.
        media_type: String,
    },
    /// It was deleted.
    Deleted,
}

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The repository's whole name.
    pub repository: String,
    /// What in it.
    pub target: Target,
    /// What is said of it.
    pub news: News,
    /// When, by the registry's clock.
    pub at: Option<Timestamp>,
}

/// An event that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Notice {
    /// A fingerprint of the event's id, by which a repeated one is known.
    pub(super) id: Option<u64>,
    /// What to look at; `None` for what asks for nothing, like a pull.
    pub(super) mark: Option<Mark>,
}

/// What a registry posted.
#[derive(Debug, Default)]
pub struct Envelope {
    pub(super) notices: Vec<Notice>,
    /// Events that cannot be: a name that is none, a push of nothing; and those past the most that
    /// are looked at.
    pub(super) unreadable: u64,
    /// Fingerprints of the processes that sent them.
    pub(super) instances: Vec<u64>,
}

impl Envelope {
    /// Reads a body.
    ///
    /// # Errors
    /// When it is no JSON of that shape.
    pub fn read(body: &[u8], fingerprints: &RandomState) -> serde_json::Result<Self> {
        let posted: Posted = serde_json::from_slice(body)?;
        let mut envelope = Self {
            unreadable: posted.events.passed_over,
            ..Self::default()
        };
        for event in posted.events.events {
            let instance = event.source.instance_id.as_deref().unwrap_or_default();
            if !instance.is_empty() {
                let instance = fingerprints.hash_one(instance);
                if !envelope.instances.contains(&instance) {
                    envelope.instances.push(instance);
                }
            }
            let id = event.id.as_deref().filter(|id| !id.is_empty());
            let id = id.map(|id| fingerprints.hash_one(id));
            match judge(event) {
                Ok(mark) => envelope.notices.push(Notice { id, mark }),
                Err(Unreadable) => envelope.unreadable += 1,
            }
        }
        Ok(envelope)
    }

    /// How many events could not be read.
    #[must_use]
    pub const fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// What is to be looked at.
    pub fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.notices
            .iter()
            .filter_map(|notice| notice.mark.as_ref())
    }
}

struct Unreadable;

/// What an event asks for, if anything.
fn judge(event: Event) -> Result<Option<Mark>, Unreadable> {
    let target = event.target;
    let at = event
        .timestamp
        .as_deref()
        .and_then(|text| Timestamp::parse(text).ok());
    // A look, ours above all, changes nothing; registries tell of those too.
    let looked = matches!(event.request.method.as_deref(), Some("HEAD" | "GET"));
    let action = event.action.as_deref().unwrap_or_default();
    if looked || !matches!(action, "push" | "delete") {
        return Ok(None);
    }
    let repository = target
        .repository
        .filter(|name| is_repository(name))
        .ok_or(Unreadable)?;
    let tag = target.tag.filter(|tag| !tag.is_empty());
    if tag.as_deref().is_some_and(|tag| !is_tag(tag)) {
        return Err(Unreadable);
    }
    let digest = match target.digest.as_deref() {
        None | Some("") => None,
        Some(text) => Some(Digest::parse(text).ok_or(Unreadable)?),
    };
    let mark = |target, news| {
        Some(Mark {
            repository,
            target,
            news,
            at,
        })
    };
    if action == "delete" {
        let target = match (digest, tag) {
            (Some(digest), _) => Target::Digest(digest),
            (None, Some(tag)) => Target::Tag(tag),
            (None, None) => Target::Repository,
        };
        return Ok(mark(target, News::Deleted));
    }
    let media_type = target.media_type.unwrap_or_default();
    let is_manifest = MANIFESTS.contains(&media_type.as_str());
    if !is_manifest && tag.is_none() {
        return Ok(None);
    }
    let digest = digest.ok_or(Unreadable)?;
    let media_type = if is_manifest {
        media_type
    } else {
        String::new()
    };
    let target = tag.map_or_else(|| Target::Digest(digest.clone()), Target::Tag);
    Ok(mark(target, News::Pushed { digest, media_type }))
}

/// Whether a repository can have this name (distribution-spec, `<name>`).
fn is_repository(name: &str) -> bool {
    name.len() <= TEXT && name.split('/').all(is_component)
}

/// `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
fn is_component(component: &str) -> bool {
    let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let bytes = component.as_bytes();
    let ends = [bytes.first(), bytes.last()];
    let good_ends = ends.iter().all(|end| end.is_some_and(|b| alphanumeric(*b)));
    let separators = component.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    good_ends
        && separators
            .filter(|between| !between.is_empty())
            .all(|between| {
                matches!(between, "." | "_" | "__") || between.bytes().all(|b| b == b'-')
            })
}

/// Whether a tag can have this name: `[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}`.
fn is_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    let bytes = tag.as_bytes();
    bytes.len() <= TAG
        && bytes.first().is_some_and(|b| word(*b))
        && bytes.iter().all(|b| word(*b) || matches!(b, b'.' | b'-'))
}

#[derive(Deserialize)]
struct Posted {
    events: Events,
}

/// The first events, and how many more there were.
#[derive(Default)]
struct Events {
    events: Vec<Event>,
    passed_over: u64,
}

impl<'de> Deserialize<'de> for Events {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct First;
        impl<'de> Visitor<'de> for First {
            type Value = Events;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of events")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Events, A::Error> {
                let mut all = Events::default();
                while all.events.len() < EVENTS {
                    match seq.next_element()? {
                        Some(event) => all.events.push(event),
                        None => return Ok(all),
                    }
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    all.passed_over += 1;
                }
                Ok(all)
            }
        }
        deserializer.deserialize_seq(First)
    }
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Event {
    id: Option<String>,
    timestamp: Option<String>,
    action: Option<String>,
    target: Told,
    request: Request,
    source: Source,
}

#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
struct Told {
    media_type: Option<String>,
    digest: Option<String>,
    repository: Option<String>,
    tag: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Request {
    method: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Source {
    #[serde(rename = "instanceID")]
    instance_id: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::{EVENTS, Envelope, News, Target};
    use serde_json::{Value, json};
    use std::hash::RandomState;

    const OCI: &str = "application/vnd.oci.image.manifest.v1+json";

    fn digest() -> String {
        format!("sha256:{}", "a".repeat(64))
    }

    fn read(events: &[Value]) -> Envelope {
        let body = json!({ "events": events }).to_string();
        Envelope::read(body.as_bytes(), &RandomState::new()).expect("envelope")
    }

    fn event(action: &str, target: Value) -> Value {
        json!({"id": "1", "timestamp": "2026-01-02T03:04:05.123456789Z", "action": action,
            "target": target, "request": {"method": "PUT"}, "source": {"instanceID": "i"},
            "actor": {"name": "ci"}})
    }

    #[test]
    fn push_of_a_manifest_marks_its_tag_or_its_digest() {
        let tagged = json!({"mediaType": OCI, "digest": digest(), "repository": "a/b", "tag": "v1", "references": [{"size": 1}]});
        let bare = json!({"mediaType": OCI, "digest": digest(), "repository": "a/b"});
        let envelope = read(&[event("push", tagged), event("push", bare)]);
        let marks: Vec<_> = envelope.marks().collect();
        assert_eq!(marks.len(), 2);
        assert_eq!(marks[0].target, Target::Tag("v1".to_owned()));
        assert!(marks[0].at.is_some());
        assert!(matches!(&marks[0].news, News::Pushed { media_type, .. } if media_type == OCI));
        assert!(matches!(&marks[1].target, Target::Digest(d) if d.as_str() == digest()));
        assert_eq!((envelope.instances.len(), envelope.unreadable), (1, 0));
    }

    #[test]
    fn layers_mounts_pulls_and_looks_ask_for_nothing() {
        let blob =
            json!({"mediaType": "application/octet-stream", "digest": digest(), "repository": "a"});
        let manifest = json!({"mediaType": OCI, "digest": digest(), "repository": "a", "tag": "t"});
        let mut head = event("push", manifest.clone());
        head["request"]["method"] = json!("HEAD");
        let envelope = read(&[
            event("push", blob.clone()),
            event("mount", blob),
            event("pull", manifest.clone()),
            event("shout", manifest),
            head,
            json!({}),
        ]);
        assert_eq!(envelope.marks().count(), 0);
        assert_eq!((envelope.notices.len(), envelope.unreadable), (6, 0));
    }

    #[test]
    fn deletion_marks_what_it_names() {
        let envelope = read(&[
            event("delete", json!({"repository": "a", "digest": digest()})),
            event("delete", json!({"repository": "a", "tag": "t"})),
            event("delete", json!({"repository": "a"})),
        ]);
        let targets: Vec<_> = envelope.marks().map(|m| m.target.clone()).collect();
        assert!(matches!(&targets[0], Target::Digest(_)));
        assert_eq!(
            targets[1..],
            [Target::Tag("t".to_owned()), Target::Repository]
        );
    }

    #[test]
    fn sec_33_names_that_no_repository_can_have_are_not_taken() {
        let long = "x".repeat(256);
        for bad in [
            "", "/", "a//b", "A", "a/../b", "a..b", "-a", "a-", "a___b", "a b", "a\u{0}", "ä",
            "a._b", &long,
        ] {
            let target =
                json!({"mediaType": OCI, "digest": digest(), "repository": bad, "tag": "t"});
            let envelope = read(&[event("push", target)]);
            assert_eq!(
                (envelope.marks().count(), envelope.unreadable),
                (0, 1),
                "{bad:?}"
            );
        }
        for good in ["a", "a/b/c", "a.b", "a_b", "a__b", "a---b", "0/1"] {
            let target =
                json!({"mediaType": OCI, "digest": digest(), "repository": good, "tag": "t"});
            assert_eq!(
                read(&[event("push", target)]).marks().count(),
                1,
                "{good:?}"
            );
        }
        for bad in [".t", "-t", "a/b", "a b", "ä", &"t".repeat(129)] {
            let target =
                json!({"mediaType": OCI, "digest": digest(), "repository": "a", "tag": bad});
            assert_eq!(read(&[event("push", target)]).unreadable, 1, "{bad:?}");
        }
        for bad in ["sha256:x", "x", "sha256:"] {
            let target = json!({"mediaType": OCI, "digest": bad, "repository": "a", "tag": "t"});
            assert_eq!(read(&[event("push", target)]).unreadable, 1, "{bad:?}");
        }
    }

    #[test]
    fn sec_30_of_an_endless_envelope_only_the_first_events_are_kept() {
        let events = vec![json!({}); EVENTS + 7];
        let envelope = read(&events);
        assert_eq!((envelope.notices.len(), envelope.unreadable), (EVENTS, 7));
    }

    #[test]
    fn what_is_no_envelope_is_refused() {
        let deep = "[".repeat(100_000);
        for bad in [
            "",
            "{",
            "null",
            "[]",
            "{\"events\":3}",
            "{\"events\":[3]}",
            "{\"events\":[{\"id\":3}]}",
            &deep,
            "\u{0}",
        ] {
            assert!(
                Envelope::read(bad.as_bytes(), &RandomState::new()).is_err(),
                "{bad:.20}"
            );
        }
    }
}
