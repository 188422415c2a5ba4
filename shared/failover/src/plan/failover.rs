//! The failover: fence the leaving side, start on the target, point everybody there.

use std::collections::BTreeMap;

use saga::plan::PLAN_VERSION;
use saga::{Gate, Plan, Stage, Step};
use serde_json::json;

use super::fencing::{Undoers, fence_stage, sweep_steps};
use super::findings::{findings, not_covered, worst_loss};
use super::gates::{tried, verified};
use super::starting::Starts;
use super::wording::Occasion;
use super::{About, Ask, GO, PlanRefused, errands, steps, want};
use crate::checkpoint::{Missing, StartStage};
use crate::errand::Duty;

/// The stages of a failover, in the order in which they are printed.
pub mod stage {
    /// Publish the freeze.
    pub const FREEZE: &str = "freeze";
    /// R20, R21: block new runs and cancel active ones, resource by resource.
    pub const FENCE: &str = "fence";
    /// R21: stop what the work runs on. After the work, which would only start it again.
    pub const STOP_COMPUTE: &str = "stop-compute";
    /// R20: list again until nothing is found.
    pub const SWEEP: &str = "sweep";
    /// What cuts a whole workspace off, by policy.
    pub const CUT_OFF: &str = "cut-off";
    /// What had cut the target off is lifted.
    pub const LIFT: &str = "lift";
    /// R22 to R24.
    pub const CONFIRM: &str = "confirm";
    /// R25: the work is moving.
    pub const TELL: &str = "tell";
    /// R4, R32: the data's routes, and what the vendor's own recovery moves.
    pub const DATA: &str = "data";
    /// R31, before schedules are activated.
    pub const VALIDATE: &str = "validate";
    /// R30.
    pub const POINT: &str = "point";
    /// R31, at the end.
    pub const VALIDATE_AGAIN: &str = "validate-again";
    /// R25, R30: the work has moved, and where to.
    pub const TELL_AGAIN: &str = "tell-again";
    /// What only a person can carry over.
    pub const BY_HAND: &str = "by-hand";
}

/// Makes the plan of a failover.
///
/// # Errors
///
/// [`PlanRefused`], with the remedy.
pub fn failover_plan(ask: &Ask<'_>) -> Result<Plan, PlanRefused> {
    refuse(ask)?;
    let target = ask.leaving.other();
    let planned = ask.policy.planned;
    let mut fenced = BTreeMap::new();
    let mut fence = fence_stage(ask, 1, false, &mut fenced);
    let mut stop_compute = fence_stage(ask, 2, true, &mut fenced);
    let undoers = Undoers::of(ask, &fenced);
    undoers.name_in(&mut fence);
    undoers.name_in(&mut stop_compute);
    let starts = Starts::collect(ask, &fenced, START_STAGES.into());
    let freeze = steps::publish("the freeze of deployments", want::FROZEN, ask.leaving, true);
    // Whoever deploys follows the active side from here on.
    let pointed = steps::publish("the new active side", want::POINTED, target, false);
    let stopped = [stage::FENCE, stage::STOP_COMPUTE, stage::SWEEP];
    let swept = if planned { verified(&stopped) } else { tried(&stopped) };
    let stopped = if planned { verified(&stopped) } else { tried(&[stage::FENCE]) };
    let mut by_stage = starts.by_stage;
    let mut of_stage = |stage: StartStage| by_stage.remove(&stage).unwrap_or_default();
    let validations = || errands::steps(ask, Duty::Validation, want::PROVED);
    let named = |name: &str, gate: Gate, steps: Vec<Step>| Stage { name: name.to_owned(), gate, steps };
    let fence_first = ask.policy.fence_first;
    let go = || Gate::Approved(GO.to_owned());
    let one_way = |gate: Gate| if fence_first { Gate::All(vec![go(), gate]) } else { gate };
    let mut stages = vec![
        named(stage::FREEZE, if fence_first { Gate::Open } else { go() }, vec![freeze]),
        fence,
        stop_compute,
        named(stage::SWEEP, tried(&[stage::FENCE, stage::STOP_COMPUTE]), sweep_steps(ask)),
        named(stage::CUT_OFF, swept, errands::cut_off(ask, !planned)?),
        // From here on nothing is taken back: also where the fence was quick, a person has said yes.
        named(stage::LIFT, one_way(verified(&[stage::FREEZE])), lifted(ask)?),
        named(stage::CONFIRM, verified(&[stage::LIFT]), confirmations(ask, &starts.started)?),
        named(stage::TELL, one_way(verified(&[stage::FREEZE])), errands::messages(ask, Occasion::Moving)?),
        named(stage::DATA, Gate::All(vec![verified(&[stage::CONFIRM]), stopped]), data_steps(ask)?),
        named(StartStage::Pools.as_str(), verified(&[stage::DATA]), of_stage(StartStage::Pools)),
        named(StartStage::Compute.as_str(), verified(&["pools"]), of_stage(StartStage::Compute)),
        named(StartStage::Jobs.as_str(), verified(&["compute"]), of_stage(StartStage::Jobs)),
        named(stage::VALIDATE, verified(&["jobs"]), [vec![steps::answering()], validations()?].concat()),
        named(StartStage::Schedules.as_str(), verified(&[stage::VALIDATE]), of_stage(StartStage::Schedules)),
        named(
            stage::POINT,
            verified(&["schedules"]),
            [vec![pointed], errands::steps(ask, Duty::Endpoint, want::SWITCHED)?].concat(),
        ),
        // An endpoint that only a person can mend keeps neither the proof nor the message waiting.
        named(stage::VALIDATE_AGAIN, tried(&[stage::POINT]), [vec![steps::answering()], validations()?].concat()),
        // Whoever waits for the new address is told it, also where the last validation failed.
        named(stage::TELL_AGAIN, tried(&[stage::VALIDATE_AGAIN]), errands::messages(ask, Occasion::Moved)?),
        named(stage::BY_HAND, tried(&[stage::VALIDATE_AGAIN]), starts.by_hand),
    ];
    debug_assert!(START_STAGES.iter().all(|(stage, at)| stages[usize::from(*at)].name == stage.as_str()));
    let last = stages.len() - 1;
    if stages[last].steps.is_empty() {
        stages.truncate(last);
    }
    let exceptions = [starts.exceptions, not_covered()].concat();
    let plan = Plan {
        version: PLAN_VERSION,
        saga: ask.saga.clone(),
        subject: ask.pair.to_string(),
        kind: "failover".to_owned(),
        made_at: ask.made_at,
        about: json!(About {
            leaving: ask.leaving,
            planned,
            fence_first,
            checkpoint_at: ask.here.taken_at,
            target_listed_at: ask.there.taken_at,
            addresses: ask.addresses.to_vec(),
            worst_loss: worst_loss(ask),
        }),
        stages,
        exceptions,
        findings: findings(ask),
    };
    plan.check()?;
    Ok(plan)
}

/// Where the stages of the starts stand in the plan.
const START_STAGES: [(StartStage, u16); 4] =
    [(StartStage::Pools, 9), (StartStage::Compute, 10), (StartStage::Jobs, 11), (StartStage::Schedules, 13)];

/// What an earlier saga cut off is let in again, before anything is asked of it. A side that was never
/// left is not waited for: who keeps its fences may stand in the region that is lost.
fn lifted(ask: &Ask<'_>) -> Result<Vec<Step>, PlanRefused> {
    if ask.target_was_left { errands::steps(ask, Duty::Fence, want::LIFTED) } else { Ok(Vec::new()) }
}

/// R22 to R24: the target answers, has what the plan starts, its data is as recent as was shown,
/// and what the work reads is reachable.
fn confirmations(ask: &Ask<'_>, started: &[(String, String, String)]) -> Result<Vec<Step>, PlanRefused> {
    Ok([
        vec![steps::answering(), errands::up_to_date(started)],
        errands::steps(ask, Duty::Dataset, want::SYNCED)?,
        errands::steps(ask, Duty::Source, want::REACHABLE)?,
    ]
    .concat())
}

fn data_steps(ask: &Ask<'_>) -> Result<Vec<Step>, PlanRefused> {
    let routes = errands::steps(ask, Duty::Route, want::ROUTED)?;
    Ok([routes, errands::steps(ask, Duty::Recovery, want::RECOVERED)?].concat())
}

fn refuse(ask: &Ask<'_>) -> Result<(), PlanRefused> {
    let target = ask.leaving.other();
    if ask.active != ask.leaving {
        return Err(PlanRefused::TargetIsActive(target));
    }
    for (checkpoint, side) in [(ask.here, ask.leaving), (ask.there, target)] {
        if checkpoint.side != side || checkpoint.pair != *ask.pair {
            return Err(PlanRefused::WrongCheckpoint {
                found: format!("the {} of {}", checkpoint.side, checkpoint.pair),
                wanted: format!("the {side} of {}", ask.pair),
            });
        }
    }
    if ask.here.resources.is_empty() {
        return Err(PlanRefused::NothingThere(ask.leaving));
    }
    for (kind, missing) in &ask.there.missing {
        match missing {
            Missing::UnsupportedHere { .. } => {}
            Missing::NotListed { message } => {
                return Err(PlanRefused::TargetNotListed {
                    side: target,
                    kind: kind.clone(),
                    message: message.clone(),
                });
            }
        }
    }
    Ok(())
}
