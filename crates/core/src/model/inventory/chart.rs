//! What a Helm chart says of itself.

use serde::{Deserialize, Serialize};

/// A chart's configuration: its `Chart.yaml`, written as JSON.
pub const CHART_CONFIG: &str = "application/vnd.cncf.helm.config.v1+json";

/// What a chart says of itself, cut to what a page shows. Anybody's texts: nothing of it was checked.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChartSummary {
    /// Its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Its own version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The version of what it installs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub app_version: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The versions of Kubernetes it is for, as a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_version: Option<String>,
    /// `application` or `library`; a chart that does not say is an application.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub chart_type: Option<String>,
    /// It should not be used any more.
    #[serde(default)]
    pub deprecated: bool,
    /// The page of its project. Never asked for anything here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub home: Option<String>,
    /// Where its sources are. Never asked for anything here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// The names of those who keep it; their addresses are not kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub maintainers: Vec<String>,
    /// What it is found by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keywords: Vec<String>,
    /// The charts it needs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<ChartDependency>,
}

/// A chart that another one needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChartDependency {
    /// Its name.
    pub name: String,
    /// Its version, or a range of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Where it comes from. Never asked for anything here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
}

/// What of that was not kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChartCut {
    /// Bytes of the whole description, where only its beginning is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description_bytes: Option<u64>,
    /// How many of the other single texts are left out.
    #[serde(default)]
    pub texts: u64,
    /// How many sources.
    #[serde(default)]
    pub sources: u64,
    /// How many maintainers.
    #[serde(default)]
    pub maintainers: u64,
    /// How many keywords.
    #[serde(default)]
    pub keywords: u64,
    /// How many charts it needs.
    #[serde(default)]
    pub dependencies: u64,
}

/// A chart, and what of it was not kept.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Chart {
    /// What it says.
    pub said: ChartSummary,
    /// What is missing of that.
    #[serde(default)]
    pub cut: ChartCut,
}
