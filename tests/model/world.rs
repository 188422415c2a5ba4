//! Models the world around the runners: true time, calls on their way, the workspace, people.
//!
//! Law: every event is an [`Action`], and every order of actions is explored. Must not know: the laws, which are
//! judged after each action.
//!
//! The workspace checks no epoch. The effect of a call lands at any moment between its sending and its time-out plus
//! skew, or never, whatever the answer was. The answer may be a lie, or it may be lost.

use stateright::Model;

use crate::model::guards::Guards;
use crate::model::laws::{Broken, LAWS, Witness, judge};
use crate::model::runner::{Answer, Memory, Phase, Runner, SKEW, TIME_OUT, may_look, take};
use crate::model::store::{Ask, End, STEPS, Shown, Store, Write};

/// True time at every moment. Time goes on by moving every recorded time back. So states that differ only in the time
/// at which they happen are one state, and time has no end.
const NOW: u8 = 4;
/// Number of runners.
pub(crate) const RUNNERS: usize = 2;

/// The bounds of an exploration.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    /// By how many ticks the second runner's clock is ahead, at most the skew.
    pub(crate) ahead: u8,
    /// The number of mishaps in all. A mishap is one of these: a runner dies, the store's answer is lost, an attempt
    /// ends without the wanted state, a person undoes an effect.
    pub(crate) mishaps: u8,
    /// The last epoch that can be taken, at most [`LAST_EPOCH`](crate::model::store::LAST_EPOCH).
    pub(crate) epochs: u8,
    /// The number of steps before the gate, at most [`GATED`](crate::model::store::GATED).
    pub(crate) before_gate: usize,
}

/// A call that may still take effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Call {
    /// The runner that sent it.
    pub(crate) runner: usize,
    /// The step that it is for.
    pub(crate) step: usize,
    /// The last moment at which it may land.
    pub(crate) until: u8,
    /// The recorded lease of its epoch when it was sent; 0 if the epoch was over.
    pub(crate) lease: u8,
}

/// The facts that are true at one moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct World {
    /// By how many ticks each runner's clock is ahead.
    pub(crate) ahead: [u8; RUNNERS],
    /// The durable items.
    pub(crate) store: Store,
    /// The runners.
    pub(crate) runners: [Runner; RUNNERS],
    /// Calls on their way, sorted.
    pub(crate) calls: Vec<Call>,
    /// Whether each resource is as wanted.
    pub(crate) so: [bool; STEPS],
    /// The last epoch that can be taken.
    pub(crate) epochs: u8,
    /// The number of mishaps that may still happen.
    pub(crate) mishaps_left: u8,
    /// The facts that the judge needs to remember.
    pub(crate) witness: Witness,
    /// The laws that were broken on the way to this state.
    pub(crate) broken: Broken,
}

/// An event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    /// Time goes on.
    Tick,
    /// A runner reads that the lease can be taken.
    Look(usize),
    /// A runner's write reaches the store. The answer may be lost.
    Write(usize, Write, bool),
    /// A runner that has sealed the log reads the log, the items and the plan.
    Load(usize),
    /// A runner reads the approval.
    See(usize, Phase),
    /// A runner finds a step as wanted without a call.
    Find(usize, usize),
    /// A runner sends the call for a step.
    Send(usize, usize),
    /// A runner's call is answered.
    Reply(usize, usize),
    /// A runner gives up a call.
    TimeOut(usize, usize),
    /// A runner reads a step after its call.
    ReadBack(usize, usize),
    /// A call takes effect.
    Land(usize),
    /// A runner dies.
    Crash(usize),
    /// A person asks for an abort.
    AskAbort,
    /// A person answers the question.
    Approve(Shown),
    /// A person undoes the effect of a step.
    Undo(usize),
}

/// The protocol under some guards, within some bounds.
#[derive(Clone, Debug)]
pub(crate) struct Protocol {
    /// The rules that are on.
    pub(crate) guards: Guards,
    /// The bounds of the exploration.
    pub(crate) bounds: Bounds,
}

impl World {
    fn new(bounds: &Bounds) -> Self {
        Self {
            ahead: [0, bounds.ahead],
            store: Store::new(bounds.before_gate),
            epochs: bounds.epochs,
            runners: [Runner::Idle, Runner::Idle],
            calls: Vec::new(),
            so: [false; STEPS],
            mishaps_left: bounds.mishaps,
            witness: Witness::default(),
            broken: Broken::default(),
        }
    }

    /// The time on a runner's clock.
    pub(crate) fn clock(&self, runner: usize) -> u8 {
        NOW + self.ahead[runner]
    }

    /// The memory of a runner that has the lease.
    pub(crate) fn memory(&self, runner: usize) -> Option<&Memory> {
        match &self.runners[runner] {
            Runner::Active(memory) => Some(memory),
            Runner::Idle | Runner::Looked(_) | Runner::Stopped => None,
        }
    }

    fn people_act(&self, actions: &mut Vec<Action>) {
        if !self.store.head.abort && self.store.head.end.is_none() {
            actions.push(Action::AskAbort);
        }
        // The question is asked once everything else that the gate wants holds.
        if self.store.ask == Ask::Open && self.store.replay().before_gate_done() {
            actions.extend([Action::Approve(Shown::ThisPlan), Action::Approve(Shown::AnotherPlan)]);
        }
        if self.mishaps_left > 0 {
            actions.extend((0..STEPS).filter(|&step| self.so[step]).map(Action::Undo));
        }
    }

    fn runner_acts(&self, guards: &Guards, runner: usize, actions: &mut Vec<Action>) {
        let clock = self.clock(runner);
        match &self.runners[runner] {
            Runner::Idle | Runner::Stopped => {
                if self.store.head.epoch < self.epochs && may_look(guards, &self.store, clock) {
                    actions.push(Action::Look(runner));
                }
            }
            Runner::Looked(seen) => self.writes(runner, take(guards, *seen, clock), actions),
            Runner::Active(memory) => {
                for write in memory.writes(guards, &self.store, clock) {
                    self.writes(runner, write, actions);
                }
                self.works(guards, runner, memory, actions);
                if self.mishaps_left > 0 {
                    actions.push(Action::Crash(runner));
                }
            }
        }
    }

    fn writes(&self, runner: usize, write: Write, actions: &mut Vec<Action>) {
        actions.push(Action::Write(runner, write, false));
        if self.mishaps_left > 0 {
            actions.push(Action::Write(runner, write, true));
        }
    }

    fn works(&self, guards: &Guards, runner: usize, memory: &Memory, actions: &mut Vec<Action>) {
        match memory.phase {
            Phase::Sealing if memory.unsealed(guards, &self.store).is_none() => actions.push(Action::Load(runner)),
            Phase::Ready => {
                actions.extend(memory.sees(guards, self.store.ask).map(|phase| Action::See(runner, phase)));
                for step in memory.attempts(guards) {
                    if self.so[step] {
                        actions.push(Action::Find(runner, step));
                    } else if memory.has_margin(guards, self.clock(runner)) {
                        actions.push(Action::Send(runner, step));
                    }
                }
            }
            Phase::Calling(step) => {
                actions.extend([Action::Reply(runner, step), Action::TimeOut(runner, step)]);
            }
            Phase::Ended(step) if self.so[step] || self.mishaps_left > 0 => {
                actions.push(Action::ReadBack(runner, step));
            }
            Phase::Sealing | Phase::Ended(_) | Phase::Seen(_) | Phase::Missed(_) | Phase::Answered(_) | Phase::Used => {
            }
        }
    }

    fn happen(&mut self, guards: &Guards, action: Action) {
        match action {
            Action::Tick => self.tick(),
            Action::Look(runner) => self.runners[runner] = Runner::Looked(self.store.head.epoch),
            Action::Write(runner, write, lost) => self.write(guards, runner, write, lost),
            Action::Load(runner) => {
                let store = self.store.clone();
                self.remember(runner, |memory| memory.load(&store));
            }
            Action::See(runner, phase) => self.turn(runner, phase),
            Action::Find(runner, step) => self.turn(runner, Phase::Seen(step)),
            Action::Send(runner, step) => self.send(runner, step),
            Action::Reply(runner, step) => {
                self.turn(runner, if guards.read_back { Phase::Ended(step) } else { Phase::Seen(step) });
            }
            Action::TimeOut(runner, step) => self.turn(runner, Phase::Ended(step)),
            Action::ReadBack(runner, step) => {
                self.mishaps_left -= u8::from(!self.so[step]);
                self.turn(runner, if self.so[step] { Phase::Seen(step) } else { Phase::Missed(step) });
            }
            Action::Land(call) => {
                let call = self.calls.remove(call);
                self.so[call.step] = true;
            }
            Action::Crash(runner) => {
                self.mishaps_left -= 1;
                self.runners[runner] = Runner::Idle;
            }
            Action::AskAbort => self.store.head.abort = true,
            Action::Approve(shown) => self.store.ask = Ask::Answered(shown),
            Action::Undo(step) => {
                self.mishaps_left -= 1;
                self.so[step] = false;
            }
        }
    }

    fn tick(&mut self) {
        let head = &mut self.store.head;
        let left = head.lease_until.saturating_sub(1);
        head.lease_until = if left <= NOW - SKEW { 0 } else { left };
        for call in &mut self.calls {
            call.until -= 1;
            call.lease = call.lease.saturating_sub(1);
        }
        self.calls.retain(|call| call.until >= NOW);
        for runner in 0..RUNNERS {
            let clock = self.clock(runner);
            self.remember(runner, |memory| memory.age(clock));
        }
    }

    fn write(&mut self, guards: &Guards, runner: usize, write: Write, lost: bool) {
        self.mishaps_left -= u8::from(lost);
        let epoch = self.memory(runner).map_or(0, |memory| memory.epoch);
        let accepted = self.store.write(guards, epoch, write);
        let answer = match (lost, accepted) {
            (true, _) => Answer::Lost,
            (false, true) => Answer::Accepted,
            (false, false) => Answer::Refused,
        };
        self.runners[runner] = match (&self.runners[runner], write) {
            (Runner::Active(memory), _) => memory.learn(write, answer, &self.store),
            (Runner::Looked(_), Write::Take { seen, until, .. }) if answer == Answer::Accepted => {
                Runner::Active(Memory::new(seen + 1, until, self.store.head.abort))
            }
            (Runner::Looked(_) | Runner::Idle | Runner::Stopped, _) => Runner::Idle,
        };
    }

    fn send(&mut self, runner: usize, step: usize) {
        let clock = self.clock(runner);
        let epoch = self.memory(runner).map_or(0, |memory| memory.epoch);
        let lease = if self.store.head.epoch == epoch { self.store.head.lease_until } else { 0 };
        self.calls.push(Call { runner, step, until: NOW + TIME_OUT + SKEW, lease });
        self.calls.sort_unstable();
        self.remember(runner, |memory| {
            memory.loud_until = clock + TIME_OUT + SKEW;
            memory.phase = Phase::Calling(step);
        });
    }

    fn turn(&mut self, runner: usize, phase: Phase) {
        self.remember(runner, |memory| memory.phase = phase);
    }

    fn remember(&mut self, runner: usize, change: impl FnOnce(&mut Memory)) {
        match &mut self.runners[runner] {
            Runner::Active(memory) => change(memory),
            Runner::Idle | Runner::Looked(_) | Runner::Stopped => {}
        }
    }
}

impl Model for Protocol {
    type State = World;
    type Action = Action;

    fn init_states(&self) -> Vec<World> {
        vec![World::new(&self.bounds)]
    }

    fn actions(&self, world: &World, actions: &mut Vec<Action>) {
        // Events after a broken law prove nothing more.
        if world.broken != Broken::default() {
            return;
        }
        for runner in 0..RUNNERS {
            world.runner_acts(&self.guards, runner, actions);
        }
        actions.extend((0..world.calls.len()).map(Action::Land));
        world.people_act(actions);
        actions.push(Action::Tick);
    }

    fn next_state(&self, before: &World, action: Action) -> Option<World> {
        let mut after = before.clone();
        after.happen(&self.guards, action);
        judge(before, action, &mut after);
        Some(after)
    }

    fn properties(&self) -> Vec<stateright::Property<Self>> {
        use stateright::Property;
        let mut properties: Vec<_> = LAWS.iter().map(|(name, holds)| Property::<Self>::always(name, *holds)).collect();
        properties.extend([
            Property::sometimes("a saga finishes", |_, world: &World| world.store.head.end == Some(End::Completed)),
            Property::sometimes("an abort is acknowledged", |_, world: &World| {
                world.store.head.end == Some(End::Aborted)
            }),
            Property::sometimes("a runner takes over", |_, world: &World| {
                (0..RUNNERS).any(|runner| world.memory(runner).is_some_and(|memory| memory.epoch > 1))
            }),
            Property::sometimes("a zombie wakes and is refused", |_, world: &World| {
                world.runners.contains(&Runner::Stopped)
            }),
            Property::sometimes("a call outlives its runner", |_, world: &World| {
                world.calls.iter().any(|call| world.memory(call.runner).is_none())
            }),
            Property::sometimes("a step is tried twice and done", |_, world: &World| {
                world.store.steps.iter().any(|step| step.done && step.tries > 1)
            }),
            Property::sometimes("the last epoch is taken", |_, world: &World| {
                (0..RUNNERS).any(|runner| {
                    world.memory(runner).is_some_and(|memory| memory.epoch == world.epochs && world.epochs > 1)
                })
            }),
        ]);
        properties
    }
}
