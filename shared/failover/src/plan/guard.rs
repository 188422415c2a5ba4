//! The plan of a guard's round: it fences again what somebody switched on, and reports it.
//!
//! Every step is optional. If something cannot be fenced now, the next check of the guard finds it again. A round
//! that never ends would keep the pair from its way back.

use jiff::Timestamp;
use saga::plan::PLAN_VERSION;
use saga::{Gate, Plan, SagaId, Stage, Step};
use serde_json::{Value, json};

use super::actions::messages_of;
use super::findings::bounded;
use super::gates::tried;
use super::wording::Occasion;
use super::{About, PlanningError, stage, want};
use crate::action::{ActionInfo, Address, Declarations};
use crate::pair::{PairName, Role, Side};

/// A resource that is on and should not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offender {
    /// Name of its kind, e.g. `job`.
    pub kind: String,
    /// Id of the resource.
    pub id: String,
    /// Name of the resource.
    pub name: String,
    /// The person or the program that switched it on, and when, if the API says so.
    pub told: Option<String>,
}

/// Everything that a round is made of.
#[derive(Debug)]
pub struct GuardAsk<'a> {
    /// Id of the round's saga.
    pub saga: SagaId,
    /// Name of the pair.
    pub pair: &'a PairName,
    /// The side that is guarded.
    pub fenced: Side,
    /// The current time.
    pub made_at: Timestamp,
    /// The resources that are on there.
    pub offenders: &'a [Offender],
    /// All kinds, in fencing order.
    pub order: &'a [&'a str],
    /// Addresses of the two sides.
    pub addresses: &'a [Address],
    /// Everything that the team has declared besides its workspaces.
    pub declarations: &'a Declarations,
    /// All kinds of actions that the program knows.
    pub action_kinds: &'a [ActionInfo],
}

/// Makes the plan of a round.
///
/// # Errors
///
/// [`PlanningError`], with the remedy.
pub fn guard_plan(ask: &GuardAsk<'_>) -> Result<Plan, PlanningError> {
    let place = |offender: &&Offender| ask.order.iter().position(|kind| *kind == offender.kind).unwrap_or(usize::MAX);
    let mut offenders: Vec<&Offender> = ask.offenders.iter().collect();
    offenders.sort_by_key(place);
    let steps = offenders.iter().map(|offender| fence_again(offender)).collect();
    let told = messages_of(
        &super::actions::Teller {
            pair: ask.pair,
            target: ask.fenced.other(),
            addresses: ask.addresses,
            declarations: ask.declarations,
            action_kinds: ask.action_kinds,
        },
        Occasion::SwitchedOn,
    )?;
    let findings = offenders.iter().map(|offender| {
        let told = offender.told.as_deref().unwrap_or("the API does not tell who switched it on");
        format!("{} {:?} was switched on again on the {}: {told}", offender.kind, offender.name, ask.fenced)
    });
    let plan = Plan {
        version: PLAN_VERSION,
        saga: ask.saga.clone(),
        subject: ask.pair.to_string(),
        kind: "guard".to_owned(),
        made_at: ask.made_at,
        about: json!(About {
            leaving: ask.fenced,
            planned: false,
            fence_first: false,
            checkpoint_at: ask.made_at,
            target_listed_at: ask.made_at,
            addresses: ask.addresses.to_vec(),
            worst_loss: None,
            operation: None,
            window: None,
        }),
        stages: vec![
            Stage { name: stage::FENCE.to_owned(), gate: Gate::Open, steps },
            Stage { name: stage::NOTIFY.to_owned(), gate: tried(&[stage::FENCE]), steps: told },
        ],
        exceptions: Vec::new(),
        findings: bounded(findings.collect()),
    };
    plan.check()?;
    Ok(plan)
}

fn fence_again(offender: &Offender) -> Step {
    Step {
        detail: offender.told.as_ref().map_or(Value::Null, |told| json!({ "switched_on": told })),
        pursue: true,
        optional: true,
        ..Step::new(Role::Leaving.as_str(), &offender.kind, &offender.id, &offender.name, want::FENCED)
    }
}
