//! `Retry-After` (RFC 9110 section 10.2.3): seconds or an HTTP date.

use std::time::Duration;

/// The longest a registry can make us wait.
pub(crate) const CAP: Duration = Duration::from_secs(300);

/// How long to wait, capped at [`CAP`]; a date in the past is zero, an unreadable or negative
/// value is `None`. `now` is in seconds since the epoch.
pub(crate) fn parse(value: &str, now: i64) -> Option<Duration> {
    let value = value.trim();
    let seconds = if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        // More digits than a u64 holds is still a very long time.
        value.parse::<u64>().unwrap_or(u64::MAX)
    } else {
        let date = jiff::fmt::rfc2822::DateTimeParser::new()
            .parse_timestamp(value)
            .ok()?;
        u64::try_from(date.as_second().saturating_sub(now)).unwrap_or(0)
    };
    Some(Duration::from_secs(seconds).min(CAP))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn fault_429_retry_after_is_read_and_capped() {
        let now = 784_111_777; // Sun, 06 Nov 1994 08:49:37 GMT
        for (value, seconds) in [
            ("0", Some(0)),
            ("7", Some(7)),
            (" 7 ", Some(7)),
            ("315360000", Some(300)),
            ("99999999999999999999999999", Some(300)),
            ("-5", None),
            ("1.5", None),
            ("", None),
            ("soon", None),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:27 GMT", Some(0)),
            ("Sun, 06 Nov 2094 08:49:37 GMT", None),
        ] {
            let read = parse(value, now).map(|d| d.as_secs());
            // 6 November 2094 is a Saturday: a date that contradicts itself is unreadable.
            assert_eq!(read, seconds, "{value}");
        }
        assert_eq!(
            parse("Sat, 06 Nov 2094 08:49:37 GMT", now).map(|d| d.as_secs()),
            Some(300)
        );
    }
}
