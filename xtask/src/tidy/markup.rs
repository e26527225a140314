//! Texts of strangers are text: nothing in the console makes markup of a string.

use crate::project::read;
use std::path::Path;

/// Ways to turn a string into elements or code.
const WAYS: [&str; 8] = [
    "dangerouslySetInnerHTML",
    ".innerHTML",
    ".outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "DOMParser",
    "srcDoc",
    "createContextualFragment",
];

pub(crate) fn findings(root: &Path, files: &[String]) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let screens = |file: &&String| {
        let code = file.ends_with(".ts") || file.ends_with(".tsx");
        // A test makes the page it is about.
        file.starts_with("console/src/") && code && !file.contains(".test.")
    };
    for file in files.iter().filter(screens) {
        let text = read(&root.join(file))?;
        found.extend(ways(&text).map(|way| format!("{file}: {way} makes markup of a string")));
    }
    Ok(found)
}

fn ways(text: &str) -> impl Iterator<Item = &'static str> + '_ {
    WAYS.into_iter().filter(|way| text.contains(way))
}

#[cfg(test)]
mod tests {
    use super::{findings, ways};
    use crate::project::{files, root};

    #[test]
    fn sec_26_console_makes_no_markup_of_a_string() {
        let root = root().expect("root");
        let files = files(&root).expect("files");
        let found = findings(&root, &files).expect("read");
        assert!(found.is_empty(), "{found:?}");
        assert!(files.iter().any(|file| file == "console/src/main.tsx"));
    }

    #[test]
    fn each_way_is_found() {
        let odd = "<p dangerouslySetInnerHTML={{ __html: text }} />; element.innerHTML = text";
        assert_eq!(ways(odd).count(), 2);
        assert_eq!(ways("<p>{text}</p>").count(), 0);
    }
}
