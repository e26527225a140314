//! The rules of the house that the compiler does not know: who may depend on whom, under which
//! licences, and what a file may look like. `cargo xtask check` prints what breaks them; as tests
//! of this crate they hold in every test run.

mod architecture;
mod arrows;
mod licences;
mod manifests;
mod markup;
mod secrets;
mod text;

use crate::project::{files, metadata};
use std::path::Path;

/// Everything that breaks a rule, one sentence each.
pub(crate) fn findings(root: &Path) -> Result<Vec<String>, String> {
    let metadata = metadata(root)?;
    let files = files(root)?;
    let mut found = arrows::findings(&metadata);
    found.extend(licences::findings(&metadata));
    found.extend(manifests::findings(root, &files)?);
    found.extend(markup::findings(root, &files)?);
    found.extend(text::findings(root, &files)?);
    found.extend(architecture::findings(root, &files)?);
    found.extend(secrets::findings(root, &files)?);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{architecture, arrows, licences, manifests, text};
    use crate::project::{files, metadata, root};

    fn none(found: &[String]) {
        assert!(found.is_empty(), "\n{}", found.join("\n"));
    }

    #[test]
    fn crates_depend_only_along_the_arrows() {
        let root = root().expect("root");
        none(&arrows::findings(&metadata(&root).expect("metadata")));
    }

    #[test]
    fn licences_are_allowed_ones() {
        let root = root().expect("root");
        none(&licences::findings(&metadata(&root).expect("metadata")));
    }

    #[test]
    fn manifests_follow_the_house() {
        let root = root().expect("root");
        let files = files(&root).expect("files");
        none(&manifests::findings(&root, &files).expect("read"));
    }

    #[test]
    fn files_follow_the_house() {
        let root = root().expect("root");
        let files = files(&root).expect("files");
        none(&text::findings(&root, &files).expect("read"));
    }

    #[test]
    fn architecture_page_names_what_exists() {
        let root = root().expect("root");
        let files = files(&root).expect("files");
        none(&architecture::findings(&root, &files).expect("read"));
    }
}
