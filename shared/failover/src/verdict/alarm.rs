//! Judges how alarming the signals of one side are. It counts origins over time, with hysteresis.
//!
//! Only the tracks are remembered. If an alarm fired longer ago than they reach ([`Track::KEPT_S`]) and no longer
//! holds, it is forgotten. If everything falls silent during an alarm, it stays an alarm and proposes nothing,
//! because silence is not health.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::agreement::{Agreement, Evidence};
use super::case::Case;
use super::reason::Reason;
use crate::pair::Side;
use crate::signal::{Origin, Reading, Track, after, before};

/// How alarming the signals are, the worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// No source says anything.
    Dark,
    /// Some source says that it is well, and none says that it is not.
    Calm,
    /// Some source speaks against it.
    Suspected,
    /// It has fired and is not over.
    Alarmed,
}

impl Level {
    /// The word for it, e.g. `alarmed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Dark => "dark",
            Level::Calm => "calm",
            Level::Suspected => "suspected",
            Level::Alarmed => "alarmed",
        }
    }
}

/// The sum of the signals of one side.
pub(super) struct Alarm {
    pub(super) level: Level,
    /// Whether the condition holds at this moment, and has held for long enough.
    pub(super) fires_now: bool,
    pub(super) reasons: Vec<Reason>,
    pub(super) noticed_at: Option<Timestamp>,
    pub(super) down_since: Option<Timestamp>,
    pub(super) origins: Vec<Agreement>,
}

/// The sum of all origins at one moment.
struct Moment {
    at: Timestamp,
    bad: usize,
    down: bool,
    healthy: bool,
}

impl Moment {
    fn of(tracks: &[&Track], at: Timestamp) -> Self {
        let mut moment = Self { at, bad: 0, down: false, healthy: false };
        for origin in Origin::ALL {
            match worst(tracks, origin, at) {
                Reading::Unknown => {}
                Reading::Healthy => moment.healthy = true,
                Reading::Degraded => moment.bad += 1,
                Reading::Down => {
                    moment.bad += 1;
                    moment.down = true;
                }
            }
        }
        moment
    }

    fn agrees(&self, case: &Case<'_>) -> bool {
        self.bad >= case.policy.origins && (self.down || case.policy.degraded_is_enough)
    }

    fn is_well(&self) -> bool {
        self.bad == 0 && self.healthy
    }
}

/// The worst reading of an origin. One unknown source does not make the other sources of the origin unknown.
fn worst(tracks: &[&Track], origin: Origin, at: Timestamp) -> Reading {
    let of_origin = tracks.iter().filter(|track| track.origin == origin);
    of_origin.map(|track| track.reading_at(at)).max().unwrap_or(Reading::Unknown)
}

/// The moments up to now at which a reading may change, and now.
fn moments(tracks: &[&Track], now: Timestamp) -> Vec<Moment> {
    let turns: BTreeSet<Timestamp> = tracks.iter().flat_map(|track| track.turns()).filter(|at| *at < now).collect();
    turns.into_iter().chain([now]).map(|at| Moment::of(tracks, at)).collect()
}

/// Judges one side.
pub(super) fn look(case: &Case<'_>, side: Side) -> Alarm {
    let tracks = about(case, side);
    let moments = moments(&tracks, case.now);
    let mut fired: Option<Timestamp> = None;
    let (mut agree_since, mut well_since): (Option<Timestamp>, Option<Timestamp>) = (None, None);
    for (place, moment) in moments.iter().enumerate() {
        // Nothing changes between two moments. So a condition that holds at the first holds until the second.
        agree_since = if moment.agrees(case) { agree_since.or(Some(moment.at)) } else { None };
        well_since = if moment.is_well() { well_since.or(Some(moment.at)) } else { None };
        let until = moments.get(place + 1).map_or(moment.at, |next| next.at);
        if let Some(since) = agree_since
            && before(until, case.policy.for_s) >= since
        {
            fired.get_or_insert(after(since, case.policy.for_s));
        }
        if well_since.is_some_and(|since| before(until, case.policy.clear_s) >= since) {
            fired = None;
        }
    }
    let origins = agreements(case, side);
    let now = Moment::of(&tracks, case.now);
    let long_enough = agree_since.is_some_and(|since| before(case.now, case.policy.for_s) >= since);
    let level = match fired {
        Some(_) => Level::Alarmed,
        None if now.bad > 0 => Level::Suspected,
        None if now.healthy => Level::Calm,
        None => Level::Dark,
    };
    Alarm {
        level,
        fires_now: long_enough,
        reasons: reasons(case, &now, fired, agree_since, long_enough),
        noticed_at: origins.iter().filter_map(|agreement| agreement.bad_since).min(),
        down_since: down_since(&moments),
        origins,
    }
}

fn reasons(
    case: &Case<'_>,
    now: &Moment,
    fired: Option<Timestamp>,
    agree_since: Option<Timestamp>,
    long_enough: bool,
) -> Vec<Reason> {
    let policy = case.policy;
    let mut reasons = Vec::new();
    match fired {
        Some(since) if long_enough => {
            reasons.push(Reason::Fires { since, origins: now.bad });
            return reasons;
        }
        Some(since) => reasons.push(Reason::NotOver { since, clear_s: policy.clear_s }),
        None => {}
    }
    reasons.push(if now.bad == 0 {
        if now.healthy { Reason::NoneBad } else { Reason::NothingKnown }
    } else if now.bad < policy.origins {
        Reason::TooFew { have: now.bad, need: policy.origins }
    } else {
        match agree_since {
            Some(since) => Reason::NotLongEnough { since, need_s: policy.for_s },
            None => Reason::NoneDown,
        }
    });
    reasons
}

/// When origins began to read down, without a gap since.
fn down_since(moments: &[Moment]) -> Option<Timestamp> {
    let last = moments.iter().rposition(|moment| !moment.down).map_or(0, |place| place + 1);
    moments.get(last).map(|moment| moment.at)
}

/// The origins and their readings of a side.
pub(super) fn agreements(case: &Case<'_>, side: Side) -> Vec<Agreement> {
    let tracks = about(case, side);
    let of = |origin: Origin| {
        let of_origin: Vec<&Track> = tracks.iter().filter(|track| track.origin == origin).copied().collect();
        if of_origin.is_empty() {
            return None;
        }
        let mut evidence: Vec<Evidence> = of_origin.iter().map(|track| seen(track, case.now)).collect();
        evidence.sort_by(|a, b| {
            b.reading.cmp(&a.reading).then_with(|| (&a.source, &a.subject).cmp(&(&b.source, &b.subject)))
        });
        let beyond = evidence.split_off(evidence.len().min(Agreement::KEPT));
        let moments = moments(&of_origin, case.now);
        let calm = moments.iter().rposition(|moment| moment.bad == 0).map_or(0, |place| place + 1);
        Some(Agreement {
            origin,
            reading: worst(&of_origin, origin, case.now),
            bad_since: moments.get(calm).map(|moment| moment.at),
            evidence,
            more: beyond.len(),
            more_bad: beyond.iter().filter(|evidence| evidence.reading.is_bad()).count(),
        })
    };
    Origin::ALL.into_iter().filter_map(of).collect()
}

fn seen(track: &Track, now: Timestamp) -> Evidence {
    let reading = track.reading_at(now);
    let known = &track.looks[..track.looks.partition_point(|look| look.at <= now)];
    let mut since = known.last().map_or(now, |look| look.at);
    // If a reading no longer counted when the next one came, there is a gap. Nothing before the gap belongs to the
    // reading.
    for pair in known.windows(2).rev() {
        if pair[0].reading != reading || pair[1].reading != reading || after(pair[0].at, track.holds_s) < pair[1].at {
            break;
        }
        since = pair[0].at;
    }
    Evidence {
        source: track.about.source.clone(),
        subject: track.about.subject.clone(),
        reading,
        since,
        text: track.text.clone(),
    }
}

fn about<'a>(case: &Case<'a>, side: Side) -> Vec<&'a Track> {
    case.tracks.iter().filter(|track| track.about.side == side).collect()
}
