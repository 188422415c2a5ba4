//! Reads `Retry-After`: how long the workspace wants no request.
//!
//! Law: a value that cannot be read counts as none. Must not know: who honors it.

use std::time::Duration;

use http::HeaderMap;
use jiff::Timestamp;

/// Reads whole seconds or an HTTP date [RFC 9110 §10.2.3]. The vendor's SDKs read whole seconds
/// [py-sdk: retries.py].
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert("retry-after", text.parse().unwrap());
        retry_after(&headers, "2026-01-05T08:00:00Z".parse().unwrap())
    }

    #[test]
    fn whole_seconds_are_read() {
        assert_eq!(parsed("7"), Some(Duration::from_secs(7)));
        assert_eq!(parsed(" 0 "), Some(Duration::ZERO));
    }

    #[test]
    fn a_date_is_read_against_now() {
        assert_eq!(parsed("Mon, 05 Jan 2026 08:01:30 GMT"), Some(Duration::from_secs(90)));
    }

    #[test]
    fn a_date_that_has_passed_is_no_wait() {
        assert_eq!(parsed("Mon, 05 Jan 2026 07:59:00 GMT"), Some(Duration::ZERO));
    }

    #[test]
    fn nonsense_and_nothing_are_no_wish() {
        assert_eq!(parsed("soon"), None);
        assert_eq!(parsed("-3"), None);
        assert_eq!(retry_after(&HeaderMap::new(), Timestamp::UNIX_EPOCH), None);
    }
}
