//! Lists that are searched and walked page by page.

use crate::cursor::Cursors;
use roadstead_core::Failure;
use roadstead_core::model::{Page, PageRequest, Total};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Which part of a list is asked for.
#[derive(Debug, Clone)]
pub struct ListRequest {
    /// Only names that contain this.
    pub text: Option<String>,
    /// How many, 1..=200.
    pub limit: u16,
    /// After which place.
    pub cursor: Option<String>,
}

/// A page of a list.
pub struct NamedList<T> {
    /// The rows.
    pub items: Vec<T>,
    /// Where the next page starts.
    pub next_cursor: Option<String>,
    /// How many match.
    pub total: Total,
}

impl ListRequest {
    /// The place the cursor stands for in `list`, which names route and object.
    pub(super) fn page<P: DeserializeOwned>(
        &self,
        cursors: &Cursors,
        list: &str,
    ) -> Result<PageRequest<P>, Failure> {
        let list = self.name(list);
        let after = self
            .cursor
            .as_deref()
            .map(|cursor| cursors.read(&list, cursor))
            .transpose()?;
        Ok(PageRequest {
            limit: self.limit,
            after,
        })
    }

    /// The text in lower case.
    pub(super) fn text(&self) -> Option<String> {
        self.text.as_ref().map(|text| text.to_lowercase())
    }

    /// What was found, with the cursor of the next page.
    pub(super) fn answer<T, P: Serialize>(
        &self,
        cursors: &Cursors,
        list: &str,
        page: Page<T, P>,
        total: Total,
    ) -> Result<NamedList<T>, Failure> {
        let list = self.name(list);
        let next_cursor = page
            .next
            .as_ref()
            .map(|place| cursors.write(&list, place))
            .transpose()?;
        Ok(NamedList {
            items: page.items,
            next_cursor,
            total,
        })
    }

    fn name(&self, list: &str) -> String {
        format!("{list}|{:?}", self.text)
    }
}
