//! Tests of laws over large histories, which are drawn by chance from a fixed seed.

use std::collections::BTreeMap;

use failover::signal::{About, Origin, Reading, Signal, Track};
use failover::verdict::{Agreement, CoolDown, Decision, Level, PairSituation, Reason, Verdict, WatchPolicy, sentences};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use saga::SagaId;

use crate::ground::{READINGS, at, judged, policy, second, signal, tracks};

fn check<S: Strategy>(strategy: &S, law: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    runner.run(strategy, law).unwrap_or_else(|failure| panic!("{failure}"));
}

/// Fewer than `at_most` signals. Their times are within `steps` steps of `step_s` seconds. The signals of one
/// `about` count for the same time.
fn signals(steps: i64, step_s: i64, at_most: usize) -> impl Strategy<Value = Vec<Signal>> {
    let one = (0..Origin::ALL.len(), 0..2_usize, 0..steps, 0..READINGS.len());
    let made = move |(origin, subject, step, reading): (usize, usize, i64, usize)| {
        let holds_s = [180, 1_200][subject];
        let subject = ["here", "there"][subject];
        signal(Origin::ALL[origin], subject, second(step * step_s), READINGS[reading], holds_s)
    };
    prop::collection::vec(one.prop_map(made), 1..at_most)
}

fn verdict_on(signals: &[Signal], minute: i64, policy: &WatchPolicy) -> Verdict {
    judged(&tracks(signals), minute, policy, &PairSituation::default())
}

#[test]
fn more_that_is_bad_never_makes_it_better_s17() {
    let bad = (0..Origin::ALL.len(), 0..3_usize, 0..30_i64);
    check(&(signals(30, 60, 40), bad, any::<prop::sample::Index>(), any::<bool>()), |(said, bad, raised, degraded)| {
        let policy = WatchPolicy { degraded_is_enough: degraded, ..policy() };
        let before = verdict_on(&said, 30, &policy);
        let (origin, subject, minute) = bad;
        let (subject, holds_s) = [("here", 180), ("there", 1_200), ("somewhere else", 600)][subject];
        let mut more = said.clone();
        more.push(signal(Origin::ALL[origin], subject, at(minute), Reading::Down, holds_s));
        let mut worse = said.clone();
        let one = raised.get(&said).clone();
        let next = match one.reading {
            Reading::Unknown | Reading::Down => Reading::Down,
            Reading::Healthy => Reading::Degraded,
            Reading::Degraded => Reading::Down,
        };
        worse.push(Signal { reading: next, ..one });
        for after in [verdict_on(&more, 30, &policy), verdict_on(&worse, 30, &policy)] {
            prop_assert!(after.level >= before.level, "{before:?}\n{after:?}");
            prop_assert!(after.decision >= before.decision, "{before:?}\n{after:?}");
        }
        Ok(())
    });
}

#[test]
fn the_order_the_grouping_and_the_repetition_of_signals_do_not_matter() {
    // Steps of 20 seconds over five hours: several signals fall into a minute, and many are forgotten.
    let strategy = signals(900, 20, 60).prop_flat_map(|said| {
        let twice: Vec<Signal> = said.iter().chain(&said[..said.len() / 2]).cloned().collect();
        (Just(said), Just(twice).prop_shuffle(), 1..8_usize)
    });
    check(&strategy, |(said, shuffled, chunk)| {
        let mut grouped: BTreeMap<About, Track> = BTreeMap::new();
        for group in shuffled.chunks(chunk) {
            for track in tracks(group) {
                let merged = grouped.get(&track.about).map_or_else(|| track.clone(), |known| track.merge(known));
                grouped.insert(track.about.clone(), merged);
            }
        }
        let grouped: Vec<Track> = grouped.into_values().collect();
        prop_assert_eq!(&grouped, &tracks(&said));
        prop_assert_eq!(&grouped, &tracks(&shuffled));
        for track in &grouped {
            prop_assert_eq!(&track.merge(track), track);
            prop_assert!(track.looks.len() as i64 <= Track::KEPT_S / 60 + 2);
        }
        Ok(())
    });
}

#[test]
fn what_is_missing_reads_neither_healthy_nor_down_s17() {
    check(&(signals(30, 60, 60), 0..Origin::ALL.len()), |(said, missing)| {
        let with = verdict_on(&said, 30, &policy());
        let rest: Vec<Signal> = said.iter().filter(|s| s.origin != Origin::ALL[missing]).cloned().collect();
        let without = verdict_on(&rest, 30, &policy());
        prop_assert!(without.decision <= with.decision, "silence proposes nothing");
        let healthy = |verdict: &Verdict| verdict.origins.iter().any(|a| a.reading == Reading::Healthy);
        prop_assert!(without.level != Level::Calm || healthy(&without), "silence is not calm");
        let reads = |verdict: &Verdict, origin| verdict.origins.iter().find(|a| a.origin == origin).cloned();
        for origin in Origin::ALL.into_iter().filter(|origin| *origin != Origin::ALL[missing]) {
            prop_assert_eq!(reads(&with, origin), reads(&without, origin));
        }
        Ok(())
    });
}

#[test]
fn when_everything_has_expired_it_is_dark_or_not_over_and_never_calm_s17() {
    check(&signals(30, 60, 60), |said| {
        // The last reading is in minute 29 and counts for twenty minutes.
        let last = (30..=50).map(|minute| verdict_on(&said, minute, &policy())).collect::<Vec<_>>();
        let fired = last.iter().any(|verdict| verdict.level == Level::Alarmed);
        for minute in [50, 90, 60 * 24 * 30] {
            let verdict = verdict_on(&said, minute, &policy());
            let not_over = matches!(verdict.reasons[..], [Reason::NotOver { .. }, Reason::NothingKnown]);
            prop_assert_eq!(verdict.decision, Decision::Nothing);
            let allowed = match verdict.level {
                Level::Dark => verdict.reasons == [Reason::NothingKnown],
                Level::Alarmed => fired && not_over,
                Level::Calm | Level::Suspected => false,
            };
            prop_assert!(allowed, "{:?}", verdict);
        }
        Ok(())
    });
}

#[test]
fn a_flapping_input_leads_to_one_proposal_in_a_cool_down_s17() {
    let proposals = |bad: i64, good: i64, saga_minutes: i64| {
        let policy = policy();
        let mut tracks_so_far: Vec<Track> = Vec::new();
        let mut situation = PairSituation::default();
        let mut proposed: Vec<i64> = Vec::new();
        for minute in 0..200 {
            let reading = if minute % (bad + good) < bad { Reading::Down } else { Reading::Healthy };
            let said = [Origin::Probe, Origin::Workload].map(|origin| signal(origin, "it", at(minute), reading, 180));
            let heard = tracks(&said);
            tracks_so_far = if tracks_so_far.is_empty() {
                heard
            } else {
                tracks_so_far.iter().zip(&heard).map(|(known, heard)| known.merge(heard)).collect()
            };
            if situation.saga.is_some() && proposed.last().is_some_and(|begun| minute >= begun + saga_minutes) {
                let until = at(minute + policy.cool_down_s / 60);
                situation.cool_down = situation.saga.take().map(|saga| CoolDown { saga, until, acknowledged_by: None });
            }
            if judged(&tracks_so_far, minute, &policy, &situation).decision >= Decision::Propose {
                proposed.push(minute);
                situation.saga = Some(SagaId(format!("payments-{minute}")));
            }
        }
        proposed
    };
    for bad in [1, 2, 3, 4, 7, 12] {
        for good in [1, 2, 3, 4, 9] {
            for saga_minutes in [1, 7] {
                let proposed = proposals(bad, good, saga_minutes);
                assert!(proposed.windows(2).all(|two| two[1] - two[0] >= 60 + saga_minutes), "{proposed:?}");
                // At the third reading it has been so for two minutes.
                assert_eq!(proposed.is_empty(), bad < 3, "{bad} {good}");
            }
        }
    }
}

#[test]
fn it_always_says_why_and_what_everybody_says() {
    check(&(signals(40, 45, 60), 0..60_i64), |(said, minute)| {
        let verdict = verdict_on(&said, minute, &policy());
        prop_assert!(!verdict.reasons.is_empty());
        let speaks = |a: &&Agreement| a.evidence.iter().any(|evidence| evidence.reading.is_bad());
        let bad = verdict.origins.iter().chain(&verdict.other_side).filter(speaks).count();
        let lines = sentences(&verdict);
        prop_assert_eq!(lines.len(), 1 + verdict.reasons.len() + bad);
        prop_assert!(lines.iter().all(|line| !line.is_empty() && !line.contains('\n')));
        Ok(())
    });
}
