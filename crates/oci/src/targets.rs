//! Every decoder of a registry's bytes as one function each: whatever the input, it must not panic,
//! and what it takes must be within its bounds. The same functions run on seeded mutations in the
//! tests, for as long as wanted by `cargo xtask fuzz`, and under a fuzzer (`fuzz/`).

use crate::challenge;
use crate::chart_config::ChartConfig;
use crate::image_config::ImageConfig;
use crate::listing::{self, Listing};
use crate::manifest::{Content, decode};
use crate::observe::error_codes;
use crate::paging::next_query;
use crate::ping;
use crate::reference::{Digest, Reference, RepositoryName, Tag};
use crate::retry_after;
use crate::scope::Scopes;
use crate::token;
use crate::transport::Answer;
use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue, LINK};
use std::collections::BTreeMap;
use std::time::Duration;

/// A decoder with good and bad inputs to begin from. It answers whether it took the input.
pub struct Target {
    /// Its name on the command line.
    pub name: &'static str,
    /// Runs it.
    pub run: fn(&[u8]) -> bool,
    /// Inputs to mutate.
    pub seeds: &'static [&'static [u8]],
}

/// Every decoder.
pub const TARGETS: &[Target] = &[
    Target {
        name: "challenge",
        run: challenge,
        seeds: &[
            br#"Bearer realm="https://a/t?x=1",service="r",scope="repository:a/b:pull,push registry:catalog:*""#,
            br#"Negotiate YIIabc==, Basic realm="a \"b\", c", Bearer realm=https://a/t,error="insufficient_scope""#,
            b"basic realm=x",
            b"Digest ,,=\"",
        ],
    },
    Target {
        name: "link",
        run: link,
        seeds: &[
            br#"</v2/_catalog?last=team-a%2Fx&n=1000>; rel="next""#,
            br#"<https://other.example/v2/_catalog?n=1&last=b>; rel=next, </p?last=0>; rel="prev next""#,
            b"<?last=a>;REL = next",
        ],
    },
    Target {
        name: "list",
        run: list,
        seeds: &[
            br#"{"repositories":["a","team/b","c-d_e.f"]}"#,
            br#"{"name":"a","tags":["v1","latest","1.0-rc.2"]}"#,
            br#"{"name":"a","tags":null}"#,
            br#"{"repositories":[],"errors":[{"code":"X"}]}"#,
        ],
    },
    Target {
        name: "manifest",
        run: manifest,
        seeds: &[
            br#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","size":2},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","size":9,"urls":["https://x/"]}],"annotations":{"a":"b"}}"#,
            br#"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc","size":7,"platform":{"os":"linux","architecture":"arm64","variant":"v8"}}]}"#,
            br#"{"schemaVersion":2,"manifests":[],"layers":[],"config":{}}"#,
        ],
    },
    Target {
        name: "config",
        run: config,
        seeds: &[
            br#"{"created":"2024-01-01T00:00:00Z","architecture":"amd64","os":"linux","config":{"Env":["A=b"],"Entrypoint":"x","Cmd":null,"Labels":{"a":"b"},"ExposedPorts":{"80/tcp":{}},"Volumes":{"/x":{}}},"rootfs":{"type":"layers","diff_ids":["sha256:x"]},"history":[{"created_by":"RUN x","empty_layer":true}]}"#,
            br#"{"config":[],"rootfs":7,"history":{"a":1}}"#,
        ],
    },
    Target {
        name: "token",
        run: token_answer,
        seeds: &[
            br#"{"token":"eyJ0eXAi.eyJpc3Mi.c2ln","expires_in":300,"issued_at":"2024-01-01T00:00:00Z"}"#,
            br#"{"access_token":"abc","expires_in":"60","token":""}"#,
            br#"{"errors":[{"code":"UNAUTHORIZED","message":"x","detail":null}]}"#,
        ],
    },
    Target {
        name: "ping",
        run: pong,
        seeds: &[
            b"Artifactory/7.77.5 77705900\n{}",
            b"\n{\"a\":1}",
            b"Bearer realm=\"https://h/service/token\",service=\"harbor-registry\"\n",
            b"registry/2.0\n<html>",
        ],
    },
    Target {
        name: "errors",
        run: errors,
        seeds: &[
            br#"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"x","detail":{"a":1}}]}"#,
            br#"{"errors":[]}"#,
            b"404 page not found",
        ],
    },
    Target {
        name: "reference",
        run: reference,
        seeds: &[
            b"registry.example:5000/team/app:v1.2@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            b"localhost/a__b/c-d:latest",
            b"UPPER/x",
            b"[::1]:5000/a",
        ],
    },
    Target {
        name: "retry_after",
        run: pause,
        seeds: &[b"120", b"Sun, 06 Nov 1994 08:49:37 GMT", b"-5", b"99999999999999999999"],
    },
];

fn challenge(input: &[u8]) -> bool {
    let all = challenge::parse(&String::from_utf8_lossy(input));
    for found in &all {
        let scopes = Scopes::parse(found.param("scope").unwrap_or_default());
        assert_eq!(Scopes::parse(&scopes.to_string()), scopes);
    }
    all.iter()
        .any(|c| c.scheme() == "bearer" && c.param("realm").is_some())
}

/// Whatever it says, as a query it stays at home.
fn link(input: &[u8]) -> bool {
    let Ok(value) = HeaderValue::from_bytes(input) else {
        return false;
    };
    let headers = HeaderMap::from_iter([(LINK, value)]);
    let Ok(Some(query)) = next_query(&headers) else {
        return false;
    };
    let Ok(mut url) = url::Url::parse("https://registry.example/v2/_catalog") else {
        return false;
    };
    url.set_query(Some(&query));
    assert_eq!(url.host_str(), Some("registry.example"));
    assert_eq!(url.path(), "/v2/_catalog");
    true
}

/// What is taken holds names only.
fn list(input: &[u8]) -> bool {
    let Ok(repository) = RepositoryName::parse("a") else {
        return false;
    };
    let mut good = false;
    for listing in [&Listing::Catalogue, &Listing::Tags(repository)] {
        if let Ok((names, _)) = listing::decode(listing, input) {
            good = true;
            for name in names {
                let text = match listing {
                    Listing::Catalogue => format!("h.example/{name}"),
                    Listing::Tags(_) => format!("h.example/a:{name}"),
                };
                assert!(Reference::parse(&text).is_ok(), "{text}");
            }
        }
    }
    good
}

/// With each media type a registry may say, and with none.
fn manifest(input: &[u8]) -> bool {
    let mut taken = false;
    for media_type in [
        None,
        Some("application/vnd.oci.image.index.v1+json"),
        Some("application/vnd.oci.image.manifest.v1+json"),
        Some("application/vnd.docker.distribution.manifest.list.v2+json"),
        Some("text/html"),
    ] {
        if let Ok((media_type, content)) = decode(media_type, input) {
            within_bounds(&media_type, &content);
            taken = true;
        }
    }
    taken
}

/// What is kept of a manifest can be stored, added up and shown.
pub(crate) fn within_bounds(media_type: &str, content: &Content) {
    let none = Vec::new();
    let (listed, artifact_type, annotations) = match content {
        Content::Index(index) => (&index.manifests, &index.artifact_type, &index.annotations),
        Content::Image(image) => (&image.layers, &image.artifact_type, &image.annotations),
        Content::Unknown => (&none, &None, &BTreeMap::new()),
    };
    let types = listed.iter().flat_map(|entry| {
        let said = entry.artifact_type.as_deref();
        [Some(entry.media_type.as_str()), said]
    });
    for text in types
        .chain([Some(media_type), artifact_type.as_deref()])
        .flatten()
    {
        assert!(text.len() <= 255 && text.bytes().all(|b| matches!(b, b' '..=b'~')));
    }
    assert!(listed.len() <= 1_000 && annotations.len() <= 128);
    assert!(listed.iter().all(|entry| entry.size <= 1 << 44));
}

fn config(input: &[u8]) -> bool {
    if let Ok(chart) = ChartConfig::decode(input) {
        for list in [&chart.sources, &chart.maintainers, &chart.keywords] {
            assert!(list.0.len() <= 1_000);
        }
        assert!(chart.dependencies.0.len() <= 1_000);
    }
    ImageConfig::decode(input).is_ok_and(|config| {
        assert!(config.env.len() <= 1_000 && config.history.len() <= 1_000);
        true
    })
}

/// What is taken is one header.
fn token_answer(input: &[u8]) -> bool {
    token::decode(input).is_ok_and(|issued| {
        assert!((60..=3_600).contains(&issued.lifetime.as_secs()));
        let words = issued.header.to_str().map(|text| text.split(' ').count());
        assert_eq!(words.ok(), Some(2));
        true
    })
}

/// The first line as every header that is looked at, the rest as the body, with each status.
fn pong(input: &[u8]) -> bool {
    let at = input.iter().position(|b| *b == b'\n');
    let (line, body) = input.split_at(at.unwrap_or(input.len()));
    let Ok(value) = HeaderValue::from_bytes(line) else {
        return false;
    };
    let names = [
        "docker-distribution-api-version",
        "www-authenticate",
        "x-jfrog-version",
        "content-type",
    ];
    let headers: HeaderMap = names
        .into_iter()
        .map(|name| (HeaderName::from_static(name), value.clone()))
        .collect();
    let mut taken = false;
    for status in [
        StatusCode::OK,
        StatusCode::UNAUTHORIZED,
        StatusCode::FORBIDDEN,
    ] {
        let answer = Answer {
            status,
            headers: headers.clone(),
            body: Bytes::copy_from_slice(body),
            truncated: false,
            latency: Duration::ZERO,
            certificate: None,
        };
        if let Ok(pong) = ping::recognise(&answer) {
            taken = true;
            let version = pong.version.unwrap_or_default();
            let fit = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'+' | b'_');
            assert!(version.len() <= 32 && version.bytes().all(fit), "{version}");
        }
    }
    taken
}

fn errors(input: &[u8]) -> bool {
    let codes = error_codes(input);
    assert!(codes.len() <= 32 && codes.iter().all(|code| code.len() <= 64));
    !codes.is_empty()
}

/// What is taken is written again as it was read.
fn reference(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    let parts = [
        Digest::parse(&text).map(|d| d.to_string()),
        Tag::parse(&text).map(|t| t.to_string()),
        RepositoryName::parse(&text).map(|r| r.to_string()),
    ];
    for part in parts.into_iter().flatten() {
        assert_eq!(part, text);
    }
    Reference::parse(&text).is_ok_and(|read| {
        assert_eq!(Reference::parse(&read.to_string()), Ok(read));
        true
    })
}

fn pause(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    retry_after::parse(&text, 784_111_777).is_some_and(|pause| {
        assert!(pause <= retry_after::CAP);
        true
    })
}

/// xorshift64*: enough to mutate by, and the same everywhere.
pub struct Random(u64);

impl Random {
    /// Begins from a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        // Nothing comes of zero.
        Self(seed | 1)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(bits).unwrap_or(0) % bound.max(1)
    }
}

/// Pieces that matter to somebody's grammar.
const PIECES: [&[u8]; 24] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"=",
    b"<",
    b">",
    b";",
    b"\0",
    b"\r\n",
    b"\xff",
    b"\xf0\x9f\x92\xa9",
    b"null",
    b"-1",
    b"1e309",
    b"18446744073709551616",
    b"\\u0000",
    b"sha256:",
    b"..",
    b"                ",
];

impl Target {
    /// Runs on as many mutations of its seeds; answers how many it took.
    pub fn mutate(&self, random: &mut Random, executions: u64) -> u64 {
        let mut taken = 0;
        for _ in 0..executions {
            taken += u64::from((self.run)(&mutation(random, self.seeds)));
        }
        taken
    }
}

/// One input more or less like the seeds.
pub(crate) fn mutation(random: &mut Random, seeds: &[&[u8]]) -> Vec<u8> {
    let mut input = seeds[random.below(seeds.len())].to_vec();
    for _ in 0..=random.below(4) {
        let at = random.below(input.len() + 1);
        match random.below(6) {
            0 if at < input.len() => input[at] ^= 1 << random.below(8),
            1 if at < input.len() => drop(input.remove(at)),
            2 => input.truncate(at),
            3 => {
                let piece = PIECES[random.below(PIECES.len())];
                input.splice(at..at, piece.iter().copied());
            }
            4 => {
                // A piece of itself again, somewhere else.
                let length = random.below(input.len() - at + 1).min(64);
                let copy = input[at..at + length].to_vec();
                let to = random.below(input.len() + 1);
                input.splice(to..to, copy);
            }
            _ => {
                let other = seeds[random.below(seeds.len())];
                let from = random.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
        }
    }
    input
}
