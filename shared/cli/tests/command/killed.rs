//! Tests `switchback failover`, killed twenty times at random and started again each time.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use engine::ports::SagaStatus;
use engine::view::view;
use failover::plan::want;
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use saga::{Event, Outcome, StepEvent};
use sim::{Estate, Settings, Side};

use crate::ground::{Ground, hold_no_secret};

/// Virtual seconds per real second.
const SPEED: f64 = 100.0;
/// The number of kills.
const KILLS: u32 = 20;
/// The lost region comes back after this number of kills.
const BACK_AFTER: u32 = 17;
/// In milliseconds: the life of a process before its kill. It first waits for a lease that was just renewed. So
/// kills come before and after the end of that wait.
const ALIVE_MS: std::ops::Range<u64> = 200..2_600;
/// The longest time until it must have ended.
const AT_MOST: Duration = Duration::from_secs(150);
/// In virtual milliseconds: the possible difference of the two clocks. The world's clock and the record's are read
/// one after the other.
const READ_APART_MS: i64 = 5_000;

const FAILOVER: &[&str] = &["failover", "--approve", "ann", "--accept-risk"];

#[test]
fn a_failover_that_is_killed_twenty_times_ends_completed_and_the_auditor_is_content() {
    let ground = Ground::new(Estate::generate(3, 60), Settings::default(), SPEED);
    ground.world().mark_leaving(ground.clock.now_ms(), Side::Primary);
    ground.of_pair(&["capture", "--side", "primary"]).ends(0, &["checkpoint of the primary"]);
    ground.world().mark_settled(ground.clock.now_ms());
    ground.is_silent(Side::Primary);
    ground.world().region_lost(ground.clock.now_ms(), Side::Primary);

    let mut chance = StdRng::seed_from_u64(20);
    let begun = Instant::now();
    let mut back_ms = i64::MAX;
    for kill in 0..KILLS {
        if kill == BACK_AFTER {
            back_ms = ground.clock.now_ms();
            ground.world().region_back(back_ms, Side::Primary);
            ground.answers(Side::Primary);
        }
        let mut child = ground.begin(FAILOVER, "talk");
        std::thread::sleep(Duration::from_millis(chance.random_range(ALIVE_MS)));
        let ended = child.try_wait().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(ended, None, "ended by itself before kill {kill}: {}", ground.told_in("talk"));
    }
    let mut last = ground.begin(FAILOVER, "talk");
    let exit = loop {
        if let Some(exit) = last.try_wait().unwrap() {
            break exit;
        }
        if begun.elapsed() > AT_MOST {
            last.kill().unwrap();
            panic!("not over after {AT_MOST:?}: {}", ground.told_in("talk"));
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(exit.code(), Some(0), "{}", ground.told_in("talk"));
    let status = ground.of_pair(&["status", "--json"]).json();
    assert_eq!((&status["active"], &status["unfinished"]), (&"standby".into(), &false.into()), "{status}");
    assert_eq!((&status["saga"]["doing"], &status["saga"]["steps"]["blocked"]), (&"completed".into(), &0.into()));
    judge(&ground, back_ms, begun);
    hold_no_secret(&ground.contents());
}

/// Checks S5, S8, S10, S15 and S24: the state of the world, and the record against the world.
fn judge(ground: &Ground, back_ms: i64, begun: Instant) {
    let deps = ground.deps();
    let saga = ground.wait(deps.sagas.head(&published(ground))).unwrap().unwrap().saga;
    let seen = ground.wait(view(&deps, Some(&saga))).unwrap().unwrap();
    assert_eq!(seen.head.status, SagaStatus::Finished(Outcome::Completed));
    assert!(seen.head.epoch >= 5, "only {} runners came to work", seen.head.epoch);

    // The world's time runs faster than the record's. Both are read now.
    let (here, there) = (Timestamp::now().as_millisecond(), ground.clock.now_ms());
    let virtual_ms = |at: Timestamp| there - ((here - at.as_millisecond()) as f64 * SPEED) as i64;
    let mut fenced = BTreeMap::new();
    for line in &seen.lines {
        let Event::Step(StepEvent::Done { step, .. }) = &line.event else { continue };
        let step = seen.plan.step(*step).unwrap();
        if [want::FENCED, want::ALL_FENCED].contains(&step.want.as_str()) {
            fenced.insert((step.want.as_str(), step.resource.clone()), virtual_ms(line.at));
        }
    }
    let world = ground.world();
    let audit = world.audit();
    assert_eq!(audit.woken_that_were_off, Vec::<String>::new(), "S15");
    assert!(audit.runs_expected > 0, "nothing was interrupted, so nothing is shown");
    assert_eq!((audit.runs_seen, audit.runs_wrong.as_slice()), (audit.runs_expected, [].as_slice()), "S8");
    assert_eq!(audit.processing_on(Side::Primary), 0, "the pursuit has ended");
    assert_eq!(world.unknown_routes(), Vec::<String>::new().as_slice(), "S24");
    for ((_, resource), at_ms) in &fenced {
        let last = world.last_processing_ms(Side::Primary, resource);
        assert!(last.is_none_or(|last| last <= at_ms + READ_APART_MS), "{resource} processed after it was fenced");
    }
    let last_fenced = fenced.values().max().unwrap() + READ_APART_MS;
    for window in &audit.double_windows {
        let explained = window.from_ms >= back_ms - READ_APART_MS && window.to_ms <= last_fenced;
        assert!(explained, "double processing that a returning region does not explain: {window:?}");
    }
    eprintln!(
        "{KILLS} kills, {} epochs, {} steps, {} runs made once, {:.0} s",
        seen.head.epoch,
        seen.state.tally().total(),
        audit.runs_seen,
        begun.elapsed().as_secs_f64()
    );
}

fn published(ground: &Ground) -> saga::SagaId {
    let status = ground.of_pair(&["status", "--json"]).json();
    saga::SagaId(status["saga"]["saga"].as_str().unwrap().to_owned())
}
