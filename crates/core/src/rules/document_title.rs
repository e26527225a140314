//! What a document is called where it is listed.

use super::file_name::is_unseen;

/// The longest name that is kept, in bytes.
const LONGEST: usize = 255;

/// Stands for what is cut off.
const MORE: char = '…';

/// What a document's maker calls it, as far as it can be shown: anybody's text, so without what
/// cannot be seen or turns the direction of writing. A path stays one: it is a name, and leads nowhere.
#[must_use]
pub fn document_title(title: &str) -> Option<String> {
    let shown = |c: &char| !c.is_control() && !is_unseen(*c);
    // What is cut off is not looked at: a text may be much longer.
    let mut text: String = title.chars().filter(shown).take(LONGEST + 1).collect();
    if text.len() > LONGEST {
        text.truncate(text.floor_char_boundary(LONGEST - MORE.len_utf8()));
        text.push(MORE);
    }
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, document_title};

    #[test]
    fn title_is_shown_as_it_is_with_its_path() {
        for title in ["sbom.spdx.json", "docs/物料清单.json", "../../x", "a b"] {
            assert_eq!(document_title(title).as_deref(), Some(title));
        }
    }

    #[test]
    fn sec_26_title_is_shown_without_what_cannot_be_seen() {
        let hostile = " a\u{0}\u{1b}[31m\u{202e}gnp.exe\u{2066}\r\nSet-Cookie: b\u{85}\u{200b} ";
        let shown = document_title(hostile).expect("a title");
        assert_eq!(shown, "a[31mgnp.exeSet-Cookie: b");
        for nothing in ["", "  ", "\u{202e}\u{0}", "\n"] {
            assert_eq!(document_title(nothing), None);
        }
    }

    #[test]
    fn long_title_is_cut_between_two_characters() {
        assert_eq!(
            document_title(&"a".repeat(LONGEST)).map(|t| t.len()),
            Some(LONGEST)
        );
        for one in ["a", "长", "é"] {
            let shown = document_title(&one.repeat(100_000)).expect("a title");
            assert!(shown.len() <= LONGEST && shown.ends_with('…'), "{shown}");
        }
    }
}
