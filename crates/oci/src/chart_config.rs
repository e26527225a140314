//! A Helm chart's configuration: its `Chart.yaml` as JSON. Everything in it is optional and
//! untrusted; what cannot be read is left out, and what is one too many is counted.

use crate::error::protocol;
use crate::loose::{Entries, Entry, Loose, Named, Object, TextList};
use roadstead_core::ports::RegistryError;
use serde::Deserialize;

/// What a chart was packed as.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChartConfig {
    /// Its name.
    pub name: Option<String>,
    /// Its own version.
    pub version: Option<String>,
    /// The version of what it installs.
    pub app_version: Option<String>,
    /// What it is for.
    pub description: Option<String>,
    /// The versions of Kubernetes it is for.
    pub kube_version: Option<String>,
    /// `application` or `library`.
    pub chart_type: Option<String>,
    /// It should not be used any more.
    pub deprecated: bool,
    /// The page of its project.
    pub home: Option<String>,
    /// Where its sources are, and how many of them were left out.
    pub sources: (Vec<String>, usize),
    /// The names of those who keep it, and how many were left out.
    pub maintainers: (Vec<String>, usize),
    /// What it is found by, and how many were left out.
    pub keywords: (Vec<String>, usize),
    /// The charts it needs, and how many were left out.
    pub dependencies: (Vec<ChartDependency>, usize),
}

/// A chart that another one needs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChartDependency {
    /// Its name.
    pub name: String,
    /// Its version, or a range of them.
    pub version: Option<String>,
    /// Where it comes from.
    pub repository: Option<String>,
}

impl ChartConfig {
    /// Reads a configuration.
    ///
    /// # Errors
    /// [`RegistryError::Protocol`] when it is no JSON object, or says one thing twice.
    pub fn decode(bytes: &[u8]) -> Result<Self, RegistryError> {
        let all: Object<Body> = serde_json::from_slice(bytes).map_err(|_| unreadable())?;
        let all = all.0.ok_or_else(unreadable)?;
        let maintainers = all.maintainers.good.into_iter();
        Ok(Self {
            name: all.name.text(),
            version: all.version.text(),
            app_version: all.app_version.text(),
            description: all.description.0.filter(|text| !text.is_empty()),
            kube_version: all.kube_version.text(),
            chart_type: all.chart_type.text(),
            deprecated: all.deprecated.is_true(),
            home: all.home.text(),
            sources: (all.sources.0, all.sources.1),
            maintainers: (
                maintainers.map(|Maintainer(name)| name).collect(),
                all.maintainers.omitted,
            ),
            keywords: (all.keywords.0, all.keywords.1),
            dependencies: (all.dependencies.good, all.dependencies.omitted),
        })
    }

    /// Whether it says what a chart has to say. An image's configuration has neither.
    #[must_use]
    pub const fn is_named(&self) -> bool {
        self.name.is_some() || self.version.is_some()
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    name: Loose,
    version: Loose,
    app_version: Loose,
    description: Named,
    kube_version: Loose,
    #[serde(rename = "type")]
    chart_type: Loose,
    deprecated: Loose,
    home: Loose,
    sources: TextList,
    maintainers: Entries<Maintainer>,
    keywords: TextList,
    dependencies: Entries<ChartDependency>,
}

/// One who keeps it, by name.
struct Maintainer(String);

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct RawMaintainer {
    name: Loose,
}

impl Entry for Maintainer {
    type Read = RawMaintainer;

    fn of(read: Object<RawMaintainer>) -> Option<Self> {
        read.0?.name.text().map(Self)
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct RawDependency {
    name: Loose,
    version: Loose,
    repository: Loose,
}

impl Entry for ChartDependency {
    type Read = RawDependency;

    fn of(read: Object<RawDependency>) -> Option<Self> {
        let raw = read.0?;
        Some(Self {
            name: raw.name.text()?,
            version: raw.version.text(),
            repository: raw.repository.text(),
        })
    }
}

fn unreadable() -> RegistryError {
    protocol("the chart's configuration cannot be read")
}

#[cfg(test)]
mod tests {
    use super::ChartConfig;

    fn of(text: &str) -> ChartConfig {
        ChartConfig::decode(text.as_bytes()).expect("a chart")
    }

    #[test]
    fn chart_is_read_with_all_it_says() {
        let chart = of(
            r#"{"apiVersion":"v2","name":"api","version":"1.2.3","appVersion":"2.0",
            "description":"An API.","kubeVersion":">=1.25","type":"library","deprecated":true,
            "home":"https://example.com","sources":["https://git.example.com/api"],
            "maintainers":[{"name":"Ada","email":"ada@example.com"}],"keywords":["api","http"],
            "dependencies":[{"name":"db","version":"~3","repository":"oci://example.com/charts"}]}"#,
        );
        assert_eq!(chart.name.as_deref(), Some("api"));
        assert_eq!(chart.version.as_deref(), Some("1.2.3"));
        assert_eq!(chart.app_version.as_deref(), Some("2.0"));
        assert_eq!(chart.description.as_deref(), Some("An API."));
        assert_eq!(chart.kube_version.as_deref(), Some(">=1.25"));
        assert_eq!(chart.chart_type.as_deref(), Some("library"));
        assert!(chart.deprecated && chart.is_named());
        assert_eq!(chart.home.as_deref(), Some("https://example.com"));
        assert_eq!(chart.sources.0, ["https://git.example.com/api"]);
        assert_eq!(chart.maintainers.0, ["Ada"]);
        assert_eq!(chart.keywords.0, ["api", "http"]);
        assert_eq!(chart.dependencies.0[0].name, "db");
        assert_eq!(chart.dependencies.0[0].version.as_deref(), Some("~3"));
    }

    #[test]
    fn chart_of_other_kinds_of_values_says_nothing_and_bad_entries_are_counted() {
        let chart = of(
            r#"{"name":7,"version":null,"description":["x"],"deprecated":"true",
            "home":{},"sources":[1,"s",""],"maintainers":["Ada",{"name":""},{"name":"Bo"}],
            "keywords":"one","dependencies":[{"version":"1"},{"name":"db","version":[]},7]}"#,
        );
        assert!(!chart.is_named() && !chart.deprecated);
        assert_eq!((chart.description, chart.home), (None, None));
        assert_eq!(chart.sources, (vec!["s".to_owned()], 2));
        assert_eq!(chart.maintainers, (vec!["Bo".to_owned()], 2));
        assert_eq!(chart.keywords, (vec!["one".to_owned()], 0));
        assert_eq!((chart.dependencies.0.len(), chart.dependencies.1), (1, 2));
        assert_eq!(of("{}"), ChartConfig::default());
    }

    #[test]
    fn lists_without_an_end_are_counted_to_theirs() {
        let many = vec!["\"k\""; 5_000].join(",");
        let chart = of(&format!(r#"{{"keywords":[{many}]}}"#));
        assert_eq!((chart.keywords.0.len(), chart.keywords.1), (1_000, 4_000));
    }

    #[test]
    fn what_is_no_object_or_says_one_thing_twice_is_refused() {
        for text in ["", "[]", "7", "null", "{", r#"{"name":"a","name":"b"}"#] {
            assert!(ChartConfig::decode(text.as_bytes()).is_err(), "{text}");
        }
    }
}
