//! Points in time: UTC, microseconds, as the database and the API keep them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::time::Duration;

/// Microseconds since 1970-01-01T00:00:00Z. Written as RFC 3339 with six decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From microseconds since the epoch; out-of-range values are cut to the calendar's ends.
    #[must_use]
    pub fn from_micros(micros: i64) -> Self {
        let low = jiff::Timestamp::MIN.as_second() * 1_000_000;
        let high = jiff::Timestamp::MAX.as_second() * 1_000_000;
        Self(micros.clamp(low, high))
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Reads an RFC 3339 text.
    ///
    /// # Errors
    /// When the text is no RFC 3339 time.
    pub fn parse(text: &str) -> Result<Self, jiff::Error> {
        text.parse::<jiff::Timestamp>()
            .map(|t| Self::from_micros(t.as_microsecond()))
    }

    /// The time by the machine's clock. Code that decides anything takes it from the `Clock` port.
    #[must_use]
    pub fn from_system_clock() -> Self {
        Self::from_micros(jiff::Timestamp::now().as_microsecond())
    }

    /// This much later.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_add(by))
    }

    /// This much earlier.
    #[must_use]
    pub fn minus(self, by: Duration) -> Self {
        let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.0.saturating_sub(by))
    }

    /// Time passed since `earlier`; zero when the clock stepped back.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The value was cut to the calendar when it was made, so this cannot fail.
        let time = jiff::Timestamp::from_microsecond(self.0).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        write!(f, "{time:.6}")
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn timestamp_is_written_with_six_decimals_and_read_back() {
        let time = Timestamp::from_micros(1_700_000_000_000_001);
        assert_eq!(time.to_string(), "2023-11-14T22:13:20.000001Z");
        assert_eq!(Timestamp::parse(&time.to_string()).ok(), Some(time));
        assert_eq!(
            Timestamp::from_micros(0).to_string(),
            "1970-01-01T00:00:00.000000Z"
        );
    }

    #[test]
    fn timestamp_out_of_calendar_is_cut_not_panicking() {
        assert_eq!(
            Timestamp::from_micros(i64::MAX).to_string(),
            "9999-12-30T22:00:00.000000Z"
        );
        assert!(
            Timestamp::from_micros(i64::MIN)
                .to_string()
                .starts_with('-')
        );
    }
}
