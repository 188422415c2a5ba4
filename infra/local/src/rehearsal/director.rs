//! Plays a script in order of time: the events of the pair, and the actions of people.

use std::collections::BTreeSet;
use std::sync::{MutexGuard, PoisonError};

use engine::approvals::{answer, at_terminal};
use engine::capture::capture;
use engine::pair::pair_head;
use engine::ports::{Clock, SagaStatus, StepItem};
use engine::start::{Order, draft, start};
use engine::view::{View, view};
use failover::plan::GO;
use failover::story::Sentence;
use failover::{Course, Side};
use jiff::{SignedDuration, Timestamp};
use saga::{Outcome, SagaId};
use sim::{Fault, FaultKind, World};

use super::journey::{self, Travelled};
use super::script::{Deploy, Ending, Loss, Script, simulated};
use super::{furnishing, incident};
use crate::stack::Stack;
use crate::stack::around::SharedCloud;
use crate::stack::workspace_wire::SharedWorld;

/// The person who gives the orders and the answers in a rehearsal.
pub(super) const ON_CALL: &str = "on-call";
/// The side that a scenario captures and may lose, and that a single failover leaves.
const LEAVING: Side = Side::Primary;
/// Interval at which the saga is read.
pub(super) const LOOKS_EVERY: SignedDuration = SignedDuration::from_secs(10);
/// Interval at which the pair is read once the saga has ended.
const WATCHES_EVERY: SignedDuration = SignedDuration::from_mins(5);
/// A saga that needs a person, and in which nothing happened for this time, counts as ended.
pub(super) const STILL: SignedDuration = SignedDuration::from_mins(15);
/// A saga that has not ended after this time is reported as unfinished.
pub(super) const AT_MOST: SignedDuration = SignedDuration::from_hours(24);

/// The parts of a rehearsal under way.
pub struct Cast<'a> {
    pub(super) script: &'a Script,
    pub(super) world: &'a SharedWorld,
    pub(super) cloud: &'a SharedCloud,
    pub(super) stack: &'a Stack,
    pub(super) clock: &'a dyn Clock,
    pub(super) begins: Timestamp,
}

/// The result of a rehearsal.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// The saga as it is recorded.
    pub view: View,
    /// Step items of the saga. They are the digest of its log.
    pub items: Vec<StepItem>,
    /// `completed`, `person-needed`, `aborted`, `held`, `nothing-proposed` or `unfinished`. A journey has the outcome
    /// of its last leg, e.g. `turned-back`.
    pub outcome: &'static str,
    /// The rounds of the guard, in order.
    pub rounds: Vec<View>,
    /// Events that did not come from the saga, in order of time.
    pub events: Vec<(Timestamp, String)>,
    /// Detections, messages and answers, in order of time.
    pub heard: Vec<Sentence>,
    /// Number of sagas that were begun.
    pub proposals: usize,
    /// Writes to the table from the order to the end. Without an order, all writes.
    pub writes: u64,
    /// The sagas of a journey, in order. Empty if the script orders only one saga.
    pub legs: Vec<Travelled>,
    /// Settings that differ from those before a journey.
    pub differences: Vec<String>,
    /// Number of requests to the primary and to the standby that could have changed something.
    pub changing_calls: [usize; 2],
}

/// The fault of a lost region: it does not answer.
pub(super) fn darkness(loss: &Loss, begins_ms: i64) -> Fault {
    let fault = Fault::new(simulated(LEAVING), begins_ms + loss.at * 1000, FaultKind::Dark);
    match loss.back_at {
        Some(back) => fault.until(begins_ms + back * 1000),
        None => fault,
    }
}

/// An event of the script.
pub(super) enum Cue {
    /// A checkpoint is taken.
    Capture,
    /// The region is lost.
    Lost,
    /// The region is back.
    Back,
    /// Somebody deploys.
    Deployed(Deploy),
    /// A text for the story. Nothing else happens.
    Told(String),
    /// A person orders the failover.
    Ordered,
}

impl Cast<'_> {
    pub(super) fn at(&self, seconds: i64) -> Timestamp {
        self.begins.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
    }

    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn cues(&self) -> Vec<(Timestamp, Cue)> {
        let script = self.script;
        let mut cues: Vec<_> = script.captured_at.iter().map(|at| (self.at(*at), Cue::Capture)).collect();
        if let Some(loss) = &script.loss {
            cues.push((self.at(loss.at), Cue::Lost));
            cues.extend(loss.back_at.map(|back| (self.at(back), Cue::Back)));
        }
        for fault in &script.fault {
            cues.push((self.at(fault.from), Cue::Told(fault.told())));
            let over = |until| (self.at(until), Cue::Told(format!("over: {}", fault.told())));
            cues.extend(fault.until.map(over));
        }
        cues.extend(script.deploy.iter().map(|deploy| (self.at(deploy.at), Cue::Deployed(deploy.clone()))));
        cues.push((self.at(script.ordered_at), Cue::Ordered));
        cues.sort_by_key(|(at, _)| *at);
        cues
    }

    /// Plays the script: detection begins a saga, or a person orders one, or several in a row.
    pub(super) async fn perform(&self, progress: &mut dyn FnMut(&str)) -> Result<Ended, String> {
        match &self.script.watch {
            Some(watch) => incident::play(self, watch, progress).await,
            None if self.script.leg.is_empty() => self.play(progress).await,
            None => journey::play(self, progress).await,
        }
    }

    /// Plays the script, and watches until the saga has ended.
    async fn play(&self, progress: &mut dyn FnMut(&str)) -> Result<Ended, String> {
        let mut events = Vec::new();
        let mut saga: Option<SagaId> = None;
        let mut writes_before = 0;
        let operator = self.stack.operator();
        let (before, after): (Vec<_>, Vec<_>) = self
            .cues()
            .into_iter()
            .partition(|(at, cue)| *at <= self.at(self.script.ordered_at) || matches!(cue, Cue::Ordered));
        for (at, cue) in before {
            self.clock.sleep_until(at).await;
            progress(&format!("{}  before the failover", at.strftime("%H:%M:%S")));
            // In a lost region nobody writes a heartbeat.
            if self.script.loss.as_ref().is_none_or(|loss| at < self.at(loss.at)) {
                furnishing::beat(&operator, at).await?;
            }
            match cue {
                Cue::Capture => events.push(self.takes_checkpoint(&operator, at).await?),
                Cue::Ordered => {
                    writes_before = self.stack.writes();
                    saga = Some(self.order(&operator, at, &mut events).await?);
                }
                Cue::Lost | Cue::Back | Cue::Deployed(_) | Cue::Told(_) => self.happens(&cue, at, &mut events),
            }
        }
        let saga = saga.ok_or("the script orders no failover")?;
        let mut later = after.into_iter().peekable();
        let answered_at = self.at(self.script.ordered_at + self.script.answered_after);
        let mut answered = false;
        let mut still_since = self.clock.now();
        let mut last = None;
        loop {
            let now = self.clock.now();
            while let Some((at, cue)) = later.next_if(|(at, _)| *at <= now) {
                self.happens(&cue, at, &mut events);
            }
            if !answered && now >= answered_at {
                answered = true;
                let proven = at_terminal(&operator, ON_CALL, None).map_err(|e| e.to_string())?;
                let accepts_risk = !self.script.planned;
                answer(&operator, &saga, GO, &proven, true, accepts_risk).await.map_err(|e| e.to_string())?;
            }
            let head = operator.sagas.head(&saga).await.map_err(|e| e.to_string())?.ok_or("the saga is gone")?;
            let looked = (head.tally, head.status);
            if last.replace(looked) != Some(looked) {
                still_since = now;
            }
            progress(&format!("{}  {}", now.strftime("%H:%M:%S"), super::telling::standing(&head)));
            let outcome = match head.status {
                SagaStatus::Finished(Outcome::Completed) => Some("completed"),
                SagaStatus::Finished(Outcome::Aborted) => Some("aborted"),
                SagaStatus::PersonNeeded if now.duration_since(still_since) > STILL => Some("person-needed"),
                SagaStatus::Running | SagaStatus::Asking | SagaStatus::PersonNeeded | SagaStatus::Pursuing => {
                    (now.duration_since(self.begins) > AT_MOST).then_some("unfinished")
                }
            };
            if let Some(outcome) = outcome {
                let writes = self.stack.writes() - writes_before;
                let end = now.saturating_add(SignedDuration::from_secs(self.script.watched_for)).unwrap_or(now);
                let mut rounds = BTreeSet::new();
                for (at, cue) in later {
                    self.watch(&operator, at, &mut rounds).await?;
                    self.happens(&cue, at, &mut events);
                }
                self.watch(&operator, end, &mut rounds).await?;
                self.world().advance(self.clock.now().as_millisecond());
                let view = view(&operator, Some(&saga)).await.map_err(|e| e.to_string())?;
                let items = operator.sagas.steps(&saga).await.map_err(|e| e.to_string())?;
                let view = view.ok_or("the saga is gone")?;
                let rounds = self.told(&operator, rounds).await?;
                let heard = Vec::new();
                return Ok(Ended {
                    view,
                    items,
                    outcome,
                    rounds,
                    events,
                    heard,
                    proposals: 1,
                    writes,
                    legs: Vec::new(),
                    differences: Vec::new(),
                    changing_calls: self.stack.changing_calls(),
                });
            }
            let next = now.saturating_add(LOOKS_EVERY).unwrap_or(now);
            let next = if answered { next } else { next.min(answered_at) };
            self.clock.sleep_until(later.peek().map_or(next, |(at, _)| next.min(*at))).await;
        }
    }

    /// Takes a checkpoint. The last one before a loss is the record of the lost side.
    pub(super) async fn takes_checkpoint(
        &self,
        operator: &engine::Deps,
        at: Timestamp,
    ) -> Result<(Timestamp, String), String> {
        let last = self.script.captured_at.iter().max().map(|seconds| self.at(*seconds));
        // If no work moves, the target has nothing to take over.
        let moves = matches!(self.script.ends, Ending::Completed | Ending::PersonNeeded);
        if moves && self.script.loss.is_some() && last == Some(at) {
            self.world().mark_leaving(self.clock.now().as_millisecond(), simulated(LEAVING));
        }
        let taken = capture(operator, LEAVING).await.map_err(|e| e.to_string())?;
        self.world().mark_settled(self.clock.now().as_millisecond());
        Ok((at, format!("checkpoint of the {LEAVING} taken: {} resources", taken.resources.len())))
    }

    /// Waits until a time, and records the rounds of the guard that begin meanwhile.
    pub(super) async fn watch(
        &self,
        operator: &engine::Deps,
        until: Timestamp,
        rounds: &mut BTreeSet<SagaId>,
    ) -> Result<(), String> {
        loop {
            let head = pair_head(operator).await.map_err(|e| e.to_string())?;
            rounds.extend(head.guard.and_then(|guard| guard.last));
            let now = self.clock.now();
            if now >= until {
                return Ok(());
            }
            let next = now.saturating_add(WATCHES_EVERY).unwrap_or(until);
            self.clock.sleep_until(next.min(until)).await;
        }
    }

    pub(super) async fn told(&self, operator: &engine::Deps, rounds: BTreeSet<SagaId>) -> Result<Vec<View>, String> {
        let mut told = Vec::new();
        for round in rounds {
            told.extend(view(operator, Some(&round)).await.map_err(|e| e.to_string())?);
        }
        Ok(told)
    }

    pub(super) fn happens(&self, cue: &Cue, at: Timestamp, events: &mut Vec<(Timestamp, String)>) {
        let now = self.clock.now().as_millisecond();
        let text = match cue {
            Cue::Lost => {
                self.world().region_lost(now, simulated(LEAVING));
                format!("the {LEAVING}'s region is lost: nothing answers, nothing runs")
            }
            Cue::Back => {
                self.world().region_back(now, simulated(LEAVING));
                format!("the {LEAVING}'s region is back: its schedules and triggers fire again")
            }
            Cue::Deployed(Deploy { side, jobs, .. }) => {
                let deployed = self.world().deploy(now, simulated(*side), *jobs);
                format!("a deployment to the {side} switches {} jobs on again", deployed.len())
            }
            Cue::Told(text) => text.clone(),
            Cue::Capture | Cue::Ordered => return,
        };
        events.push((at, text));
    }

    async fn order(
        &self,
        operator: &engine::Deps,
        at: Timestamp,
        events: &mut Vec<(Timestamp, String)>,
    ) -> Result<SagaId, String> {
        let planned = self.script.planned;
        let counts = self.script.loss.is_none();
        if counts {
            self.world().mark_leaving(self.clock.now().as_millisecond(), simulated(LEAVING));
        }
        let order = Order {
            lost_at: self.script.loss.as_ref().map(|loss| self.at(loss.at)),
            ..Order::of(Course::Failover, LEAVING, planned, ON_CALL, at)
        };
        let kind = if planned { "planned" } else { "unplanned" };
        events.push((at, format!("{ON_CALL} orders a failover, {kind}")));
        let drafted = draft(operator, &order).await.map_err(|e| e.to_string())?;
        if counts {
            self.world().mark_settled(self.clock.now().as_millisecond());
        }
        let saga = start(operator, &order, &drafted).await.map_err(|e| e.to_string())?;
        let now = self.clock.now();
        events.push((now, format!("the plan has {} steps; the question is asked", drafted.plan.total())));
        Ok(saga)
    }
}
