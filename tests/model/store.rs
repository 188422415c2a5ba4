//! The items of one saga and the conditions under which a write is accepted.
//!
//! Law: a write touches one item under one condition and is accepted or refused as a
//! whole. Must not know clocks (a request carries the times it needs), runners' phases
//! or workspaces.
//!
//! Conditions are those of the engine's store port: the epoch on the head and on steps,
//! a free place on the log, the exact answer on an approval.

use crate::model::guards::Guards;

/// How many steps the plan has.
pub(crate) const STEPS: usize = 3;
/// The first step behind the gate; the earlier ones are before it.
pub(crate) const GATED: usize = 2;
/// The last epoch that the model lets a runner take.
pub(crate) const LAST_EPOCH: u8 = 3;

/// How a saga ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum End {
    /// Every step is done.
    Completed,
    /// The abort that a person asked for is acknowledged.
    Aborted,
}

/// `SAGA#s / HEAD`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Head {
    /// 0 before the first runner.
    pub(crate) epoch: u8,
    /// In ticks of the clock of the runner that wrote it; 0 if given back.
    pub(crate) lease_until: u8,
    /// A person asked for an abort.
    pub(crate) abort: bool,
    /// `None` while the saga is under way.
    pub(crate) end: Option<End>,
}

/// `SAGA#s / STEP#n`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct StepItem {
    /// Read back in the wanted state; otherwise planned or waiting.
    pub(crate) done: bool,
    /// Attempts recorded.
    pub(crate) tries: u8,
    /// The epoch that wrote it last.
    pub(crate) epoch: u8,
}

/// What a line of the log says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    /// An attempt ended and the step is not as wanted.
    Tried(usize),
    /// The step was read back as wanted.
    Done(usize),
    /// The approval was used: the gate is passed.
    Approved,
}

/// One line, in the place `LOG#epoch#place`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Line {
    /// Its number in the saga, which stands for the hash chain: the next line links to it.
    pub(crate) number: u8,
    /// What it says.
    pub(crate) event: Event,
}

/// The places of one epoch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct EpochLog {
    /// Filled from place 0 without gaps.
    pub(crate) lines: Vec<Line>,
    /// The place after the last line holds a seal.
    pub(crate) sealed: bool,
}

/// Which plan a person was shown when answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Shown {
    /// The saga's frozen plan.
    ThisPlan,
    /// Any other one.
    AnotherPlan,
}

/// `SAGA#s / ASK#question`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    /// Asked, not answered.
    Open,
    /// Answered with yes, not used.
    Answered(Shown),
    /// Used by this saga.
    Used(Shown),
}

/// Everything that is durable.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Store {
    /// The head.
    pub(crate) head: Head,
    /// The plan object is written; it names every step and never changes.
    pub(crate) plan: bool,
    /// One item per step.
    pub(crate) steps: [StepItem; STEPS],
    /// The log of epoch `index + 1`.
    pub(crate) logs: [EpochLog; LAST_EPOCH as usize],
    /// The one question.
    pub(crate) ask: Ask,
    /// What is so without a line, for steps that the plan does not have.
    absent: Replay,
}

/// A request to write one item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Write {
    /// Take the lease, having read `seen` as the epoch.
    Take {
        /// The epoch that was read.
        seen: u8,
        /// The lease must have ended at or before this.
        ended_by: u8,
        /// The new lease.
        until: u8,
    },
    /// Put the plan object if there is none.
    Plan,
    /// Put a seal in the next free place of this epoch's log.
    Seal(u8),
    /// Put a line in a place of the writer's own log if it is free.
    Append {
        /// Which place.
        place: usize,
        /// What to put there.
        line: Line,
    },
    /// Put a step's item.
    File {
        /// Which step.
        step: usize,
        /// What it shall be, with the writer's epoch.
        item: StepItem,
    },
    /// Mark exactly this answer as used.
    Use(Shown),
    /// Write the head: the lease, and the end if there is one.
    Keep {
        /// The lease; 0 gives it back.
        until: u8,
        /// The end to record.
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

    /// Carries out `write` for a runner of `epoch`; whether it was accepted.
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
            // The writer's own line, whose answer was lost: nobody else writes lines of this epoch.
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

    /// The log of an epoch, from 1.
    pub(crate) fn log(&self, epoch: u8) -> &EpochLog {
        &self.logs[usize::from(epoch) - 1]
    }

    fn log_mut(&mut self, epoch: u8) -> &mut EpochLog {
        &mut self.logs[usize::from(epoch) - 1]
    }

    /// All lines in order (epoch, place).
    pub(crate) fn lines(&self) -> impl Iterator<Item = &Line> {
        self.logs.iter().flat_map(|log| &log.lines)
    }

    /// What the log tells, folded.
    pub(crate) fn replay(&self) -> Replay {
        self.lines().fold(self.absent, |told, line| told.with(line.event))
    }
}

/// The log, folded: what a runner remembers of a saga.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Replay {
    /// Which steps are done.
    pub(crate) done: [bool; STEPS],
    /// Attempts by step.
    pub(crate) tries: [u8; STEPS],
    /// The approval was used.
    pub(crate) approved: bool,
    /// How many lines there are.
    pub(crate) lines: u8,
}

impl Replay {
    /// Folds one more event in.
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

    /// Every step before the gate is done.
    pub(crate) fn before_gate_done(&self) -> bool {
        self.done[..GATED].iter().all(|done| *done)
    }

    /// Every step is done.
    pub(crate) fn all_done(&self) -> bool {
        self.done.iter().all(|done| *done)
    }
}
