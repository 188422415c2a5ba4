//! A drill on the standby alone (R50): compute is started there and proved, and then put back.
//!
//! Neither the primary nor the data is touched. No job, pipeline or schedule is started. No route, source or
//! endpoint is changed. Nobody gets a message that work moves.

use saga::plan::PLAN_VERSION;
use saga::{Gate, Plan, Stage, Step};
use serde_json::json;

use super::findings::{bounded, findings, not_covered};
use super::gates::verified;
use super::refusals::refuse;
use super::{Ask, GO, PlanningError, actions, homing, moving, stage, steps, want};
use crate::action::Purpose;
use crate::checkpoint::{Resource, Start, StartStage, Trust};
use crate::matching::{Counterpart, Matching, told_apart};
use crate::pair::Role;

/// A start that is later stopped again: the resource of the primary, its counterpart, and the start itself.
struct Proved<'a> {
    resource: &'a Resource,
    counterpart: &'a Resource,
    start: &'a Start,
}

/// Makes the plan of a drill on the standby alone.
///
/// # Errors
///
/// [`PlanningError`], with the remedy.
pub fn standby_drill_plan(ask: &Ask<'_>) -> Result<Plan, PlanningError> {
    refuse(ask)?;
    let matching = Matching::new(ask.here, ask.there, ask.map);
    let counterparts: Vec<Counterpart> =
        ask.here.resources.iter().map(|resource| matching.counterpart(resource)).collect();
    let counterparts = told_apart(&ask.here.resources, counterparts);
    let mut exceptions = Vec::new();
    let mut proved = Vec::new();
    for (resource, counterpart) in ask.here.resources.iter().zip(&counterparts) {
        let starts: Vec<&Start> = resource.starts.iter().filter(|start| is_compute(start)).collect();
        if starts.is_empty() || ask.declarations.is_active_active(&resource.kind, &resource.name) {
            continue;
        }
        match counterpart {
            Counterpart::Is(id) => {
                let Some(counterpart) = ask.there.resources.iter().find(|r| r.kind == resource.kind && r.id == *id)
                else {
                    continue;
                };
                if counterpart.active {
                    exceptions.push(format!(
                        "{} {:?} is on at the {} already: it is neither started nor stopped",
                        counterpart.kind,
                        counterpart.name,
                        ask.leaving.other()
                    ));
                    continue;
                }
                proved.extend(starts.into_iter().map(|start| Proved { resource, counterpart, start }));
            }
            Counterpart::Ambiguous(why) | Counterpart::Missing(why) => {
                exceptions.push(format!("{} {:?} is not proved: {why}", resource.kind, resource.name));
            }
        }
    }
    let of_stage = |wanted: StartStage| -> Vec<Step> {
        let of = proved.iter().filter(|proved| proved.start.stage == wanted);
        of.map(|proved| steps::start(proved.resource, proved.start, &proved.counterpart.id, None, true)).collect()
    };
    let started: Vec<_> = proved
        .iter()
        .map(|p| (p.counterpart.kind.clone(), p.counterpart.id.clone(), p.resource.name.clone()))
        .collect();
    let named = |name: &str, gate: Gate, steps: Vec<Step>| Stage { name: name.to_owned(), gate, steps };
    let confirm = [
        vec![steps::answering(), actions::up_to_date(&started)],
        actions::steps(ask, Purpose::Source, want::REACHABLE)?,
    ];
    let proof = [vec![steps::answering()], actions::steps(ask, Purpose::Validation, want::PROVED)?];
    let mut stopped: Vec<&Resource> = proved.iter().map(|proved| proved.counterpart).collect();
    stopped.sort_by_key(|counterpart| (&counterpart.kind, &counterpart.id));
    stopped.dedup_by(|a, b| a.kind == b.kind && a.id == b.id);
    // Compute from a pool returns to it when it ends, so pools are put back later.
    let (pools, compute): (Vec<&Resource>, Vec<&Resource>) =
        stopped.iter().partition(|counterpart| is_pool(ask, counterpart));
    let on_before = ask.there.resources.iter().filter(|r| r.active).map(Resource::key).collect();
    let stages = vec![
        named(stage::CONFIRM, Gate::Approved(GO.to_owned()), confirm.concat()),
        named(stage::POOLS, verified(&[stage::CONFIRM]), of_stage(StartStage::Pools)),
        named(stage::COMPUTE, verified(&[stage::POOLS]), of_stage(StartStage::Compute)),
        named(stage::VALIDATE, verified(&[stage::COMPUTE]), proof.concat()),
        // A failed proof waits for a person. The person examines it while the compute still runs, and waives it.
        named(stage::PUT_BACK, verified(&[stage::VALIDATE]), put_back(&compute)),
        named(stage::PUT_BACK_POOLS, verified(&[stage::PUT_BACK]), put_back(&pools)),
        named(
            stage::RESET,
            verified(&[stage::PUT_BACK_POOLS]),
            stopped.iter().flat_map(|counterpart| steps::set_back(counterpart, Role::Target)).collect(),
        ),
        named(stage::READY, verified(&[stage::RESET]), vec![homing::ready_at(Role::Target, on_before)]),
    ];
    let plan = Plan {
        version: PLAN_VERSION,
        saga: ask.saga.clone(),
        subject: ask.pair.to_string(),
        kind: ask.operation.as_str().to_owned(),
        made_at: ask.made_at,
        about: json!(moving::about(ask)),
        stages,
        exceptions: bounded([exceptions, not_covered()].concat()),
        findings: bounded(findings(ask)),
    };
    plan.check()?;
    Ok(plan)
}

fn is_compute(start: &Start) -> bool {
    let stage = match start.stage {
        StartStage::Pools | StartStage::Compute => true,
        StartStage::Jobs | StartStage::Schedules => false,
    };
    let always = match start.trust {
        Trust::Always => true,
        Trust::IfInterruptedIsRunAgain => false,
    };
    stage && always
}

fn is_pool(ask: &Ask<'_>, counterpart: &Resource) -> bool {
    let of_kind = |resource: &&Resource| resource.kind == counterpart.kind;
    ask.here.resources.iter().filter(of_kind).flat_map(|r| &r.starts).any(|start| start.stage == StartStage::Pools)
}

fn put_back(stopped: &[&Resource]) -> Vec<Step> {
    let stop =
        |counterpart: &&Resource| Step { place: Role::Target.as_str().to_owned(), ..steps::fence(counterpart, false) };
    stopped.iter().map(stop).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_work_runs_on_is_started() {
        let start = |stage, trust| Start {
            stage,
            kind: None,
            want: "running".to_owned(),
            detail: serde_json::Value::Null,
            class: saga::Class::Idempotent,
            trust,
        };
        assert!(is_compute(&start(StartStage::Compute, Trust::Always)));
        assert!(is_compute(&start(StartStage::Pools, Trust::Always)));
        assert!(!is_compute(&start(StartStage::Jobs, Trust::Always)));
        assert!(!is_compute(&start(StartStage::Schedules, Trust::Always)));
        assert!(!is_compute(&start(StartStage::Jobs, Trust::IfInterruptedIsRunAgain)));
    }
}
