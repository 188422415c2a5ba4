//! Helpers for the tests of the verdict: minutes, tracks, and a small policy.

use std::collections::BTreeMap;

use failover::Side;
use failover::signal::{About, Origin, Reading, Signal, Track};
use failover::verdict::{Case, Mode, PairSituation, Verdict, WatchPolicy, judge};
use jiff::Timestamp;

/// All readings.
pub(crate) const READINGS: [Reading; 4] = [Reading::Unknown, Reading::Healthy, Reading::Degraded, Reading::Down];

/// Two origins must agree for two minutes. An alarm is over after three.
pub(crate) fn policy() -> WatchPolicy {
    WatchPolicy { mode: Mode::Ask, origins: 2, for_s: 120, clear_s: 180, cool_down_s: 3_600, ..WatchPolicy::default() }
}

/// The mode that acts by itself.
pub(crate) fn api_calls() -> Mode {
    Mode::Act { accepted_by: "ana".to_owned() }
}

/// The beginning of a minute.
pub(crate) fn at(minute: i64) -> Timestamp {
    second(minute * 60)
}

/// The time of a second.
pub(crate) fn second(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_600_000 + second).expect("a moment of 2026")
}

/// A signal about the primary.
pub(crate) fn signal(origin: Origin, subject: &str, seen_at: Timestamp, reading: Reading, holds_s: i64) -> Signal {
    let about = About { source: origin.as_str().to_owned(), side: Side::Primary, subject: subject.to_owned() };
    Signal { about, origin, reading, seen_at, holds_s, text: format!("{subject} reads {reading}") }
}

/// The tracks of some signals, which are taken in one by one.
pub(crate) fn tracks<'a>(signals: impl IntoIterator<Item = &'a Signal>) -> Vec<Track> {
    let mut tracks: BTreeMap<About, Track> = BTreeMap::new();
    for signal in signals {
        let heard = Track::of(signal);
        let merged = tracks.get(&heard.about).map_or_else(|| heard.clone(), |known| known.merge(&heard));
        tracks.insert(heard.about.clone(), merged);
    }
    tracks.into_values().collect()
}

/// The track of one origin, with its readings at the given minutes.
pub(crate) fn track(origin: Origin, holds_s: i64, looks: &[(i64, Reading)]) -> Track {
    let signals: Vec<Signal> =
        looks.iter().map(|(minute, reading)| signal(origin, "it", at(*minute), *reading, holds_s)).collect();
    tracks(&signals).remove(0)
}

/// The same track, about the other side.
pub(crate) fn of_standby(mut track: Track) -> Track {
    track.about.side = Side::Standby;
    track
}

/// The verdict on the primary.
pub(crate) fn judged(tracks: &[Track], minute: i64, policy: &WatchPolicy, situation: &PairSituation) -> Verdict {
    judge(&Case { now: at(minute), active: Side::Primary, tracks, policy, situation })
}
