//! Registries that give no catalogue: a person lists repositories, or prefixes of them.

use crate::client::OciClient;
use crate::listing::{ListPage, Listing};
use crate::reference::RepositoryName;
use futures::{Stream, stream};
use roadstead_core::model::Listed;
use roadstead_core::ports::RegistryError;

/// How many repositories are asked for before what was found is given out.
const PAGE: usize = 50;

impl OciClient {
    /// Whether the registry knows a repository: one question for one tag.
    ///
    /// # Errors
    /// Those of [`Self::page`]; that it is not there is an answer, not an error.
    pub async fn knows(&self, name: &RepositoryName) -> Result<bool, RegistryError> {
        let tags = Listing::Tags(name.clone());
        match self.page(&tags, Some("n=1")).await {
            Ok(_) => Ok(true),
            Err(RegistryError::NotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Those of the listed repositories that are there, one question each, in the order of their
    /// names and from a [`ListPage::next`] on. What only a prefix covers cannot be asked for. It
    /// ends after the first error; a repository the account may not see counts as not there, one
    /// nobody may see without an account too.
    pub fn list_listed<'a>(
        &'a self,
        listed: &'a Listed,
        from: Option<String>,
    ) -> impl Stream<Item = Result<ListPage, RegistryError>> + Send + 'a {
        stream::try_unfold(Some(from), move |state| async move {
            let Some(from) = state else {
                return Ok(None);
            };
            let mut rest = listed
                .repositories()
                .filter(|name| from.as_deref().is_none_or(|from| *name >= from));
            let mut names = Vec::new();
            for text in rest.by_ref().take(PAGE) {
                // Whoever made the list held it to the same grammar.
                let Ok(name) = RepositoryName::parse(text) else {
                    continue;
                };
                match self.knows(&name).await {
                    Ok(true) => names.push(name.to_string()),
                    Ok(false) | Err(RegistryError::Forbidden) => {}
                    // Without an account there is none that could be wrong.
                    Err(RegistryError::Unauthorized) if self.username().is_none() => {}
                    Err(error) => return Err(error),
                }
            }
            let next = rest.next().map(ToOwned::to_owned);
            let page = ListPage {
                names,
                malformed: 0,
                next: next.clone(),
            };
            Ok(Some((page, next.map(Some))))
        })
    }
}
