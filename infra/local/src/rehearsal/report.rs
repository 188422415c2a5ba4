//! Makes the numbers of a rehearsal.

use std::sync::PoisonError;

use failover::clocks::ClockSeconds;
use saga::Tally;
use serde::Serialize;
use sim::{DoubleWindow, Limits, Side};

use super::cast::Cast;
use super::ended::Ended;
use super::fencing::{after_done, is_fencing, last_fenced_ms, switched_on_ms};
use super::journey;
use super::pace::pace;
use super::script::simulated;

/// The numbers of a rehearsal.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Name of the scenario, e.g. `region-lost`.
    pub scenario: String,
    /// Seed of all random decisions.
    pub seed: u64,
    /// `completed`, `person-needed`, `aborted`, `held`, `nothing-proposed` or `unfinished`. A journey has the outcome
    /// of its last leg, e.g. `turned-back`.
    pub outcome: String,
    /// Number of sagas that were begun, by an order or by a proposal.
    pub sagas: usize,
    /// Steps by how they ended.
    pub steps: Steps,
    /// The four clocks and their sum, in seconds.
    pub clocks: ClockSeconds,
    /// The result of the pursuit.
    pub pursuit: Pursuit,
    /// The observations of the simulator's auditor.
    pub auditor: Auditor,
    /// Requests to both workspaces.
    pub calls: Calls,
    /// Writes to the table per step. Writes of plan, log and lease count, too.
    pub writes_per_step: f64,
    /// Path of the story, once it is written.
    pub story: String,
    /// Path of the page of evidence, once it is written. `None` if no saga has finished.
    pub page: Option<String>,
}

/// Steps by how they ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Steps {
    /// All steps.
    pub total: u32,
    /// Steps that were read back as wanted.
    pub done: u32,
    /// Steps that a person left out.
    pub waived: u32,
    /// Steps that wait for a person.
    pub blocked: u32,
}

/// The result of the pursuit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pursuit {
    /// Steps on the leaving side that are not verified.
    pub left: u32,
    /// Seconds until the last step on the leaving side was verified. They run from the return of the leaving side, or
    /// from the approval if it never went.
    pub last_fenced_after_s: Option<f64>,
}

/// The observations of the simulator's auditor.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Auditor {
    /// Seconds in which the same work was processed on both sides.
    pub double_processing_s: f64,
    /// Of those, the seconds that nothing explains. Two windows are explained: a lost side may work from its return
    /// until the last of it was fenced, and deployed jobs may work until the guard has fenced them again.
    pub double_unexplained_s: f64,
    /// Resources that processed data after they were reported fenced.
    pub processed_after_done: usize,
    /// Resources that were off and were switched on.
    pub woken_that_were_off: usize,
    /// Interrupted runs that had to be run again.
    pub runs_expected: usize,
    /// Runs that Switchback started.
    pub runs_seen: usize,
    /// Works whose number of runs is wrong.
    pub runs_wrong: usize,
    /// Runs and updates under way on the leaving side at the end.
    pub processing_on_leaving: usize,
    /// Requests that the simulated workspaces do not know.
    pub unknown_routes: usize,
}

/// Requests to both workspaces.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Calls {
    /// All requests.
    pub total: u64,
    /// Requests that were refused with 429.
    pub throttled: u64,
    /// Seconds that the limits alone impose, over the stages that they hold back.
    pub ideal_s: f64,
    /// Seconds that those stages took.
    pub taken_s: f64,
}

/// Makes the numbers. The paths of the files are still empty.
pub(super) fn report(cast: &Cast<'_>, ended: &Ended, limits: &Limits) -> Report {
    let now_ms = cast.clock.now().as_millisecond();
    let (calls, routes) = {
        let mut world = cast.world();
        let cloud = cast.cloud.lock().unwrap_or_else(PoisonError::into_inner);
        let unknown = world.unknown_routes().len() + world.account().unknown_routes().len() + cloud.unknown().len();
        (world.calls(), unknown)
    };
    let pace = pace(&ended.view, &calls, limits, now_ms);
    let counted = || Side::BOTH.into_iter().flat_map(|side| calls.sides[side as usize].values());
    let tally = ended.view.state.tally();
    Report {
        scenario: cast.name.to_owned(),
        seed: cast.seed,
        outcome: ended.outcome.to_owned(),
        sagas: ended.proposals,
        steps: steps(tally),
        clocks: ended.view.head.clocks.seconds(),
        pursuit: pursuit(cast, ended),
        auditor: auditor(cast, ended, routes),
        calls: Calls {
            total: counted().map(|family| family.total).sum(),
            throttled: counted().map(|family| family.throttled).sum(),
            ideal_s: rounded(pace.ideal_s),
            taken_s: rounded(pace.taken_s),
        },
        writes_per_step: (ended.writes as f64 / f64::from(tally.total().max(1)) * 1000.0).round() / 1000.0,
        story: String::new(),
        page: None,
    }
}

fn steps(tally: Tally) -> Steps {
    Steps { total: tally.total(), done: tally.done, waived: tally.waived, blocked: tally.blocked }
}

fn pursuit(cast: &Cast<'_>, ended: &Ended) -> Pursuit {
    let fencing = ended.view.plan.steps().filter(|(_, step)| is_fencing(&step.want));
    let left =
        fencing.filter(|(id, _)| ended.view.state.step(*id).is_none_or(|r| !r.state.is_settled())).count() as u32;
    let from = match cast.script.loss.as_ref().map(|loss| loss.back_at) {
        Some(back) => back.map(|back| cast.at(back)),
        None => ended.view.head.clocks.approved_at,
    };
    let last = last_fenced_ms(ended);
    let after = from.zip(last).map(|(from, last)| (last - from.as_millisecond()) as f64 / 1000.0);
    Pursuit { left, last_fenced_after_s: after }
}

fn auditor(cast: &Cast<'_>, ended: &Ended, unknown_routes: usize) -> Auditor {
    if !ended.legs.is_empty() {
        return of_journey(cast, ended, unknown_routes);
    }
    let world = cast.world();
    let audit = world.audit();
    let back_ms = cast.script.loss.as_ref().and_then(|loss| loss.back_at).map(|back| cast.at(back).as_millisecond());
    let fenced_ms = last_fenced_ms(ended).unwrap_or(i64::MAX);
    let switched_on = switched_on_ms(cast, ended);
    let is_switched_on =
        |window: &&DoubleWindow| switched_on.is_some_and(|(from, to)| window.from_ms >= from && window.to_ms <= to);
    let unexplained =
        audit.double_windows.iter().filter(|window| !is_switched_on(window)).map(|window| match back_ms {
            Some(back) => {
                (back - window.from_ms).clamp(0, window.to_ms - window.from_ms)
                    + (window.to_ms - window.from_ms.max(fenced_ms)).max(0)
            }
            None => window.to_ms - window.from_ms,
        });
    Auditor {
        double_processing_s: audit.double_processing_ms as f64 / 1000.0,
        double_unexplained_s: unexplained.sum::<i64>() as f64 / 1000.0,
        processed_after_done: after_done(cast, &world, ended).len(),
        woken_that_were_off: audit.woken_that_were_off.len(),
        runs_expected: audit.runs_expected,
        runs_seen: audit.runs_seen,
        runs_wrong: audit.runs_wrong.len(),
        processing_on_leaving: audit.processing_on(Side::Primary),
        unknown_routes,
    }
}

fn of_journey(cast: &Cast<'_>, ended: &Ended, unknown_routes: usize) -> Auditor {
    let audit = cast.world().audit();
    let active = ended.view.pair.role_assignment.as_ref().map_or(ended.view.pair.active, |role_assignment| {
        // After a promotion the host says which workspace is the active side.
        let host = match ended.view.pair.active {
            failover::Side::Primary => &role_assignment.primary,
            failover::Side::Standby => &role_assignment.standby,
        };
        let known = crate::stack::addresses().into_iter().find(|address| address.host == *host);
        known.map_or(ended.view.pair.active, |address| address.side)
    });
    Auditor {
        double_processing_s: audit.double_processing_ms as f64 / 1000.0,
        double_unexplained_s: journey::unexplained_ms(cast, ended, &audit.double_windows) as f64 / 1000.0,
        processed_after_done: journey::late(cast, ended).len(),
        woken_that_were_off: audit.woken_that_were_off.len(),
        runs_expected: audit.runs_expected,
        runs_seen: audit.runs_seen,
        runs_wrong: audit.runs_wrong.len(),
        processing_on_leaving: audit.processing_on(simulated(active.other())),
        unknown_routes,
    }
}

fn rounded(seconds: f64) -> f64 {
    (seconds * 10.0).round() / 10.0
}
