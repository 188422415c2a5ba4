//! Reconciles a full drill until its end. Every decision follows from the record, so the next tick goes on after a
//! crash.

use failover::drill::{DrillEnd, DrillKind, FullDrill, Progress, SagaEnd, Upcoming, risen, stays_until, upcoming};
use failover::{Operation, Side};
use jiff::Timestamp;
use saga::bounds::{NAME, TEXT, capped};
use saga::{Outcome, SagaId};

use super::book::{DrillOutcome, DrillResult, tell_untold, write_down};
use crate::controls::abort;
use crate::deps::Deps;
use crate::detection::notify_everybody;
use crate::pair::{change_pair, pair_head};
use crate::ports::{DrillRecord, Message, PairHead, SagaStatus, StoreError, TurnedBack};
use crate::start::{Order, OrderError, StartError, draft, start};

/// The result of one reconciliation of the drill under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reconciled {
    /// There is no drill.
    None,
    /// Nothing is due.
    Waits,
    /// Its way back could not begin now.
    Refused(String),
    /// It is turned back from now on, or the saga of its way out is being ended.
    TurnsBack,
    /// Its way back has begun.
    Back(SagaId),
    /// It is over.
    Over(DrillEnd),
}

/// Does everything that is due of the full drill under way, if there is one.
///
/// # Errors
///
/// [`StoreError`]. A way back that is refused is no error: it is reported once and tried again.
pub async fn reconcile(deps: &Deps) -> Result<Reconciled, StoreError> {
    let head = pair_head(deps).await?;
    let Some(record) = &head.drill else { return Ok(Reconciled::None) };
    match due(deps, &head, record).await? {
        Upcoming::Wait => Ok(Reconciled::Waits),
        Upcoming::TurnBack(alarm) => {
            turn_back(deps, "an outcome alarm", &alarm).await?;
            Ok(Reconciled::TurnsBack)
        }
        Upcoming::AbortOut => {
            end_way_out(deps, record).await?;
            Ok(Reconciled::TurnsBack)
        }
        Upcoming::BeginBack => begin_back(deps, record).await,
        Upcoming::Over(end) => {
            conclude(deps, record, end).await?;
            Ok(Reconciled::Over(end))
        }
    }
}

/// Turns the drill under way back: its way out is aborted, or its stay ends now. `false`: there is no drill, or it is
/// on its way back already.
///
/// # Errors
///
/// [`StoreError`].
pub async fn turn_back(deps: &Deps, by: &str, why: &str) -> Result<bool, StoreError> {
    let turned = TurnedBack { at: deps.clock.now(), by: capped(by, NAME), why: capped(why, TEXT) };
    let changed = change_pair(deps, |head| {
        let open = head.drill.as_mut().filter(|drill| drill.back.is_none() && drill.turned_back.is_none());
        open.map(|drill| drill.turned_back = Some(turned.clone())).is_some()
    })
    .await?;
    if let Some(record) = pair_head(deps).await?.drill.filter(|record| record.turned_back.is_some()) {
        end_way_out(deps, &record).await?;
    }
    Ok(changed)
}

/// The status of a drill, in a sentence.
///
/// # Errors
///
/// [`StoreError`].
pub async fn status(deps: &Deps, record: &DrillRecord) -> Result<String, StoreError> {
    let name = &record.drill.name;
    let turned = record.turned_back.as_ref();
    let turned = turned.map_or_else(String::new, |turned| format!("; {} turned it back: {}", turned.by, turned.why));
    let refused = record.refused.as_ref().map_or_else(String::new, |why| format!("; its way back waits: {why}"));
    let where_it_is = match (&record.back, end_of(deps, &record.out).await?) {
        (Some(back), _) => format!("on its way back by saga {}", back.saga),
        (None, SagaEnd::UnderWay) => format!("on its way out by saga {}", record.out),
        (None, SagaEnd::Completed(arrived)) => {
            format!("on the standby until {:.0}", stays_until(&record.drill, arrived))
        }
        (None, SagaEnd::Aborted) => "its way out was aborted".to_owned(),
    };
    Ok(format!("full drill {name:?}: {where_it_is}{turned}{refused}"))
}

/// The next thing that is due, from the record.
async fn due(deps: &Deps, head: &PairHead, record: &DrillRecord) -> Result<Upcoming, StoreError> {
    let now = deps.clock.now();
    let back = match &record.back {
        Some(back) => Some((end_of(deps, &back.saga).await?, back.operation)),
        None => None,
    };
    let tracks: Vec<_> = match &record.back {
        None if !record.drill.outcome_alarms.is_empty() => {
            deps.signals.tracks(&deps.pair.name).await?.into_iter().map(|item| item.track).collect()
        }
        None | Some(_) => Vec::new(),
    };
    let risen = risen(&record.drill.outcome_alarms, &tracks, now);
    Ok(upcoming(&Progress {
        drill: &record.drill,
        out: end_of(deps, &record.out).await?,
        back,
        at_home: !head.frozen && head.active == Side::Primary,
        turned_back: record.turned_back.is_some(),
        risen: risen.as_deref(),
        now,
    }))
}

/// The end of a saga. It is over when it has released its pair.
async fn end_of(deps: &Deps, saga: &SagaId) -> Result<SagaEnd, StoreError> {
    let Some(head) = deps.sagas.head(saga).await? else { return Ok(SagaEnd::UnderWay) };
    let held = pair_head(deps).await?.saga.as_ref() == Some(saga);
    Ok(match head.status {
        SagaStatus::Finished(Outcome::Completed) if !held => {
            SagaEnd::Completed(head.clocks.validated_at.unwrap_or(head.lease_until))
        }
        SagaStatus::Finished(Outcome::Aborted) if !held => SagaEnd::Aborted,
        SagaStatus::Finished(_)
        | SagaStatus::Running
        | SagaStatus::Asking
        | SagaStatus::PersonNeeded
        | SagaStatus::Pursuing => SagaEnd::UnderWay,
    })
}

async fn end_way_out(deps: &Deps, record: &DrillRecord) -> Result<(), StoreError> {
    let Some(turned) = &record.turned_back else { return Ok(()) };
    let Some(out) = deps.sagas.head(&record.out).await? else { return Ok(()) };
    if out.abort_by.is_some() || matches!(out.status, SagaStatus::Finished(_)) {
        return Ok(());
    }
    match abort(deps, &record.out, &turned.by, &format!("the drill is turned back: {}", turned.why)).await {
        // It has ended meanwhile.
        Ok(()) | Err(StoreError::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

/// Begins the way back: a failback that is approved with its drill, by the same use cases as a person's command.
async fn begin_back(deps: &Deps, record: &DrillRecord) -> Result<Reconciled, StoreError> {
    let order = Order {
        approved_with: Some(record.out.clone()),
        ..Order::of(
            Operation::Failback,
            Side::Standby,
            true,
            &format!("the full drill {:?}", record.drill.name),
            deps.clock.now(),
        )
    };
    let drafted = match draft(deps, &order).await {
        Ok(drafted) => start(deps, &order, &drafted).await,
        Err(refused) => Err(refused),
    };
    match drafted {
        Ok(saga) => Ok(Reconciled::Back(saga)),
        Err(StartError::Store(error)) => Err(error),
        Err(StartError::Refused(OrderError::AnotherSaga { .. })) => Ok(Reconciled::Waits),
        Err(StartError::Refused(refused)) => {
            let why = refused.to_string();
            if record.refused.is_none() {
                tell_refused(deps, record, &why).await?;
            }
            Ok(Reconciled::Refused(why))
        }
    }
}

async fn tell_refused(deps: &Deps, record: &DrillRecord, why: &str) -> Result<(), StoreError> {
    let text = format!(
        "{why}\n\nThe work stays on the standby meanwhile; the way back is tried again every minute.\n\
         What to do: mend what is named above.\n"
    );
    let subject = format!("[{}] the way back of the drill {:?} could not begin", deps.pair.name, record.drill.name);
    notify_everybody(deps, &Message { subject, text }).await;
    change_pair(deps, |head| {
        let same = head.drill.as_mut().filter(|drill| drill.out == record.out && drill.refused.is_none());
        same.map(|drill| drill.refused = Some(capped(why, TEXT))).is_some()
    })
    .await?;
    Ok(())
}

/// Ends a drill. The result is recorded and reported, and only then the drill is removed from the pair's head.
async fn conclude(deps: &Deps, record: &DrillRecord, end: DrillEnd) -> Result<(), StoreError> {
    write_down(deps, &result_of(record, DrillOutcome::Ended(end), deps.clock.now())).await?;
    tell_untold(deps).await?;
    change_pair(deps, |head| head.drill.take_if(|drill| drill.out == record.out).is_some()).await?;
    Ok(())
}

/// The record of a full drill's result.
pub(super) fn result_of(record: &DrillRecord, outcome: DrillOutcome, at: Timestamp) -> DrillResult {
    let FullDrill { name, period, .. } = &record.drill;
    let turned = record.turned_back.as_ref();
    DrillResult {
        id: period.as_ref().map_or_else(|| record.out.to_string(), |period| format!("{name}/{period}")),
        name: name.clone(),
        kind: DrillKind::Full,
        period: period.clone(),
        at,
        sagas: [Some(record.out.clone()), record.back.as_ref().map(|back| back.saga.clone())]
            .into_iter()
            .flatten()
            .collect(),
        outcome,
        why: turned.map_or_else(
            || format!("Ordered by {}.", record.by),
            |turned| {
                format!("Ordered by {}. Turned back at {:.0} by {}: {}.", record.by, turned.at, turned.by, turned.why)
            },
        ),
        told: false,
    }
}
