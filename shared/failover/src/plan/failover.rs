//! The failover: fence the leaving side, start on the target, point everybody there.

use std::collections::{BTreeMap, BTreeSet};

use saga::plan::PLAN_VERSION;
use saga::{Gate, Plan, Stage, Step, StepId, Undoer};
use serde_json::json;

use super::{About, Ask, GO, PlanRefused, own, steps, want};
use crate::checkpoint::{Checkpoint, Missing, Resource, StartStage, Trust};
use crate::matching::{Matching, Twin, told_apart};

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
    /// R22 to R24.
    pub const CONFIRM: &str = "confirm";
    /// R30.
    pub const POINT: &str = "point";
    /// R31.
    pub const VALIDATE: &str = "validate";
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
    let sweep = Stage {
        name: stage::SWEEP.to_owned(),
        gate: tried(&[stage::FENCE, stage::STOP_COMPUTE]),
        steps: swept_kinds(ask).map(|kind| steps::fence_everything(kind, !planned)).collect(),
    };
    let mut stages = vec![
        Stage {
            name: stage::FREEZE.to_owned(),
            gate: Gate::Approved(GO.to_owned()),
            steps: vec![steps::publish("the freeze of deployments", want::FROZEN, ask.leaving, true)],
        },
        fence,
        stop_compute,
        sweep,
        Stage { name: stage::CONFIRM.to_owned(), gate: verified(&[stage::FREEZE]), steps: vec![steps::answering()] },
    ];
    let starts = Starts::collect(ask, &fenced, stages.len() as u16);
    let stopped =
        if planned { verified(&[stage::FENCE, stage::STOP_COMPUTE, stage::SWEEP]) } else { tried(&[stage::FENCE]) };
    let mut gate = Gate::All(vec![verified(&[stage::CONFIRM]), stopped]);
    let mut by_stage = starts.by_stage;
    for start_stage in StartStage::ALL {
        let name = start_stage.as_str().to_owned();
        let next_gate = verified(&[&name]);
        stages.push(Stage { name, gate, steps: by_stage.remove(&start_stage).unwrap_or_default() });
        gate = next_gate;
    }
    stages.push(Stage {
        name: stage::POINT.to_owned(),
        gate,
        // Whoever deploys follows the active side from here on.
        steps: vec![steps::publish("the new active side", want::POINTED, target, false)],
    });
    stages.push(Stage {
        name: stage::VALIDATE.to_owned(),
        gate: verified(&[stage::POINT]),
        steps: vec![steps::answering()],
    });
    if !starts.by_hand.is_empty() {
        stages.push(Stage {
            name: stage::BY_HAND.to_owned(),
            gate: verified(&[stage::VALIDATE]),
            steps: starts.by_hand,
        });
    }
    let plan = Plan {
        version: PLAN_VERSION,
        saga: ask.saga.clone(),
        subject: ask.pair.to_string(),
        kind: "failover".to_owned(),
        made_at: ask.made_at,
        about: json!(About {
            leaving: ask.leaving,
            planned,
            checkpoint_at: ask.here.taken_at,
            target_listed_at: ask.there.taken_at,
        }),
        stages,
        exceptions: starts.exceptions,
        findings: findings(ask),
    };
    plan.check()?;
    Ok(plan)
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

fn verified(names: &[&str]) -> Gate {
    Gate::Verified(names.iter().map(|name| (*name).to_owned()).collect())
}

fn tried(names: &[&str]) -> Gate {
    Gate::Tried(names.iter().map(|name| (*name).to_owned()).collect())
}

fn fence_stage<'a>(
    ask: &Ask<'a>,
    index: u16,
    compute: bool,
    fenced: &mut BTreeMap<(&'a str, &'a str), StepId>,
) -> Stage {
    let mut steps = Vec::new();
    for kind in ask.kinds.iter().filter(|kind| kind.compute == compute) {
        for resource in ask.here.resources.iter().filter(|r| r.kind == kind.name) {
            let id = StepId { stage: index, number: steps.len() as u32 };
            fenced.insert((&resource.kind, &resource.id), id);
            steps.push(super::steps::fence(resource, !ask.policy.planned));
        }
    }
    let (name, gate) = if compute {
        (stage::STOP_COMPUTE, tried(&[stage::FENCE]))
    } else {
        (stage::FENCE, verified(&[stage::FREEZE]))
    };
    Stage { name: name.to_owned(), gate, steps }
}

/// Who starts what on the leaving side.
#[derive(Default)]
struct Undoers<'a> {
    of_one: BTreeMap<(&'a str, &'a str), Vec<Undoer>>,
    of_kind: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Undoers<'a> {
    fn of(ask: &'a Ask<'_>, fenced: &BTreeMap<(&str, &str), StepId>) -> Self {
        let mut undoers = Self::default();
        for resource in &ask.here.resources {
            let Some(&step) = fenced.get(&(resource.kind.as_str(), resource.id.as_str())) else { continue };
            for started in &resource.can_start {
                match &started.id {
                    Some(id) => undoers.of_one.entry((&started.kind, id)).or_default().push(Undoer::Step(step)),
                    None => drop(undoers.of_kind.entry(&started.kind).or_default().insert(&resource.kind)),
                }
            }
        }
        undoers
    }

    fn name_in(&self, stage: &mut Stage) {
        for step in &mut stage.steps {
            step.undone_by =
                self.of_one.get(&(step.kind.as_str(), step.resource.as_str())).cloned().unwrap_or_default();
            let any = self.of_kind.get(step.kind.as_str()).into_iter().flatten();
            step.undone_by.extend(any.map(|kind| Undoer::AnyOf((*kind).to_owned())));
        }
    }
}

/// The kinds that the leaving side has at all.
fn swept_kinds<'a>(ask: &'a Ask<'_>) -> impl Iterator<Item = &'a str> {
    ask.kinds.iter().map(|kind| kind.name).filter(|kind| match ask.here.missing.get(*kind) {
        Some(Missing::UnsupportedHere { .. }) => false,
        Some(Missing::NotListed { .. }) | None => true,
    })
}

#[derive(Default)]
struct Starts {
    first: u16,
    by_stage: BTreeMap<StartStage, Vec<Step>>,
    by_hand: Vec<Step>,
    exceptions: Vec<String>,
}

impl Starts {
    /// `first` is the index that the first of the start stages has in the plan.
    fn collect(ask: &Ask<'_>, fenced: &BTreeMap<(&str, &str), StepId>, first: u16) -> Self {
        let matching = Matching::new(ask.here, ask.there, ask.map);
        let twins: Vec<Twin> = ask.here.resources.iter().map(|resource| matching.twin(resource)).collect();
        let twins = told_apart(&ask.here.resources, twins);
        let mut starts = Self { first, ..Self::default() };
        for (resource, twin) in ask.here.resources.iter().zip(twins) {
            if let Some(why) = &resource.not_carried {
                starts.exceptions.push(format!("{} {:?} is not carried over: {why}", resource.kind, resource.name));
                continue;
            }
            let Some(&fence) = fenced.get(&(resource.kind.as_str(), resource.id.as_str())) else { continue };
            starts.add(ask, resource, twin, fence);
        }
        starts
    }

    fn push(&mut self, stage: StartStage, step: Step) -> StepId {
        let place = StartStage::ALL.iter().position(|known| *known == stage).unwrap_or_default();
        let steps = self.by_stage.entry(stage).or_default();
        steps.push(step);
        StepId { stage: self.first + place as u16, number: steps.len() as u32 - 1 }
    }

    fn add(&mut self, ask: &Ask<'_>, resource: &Resource, twin: Twin, fence: StepId) {
        let wanted = resource.starts.iter().filter(|start| match start.trust {
            Trust::Always => true,
            Trust::IfInterruptedIsRunAgain => ask.policy.run_interrupted_again,
        });
        let mut wanted = wanted.peekable();
        if wanted.peek().is_none() {
            return;
        }
        match twin {
            Twin::Is(twin) => {
                let mut before: Option<(StartStage, StepId)> = None;
                for start in wanted {
                    let mut step = steps::start(resource, start, &twin, fence, ask.policy.planned);
                    // Within a stage the starts of one resource follow each other; between stages the gate sees to it.
                    let same_stage = before.filter(|(stage, _)| *stage == start.stage);
                    step.needs.extend(same_stage.map(|(_, id)| steps::verified(id)));
                    before = Some((start.stage, self.push(start.stage, step)));
                }
            }
            Twin::Ambiguous(why) => self.by_hand.push(steps::by_hand(resource, "AMBIGUOUS-MATCH", &why)),
            Twin::Missing(why) => self.by_hand.push(steps::by_hand(resource, "NO-COUNTERPART", &why)),
        }
    }
}

fn findings(ask: &Ask<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    let age = ask.made_at.duration_since(ask.here.taken_at);
    if age > ask.policy.checkpoint_age {
        findings.push(format!(
            "the {}'s checkpoint is {} minutes old: what changed since then is not in this plan; capture more often",
            ask.leaving,
            age.as_mins()
        ));
    }
    findings.extend(missing_kinds(ask.here));
    findings.extend(missing_kinds(ask.there));
    for resource in &ask.here.resources {
        let about = |finding| format!("{} {:?}: {finding}", resource.kind, resource.name);
        findings.extend(resource.findings.iter().map(about));
    }
    findings
}

fn missing_kinds(checkpoint: &Checkpoint) -> impl Iterator<Item = String> {
    checkpoint.missing.iter().filter(|(kind, _)| *kind != own::WORKSPACE).map(|(kind, missing)| match missing {
        Missing::UnsupportedHere { message } => {
            format!("the {} does not offer kind {kind}: unsupported here ({message})", checkpoint.side)
        }
        Missing::NotListed { message } => format!(
            "kind {kind} of the {} could not be listed ({message}): it is fenced when it answers, but nothing of it is started",
            checkpoint.side
        ),
    })
}
