//! Checks what a failback needs: the target is well and fenced, and the failover before it is on record.

use std::collections::BTreeSet;

use failover::drill::Alarm;
use failover::signal::Reading;
use failover::{Operation, Past, Role, Side};
use saga::{Class, StepState};

use super::{Order, OrderError, StartError};
use crate::capture::{latest, prepared};
use crate::deps::Deps;
use crate::guard::{LeftToSaga, offenders};
use crate::ports::{PairHead, StoreError};
use crate::roles::ResolvedPair;
use crate::view::view;

/// Refuses a failback to a side that is not well, or on which something is on (R40). The outcome alarms of a drill do
/// not prevent it, since they ask for the way back.
pub(super) async fn refuse_unready(
    deps: &ResolvedPair,
    side: Side,
    midway: bool,
    turns_back_for: &[Alarm],
) -> Result<(), StartError> {
    let mut reasons = sick(deps, side, turns_back_for).await?;
    if !midway {
        let (offenders, unseen) = offenders(deps, side, &LeftToSaga::default()).await;
        reasons.extend(unseen.into_iter().map(|what| format!("it does not show all of itself ({what})")));
        reasons.extend(offenders.into_iter().map(|offender| {
            format!("{} {:?} is on there: `switchback guard` fences it", offender.kind, offender.name)
        }));
    }
    if reasons.is_empty() { Ok(()) } else { Err(OrderError::TargetNotReady { side, reasons }.into()) }
}

/// The signals that speak against a side. No signal is no reason, since the side is listed in full.
async fn sick(deps: &Deps, side: Side, except: &[Alarm]) -> Result<Vec<String>, StoreError> {
    let now = deps.clock.now();
    let tracks = deps.signals.tracks(&deps.pair.name).await?.into_iter().map(|item| item.track);
    let about =
        tracks.filter(|track| track.about.side == side && !except.iter().any(|alarm| alarm.names(&track.about)));
    let said = about.filter_map(|track| {
        let word = match track.reading_at(now) {
            Reading::Healthy | Reading::Unknown => return None,
            Reading::Degraded => "is degraded",
            Reading::Down => "is down",
        };
        Some(format!("{} says that it {word} ({})", track.about.source, track.text))
    });
    Ok(said.collect())
}

/// The facts that are known of the failover before.
pub(super) async fn past(
    deps: &ResolvedPair,
    order: &Order,
    head: &PairHead,
    midway: bool,
) -> Result<Past, StartError> {
    if order.operation != Operation::Failback {
        return Ok(Past::default());
    }
    let already_run = match (midway, &head.last) {
        (true, Some(last)) => already_run(deps, last).await?,
        (true, None) | (false, _) => BTreeSet::new(),
    };
    Ok(Past {
        prepared: prepared(deps, order.leaving).await?,
        recorded: latest(deps, order.leaving.other()).await?,
        midway,
        already_run,
    })
}

/// The jobs that the last saga has run on its target, or may have run.
async fn already_run(deps: &Deps, last: &saga::SagaId) -> Result<BTreeSet<String>, StoreError> {
    let Some(seen) = view(deps, Some(last)).await? else { return Ok(BTreeSet::new()) };
    let ran = seen.plan.steps().filter(|(id, step)| {
        let state = seen.state.step(*id).map(|record| (record.state, record.attempts));
        // A step that must run only once carries a token.
        step.class == Class::Tokened
            && step.place == Role::Target.as_str()
            && state.is_some_and(|(state, attempts)| match state {
                StepState::Done | StepState::Intended => true,
                StepState::Planned | StepState::Waived => false,
                StepState::Waiting | StepState::Blocked => attempts > 0,
            })
    });
    Ok(ran.map(|(_, step)| step.resource.clone()).collect())
}
