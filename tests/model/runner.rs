//! Models a runner: its memory, the actions that it may do next, and what it learns from an answer.
//!
//! Law: a runner acts by its own memory and its own clock. It learns from the store and the workspace only when it
//! asks. Must not know: the laws, the other runner, true time.
//!
//! A pause needs no action of its own. Nothing forces a runner to act, so every pause of any length between two
//! actions is among the explored orders. The model assumes one thing of the program: between its reading of the
//! clock and the sending of the call there is at most the skew.

use crate::model::guards::Guards;
use crate::model::store::{Ask, End, Event, GATED, Line, Replay, STEPS, Shown, StepItem, Store, Write};

/// In ticks: the length of a lease.
pub(crate) const LEASE: u8 = 3;
/// In ticks: a call is given up after this time.
pub(crate) const TIME_OUT: u8 = 1;
/// In ticks: how far two clocks may differ, and how much later than its time-out a call may take effect.
pub(crate) const SKEW: u8 = 1;

/// The phase of a runner's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Phase {
    /// It has the lease and has not read the log.
    Sealing,
    /// It is between two steps.
    Ready,
    /// A call is under way.
    Calling(usize),
    /// A call was answered or given up. Nothing was read since.
    Ended(usize),
    /// The step was read as wanted.
    Seen(usize),
    /// The step was read as not wanted.
    Missed(usize),
    /// It has read an answer.
    Answered(Shown),
    /// The answer is marked as used.
    Used,
}

/// The memory of a runner that has taken the lease.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Memory {
    /// The epoch of the runner.
    pub(crate) epoch: u8,
    /// End of its lease by its own clock. 0 once the rest is too short for a call.
    pub(crate) lease: u8,
    /// Whether it knows of an order to abort.
    pub(crate) abort: bool,
    /// Whether it knows that the plan is written.
    pub(crate) plan: bool,
    /// The log as the runner knows it.
    pub(crate) told: Replay,
    /// The next free place in its own log.
    pub(crate) place: usize,
    /// A step whose item is behind the log.
    pub(crate) lagging: Option<usize>,
    /// The last moment at which one of its calls may take effect. 0 once it is over.
    pub(crate) loud_until: u8,
    /// The phase of its work.
    pub(crate) phase: Phase,
}

/// One of the two runners. It may die and come back as another incarnation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Runner {
    /// It is not running.
    Idle,
    /// It has read the head, with this epoch, and is about to take the lease.
    Looked(u8),
    /// It took the lease.
    Active(Memory),
    /// A refusal has shown that it was superseded.
    Stopped,
}

/// The result of a write, as far as the runner can know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    /// The write was carried out.
    Accepted,
    /// The condition did not hold.
    Refused,
    /// The write may have been carried out, but the answer did not arrive.
    Lost,
}

/// Whether a runner at `clock` finds that the lease can be taken.
pub(crate) fn may_look(guards: &Guards, store: &Store, clock: u8) -> bool {
    let over = guards.terminal && store.head.end.is_some();
    !over && store.head.lease_until <= ended_by(guards, clock)
}

/// The latest end of a lease that can be taken at `clock`.
fn ended_by(guards: &Guards, clock: u8) -> u8 {
    if guards.drain { clock.saturating_sub(SKEW) } else { clock }
}

/// The write by which a runner takes the lease.
pub(crate) fn take(guards: &Guards, seen: u8, clock: u8) -> Write {
    Write::Take { seen, ended_by: ended_by(guards, clock), until: clock + LEASE }
}

impl Memory {
    /// A runner that just took the lease.
    pub(crate) fn new(epoch: u8, lease: u8, abort: bool) -> Self {
        Self {
            epoch,
            lease,
            abort,
            plan: false,
            told: Replay::default(),
            place: 0,
            lagging: None,
            loud_until: 0,
            phase: Phase::Sealing,
        }
    }

    /// The earlier epoch to seal next.
    pub(crate) fn unsealed(&self, guards: &Guards, store: &Store) -> Option<u8> {
        let first = if guards.seal_all { 1 } else { self.epoch.saturating_sub(1).max(1) };
        (first..self.epoch).find(|epoch| guards.seal && !store.log(*epoch).sealed)
    }

    /// Reads the log, the items and the plan after sealing.
    pub(crate) fn load(&mut self, store: &Store) {
        self.told = store.replay();
        self.plan = store.plan;
        self.lagging = (0..STEPS).find(|&step| {
            let item = store.steps[step];
            item.done != self.told.done[step] || item.tries != self.told.tries[step]
        });
        self.phase = Phase::Ready;
    }

    /// The writes that are possible next, by the runner's own memory.
    pub(crate) fn writes(&self, guards: &Guards, store: &Store, clock: u8) -> Vec<Write> {
        let mut writes = Vec::new();
        match self.phase {
            Phase::Sealing => {
                writes.extend(self.unsealed(guards, store).map(Write::Seal));
                writes.push(Write::Keep { until: 0, end: None });
            }
            Phase::Ready => {
                writes.extend(self.renew(clock));
                self.writes_between(guards, clock, &mut writes);
            }
            Phase::Seen(step) => writes.push(self.append(Event::Done(step))),
            Phase::Missed(step) => writes.push(self.append(Event::Tried(step))),
            Phase::Answered(shown) => writes.push(Write::Use(shown)),
            Phase::Used => writes.push(self.append(Event::Approved)),
            Phase::Calling(_) => writes.extend(self.renew(clock)),
            Phase::Ended(_) => {}
        }
        writes
    }

    /// Renewing writes another item than recording does. So it is enough to try it between records and during calls.
    fn renew(&self, clock: u8) -> Option<Write> {
        (clock + LEASE > self.lease).then_some(Write::Keep { until: clock + LEASE, end: None })
    }

    fn writes_between(&self, guards: &Guards, clock: u8, writes: &mut Vec<Write>) {
        if let Some(step) = self.lagging {
            let item = StepItem { done: self.told.done[step], tries: self.told.tries[step], epoch: self.epoch };
            writes.push(Write::File { step, item });
            return;
        }
        if !self.plan && guards.plan_first {
            writes.push(Write::Plan);
            return;
        }
        if guards.quiet && clock <= self.loud_until {
            return;
        }
        let end = match (self.abort, self.told.all_done()) {
            (true, _) => Some(End::Aborted),
            (false, true) => Some(End::Completed),
            (false, false) => None,
        };
        writes.push(Write::Keep { until: 0, end });
    }

    fn append(&self, event: Event) -> Write {
        Write::Append { place: self.place, line: Line { number: self.told.lines, event } }
    }

    /// The steps that the runner may attempt now.
    pub(crate) fn attempts(&self, guards: &Guards) -> Vec<usize> {
        let busy = self.phase != Phase::Ready || self.lagging.is_some() || self.abort;
        if busy || (guards.plan_first && !self.plan) {
            return Vec::new();
        }
        let mut steps: Vec<usize> = (0..GATED).find(|&step| !self.told.done[step]).into_iter().collect();
        let open = self.told.before_gate_done() && self.told.approved;
        if (open || !guards.gate) && !self.told.done[GATED] {
            steps.push(GATED);
        }
        steps
    }

    /// Whether the lease outlasts a call.
    pub(crate) fn has_margin(&self, guards: &Guards, clock: u8) -> bool {
        !guards.margin || self.lease > clock + TIME_OUT + SKEW
    }

    /// The next phase after reading the recorded approval, if the runner can use it.
    pub(crate) fn sees(&self, guards: &Guards, ask: Ask) -> Option<Phase> {
        let wants = self.phase == Phase::Ready && self.lagging.is_none() && !self.abort;
        if !wants || self.told.approved || !self.told.before_gate_done() {
            return None;
        }
        match ask {
            Ask::Open => None,
            Ask::Answered(Shown::AnotherPlan) if guards.same_plan => None,
            Ask::Answered(shown) => Some(Phase::Answered(shown)),
            // The item is this saga's own: a predecessor used the answer and did not get to record it.
            Ask::Used(_) => Some(Phase::Used),
        }
    }

    /// Learns from the answer to a write. The runner is idle afterwards if it gave up the lease or ended the saga, and
    /// stopped if it was superseded.
    pub(crate) fn learn(mut self, write: Write, answer: Answer, store: &Store) -> Runner {
        let gives_up = matches!(write, Write::Keep { until: 0, end: None });
        match (answer, write) {
            // The runner counts the lease as gone before it sends this write. No answer can revive it.
            (_, Write::Keep { .. }) if gives_up => return Runner::Idle,
            (Answer::Lost, _) => {}
            // The answer was used before, so the runner reads it again.
            (Answer::Refused, Write::Use(_)) => self.phase = Phase::Ready,
            (Answer::Refused, _) => return Runner::Stopped,
            (Answer::Accepted, Write::Keep { end: Some(_), .. }) => return Runner::Idle,
            (Answer::Accepted, Write::Keep { until, end: None }) => {
                self.lease = until;
                self.abort = store.head.abort;
            }
            (Answer::Accepted, Write::Plan) => self.plan = true,
            (Answer::Accepted, Write::Append { line, .. }) => self.recorded(line.event),
            (Answer::Accepted, Write::File { .. }) => self.lagging = None,
            (Answer::Accepted, Write::Use(_)) => self.phase = Phase::Used,
            (Answer::Accepted, Write::Seal(_) | Write::Take { .. }) => {}
        }
        Runner::Active(self)
    }

    fn recorded(&mut self, event: Event) {
        self.told = self.told.with(event);
        self.place += 1;
        self.phase = Phase::Ready;
        self.lagging = match event {
            Event::Tried(step) | Event::Done(step) => Some(step),
            Event::Approved => None,
        };
    }

    /// One tick goes by. Times that no longer matter are forgotten, so that equal states compare as equal.
    pub(crate) fn age(&mut self, clock: u8) {
        self.lease = self.lease.saturating_sub(1);
        if self.lease <= clock + TIME_OUT + SKEW {
            self.lease = 0;
        }
        self.loud_until = self.loud_until.saturating_sub(1);
        if self.loud_until < clock {
            self.loud_until = 0;
        }
    }
}
