//! Checks the usual probes and their tracks: the function itself runs them over the whole stack.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::ports::Clock;
use engine::{Settings, Watch};
use failover::action::Declarations;
use failover::signal::{Reading, Track};
use failover::{FailoverPolicy, Side};
use jiff::{SignedDuration, Timestamp};
use local::clockwork::in_virtual_time;
use local::stack::sabotage::Boundaries;
use local::stack::{Delivery, Stack, StackParts, StoreKind};
use runtime::clock::SystemClock;
use sim::{Cloud, CloudSettings, Estate, Fault, FaultKind, World};

const BEGINS: &str = "2026-11-25T08:00:00Z";

/// Runs the probes for this number of minutes while the faults strike the primary. Returns all tracks.
fn looked(minutes: u64, faults: impl FnOnce(i64) -> Vec<Fault>) -> Vec<Track> {
    let tracks = in_virtual_time(async {
        let begins: Timestamp = BEGINS.parse().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::starting_at(begins));
        let faults = faults(begins.as_millisecond());
        let simulated = sim::Settings { faults, ..sim::Settings::default() };
        let world = World::new(1, Estate::small(), simulated, begins.as_millisecond());
        let stack = Stack::new(StackParts {
            world: Arc::new(Mutex::new(world)),
            cloud: Arc::new(Mutex::new(Cloud::new(CloudSettings::default()))),
            clock,
            boundaries: Boundaries::calm(),
            settings: Settings::default(),
            map: Vec::new(),
            policy: FailoverPolicy {
                planned: false,
                run_interrupted_again: true,
                checkpoint_age: SignedDuration::from_mins(60),
                fence_first: false,
            },
            declarations: Declarations::default(),
            watch: Watch::default(),
            watched: failover::signal::Watched::default(),
            looks: true,
            probes: true,
            syncs: false,
            delivery: Delivery::default(),
            store: StoreKind::Embedded,
            draws: true,
            #[cfg(feature = "mutants")]
            weakened: aws::Weakened::default(),
        })
        .unwrap();
        let operator = stack.operator();
        tokio::select! {
            biased;
            () = stack.run() => unreachable!("the stack runs for ever"),
            () = tokio::time::sleep(Duration::from_secs(minutes * 60 + 40)) => {}
        }
        assert_eq!(stack.stopped(), [""; 0]);
        operator.signals.tracks(&operator.pair.name).await.unwrap()
    });
    tracks.unwrap().into_iter().map(|item| item.track).collect()
}

fn track<'a>(tracks: &'a [Track], side: Side, probe: &str) -> &'a Track {
    let subject = format!("{probe} from eu-west-1");
    tracks.iter().find(|track| track.about.side == side && track.about.subject == subject).unwrap()
}

fn last(track: &Track) -> Reading {
    track.looks.last().unwrap().reading
}

#[test]
fn both_sides_are_looked_at_each_minute_and_a_lost_one_is_down() {
    let tracks = looked(4, |begins_ms| vec![Fault::new(sim::Side::Primary, begins_ms + 150_000, FaultKind::Dark)]);
    assert_eq!(tracks.len(), 10);
    for probe in ["token", "me", "jobs", "clusters", "metastore"] {
        let lost = track(&tracks, Side::Primary, probe);
        let readings: Vec<Reading> = lost.looks.iter().map(|look| look.reading).collect();
        assert_eq!(readings, [Reading::Healthy, Reading::Healthy, Reading::Down, Reading::Down], "{probe}");
        assert_eq!(last(track(&tracks, Side::Standby, probe)), Reading::Healthy, "{probe}");
    }
}
