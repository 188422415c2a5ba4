//! Drills that are held by themselves: judged every quarter of an hour, each once a period (R50).
//!
//! A period of a schedule is settled when a final result of the id `name/period` is written down; only then
//! the schedule moves on to the next one. Whoever dies is followed by a round that reads the same record:
//!
//! | died | what the next round finds |
//! |---|---|
//! | before anything was written | a drill that is due: it begins |
//! | after `Begun` was written, before its saga took the pair | `Begun` with the id of a saga that never was: after a while it begins anew |
//! | after its saga took the pair | `Begun` with the id of that saga: it is followed to its end |
//! | after `Missed` was written, before its saga was aborted | a missed drill whose saga still asks: it is aborted |
//! | after a final result was written, before people were told | a result that nobody was told of: it is told |
//!
//! A saga's id is made with its plan, so `Begun` names it before it is started: no second one is started for a
//! period as long as the first may be there.

use failover::Course;
use failover::Side;
use failover::drill::{DrillKind, DrillPolicy, Due, Period, Standing, judge};
use saga::SagaId;

use super::book::{DrillOutcome, DrillResult, results, tell_untold, write_down};
use super::dry::{NoDryRun, dry_drill, keep_dry_run};
use super::following::{Followed, end_unapproved, follow};
use super::standings;
use crate::deps::Deps;
use crate::dry_run::DryRunFailed;
use crate::ports::StoreError;
use crate::start::{Order, StartRefused, draft, pair_head, start};

/// So many periods are settled in one round at most: whoever comes back after years goes on in the next round.
const PERIODS: usize = 60;

/// What a round did about one schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// Its name.
    pub name: String,
    /// What was done.
    pub did: Did,
}

/// What was done about a drill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Did {
    /// Nothing: it is not due, or it is under way.
    Nothing,
    /// It was not begun; it is tried again.
    NotBegun(String),
    /// Its saga has begun.
    Began(SagaId),
    /// Its saga is being ended before its time.
    Stopped,
    /// A period is settled.
    Settled(Period, DrillOutcome),
}

/// Does what is due of every schedule, and tells what nobody was told of yet. Reads nothing where none is
/// configured.
///
/// # Errors
///
/// [`StoreError`]: the first, after every schedule was tried. That a drill is refused is none.
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
    let mut standing = standings::standing(deps, policy).await?;
    let mut say = |did: Did| done.push(Scheduled { name: policy.name.clone(), did });
    for _ in 0..PERIODS {
        let id = id(policy, standing.period);
        let known = results(deps).await?.into_iter().find(|result| result.id == id);
        if let Some(result) = &known {
            match follow(deps, policy, &standing, result).await? {
                Followed::Settled => {
                    end_unapproved(deps, result).await?;
                    standing = Standing::of(standing.period.next());
                    standings::keep(deps, &policy.name, &standing).await?;
                    continue;
                }
                Followed::Over(over) => {
                    say(Did::Settled(standing.period, over.outcome));
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
        match judge(policy, &standing, &tracks.collect::<Vec<_>>(), now) {
            Due::NotDue => {
                say(Did::Nothing);
                break;
            }
            Due::Missed { period, why } => {
                say(Did::Settled(period, DrillOutcome::Missed));
                let sagas = Vec::new();
                write_down(deps, &result(deps, policy, period, sagas, DrillOutcome::Missed, why)).await?;
            }
            Due::Blocked { why } => {
                wait(deps, policy, &standing, &why).await?;
                say(Did::NotBegun(why));
                break;
            }
            Due::Now { .. } => match hold(deps, policy, standing.period).await? {
                // A dry run is over; the next turn settles its period.
                Ok(None) => say(Did::Settled(standing.period, DrillOutcome::Ended(failover::drill::DrillEnd::Held))),
                Ok(Some(saga)) => {
                    say(Did::Began(saga));
                    break;
                }
                Err(why) => {
                    wait(deps, policy, &standing, &why).await?;
                    say(Did::NotBegun(why));
                    break;
                }
            },
        }
    }
    Ok(())
}

/// Keeps the reason for which a drill was not begun, for the day on which it is missed.
async fn wait(deps: &Deps, policy: &DrillPolicy, standing: &Standing, why: &str) -> Result<(), StoreError> {
    tracing::info!(drill = policy.name, why, "a scheduled drill was not begun; it is tried again");
    let standing = Standing { why: Some(why.to_owned()), ..standing.clone() };
    standings::keep(deps, &policy.name, &standing).await
}

/// Holds a drill: its saga, `None` of a dry run, or the reason for which it was refused.
async fn hold(deps: &Deps, policy: &DrillPolicy, period: Period) -> Result<Result<Option<SagaId>, String>, StoreError> {
    let course = match policy.kind {
        DrillKind::DryRun => return dry(deps, policy, period).await,
        DrillKind::StandbyOnly => Course::StandbyDrill,
        DrillKind::Full => Course::Drill,
    };
    if pair_head(deps).await?.frozen {
        return Ok(Err("a saga has left the primary half fenced: bring the work home first".to_owned()));
    }
    let order = Order {
        drill: (policy.kind == DrillKind::Full).then(|| policy.full(period)),
        ..Order::of(course, Side::Primary, true, &by(policy), deps.clock.now())
    };
    let begun = match draft(deps, &order).await {
        Ok(drafted) => {
            let (sagas, why) = (vec![drafted.plan.saga.clone()], format!("Ordered by {}.", order.by));
            write_down(deps, &result(deps, policy, period, sagas, DrillOutcome::Begun, why)).await?;
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
        Err(NoDryRun::Refused(refused)) => Ok(Err(reason(refused)?)),
        Err(NoDryRun::Failed(DryRunFailed::Store(error))) => Err(error),
        Err(NoDryRun::Failed(
            failed @ (DryRunFailed::Plan(_) | DryRunFailed::Illegal(_) | DryRunFailed::LooksEnded),
        )) => Ok(Err(failed.to_string())),
    }
}

/// A refusal is a reason; that the store failed is none.
fn reason(refused: StartRefused) -> Result<String, StoreError> {
    match refused {
        StartRefused::Store(error) => Err(error),
        refused @ (StartRefused::AnotherSaga { .. }
        | StartRefused::GuardUnderWay { .. }
        | StartRefused::Frozen { .. }
        | StartRefused::NoCheckpoint(_)
        | StartRefused::LeavingNotWell { .. }
        | StartRefused::TargetNotReady { .. }
        | StartRefused::Window(_)
        | StartRefused::DrillUnderWay { .. }
        | StartRefused::Plan(_)
        | StartRefused::Capture(_)) => Ok(refused.to_string()),
    }
}

fn by(policy: &DrillPolicy) -> String {
    format!("the schedule {:?}", policy.name)
}

fn id(policy: &DrillPolicy, period: Period) -> String {
    format!("{}/{period}", policy.name)
}

/// What is written down of a period.
pub(super) fn result(
    deps: &Deps,
    policy: &DrillPolicy,
    period: Period,
    sagas: Vec<SagaId>,
    outcome: DrillOutcome,
    why: String,
) -> DrillResult {
    DrillResult {
        id: id(policy, period),
        name: policy.name.clone(),
        kind: policy.kind,
        period: Some(period.to_string()),
        at: deps.clock.now(),
        sagas,
        outcome,
        why,
        told: false,
    }
}
