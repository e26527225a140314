//! Every decoder of outside bytes against 20,000 mutations of good and bad inputs. It must not
//! panic, and what it takes must be within its bounds. The same seed gives the same mutations.

use crate::manifest::decode;
use crate::targets::{Random, TARGETS, mutation, within_bounds};
use std::collections::BTreeSet;

const MUTATIONS: u64 = 20_000;
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// Both must have happened, or the mutations test nothing.
fn run(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let taken = target
        .expect("target")
        .mutate(&mut Random::new(SEED), MUTATIONS);
    assert!(taken > MUTATIONS / 100, "{name}: only {taken} were taken");
    assert!(taken < MUTATIONS, "{name}: nothing was refused");
}

#[test]
fn sec_30_mutated_challenges_are_survived() {
    run("challenge");
}

#[test]
fn sec_30_mutated_links_are_survived_and_lead_nowhere_else() {
    run("link");
}

#[test]
fn sec_30_mutated_lists_are_survived_and_hold_names_only() {
    run("list");
}

#[test]
fn sec_30_mutated_manifests_and_configurations_are_survived() {
    run("manifest");
    run("config");
    // With the corpus of manifests as well, each under the media types of all.
    let mut rows = roadstead_testkit::OddManifest::all();
    // Copying what is large a hundred times over tries nothing that is not tried on the small.
    rows.retain(|row| row.body.len() <= 64 << 10);
    let types: BTreeSet<&str> = rows.iter().map(|row| row.content_type.as_str()).collect();
    let mut random = Random::new(SEED);
    for media in types {
        for row in &rows {
            for _ in 0..200 {
                let input = mutation(&mut random, &[&row.body]);
                if let Ok((media_type, content)) = decode(Some(media), &input) {
                    within_bounds(&media_type, &content);
                }
            }
        }
    }
}

#[test]
fn sec_30_mutated_token_answers_are_survived_and_give_one_header() {
    run("token");
}

#[test]
fn sec_30_mutated_answers_to_a_ping_are_survived_and_show_versions_only() {
    run("ping");
}

#[test]
fn sec_30_mutated_refusals_references_and_pauses_are_survived() {
    run("errors");
    run("reference");
    run("retry_after");
}

/// A decoder without a test of its own would be one nobody mutates.
#[test]
fn every_target_has_its_test() {
    let text = include_str!("mutations.rs");
    for target in TARGETS {
        let call = format!("run(\"{}\");", target.name);
        assert!(text.contains(&call), "{}", target.name);
    }
}
