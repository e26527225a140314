//! What is kept of texts that may be long, and how much is not.

use super::kept_chart;
use crate::registry_row::{json, parse};
use roadstead_core::model::{Chart, ConfigSummary, HistoryStep, SummaryCut, TextsCut};
use roadstead_core::ports::{ReadConfig, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bytes of free texts that are kept of one thing.
const TEXTS: usize = 16 << 10;

/// Bytes that are kept of one text where not all of them fit.
const ONE: usize = 4 << 10;

/// The most steps of a build that are kept: each layer has one, and clients refuse more layers.
const STEPS: usize = 500;

/// Bytes of the steps' texts that are kept.
const BUILD: usize = 32 << 10;

/// Bytes that are kept of each text of a step where not all of them fit, the most that does. The last
/// always does: no more than two texts of so many steps.
const STEP: [usize; 15] = [
    4_096, 3_072, 2_048, 1_536, 1_024, 768, 512, 384, 256, 192, 128, 96, 64, 48, 32,
];

/// Bytes of a time. A longer text is none.
const TIME: usize = 64;

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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chart: Option<Chart>,
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
pub(super) fn summary(read: &ReadConfig) -> Result<String, StoreError> {
    let (kept, not_kept) = cut_summary(&read.summary);
    let chart = read.chart.as_ref().map(kept_chart::cut);
    json(&Summary {
        kept,
        chart,
        not_kept,
    })
}

/// What is kept of a configuration, what is not, and what it says as a chart's.
pub(super) type Kept = (ConfigSummary, SummaryCut, Option<Chart>);

/// And back.
pub(super) fn read_summary(text: &str) -> Result<Kept, StoreError> {
    let read: Summary = parse("summary of a configuration", text)?;
    Ok((read.kept, read.not_kept, read.chart))
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

/// A build of at most [`STEPS`] steps and about [`BUILD`] bytes of their texts: all of them with as
/// much of each text as fits, because layers are counted along them.
fn cut_history(all: &[HistoryStep], missing: &mut SummaryCut) -> Vec<HistoryStep> {
    let kept = all.get(..STEPS).unwrap_or(all);
    missing.history = (all.len() - kept.len()) as u64;
    let texts = || {
        let both = kept.iter().map(|step| [&step.created_by, &step.comment]);
        both.flatten().flatten().map(String::len)
    };
    let most = if texts().sum::<usize>() <= BUILD {
        usize::MAX
    } else {
        let fits = |most: &usize| texts().map(|len| len.min(*most)).sum::<usize>() <= BUILD;
        STEP.into_iter().find(fits).unwrap_or_default()
    };
    let beginning = |text: &Option<String>| {
        let text = text.as_ref()?;
        Some(text.get(..text.floor_char_boundary(most))?.to_owned())
    };
    let mut steps = Vec::with_capacity(kept.len());
    for (place, step) in (0_u64..).zip(kept) {
        if let Some(command) = &step.created_by
            && command.len() > most
        {
            missing.steps.insert(place, command.len() as u64);
        }
        steps.push(HistoryStep {
            created: step.created.clone().filter(|time| time.len() <= TIME),
            created_by: beginning(&step.created_by),
            comment: beginning(&step.comment),
            empty_layer: step.empty_layer,
        });
    }
    steps
}

/// A summary of at most about [`TEXTS`] bytes of labels, [`BUILD`] of the build's steps, and a quarter
/// of [`TEXTS`] of each other list.
fn cut_summary(all: &ConfigSummary) -> (ConfigSummary, SummaryCut) {
    let mut kept = all.clone();
    let mut missing = SummaryCut::default();
    (kept.labels, missing.labels) = cut_texts(&all.labels);
    kept.history = cut_history(&all.history, &mut missing);
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
    use super::{BUILD, ONE, STEPS, TEXTS, read_summary, read_texts, summary, texts};
    use roadstead_core::model::{ConfigSummary, HistoryStep, SummaryCut, TextsCut};
    use roadstead_core::ports::ReadConfig;
    use std::collections::BTreeMap;

    fn cut(all: ConfigSummary) -> (ConfigSummary, SummaryCut) {
        let read = ReadConfig {
            summary: all,
            ..ReadConfig::default()
        };
        let (kept, missing, chart) =
            read_summary(&summary(&read).expect("json")).expect("it is read");
        assert_eq!(chart, None);
        (kept, missing)
    }

    fn build(commands: Vec<String>) -> ConfigSummary {
        let steps = commands.into_iter().map(|command| HistoryStep {
            created_by: Some(command),
            ..HistoryStep::default()
        });
        ConfigSummary {
            history: steps.collect(),
            ..ConfigSummary::default()
        }
    }

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
        let all = ConfigSummary {
            user: Some("nobody".to_owned()),
            env: long(3),
            entrypoint: long(4),
            cmd: long(5),
            exposed_ports: long(6),
            volumes: long(2),
            labels: of(&[("l", "v".repeat(TEXTS))]),
            history: vec![HistoryStep::default(); STEPS + 5],
            ..ConfigSummary::default()
        };
        let (kept, cut) = cut(all);
        assert_eq!(kept.user.as_deref(), Some("nobody"));
        assert_eq!((kept.env.len(), cut.env), (2, 1));
        assert_eq!((kept.entrypoint.len(), cut.entrypoint), (2, 2));
        assert_eq!((kept.cmd.len(), cut.cmd), (2, 3));
        assert_eq!((kept.exposed_ports.len(), cut.exposed_ports), (2, 4));
        assert_eq!((kept.volumes.len(), cut.volumes), (2, 0));
        assert_eq!((kept.history.len(), cut.history), (STEPS, 5));
        assert_eq!(kept.labels["l"].len(), ONE);
        assert_eq!(cut.labels.cut["l"], TEXTS as u64);
    }

    #[test]
    fn build_that_fits_is_kept_word_by_word() {
        let all = build(vec!["s".repeat(BUILD / 16); 16]);
        let (kept, missing) = cut(all.clone());
        assert_eq!((kept, missing), (all, SummaryCut::default()));
    }

    #[test]
    fn build_of_132_long_steps_keeps_all_of_them_and_says_how_long_each_was() {
        // Three bytes each: the end of what is kept falls between two of them.
        let mut commands = vec!["长".repeat(400); 131];
        commands.push("RUN true".to_owned());
        let (kept, missing) = cut(build(commands.clone()));
        assert_eq!((kept.history.len(), missing.history), (132, 0));
        let mut sum = 0;
        for (step, command) in kept.history.iter().zip(&commands) {
            let text = step.created_by.as_deref().expect("a command");
            assert!(command.starts_with(text) && !text.is_empty());
            sum += text.len();
        }
        assert!(sum <= BUILD && sum > BUILD / 2, "{sum}");
        assert_eq!(kept.history[131].created_by.as_deref(), Some("RUN true"));
        assert_eq!(missing.steps.len(), 131, "the last one is whole");
        assert_eq!(missing.steps[&0], 1_200);
    }

    #[test]
    fn one_step_that_is_very_long_leaves_the_others_whole() {
        let commands = vec!["a".repeat(40_000), "b".repeat(4_000), "c".repeat(4_000)];
        let (kept, missing) = cut(build(commands.clone()));
        let text = |at: usize| kept.history[at].created_by.clone().unwrap_or_default();
        assert_eq!(text(0).len(), 4_096);
        assert_eq!([&text(1), &text(2)], [&commands[1], &commands[2]]);
        assert_eq!(missing.steps, BTreeMap::from([(0, 40_000)]));
    }

    #[test]
    fn build_of_more_steps_than_anything_has_stays_within_its_bounds() {
        let step = HistoryStep {
            created: Some("t".repeat(10_000)),
            created_by: Some("s".repeat(200)),
            comment: Some("c".repeat(200)),
            empty_layer: true,
        };
        let all = ConfigSummary {
            history: vec![step; 1_000],
            ..ConfigSummary::default()
        };
        let (kept, missing) = cut(all);
        assert_eq!((kept.history.len(), missing.history), (STEPS, 500));
        let first = &kept.history[0];
        assert_eq!(first.created, None, "that is no time");
        assert_eq!(first.created_by.as_ref().map(String::len), Some(32));
        assert_eq!(first.comment.as_ref().map(String::len), Some(32));
        assert!(first.empty_layer);
    }

    #[test]
    fn what_was_written_before_anything_was_counted_is_read() {
        let (kept, cut) = read_texts(r#"{"left_out":"3","k":"v"}"#).expect("read");
        assert_eq!((kept.len(), cut), (2, TextsCut::default()));
        let before = r#"{"user":"nobody","env":["A=b"],"labels":{"not_kept":"l"}}"#;
        let (kept, cut, chart) = read_summary(before).expect("read");
        assert_eq!(chart, None);
        assert_eq!(kept.env, ["A=b"]);
        assert_eq!(kept.labels["not_kept"], "l");
        assert_eq!(cut, SummaryCut::default());
    }
}
