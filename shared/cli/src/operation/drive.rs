//! Drives a saga from here, until it is over or only a person can help.
//!
//! Law: this process is one runner among others. It holds no state that is not on record, so it may be killed at
//! any time. A successor waits until its lease has run out.

use engine::Deps;
use engine::evidence_due::{self, keep_due};
use engine::ports::{SagaHead, SagaStatus, StoreError};
use engine::runner::{Driven, RunnerError};
use engine::view::view;
use engine::wake::wake;
use jiff::{SignedDuration, Timestamp};
use runtime::Problem;
use saga::{Outcome, SagaId};

use crate::place::store::Others;
use crate::summary::saga_summary::SagaSummary;
use crate::terminal::progress::Progress;
use crate::terminal::prompts::person;

/// The shortest pause between two reads of the progress.
const LOOKS_EVERY: SignedDuration = SignedDuration::from_millis(500);
/// After a read that takes long, the pause is this many times as long as the read.
const RESTS_PER_LOOK: i32 = 10;
/// The pause between two reads of another runner's lease.
const WATCHES_EVERY: SignedDuration = SignedDuration::from_millis(500);
/// How many times in a row a store that does not confirm is asked again.
const PATIENCE: u32 = 30;
/// The pause before a store is asked again.
const STORE_PAUSE: SignedDuration = SignedDuration::from_secs(2);

/// The end of a drive from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The saga is over.
    Over(Outcome),
    /// Only a person can help.
    PersonNeeded,
    /// A person or the system stopped this process.
    Stopped,
}

/// The name of this runner: this process, and the person who started it.
fn owner() -> String {
    format!("switchback/{}/{}", person(), std::process::id())
}

/// Drives a saga and shows its status.
pub(crate) async fn drive(deps: &Deps, saga: &SagaId, others: Others) -> Result<Ended, Problem> {
    let progress = &Progress::begin();
    let ended = tokio::select! {
        biased;
        () = stopped() => Ok(Ended::Stopped),
        ended = pursue(deps, saga, others, progress) => ended,
        never = follow(deps, saga, progress) => match never {},
    };
    if let Ok(Some(seen)) = view(deps, Some(saga)).await {
        progress.show(&SagaSummary::of(&seen));
    }
    progress.end();
    ended
}

async fn pursue(deps: &Deps, saga: &SagaId, others: Others, progress: &Progress) -> Result<Ended, Problem> {
    let owner = owner();
    let mut failures = 0;
    let mut told_of = 0;
    loop {
        let driven = match wake(deps, saga, &owner).await {
            Ok(driven) => driven,
            Err(RunnerError::Store(StoreError::Again(_))) if failures < PATIENCE => {
                failures += 1;
                sleep(deps, STORE_PAUSE).await;
                continue;
            }
            // The next attempt meets the runner that took over.
            Err(RunnerError::Superseded) => continue,
            Err(stopped) => return Err(stopped.into()),
        };
        failures = 0;
        let head = head(deps, saga).await?;
        match driven {
            Driven::HandedOver => {}
            Driven::Over => match head.status {
                SagaStatus::Finished(outcome) => {
                    wait_for_evidence(deps, progress).await?;
                    return Ok(Ended::Over(outcome));
                }
                SagaStatus::Running | SagaStatus::Asking | SagaStatus::PersonNeeded | SagaStatus::Pursuing => {
                    return Err(not_of_this_pair(saga));
                }
            },
            Driven::Held { until } => {
                if std::mem::replace(&mut told_of, head.epoch) != head.epoch {
                    let (owner, until) = (&head.owner, time(until));
                    progress.note(&format!("{owner} has the lease until {until}; if it was killed, this goes on then"));
                }
                let lives = wait_out(deps, &head, until).await?;
                if lives && others == Others::AreRefused {
                    return Err(driven_by(&head));
                }
            }
            Driven::Resting { until } => match (head.status, until) {
                (SagaStatus::PersonNeeded, Some(until)) if head.owner != owner => {
                    progress.note(&format!("blocked steps are looked at again at {}", time(until)));
                    deps.clock.sleep_until(until).await;
                }
                (SagaStatus::PersonNeeded, Some(until)) if pursues(deps, saga).await? => {
                    progress.note(&format!("the pursuit goes on at {}", time(until)));
                    deps.clock.sleep_until(until).await;
                }
                (SagaStatus::PersonNeeded | SagaStatus::Asking, _) | (_, None) => return Ok(Ended::PersonNeeded),
                (SagaStatus::Running | SagaStatus::Pursuing | SagaStatus::Finished(_), Some(until)) => {
                    deps.clock.sleep_until(until).await;
                }
            },
        }
    }
}

/// Tries again to keep the evidence that could not be kept at the saga's end, as many times as the functions would.
async fn wait_for_evidence(deps: &Deps, progress: &Progress) -> Result<(), Problem> {
    for _ in 0..evidence_due::TRIES {
        if keep_due(deps).await? == 0 {
            break;
        }
        progress.note("the evidence could not be kept yet: it is tried again");
        sleep(deps, evidence_due::PAUSE).await;
    }
    Ok(())
}

/// Whether the pursuit has open steps. They are tried for as long as it takes, also after refusals.
async fn pursues(deps: &Deps, saga: &SagaId) -> Result<bool, Problem> {
    let Some(seen) = view(deps, Some(saga)).await? else { return Ok(false) };
    let open = |id| seen.state.step(id).is_some_and(|record| !record.state.is_settled());
    Ok(seen.plan.steps().any(|(id, step)| step.pursue && open(id)))
}

/// Waits until the lease of another runner has run out. Returns whether it was renewed meanwhile: then its runner
/// lives.
async fn wait_out(deps: &Deps, held: &SagaHead, until: Timestamp) -> Result<bool, Problem> {
    while deps.clock.now() < until {
        let left = until.duration_since(deps.clock.now());
        sleep(deps, left.min(WATCHES_EVERY)).await;
        let now = head(deps, &held.saga).await?;
        if now.lease_until > held.lease_until || now.epoch > held.epoch {
            return Ok(true);
        }
        if now.lease_until < held.lease_until {
            return Ok(false);
        }
    }
    Ok(false)
}

fn driven_by(head: &SagaHead) -> Problem {
    let (saga, owner) = (&head.saga, &head.owner);
    let message =
        format!("saga {saga} is driven by {owner}, which is alive: follow it with `switchback status --watch`");
    Problem::refused("ANOTHER-SAGA", message)
}

async fn head(deps: &Deps, saga: &SagaId) -> Result<SagaHead, Problem> {
    let mut failures = 0;
    loop {
        match deps.sagas.head(saga).await {
            Ok(Some(head)) => return Ok(head),
            Ok(None) => return Err(not_of_this_pair(saga)),
            Err(StoreError::Again(_)) if failures < PATIENCE => failures += 1,
            Err(error) => return Err(error.into()),
        }
        sleep(deps, STORE_PAUSE).await;
    }
}

fn not_of_this_pair(saga: &SagaId) -> Problem {
    Problem::refused("NO-SAGA", format!("the pair does not name saga {saga} as its own: run `switchback status`"))
}

/// Shows the status of the saga, for ever.
async fn follow(deps: &Deps, saga: &SagaId, progress: &Progress) -> std::convert::Infallible {
    loop {
        let begun = deps.clock.now();
        if let Ok(Some(seen)) = view(deps, Some(saga)).await {
            progress.show(&SagaSummary::of(&seen));
        }
        let took = deps.clock.now().duration_since(begun);
        sleep(deps, (took * RESTS_PER_LOOK).max(LOOKS_EVERY)).await;
    }
}

/// Returns when a person or the system asks this process to end.
async fn stopped() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        // Without handlers the system ends this process by itself, which does no harm.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

/// Sleeps by the clock of the pair.
pub(crate) async fn sleep(deps: &Deps, by: SignedDuration) {
    deps.clock.sleep_until(deps.clock.now().saturating_add(by).unwrap_or(Timestamp::MAX)).await;
}

fn time(at: Timestamp) -> String {
    at.strftime("%H:%M:%S UTC").to_string()
}
