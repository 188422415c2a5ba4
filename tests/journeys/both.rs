//! Plays scenarios: in memory where only their end is asked about, on both stores where their story is.
//!
//! Law: a scenario tells the same story whatever store it records in.

use local::rehearsal::scenarios::Scenario;
use local::rehearsal::{Rehearsal, Told};
use local::stack::StoreKind;

/// A scenario that records in memory.
pub(crate) fn in_memory(name: &str, seed: u64, resources: Option<usize>) -> Rehearsal {
    let scenario = Scenario::named(name).unwrap();
    Rehearsal { store: StoreKind::Memory, ..Rehearsal::of(scenario, seed, resources).unwrap() }
}

/// Plays a scenario on both stores against its golden story; answers what the one in memory told.
pub(crate) fn golden(name: &str, golden: &str) -> Told {
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
