//! Shows that each guard of the deployed code matters. With all guards a situation ends well. Without any one of
//! them a named law is broken.
//!
//! `tests/model.rs` shows the same for the protocol, in every order of every action. Here the store, the client, the
//! runner and the simulated pair are the real ones. The feature `mutants` switches the guards, and nothing that is
//! deployed may enable it.

use crate::situations;

/// The guards that are taken away.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Off {
    /// Those of the runner.
    pub(crate) engine: engine::Weakened,
    /// Those of the store.
    pub(crate) aws: aws::Weakened,
}

/// With every guard the situation ends well. Without `guard` it breaks `law`.
fn shows(guard: &str, law: &str, situation: fn(Off) -> Vec<String>, off: Off) {
    let with = situation(Off::default());
    assert!(with.is_empty(), "with every guard: {}", with.join("\n"));
    let without = situation(off);
    let broken = without.iter().find(|sentence| sentence.contains(law));
    println!("without {guard}: {}", broken.map_or("", String::as_str));
    assert!(broken.is_some(), "without {guard}, {law} still holds: the guard is not shown\n{}", without.join("\n"));
}

macro_rules! each_guard {
    ($list:ident of $room:ident: $($test:ident: without $guard:ident breaks $law:literal in $situation:ident;)+) => {
        $(
            #[test]
            fn $test() {
                let weakened = $room::Weakened { $guard: true, ..$room::Weakened::default() };
                let off = Off { $room: weakened, ..Off::default() };
                shows(stringify!($guard), $law, situations::$situation, off);
            }
        )+

        const $list: &[[&str; 3]] = &[$([stringify!($guard), $law, stringify!($test)]),+];

        /// Names every guard, so that a guard without a test does not compile.
        const _: fn($room::Weakened) = |$room::Weakened { $($guard: _),+ }| {};
    };
}

each_guard! {
    RUNNER of engine:
    a_zombie_calls_after_its_lease: without margin breaks "S14" in aborted_while_calls_wait;
    a_reply_counts_as_done: without read_back breaks "S5" in calm;
    a_stage_begins_before_its_gate: without gate breaks "S9" in calm;
    an_answer_counts_whoever_gives_it: without proof breaks "S27" in answered_without_proof;
}

each_guard! {
    STORE of aws:
    a_zombie_overwrites_what_its_successor_wrote: without epoch_condition breaks "S18" in late_write;
    a_call_lands_after_the_successor_acknowledged_the_abort: without drain breaks "S14" in aborted_while_a_call_straggles;
    an_approval_is_used_twice: without use_once breaks "S11" in used_twice;
    a_zombie_writes_into_the_middle_of_the_log: without log_place breaks "S18" in late_write;
    two_orders_take_the_same_pair: without revision breaks "S1" in ordered_twice;
    a_lease_is_held_by_nobody_who_knows: without own_mark breaks "L2" in take_over_not_confirmed;
}

#[test]
fn every_guard_is_listed() {
    for [guard, law, test] in RUNNER.iter().chain(STORE) {
        println!("{guard:<16} {law:<4} {}", test.replace('_', " "));
    }
}
