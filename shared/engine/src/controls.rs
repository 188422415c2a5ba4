//! What people order of a saga under way: recorded, taken in by a runner, acknowledged when it has happened.
//!
//! Whoever orders is a runner, too, for as long as that needs: with every function down, and on one machine,
//! an order is taken in all the same.

use std::sync::Arc;

use failover::plan::OpenLesson;
use jiff::{SignedDuration, Timestamp};
use saga::bounds::{NAME, TEXT, capped};
use saga::{SagaId, State, StepId};
use sha2::{Digest, Sha256};

use crate::codes;
use crate::deps::Deps;
use crate::ports::{Control, ControlItem, ControlState, LessonItem, SagaStatus, StoreError};
use crate::runner::{Stopped, drive};
use crate::settings::Settings;

/// How often it is looked whether an order was taken in.
const LOOKS_EVERY: SignedDuration = SignedDuration::from_secs(1);

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ordered {
    /// It has happened.
    Taken,
    /// It was refused; nothing was changed.
    Refused {
        /// The page of advice.
        code: String,
        /// A sentence.
        why: String,
    },
    /// It is on record, and no runner has taken it in yet.
    Waiting,
}

/// Orders something of a saga and waits, for at most `patience`, until a runner has taken it in.
///
/// # Errors
///
/// [`Stopped`]: the store failed, or the saga's record is not whole.
pub async fn order(
    deps: &Deps,
    saga: &SagaId,
    control: Control,
    by: &str,
    why: &str,
    patience: SignedDuration,
) -> Result<Ordered, Stopped> {
    let (by, why) = (&*capped(by, NAME), &*capped(why, TEXT));
    let control = bounded(control);
    let now = deps.clock.now();
    let known = deps.controls.controls(saga).await?;
    // Whoever presses again after a crash means the same order.
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
        // Refused: it is over, or the very same was ordered at this moment; what is recorded tells.
        Ok(()) | Err(StoreError::Refused(_)) => {}
        Err(other) => return Err(other.into()),
    }
    // A lost wake-up is made up for below, and by the tick.
    deps.waker.wake(saga).await.ok();
    follow(deps, saga, &item, now.saturating_add(patience).unwrap_or(Timestamp::MAX)).await
}

/// A lesson has texts of a person, which no item must grow with (S25).
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

async fn follow(deps: &Deps, saga: &SagaId, item: &ControlItem, until: Timestamp) -> Result<Ordered, Stopped> {
    let settings = Settings { drive_limit: SignedDuration::ZERO, ..(*deps.settings).clone() };
    // Drives no further than to what was ordered.
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
            // Whoever took over takes it in; a store that does not confirm is asked again.
            Ok(_) | Err(Stopped::Superseded | Stopped::Store(StoreError::Again(_))) => {}
            Err(stopped) => return Err(stopped),
        }
        let orders = deps.controls.controls(saga).await?;
        if orders.iter().any(|order| order.id == item.id && order.state != ControlState::Open) {
            continue;
        }
        deps.clock.sleep_until(deps.clock.now().saturating_add(LOOKS_EVERY).unwrap_or(Timestamp::MAX)).await;
    }
}

/// Of a saga that is over nothing can be ordered, but what was learned of it is still written down.
async fn too_late(deps: &Deps, saga: &SagaId, item: &ControlItem) -> Result<Ordered, Stopped> {
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

/// Asks for a saga to be aborted, and says why. Acknowledged only when its end is recorded (S14).
///
/// # Errors
///
/// [`StoreError::Refused`] if the saga is finished or unknown, or another [`StoreError`].
pub async fn abort(deps: &Deps, saga: &SagaId, by: &str, why: &str) -> Result<(), StoreError> {
    deps.sagas.ask_abort(saga, &capped(by, NAME), &capped(why, TEXT)).await?;
    // A lost wake-up is made up for by the tick.
    deps.waker.wake(saga).await.ok();
    Ok(())
}

/// The lesson that an order writes down, as the pair keeps it; the same lesson always has the same id.
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

/// The pair's lessons that nobody has closed, for the next plan.
pub(crate) async fn open_lessons(deps: &Deps) -> Result<Vec<OpenLesson>, StoreError> {
    let open = deps.controls.lessons(&deps.pair.name).await?.into_iter().filter(|lesson| lesson.closed.is_none());
    let open =
        open.map(|lesson| OpenLesson { saga: lesson.saga, text: lesson.text, owner: lesson.owner, due: lesson.due });
    Ok(open.collect())
}

/// The open steps of a kind with a name, or with an id.
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
