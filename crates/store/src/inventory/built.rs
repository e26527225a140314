//! When something was built, as it is stored: the microsecond 0 stands for a build that tells no time,
//! so that building it again gives the same bytes.

use roadstead_core::model::Timestamp;
use roadstead_core::ports::ReadArtifact;

/// The specification's annotation.
const CREATED: &str = "org.opencontainers.image.created";

const DAY: i64 = 24 * 3_600 * 1_000_000;

/// What was told, for the database. What lies before the epoch is no time at all.
pub(super) fn told(at: Option<Timestamp>) -> Option<i64> {
    let micros = at.map(Timestamp::as_micros).filter(|micros| *micros >= 0)?;
    Some(if micros < DAY { 0 } else { micros })
}

/// When an artifact says it was built, without its configuration. A reader may take the beginning of
/// the epoch for no time; the annotation still says it.
pub(super) fn of(read: &ReadArtifact) -> Option<i64> {
    told(read.created_at).or_else(|| {
        let text = read.annotations.get(CREATED)?;
        told(Timestamp::parse(text).ok()).filter(|micros| *micros == 0)
    })
}

/// The time of an artifact's own and of its configuration, the first before the second; and whether
/// it is a build that tells none.
pub(super) fn read(own: Option<i64>, config: Option<i64>) -> (Option<Timestamp>, bool) {
    let both = [own, config];
    let time = both.into_iter().flatten().find(|micros| *micros > 0);
    let reproducible = time.is_none() && both.contains(&Some(0));
    (time.map(Timestamp::from_micros), reproducible)
}

#[cfg(test)]
mod tests {
    use super::{read, told};
    use roadstead_core::model::Timestamp;

    fn of(text: &str) -> Option<i64> {
        told(Timestamp::parse(text).ok())
    }

    #[test]
    fn first_day_of_the_epoch_is_a_build_without_a_time_and_before_it_lies_nothing() {
        assert_eq!(of("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(of("1970-01-01T00:00:01Z"), Some(0));
        assert_eq!(of("0001-01-01T00:00:00Z"), None);
        assert!(of("1980-01-01T00:00:00Z").is_some_and(|micros| micros > 0));
        assert_eq!(told(None), None);
    }

    #[test]
    fn real_time_is_told_before_none_and_the_artifacts_own_before_its_configurations() {
        let at = |micros| Some(Timestamp::from_micros(micros));
        assert_eq!(read(Some(7), Some(8)), (at(7), false));
        assert_eq!(read(Some(0), Some(8)), (at(8), false));
        assert_eq!(read(None, Some(0)), (None, true));
        assert_eq!(read(Some(0), None), (None, true));
        assert_eq!(read(None, None), (None, false));
    }
}
