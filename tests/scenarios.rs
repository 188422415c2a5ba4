//! Every scenario tells its golden story, byte for byte, and the auditor is content.

#![allow(clippy::unwrap_used, reason = "a test that cannot begin has failed")]

use local::rehearsal::scenarios::Scenario;
use local::rehearsal::{Rehearsal, Told};

fn rehearse(name: &str, seed: u64, resources: Option<usize>) -> Told {
    let scenario = Scenario::named(name).unwrap();
    Rehearsal::of(scenario, seed, resources).unwrap().run(&mut |_| {}).unwrap()
}

fn check(name: &str, golden: &str) {
    let told = rehearse(name, 1, None);
    let auditor = &told.report.auditor;
    assert_eq!(told.report.pursuit.left, 0);
    assert_eq!(auditor.processed_after_done, 0);
    assert_eq!(auditor.double_unexplained_s, 0.0);
    assert_eq!(auditor.woken_that_were_off, 0);
    assert_eq!((auditor.runs_seen, auditor.runs_wrong), (auditor.runs_expected, 0));
    assert_eq!((auditor.processing_on_leaving, auditor.unknown_routes), (0, 0));
    assert_eq!(told.story, golden, "the story of {name} has changed: read it, then keep it as its story.txt");
}

#[test]
fn region_lost_tells_its_story() {
    check("region-lost", include_str!("scenarios/region-lost/story.txt"));
}

#[test]
fn planned_tells_its_story() {
    check("planned", include_str!("scenarios/planned/story.txt"));
}

#[test]
fn crash_loop_tells_its_story() {
    check("crash-loop", include_str!("scenarios/crash-loop/story.txt"));
}

#[test]
fn primary_returns_half_up_tells_its_story() {
    check("primary-returns-half-up", include_str!("scenarios/primary-returns-half-up/story.txt"));
}

#[test]
fn ambiguous_names_are_left_to_a_person_by_name() {
    let told = rehearse("ambiguous-names", 1, None);
    assert_eq!(told.story, include_str!("scenarios/ambiguous-names/story.txt"));
    assert_eq!(told.report.outcome, "person-needed");
    assert!(told.report.steps.blocked > 0);
}

#[test]
fn flapping_api_leaves_nothing_unfenced() {
    let told = rehearse("flapping-api", 1, None);
    assert_eq!(told.story, include_str!("scenarios/flapping-api/story.txt"));
    assert_eq!((told.report.outcome.as_str(), told.report.pursuit.left), ("completed", 0));
    assert_eq!((told.report.auditor.double_unexplained_s, told.report.auditor.woken_that_were_off), (0.0, 0));
}

#[test]
fn another_seed_tells_another_story() {
    let (one, other) = (rehearse("planned", 1, Some(24)), rehearse("planned", 2, Some(24)));
    assert_ne!(one.story, other.story);
}
