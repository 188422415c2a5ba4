//! The plan that moves the work: it fences the leaving side, starts on the target, and points everybody there.
//!
//! Failover, failback, promotion and the first half of a full drill are this one plan. [`stages_of`] says what an
//! operation adds or leaves out.

use std::collections::BTreeMap;

use saga::plan::PLAN_VERSION;
use saga::{Gate, Plan, Stage, Step, StepId};
use serde_json::json;

use super::fencing::{Restarters, fence_stage, sweep_steps};
use super::findings::{bounded, findings, not_covered, worst_loss};
use super::gates::{tried, verified};
use super::refusals::refuse;
use super::starting::Starts;
use super::wording::Occasion;
use super::{About, Ask, GO, PlanningError, actions, homing, stage, steps, want};
use crate::action::Purpose;
use crate::checkpoint::StartStage;
use crate::operation::Operation;
use crate::resource_key::ResourceKey;

/// Makes the plan of a saga that moves the work.
///
/// # Errors
///
/// [`PlanningError`], with the remedy.
pub fn move_plan(ask: &Ask<'_>) -> Result<Plan, PlanningError> {
    refuse(ask)?;
    let parts = stages_of(ask);
    let mut stages = Vec::new();
    let mut moving = Moving::of(ask, &parts);
    for part in &parts {
        stages.push(Stage { name: part.name().to_owned(), gate: moving.gate(*part), steps: moving.steps(*part)? });
    }
    // If nothing is left to a person, there is no such stage.
    stages.retain(|stage| stage.name != stage::MANUAL || !stage.steps.is_empty());
    let plan = Plan {
        version: PLAN_VERSION,
        saga: ask.saga.clone(),
        subject: ask.pair.to_string(),
        kind: ask.operation.as_str().to_owned(),
        made_at: ask.made_at,
        about: json!(about(ask)),
        stages,
        exceptions: bounded([moving.starts.exceptions, homing::exceptions(ask), not_covered()].concat()),
        findings: bounded(findings(ask)),
    };
    plan.check()?;
    Ok(plan)
}

/// Makes the `about` of the plan.
pub(super) fn about(ask: &Ask<'_>) -> About {
    About {
        leaving: ask.leaving,
        planned: ask.policy.planned,
        fence_first: ask.policy.fence_first,
        checkpoint_at: ask.here.taken_at,
        target_listed_at: ask.there.taken_at,
        addresses: ask.addresses.to_vec(),
        // In a failback nothing is started before the data has come back. A drill on the standby alone moves no
        // data.
        worst_loss: match ask.operation {
            Operation::Failover | Operation::Promotion | Operation::Drill => worst_loss(ask),
            Operation::Failback | Operation::StandbyDrill => None,
        },
        operation: (ask.operation != Operation::Failover).then_some(ask.operation),
        window: ask.window,
    }
}

/// A stage that a moving plan may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Announce,
    Window,
    AutomationPause,
    Fence,
    StopCompute,
    Sweep,
    CutOff,
    Lift,
    Confirm,
    Tell,
    CatchUp,
    Data,
    Pools,
    Compute,
    Jobs,
    Validate,
    Schedules,
    Point,
    Promote,
    ValidateAgain,
    TellAgain,
    Reset,
    Ready,
    ByHand,
    Lessons,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Part::Announce => stage::ANNOUNCE,
            Part::Window => stage::WINDOW,
            Part::AutomationPause => stage::FREEZE,
            Part::Fence => stage::FENCE,
            Part::StopCompute => stage::STOP_COMPUTE,
            Part::Sweep => stage::SWEEP,
            Part::CutOff => stage::ISOLATE,
            Part::Lift => stage::READMIT,
            Part::Confirm => stage::CONFIRM,
            Part::Tell => stage::NOTIFY,
            Part::CatchUp => stage::CATCH_UP,
            Part::Data => stage::DATA,
            Part::Pools => stage::POOLS,
            Part::Compute => stage::COMPUTE,
            Part::Jobs => stage::JOBS,
            Part::Validate => stage::VALIDATE,
            Part::Schedules => stage::SCHEDULES,
            Part::Point => stage::REPOINT,
            Part::Promote => stage::PROMOTE,
            Part::ValidateAgain => stage::VALIDATE_AGAIN,
            Part::TellAgain => stage::NOTIFY_AGAIN,
            Part::Reset => stage::RESET,
            Part::Ready => stage::READY,
            Part::ByHand => stage::MANUAL,
            Part::Lessons => stage::LESSONS,
        }
    }
}

/// The stages of a plan, in their order.
fn stages_of(ask: &Ask<'_>) -> Vec<Part> {
    if ask.is_in_place() {
        let fences = [Part::Fence, Part::StopCompute, Part::Sweep, Part::CutOff];
        return [&fences[..], &[Part::Promote, Part::TellAgain, Part::Ready]].concat();
    }
    let home = ask.operation == Operation::Failback;
    let promotes = ask.operation == Operation::Promotion;
    let of = |so: bool, names: &'static [Part]| if so { names } else { &[] };
    [
        of(ask.window.is_some(), &[Part::Announce, Part::Window]),
        &[Part::AutomationPause, Part::Fence, Part::StopCompute, Part::Sweep],
        // A standby is stopped once and not isolated, because it must stay ready.
        of(!home, &[Part::CutOff]),
        &[Part::Lift, Part::Confirm, Part::Tell],
        of(home, &[Part::CatchUp]),
        &[Part::Data, Part::Pools, Part::Compute, Part::Jobs, Part::Validate, Part::Schedules, Part::Point],
        of(promotes, &[Part::Promote]),
        &[Part::ValidateAgain, Part::TellAgain],
        of(home, &[Part::Reset]),
        of(home || promotes, &[Part::Ready]),
        &[Part::ByHand],
        of(home, &[Part::Lessons]),
    ]
    .concat()
}

/// The values that the stages of one plan are made from.
struct Moving<'a> {
    ask: &'a Ask<'a>,
    fence: Stage,
    stop_compute: Stage,
    starts: Starts,
    /// The step that publishes the new active side; `None` if that side is already active.
    pointed: Option<StepId>,
}

impl<'a> Moving<'a> {
    fn of(ask: &'a Ask<'a>, parts: &[Part]) -> Self {
        let place =
            |name: &str| parts.iter().position(|part| part.name() == name).map_or(u16::MAX, |index| index as u16);
        let mut fenced: BTreeMap<ResourceKey, StepId> = BTreeMap::new();
        let mut fence = fence_stage(ask, place(stage::FENCE), false, &mut fenced);
        let mut stop_compute = fence_stage(ask, place(stage::STOP_COMPUTE), true, &mut fenced);
        let restarters = Restarters::of(ask, &fenced);
        restarters.name_in(&mut fence);
        restarters.name_in(&mut stop_compute);
        let places = StartStage::ALL.into_iter().map(|stage| (stage, place(stage.as_str()))).collect();
        let starts = Starts::collect(ask, &fenced, places);
        let pointed = parts.contains(&Part::Point).then(|| StepId { stage: place(stage::REPOINT), number: 0 });
        Self { ask, fence, stop_compute, starts, pointed }
    }

    fn gate(&self, part: Part) -> Gate {
        let ask = self.ask;
        let (planned, fence_first) = (ask.policy.planned, ask.policy.fence_first);
        let go = || if ask.approved { Gate::Open } else { Gate::Approved(GO.to_owned()) };
        let one_way = |gate: Gate| if fence_first { Gate::All(vec![go(), gate]) } else { gate };
        let all_stopped = [stage::FENCE, stage::STOP_COMPUTE, stage::SWEEP];
        match part {
            Part::Announce | Part::Window => go(),
            Part::AutomationPause if ask.window.is_some() => verified(&[stage::WINDOW]),
            Part::AutomationPause if fence_first => Gate::Open,
            Part::AutomationPause => go(),
            Part::Fence | Part::Promote if ask.is_in_place() => go(),
            Part::Fence => verified(&[stage::FREEZE]),
            Part::StopCompute => tried(&[stage::FENCE]),
            Part::Sweep => tried(&[stage::FENCE, stage::STOP_COMPUTE]),
            Part::CutOff if planned => verified(&all_stopped),
            Part::CutOff => tried(&all_stopped),
            // Nothing is taken back from here on. So a person must have said yes, also if the side was fenced
            // first.
            Part::Lift | Part::Tell => one_way(verified(&[stage::FREEZE])),
            Part::Confirm => verified(&[stage::READMIT]),
            Part::CatchUp => verified(&all_stopped),
            Part::Data => {
                let stopped = if planned { verified(&all_stopped) } else { tried(&[stage::FENCE]) };
                let home = ask.operation == Operation::Failback;
                let caught_up = home.then(|| verified(&[stage::CATCH_UP]));
                Gate::All([Some(verified(&[stage::CONFIRM])), Some(stopped), caught_up].into_iter().flatten().collect())
            }
            Part::Pools => verified(&[stage::DATA]),
            Part::Compute => verified(&[stage::POOLS]),
            Part::Jobs => verified(&[stage::COMPUTE]),
            Part::Validate => verified(&[stage::JOBS]),
            Part::Schedules => verified(&[stage::VALIDATE]),
            Part::Point => verified(&[stage::SCHEDULES]),
            // An endpoint that only a person can repair keeps neither the proof nor the message waiting.
            Part::Promote | Part::ValidateAgain => tried(&[stage::REPOINT]),
            // People who wait for the new address get it, also if the last validation failed.
            Part::TellAgain if ask.is_in_place() => tried(&[stage::PROMOTE]),
            Part::TellAgain => tried(&[stage::VALIDATE_AGAIN]),
            Part::Reset => tried(&[stage::NOTIFY_AGAIN]),
            Part::Ready if ask.operation == Operation::Failback => verified(&[stage::RESET]),
            Part::Ready => tried(&[stage::PROMOTE]),
            Part::ByHand => tried(&[stage::VALIDATE_AGAIN]),
            Part::Lessons => verified(&[stage::READY]),
        }
    }

    fn steps(&mut self, part: Part) -> Result<Vec<Step>, PlanningError> {
        let ask = self.ask;
        let target = ask.leaving.other();
        let validations = || actions::steps(ask, Purpose::Validation, want::PROVED);
        let mut of_stage = |stage: StartStage| Ok(self.starts.by_stage.remove(&stage).unwrap_or_default());
        match part {
            Part::Announce => actions::messages(ask, Occasion::Planned),
            Part::Window => Ok(ask.window.iter().map(steps::window).collect()),
            Part::AutomationPause => {
                Ok(vec![steps::publish("the freeze of deployments", want::FROZEN, ask.active, true)])
            }
            Part::Fence => Ok(std::mem::take(&mut self.fence.steps)),
            Part::StopCompute => Ok(std::mem::take(&mut self.stop_compute.steps)),
            Part::Sweep => Ok(sweep_steps(ask)),
            Part::CutOff => actions::cut_off(ask, !ask.policy.planned),
            Part::Lift => lifted(ask),
            Part::Confirm => confirmations(ask, &self.starts.started),
            Part::Tell => actions::messages(ask, Occasion::Moving),
            Part::CatchUp => homing::caught_up(ask),
            Part::Data => data_steps(ask),
            Part::Pools => of_stage(StartStage::Pools),
            Part::Compute => of_stage(StartStage::Compute),
            Part::Jobs => of_stage(StartStage::Jobs),
            Part::Schedules => of_stage(StartStage::Schedules),
            Part::Validate | Part::ValidateAgain => Ok([vec![steps::answering()], validations()?].concat()),
            Part::Point => {
                // Deployments follow the active side from here on.
                let mut pointed = steps::publish("the new active side", want::POINTED, target, false);
                if ask.operation == Operation::Failback {
                    pointed.detail["stands_by"] = json!(true);
                }
                Ok([vec![pointed], actions::steps(ask, Purpose::Endpoint, want::SWITCHED)?].concat())
            }
            Part::Promote => Ok(vec![steps::promote(target, self.pointed)]),
            Part::TellAgain => actions::messages(ask, homing::told_at_the_end(ask.operation)),
            Part::Reset => Ok(homing::reset(ask)),
            Part::Ready => Ok(vec![homing::ready(ask)]),
            Part::ByHand => Ok(std::mem::take(&mut self.starts.by_hand)),
            Part::Lessons => Ok(vec![steps::lessons()]),
        }
    }
}

/// Readmits the target before any request to it, if an earlier saga isolated it. A side that was never left needs
/// no such step, and could not wait for it: the service that keeps its fences may be in the lost region.
fn lifted(ask: &Ask<'_>) -> Result<Vec<Step>, PlanningError> {
    if ask.target_was_left { actions::steps(ask, Purpose::Fence, want::LIFTED) } else { Ok(Vec::new()) }
}

/// R22 to R24: the target answers and has everything that the plan starts, its data is as recent as was shown, and
/// the sources of the work are reachable.
fn confirmations(ask: &Ask<'_>, started: &[(String, String, String)]) -> Result<Vec<Step>, PlanningError> {
    let datasets = if ask.operation == Operation::Failback {
        Vec::new()
    } else {
        actions::steps(ask, Purpose::Dataset, want::SYNCED)?
    };
    Ok([
        vec![steps::answering(), actions::up_to_date(started)],
        datasets,
        actions::steps(ask, Purpose::Source, want::REACHABLE)?,
    ]
    .concat())
}

fn data_steps(ask: &Ask<'_>) -> Result<Vec<Step>, PlanningError> {
    let routes = actions::steps(ask, Purpose::Route, want::ROUTED)?;
    Ok([routes, actions::steps(ask, Purpose::Recovery, want::RECOVERED)?].concat())
}
