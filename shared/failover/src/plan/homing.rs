//! The way back (R40 to R44): data that was written meanwhile comes along, and the side that is left is set back
//! and proved to be ready to stand by.

use std::collections::BTreeSet;

use saga::Step;
use serde_json::{Value, json};

use super::wording::Occasion;
use super::{Ask, PlanningError, actions, own, steps, want};
use crate::action::{Detail, Purpose};
use crate::checkpoint::Resource;
use crate::matching::{Counterpart, Matching};
use crate::operation::Operation;
use crate::pair::Role;
use crate::resource_key::ResourceKey;

/// The occasion of the message at the end of an operation.
pub(super) fn told_at_the_end(operation: Operation) -> Occasion {
    match operation {
        Operation::Failover | Operation::Drill | Operation::StandbyDrill => Occasion::Moved,
        Operation::Failback => Occasion::Home,
        Operation::Promotion => Occasion::Promoted,
    }
}

/// Proves that the data that was written on the leaving side has come back: each dataset, after nothing writes
/// there any more. Nobody has accepted a loss for it, so its lag must be within the objective.
pub(super) fn caught_up(ask: &Ask<'_>) -> Result<Vec<Step>, PlanningError> {
    let steps = actions::steps(ask, Purpose::Dataset, want::SYNCED)?.into_iter().map(|step| {
        let Ok(detail) = serde_json::from_value::<Detail>(step.detail.clone()) else { return step };
        Step { detail: json!(Detail { shown: None, ..detail }), ..step }
    });
    Ok(steps.collect())
}

/// Sets the leaving side back to its state as a prepared standby (R41).
pub(super) fn reset(ask: &Ask<'_>) -> Vec<Step> {
    let Some(prepared) = &ask.past.prepared else { return Vec::new() };
    let there: BTreeSet<ResourceKey> = ask.here.resources.iter().map(Resource::key).collect();
    let of_prepared = prepared.resources.iter().filter(|resource| there.contains(&resource.key()));
    let moved = of_prepared.filter(|r| !ask.declarations.is_active_active(&r.kind, &r.name));
    moved.flat_map(|resource| steps::set_back(resource, Role::Leaving)).collect()
}

/// Proves that the leaving side is ready to stand by. After a promotion nothing waits for this proof, because the
/// old primary may be away for a long time.
pub(super) fn ready(ask: &Ask<'_>) -> Step {
    Step { pursue: ask.operation == Operation::Promotion, ..ready_at(Role::Leaving, except(ask)) }
}

/// The same proof for either side. The resources in `except` may be on.
pub(super) fn ready_at(place: Role, except: Vec<ResourceKey>) -> Step {
    Step {
        detail: if except.is_empty() { Value::Null } else { json!({ "except": except }) },
        ..Step::new(place.as_str(), own::STANDBY, own::STANDBY, "the side that stands by", want::READY)
    }
}

fn except(ask: &Ask<'_>) -> Vec<ResourceKey> {
    let marked = ask.here.resources.iter().filter(|r| ask.declarations.is_active_active(&r.kind, &r.name));
    marked.map(Resource::key).collect()
}

/// Resources that were on at the leaving side before the work came there, and are left off, each with the reason.
pub(super) fn exceptions(ask: &Ask<'_>) -> Vec<String> {
    let Some(prepared) = ask.past.prepared.as_ref().filter(|_| ask.operation == Operation::Failback) else {
        return Vec::new();
    };
    let was_on = prepared.resources.iter().filter(|r| r.active);
    was_on
        .filter(|r| !ask.declarations.is_active_active(&r.kind, &r.name))
        .map(|r| {
            format!(
                "{} {:?} was on at the {} before the work came there: it is left off; start it again if it is needed",
                r.kind, r.name, ask.leaving
            )
        })
        .collect()
}

/// Resources that were made on the leaving side while it was active (R42), each with what to do about it.
pub(super) fn made_meanwhile(ask: &Ask<'_>) -> Vec<String> {
    let Some(prepared) = ask.past.prepared.as_ref().filter(|_| ask.operation == Operation::Failback) else {
        return Vec::new();
    };
    let known: BTreeSet<ResourceKey> = prepared.resources.iter().map(Resource::key).collect();
    let matching = Matching::new(ask.here, ask.there, ask.map);
    let home = ask.leaving.other();
    let made = ask.here.resources.iter().filter(|resource| !known.contains(&resource.key()));
    made.map(|resource| {
        let what = match matching.counterpart(resource) {
            Counterpart::Is(_) => format!("the {home} has its counterpart, which is what goes on; compare the two"),
            Counterpart::Ambiguous(_) => format!("the {home} has several that could be meant: name its own in [[map]]"),
            Counterpart::Missing(_) if resource.active => {
                format!("it is stopped with this failback; deploy it to the {home}, then waive its step, or waive it")
            }
            Counterpart::Missing(_) => format!("deploy it to the {home} if it shall last; it stays where it is"),
        };
        format!("{} {:?}: made on the {} while it was active: {what}", resource.kind, resource.name, ask.leaving)
    })
    .collect()
}

/// The data that was written there, for each dataset, with how far it has come back.
pub(super) fn written_meanwhile(ask: &Ask<'_>) -> Vec<String> {
    if ask.operation != Operation::Failback {
        return Vec::new();
    }
    let home = ask.leaving.other();
    let told = ask.datasets.iter().map(|seen| match (&seen.synced_at, seen.loss_s(ask.lost_at)) {
        (Ok(at), Some(lag)) => format!(
            "{} {:?}: written on the {} meanwhile; the {home} has it up to {at:.0}, {lag} s behind; nothing is \
             started there before it is within {} s",
            seen.purpose.as_str(),
            seen.name,
            ask.leaving,
            seen.objective_s
        ),
        (Ok(_), None) | (Err(_), _) => format!(
            "{} {:?}: written on the {} meanwhile; how far it has come to the {home} cannot be told: nothing is \
             started there before it can",
            seen.purpose.as_str(),
            seen.name,
            ask.leaving
        ),
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_ready_or_the_step_says_what_is_excepted() {
        let none = ready_at(Role::Leaving, Vec::new());
        assert_eq!((none.want.as_str(), &none.detail), (want::READY, &Value::Null));
        let some = ready_at(Role::Target, vec![ResourceKey::new("job", "7")]);
        assert_eq!(some.detail, json!({ "except": [["job", "7"]] }));
    }
}
