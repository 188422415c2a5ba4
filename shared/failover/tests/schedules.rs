//! Tests of the times at which a drill is due: against a second implementation, and on days when the clocks change
//! (R50).

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it says")]

use failover::Side;
use failover::drill::{AllowedWindow, BlockedDates, DrillKind, DrillPolicy, Due, Every, Period, ScheduleStatus, judge};
use failover::signal::{About, Origin, Reading, TimedReading, Track};
use jiff::civil::{Date, Time, Weekday, date, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use proptest::prelude::*;

fn policy(every: Every, days: &[Weekday], from: Time, until: Time) -> DrillPolicy {
    DrillPolicy {
        name: "dry".to_owned(),
        kind: DrillKind::DryRun,
        every,
        windows: vec![AllowedWindow { days: days.to_vec(), from, until }],
        zone: TimeZone::get("Europe/Berlin").unwrap(),
        blocked_dates: Vec::new(),
        blocking_alarms: Vec::new(),
        needs_s: 1_800,
        stay_s: 0,
        outcome_alarms: Vec::new(),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The judgement of a new policy at a moment.
fn due(policy: &DrillPolicy, now: &str) -> Due {
    judge(policy, &ScheduleStatus::of(Period::of(policy.every, policy.day(at(now)))), &[], at(now))
}

fn window(policy: &DrillPolicy, day: Date) -> Option<(String, String)> {
    let found = policy.windows_of(Period::of(policy.every, day)).find(|window| policy.day(window.from) == day)?;
    Some((found.from.to_string(), found.until.to_string()))
}

fn between(from: &str, until: &str) -> Option<(String, String)> {
    Some((from.to_owned(), until.to_owned()))
}

#[test]
fn a_drill_is_due_in_its_windows_as_long_as_they_can_hold_it() {
    let policy = policy(Every::Week, &[Weekday::Tuesday], time(9, 0, 0, 0), time(11, 0, 0, 0));
    assert_eq!(due(&policy, "2026-01-06T07:59:59Z"), Due::NotDue);
    assert!(matches!(due(&policy, "2026-01-06T08:00:00Z"), Due::Now { .. }));
    assert!(matches!(due(&policy, "2026-01-06T09:30:00Z"), Due::Now { .. }));
    let missed = due(&policy, "2026-01-06T09:30:01Z");
    assert!(matches!(&missed, Due::Missed { period, .. } if period.to_string() == "2026-W02"), "{missed:?}");
}

#[test]
fn a_night_s_window_counts_for_the_day_on_which_it_begins() {
    let mut policy = policy(Every::Month, &[Weekday::Saturday], time(22, 0, 0, 0), time(4, 0, 0, 0));
    let night = between("2026-01-31T21:00:00Z", "2026-02-01T03:00:00Z");
    assert_eq!(window(&policy, date(2026, 1, 31)), night);
    let status = ScheduleStatus::of(Period::of(Every::Month, date(2026, 1, 31)));
    assert!(matches!(judge(&policy, &status, &[], at("2026-02-01T02:00:00Z")), Due::Now { .. }));
    // The window ends where a blocked date begins.
    policy.blocked_dates.push(BlockedDates { from: date(2026, 2, 1), until: date(2026, 2, 1) });
    assert_eq!(window(&policy, date(2026, 1, 31)), between("2026-01-31T21:00:00Z", "2026-01-31T23:00:00Z"));
    policy.blocked_dates.push(BlockedDates { from: date(2026, 1, 1), until: date(2026, 1, 31) });
    let all_blocked = judge(&policy, &status, &[], at("2026-01-01T08:00:00Z"));
    assert!(matches!(&all_blocked, Due::Missed { why, .. } if why.contains("blocked dates")), "{all_blocked:?}");
}

/// On 29 March 2026 the time from 02:00 to 03:00 does not exist in Berlin. On 25 October it comes twice.
#[test]
fn where_clocks_are_put_forth_or_back_a_window_is_as_the_calendar_has_it() {
    let spring = |from, until| window(&policy(Every::Week, &[], from, until), date(2026, 3, 29));
    let half = |hour| time(hour, 30, 0, 0);
    // A time that the clocks skip moves later by as much as they skip.
    assert_eq!(spring(half(2), half(4)), between("2026-03-29T01:30:00Z", "2026-03-29T02:30:00Z"));
    assert_eq!(spring(half(1), half(3)), between("2026-03-29T00:30:00Z", "2026-03-29T01:30:00Z"));
    assert_eq!(spring(time(2, 0, 0, 0), half(2)), between("2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z"));
    // This window would end before it begins, so there is none.
    assert_eq!(spring(half(2), time(3, 15, 0, 0)), None);
    let autumn = |from, until| window(&policy(Every::Week, &[], from, until), date(2026, 10, 25));
    // If the clocks show a time twice, the first one counts.
    assert_eq!(autumn(half(1), half(3)), between("2026-10-24T23:30:00Z", "2026-10-25T02:30:00Z"));
    assert_eq!(autumn(time(2, 0, 0, 0), half(2)), between("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z"));
    assert_eq!(autumn(half(2), half(3)), between("2026-10-25T00:30:00Z", "2026-10-25T02:30:00Z"));
}

#[test]
fn a_blocking_alarm_holds_it_up_and_is_told_as_the_reason() {
    let mut policy = policy(Every::Week, &[], time(9, 0, 0, 0), time(11, 0, 0, 0));
    policy.blocking_alarms = vec!["probe/jobs".parse().unwrap()];
    let now = at("2026-01-06T08:10:00Z");
    let track = |reading| Track {
        about: About { source: "probe".to_owned(), side: Side::Standby, subject: "jobs".to_owned() },
        origin: Origin::Probe,
        holds_s: 600,
        looks: vec![TimedReading { at: at("2026-01-06T08:05:00Z"), reading }],
        text: "says so".to_owned(),
    };
    let status = ScheduleStatus::of(Period::of(Every::Week, policy.day(now)));
    let judged = |tracks: &[Track]| judge(&policy, &status, tracks, now);
    let blocked = |why: &str| Due::Blocked { why: why.to_owned() };
    assert_eq!(judged(&[]), blocked("nothing is known of probe/jobs"));
    assert_eq!(judged(&[track(Reading::Unknown)]), blocked("nothing is known of probe/jobs"));
    assert_eq!(judged(&[track(Reading::Down)]), blocked("probe/jobs is down: says so"));
    assert!(matches!(judged(&[track(Reading::Healthy)]), Due::Now { .. }));
    // The last reason is reported when the period is over.
    let status = ScheduleStatus { why: Some("probe/jobs is down: says so".to_owned()), ..status };
    let missed = judge(&policy, &status, &[], at("2026-01-12T08:00:00Z"));
    assert!(matches!(&missed, Due::Missed { why, .. } if why == "probe/jobs is down: says so"), "{missed:?}");
}

#[test]
fn a_schedule_that_is_new_begins_where_it_can_still_be_held() {
    let policy = policy(Every::Month, &[Weekday::Tuesday], time(9, 0, 0, 0), time(11, 0, 0, 0));
    let first = |now| ScheduleStatus::first(&policy, at(now)).period.to_string();
    assert_eq!(first("2026-01-27T08:00:00Z"), "2026-01");
    assert_eq!(first("2026-01-27T10:00:00Z"), "2026-02");
}

fn any_policy() -> impl Strategy<Value = DrillPolicy> {
    let weekdays = proptest::sample::subsequence(
        vec![Weekday::Monday, Weekday::Wednesday, Weekday::Saturday, Weekday::Sunday],
        0..4,
    );
    let zones = proptest::sample::select(vec!["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC"]);
    let blocked = proptest::collection::vec((0_i64..70, 0_i64..9), 0..4);
    (0_usize..2, weekdays, 0_i8..24, 0_i8..24, zones, blocked, 1_i64..5).prop_map(
        |(every, days, from, until, zone, blocked, half_hours)| {
            let begin = |day: i64| date(2026, 3, 1).saturating_add(day.days());
            let blocked =
                blocked.into_iter().map(|(day, long)| BlockedDates { from: begin(day), until: begin(day + long) });
            DrillPolicy {
                zone: TimeZone::get(zone).unwrap(),
                blocked_dates: blocked.collect(),
                needs_s: half_hours * 1_800,
                ..policy(Every::ALL[every], &days, time(from, 0, 0, 0), time(until, 0, 0, 0))
            }
        },
    )
}

/// Whether work that begins at `begin` and takes `needs_s` stays in the allowed time, minute by minute.
fn is_allowed(policy: &DrillPolicy, begin: Timestamp) -> bool {
    (0..policy.needs_s / 60).all(|minute| {
        let there = policy.zone.to_datetime(begin + SignedDuration::from_mins(minute));
        let blocked = policy.blocked_dates.iter().any(|b| b.from <= there.date() && there.date() <= b.until);
        let is_on = |window: &AllowedWindow| {
            let on = |day: Date| window.days.is_empty() || window.days.contains(&day.weekday());
            let (from, until, clock) = (window.from, window.until, there.time());
            if from < until {
                return on(there.date()) && from <= clock && clock < until;
            }
            let of_today = on(there.date()) && from <= clock;
            of_today || on(there.date().yesterday().unwrap()) && clock < until
        };
        !blocked && policy.windows.iter().any(is_on)
    })
}

proptest! {
    // The cases are the same every time, as in everything that is seeded here.
    #![proptest_config(ProptestConfig {
        cases: 64,
        failure_persistence: None,
        rng_seed: proptest::test_runner::RngSeed::Fixed(50),
        ..ProptestConfig::default()
    })]

    /// Each period is settled once and in order, at any times of judging and with any refusals. Nothing begins
    /// where the team did not allow it.
    #[test]
    fn every_period_is_settled_once(policy in any_policy(), seed in 0_u64..1_000_000) {
        let mut now = at("2026-03-02T00:00:00Z");
        let ends = at("2026-05-12T00:00:00Z");
        let mut status = ScheduleStatus::first(&policy, now);
        let (mut settled, mut chance) = (vec![], seed);
        while now < ends {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let drawn = chance >> 33;
            match judge(&policy, &status, &[], now) {
                Due::Now { window } => {
                    prop_assert!(window.from <= now && is_allowed(&policy, now), "{} is not allowed", now);
                    // Two of three drills are refused.
                    if drawn % 3 == 0 {
                        settled.push(status.period);
                        status = ScheduleStatus::of(status.period.next());
                    }
                }
                Due::Missed { period, .. } => {
                    prop_assert_eq!(period, status.period);
                    prop_assert!(period.begins <= policy.day(now), "{} is told before it has begun", period);
                    prop_assert!(policy.windows_of(period).all(|window| window.holds(window.from.max(now)) == Some(false)));
                    settled.push(period);
                    status = ScheduleStatus::of(period.next());
                }
                Due::NotDue => {
                    let open = policy.windows_of(status.period).any(|window| window.from > now);
                    prop_assert!(open || policy.day(now) < status.period.begins, "nothing is to be waited for");
                }
                Due::Blocked { why } => prop_assert!(false, "{}", why),
            }
            // The pause is mostly a quarter of an hour, and sometimes days.
            let pause = if drawn % 97 == 0 { 60 * 60 * 50 } else { 15 * 60 };
            now += SignedDuration::from_secs(pause);
        }
        prop_assert!(settled.windows(2).all(|two| two[0].next() == two[1]), "{:?}", settled);
        // At most the last one or two periods are still open. A window of the night may reach into the next period.
        let last = Period::of(policy.every, policy.day(now));
        prop_assert!(status.period == last || status.period == last.next() || status.period.next() == last);
    }
}
