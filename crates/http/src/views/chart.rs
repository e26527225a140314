//! What a Helm chart says of itself.

use roadstead_core::model::{Chart, ChartDependency};
use serde::Serialize;
use utoipa::ToSchema;

/// What a Helm chart says of itself, in its own words: nothing of it was checked, and none of its
/// addresses was asked for anything.
#[derive(Serialize, ToSchema)]
#[schema(as = Chart)]
pub(crate) struct ChartView {
    /// Its name.
    name: Option<String>,
    /// Its own version.
    version: Option<String>,
    /// The version of what it installs.
    app_version: Option<String>,
    /// What it is for.
    description: Option<String>,
    /// Bytes of the whole description, where only its beginning is kept.
    description_bytes: Option<u64>,
    /// The versions of Kubernetes it is for, as a range.
    kube_version: Option<String>,
    /// `application` or `library`; a chart that does not say is an application.
    #[serde(rename = "type")]
    chart_type: Option<String>,
    /// It should not be used any more.
    deprecated: bool,
    /// The page of its project.
    home: Option<String>,
    /// Where its sources are.
    sources: Vec<String>,
    /// The names of those who keep it.
    maintainers: Vec<String>,
    /// What it is found by.
    keywords: Vec<String>,
    /// The charts it needs.
    dependencies: Vec<ChartDependencyView>,
    /// How much was too long, too much or malformed.
    left_out: ChartLeftOutView,
}

/// A chart that another one needs.
#[derive(Serialize, ToSchema)]
#[schema(as = ChartDependency)]
pub(crate) struct ChartDependencyView {
    /// Its name.
    name: String,
    /// Its version, or a range of them.
    version: Option<String>,
    /// Where it comes from.
    repository: Option<String>,
}

impl From<ChartDependency> for ChartDependencyView {
    fn from(needed: ChartDependency) -> Self {
        Self {
            name: needed.name,
            version: needed.version,
            repository: needed.repository,
        }
    }
}

/// How many texts and entries of a chart were too long, too many or malformed.
#[derive(Serialize, ToSchema)]
#[schema(as = ChartLeftOut)]
pub(crate) struct ChartLeftOutView {
    /// Single texts, other than the description.
    texts: u64,
    /// Sources.
    sources: u64,
    /// Maintainers.
    maintainers: u64,
    /// Keywords.
    keywords: u64,
    /// Charts it needs.
    dependencies: u64,
}

impl From<Chart> for ChartView {
    fn from(Chart { said, cut }: Chart) -> Self {
        Self {
            name: said.name,
            version: said.version,
            app_version: said.app_version,
            description: said.description,
            description_bytes: cut.description_bytes,
            kube_version: said.kube_version,
            chart_type: said.chart_type,
            deprecated: said.deprecated,
            home: said.home,
            sources: said.sources,
            maintainers: said.maintainers,
            keywords: said.keywords,
            dependencies: said.dependencies.into_iter().map(Into::into).collect(),
            left_out: ChartLeftOutView {
                texts: cut.texts,
                sources: cut.sources,
                maintainers: cut.maintainers,
                keywords: cut.keywords,
                dependencies: cut.dependencies,
            },
        }
    }
}
