//! Keeping the evidence of a finished saga (R51, R52).
//!
//! | step | what is written | if it is there already |
//! |---|---|---|
//! | 1 | `sagas/<saga>/record.json`, beside the plan | that one is the saga's record, whoever made it |
//! | 2 | `sagas/<saga>/evidence-<seal12>.json` and `.html`, under Object Lock | nothing: they follow from step 1 |
//! | 3 | the saga's item of the pair's history, with the seal and the key | nothing: the first one stays |
//!
//! The pair is released after that. Whoever dies in between is followed by a runner that finds step 1 done
//! and goes on with the same bytes, so there are never two records of one saga.
//!
//! A bucket that refuses must not keep a pair from its way back: what a later try may help with is tried by
//! each drive for [`PATIENCE`] after the saga's end; then, and at once where trying again cannot help, the pair
//! is released all the same, `EVIDENCE-NOT-KEPT` is logged, and the history says that no object was kept.
//! `switchback report --saga ID --out FOLDER` makes the files from what is recorded at any time.

use std::collections::BTreeSet;

use failover::evidence::{Achieved, Facts, Given, NoTables, Question, Record, TrailFact};
use failover::verdict::sentences;
use jiff::SignedDuration;
use saga::{Outcome, SagaId};

use crate::deps::Deps;
use crate::noticing::last_verdict;
use crate::ports::{Answer, AskItem, AskState, Deed, DoneItem, STORE_VERSION, SagaStatus, StoreError, TrailLine};
use crate::start::plan_key;
use crate::view::{View, view};

/// So long after the end of a saga its pair waits for the bucket.
pub const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// Why there is no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoEvidence {
    /// The saga is not finished.
    #[error("saga {0} is not finished: its record is made at its end")]
    NotFinished(SagaId),
    /// What is recorded does not hold together.
    #[error("no record can be made of saga {saga}: {why}")]
    NoTables {
        /// Which saga.
        saga: SagaId,
        /// Why.
        why: NoTables,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The key of a saga's record beside its plan.
pub fn record_key(saga: &SagaId) -> String {
    format!("sagas/{saga}/record.json")
}

/// The key of the evidence that is locked, with `json` or `html`.
pub fn evidence_key(record: &Record, ending: &str) -> String {
    format!("sagas/{}/evidence-{}.{ending}", record.facts.saga, record.seal12())
}

/// The record of a finished saga: the one that was kept, else made now. Changes nothing.
///
/// # Errors
///
/// [`NoEvidence`].
pub async fn record_of(deps: &Deps, saga: &SagaId) -> Result<Option<Record>, NoEvidence> {
    if let Some(kept) = kept(deps, saga).await? {
        return Ok(Some(kept));
    }
    match view(deps, Some(saga)).await? {
        Some(seen) => made(deps, &seen).await.map(Some),
        None => Ok(None),
    }
}

async fn kept(deps: &Deps, saga: &SagaId) -> Result<Option<Record>, StoreError> {
    let Some(bytes) = deps.objects.get(&record_key(saga)).await? else { return Ok(None) };
    let broken = |e: serde_json::Error| StoreError::Broken(format!("the record of {saga} cannot be read: {e}"));
    serde_json::from_slice(&bytes).map(Some).map_err(broken)
}

/// Keeps the evidence of a finished saga before its pair is released; says nothing if it cannot and must not
/// wait any longer.
///
/// # Errors
///
/// [`StoreError::Again`] if the next drive shall try again.
pub(crate) async fn keep_before_release(deps: &Deps, saga: &SagaId) -> Result<(), StoreError> {
    let seen = match view(deps, Some(saga)).await {
        Ok(Some(seen)) => seen,
        Ok(None) => return Ok(()),
        Err(again @ StoreError::Again(_)) => return Err(again),
        Err(error) => {
            tracing::error!(code = "EVIDENCE-NOT-KEPT", %saga, %error, "no evidence of a saga was kept");
            return Ok(());
        }
    };
    let ended_at = seen.lines.last().map_or(seen.plan.made_at, |line| line.at);
    let waits = deps.clock.now().duration_since(ended_at) < PATIENCE;
    match keep(deps, &seen).await {
        Ok(()) => Ok(()),
        Err(NoEvidence::Store(again @ StoreError::Again(_))) if waits => Err(again),
        Err(error) => {
            tracing::error!(code = "EVIDENCE-NOT-KEPT", %saga, %error, "no evidence of a saga was kept");
            Ok(())
        }
    }
}

async fn keep(deps: &Deps, seen: &View) -> Result<(), NoEvidence> {
    let saga = &seen.head.saga;
    let record = match kept(deps, saga).await? {
        Some(record) => record,
        None => {
            let record = made(deps, seen).await?;
            match deps.objects.put_new(&record_key(saga), record.to_bytes()).await {
                Ok(()) => record,
                // Somebody else has made it meanwhile: there is one record of a saga.
                Err(StoreError::Refused(_)) => kept(deps, saga).await?.unwrap_or(record),
                Err(other) => return Err(other.into()),
            }
        }
    };
    let locked = lock(deps, &record).await;
    let done = DoneItem {
        version: STORE_VERSION,
        pair: seen.head.pair.clone(),
        achieved: Achieved::of(&record),
        key: locked.is_ok().then(|| evidence_key(&record, "json")),
    };
    match locked {
        // Tried again, so that the history can name the key.
        Err(again @ StoreError::Again(_)) if deps.clock.now().duration_since(record.tables.run.ended_at) < PATIENCE => {
            return Err(again.into());
        }
        Ok(()) | Err(_) => deps.pairs.put_done(&done).await?,
    }
    Ok(locked?)
}

/// Puts the record and its page where nobody can replace them.
async fn lock(deps: &Deps, record: &Record) -> Result<(), StoreError> {
    deps.objects.put_evidence(&evidence_key(record, "json"), record.to_bytes()).await?;
    let page = deps.scribe.page(record).into_bytes();
    match deps.objects.put_evidence(&evidence_key(record, "html"), page).await {
        // A runner of another version has drawn it before: the same record, drawn otherwise.
        Ok(()) | Err(StoreError::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

async fn made(deps: &Deps, seen: &View) -> Result<Record, NoEvidence> {
    let head = &seen.head;
    let Some(outcome) = outcome_of(seen) else { return Err(NoEvidence::NotFinished(head.saga.clone())) };
    let broken = |what: &str| StoreError::Broken(format!("{what} of {} cannot be read", head.saga));
    let plan = deps.objects.get(&plan_key(&head.saga)).await?.ok_or_else(|| broken("the frozen plan"))?;
    let names: BTreeSet<&str> = seen.plan.stages.iter().flat_map(|stage| stage.gate.questions()).collect();
    let mut questions = Vec::new();
    for name in names {
        questions.extend(deps.asks.question(&head.saga, name).await?.map(|ask| question(&ask)));
    }
    let verdict = last_verdict(deps).await?;
    let facts = Facts {
        saga: head.saga.clone(),
        pair: head.pair.clone(),
        kind: head.kind.clone(),
        by: head.by.clone(),
        outcome,
        lost_at: head.clocks.lost_at,
        noticed_at: head.clocks.noticed_at,
        objectives: deps.pair.watch.objectives,
        plan_hash: head.plan.clone(),
        plan: Facts::cut(&plan).map_err(|_| broken("the frozen plan"))?,
        questions,
        trail: deps.asks.trail(&head.saga).await?.into_iter().map(trail).collect(),
        verdict: verdict.as_ref().map(sentences).unwrap_or_default(),
        log: seen.lines.clone(),
    };
    Record::of(facts).map_err(|why| NoEvidence::NoTables { saga: head.saga.clone(), why })
}

/// How it ended; what the log says counts, since a runner may have died before the head said so.
fn outcome_of(seen: &View) -> Option<Outcome> {
    match (seen.state.finished(), seen.head.status) {
        (Some(outcome), _) => Some(outcome),
        (None, SagaStatus::Finished(outcome)) => Some(outcome),
        (None, SagaStatus::Running | SagaStatus::Asking | SagaStatus::PersonNeeded | SagaStatus::Pursuing) => None,
    }
}

/// A question as a record has it.
pub fn question(ask: &AskItem) -> Question {
    let (answer, used) = match &ask.state {
        AskState::Open => (None, false),
        AskState::Answered(answer) => (Some(given(answer)), false),
        AskState::Used(answer) => (Some(given(answer)), true),
    };
    Question {
        name: ask.question.clone(),
        text: ask.text.clone(),
        plan: ask.plan.clone(),
        loss_s: ask.loss_s,
        asked_at: ask.asked_at,
        expires_at: ask.expires_at,
        veto_until: ask.veto_until,
        people: ask.people,
        round: ask.round,
        given: ask.given.iter().map(given).collect(),
        answer,
        used,
    }
}

fn given(answer: &Answer) -> Given {
    Given {
        by: answer.by.clone(),
        approved: answer.approved,
        accepts_risk: answer.accepts_risk,
        plan: answer.plan.clone(),
        loss_shown_s: answer.loss_shown_s,
        at: answer.at,
    }
}

fn trail(line: TrailLine) -> TrailFact {
    use failover::evidence::Deed as Fact;
    let deed = match line.deed {
        Deed::Sent => Fact::Sent,
        Deed::Viewed => Fact::Viewed,
        Deed::Approved => Fact::Approved,
        Deed::Declined => Fact::Declined,
        Deed::Refused => Fact::Refused,
        Deed::Locked => Fact::Locked,
        Deed::AskedAgain => Fact::AskedAgain,
    };
    TrailFact { at: line.at, question: line.question, who: line.who, deed, note: line.note }
}
