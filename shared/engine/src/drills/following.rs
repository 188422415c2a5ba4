//! Follows a scheduled drill that has begun to its end.

use failover::drill::{DrillEnd, DrillKind, DrillPolicy, ScheduleStatus, risen};
use failover::plan::GO;
use jiff::SignedDuration;
use saga::{Outcome, SagaId};

use super::book::{DrillOutcome, DrillResult, of_period};
use crate::controls::abort;
use crate::deps::Deps;
use crate::pair::pair_head;
use crate::ports::{Answer, RequestState, SagaHead, SagaStatus, StoreError};

/// The time within which a recorded drill starts its saga. It is longer than a function lives, so after this time the
/// process that recorded the drill has died.
const BEGINS_WITHIN: SignedDuration = SignedDuration::from_mins(10);

/// The name that ends a drill that nobody approved.
const SCHEDULE: &str = "the schedule";
/// The name that ends a drill that does harm.
const ALARM: &str = "an outcome alarm";

/// The status of a drill with a recorded result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Followed {
    /// Its period is settled.
    Settled,
    /// It is over, and this result is to be recorded.
    Over(DrillResult),
    /// It goes on.
    UnderWay,
    /// It is being ended.
    Stopped,
    /// The process that began it died before its saga existed.
    NeverBegan,
}

/// Follows a drill.
pub(super) async fn follow(
    deps: &Deps,
    policy: &DrillPolicy,
    status: &ScheduleStatus,
    known: &DrillResult,
) -> Result<Followed, StoreError> {
    match known.outcome {
        DrillOutcome::Ended(_) | DrillOutcome::Missed => return Ok(Followed::Settled),
        DrillOutcome::Begun => {}
    }
    let Some(saga) = known.sagas.first() else { return Ok(Followed::NeverBegan) };
    let (head, pair) = (deps.sagas.head(saga).await?, pair_head(deps).await?);
    let held = pair.saga.as_ref() == Some(saga);
    let over = |outcome, why| Followed::Over(of_period(deps, policy, status.period, known.sagas.clone(), outcome, why));
    match head {
        Some(head) if held => {
            let now = deps.clock.now();
            let window = policy.window_at(status.period, known.at);
            let in_time = window.is_some_and(|window| window.holds(now) == Some(true));
            let missed = match said(deps, saga).await? {
                Some(yes) if yes.approved => None,
                // It would hold the pair for nothing until its window ends.
                Some(no) => Some(format!("{} said no to it", no.by)),
                None if in_time => None,
                None => Some("nobody approved it in its window".to_owned()),
            };
            if let Some(why) = missed.filter(|_| !is_over(&head)) {
                // The result is recorded before the abort. Otherwise only the abort would be reported.
                return Ok(over(DrillOutcome::Missed, why));
            }
            stop_if_risen(deps, policy, saga, &head).await
        }
        Some(head) if is_over(&head) => match policy.kind {
            // `tend` records the end of a full drill, and its way back may be under way.
            DrillKind::Full => Ok(Followed::UnderWay),
            DrillKind::DryRun | DrillKind::StandbyOnly => {
                let (end, why) = end_of(deps, saga, &head).await?;
                Ok(over(DrillOutcome::Ended(end), why))
            }
        },
        // A saga that the pair does not name is never driven.
        Some(_) | None if deps.clock.now().duration_since(known.at) < BEGINS_WITHIN => Ok(Followed::UnderWay),
        Some(_) | None => Ok(Followed::NeverBegan),
    }
}

/// Ends the saga of a drill that counts as missed, since nobody approved it.
pub(super) async fn end_unapproved(deps: &Deps, known: &DrillResult) -> Result<(), StoreError> {
    let Some(saga) = known.sagas.first().filter(|_| known.outcome == DrillOutcome::Missed) else { return Ok(()) };
    let approved = said(deps, saga).await?.is_some_and(|answer| answer.approved);
    if approved || pair_head(deps).await?.saga.as_ref() != Some(saga) {
        return Ok(());
    }
    stop(deps, saga, SCHEDULE, &known.why).await
}

/// Ends a drill on the standby alone if its alarm has risen. `tend` turns a full drill back.
async fn stop_if_risen(
    deps: &Deps,
    policy: &DrillPolicy,
    saga: &SagaId,
    head: &SagaHead,
) -> Result<Followed, StoreError> {
    match policy.kind {
        DrillKind::Full => return Ok(Followed::UnderWay),
        DrillKind::DryRun | DrillKind::StandbyOnly => {}
    }
    if head.abort_by.is_some() || is_over(head) || policy.outcome_alarms.is_empty() {
        return Ok(Followed::UnderWay);
    }
    let tracks: Vec<_> = deps.signals.tracks(&deps.pair.name).await?.into_iter().map(|item| item.track).collect();
    let Some(why) = risen(&policy.outcome_alarms, &tracks, deps.clock.now()) else { return Ok(Followed::UnderWay) };
    stop(deps, saga, ALARM, &why).await?;
    Ok(Followed::Stopped)
}

async fn stop(deps: &Deps, saga: &SagaId, by: &str, why: &str) -> Result<(), StoreError> {
    match abort(deps, saga, by, why).await {
        // It has ended meanwhile.
        Ok(()) | Err(StoreError::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// The end of a drill on the standby alone, and the reason.
async fn end_of(deps: &Deps, saga: &SagaId, head: &SagaHead) -> Result<(DrillEnd, String), StoreError> {
    let Some(by) = head.abort_by.as_ref().filter(|_| head.status == SagaStatus::Finished(Outcome::Aborted)) else {
        return Ok((DrillEnd::Held, format!("Ordered by {}.", head.by)));
    };
    let why = head.abort_why.as_deref().unwrap_or("no reason was given");
    if said(deps, saga).await?.is_some_and(|answer| answer.approved) {
        let why = format!("{by} ended it: {why}. What it had started on the standby may still be on.");
        return Ok((DrillEnd::TurnedBack, why));
    }
    Ok((DrillEnd::NotBegun, format!("{by} ended it before anybody had approved it: {why}.")))
}

/// The answer to the drill's question, if there is one.
async fn said(deps: &Deps, saga: &SagaId) -> Result<Option<Answer>, StoreError> {
    Ok(match deps.approval_requests.question(saga, GO).await?.map(|ask| ask.state) {
        Some(RequestState::Answered(answer) | RequestState::Used(answer)) => Some(answer),
        Some(RequestState::Open) | None => None,
    })
}

fn is_over(head: &SagaHead) -> bool {
    matches!(head.status, SagaStatus::Finished(_))
}
