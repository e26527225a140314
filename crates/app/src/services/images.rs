//! All images a person may see, and the search over them.

use crate::context::Ports;
use crate::cursor::Cursors;
use crate::search::Query;
use crate::services::listing::{ListRequest, NamedList};
use roadstead_core::Failure;
use roadstead_core::model::{
    FoundReference, ImageFilter, PageRequest, RepositoryId, RepositorySort, RequestContext,
};
use roadstead_core::ports::{FoundRepository, Wanted};
use std::collections::HashMap;
use std::sync::Arc;

/// What is searched for.
#[derive(Debug, Clone, Copy)]
pub struct SearchInput<'a> {
    /// What was typed.
    pub text: &'a str,
    /// Where. Its text is not used.
    pub filter: ImageFilter<'a>,
    /// How many of each group, 1..=50.
    pub limit: u16,
}

/// What was found, each group with the best first.
#[derive(Debug, Default)]
pub struct SearchAnswer {
    /// Not everything was searched: the index is not filled yet, and only names of repositories
    /// were looked at.
    pub partial: bool,
    /// Repositories by name.
    pub repositories: Vec<FoundRepository>,
    /// There are more.
    pub more_repositories: bool,
    /// Tags by name.
    pub tags: Vec<(FoundReference, Arc<FoundRepository>)>,
    /// There are more.
    pub more_tags: bool,
    /// Artifacts by how their digest begins.
    pub artifacts: Vec<(FoundReference, Arc<FoundRepository>)>,
}

/// Images.
pub struct ImageService {
    ports: Ports,
    cursors: Cursors,
}

impl ImageService {
    pub(crate) const fn new(ports: Ports, cursors: Cursors) -> Self {
        Self { ports, cursors }
    }

    /// A page of the repositories of all registries the asker may see. One query.
    ///
    /// # Errors
    /// A foreign cursor, or a database that does not answer.
    pub async fn list(
        &self,
        ctx: &RequestContext,
        filter: ImageFilter<'_>,
        sort: RepositorySort,
        request: ListRequest,
    ) -> Result<NamedList<FoundRepository>, Failure> {
        let list = format!("images|{filter:?}|{sort:?}");
        let page = request.page(&self.cursors, &list)?;
        let text = request.text();
        let filter = ImageFilter {
            text: text.as_deref(),
            ..filter
        };
        let store = &self.ports.store;
        let found = store.images(&ctx.visible, &filter, sort, &page).await?;
        request.answer(&self.cursors, &list, found.page, found.total)
    }

    /// Searches names of repositories, tags and digests. At most three queries, and
    /// a fourth beside the last for what may be a digest.
    ///
    /// # Errors
    /// A database that does not answer.
    pub async fn search(
        &self,
        ctx: &RequestContext,
        input: SearchInput<'_>,
    ) -> Result<SearchAnswer, Failure> {
        let Some(query) = Query::parse(input.text) else {
            return Ok(SearchAnswer::default());
        };
        let store = &self.ports.store;
        let set = store.space_set(&ctx.visible, &input.filter).await?;
        let most = usize::from(input.limit);
        let found = self
            .ports
            .search
            .find(&query, &set, input.filter.kind, most);
        let Some(found) = found else {
            return self.search_names(ctx, input, &query).await;
        };
        let of_tags = found.tags.iter().map(|(id, _)| *id);
        let mut ids: Vec<RepositoryId> = found.repositories.clone();
        ids.extend(of_tags.chain(found.holders.iter().copied()));
        ids.sort_unstable();
        ids.dedup();
        let known = store.found_repositories(&ids, &ctx.visible).await?;
        let known: HashMap<RepositoryId, Arc<FoundRepository>> = known
            .into_iter()
            .map(|found| (found.repository.id, Arc::new(found)))
            .collect();
        let seen = |id: &RepositoryId| known.contains_key(id);
        let holders: Vec<RepositoryId> = found.holders.into_iter().filter(seen).collect();
        let wanted = Wanted {
            tags: found.tags.into_iter().filter(|(id, _)| seen(id)).collect(),
            digests: query.hex().map(|hex| (holders, hex.to_owned())),
            limit: input.limit,
        };
        let references = store.found_references(&wanted).await?;
        let (tags, artifacts): (Vec<_>, Vec<_>) = references
            .into_iter()
            .filter_map(|one| Some((known.get(&one.repository_id).cloned()?, one)))
            .map(|(repository, one)| (one, repository))
            .partition(|(one, _)| one.tag.is_some());
        let repositories = found.repositories.iter().filter_map(|id| known.get(id));
        Ok(SearchAnswer {
            partial: false,
            repositories: repositories
                .map(|found| FoundRepository::clone(found))
                .collect(),
            more_repositories: found.more_repositories,
            tags: in_order_of(tags, &wanted.tags),
            more_tags: found.more_tags,
            artifacts,
        })
    }

    /// While there is no index, the database looks at names of repositories.
    async fn search_names(
        &self,
        ctx: &RequestContext,
        input: SearchInput<'_>,
        query: &Query,
    ) -> Result<SearchAnswer, Failure> {
        let filter = ImageFilter {
            text: Some(query.longest()),
            ..input.filter
        };
        let page = PageRequest {
            limit: input.limit,
            after: None,
        };
        let sort = RepositorySort::PushedDescending;
        let store = &self.ports.store;
        let found = store.images(&ctx.visible, &filter, sort, &page).await?;
        Ok(SearchAnswer {
            partial: true,
            more_repositories: found.page.next.is_some(),
            repositories: found.page.items,
            ..SearchAnswer::default()
        })
    }
}

type Placed = (FoundReference, Arc<FoundRepository>);

/// Tags in the order in which they were found; the database has none.
fn in_order_of(mut tags: Vec<Placed>, order: &[(RepositoryId, String)]) -> Vec<Placed> {
    let places: HashMap<(RepositoryId, &str), usize> = order
        .iter()
        .enumerate()
        .map(|(place, (id, name))| ((*id, name.as_str()), place))
        .collect();
    tags.sort_by_key(|(one, _)| {
        let name = one.tag.as_deref().unwrap_or_default();
        places.get(&(one.repository_id, name)).copied()
    });
    tags
}
