//! Runs the drills of schedules. They are judged every quarter of an hour, and each runs once a period (R50).
//!
//! A period of a schedule is settled when a final result with the id `name/period` is recorded. Only then the
//! schedule goes on to the next period. If a process dies, the next round reads the same record:
//!
//! | time of death | state that the next round finds |
//! |---|---|
//! | before anything was recorded | a drill that is due: it begins |
//! | after `Begun` was recorded, before its saga took the pair | `Begun` with no such saga: it begins anew later |
//! | after its saga took the pair | `Begun` with that saga: it is followed to its end |
//! | after `Missed` was recorded, before its saga was aborted | a missed drill whose saga still asks: it is aborted |
//! | after a final result was recorded, before people were notified | a result without a message: the message is sent |
//!
//! A saga's id is made with its plan, so `Begun` names it before it is started. No second saga is started for a
//! period as long as the first may exist.

use failover::Operation;
use failover::Side;
use failover::drill::{DrillKind, DrillPolicy, Due, Period, ScheduleStatus, judge};
use saga::SagaId;

use super::book::{DrillOutcome, id_of, of_period, results, tell_untold, write_down};
use super::dry::{DryDrillError, dry_drill, keep_dry_run};
use super::following::{Followed, end_unapproved, follow};
use super::statuses;
use crate::deps::Deps;
use crate::dry_run::DryRunError;
use crate::pair::pair_head;
use crate::ports::StoreError;
use crate::start::{Order, StartError, draft, start};

/// The most periods that are settled in one round. If more are open, e.g. after years, the next round goes on.
const PERIODS: usize = 60;

/// The result of a round for one schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// The schedule's name.
    pub name: String,
    /// The result.
    pub did: Did,
}

/// The result of a round for one drill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// Nothing: it is not due, or it is under way.
    Nothing,
    /// It was not begun, and is tried again.
    NotBegun(String),
    /// Its saga has begun.
    Began(SagaId),
    /// Its saga is being ended before its time.
    Stopped,
    /// A period is settled.
    Settled(Period, DrillOutcome),
}

/// Does everything that is due of every schedule, and sends the messages that were not sent yet. Without a schedule
/// it reads nothing.
///
/// # Errors
///
/// [`StoreError`]: the first one, after every schedule was tried. A drill that is refused is no error.
pub async fn round(deps: &Deps) -> Result<Vec<Scheduled>, StoreError> {
    let mut done = Vec::new();
    if deps.pair.watch.drills.is_empty() {
        return Ok(done);
    }
    let mut failed = Ok(());
    for policy in &deps.pair.watch.drills {
        if let Err(error) = of(deps, policy, &mut done).await {
            failed = failed.and(Err(error));
        }
    }
    tell_untold(deps).await?;
    failed.map(|()| done)
}

async fn of(deps: &Deps, policy: &DrillPolicy, done: &mut Vec<Scheduled>) -> Result<(), StoreError> {
    let mut status = statuses::status(deps, policy).await?;
    let mut say = |did: Did| done.push(Scheduled { name: policy.name.clone(), did });
    for _ in 0..PERIODS {
        let id = id_of(policy, status.period);
        let known = results(deps).await?.into_iter().find(|result| result.id == id);
        if let Some(result) = &known {
            match follow(deps, policy, &status, result).await? {
                Followed::Settled => {
                    end_unapproved(deps, result).await?;
                    status = ScheduleStatus::of(status.period.next());
                    statuses::keep(deps, &policy.name, &status).await?;
                    continue;
                }
                Followed::Over(over) => {
                    say(Did::Settled(status.period, over.outcome));
                    write_down(deps, &over).await?;
                    continue;
                }
                Followed::UnderWay => {
                    say(Did::Nothing);
                    break;
                }
                Followed::Stopped => {
                    say(Did::Stopped);
                    break;
                }
                Followed::NeverBegan => {}
            }
        }
        let now = deps.clock.now();
        let tracks = deps.signals.tracks(&deps.pair.name).await?.into_iter().map(|item| item.track);
        match judge(policy, &status, &tracks.collect::<Vec<_>>(), now) {
            Due::NotDue => {
                say(Did::Nothing);
                break;
            }
            Due::Missed { period, why } => {
                say(Did::Settled(period, DrillOutcome::Missed));
                let sagas = Vec::new();
                write_down(deps, &of_period(deps, policy, period, sagas, DrillOutcome::Missed, why)).await?;
            }
            Due::Blocked { why } => {
                wait(deps, policy, &status, &why).await?;
                say(Did::NotBegun(why));
                break;
            }
            Due::Now { .. } => match hold(deps, policy, status.period).await? {
                // A dry run is over at once, and the next turn settles its period.
                Ok(None) => say(Did::Settled(status.period, DrillOutcome::Ended(failover::drill::DrillEnd::Held))),
                Ok(Some(saga)) => {
                    say(Did::Began(saga));
                    break;
                }
                Err(why) => {
                    wait(deps, policy, &status, &why).await?;
                    say(Did::NotBegun(why));
                    break;
                }
            },
        }
    }
    Ok(())
}

/// Keeps the reason why a drill was not begun, for the day on which it is missed.
async fn wait(deps: &Deps, policy: &DrillPolicy, status: &ScheduleStatus, why: &str) -> Result<(), StoreError> {
    tracing::info!(drill = policy.name, why, "a scheduled drill was not begun; it is tried again");
    let status = ScheduleStatus { why: Some(why.to_owned()), ..status.clone() };
    statuses::keep(deps, &policy.name, &status).await
}

/// Begins a drill. Returns its saga, `None` for a dry run, or the reason why it was refused.
async fn hold(deps: &Deps, policy: &DrillPolicy, period: Period) -> Result<Result<Option<SagaId>, String>, StoreError> {
    let operation = match policy.kind {
        DrillKind::DryRun => return dry(deps, policy, period).await,
        DrillKind::StandbyOnly => Operation::StandbyDrill,
        DrillKind::Full => Operation::Drill,
    };
    if pair_head(deps).await?.frozen {
        return Ok(Err("a saga has left the primary half fenced: bring the work home first".to_owned()));
    }
    let order = Order {
        drill: (policy.kind == DrillKind::Full).then(|| policy.full(period)),
        ..Order::of(operation, Side::Primary, true, &by(policy), deps.clock.now())
    };
    let begun = match draft(deps, &order).await {
        Ok(drafted) => {
            let (sagas, why) = (vec![drafted.plan.saga.clone()], format!("Ordered by {}.", order.by));
            write_down(deps, &of_period(deps, policy, period, sagas, DrillOutcome::Begun, why)).await?;
            start(deps, &order, &drafted).await
        }
        Err(refused) => Err(refused),
    };
    match begun {
        Ok(saga) => Ok(Ok(Some(saga))),
        Err(refused) => Ok(Err(reason(refused)?)),
    }
}

async fn dry(deps: &Deps, policy: &DrillPolicy, period: Period) -> Result<Result<Option<SagaId>, String>, StoreError> {
    match dry_drill(deps, &by(policy)).await {
        Ok(found) => {
            keep_dry_run(deps, &policy.name, Some(&period.to_string()), &found, false).await?;
            Ok(Ok(None))
        }
        Err(DryDrillError::Start(refused)) => Ok(Err(reason(refused)?)),
        Err(DryDrillError::Failed(DryRunError::Store(error))) => Err(error),
        Err(DryDrillError::Failed(
            failed @ (DryRunError::Plan(_) | DryRunError::Illegal(_) | DryRunError::LooksEnded),
        )) => Ok(Err(failed.to_string())),
    }
}

/// The reason of a refusal. An error of the store is no reason.
fn reason(error: StartError) -> Result<String, StoreError> {
    match error {
        StartError::Store(error) => Err(error),
        StartError::Refused(refused) => Ok(refused.to_string()),
    }
}

fn by(policy: &DrillPolicy) -> String {
    format!("the schedule {:?}", policy.name)
}
