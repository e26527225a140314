//! What is kept of what a Helm chart says of itself, and how much is not.

use roadstead_core::model::{Chart, ChartDependency};

/// Bytes that are kept of a description.
const DESCRIPTION: usize = 4 << 10;

/// Bytes of the longest other text. A longer one is left out: half of a version, or of an address,
/// would be another one.
const WORD: usize = 1 << 10;

/// Bytes that are kept of one list.
const LIST: usize = 4 << 10;

/// Bytes that an entry of a list takes beside its texts.
const ENTRY: usize = 16;

/// A chart of at most about 20 KiB.
pub(super) fn cut(all: &Chart) -> Chart {
    let Chart { mut said, mut cut } = all.clone();
    if let Some(text) = &mut said.description
        && text.len() > DESCRIPTION
    {
        cut.description_bytes = Some(text.len() as u64);
        text.truncate(text.floor_char_boundary(DESCRIPTION));
    }
    for word in [
        &mut said.name,
        &mut said.version,
        &mut said.app_version,
        &mut said.kube_version,
        &mut said.chart_type,
        &mut said.home,
    ] {
        if word.as_ref().is_some_and(|text| text.len() > WORD) {
            *word = None;
            cut.texts += 1;
        }
    }
    cut.sources += shorten(&mut said.sources, |text| text.len());
    cut.maintainers += shorten(&mut said.maintainers, |text| text.len());
    cut.keywords += shorten(&mut said.keywords, |text| text.len());
    cut.dependencies += shorten(&mut said.dependencies, size);
    Chart { said, cut }
}

fn size(needed: &ChartDependency) -> usize {
    let len = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    needed.name.len() + len(&needed.version) + len(&needed.repository)
}

/// Keeps what fits, in its order; answers how many entries that leaves out.
fn shorten<T>(list: &mut Vec<T>, size: impl Fn(&T) -> usize) -> u64 {
    let (before, mut left) = (list.len(), LIST);
    list.retain(|entry| {
        // What does not fit takes no room from what comes after it.
        let size = size(entry);
        let rest = left.checked_sub(size + ENTRY).filter(|_| size <= WORD);
        left = rest.unwrap_or(left);
        rest.is_some()
    });
    (before - list.len()) as u64
}

#[cfg(test)]
mod tests {
    use super::{DESCRIPTION, LIST, WORD, cut};
    use roadstead_core::model::{Chart, ChartCut, ChartDependency, ChartSummary};

    #[test]
    fn chart_is_kept_whole_where_it_fits() {
        let all = Chart {
            said: ChartSummary {
                name: Some("api".to_owned()),
                version: Some("v".repeat(WORD)),
                description: Some("d".repeat(DESCRIPTION)),
                keywords: vec!["k".to_owned(); 100],
                ..ChartSummary::default()
            },
            cut: ChartCut::default(),
        };
        assert_eq!(cut(&all), all);
    }

    #[test]
    fn what_of_a_chart_does_not_fit_is_cut_or_counted() {
        // Three bytes each: the end of what is kept falls between two of them.
        let long = "长".repeat(10_000);
        let needed = ChartDependency {
            name: "n".repeat(100),
            version: Some("v".repeat(100)),
            repository: Some("r".repeat(100)),
        };
        let all = Chart {
            said: ChartSummary {
                name: Some("api".to_owned()),
                home: Some(format!("https://{}", "h".repeat(WORD))),
                description: Some(long.clone()),
                sources: vec!["s".repeat(WORD + 1), "short".to_owned()],
                keywords: vec!["k".to_owned(); 1_000],
                dependencies: vec![needed; 20],
                ..ChartSummary::default()
            },
            cut: ChartCut {
                keywords: 5,
                ..ChartCut::default()
            },
        };
        let kept = cut(&all);
        let text = kept.said.description.unwrap_or_default();
        assert!(long.starts_with(&text) && text.len() > DESCRIPTION - 3);
        assert_eq!(kept.cut.description_bytes, Some(30_000));
        assert_eq!((kept.said.home, kept.cut.texts), (None, 1));
        assert_eq!(kept.said.sources, ["short"]);
        assert_eq!(kept.cut.sources, 1);
        let kept_keywords = LIST / 17;
        assert_eq!(kept.said.keywords.len(), kept_keywords);
        assert_eq!(kept.cut.keywords, 5 + 1_000 - kept_keywords as u64);
        assert_eq!(
            (kept.said.dependencies.len(), kept.cut.dependencies),
            (12, 8)
        );
    }
}
