//! Versions of registries with holes that everybody knows. Only what a registry says of itself
//! counts: a version that is not told is not warned of, and not guessed.

use crate::model::RegistryKind;

/// A hole that is known, and the version without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advisory {
    /// Its number.
    pub id: &'static str,
    /// The first version without it.
    pub fixed_in: &'static str,
}

/// Product, number, and the first version without the hole. Only holes that somebody without an
/// account can use, and only where one version divides: what was mended in several lines of
/// releases would need each of them here.
const KNOWN: &[(RegistryKind, Advisory)] = &[(
    RegistryKind::Jfrog,
    Advisory {
        id: "CVE-2026-82329",
        fixed_in: "7.161.20",
    },
)];

/// What is known against a product in this version.
#[must_use]
pub fn advisories(product: RegistryKind, version: &str) -> Vec<Advisory> {
    let Some(running) = numbers(version) else {
        return Vec::new();
    };
    KNOWN
        .iter()
        .filter(|(of, _)| *of == product)
        .map(|(_, advisory)| *advisory)
        .filter(|advisory| numbers(advisory.fixed_in).is_some_and(|fixed| running < fixed))
        .collect()
}

/// `7.77.5-rc1` as 7, 77, 5; `None` when it has no such beginning.
fn numbers(version: &str) -> Option<[u32; 3]> {
    let mut parts = version
        .trim_start_matches('v')
        .split(|c: char| !c.is_ascii_digit())
        .take(3)
        .map(str::parse);
    let mut next = || parts.next().and_then(Result::ok);
    Some([next()?, next()?, next().unwrap_or(0)])
}

#[cfg(test)]
mod tests {
    use super::{KNOWN, advisories, numbers};
    use crate::model::RegistryKind;

    fn ids(product: RegistryKind, version: &str) -> Vec<&'static str> {
        let found = advisories(product, version);
        found.into_iter().map(|advisory| advisory.id).collect()
    }

    #[test]
    fn sec_22_version_below_the_mended_one_is_warned_of_and_no_other() {
        let jfrog = RegistryKind::Jfrog;
        assert_eq!(ids(jfrog, "7.77.5"), ["CVE-2026-82329"]);
        assert_eq!(ids(jfrog, "7.161"), ["CVE-2026-82329"]);
        assert_eq!(ids(jfrog, "7.161.19"), ["CVE-2026-82329"]);
        // By numbers, not by letters: 161 is above 90.
        for mended in ["7.161.20", "7.161.20-m001", "7.200.0", "8.0.0", "10.1"] {
            assert!(ids(jfrog, mended).is_empty(), "{mended}");
        }
    }

    #[test]
    fn sec_22_what_is_not_told_is_not_guessed() {
        for version in ["", "unknown", "latest", "7", "x.y.z", "-", "99999999999.1"] {
            assert!(ids(RegistryKind::Jfrog, version).is_empty(), "{version}");
        }
        assert!(ids(RegistryKind::Docker, "2.8.1").is_empty());
    }

    #[test]
    fn every_known_hole_names_a_version_that_can_be_read() {
        for (_, advisory) in KNOWN {
            assert!(numbers(advisory.fixed_in).is_some(), "{}", advisory.id);
            assert!(advisory.id.starts_with("CVE-"));
        }
    }
}
