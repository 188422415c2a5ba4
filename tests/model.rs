//! Explores an explicit-state model of one saga with two runners: every order of every action within the bounds. Ten
//! laws are judged after each action.
//!
//! Law: this models the protocol of the store port, and not its code. A change there of a condition, or of the order
//! of writes, is made here first. With all guards on no law is broken. With any one guard off a named law is broken.
//!
//! Bounds: two runners, three steps (two before the gate, one behind it), three epochs, clocks that are equal or one
//! tick apart. A lease has three ticks, which is the shortest lease with time for a call.

/// The parts of the model.
mod model {
    pub(crate) mod guards;
    pub(crate) mod laws;
    pub(crate) mod runner;
    pub(crate) mod store;
    pub(crate) mod world;
}

use std::collections::BTreeSet;
use std::time::Instant;

use model::guards::Guards;
use model::laws::Law;
use model::world::{Bounds, Protocol};
use stateright::{Checker, HasDiscoveries, Model};

/// One take-over, three steps, any one mishap, the second clock ahead by the skew.
const WIDE: Bounds = Bounds { ahead: 1, mishaps: 1, epochs: 2, before_gate: 2 };
/// Two take-overs, so that the runner before the predecessor can wake.
const LONG: Bounds = Bounds { ahead: 1, mishaps: 0, epochs: 3, before_gate: 2 };
/// Clocks that agree, two steps.
const EVEN: Bounds = Bounds { ahead: 0, mishaps: 1, epochs: 2, before_gate: 1 };
/// Everything at once. It is too large to explore in full, and enough to break a law without a guard.
const DEEP: Bounds = Bounds { ahead: 1, mishaps: 1, epochs: 3, before_gate: 2 };

/// The result of an exploration.
struct Found {
    /// The names of the laws that can be broken.
    broken: BTreeSet<&'static str>,
    /// The names of the events that should happen and never do.
    never: BTreeSet<&'static str>,
    /// For each broken law a shortest way to break it.
    stories: String,
}

fn explore(name: &str, guards: Guards, bounds: Bounds, until: HasDiscoveries) -> Found {
    let begun = Instant::now();
    let checker = Protocol { guards, bounds }.checker().threads(2).finish_when(until).spawn_bfs().join();
    let seconds = begun.elapsed().as_secs_f32();
    let (states, unique) = (checker.state_count(), checker.unique_state_count());
    println!("{name}: {states} states, {unique} unique, depth {}, {seconds:.1} s", checker.max_depth());
    let mut found = Found { broken: BTreeSet::new(), never: BTreeSet::new(), stories: String::new() };
    let discoveries = checker.discoveries();
    for property in checker.model().properties() {
        let path = discoveries.get(property.name);
        if !property.expectation.discovery_is_failure() {
            found.never.extend(path.is_none().then_some(property.name));
        } else if let Some(path) = path {
            found.broken.insert(property.name);
            let story: Vec<String> = path.clone().into_actions().iter().map(|it| format!("  {it:?}\n")).collect();
            found.stories.push_str(&format!("{}\n{}", property.name, story.concat()));
        }
    }
    found
}

/// Explores everything within `bounds`. No law may be broken, and only the events in `never` do not happen.
fn holds(name: &str, bounds: Bounds, never: &[&'static str]) {
    let found = explore(name, Guards::ON, bounds, HasDiscoveries::AnyFailures);
    assert!(found.broken.is_empty(), "{}", found.stories);
    assert_eq!(found.never, never.iter().copied().collect(), "what the bounds leave out");
}

/// Without `guard` the law can be broken.
fn breaks(guard: &str, guards: Guards, law: Law) {
    let until = HasDiscoveries::AnyOf(BTreeSet::from([law.name()]));
    let found = explore(&format!("without {guard}"), guards, DEEP, until);
    println!("{}", found.stories);
    assert!(found.broken.contains(law.name()), "without {guard}, {} still holds: the guard is not shown", law.name());
}

#[test]
fn one_take_over_and_any_one_mishap_break_no_law() {
    holds("wide", WIDE, &[]);
}

#[test]
fn two_take_overs_break_no_law() {
    holds("long", LONG, &["a call outlives its runner", "a step is tried twice and done"]);
}

#[test]
fn clocks_that_agree_break_no_law() {
    holds("even", EVEN, &[]);
}

macro_rules! each_guard {
    ($($test:ident: without $guard:ident breaks $law:ident;)+) => {
        $(
            #[test]
            fn $test() {
                breaks(stringify!($guard), Guards { $guard: false, ..Guards::ON }, Law::$law);
            }
        )+

        /// Names every guard, so that a guard without a test does not compile.
        const _: fn(Guards) = |Guards { $($guard: _),+ }| {};
    };
}

each_guard! {
    a_zombie_overwrites_what_its_successor_wrote: without epoch_condition breaks S33;
    two_runners_hold_the_same_epoch: without head_condition breaks S2;
    a_zombie_calls_after_its_lease: without margin breaks S13;
    a_call_of_the_old_runner_lands_after_the_new_one_acknowledged_the_abort: without drain breaks S14;
    a_step_is_done_that_never_was_so: without read_back breaks S5;
    a_step_behind_the_gate_takes_effect_before_it: without gate breaks S9;
    an_approval_is_used_twice: without use_once breaks S11;
    an_approval_of_another_plan_is_used: without same_plan breaks S11;
    a_zombie_writes_into_the_middle_of_the_log: without seal breaks S18;
    a_zombie_before_the_last_writes_into_the_middle_of_the_log: without seal_all breaks S18;
    an_effect_lands_that_no_plan_names: without plan_first breaks S4;
    a_late_effect_lands_after_the_runner_itself_recorded_the_end: without quiet breaks S14;
    a_finished_saga_is_taken_again: without terminal breaks S16;
}

#[test]
fn without_the_margin_an_effect_lands_after_an_acknowledged_abort() {
    breaks("margin", Guards { margin: false, ..Guards::ON }, Law::S14);
}
