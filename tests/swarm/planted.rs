//! Plants faults to show that the swarm finds them: guards are taken away, and known faults are put back.

use std::process::ExitCode;

use engine::Settings;
use local::stack::routes::TEMPLATE;

use crate::case::Case;
use crate::{safely, swarm};

/// Takes a guard of the engine away, or puts a fault back.
type InEngine = fn(&mut engine::Weakened);
/// Takes a guard of the store away.
type InStore = fn(&mut aws::Weakened);

/// Puts a known fault back.
type Again = fn(&mut engine::Restored);

/// The part that has the fault.
#[derive(Clone, Copy)]
enum Place {
    Engine(InEngine),
    Store(InStore),
    Restored(Again),
    /// No function takes a checkpoint.
    NoCheckpoint,
    /// No alarm rings when a function is silent. An alarm is no part of a saga, so nothing is planted.
    Alarms,
    /// The template grants one right too few.
    Rights,
}

/// The right that is missing in the planted template.
const RIGHT: &str = "                - dynamodb:UpdateItem\n";

/// A fault: its name, the part that has it, and its description.
struct Fault {
    name: &'static str,
    place: Place,
    what: &'static str,
}

impl Fault {
    /// The reason why a swarm of CI's size does not find it. Trying would take the whole budget.
    fn out_of_reach(&self) -> Option<&'static str> {
        match (self.name, self.place) {
            (_, Place::Alarms) => Some("an alarm is no part of a saga, tests/lambda finds it"),
            ("margin", _) => Some("it needs a call and a takeover in one second, tests/faults/guards.rs finds it"),
            (_, Place::Engine(_) | Place::Store(_) | Place::Restored(_) | Place::NoCheckpoint | Place::Rights) => None,
        }
    }
}

const fn fault(name: &'static str, place: Place, what: &'static str) -> Fault {
    Fault { name, place, what }
}

/// The guards, each taken away.
const GUARDS: &[Fault] = &[
    fault("margin", Place::Engine(|off| off.margin = true), "calls start whatever is left of the lease (S13)"),
    fault("read_back", Place::Engine(|off| off.read_back = true), "a reply counts as done (S5)"),
    fault("gate", Place::Engine(|off| off.gate = true), "stages begin before their gate holds (S9, S10)"),
    fault("proof", Place::Engine(|off| off.proof = true), "an answer counts without its proof (S27)"),
    fault("epoch_condition", Place::Store(|off| off.epoch_condition = true), "a zombie overwrites a step (S33)"),
    fault("drain", Place::Store(|off| off.drain = true), "a lease is taken the moment it runs out (S13)"),
    fault("use_once", Place::Store(|off| off.use_once = true), "an answer is used twice (S11)"),
    fault("log_place", Place::Store(|off| off.log_place = true), "a chunk of the log replaces another (S33)"),
    fault("revision", Place::Store(|off| off.revision = true), "two orders take the same pair (S1)"),
    fault("own_mark", Place::Store(|off| off.own_mark = true), "a write does not know itself again"),
];

/// Known faults, each put back.
const OF_OLD: &[Fault] = &[
    fault("long-chunks", Place::Restored(|old| old.long_chunks = true), "the log is cut by lines, not by bytes (S25)"),
    fault("no-checkpoint", Place::NoCheckpoint, "nothing that is deployed takes a checkpoint (R23)"),
    fault("spelling", Place::Restored(|old| old.spelling = true), "one person under two spellings is two (S27)"),
    fault(
        "never-had",
        Place::Restored(|old| old.never_had = true),
        "an API that was never there shuts the way home (R45)",
    ),
    fault("endless-attempt", Place::Restored(|old| old.endless_attempt = true), "an attempt waits for the end (L7)"),
    fault("foreign-pause", Place::Restored(|old| old.foreign_pause = true), "any Retry-After is obeyed (L3)"),
    fault("refused-pursuit", Place::Restored(|old| old.refused_pursuit = true), "a refusal slows the pursuit (L3)"),
    fault("evidence-first", Place::Restored(|old| old.evidence_first = true), "evidence before the release (L9)"),
    fault("silent-alarms", Place::Alarms, "alarms that do not ring: no saga shows it, tests/lambda does"),
    fault("one-right-less", Place::Rights, "the template grants a right too few (S20)"),
];

/// The fault that is planted in a case, if any.
#[derive(Clone, Copy, Default)]
pub(crate) struct Planted(Option<&'static Fault>);

impl Planted {
    /// No fault.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    /// The fault with this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        faults().find(|fault| fault.name == name).map(|fault| Self(Some(fault)))
    }

    /// All names.
    pub(crate) fn names() -> Vec<&'static str> {
        faults().map(|fault| fault.name).collect()
    }

    pub(crate) fn name(&self) -> Option<&'static str> {
        self.0.map(|fault| fault.name)
    }

    pub(crate) fn into_settings(self, settings: &mut Settings) {
        match self.place() {
            Some(Place::Engine(off)) => off(&mut settings.weakened),
            Some(Place::Restored(again)) => again(&mut settings.restored),
            Some(Place::Store(_) | Place::NoCheckpoint | Place::Alarms | Place::Rights) | None => {}
        }
    }

    pub(crate) fn store(self) -> aws::Weakened {
        let mut weakened = aws::Weakened::default();
        match self.place() {
            Some(Place::Store(off)) => off(&mut weakened),
            Some(Place::Engine(_) | Place::Restored(_) | Place::NoCheckpoint | Place::Alarms | Place::Rights)
            | None => {}
        }
        weakened
    }

    pub(crate) fn takes_no_checkpoint(self) -> bool {
        matches!(self.place(), Some(Place::NoCheckpoint))
    }

    /// The template without one right, if that is the fault.
    pub(crate) fn template(self) -> Option<String> {
        matches!(self.place(), Some(Place::Rights)).then(|| TEMPLATE.replacen(RIGHT, "", 1))
    }

    fn place(self) -> Option<Place> {
        self.0.map(|fault| fault.place)
    }
}

fn faults() -> impl Iterator<Item = &'static Fault> {
    GUARDS.iter().chain(OF_OLD)
}

/// At most this number of faults of each list may be missed.
const MISSED_AT_MOST: usize = 1;

/// Plants every fault in turn, and prints which are found within this number of sagas. A case that also fails without
/// the fault makes the whole run fail.
pub(crate) fn all(from: u64, sagas: u64) -> ExitCode {
    assert_ne!(TEMPLATE.replacen(RIGHT, "", 1), TEMPLATE, "the template grants what is planted to be missing");
    let mut ends_well = true;
    for (list, named) in [(GUARDS, "guards taken away"), (OF_OLD, "faults of old put back")] {
        let mut found = 0;
        for fault in list {
            if let Some(why) = fault.out_of_reach() {
                println!("{:<16} {:<62} not looked for: {why}", fault.name, fault.what);
                continue;
            }
            let swarm = swarm(from, sagas, Planted(Some(fault)), 1, false);
            let told = match swarm.failed.first() {
                // A case that also fails without the fault has not found the fault.
                Some((seed, _)) if !safely(&Case::of(*seed), Planted::none()).offences.is_empty() => {
                    ends_well = false;
                    format!("NOT FOUND: case {seed} fails without it, too")
                }
                Some((seed, played)) => {
                    found += 1;
                    let first = played.offences.first().map_or("", String::as_str);
                    let first: String = first.chars().take(90).collect();
                    format!(
                        "found after {:>6} sagas, {:>4.1} s, case {seed}: {first}",
                        swarm.sagas,
                        swarm.took.as_secs_f32()
                    )
                }
                None => format!("NOT FOUND in {} sagas, {:.0} s", swarm.sagas, swarm.took.as_secs_f32()),
            };
            println!("{:<16} {:<62} {told}", fault.name, fault.what);
        }
        println!("{named}: {found} of {} found", list.len());
        ends_well &= found + MISSED_AT_MOST >= list.len();
    }
    if ends_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
