//! Every decoder of outside bytes against 20,000 mutations of good and bad inputs. It must not
//! panic, and what it takes must be within its bounds. The same seed gives the same mutations.

use crate::challenge;
use crate::image_config::ImageConfig;
use crate::manifest::{Content, decode};
use crate::paging::next_query;
use crate::reference::Reference;
use crate::scope::Scopes;
use crate::token;
use crate::{Listing, listing};
use reqwest::header::{HeaderMap, HeaderValue, LINK};

const MUTATIONS: usize = 20_000;

/// xorshift64*: enough to mutate by, and the same everywhere.
struct Random(u64);

impl Random {
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

/// Runs `target` on mutations of `seeds`; answers how many it ran on and how many were taken.
fn mutate(seeds: &[&[u8]], mut target: impl FnMut(&[u8]) -> bool) -> (usize, usize) {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut run, mut taken) = (0, 0);
    while run < MUTATIONS {
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
        run += 1;
        taken += usize::from(target(&input));
    }
    (run, taken)
}

/// Both must have happened, or the mutations test nothing.
fn assert_mixed((run, taken): (usize, usize)) {
    assert_eq!(run, MUTATIONS);
    assert!(taken > MUTATIONS / 100, "only {taken} were taken");
    assert!(taken < MUTATIONS, "nothing was refused");
}

#[test]
fn sec_30_mutated_challenges_are_survived() {
    let seeds: [&[u8]; 4] = [
        br#"Bearer realm="https://a/t?x=1",service="r",scope="repository:a/b:pull,push registry:catalog:*""#,
        br#"Negotiate YIIabc==, Basic realm="a \"b\", c", Bearer realm=https://a/t,error="insufficient_scope""#,
        b"basic realm=x",
        b"Digest ,,=\"",
    ];
    let counted = mutate(&seeds, |input| {
        let all = challenge::parse(&String::from_utf8_lossy(input));
        for found in &all {
            let scopes = Scopes::parse(found.param("scope").unwrap_or_default());
            assert_eq!(Scopes::parse(&scopes.to_string()), scopes);
        }
        all.iter()
            .any(|c| c.scheme() == "bearer" && c.param("realm").is_some())
    });
    assert_mixed(counted);
}

#[test]
fn sec_30_mutated_links_are_survived_and_lead_nowhere_else() {
    let seeds: [&[u8]; 3] = [
        br#"</v2/_catalog?last=team-a%2Fx&n=1000>; rel="next""#,
        br#"<https://other.example/v2/_catalog?n=1&last=b>; rel=next, </p?last=0>; rel="prev next""#,
        b"<?last=a>;REL = next",
    ];
    let counted = mutate(&seeds, |input| {
        let Ok(value) = HeaderValue::from_bytes(input) else {
            return false;
        };
        let headers = HeaderMap::from_iter([(LINK, value)]);
        match next_query(&headers) {
            Ok(Some(query)) => {
                // Whatever it says, as a query it stays at home.
                let mut url = url::Url::parse("https://registry.example/v2/_catalog").expect("url");
                url.set_query(Some(&query));
                assert_eq!(url.host_str(), Some("registry.example"));
                assert_eq!(url.path(), "/v2/_catalog");
                true
            }
            Ok(None) | Err(_) => false,
        }
    });
    assert_mixed(counted);
}

#[test]
fn sec_30_mutated_lists_are_survived_and_hold_names_only() {
    let seeds: [&[u8]; 4] = [
        br#"{"repositories":["a","team/b","c-d_e.f"]}"#,
        br#"{"name":"a","tags":["v1","latest","1.0-rc.2"]}"#,
        br#"{"name":"a","tags":null}"#,
        br#"{"repositories":[],"errors":[{"code":"X"}]}"#,
    ];
    let tags = Listing::Tags(crate::RepositoryName::parse("a").expect("name"));
    let counted = mutate(&seeds, |input| {
        let mut good = false;
        for listing in [&Listing::Catalogue, &tags] {
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
    });
    assert_mixed(counted);
}

#[test]
fn sec_30_mutated_manifests_and_configurations_are_survived() {
    let rows = roadstead_testkit::corpus("manifests");
    let bodies: Vec<(&str, &[u8])> = rows
        .iter()
        .filter_map(|row| row.input.split_once('\n'))
        .map(|(media, body)| (media, body.as_bytes()))
        .collect();
    let medias: Vec<&str> = bodies.iter().map(|(media, _)| *media).collect();
    let seeds: Vec<&[u8]> = bodies.iter().map(|(_, body)| *body).collect();
    let mut at = 0;
    let counted = mutate(&seeds, |input| {
        at += 1;
        match decode(Some(medias[at % medias.len()]), input) {
            Ok((media_type, content)) => {
                assert!(media_type.len() <= 255);
                if let Content::Index(index) = content {
                    assert!(index.manifests.len() <= 1_000);
                }
                true
            }
            Err(_) => false,
        }
    });
    assert_mixed(counted);
    let seeds: [&[u8]; 2] = [
        br#"{"created":"2024-01-01T00:00:00Z","architecture":"amd64","os":"linux","config":{"Env":["A=b"],"Entrypoint":"x","Cmd":null,"Labels":{"a":"b"},"ExposedPorts":{"80/tcp":{}},"Volumes":{"/x":{}}},"rootfs":{"type":"layers","diff_ids":["sha256:x"]},"history":[{"created_by":"RUN x","empty_layer":true}]}"#,
        br#"{"config":[],"rootfs":7,"history":{"a":1}}"#,
    ];
    assert_mixed(mutate(&seeds, |input| {
        ImageConfig::decode(input).is_ok_and(|config| {
            assert!(config.env.len() <= 1_000 && config.history.len() <= 1_000);
            true
        })
    }));
}

#[test]
fn sec_30_mutated_token_answers_are_survived_and_give_one_header() {
    let seeds: [&[u8]; 3] = [
        br#"{"token":"eyJ0eXAi.eyJpc3Mi.c2ln","expires_in":300,"issued_at":"2024-01-01T00:00:00Z"}"#,
        br#"{"access_token":"abc","expires_in":"60","token":""}"#,
        br#"{"errors":[{"code":"UNAUTHORIZED","message":"x","detail":null}]}"#,
    ];
    let counted = mutate(&seeds, |input| match token::decode(input) {
        Ok(issued) => {
            assert!((60..=3_600).contains(&issued.lifetime.as_secs()));
            let text = issued.header.to_str().expect("text");
            assert_eq!(text.split(' ').count(), 2);
            true
        }
        Err(_) => false,
    });
    assert_mixed(counted);
}
