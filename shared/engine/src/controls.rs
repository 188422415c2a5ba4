//! Takes a person's order for a running saga. An order is recorded, a runner takes it in, and it is acknowledged when
//! it has happened.
//!
//! The command that gives an order becomes a runner for as long as the order needs. So an order is taken in even if
//! every function is down, and on one machine.

use std::sync::Arc;

use failover::plan::OpenLesson;
use jiff::{SignedDuration, Timestamp};
use saga::bounds::{NAME, TEXT, capped};
use saga::{SagaId, State, StepId};
use sha2::{Digest, Sha256};

use crate::codes;
use crate::deps::Deps;
use crate::ports::{Control, ControlItem, ControlState, LessonItem, SagaStatus, StoreError};
use crate::runner::{RunnerError, drive};
use crate::settings::Settings;

/// The interval at which the order's state is read.
const LOOKS_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// The result of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// It has happened.
    Taken,
    /// It was refused, and nothing was changed.
    Refused {
        /// The advice code.
        code: String,
        /// The reason, in one sentence.
        why: String,
    },
    /// It is on record, and no runner has taken it in yet.
    Waiting,
}

/// Gives an order to a saga. It waits, for at most `patience`, until a runner has taken it in.
///
/// # Errors
///
/// [`RunnerError`]: the store failed, or the saga's record is not whole.
pub async fn order(
    deps: &Deps,
    saga: &SagaId,
    control: Control,
    by: &str,
    why: &str,
    patience: SignedDuration,
) -> Result<Ordered, RunnerError> {
    let (by, why) = (&*capped(by, NAME), &*capped(why, TEXT));
    let control = bounded(control);
    let now = deps.clock.now();
    let known = deps.controls.controls(saga).await?;
    // A person who gives the same order again after a crash means the first one.
    let same = known.into_iter().find(|o| o.state == ControlState::Open && o.control == control && o.by == by);
    let item = same.unwrap_or_else(|| ControlItem {
        id: format!("{:015}-{}", now.as_millisecond(), digest(&[by, why, &format!("{control:?}")])),
        control,
        by: by.to_owned(),
        why: why.to_owned(),
        at: now,
        state: ControlState::Open,
    });
    match deps.controls.order(saga, &item).await {
        // Refused: the saga is over, or the very same order was given at this moment. The recorded state shows which.
        Ok(()) | Err(StoreError::Refused(_)) => {}
        Err(other) => return Err(other.into()),
    }
    // The loop below and the tick make up for a lost wake message.
    deps.waker.wake(saga).await.ok();
    follow(deps, saga, &item, now.saturating_add(patience).unwrap_or(Timestamp::MAX)).await
}

/// Cuts the texts of a lesson, since a person writes them and no item may grow with them (S25).
fn bounded(control: Control) -> Control {
    match control {
        Control::Lesson { text, owner, due } => {
            Control::Lesson { text: capped(&text, TEXT), owner: owner.map(|owner| capped(&owner, NAME)), due }
        }
        Control::Hold
        | Control::Resume
        | Control::Retry { .. }
        | Control::Waive { .. }
        | Control::EndPursuit { .. } => control,
    }
}

async fn follow(deps: &Deps, saga: &SagaId, item: &ControlItem, until: Timestamp) -> Result<Ordered, RunnerError> {
    let settings = Settings { drive_limit: SignedDuration::ZERO, ..(*deps.settings).clone() };
    // This drive goes no further than the order needs.
    let taking_in = Deps { settings: Arc::new(settings), ..deps.clone() };
    loop {
        let orders = deps.controls.controls(saga).await?;
        match orders.into_iter().find(|order| order.id == item.id).map(|order| order.state) {
            Some(ControlState::Taken { .. }) => return Ok(Ordered::Taken),
            Some(ControlState::Refused { code, why, .. }) => return Ok(Ordered::Refused { code, why }),
            Some(ControlState::Open) | None => {}
        }
        let Some(head) = deps.sagas.head(saga).await? else {
            let why = format!("there is no saga {saga}");
            return Ok(Ordered::Refused { code: codes::SAGA_OVER.to_string(), why });
        };
        if let SagaStatus::Finished(_) = head.status {
            return too_late(deps, saga, item).await;
        }
        if deps.clock.now() >= until {
            return Ok(Ordered::Waiting);
        }
        match drive(&taking_in, saga, &format!("order/{}", item.by)).await {
            // A runner that took over takes the order in. A store that did not confirm is asked again.
            Ok(_) | Err(RunnerError::Superseded | RunnerError::Store(StoreError::Again(_))) => {}
            Err(stopped) => return Err(stopped),
        }
        let orders = deps.controls.controls(saga).await?;
        if orders.iter().any(|order| order.id == item.id && order.state != ControlState::Open) {
            continue;
        }
        deps.clock.sleep_until(deps.clock.now().saturating_add(LOOKS_EVERY).unwrap_or(Timestamp::MAX)).await;
    }
}

/// Refuses an order for a saga that is over. A lesson is still written down.
async fn too_late(deps: &Deps, saga: &SagaId, item: &ControlItem) -> Result<Ordered, RunnerError> {
    let at = deps.clock.now();
    if let Some(lesson) = lesson_of(saga, item) {
        deps.controls.add_lesson(&deps.pair.name, &lesson).await?;
        deps.controls.mark(saga, &item.id, &ControlState::Taken { at }).await?;
        return Ok(Ordered::Taken);
    }
    let (code, why) = (codes::SAGA_OVER.to_string(), format!("saga {saga} is over: going on or back is a new one"));
    deps.controls.mark(saga, &item.id, &ControlState::Refused { at, code: code.clone(), why: why.clone() }).await?;
    Ok(Ordered::Refused { code, why })
}

/// Asks for a saga to be aborted, with the reason. It is acknowledged only when the end is recorded (S14).
///
/// # Errors
///
/// [`StoreError::Refused`] if the saga is finished or unknown, or another [`StoreError`].
pub async fn abort(deps: &Deps, saga: &SagaId, by: &str, why: &str) -> Result<(), StoreError> {
    deps.sagas.ask_abort(saga, &capped(by, NAME), &capped(why, TEXT)).await?;
    // The tick makes up for a lost wake message.
    deps.waker.wake(saga).await.ok();
    Ok(())
}

/// The lesson of an order as the pair keeps it. The same lesson always has the same id.
pub(crate) fn lesson_of(saga: &SagaId, order: &ControlItem) -> Option<LessonItem> {
    let Control::Lesson { text, owner, due } = &order.control else { return None };
    Some(LessonItem {
        id: format!("{saga}#{}", digest(&[&order.by, text])),
        saga: saga.clone(),
        text: text.clone(),
        by: order.by.clone(),
        at: order.at,
        owner: owner.clone(),
        due: *due,
        closed: None,
    })
}

/// The pair's lessons that are not closed, for the next plan.
pub(crate) async fn open_lessons(deps: &Deps) -> Result<Vec<OpenLesson>, StoreError> {
    let open = deps.controls.lessons(&deps.pair.name).await?.into_iter().filter(|lesson| lesson.closed.is_none());
    let open =
        open.map(|lesson| OpenLesson { saga: lesson.saga, text: lesson.text, owner: lesson.owner, due: lesson.due });
    Ok(open.collect())
}

/// The open steps of a kind whose name or id is `name`.
pub fn step_named(plan: &saga::Plan, state: &State, kind: &str, name: &str) -> Vec<StepId> {
    let meant = plan.steps().filter(|(id, step)| {
        let open = state.step(*id).is_some_and(|record| !record.state.is_settled());
        open && step.kind == kind && (step.name == name || step.resource == name)
    });
    meant.map(|(id, _)| id).collect()
}

fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
