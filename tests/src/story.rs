//! Plays scenarios: in memory if only their end is checked, on both stores if their story is checked. Checks the
//! auditor's observations of them.
//!
//! Law: a scenario has the same story on each store.

use local::rehearsal::scenarios::Scenario;
use local::rehearsal::{Rehearsal, Told};
use local::stack::StoreKind;

/// A scenario on the store in memory.
pub fn in_memory(name: &str, seed: u64, resources: Option<usize>) -> Rehearsal {
    let scenario = Scenario::named(name).unwrap();
    Rehearsal { store: StoreKind::Memory, ..Rehearsal::of(scenario, seed, resources).unwrap() }
}

/// Plays a scenario on both stores against its golden story. Returns the result of the one in memory.
pub fn golden(name: &str, golden: &str) -> Told {
    let play = |store| {
        let told = Rehearsal { store, ..in_memory(name, 1, None) }.run(&mut |_| {}).unwrap();
        assert_eq!(
            told.story, golden,
            "the story of {name} has changed on the store {store:?}: read it, then keep it as its story.txt"
        );
        told
    };
    let embedded = play(StoreKind::Embedded);
    let memory = play(StoreKind::Memory);
    assert_eq!(memory.plan, embedded.plan, "{name} has another plan in memory");
    memory
}

/// S5, S8, S10, S15: checks the auditor's observations of both workspaces.
pub fn is_content(told: &Told) {
    let auditor = &told.report.auditor;
    assert_eq!(auditor.processed_after_done, 0);
    assert_eq!(auditor.double_unexplained_s, 0.0);
    assert_eq!(auditor.woken_that_were_off, 0);
    assert_eq!((auditor.runs_seen, auditor.runs_wrong), (auditor.runs_expected, 0));
    assert_eq!((auditor.processing_on_leaving, auditor.unknown_routes), (0, 0));
}
