//! Plays scenarios: in memory if only their end is checked, on both stores if their story is checked. Checks the
//! auditor's observations of them.
//!
//! Law: a scenario has the same story and the same screen on each store.

use std::path::Path;

use local::rehearsal::scenarios::Scenario;
use local::rehearsal::screen::Files;
use local::rehearsal::{Rehearsal, RehearsalResult};
use local::stack::StoreKind;

/// A scenario on the store in memory.
pub fn in_memory(name: &str, seed: u64, resources: Option<usize>) -> Rehearsal {
    let scenario = Scenario::named(name).unwrap();
    Rehearsal { store: StoreKind::Memory, ..Rehearsal::of(scenario, seed, resources).unwrap() }
}

/// Plays a scenario on both stores against its golden story and its golden screen. Returns the result of the one in
/// memory.
pub fn golden(name: &str, golden: &str) -> RehearsalResult {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(name);
    let golden_screen = std::fs::read_to_string(folder.join("screen.txt")).unwrap();
    let play = |store| {
        let told = Rehearsal { store, page: true, ..in_memory(name, 1, None) }.run(&mut |_| {}).unwrap();
        assert_eq!(
            told.story, golden,
            "the story of {name} has changed on the store {store:?}: read it, then keep it as its story.txt"
        );
        let screen =
            told.screen.text(&Files::below(Path::new("rehearsals"), &format!("{name}-1"), told.page.is_some()));
        assert_eq!(
            screen, golden_screen,
            "the screen of {name} has changed on the store {store:?}: read it, then keep it as its screen.txt"
        );
        fits(&screen);
        told
    };
    let embedded = play(StoreKind::Embedded);
    let memory = play(StoreKind::Memory);
    assert_eq!(memory.plan, embedded.plan, "{name} has another plan in memory");
    memory
}

/// Checks that a screen is one page of a usual terminal.
fn fits(screen: &str) {
    let (lines, columns) = (screen.lines().count(), screen.lines().map(|line| line.chars().count()).max());
    assert!(lines <= 40 && columns <= Some(100), "{lines} lines of {columns:?} columns:\n{screen}");
}

/// S5, S8, S10, S15: checks the auditor's observations of both workspaces.
pub fn is_content(told: &RehearsalResult) {
    let auditor = &told.report.auditor;
    assert_eq!(auditor.processed_after_done, 0);
    assert_eq!(auditor.double_unexplained_s, 0.0);
    assert_eq!(auditor.woken_that_were_off, 0);
    assert_eq!((auditor.runs_seen, auditor.runs_wrong), (auditor.runs_expected, 0));
    assert_eq!((auditor.processing_on_leaving, auditor.unknown_routes), (0, 0));
}
