//! Checks that a checkpoint which is saved, simulated and captured again has the same content.

use std::path::Path;
use std::sync::{Arc, Mutex};

use engine::capture::capture;
use engine::ports::Clock;
use engine::{Settings, Watch};
use failover::{Checkpoint, FailoverPolicy, Missing, Resource, Side};
use jiff::{SignedDuration, Timestamp};
use local::clockwork::in_virtual_time;
use local::rehearsal::script::BEGINS;
use local::rehearsal::{OwnEstate, Rehearsal, scenarios::Scenario};
use local::stack::sabotage::Boundaries;
use local::stack::{Delivery, Stack, StackParts, StoreKind};
use runtime::SystemClock;
use sim::{Cloud, CloudSettings, Estate, World};
use tempfile::TempDir;

/// A capture of the simulated primary at the beginning.
fn captured(estate: Estate) -> Checkpoint {
    let begins: Timestamp = BEGINS.parse().unwrap();
    let captured = in_virtual_time(async {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::starting_at(begins));
        let settings = sim::Settings { limits: sim::Limits::off(), ..sim::Settings::default() };
        let stack = Stack::new(StackParts {
            world: Arc::new(Mutex::new(World::new(1, estate, settings, begins.as_millisecond()))),
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
            declarations: failover::action::Declarations::default(),
            watch: Watch::default(),
            watched: failover::signal::Watched::default(),
            looks: false,
            probes: false,
            syncs: false,
            delivery: Delivery::default(),
            store: StoreKind::Embedded,
            draws: true,
            #[cfg(feature = "mutants")]
            weakened: aws::Weakened::default(),
        });
        capture(&stack.unwrap().operator(), Side::Primary).await
    });
    captured.unwrap().unwrap()
}

/// Everything that a failover goes by: kind, name, tag, whether it is on, and which starts it needs.
fn essence(checkpoint: &Checkpoint) -> Vec<String> {
    let one = |resource: &Resource| {
        let Resource { kind, name, tag, active, starts, .. } = resource;
        format!("{kind} {name:?} {tag:?} {active} {starts:?}")
    };
    let mut all: Vec<String> = checkpoint.resources.iter().map(one).collect();
    all.sort();
    all
}

/// Saves a checkpoint, reads it from the file alone, and captures it again.
fn again(checkpoint: &Checkpoint) -> (OwnEstate, Checkpoint) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("checkpoint.json");
    std::fs::write(&file, serde_json::to_string_pretty(checkpoint).unwrap()).unwrap();
    let own = OwnEstate::read(&file, 5).unwrap();
    let again = captured(own.estate.clone());
    (own, again)
}

fn tells_the_same(estate: Estate) {
    let first = captured(estate);
    let (own, second) = again(&first);
    let (before, after) = (essence(&first), essence(&second));
    let lost: Vec<_> = before.iter().filter(|one| !after.contains(one)).collect();
    let new: Vec<_> = after.iter().filter(|one| !before.contains(one)).collect();
    assert!(lost.is_empty() && new.is_empty(), "lost {lost:#?} new {new:#?}");
    assert_eq!(before, after);
    assert!(!own.told.iter().any(|line| line.starts_with("left out")), "{:#?}", own.told);
    let ids = |checkpoint: &Checkpoint| {
        let kept = checkpoint.resources.iter().filter(|one| one.kind != "run");
        kept.map(|one| one.key()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(ids(&first), ids(&second));
}

#[test]
fn a_standard_estate_comes_back_as_it_was_captured() {
    tells_the_same(Estate::generate(3, 240));
}

#[test]
fn an_estate_with_everything_comes_back_as_it_was_captured() {
    tells_the_same(Estate::everything(3, 100));
}

#[test]
fn a_thousand_resources_come_back() {
    tells_the_same(Estate::generate(2, 1_000));
}

#[test]
fn a_region_is_lost_with_ones_own_estate_and_the_auditor_is_content() {
    let first = captured(Estate::small());
    let (own, _) = again(&first);
    let told = Rehearsal::of_own(Scenario::named("region-lost").unwrap(), 1, own).unwrap().run(&mut |_| {}).unwrap();
    assert_eq!(told.report.outcome, "completed", "{}", told.story);
    let auditor = &told.report.auditor;
    assert_eq!((auditor.processed_after_done, auditor.woken_that_were_off, auditor.unknown_routes), (0, 0, 0));
    assert!(told.story.starts_with("the estate is that of "), "{}", told.story);
    for part in ["checkpoint.json", "the primary of pair rehearsal", "6 job", "filled in"] {
        assert!(told.story.contains(part), "{part}: {}", told.story);
    }
}

#[test]
fn what_is_missing_cannot_be_simulated_or_shares_its_name_is_told() {
    let mut checkpoint = captured(Estate::small());
    let of =
        |checkpoint: &Checkpoint, kind: &str| checkpoint.resources.iter().find(|one| one.kind == kind).unwrap().clone();
    let (job, cluster) = (of(&checkpoint, "job"), of(&checkpoint, "cluster"));
    checkpoint.resources.extend([
        Resource { id: "no-number".to_owned(), ..job.clone() },
        Resource { id: "1".to_owned(), ..job.clone() },
        Resource { kind: "notebook".to_owned(), ..cluster.clone() },
        cluster,
    ]);
    let not_listed = Missing::NotListed { message: "it answered 500".to_owned() };
    checkpoint.missing.insert("app".to_owned(), not_listed);
    checkpoint.side = Side::Standby;
    let told = OwnEstate::of("a.json", &checkpoint, 1).told.join("\n");
    for part in [
        "its id is no number",
        "its kind is not simulated",
        "has the same id",
        "app: it was not listed, so it is not rehearsed: it answered 500",
        &format!("3 of kind job are named {:?}", job.name),
        "that side plays the primary",
    ] {
        assert!(told.contains(part), "{part}: {told}");
    }
}

#[test]
fn a_file_that_is_no_checkpoint_is_refused_with_a_remedy() {
    let checkpoint = captured(Estate::small());
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("checkpoint.json");
    let whole = serde_json::to_string_pretty(&checkpoint).unwrap();
    let newer = whole.replacen("\"version\": 1", "\"version\": 99", 1);
    let empty = serde_json::to_string(&Checkpoint { resources: Vec::new(), ..checkpoint }).unwrap();
    let refused = |file: &Path| OwnEstate::read(file, 1).map(|_| ()).unwrap_err();
    assert_eq!(refused(&file).code, "CHECKPOINT-UNREADABLE");
    for (text, code, why) in [
        (&whole[..whole.len() / 2], "CHECKPOINT-UNREADABLE", "EOF"),
        (&newer, "CHECKPOINT-UNREADABLE", "version 99"),
        ("secret = 7", "CHECKPOINT-UNREADABLE", "capture --out FILE"),
        (&empty, "NO-CHECKPOINT", "capture --out FILE"),
    ] {
        std::fs::write(&file, text).unwrap();
        let problem = refused(&file);
        assert_eq!(problem.code, code);
        assert!(problem.message.contains(why), "{problem:?}");
    }
}
