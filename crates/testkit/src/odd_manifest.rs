//! The manifests of `corpus/manifests.toml`, with what has to stand around them in a registry.

use crate::corpus::{Row, corpus};
use crate::fill;
use crate::{Reply, Scripted};
use serde_json::Value;
use sha2::{Digest as _, Sha512};

const IMAGE: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const CHART: &str = "application/vnd.cncf.helm.config.v1+json";

/// What stands for itself in the rows, so that they show what is odd about them.
const SHORT: [(&str, &str); 5] = [
    (
        "$IMAGE",
        r#""schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json""#,
    ),
    (
        "$INDEX",
        r#""schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json""#,
    ),
    (
        "$CONFIG",
        r#""config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"}"#,
    ),
    (
        "$LAYER",
        r#"{"mediaType":"x/y","size":1,"digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}"#,
    ),
    (
        "$A",
        "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
];

/// Something a registry gives under a digest.
#[derive(Debug, Clone)]
struct Part {
    digest: String,
    content_type: &'static str,
    bytes: Vec<u8>,
}

/// A manifest as a registry may give it, and what must come of it.
#[derive(Debug, Clone)]
pub struct OddManifest {
    /// Names it in a failure.
    pub id: String,
    /// Its `Content-Type`; may be empty.
    pub content_type: String,
    /// What `Docker-Content-Digest` says.
    pub said: Option<String>,
    /// The digest it is asked for by; by its tag where there is none.
    pub asked: Option<String>,
    /// The bytes.
    pub body: Vec<u8>,
    /// What it is taken for, or the error.
    pub expected: String,
    /// What is kept of it: places in what is shown of it, and what stands there.
    pub kept: Vec<(String, Value)>,
    blobs: Vec<Part>,
    manifests: Vec<Part>,
}

impl OddManifest {
    /// Every row.
    ///
    /// # Panics
    /// For a row that cannot be read.
    #[must_use]
    pub fn all() -> Vec<Self> {
        corpus("manifests").into_iter().map(Self::of).collect()
    }

    fn of(row: Row) -> Self {
        let (head, text) = row.input.split_once('\n').unwrap();
        let mut words = head.split(" | ");
        let mut odd = Self {
            id: row.id,
            content_type: words.next().unwrap_or_default().to_owned(),
            said: None,
            asked: None,
            body: Vec::new(),
            expected: String::new(),
            kept: Vec::new(),
            blobs: vec![blob(b"{}".to_vec())],
            manifests: Vec::new(),
        };
        let text = SHORT.iter().fold(text.to_owned(), |text, (short, long)| {
            text.replace(short, long)
        });
        match text.strip_prefix('@') {
            Some(call) => odd.generate(call),
            None => odd.body = text.into_bytes(),
        }
        for word in words {
            let (word, digest) = word.split_once(' ').unwrap();
            let digest = match digest {
                "own" => fill::digest(&odd.body),
                "own512" => format!("sha512:{}", hex::encode(Sha512::digest(&odd.body))),
                other => other.to_owned(),
            };
            match word {
                "said" => odd.said = Some(digest),
                "asked" => odd.asked = Some(digest),
                other => panic!("{}: {other}", odd.id),
            }
        }
        let mut lines = row.expected.lines();
        lines.next().unwrap().clone_into(&mut odd.expected);
        for line in lines {
            let (place, value) = line.split_once(" = ").unwrap();
            let value = serde_json::from_str(value)
                .unwrap_or_else(|error| panic!("{}: {line}: {error}", odd.id));
            odd.kept.push((place.to_owned(), value));
        }
        odd
    }

    /// Makes what is too large, or no text, for a row.
    fn generate(&mut self, call: &str) {
        let (name, rest) = call.split_once(' ').unwrap_or((call, ""));
        let count = || rest.parse::<usize>().unwrap();
        match name {
            // An image with this configuration.
            "config" => self.image_of(rest.as_bytes().to_vec()),
            // A chart with this configuration.
            "chart" => self.chart_of(rest.as_bytes().to_vec()),
            "chart-padded" => self.chart_of(padded(r#"{"name":"padded","x":""#, count())),
            "chart-deep" => self.chart_of(
                format!("{{\"x\":{}{}}}", "[".repeat(count()), "]".repeat(count())).into_bytes(),
            ),
            "chart-description" => self.chart_of(padded(
                r#"{"name":"long","description":""#,
                r#"{"name":"long","description":""}"#.len() + count(),
            )),
            "chart-keywords" => {
                let many = vec!["\"k\""; count()].join(",");
                self.chart_of(format!("{{\"name\":\"many\",\"keywords\":[{many}]}}").into_bytes());
            }
            // An image of so many steps, each of 1,200 bytes.
            "config-steps" => {
                let step = format!("{{\"created_by\":\"{}\"}}", "x".repeat(1_200));
                let steps = vec![step; count()].join(",");
                self.image_of(format!("{{\"history\":[{steps}]}}").into_bytes());
            }
            "config-padded" => {
                self.image_of(padded(
                    r#"{"os":"linux","architecture":"amd64","x":""#,
                    count(),
                ));
            }
            "config-label" => self.image_of(
                format!(
                    r#"{{"config":{{"Labels":{{"long":"{}","short":"x"}}}}}}"#,
                    "x".repeat(count())
                )
                .into_bytes(),
            ),
            "config-deep" => self.image_of(
                format!("{{\"x\":{}{}}}", "[".repeat(count()), "]".repeat(count())).into_bytes(),
            ),
            // An image whose configuration is said to have another size than it has. All rows have the
            // same configuration, whose size is remembered once: the lies are about each other's.
            "config-size" => {
                self.image_of(b"{\"os\":\"linux\"}".to_vec());
                let text = String::from_utf8(std::mem::take(&mut self.body)).unwrap();
                self.body = text
                    .replace("\"size\":14", &format!("\"size\":{rest}"))
                    .into_bytes();
            }
            // An image whose configuration has other bytes than those of its digest.
            "config-other-bytes" => {
                self.image_of(b"{\"os\":\"linux\",\"x\":0}".to_vec());
                self.blobs[0].bytes = b"{\"os\":\"evil!\",\"x\":0}".to_vec();
            }
            "children" => self.body = list(INDEX, "manifests", IMAGE, count()),
            "layers" => self.body = list(IMAGE, "layers", "x/y", count()),
            "padded" => {
                self.body = padded(
                    &format!("{{{},\"manifests\":[],\"x\":\"", SHORT[1].1),
                    count(),
                )
            }
            // As many small values as fit where free texts belong: a tree of them would take a
            // hundred times as much as the text.
            "tree" => {
                let piece = "[[[[[[0]]]]]],";
                let pieces = piece.repeat(count() / piece.len());
                self.body = format!(
                    "{{{},\"annotations\":[{pieces}0],\"manifests\":[]}}",
                    SHORT[1].1
                )
                .into_bytes();
            }
            "tree-of-children" => {
                let piece = "{\"a\":[{\"b\":[0]}]},";
                let pieces = piece.repeat(count() / piece.len());
                self.body = format!("{{{},\"manifests\":[{pieces}0]}}", SHORT[1].1).into_bytes();
            }
            "deep" => {
                let (open, close) = ("[".repeat(count()), "]".repeat(count()));
                self.body = format!(
                    "{{{},\"annotations\":{{\"a\":{open}{close}}},\"manifests\":[]}}",
                    SHORT[1].1
                )
                .into_bytes();
            }
            "annotation" => {
                self.body = format!(
                    "{{{},\"annotations\":{{\"long\":\"{}\",\"short\":\"x\"}},\"manifests\":[]}}",
                    SHORT[1].1,
                    "x".repeat(count())
                )
                .into_bytes();
            }
            "bytes" => self.body = hex::decode(rest).unwrap(),
            // A list of one manifest that has other bytes than those of its digest.
            "child-other-bytes" => {
                let digest = fill::digest(b"what was promised");
                self.body = index_of(&digest, IMAGE, 17, "0");
                let bytes = fill::TinyImage::new("another").manifest;
                self.add_manifest(&digest, IMAGE, bytes);
            }
            // Digests that are verified cannot go round in circles; a registry may say they do.
            "list-of-itself" => {
                let digest = fill::digest(b"myself");
                self.body = index_of(&digest, INDEX, 17, "0");
                self.add_manifest(&digest, INDEX, self.body.clone());
            }
            "lists-of-each-other" => {
                let (one, two) = (fill::digest(b"one"), fill::digest(b"two"));
                self.body = index_of(&one, INDEX, 17, "0");
                self.add_manifest(&one, INDEX, index_of(&two, INDEX, 17, "1"));
                self.add_manifest(&two, INDEX, self.body.clone());
            }
            // A digest of an algorithm that cannot be verified could name anything, itself too.
            "list-of-itself-unverifiable" => {
                self.body = index_of("blake3:abcdef", INDEX, 17, "0");
                self.add_manifest("blake3:abcdef", INDEX, self.body.clone());
            }
            // A list that names one image a thousand times; each layer has the most that is believed.
            "list-beyond-any-sum" => {
                let text = String::from_utf8(list(IMAGE, "layers", "x/y", 1_000)).unwrap();
                let image = text
                    .replace("\"size\":1,", "\"size\":17592186044416,")
                    .replace("sha256:0000", "sha256:5c5c")
                    .into_bytes();
                let digest = fill::digest(&image);
                let entry = format!(
                    r#"{{"mediaType":"{IMAGE}","digest":"{digest}","size":{}}}"#,
                    image.len()
                );
                let entries = vec![entry; 1_000].join(",");
                self.body = format!("{{{},\"manifests\":[{entries}]}}", SHORT[1].1).into_bytes();
                self.add_manifest(&digest, IMAGE, image);
            }
            "lists-within" => {
                let image = fill::TinyImage::new("leaf").manifest;
                let (mut below, mut kind) = (image, IMAGE);
                for depth in 0..count() {
                    let digest = fill::digest(&below);
                    let above = index_of(&digest, kind, below.len(), &depth.to_string());
                    self.add_manifest(&digest, kind, below);
                    (below, kind) = (above, INDEX);
                }
                self.body = below;
            }
            other => panic!("{}: {other}", self.id),
        }
    }

    fn image_of(&mut self, config: Vec<u8>) {
        self.made_of(CONFIG, config);
    }

    fn chart_of(&mut self, config: Vec<u8>) {
        self.made_of(CHART, config);
    }

    fn made_of(&mut self, media_type: &str, config: Vec<u8>) {
        let blob = blob(config);
        self.body = format!(
            r#"{{"schemaVersion":2,"mediaType":"{IMAGE}","config":{{"mediaType":"{media_type}","size":{},"digest":"{}"}},"layers":[]}}"#,
            blob.bytes.len(),
            blob.digest
        )
        .into_bytes();
        self.blobs = vec![blob];
    }

    fn add_manifest(&mut self, digest: &str, content_type: &'static str, bytes: Vec<u8>) {
        self.manifests.push(Part {
            digest: digest.to_owned(),
            content_type,
            bytes,
        });
    }

    /// How the registry answers.
    #[must_use]
    pub fn reply(&self) -> Reply {
        let mut reply = Reply::status(200).body(self.body.clone());
        if !self.content_type.is_empty() {
            reply = reply.header("Content-Type", &self.content_type);
        }
        if let Some(digest) = &self.said {
            reply = reply.header("Docker-Content-Digest", digest);
        }
        reply
    }

    /// A repository with nothing but this in it, under the tag `v1`; where it is asked for by a
    /// digest, the tag is a list that names this digest.
    pub fn serve(&self, server: &Scripted, repository: &str) {
        let tags = format!("GET /v2/{repository}/tags/list");
        server.on(&tags, Reply::json(r#"{"tags":["v1"]}"#));
        let at = |pointer: &str| format!("GET /v2/{repository}/manifests/{pointer}");
        for part in &self.manifests {
            let reply = Reply::status(200).header("Content-Type", part.content_type);
            server.on(&at(&part.digest), reply.body(part.bytes.clone()));
        }
        for part in &self.blobs {
            let path = format!("GET /v2/{repository}/blobs/{}", part.digest);
            server.on(&path, Reply::status(200).body(part.bytes.clone()));
        }
        match &self.asked {
            Some(digest) => {
                server.on(&at(digest), self.reply());
                let list = index_of(digest, IMAGE, self.body.len(), repository);
                let list = Reply::status(200).header("Content-Type", INDEX).body(list);
                server.on(&at("v1"), list);
            }
            None => {
                server.on(&at("v1"), self.reply());
            }
        }
    }
}

fn blob(bytes: Vec<u8>) -> Part {
    Part {
        digest: fill::digest(&bytes),
        content_type: "",
        bytes,
    }
}

/// `start`, then as many `x` as make it this long, then the end of a text and of an object.
fn padded(start: &str, size: usize) -> Vec<u8> {
    format!("{start}{}\"}}", "x".repeat(size - start.len() - 2)).into_bytes()
}

/// A list, or an image, of so many different entries.
fn list(media_type: &str, field: &str, entries: &str, count: usize) -> Vec<u8> {
    let all: Vec<String> = (0..count)
        .map(|i| format!(r#"{{"mediaType":"{entries}","size":1,"digest":"sha256:{i:064x}"}}"#))
        .collect();
    let config = if field == "layers" {
        SHORT[2].1
    } else {
        "\"x\":0"
    };
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{media_type}",{config},"{field}":[{}]}}"#,
        all.join(",")
    )
    .into_bytes()
}

fn index_of(digest: &str, media_type: &str, size: usize, seed: &str) -> Vec<u8> {
    format!(
        r#"{{"schemaVersion":2,"mediaType":"{INDEX}","annotations":{{"seed":"{seed}"}},"manifests":[{{"mediaType":"{media_type}","digest":"{digest}","size":{size}}}]}}"#
    )
    .into_bytes()
}
