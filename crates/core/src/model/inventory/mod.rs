//! What registries hold, as Roadstead remembers it: spaces, repositories, tags, artifacts and the
//! blobs they are made of. The same words for every kind of registry.

mod artifact;
mod chart;
mod crawl;
mod cut;
mod description;
mod digest;
mod layers;
mod lists;
mod repository;
mod search;
mod space;
mod tag;

pub use artifact::{
    Artifact, ArtifactKind, Certainty, Child, ConfigSummary, Descriptor, HistoryStep, ListedChild,
    OciPlatform, Referrer,
};
pub use chart::{CHART_CONFIG, Chart, ChartCut, ChartDependency, ChartSummary};
pub use crawl::{CrawlCounts, CrawlPhase, CrawlState, CrawlStatus, Epoch};
pub use cut::{SummaryCut, TextsCut};
pub use description::RepositoryDescription;
pub use digest::{Digest, NoDigest};
pub use layers::{NamedRepository, SharedLayer, SharedLayers};
pub use lists::{
    Listing, ManifestsRead, Placed, RegistryFigures, RepositoryFilter, RepositorySort, SpaceSort,
    StatisticsDay, TagFilter, TagSort,
};
pub use repository::{Repository, RepositoryState};
pub use search::{DigestStart, FoundReference, ImageFilter, IndexedRepository, SpaceSet};
pub use space::{Space, SpaceClass, Visibility};
pub use tag::{NoTag, Tag, TagName};
