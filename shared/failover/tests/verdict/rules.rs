//! Tests the decision when the verdict fires: every mode, for every status of the pair and every reading of
//! the other side.

use failover::Side;
use failover::signal::{Origin, Reading, Track};
use failover::verdict::{
    AutomationPause, Case, CoolDown, Decision, Level, Mode, PairSituation, Reason, WatchPolicy, still_agrees,
};
use saga::SagaId;

use crate::ground::{READINGS, api_calls, at, judged, of_standby, policy, track};

const NOW: i64 = 10;

fn lost() -> Vec<Track> {
    vec![
        track(Origin::Probe, 3_600, &[(0, Reading::Down)]),
        track(Origin::Monitoring, 3_600, &[(0, Reading::Degraded)]),
    ]
}

fn freeze() -> AutomationPause {
    AutomationPause { by: "ana".to_owned(), why: "a migration".to_owned(), at: at(1) }
}

fn cool_down(until: i64, acknowledged: bool) -> CoolDown {
    let acknowledged_by = acknowledged.then(|| "ben".to_owned());
    CoolDown { saga: SagaId("payments-1".to_owned()), until: at(until), acknowledged_by }
}

/// Every status of the pair, with its reason against a proposal.
fn situations() -> Vec<(PairSituation, Option<Reason>)> {
    let saga = SagaId("payments-2".to_owned());
    let mut situations = Vec::new();
    for with_saga in [false, true] {
        for frozen in [false, true] {
            for cooling in [None, Some((NOW, false)), Some((NOW + 1, false)), Some((NOW + 1, true))] {
                let cool_down = cooling.map(|(until, acknowledged)| cool_down(until, acknowledged));
                let situation = PairSituation {
                    saga: with_saga.then(|| saga.clone()),
                    freeze: frozen.then(freeze),
                    cool_down: cool_down.clone(),
                };
                let why = if with_saga {
                    Some(Reason::SagaUnderWay { saga: saga.clone() })
                } else if frozen {
                    Some(Reason::Frozen(freeze()))
                } else if cooling == Some((NOW + 1, false)) {
                    cool_down.map(Reason::CoolingDown)
                } else {
                    None
                };
                situations.push((situation, why));
            }
        }
    }
    situations
}

/// The expected decision of each mode, by the reading of the other side.
fn wanted(mode: &Mode, other: Reading) -> Decision {
    match (mode, other) {
        (Mode::Watch, _) => Decision::Tell,
        (Mode::Ask, _) | (Mode::FenceThenAsk, Reading::Down) => Decision::Propose,
        (Mode::FenceThenAsk, _) => Decision::FenceAndPropose,
        (Mode::Act { .. }, Reading::Degraded | Reading::Down) => Decision::Propose,
        (Mode::Act { .. }, Reading::Unknown | Reading::Healthy) => Decision::Act,
    }
}

#[test]
fn every_mode_in_every_situation_whatever_the_other_side_reads_s17() {
    for mode in [Mode::Watch, Mode::Ask, Mode::FenceThenAsk, api_calls()] {
        let policy = WatchPolicy { mode: mode.clone(), ..policy() };
        for other in READINGS {
            let mut tracks = lost();
            tracks.push(of_standby(track(Origin::Provider, 3_600, &[(0, other)])));
            for (situation, holds_back) in situations() {
                let verdict = judged(&tracks, NOW, &policy, &situation);
                assert_eq!(verdict.level, Level::Alarmed);
                let mut reasons = vec![Reason::Fires { since: at(2), origins: 2 }];
                if other.is_bad() {
                    reasons.push(Reason::OtherSideToo { side: Side::Standby, reading: other });
                }
                let decision = if holds_back.is_some() { Decision::Nothing } else { wanted(&mode, other) };
                reasons.extend(holds_back);
                if decision == Decision::Tell {
                    reasons.push(Reason::WatchOnly);
                }
                assert_eq!((verdict.decision, verdict.reasons), (decision, reasons), "{mode:?} {other} {situation:?}");
            }
        }
    }
}

#[test]
fn what_is_said_of_the_other_side_alone_moves_nothing_s17() {
    let tracks: Vec<Track> = lost().into_iter().map(of_standby).collect();
    let policy = WatchPolicy { mode: api_calls(), ..policy() };
    let verdict = judged(&tracks, NOW, &policy, &PairSituation::default());
    assert_eq!((verdict.level, verdict.decision), (Level::Dark, Decision::Nothing));
    let other = Reason::OtherSideToo { side: Side::Standby, reading: Reading::Down };
    assert_eq!(verdict.reasons, [Reason::NothingKnown, other]);
    assert_eq!(verdict.other_side.len(), 2);
    assert!(verdict.origins.is_empty());
}

#[test]
fn it_acts_only_while_everything_agrees_and_the_probe_reads_down_s17() {
    let agrees = |tracks: &[Track], mode: Mode, situation: &PairSituation| {
        let policy = WatchPolicy { mode, ..policy() };
        still_agrees(&Case { now: at(NOW), active: Side::Primary, tracks, policy: &policy, situation })
    };
    let own =
        PairSituation { saga: Some(SagaId("payments-2".into())), cool_down: Some(cool_down(60, false)), freeze: None };
    assert!(agrees(&lost(), api_calls(), &own), "its own saga and the last one's cool-down are no reason against it");
    assert!(!agrees(&lost(), api_calls(), &PairSituation { freeze: Some(freeze()), ..own.clone() }));
    for mode in [Mode::Watch, Mode::Ask, Mode::FenceThenAsk] {
        assert!(!agrees(&lost(), mode, &own));
    }
    let hold = 3_600;
    let statement = track(Origin::Provider, hold, &[(0, Reading::Down)]);
    for probe in READINGS {
        let tracks = [
            statement.clone(),
            track(Origin::Monitoring, hold, &[(0, Reading::Down)]),
            track(Origin::Probe, hold, &[(0, probe)]),
        ];
        assert_eq!(agrees(&tracks, api_calls(), &own), probe == Reading::Down, "{probe}");
    }
    let mut there = lost();
    there.push(of_standby(track(Origin::Provider, hold, &[(0, Reading::Degraded)])));
    assert!(!agrees(&there, api_calls(), &own), "there must be somewhere to go");
    let over = [track(Origin::Probe, hold, &[(0, Reading::Down), (9, Reading::Healthy)]), statement];
    assert!(!agrees(&over, api_calls(), &own), "it once was so");
}
