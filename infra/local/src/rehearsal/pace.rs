//! Measures how close to the API's own limit a saga worked.
//!
//! The numbers come from the simulator's counts, and not from our limiter. For each stage the family of changing
//! calls is found that its limit holds back longest. The ideal is the time that the limit alone imposes for that
//! many calls. The time taken runs from the first call to the end of the last call's share of the limit. Reads in
//! between, and everything else that keeps the runner from sending, count as time taken.
//! A stage whose ideal is under two seconds is not held back by a limit. Waiting for compute to come up is the fault
//! neither of the limit nor of the product.

use engine::view::View;
use failover::Role;
use sim::{CallStats, Limits};

use super::script::simulated;

/// In seconds: a stage is held back by a limit only if the limit imposes at least this time.
const HELD_BACK_S: f64 = 2.0;

/// Calls that may wait for other things than a limit. Example: a pin that was refused for its rate follows the
/// termination of its cluster.
const WAITS_FOR_OTHERS: &[&str] = &["clusters.edit"];

/// Seconds over all stages that a limit holds back.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Pace {
    pub(super) ideal_s: f64,
    pub(super) taken_s: f64,
}

/// Measures a finished saga.
pub(super) fn pace(view: &View, calls: &CallStats, limits: &Limits, end_ms: i64) -> Pace {
    let about = &view.about;
    let mut pace = Pace::default();
    for role in [Role::Leaving, Role::Target] {
        let side = match role {
            Role::Leaving => about.leaving,
            Role::Target => about.leaving.other(),
        };
        let stages: Vec<i64> = stages_on(view, role);
        for (index, from) in stages.iter().enumerate() {
            let until = stages.get(index + 1).copied().unwrap_or(end_ms);
            let limited = limits.per_second.iter().filter(|(family, _)| !WAITS_FOR_OTHERS.contains(family));
            let worst = limited.filter_map(|(family, rate)| {
                let counted = calls.of(simulated(side), family).effects_at_ms;
                let in_stage: Vec<i64> = counted.into_iter().filter(|at| (*from..until).contains(at)).collect();
                let (first, last) = (*in_stage.first()?, *in_stage.last()?);
                Some((in_stage.len() as f64 / rate, (last - first) as f64 / 1000.0 + 1.0 / rate))
            });
            let worst = worst.max_by(|a, b| a.0.total_cmp(&b.0));
            if let Some((ideal, taken)) = worst.filter(|(ideal, _)| *ideal >= HELD_BACK_S) {
                pace.ideal_s += ideal;
                pace.taken_s += taken;
            }
        }
    }
    pace
}

/// Times at which the stages that work on a side began, in milliseconds since 1970, in order.
fn stages_on(view: &View, role: Role) -> Vec<i64> {
    let on_side = view
        .plan
        .stages
        .iter()
        .enumerate()
        .filter(|(_, stage)| stage.steps.iter().any(|step| step.place == role.as_str()));
    let mut begun: Vec<i64> =
        on_side.filter_map(|(index, _)| view.state.entered_at(index)).map(|at| at.as_millisecond()).collect();
    begun.sort_unstable();
    begun.dedup();
    begun
}
