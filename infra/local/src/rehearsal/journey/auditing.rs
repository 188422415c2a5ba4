//! Compares the auditor's findings with the sagas of a journey.

use failover::plan::want;
use saga::{Event, StepEvent, StepState};
use sim::DoubleWindow;

use super::super::cast::Cast;
use super::super::ended::Ended;
use super::super::travelled::{Travelled, about};

/// Resources that processed data on a side after a saga had reported it fenced there, and before the next order.
pub(in super::super) fn late(cast: &Cast<'_>, ended: &Ended) -> Vec<String> {
    let world = cast.world();
    let mut late = Vec::new();
    for (index, leg) in ended.legs.iter().enumerate() {
        let until_ms = ended.legs.get(index + 1).map_or(i64::MAX, |next| next.ordered_at.as_millisecond());
        for line in &leg.view.lines {
            let Event::Step(StepEvent::Done { step, .. }) = &line.event else { continue };
            let Some(step) = leg.view.plan.step(*step).filter(|step| step.want == want::FENCED) else { continue };
            let at_ms = line.at.as_millisecond();
            let processed = world.processing_of(leg.left, &step.resource);
            let after = processed.into_iter().filter(|(from, to)| *to > at_ms && *from < until_ms);
            let worst = after.map(|(_, to)| to.min(until_ms) - at_ms).max();
            late.extend(worst.map(|ms| format!("{} {:?}: {:.1} s after", step.kind, step.name, ms as f64 / 1000.0)));
        }
    }
    late
}

/// In ms: double processing that the record does not explain. A lost side starts its work again when it comes back.
/// Its work is explained until the pursuit has fenced the last of it.
pub(in super::super) fn unexplained_ms(cast: &Cast<'_>, ended: &Ended, windows: &[DoubleWindow]) -> i64 {
    let back_ms = cast.script.loss.as_ref().and_then(|loss| loss.back_at).map(|back| cast.at(back).as_millisecond());
    let unplanned = |leg: &&Travelled| about(&leg.view).is_some_and(|about| !about.planned);
    let fenced_ms = ended.legs.iter().filter(unplanned).filter_map(last_fenced_ms).max();
    let explained = back_ms.zip(fenced_ms);
    let of = |window: &DoubleWindow| match explained {
        Some((from, to)) => {
            (from - window.from_ms).clamp(0, window.to_ms - window.from_ms)
                + (window.to_ms - window.from_ms.max(to)).max(0)
        }
        None => window.to_ms - window.from_ms,
    };
    windows.iter().map(of).sum()
}

fn last_fenced_ms(leg: &Travelled) -> Option<i64> {
    let fenced = leg.view.plan.steps().filter(|(_, step)| step.want == want::FENCED || step.want == want::ALL_FENCED);
    let done = fenced.filter_map(|(id, _)| leg.view.state.step(id)).filter(|r| r.state == StepState::Done);
    done.filter_map(|record| record.last_try).map(|at| at.as_millisecond()).max()
}
