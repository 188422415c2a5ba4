//! Models the items of one saga, and the conditions under which a write is accepted.
//!
//! Law: a write touches one item under one condition, and is accepted or refused as a whole. Must not know: clocks
//! (a request carries the times that it needs), runners' phases, workspaces.
//!
//! The conditions are those of the engine's store port: the epoch on the head and on steps, a free place in the log,
//! the exact answer on an approval.

use crate::model::guards::Guards;

/// Number of steps in the plan.
pub(crate) const STEPS: usize = 3;
/// The first step behind the gate. The earlier ones are before it.
pub(crate) const GATED: usize = 2;
/// The last epoch that the model lets a runner take.
pub(crate) const LAST_EPOCH: u8 = 3;

/// The end of a saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// Every step is done.
    Completed,
    /// An abort that a person asked for is acknowledged.
    Aborted,
}

/// `SAGA#s / HEAD`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Head {
    /// The epoch. 0 before the first runner.
    pub(crate) epoch: u8,
    /// End of the lease, in ticks of the clock of the runner that wrote it. 0 if it was given back.
    pub(crate) lease_until: u8,
    /// Whether a person asked for an abort.
    pub(crate) abort: bool,
    /// The end. `None` while the saga is under way.
    pub(crate) end: Option<End>,
}

/// `SAGA#s / STEP#n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct StepItem {
    /// Whether it was read back in the wanted state. Otherwise it is planned or waiting.
    pub(crate) done: bool,
    /// Number of recorded attempts.
    pub(crate) tries: u8,
    /// The epoch that wrote it last.
    pub(crate) epoch: u8,
}

/// The event in a line of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    /// An attempt ended and the step is not as wanted.
    Tried(usize),
    /// The step was read back as wanted.
    Done(usize),
    /// The approval was used, so the gate is open.
    Approved,
}

/// One line, in the place `LOG#epoch#place`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Line {
    /// Its number in the saga. It stands for the hash chain, since the next line links to it.
    pub(crate) number: u8,
    /// The event.
    pub(crate) event: Event,
}

/// The log of one epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct EpochLog {
    /// The lines. They fill the places from 0 without gaps.
    pub(crate) lines: Vec<Line>,
    /// Whether the place after the last line has a seal.
    pub(crate) sealed: bool,
}

/// The plan that a person saw before answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shown {
    /// The saga's frozen plan.
    ThisPlan,
    /// Any other plan.
    AnotherPlan,
}

/// `SAGA#s / ASK#question`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    /// It was asked, and not answered.
    Open,
    /// It was answered with yes, and not used.
    Answered(Shown),
    /// This saga has used it.
    Used(Shown),
}

/// Everything that is durable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Store {
    /// The head of the saga.
    pub(crate) head: Head,
    /// Whether the plan object is written. It names every step and never changes.
    pub(crate) plan: bool,
    /// One item per step.
    pub(crate) steps: [StepItem; STEPS],
    /// The log of epoch `index + 1`.
    pub(crate) logs: [EpochLog; LAST_EPOCH as usize],
    /// The one question of the saga.
    pub(crate) ask: Ask,
    /// The part of the replay that holds without a line, for steps that the plan does not have.
    absent: Replay,
}

/// A request to write one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Write {
    /// Take the lease, having read `seen` as the epoch.
    Take {
        /// The epoch that was read.
        seen: u8,
        /// The old lease must have ended at or before this time.
        ended_by: u8,
        /// End of the new lease.
        until: u8,
    },
    /// Put the plan object if there is none.
    Plan,
    /// Put a seal in the next free place of this epoch's log.
    Seal(u8),
    /// Put a line in a place of the writer's own log, if the place is free.
    Append {
        /// The place in the log.
        place: usize,
        /// The line for that place.
        line: Line,
    },
    /// Put a step's item.
    File {
        /// The step.
        step: usize,
        /// The new item, with the writer's epoch.
        item: StepItem,
    },
    /// Mark exactly this answer as used.
    Use(Shown),
    /// Write the head: the lease, and the end if there is one.
    Keep {
        /// End of the lease. 0 gives it back.
        until: u8,
        /// The end to record, if any.
        end: Option<End>,
    },
}

impl Store {
    /// A saga that was just created. Steps that the plan does not have count as done.
    pub(crate) fn new(before_gate: usize) -> Self {
        let absent = |step| StepItem { done: (before_gate..GATED).contains(&step), ..StepItem::default() };
        Self {
            head: Head { epoch: 0, lease_until: 0, abort: false, end: None },
            plan: false,
            steps: std::array::from_fn(absent),
            absent: (before_gate..GATED).fold(Replay::default(), |told, step| told.without(step)),
            logs: Default::default(),
            ask: Ask::Open,
        }
    }

    /// Carries out `write` for a runner of `epoch`. Returns whether it was accepted.
    pub(crate) fn write(&mut self, guards: &Guards, epoch: u8, write: Write) -> bool {
        match write {
            Write::Take { seen, ended_by, until } => self.take(guards, seen, ended_by, until),
            Write::Plan => {
                self.plan = true;
                true
            }
            Write::Seal(of) => {
                self.log_mut(of).sealed = true;
                true
            }
            Write::Append { place, line } => self.append(epoch, place, line),
            Write::File { step, item } => self.file(guards, epoch, step, item),
            Write::Use(shown) => self.use_answer(guards, shown),
            Write::Keep { until, end } => self.keep(guards, epoch, until, end),
        }
    }

    fn take(&mut self, guards: &Guards, seen: u8, ended_by: u8, until: u8) -> bool {
        let same = self.head.epoch == seen && self.head.lease_until <= ended_by;
        let over = self.head.end.is_some();
        if (guards.head_condition && !same) || (guards.terminal && over) {
            return false;
        }
        self.head.epoch = seen + 1;
        self.head.lease_until = until;
        true
    }

    fn append(&mut self, epoch: u8, place: usize, line: Line) -> bool {
        let log = self.log_mut(epoch);
        if place < log.lines.len() {
            // This is the writer's own line, whose answer was lost. No other runner writes lines of this epoch.
            return log.lines.get(place) == Some(&line);
        }
        if log.sealed {
            return false;
        }
        log.lines.push(line);
        true
    }

    fn file(&mut self, guards: &Guards, epoch: u8, step: usize, item: StepItem) -> bool {
        if guards.epoch_condition && self.steps[step].epoch > epoch {
            return false;
        }
        self.steps[step] = item;
        true
    }

    fn use_answer(&mut self, guards: &Guards, shown: Shown) -> bool {
        if guards.use_once && self.ask != Ask::Answered(shown) {
            return false;
        }
        self.ask = Ask::Used(shown);
        true
    }

    fn keep(&mut self, guards: &Guards, epoch: u8, until: u8, end: Option<End>) -> bool {
        let over = self.head.end.is_some() && self.head.end != end;
        if (guards.head_condition && self.head.epoch != epoch) || (guards.terminal && over) {
            return false;
        }
        self.head.epoch = epoch;
        self.head.lease_until = until;
        self.head.end = end.or(self.head.end);
        true
    }

    /// The log of an epoch, counted from 1.
    pub(crate) fn log(&self, epoch: u8) -> &EpochLog {
        &self.logs[usize::from(epoch) - 1]
    }

    fn log_mut(&mut self, epoch: u8) -> &mut EpochLog {
        &mut self.logs[usize::from(epoch) - 1]
    }

    /// All lines in order of epoch and place.
    pub(crate) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.logs.iter().flat_map(|log| &log.lines)
    }

    /// The replay of the whole log.
    pub(crate) fn replay(&self) -> Replay {
        self.lines().fold(self.absent, |told, line| told.with(line.event))
    }
}

/// The sum of a log. A runner remembers it of a saga.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Replay {
    /// Whether each step is done.
    pub(crate) done: [bool; STEPS],
    /// Number of attempts of each step.
    pub(crate) tries: [u8; STEPS],
    /// Whether the approval was used.
    pub(crate) approved: bool,
    /// Number of lines.
    pub(crate) lines: u8,
}

impl Replay {
    /// Adds one more event.
    #[must_use]
    pub(crate) fn with(mut self, event: Event) -> Self {
        self.lines += 1;
        match event {
            Event::Tried(step) => self.tries[step] += 1,
            Event::Done(step) => {
                self.tries[step] += 1;
                self.done[step] = true;
            }
            Event::Approved => self.approved = true,
        }
        self
    }

    #[must_use]
    fn without(mut self, step: usize) -> Self {
        self.done[step] = true;
        self
    }

    /// Whether every step before the gate is done.
    pub(crate) fn before_gate_done(&self) -> bool {
        self.done[..GATED].iter().all(|done| *done)
    }

    /// Whether every step is done.
    pub(crate) fn all_done(&self) -> bool {
        self.done.iter().all(|done| *done)
    }
}
