//! What is kept of texts that may be long, and how much is not.

use crate::registry_row::{json, parse};
use roadstead_core::model::{ConfigSummary, SummaryCut, TextsCut};
use roadstead_core::ports::StoreError;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bytes of free texts that are kept of one thing.
const TEXTS: usize = 16 << 10;

/// Bytes that are kept of one text where not all of them fit.
const ONE: usize = 4 << 10;

/// Free texts as they are stored. All of them are an object, as before anything was counted; where
/// something is missing it is a list of that and of what is missing.
#[derive(Deserialize)]
#[serde(untagged)]
enum Texts {
    All(BTreeMap<String, String>),
    Some(BTreeMap<String, String>, TextsCut),
}

/// A configuration as it is stored. Nothing is said of what is missing where nothing is, as before
/// anything was counted.
#[derive(Serialize, Deserialize)]
struct Summary {
    #[serde(flatten)]
    kept: ConfigSummary,
    #[serde(default, skip_serializing_if = "SummaryCut::is_nothing")]
    not_kept: SummaryCut,
}

/// Free texts for the database.
pub(super) fn texts(all: &BTreeMap<String, String>) -> Result<String, StoreError> {
    let (kept, cut) = cut_texts(all);
    if cut.is_nothing() {
        json(&kept)
    } else {
        json(&(kept, cut))
    }
}

/// And back.
pub(super) fn read_texts(text: &str) -> Result<(BTreeMap<String, String>, TextsCut), StoreError> {
    Ok(match parse("annotations", text)? {
        Texts::All(kept) => (kept, TextsCut::default()),
        Texts::Some(kept, cut) => (kept, cut),
    })
}

/// A configuration for the database.
pub(super) fn summary(all: &ConfigSummary) -> Result<String, StoreError> {
    let (kept, not_kept) = cut_summary(all);
    json(&Summary { kept, not_kept })
}

/// And back.
pub(super) fn read_summary(text: &str) -> Result<(ConfigSummary, SummaryCut), StoreError> {
    let read: Summary = parse("summary of a configuration", text)?;
    Ok((read.kept, read.not_kept))
}

/// As many texts as fit, by name. Where not all do, long ones are cut to their beginning.
fn cut_texts(all: &BTreeMap<String, String>) -> (BTreeMap<String, String>, TextsCut) {
    let whole: usize = all.iter().map(|(name, text)| name.len() + text.len()).sum();
    let most = if whole > TEXTS { ONE } else { TEXTS };
    let mut left = TEXTS;
    let (mut kept, mut missing) = (BTreeMap::new(), TextsCut::default());
    for (name, text) in all {
        let shown = text.get(..text.floor_char_boundary(most)).unwrap_or(text);
        let Some(rest) = left.checked_sub(name.len() + shown.len()) else {
            missing.left_out += 1;
            continue;
        };
        left = rest;
        if shown.len() < text.len() {
            missing.cut.insert(name.clone(), text.len() as u64);
        }
        kept.insert(name.clone(), shown.to_owned());
    }
    (kept, missing)
}

/// A summary of at most about [`TEXTS`] bytes of labels, as many of the build's steps, and a quarter
/// of that of each other list.
fn cut_summary(all: &ConfigSummary) -> (ConfigSummary, SummaryCut) {
    let mut kept = all.clone();
    let mut missing = SummaryCut::default();
    (kept.labels, missing.labels) = cut_texts(&all.labels);
    let mut left = TEXTS;
    let len = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    kept.history = all
        .history
        .iter()
        .take_while(|step| {
            let size = len(&step.created) + len(&step.created_by) + len(&step.comment) + 32;
            let fits = size <= left;
            left = left.saturating_sub(size);
            fits
        })
        .cloned()
        .collect();
    missing.history = (all.history.len() - kept.history.len()) as u64;
    for (list, left_out) in [
        (&mut kept.env, &mut missing.env),
        (&mut kept.entrypoint, &mut missing.entrypoint),
        (&mut kept.cmd, &mut missing.cmd),
        (&mut kept.exposed_ports, &mut missing.exposed_ports),
        (&mut kept.volumes, &mut missing.volumes),
    ] {
        let mut left = TEXTS / 4;
        let before = list.len();
        list.retain(|text| {
            // What does not fit takes no room from what comes after it.
            let rest = left.checked_sub(text.len());
            left = rest.unwrap_or(left);
            rest.is_some()
        });
        *left_out = (before - list.len()) as u64;
    }
    (kept, missing)
}

#[cfg(test)]
mod tests {
    use super::{ONE, TEXTS, read_summary, read_texts, summary, texts};
    use roadstead_core::model::{ConfigSummary, HistoryStep, SummaryCut, TextsCut};
    use std::collections::BTreeMap;

    fn of(texts: &[(&str, String)]) -> BTreeMap<String, String> {
        let owned = texts.iter().cloned();
        owned.map(|(name, text)| (name.to_owned(), text)).collect()
    }

    #[test]
    fn label_of_64_kib_is_cut_with_its_length_said_and_its_neighbours_stay() {
        // Three bytes each: the end of what is kept falls between two of them.
        let long = "长".repeat((64 << 10) / 3);
        let all = of(&[
            ("a", "x".repeat(2_000)),
            ("b", long.clone()),
            ("c", "y".to_owned()),
        ]);
        let (kept, cut) = read_texts(&texts(&all).expect("json")).expect("read");
        assert_eq!(kept.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!((kept["a"].len(), &kept["c"]), (2_000, &all["c"]));
        assert!(long.starts_with(&kept["b"]) && kept["b"].len() > ONE - 3);
        assert_eq!(cut.left_out, 0);
        assert_eq!(
            cut.cut,
            BTreeMap::from([("b".to_owned(), long.len() as u64)])
        );
    }

    #[test]
    fn texts_that_do_not_fit_are_counted() {
        let many: Vec<(String, String)> = (0..100)
            .map(|n| (format!("label-{n:03}"), "v".repeat(491)))
            .collect();
        let all: BTreeMap<String, String> = many.into_iter().collect();
        let (kept, cut) = read_texts(&texts(&all).expect("json")).expect("read");
        assert_eq!((kept.len(), cut.left_out), (32, 68));
        assert!(cut.cut.is_empty());
        let most = of(&[("n", "v".repeat(TEXTS - 1))]);
        let (kept, cut) = read_texts(&texts(&most).expect("json")).expect("read");
        assert_eq!((kept, cut), (most, TextsCut::default()));
        let name = of(&[(&"n".repeat(TEXTS + 1), String::new())]);
        let (kept, cut) = read_texts(&texts(&name).expect("json")).expect("read");
        assert_eq!((kept.len(), cut.left_out), (0, 1));
    }

    #[test]
    fn each_list_of_a_configuration_says_what_it_leaves_out() {
        let long = |n: usize| vec!["w".repeat(1_500); n];
        let step = HistoryStep {
            created_by: Some("s".repeat(1_000)),
            ..HistoryStep::default()
        };
        let all = ConfigSummary {
            user: Some("nobody".to_owned()),
            env: long(3),
            entrypoint: long(4),
            cmd: long(5),
            exposed_ports: long(6),
            volumes: long(2),
            labels: of(&[("l", "v".repeat(TEXTS))]),
            history: vec![step; 20],
            ..ConfigSummary::default()
        };
        let (kept, cut) = read_summary(&summary(&all).expect("json")).expect("read");
        assert_eq!(kept.user.as_deref(), Some("nobody"));
        assert_eq!((kept.env.len(), cut.env), (2, 1));
        assert_eq!((kept.entrypoint.len(), cut.entrypoint), (2, 2));
        assert_eq!((kept.cmd.len(), cut.cmd), (2, 3));
        assert_eq!((kept.exposed_ports.len(), cut.exposed_ports), (2, 4));
        assert_eq!((kept.volumes.len(), cut.volumes), (2, 0));
        assert_eq!((kept.history.len(), cut.history), (15, 5));
        assert_eq!(kept.labels["l"].len(), ONE);
        assert_eq!(cut.labels.cut["l"], TEXTS as u64);
    }

    #[test]
    fn what_was_written_before_anything_was_counted_is_read() {
        let (kept, cut) = read_texts(r#"{"left_out":"3","k":"v"}"#).expect("read");
        assert_eq!((kept.len(), cut), (2, TextsCut::default()));
        let before = r#"{"user":"nobody","env":["A=b"],"labels":{"not_kept":"l"}}"#;
        let (kept, cut) = read_summary(before).expect("read");
        assert_eq!(kept.env, ["A=b"]);
        assert_eq!(kept.labels["not_kept"], "l");
        assert_eq!(cut, SummaryCut::default());
    }
}
