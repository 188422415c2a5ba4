//! Reads from the sagas of a rehearsal when something was fenced.

use engine::view::View;
use failover::plan::want;
use saga::{Event, Step, StepEvent, StepState};
use sim::{Side, World};

use super::cast::Cast;
use super::ended::Ended;

/// When the last step that fences was done, in milliseconds since 1970.
pub(super) fn last_fenced_ms(ended: &Ended) -> Option<i64> {
    let fenced = ended.view.plan.steps().filter(|(_, step)| is_fencing(&step.want));
    let done = fenced.filter_map(|(id, _)| ended.view.state.step(id)).filter(|r| r.state == StepState::Done);
    done.filter_map(|record| record.last_try).map(|at| at.as_millisecond()).max()
}

/// Whether a step that wants this fences something.
pub(super) fn is_fencing(wanted: &str) -> bool {
    wanted == want::FENCED || wanted == want::ALL_FENCED
}

/// Resources that processed data after they were reported fenced, in the words of the story. A resource that a
/// deployment has switched on again is not late until the guard has fenced it again.
pub(super) fn after_done(cast: &Cast<'_>, world: &World, ended: &Ended) -> Vec<String> {
    let deployed_ms = first_deployed_ms(cast).unwrap_or(i64::MAX);
    let told = fenced(&ended.view).filter_map(|(step, at_ms)| {
        let again_ms = fenced_again_ms(ended, &step.resource).unwrap_or(i64::MAX);
        let is_explained = |from: i64, to: i64| from >= deployed_ms && to <= again_ms;
        let processed = world.processing_of(Side::Primary, &step.resource);
        let late = processed.into_iter().filter(|(from, to)| *to > at_ms && !is_explained(*from, *to));
        let late_ms = late.map(|(_, to)| to - at_ms).max()?;
        Some(format!("{} {:?}: {:.1} s after", step.kind, step.name, late_ms as f64 / 1000.0))
    });
    told.collect()
}

/// The steps of a saga that fenced something, with the times in its log, in milliseconds since 1970.
fn fenced(view: &View) -> impl Iterator<Item = (&Step, i64)> {
    view.lines.iter().filter_map(|line| {
        let Event::Step(StepEvent::Done { step, .. }) = &line.event else { return None };
        let step = view.plan.step(*step).filter(|step| step.want == want::FENCED)?;
        Some((step, line.at.as_millisecond()))
    })
}

fn first_deployed_ms(cast: &Cast<'_>) -> Option<i64> {
    let at = cast.script.deploy.iter().map(|deploy| deploy.at).min()?;
    Some(cast.at(at).as_millisecond())
}

/// Time at which the guard last fenced a resource again, in milliseconds since 1970.
fn fenced_again_ms(ended: &Ended, resource: &str) -> Option<i64> {
    let again = ended.rounds.iter().flat_map(fenced).filter(|(step, _)| step.resource == resource);
    again.map(|(_, at_ms)| at_ms).max()
}

/// From the first deployment that switched something on until the guard had fenced the last of it.
pub(super) fn switched_on_ms(cast: &Cast<'_>, ended: &Ended) -> Option<(i64, i64)> {
    let last = ended.rounds.iter().flat_map(fenced).map(|(_, at_ms)| at_ms).max()?;
    Some((first_deployed_ms(cast)?, last))
}
