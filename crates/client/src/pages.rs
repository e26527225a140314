//! Lists that come in pages.

use crate::{Client, ClientError, Method};
use serde_json::Value;
use std::collections::HashSet;
use url::form_urlencoded::Serializer;

/// The most pages that are followed: a list without an end is a server that is not well.
const MAX_PAGES: usize = 10_000;

/// A path with its query, encoded.
#[must_use]
pub fn with_query<'a>(path: &str, query: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut pairs = Serializer::new(String::new());
    pairs.extend_pairs(query);
    match pairs.finish() {
        none if none.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

impl Client {
    /// The items of every page of a list.
    ///
    /// # Errors
    /// Those of [`Client::answer`], and [`ClientError::Unreadable`] for an answer that is no page
    /// or a list that leads back to itself.
    pub async fn items(
        &self,
        path: &str,
        query: &[(&str, &str)],
    ) -> Result<Vec<Value>, ClientError> {
        let mut items = Vec::new();
        let mut seen = HashSet::new();
        let mut cursor: Option<String> = None;
        loop {
            let more = cursor.as_deref().map(|cursor| ("cursor", cursor));
            let page = with_query(path, query.iter().copied().chain(more));
            let mut answer = self.answer(Method::GET, &page, None, None).await?;
            let unreadable = ClientError::Unreadable {
                status: answer.status,
            };
            let mut take = |name| answer.body.get_mut(name).map_or(Value::Null, Value::take);
            let (rows, next) = (take("items"), take("next_cursor"));
            let Value::Array(rows) = rows else {
                return Err(unreadable);
            };
            items.extend(rows);
            match next {
                Value::Null => return Ok(items),
                Value::String(next) if seen.len() < MAX_PAGES && seen.insert(next.clone()) => {
                    cursor = Some(next);
                }
                _ => return Err(unreadable),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::with_query;

    #[test]
    fn query_is_encoded() {
        assert_eq!(with_query("/x", []), "/x");
        assert_eq!(
            with_query("/x", [("q", "a b&c=#"), ("limit", "5")]),
            "/x?q=a+b%26c%3D%23&limit=5"
        );
    }
}
