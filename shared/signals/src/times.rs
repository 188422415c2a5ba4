//! Reads points in time as different senders write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;
use serde_json::Value;

/// It accepts wrong weekdays, because samples in documentation have them.
static MAIL: DateTimeParser = DateTimeParser::new().relaxed_weekday(true);

/// A number from this on is milliseconds: as seconds it is the year 5138.
const SECONDS_END: f64 = 1e11;

/// A member that is a time: RFC 3339, `Fri, 27 Jan 2023 06:02:51 GMT` (or `Z`), a local time that is taken
/// for UTC, or seconds or milliseconds since 1970 as a number or a text. Anything else is no time.
pub(crate) fn time(object: &Value, name: &str) -> Option<Timestamp> {
    match object.get(name)? {
        Value::String(text) => read(text.trim()),
        Value::Number(number) => epoch(number.as_f64()?),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A text that is a time; see [`time`].
pub(crate) fn read(text: &str) -> Option<Timestamp> {
    // No form of a time is longer.
    if text.is_empty() || text.len() > 64 {
        return None;
    }
    let zoned = || {
        // Azure's feed ends its dates with a bare `Z`.
        let spelled = text.strip_suffix(" Z").map(|begins| format!("{begins} GMT"));
        MAIL.parse_timestamp(spelled.as_deref().unwrap_or(text)).ok()
    };
    let local = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    let number = || text.parse().ok().and_then(epoch);
    text.parse().ok().or_else(zoned).or_else(number).or_else(local)
}

fn epoch(number: f64) -> Option<Timestamp> {
    let seconds = if number.abs() >= SECONDS_END { number / 1000.0 } else { number };
    // Beyond this range a signal's time means nothing.
    if !(0.0..SECONDS_END).contains(&seconds) {
        return None;
    }
    Timestamp::from_millisecond((seconds * 1000.0) as i64).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_of_writing_a_time_is_read() {
        for text in [
            "2023-01-27T06:02:51Z",
            "2023-01-27T06:02:51.000+0000",
            "2023-01-27T07:02:51+01:00",
            "2023-01-27T06:02:51",
            "Fri, 27 Jan 2023 06:02:51 GMT",
            "Fri, 27 Jan 2023 06:02:51 Z",
            "Mon, 27 Jan 2023 06:02:51 GMT",
            "27 Jan 2023 06:02:51 +0000",
            "1674799371",
            "1674799371000",
        ] {
            assert_eq!(read(text).map(|at| at.to_string()).as_deref(), Some("2023-01-27T06:02:51Z"), "{text}");
        }
        for text in ["", "null", "-1", "1e300", "NaN", "tomorrow", "2023-13-01T00:00:00Z"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
