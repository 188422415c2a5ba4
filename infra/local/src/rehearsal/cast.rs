//! The parts of a rehearsal under way, and the events that happen to them by the script.

use std::collections::BTreeSet;
use std::sync::{MutexGuard, PoisonError};

use engine::capture::capture;
use engine::pair::pair_head;
use engine::ports::Clock;
use engine::view::{View, view};
use failover::Side;
use jiff::{SignedDuration, Timestamp};
use saga::SagaId;
use sim::{Fault, FaultKind, World};

use super::script::{Deploy, Ending, Loss, Script, simulated};
use crate::stack::Stack;
use crate::stack::around::SharedCloud;
use crate::stack::workspace_wire::SharedWorld;

/// The person who gives the orders and the answers in a rehearsal.
pub(super) const ON_CALL: &str = "on-call";
/// The side that a scenario captures and may lose, and that a single failover leaves.
pub(super) const LEAVING: Side = Side::Primary;
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
    /// Name of the scenario.
    pub(super) name: &'a str,
    /// Seed of all random decisions.
    pub(super) seed: u64,
    /// Number of resources on each side.
    pub(super) resources: usize,
    /// The script of the scenario.
    pub(super) script: &'a Script,
    /// The two simulated workspaces.
    pub(super) world: &'a SharedWorld,
    /// The cloud around them.
    pub(super) cloud: &'a SharedCloud,
    /// The deployed functions.
    pub(super) stack: &'a Stack,
    /// The clock of the rehearsal.
    pub(super) clock: &'a dyn Clock,
    /// The time at which the script begins.
    pub(super) begins: Timestamp,
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
    RehearsalResult(String),
    /// A person orders the failover.
    Ordered,
}

impl Cast<'_> {
    /// The time so many seconds after the beginning.
    pub(super) fn at(&self, seconds: i64) -> Timestamp {
        self.begins.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
    }

    /// The two simulated workspaces, locked.
    pub(super) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The events of the script, in order of time.
    pub(super) fn cues(&self) -> Vec<(Timestamp, Cue)> {
        let script = self.script;
        let mut cues: Vec<_> = script.captured_at.iter().map(|at| (self.at(*at), Cue::Capture)).collect();
        if let Some(loss) = &script.loss {
            cues.push((self.at(loss.at), Cue::Lost));
            cues.extend(loss.back_at.map(|back| (self.at(back), Cue::Back)));
        }
        for fault in &script.fault {
            cues.push((self.at(fault.from), Cue::RehearsalResult(fault.told())));
            let over = |until| (self.at(until), Cue::RehearsalResult(format!("over: {}", fault.told())));
            cues.extend(fault.until.map(over));
        }
        cues.extend(script.deploy.iter().map(|deploy| (self.at(deploy.at), Cue::Deployed(deploy.clone()))));
        cues.push((self.at(script.ordered_at), Cue::Ordered));
        cues.sort_by_key(|(at, _)| *at);
        cues
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

    /// The rounds of the guard as they are recorded.
    pub(super) async fn told(&self, operator: &engine::Deps, rounds: BTreeSet<SagaId>) -> Result<Vec<View>, String> {
        let mut told = Vec::new();
        for round in rounds {
            told.extend(view(operator, Some(&round)).await.map_err(|e| e.to_string())?);
        }
        Ok(told)
    }

    /// Lets an event happen to the pair, and writes it down.
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
            Cue::RehearsalResult(text) => text.clone(),
            Cue::Capture | Cue::Ordered => return,
        };
        events.push((at, text));
    }
}
