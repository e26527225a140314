//! Following `Link: <...>; rel="next"` (RFC 8288) without trusting it: only its query is used, our
//! own scheme, authority and path stay, and a list that does not move on ends with an error.

use crate::error::protocol;
use reqwest::header::{HeaderMap, LINK};
use roadstead_core::ports::RegistryError;
use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};

/// The most pages one listing may have: with 1,000 names a page, ten million names.
const MAX_PAGES: usize = 10_000;

/// The most pages without a name in a row; the last page of a list may well be empty.
const MAX_EMPTY: usize = 3;

/// The longest query of a next page. A name has at most 255 characters.
const MAX_QUERY: usize = 2_048;

/// The query of the next page: `None` when this was the last one.
///
/// # Errors
/// [`RegistryError::Protocol`] for a next page that names no place to go on from.
pub(crate) fn next_query(headers: &HeaderMap) -> Result<Option<String>, RegistryError> {
    let links = headers.get_all(LINK).iter();
    for value in links.filter_map(|v| v.to_str().ok()) {
        if let Some(target) = next_target(value) {
            let query = target
                .split_once('?')
                .map(|(_, query)| query.split('#').next().unwrap_or(query))
                .filter(|query| !query.is_empty());
            return match query {
                Some(query) if query.len() > MAX_QUERY => {
                    Err(protocol("the link to the next page is too long"))
                }
                Some(query) => Ok(Some(query.to_owned())),
                None => Err(protocol("the link to the next page leads nowhere")),
            };
        }
    }
    Ok(None)
}

/// The target of the first link in a header value whose relation is `next`.
fn next_target(value: &str) -> Option<&str> {
    let mut rest = value;
    while let Some((_, after)) = rest.split_once('<') {
        let (target, after) = after.split_once('>')?;
        // Parameters reach to the next link.
        let params = after.split('<').next().unwrap_or(after);
        if params.split([';', ',']).any(is_next_relation) {
            return Some(target);
        }
        rest = after;
    }
    None
}

/// `rel=next`, `rel="next"`, `REL = "prev next"`.
fn is_next_relation(param: &str) -> bool {
    let Some((name, value)) = param.split_once('=') else {
        return false;
    };
    name.trim().eq_ignore_ascii_case("rel")
        && value
            .trim()
            .trim_matches('"')
            .split_ascii_whitespace()
            .any(|relation| relation.eq_ignore_ascii_case("next"))
}

/// Watches that a listing moves on.
#[derive(Default)]
pub(crate) struct Progress {
    /// Hashes of the pages had, with a key of this listing's own.
    seen: HashSet<u64>,
    hasher: RandomState,
    empty: usize,
}

impl Progress {
    /// Starts where a listing is taken up.
    pub(crate) fn from(query: Option<&str>) -> Self {
        let hasher = RandomState::new();
        Self {
            seen: query.map(|q| hasher.hash_one(q)).into_iter().collect(),
            hasher,
            empty: 0,
        }
    }

    /// Takes in a page.
    ///
    /// # Errors
    /// [`RegistryError::Protocol`] when the next page is one that was had before, when page after
    /// page is empty, or when there is no end to them.
    pub(crate) fn check(&mut self, names: usize, next: Option<&str>) -> Result<(), RegistryError> {
        let Some(next) = next else {
            return Ok(());
        };
        self.empty = if names == 0 { self.empty + 1 } else { 0 };
        if !self.seen.insert(self.hasher.hash_one(next)) {
            return Err(protocol("the list leads back to a page it already gave"));
        }
        if self.empty >= MAX_EMPTY || self.seen.len() >= MAX_PAGES {
            return Err(protocol("the list has no end"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_PAGES, Progress, next_query};
    use proptest::prelude::*;
    use reqwest::header::{HeaderMap, HeaderValue, LINK};

    #[test]
    fn link_longer_than_two_kilobytes_ends_the_list() {
        let long = format!("</v2/_catalog?last={}>; rel=\"next\"", "a".repeat(3_000));
        assert!(query(&[&long]).is_err());
    }

    fn query(values: &[&str]) -> Result<Option<String>, roadstead_core::ports::RegistryError> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(LINK, HeaderValue::from_str(value).expect("value"));
        }
        next_query(&headers)
    }

    #[test]
    fn only_the_query_of_the_next_link_is_used() {
        let good = Ok(Some("last=team-a%2Fx&n=1".to_owned()));
        for values in [
            &[r#"</v2/_catalog?last=team-a%2Fx&n=1>; rel="next""#][..],
            &["</v2/_catalog?last=team-a%2Fx&n=1>;rel=next"],
            &["<http://wrong.example/v2/_catalog?last=team-a%2Fx&n=1>; REL = \"next\""],
            &["<?last=team-a%2Fx&n=1>; title=x; rel=\"prev next\""],
            &[r#"</p?last=0>; rel="prev", </p?last=team-a%2Fx&n=1#f>; rel="next""#],
            &[
                r#"</p?last=0>; rel="prev""#,
                r"</p?last=team-a%2Fx&n=1>; rel=next",
            ],
        ] {
            assert_eq!(query(values), good, "{values:?}");
        }
    }

    #[test]
    fn no_next_link_is_the_end() {
        for values in [
            &[][..],
            &["</p?last=x>; rel=prev"],
            &["</p?last=x>"],
            &["junk"],
            &["<open"],
        ] {
            assert_eq!(query(values), Ok(None), "{values:?}");
        }
    }

    #[test]
    fn next_link_without_a_query_is_an_error() {
        assert!(query(&["</v2/_catalog>; rel=next"]).is_err());
        assert!(query(&["</v2/_catalog?>; rel=next"]).is_err());
    }

    #[test]
    fn list_that_repeats_a_page_is_stopped() {
        let mut progress = Progress::from(Some("last=a"));
        assert!(progress.check(5, Some("last=b")).is_ok());
        assert!(progress.check(5, Some("last=a")).is_err());
    }

    #[test]
    fn fault_catalogue_without_end_is_stopped() {
        let mut progress = Progress::default();
        let stopped =
            (0..=MAX_PAGES).find(|i| progress.check(1, Some(&format!("last={i}"))).is_err());
        assert_eq!(stopped, Some(MAX_PAGES - 1));
        let mut progress = Progress::default();
        assert!(progress.check(0, Some("last=1")).is_ok());
        assert!(progress.check(0, Some("last=2")).is_ok());
        assert!(progress.check(0, Some("last=3")).is_err());
    }

    proptest! {
        #[test]
        fn any_link_is_survived(value in "[ -~]{0,80}") {
            let _ = query(&[&value]);
        }
    }
}
