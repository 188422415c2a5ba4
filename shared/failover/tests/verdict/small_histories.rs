//! Tests every small history against a reference that goes minute by minute and remembers nothing else.

use failover::signal::{Origin, Reading, Track};
use failover::verdict::{Decision, Level, PairSituation, Reason, WatchPolicy};

use crate::ground::{at, judged, policy, track};

const ORIGINS: [Origin; 3] = [Origin::Provider, Origin::Probe, Origin::Operator];

/// The statement at each minute, if there is one.
type Row = Vec<Option<Reading>>;

/// The possible statements.
const SAID: [Option<Reading>; 4] = [None, Some(Reading::Healthy), Some(Reading::Down), Some(Reading::Degraded)];

/// Every row of this many minutes that has only the first `said` statements of [`SAID`].
fn rows(minutes: u32, said: usize) -> Vec<Row> {
    let row = |number: usize| (0..minutes).map(|minute| SAID[number / said.pow(minute) % said]).collect();
    (0..said.pow(minutes)).map(row).collect()
}

/// The reading of a row in a minute: the last statement, if it is not too long ago.
fn in_force(row: &Row, holds: usize, minute: usize) -> Reading {
    for back in 0..holds {
        if let Some(Some(Some(said))) = minute.checked_sub(back).map(|then| row.get(then)) {
            return *said;
        }
    }
    Reading::Unknown
}

/// The reference, in minutes: level, decision and reasons at the beginning of minute `now`.
fn reference(rows: &[&Row], holds: usize, now: usize, policy: &WatchPolicy) -> (Level, Decision, Vec<Reason>) {
    let (for_minutes, clear_minutes) = ((policy.for_s / 60) as usize, (policy.clear_s / 60) as usize);
    let read = |minute: usize| rows.iter().map(move |row| in_force(row, holds, minute));
    let count = |minute: usize, wanted: Reading| read(minute).filter(|reading| *reading == wanted).count();
    let bad = |minute: usize| count(minute, Reading::Down) + count(minute, Reading::Degraded);
    let agrees = |minute: usize| {
        bad(minute) >= policy.origins && (policy.degraded_is_enough || count(minute, Reading::Down) > 0)
    };
    let well = |minute: usize| bad(minute) == 0 && count(minute, Reading::Healthy) > 0;
    // Number of whole minutes before this one.
    let agreed_before = |minute: usize| (0..minute).rev().take_while(|then| agrees(*then)).count();
    let well_before = |minute: usize| (0..minute).rev().take_while(|then| well(*then)).count();

    let mut fired = None;
    for minute in 1..=now {
        if agreed_before(minute) >= for_minutes && fired.is_none() {
            fired = Some(minute);
        }
        if well_before(minute) >= clear_minutes {
            fired = None;
        }
    }
    let fires = agreed_before(now) >= for_minutes && agrees(now);
    let level = match (fired, bad(now), count(now, Reading::Healthy)) {
        (Some(_), _, _) => Level::Alarmed,
        (None, 0, 0) => Level::Dark,
        (None, 0, _) => Level::Calm,
        (None, _, _) => Level::Suspected,
    };
    let decision = if fires { Decision::Propose } else { Decision::Nothing };
    let mut reasons = Vec::new();
    if let Some(minute) = fired {
        let since = at(minute as i64);
        reasons.push(if fires {
            Reason::Fires { since, origins: bad(now) }
        } else {
            Reason::NotOver { since, clear_s: policy.clear_s }
        });
    }
    if !fires {
        reasons.push(match bad(now) {
            0 if count(now, Reading::Healthy) > 0 => Reason::NoneBad,
            0 => Reason::NothingKnown,
            have if have < policy.origins => Reason::TooFew { have, need: policy.origins },
            _ if !agrees(now) => Reason::NoneDown,
            _ => Reason::NotLongEnough { since: at((now - agreed_before(now)) as i64), need_s: policy.for_s },
        });
    }
    (level, decision, reasons)
}

/// The track of a row. A row without a statement has none.
fn as_track(row: &Row, origin: Origin, holds: usize) -> Option<Track> {
    let said = row.iter().enumerate().filter_map(|(minute, said)| said.map(|reading| (minute as i64, reading)));
    let looks: Vec<(i64, Reading)> = said.collect();
    (!looks.is_empty()).then(|| track(origin, holds as i64 * 60, &looks))
}

/// Compares every combination of rows, without regard to which origin says which.
fn compare(origins: usize, rows: &[Row], holds: usize, now: usize, policy: &WatchPolicy) -> usize {
    let all_tracks: Vec<Vec<Option<Track>>> =
        ORIGINS.map(|origin| rows.iter().map(|row| as_track(row, origin, holds)).collect()).to_vec();
    let mut fired = 0;
    let mut chosen = vec![0; origins];
    loop {
        let history: Vec<&Row> = chosen.iter().map(|row| &rows[*row]).collect();
        let tracks: Vec<Track> =
            chosen.iter().zip(&all_tracks).filter_map(|(row, of_origin)| of_origin[*row].clone()).collect();
        let verdict = judged(&tracks, now as i64, policy, &PairSituation::default());
        let wanted = reference(&history, holds, now, policy);
        assert_eq!((verdict.level, verdict.decision, verdict.reasons), wanted, "{history:?}");
        fired += usize::from(wanted.0 == Level::Alarmed);
        // The next combination. Each row is at least as large as the one before.
        let Some(place) = chosen.iter().rposition(|row| row + 1 < rows.len()) else { return fired };
        let next = chosen[place] + 1;
        chosen[place..].fill(next);
    }
}

#[test]
fn two_origins_over_five_minutes_until_it_is_over_s17() {
    assert!(compare(2, &rows(5, 3), 2, 5, &policy()) > 1_000);
}

#[test]
fn two_origins_whose_word_holds_for_a_minute_s17() {
    for now in 3..=5 {
        assert!(compare(2, &rows(4, 4), 1, now, &policy()) > 10);
    }
}

#[test]
fn two_origins_of_which_degraded_is_enough_s17() {
    let policy = WatchPolicy { degraded_is_enough: true, ..policy() };
    assert!(compare(2, &rows(4, 4), 2, 4, &policy) > 1_000);
}

#[test]
fn three_origins_of_which_two_or_all_must_agree_s17() {
    for origins in [2, 3] {
        let policy = WatchPolicy { origins, ..policy() };
        for now in 2..=4 {
            assert!(compare(3, &rows(3, 4), 3, now, &policy) > 10);
        }
    }
}
