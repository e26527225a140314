//! What a downloaded blob is called.

use crate::model::ArtifactKind;
use crate::model::Digest;

/// The longest name, in bytes: what every file system takes, with room for what a browser adds.
const LONGEST: usize = 180;

/// Digits of the digest in a name that is made up.
const SHORT: usize = 12;

/// The name of the file with a blob: what its maker calls it, made safe, or one made of what it is.
/// The title is anybody's text: only its last part is taken, without what a file system or a person
/// would misread.
#[must_use]
pub fn file_name(
    title: Option<&str>,
    kind: ArtifactKind,
    blob: &Digest,
    media_type: &str,
) -> String {
    let own = || {
        let hex = blob.as_str().split(':').next_back().unwrap_or_default();
        let short = hex.get(..SHORT).unwrap_or(hex);
        format!("{}-{short}.{}", kind.as_str(), extension(media_type))
    };
    title.and_then(safe).unwrap_or_else(own)
}

/// The name of the file with a manifest.
#[must_use]
pub fn manifest_file_name(digest: &Digest) -> String {
    let hex = digest.as_str().split(':').next_back().unwrap_or_default();
    format!("manifest-{}.json", hex.get(..SHORT).unwrap_or(hex))
}

fn safe(title: &str) -> Option<String> {
    let last = title.rsplit(['/', '\\']).next().unwrap_or_default();
    let name: String = last
        .chars()
        .filter(|c| !c.is_control() && !is_unseen(*c))
        .map(|c| if "<>:\"|?*".contains(c) { '_' } else { c })
        .collect();
    // A dot in front hides a file; Windows drops dots and spaces at the end.
    let name = name.trim_matches(|c: char| c == '.' || c.is_whitespace());
    if name.is_empty() {
        return None;
    }
    let name = cut(name);
    Some(if is_device(&name) {
        format!("_{name}")
    } else {
        name
    })
}

/// Characters that turn the direction of writing or have no width: a name with them is not what it
/// seems to be.
pub(super) const fn is_unseen(c: char) -> bool {
    matches!(
        c,
        '\u{ad}'
            | '\u{61c}'
            | '\u{115f}'
            | '\u{1160}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}'
    )
}

/// A long name loses its middle and keeps its end, by which a program knows what to do with it.
fn cut(name: &str) -> String {
    if name.len() <= LONGEST {
        return name.to_owned();
    }
    let end = name
        .rfind('.')
        .and_then(|at| name.get(at..))
        .filter(|end| end.len() <= 16)
        .unwrap_or_default();
    let mut room = LONGEST - end.len();
    while !name.is_char_boundary(room) {
        room -= 1;
    }
    let begin = name.get(..room).unwrap_or_default();
    format!("{}{end}", begin.trim_end())
}

/// Names that mean a device on Windows, whatever follows the dot.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end();
    let stem = stem.to_ascii_uppercase();
    let numbered = |of: &str| {
        let number = stem.strip_prefix(of);
        number.is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

/// By the media type, for what is known to be inside artifacts.
fn extension(media_type: &str) -> &'static str {
    let ends = |end: &str| media_type.ends_with(end);
    if ends("json") {
        "json"
    } else if ends("tar+gzip") || ends("tar.gzip") {
        "tgz"
    } else if ends("gzip") {
        "gz"
    } else if ends("tar") {
        "tar"
    } else if ends("xml") {
        "xml"
    } else if ends("yaml") {
        "yaml"
    } else if ends(".prov") {
        "prov"
    } else if ends("text/spdx") {
        "spdx"
    } else if ends("text/plain") {
        "txt"
    } else if media_type.contains("pem") {
        "pem"
    } else {
        "bin"
    }
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, file_name, manifest_file_name};
    use crate::model::{ArtifactKind, Digest};

    fn digest() -> Digest {
        Digest::parse(&format!("sha256:{}", "ab".repeat(32))).expect("digest")
    }

    fn named(title: &str) -> String {
        file_name(
            Some(title),
            ArtifactKind::Sbom,
            &digest(),
            "application/spdx+json",
        )
    }

    #[test]
    fn title_is_a_name_and_never_a_path_or_a_disguise() {
        let own = "sbom-abababababab.json";
        for (title, name) in [
            ("sbom.spdx.json", "sbom.spdx.json"),
            ("物料清单.json", "物料清单.json"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Windows\\evil.exe", "evil.exe"),
            ("a/b/", own),
            ("", own),
            ("..", own),
            (". .", own),
            (".bashrc", "bashrc"),
            ("a\r\nSet-Cookie: x=y", "aSet-Cookie_ x=y"),
            ("\u{202e}gnp.exe", "gnp.exe"),
            ("a\u{200b}\0\u{1b}[31mb", "a[31mb"),
            ("say \"x\"; filename=y", "say _x_; filename=y"),
            ("NUL", "_NUL"),
            ("com1.txt", "_com1.txt"),
            ("common.txt", "common.txt"),
            ("end. ", "end"),
        ] {
            assert_eq!(named(title), name, "{title:?}");
        }
    }

    #[test]
    fn long_title_is_cut_between_characters_and_keeps_its_end() {
        let name = named(&format!("{}.json", "文".repeat(200)));
        assert!(name.len() <= LONGEST, "{}", name.len());
        assert!(name.ends_with("文.json"), "{name}");
        let name = named(&"x".repeat(5_000));
        assert_eq!(name.len(), LONGEST);
    }

    #[test]
    fn blob_without_a_title_is_called_by_what_it_is() {
        let of = |kind, media_type| file_name(None, kind, &digest(), media_type);
        let chart = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
        assert_eq!(of(ArtifactKind::Helm, chart), "helm-abababababab.tgz");
        let signature = "application/vnd.dev.cosign.simplesigning.v1+json";
        assert_eq!(
            of(ArtifactKind::Signature, signature),
            "signature-abababababab.json"
        );
        assert_eq!(
            of(ArtifactKind::Other, "text/html"),
            "other-abababababab.bin"
        );
        assert_eq!(manifest_file_name(&digest()), "manifest-abababababab.json");
    }
}
