//! Judges the laws by the effects of each action, and not by its reason.
//!
//! Law: nothing here reads a guard. So a rule that is switched off shows only by what then happens.

use crate::model::runner::{Phase, SKEW, TIME_OUT};
use crate::model::store::{Ask, End, Event, GATED, Shown, Store, Write};
use crate::model::world::{Action, Protocol, RUNNERS, World};

/// A law, by its code in `shared/INVARIANTS.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Law {
    /// The epoch never falls, it rises by one, and no two runners hold the same epoch.
    S2,
    /// A durable record names every visible effect.
    S4,
    /// A step is done only if the wanted state held after the call ended.
    S5,
    /// No effect behind the gate comes before the gate holds.
    S9,
    /// An approval is used at most once, and only for the plan that it was given for.
    S11,
    /// No call starts too late for its lease, and none is under way after the lease.
    S13,
    /// No effect lands after an end was recorded.
    S14,
    /// A finished saga never runs again.
    S16,
    /// Items never say more than the log, the log is one chain, and attempts never fall.
    S18,
    /// No write under an older epoch is accepted once a newer one has touched the item.
    S33,
}

/// A function that says whether a law still holds.
type Holds = fn(&Protocol, &World) -> bool;

/// Every law with the name that the checker reports.
pub(crate) const LAWS: [(&str, Holds); 10] = [
    (Law::S2.name(), |_, world| world.broken.spares(Law::S2)),
    (Law::S4.name(), |_, world| world.broken.spares(Law::S4)),
    (Law::S5.name(), |_, world| world.broken.spares(Law::S5)),
    (Law::S9.name(), |_, world| world.broken.spares(Law::S9)),
    (Law::S11.name(), |_, world| world.broken.spares(Law::S11)),
    (Law::S13.name(), |_, world| world.broken.spares(Law::S13)),
    (Law::S14.name(), |_, world| world.broken.spares(Law::S14)),
    (Law::S16.name(), |_, world| world.broken.spares(Law::S16)),
    (Law::S18.name(), |_, world| world.broken.spares(Law::S18)),
    (Law::S33.name(), |_, world| world.broken.spares(Law::S33)),
];

impl Law {
    /// The name that the checker reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Law::S2 => "S2 epoch",
            Law::S4 => "S4 no orphan effect",
            Law::S5 => "S5 done is true",
            Law::S9 => "S9 gate",
            Law::S11 => "S11 approvals",
            Law::S13 => "S13 zombie",
            Law::S14 => "S14 abort",
            Law::S16 => "S16 terminal is final",
            Law::S18 => "S18 conservation",
            Law::S33 => "S33 fenced writes",
        }
    }
}

/// A set of laws.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Broken(u16);

impl Broken {
    fn note(&mut self, law: Law, broken: bool) {
        self.0 |= u16::from(broken) << (law as u16);
    }

    fn spares(self, law: Law) -> bool {
        self.0 & (1 << (law as u16)) == 0
    }
}

/// The facts that the judge must remember from one action to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Witness {
    /// By runner: the step that it works on was as wanted at some moment since its call ended.
    pub(crate) so_since: [bool; RUNNERS],
}

/// Judges one action, and notes the laws that it broke.
pub(crate) fn judge(before: &World, action: Action, after: &mut World) {
    watch(after);
    let mut broken = before.broken;
    match action {
        Action::Write(runner, write, _) => judge_write(before, runner, write, after, &mut broken),
        Action::Send(runner, _) => judge_call(before, runner, &mut broken),
        Action::Land(call) => judge_effect(before, before.calls[call].step, &mut broken),
        Action::Tick => {
            let overdue = |runner: usize, lease: u8| after.clock(runner) > lease + SKEW;
            broken.note(Law::S13, after.calls.iter().any(|call| overdue(call.runner, call.lease)));
        }
        Action::Look(_)
        | Action::Load(_)
        | Action::See(..)
        | Action::Find(..)
        | Action::Reply(..)
        | Action::TimeOut(..)
        | Action::ReadBack(..)
        | Action::Crash(_)
        | Action::AskAbort
        | Action::Approve(_)
        | Action::Undo(_) => {}
    }
    after.broken = broken;
}

/// Updates the witness: the steps that were as wanted since each runner's call ended.
fn watch(after: &mut World) {
    for runner in 0..RUNNERS {
        let step = match after.memory(runner).map(|memory| memory.phase) {
            Some(Phase::Ended(step) | Phase::Seen(step)) => step,
            Some(
                Phase::Sealing | Phase::Ready | Phase::Calling(_) | Phase::Missed(_) | Phase::Answered(_) | Phase::Used,
            )
            | None => {
                after.witness.so_since[runner] = false;
                continue;
            }
        };
        after.witness.so_since[runner] |= after.so[step];
    }
}

fn judge_write(before: &World, runner: usize, write: Write, after: &World, broken: &mut Broken) {
    let epoch = before.memory(runner).map_or(0, |memory| memory.epoch);
    let (old, new) = (&before.store, &after.store);
    let changed = old != new;
    match write {
        Write::Take { .. } => broken.note(Law::S16, changed && old.head.end.is_some()),
        Write::Keep { .. } => {
            broken.note(Law::S33, changed && old.head.epoch > epoch);
            broken.note(Law::S16, old.head.end.is_some() && old.head.end != new.head.end);
        }
        Write::File { step, .. } => broken.note(Law::S33, changed && old.steps[step].epoch > epoch),
        Write::Use(shown) => {
            let used_again = after.memory(runner).is_some_and(|memory| memory.phase == Phase::Used);
            let was_used = matches!(old.ask, Ask::Used(_));
            broken.note(Law::S11, was_used && (changed || used_again));
            broken.note(Law::S11, changed && shown != Shown::ThisPlan);
        }
        Write::Append { line, .. } => match line.event {
            Event::Done(_) => broken.note(Law::S5, changed && !before.witness.so_since[runner]),
            Event::Approved => broken.note(Law::S11, changed && old.replay().approved),
            Event::Tried(_) => {}
        },
        Write::Plan | Write::Seal(_) => {}
    }
    judge_epochs(before, after, broken);
    judge_records(old, new, broken);
}

fn judge_epochs(before: &World, after: &World, broken: &mut Broken) {
    let (old, new) = (before.store.head.epoch, after.store.head.epoch);
    broken.note(Law::S2, new < old || new > old + 1);
    let [first, second] = [0, 1].map(|runner| after.memory(runner).map(|memory| memory.epoch));
    broken.note(Law::S2, first.is_some() && first == second);
}

fn judge_records(old: &Store, new: &Store, broken: &mut Broken) {
    let chained = new.lines().enumerate().all(|(number, line)| usize::from(line.number) == number);
    broken.note(Law::S18, !chained);
    let told = new.replay();
    let completed = new.head.end == Some(End::Completed);
    for (step, item) in new.steps.iter().enumerate() {
        let more = (item.done && !told.done[step]) || item.tries > told.tries[step];
        let less = item.done != told.done[step] || item.tries != told.tries[step];
        let fell = item.tries < old.steps[step].tries || (old.steps[step].done && !item.done);
        broken.note(Law::S18, more || fell || (completed && less));
    }
}

fn judge_call(before: &World, runner: usize, broken: &mut Broken) {
    let epoch = before.memory(runner).map_or(0, |memory| memory.epoch);
    let held = before.store.head.epoch == epoch;
    let late = before.clock(runner) + TIME_OUT + SKEW > before.store.head.lease_until;
    broken.note(Law::S13, !held || late);
    broken.note(Law::S16, before.store.head.end.is_some());
}

fn judge_effect(before: &World, step: usize, broken: &mut Broken) {
    let told = before.store.replay();
    broken.note(Law::S4, !before.store.plan);
    broken.note(Law::S9, step >= GATED && !(told.before_gate_done() && told.approved));
    broken.note(Law::S14, before.store.head.end.is_some());
}
