//! Computes when a cron expression fires next.
//!
//! Law: the form is Quartz's, with a field for seconds and 1 for Sunday, as the vendor's schedules use it
//! [docs: jobs/create, `quartz_cron_expression`]. It is evaluated in UTC, also if another zone is given.
//! Must not know: jobs.

use croner::{
    Cron,
    parser::{CronParser, Seconds},
};

/// The first moment after `after_ms` (unix ms) at which the expression fires.
///
/// # Errors
///
/// `None` if the expression cannot be read or never fires again.
pub(crate) fn next_ms(expression: &str, after_ms: i64) -> Option<i64> {
    let at = jiff::Timestamp::from_millisecond(after_ms).ok()?;
    let after = at.to_zoned(jiff::tz::TimeZone::UTC);
    let next = parse(expression)?.find_next_occurrence(&after, false).ok()?;
    Some(next.timestamp().as_millisecond())
}

/// Whether the expression can be read.
pub(crate) fn is_valid(expression: &str) -> bool {
    parse(expression).is_some()
}

fn parse(expression: &str) -> Option<Cron> {
    let parser =
        CronParser::builder().seconds(Seconds::Required).alternative_weekdays(true).sloppy_ranges(true).build();
    parser.parse(expression).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Monday, 2026-03-02T00:00:00Z.
    const MONDAY: i64 = 1_772_409_600_000;
    const MINUTE: i64 = 60_000;

    fn after_minutes(expression: &str, minutes: i64) -> Option<i64> {
        next_ms(expression, MONDAY + minutes * MINUTE).map(|next| (next - MONDAY) / MINUTE)
    }

    #[test]
    fn every_quarter_of_an_hour_fires_at_the_next_quarter() {
        assert_eq!(after_minutes("0 0/15 * * * ?", 0), Some(15));
        assert_eq!(after_minutes("0 0/15 * * * ?", 44), Some(45));
    }

    #[test]
    fn a_daily_schedule_fires_once_a_day() {
        assert_eq!(after_minutes("0 30 6 * * ?", 0), Some(390));
        assert_eq!(after_minutes("0 30 6 * * ?", 390), Some(390 + 24 * 60));
    }

    #[test]
    fn weekday_one_is_sunday() {
        assert_eq!(after_minutes("0 0 0 ? * 1", 0), Some(6 * 24 * 60));
        assert_eq!(after_minutes("0 0 0 ? * MON", 0), Some(7 * 24 * 60));
    }

    #[test]
    fn the_seconds_field_counts() {
        assert_eq!(next_ms("20 * * * * ?", MONDAY), Some(MONDAY + 20_000));
    }

    #[test]
    fn nonsense_is_not_valid() {
        assert!(!is_valid("every tuesday"));
        assert!(!is_valid("0/15 * * * *"), "five fields");
        assert!(is_valid("0 0/5 * * * ?"));
    }
}
