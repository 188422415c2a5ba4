//! Stores the evidence of a finished saga (R51, R52).
//!
//! | step | what is written | if it is there already |
//! |---|---|---|
//! | 1 | `sagas/<saga>/record.json`, beside the plan | that one is the saga's record, no matter who made it |
//! | 2 | `sagas/<saga>/evidence-<seal12>.json` and `.html`, under Object Lock | nothing: they follow from step 1 |
//! | 3 | the saga's item in the pair's history, with the seal and the key | nothing: the first one stays |
//!
//! The pair is released before that (L9), and [`crate::evidence_due`] says when it is tried. If a process dies in
//! between, a later try finds step 1 done and goes on with the same bytes. So there are never two records of one
//! saga. `switchback report --saga ID --out FOLDER` makes the files from the records at any time.

use std::collections::BTreeSet;

use bytes::Bytes;
use failover::evidence::{Achieved, AuditFact, Facts, GivenAnswer, Question, Record, TablesError};
use failover::verdict::sentences;
use saga::{Outcome, SagaId};

use crate::deps::Deps;
use crate::detection::last_verdict;
use crate::keys::{evidence_key, plan_key, record_key};
use crate::ports::{
    Answer, ApprovalRequest, AuditEntry, DoneItem, RequestState, STORE_VERSION, SagaStatus, StoreError,
};
use crate::view::{View, view};

/// In bytes: a record of up to this size gets a page beside it. A page is about twice as large as its record, and
/// nobody reads a longer one (S26).
const LARGEST_WITH_PAGE: usize = 24 * 1024 * 1024;

/// The reason why there is no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// The saga is not finished.
    #[error("saga {0} is not finished: its record is made at its end")]
    NotFinished(SagaId),
    /// The records do not fit together.
    #[error("no record can be made of saga {saga}: {why}")]
    NoTables {
        /// The saga.
        saga: SagaId,
        /// The reason.
        why: TablesError,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The record of a finished saga: the stored one, or else a new one. Changes nothing.
///
/// # Errors
///
/// [`EvidenceError`].
pub async fn record_of(deps: &Deps, saga: &SagaId) -> Result<Option<Record>, EvidenceError> {
    if let Some(kept) = kept(deps, saga).await? {
        return Ok(Some(kept));
    }
    match view(deps, Some(saga)).await? {
        Some(seen) => made(deps, seen).await.map(Some),
        None => Ok(None),
    }
}

async fn kept(deps: &Deps, saga: &SagaId) -> Result<Option<Record>, StoreError> {
    let Some(bytes) = deps.objects.get(&record_key(saga)).await? else { return Ok(None) };
    decoded(saga, &bytes).map(Some)
}

fn decoded(saga: &SagaId, bytes: &[u8]) -> Result<Record, StoreError> {
    let broken = |e: serde_json::Error| StoreError::Broken(format!("the record of {saga} cannot be read: {e}"));
    serde_json::from_slice(bytes).map_err(broken)
}

/// Stores the evidence of a finished saga. A part that is stored already stays. After the last try nothing is tried
/// again, so the history then says that no object was stored.
///
/// # Errors
///
/// [`EvidenceError`]. After a [`StoreError::Again`] another try may help.
pub(crate) async fn keep(deps: &Deps, saga: &SagaId, is_last: bool) -> Result<(), EvidenceError> {
    let Some(files) = files(deps, saga).await? else { return Ok(()) };
    let Files { achieved, key, page_key, json, page } = files;
    let locked = lock(deps, &key, json, page.map(|page| (page_key, page))).await;
    if let (Err(again @ StoreError::Again(_)), false) = (&locked, is_last) {
        // It is tried again, so that the history can name the key.
        return Err(again.clone().into());
    }
    let key = locked.is_ok().then_some(key);
    deps.pairs.put_done(&DoneItem { version: STORE_VERSION, pair: deps.pair.name.clone(), achieved, key }).await?;
    Ok(locked?)
}

/// The files of a record. The record itself is no longer in memory, since it is several times as large (S26).
struct Files {
    achieved: Achieved,
    key: String,
    page_key: String,
    json: Bytes,
    /// `None`: left out, since the record is too large for a page.
    page: Option<Bytes>,
}

impl Files {
    fn of(deps: &Deps, record: &Record, json: Bytes) -> Self {
        let has_page = json.len() <= LARGEST_WITH_PAGE;
        if !has_page {
            let (saga, bytes) = (&record.facts.saga, json.len());
            tracing::warn!(%saga, bytes, "the record is too large for a page: `switchback report --out` draws one");
        }
        Self {
            achieved: Achieved::of(record),
            key: evidence_key(record, "json"),
            page_key: evidence_key(record, "html"),
            page: has_page.then(|| deps.evidence_renderer.page(record).into()),
            json,
        }
    }
}

/// The files of a saga's one record. It is the record beside its plan, or else a new one that is put there.
async fn files(deps: &Deps, saga: &SagaId) -> Result<Option<Files>, EvidenceError> {
    let key = record_key(saga);
    if let Some(json) = deps.objects.get(&key).await? {
        return Ok(Some(Files::of(deps, &decoded(saga, &json)?, json)));
    }
    let Some(seen) = view(deps, Some(saga)).await? else { return Ok(None) };
    let record = made(deps, seen).await?;
    let files = Files::of(deps, &record, record.to_bytes().into());
    drop(record);
    match deps.objects.put_new(&key, files.json.clone()).await {
        Ok(()) => Ok(Some(files)),
        // Another process has made it meanwhile. There is one record of a saga.
        Err(StoreError::Refused(_)) => {
            drop(files);
            let json = deps.objects.get(&key).await?;
            let json = json.ok_or_else(|| StoreError::Broken(format!("the record of {saga} is gone")))?;
            Ok(Some(Files::of(deps, &decoded(saga, &json)?, json)))
        }
        Err(other) => Err(other.into()),
    }
}

/// Puts the record and its page where nobody can replace them.
async fn lock(deps: &Deps, key: &str, json: Bytes, page: Option<(String, Bytes)>) -> Result<(), StoreError> {
    deps.objects.put_evidence(key, json).await?;
    let Some((key, page)) = page else { return Ok(()) };
    match deps.objects.put_evidence(&key, page).await {
        // A runner of another version has drawn the page before. It is the same record in another form.
        Ok(()) | Err(StoreError::Refused(_)) => Ok(()),
        Err(other) => Err(other),
    }
}

async fn made(deps: &Deps, seen: View) -> Result<Record, EvidenceError> {
    let outcome = outcome_of(&seen);
    let View { head, plan, lines, .. } = seen;
    let names: BTreeSet<String> =
        plan.stages.iter().flat_map(|stage| stage.gate.questions()).map(str::to_owned).collect();
    drop(plan);
    let Some(outcome) = outcome else { return Err(EvidenceError::NotFinished(head.saga.clone())) };
    let broken = |what: &str| StoreError::Broken(format!("{what} of {} cannot be read", head.saga));
    let bytes = deps.objects.get(&plan_key(&head.saga)).await?.ok_or_else(|| broken("the frozen plan"))?;
    let plan_lines = Facts::cut(&bytes).map_err(|_| broken("the frozen plan"))?;
    drop(bytes);
    let mut questions = Vec::new();
    for name in names {
        questions.extend(deps.approval_requests.question(&head.saga, &name).await?.map(|ask| question(&ask)));
    }
    let verdict = last_verdict(deps).await?;
    let saga = head.saga;
    let facts = Facts {
        saga: saga.clone(),
        pair: head.pair,
        kind: head.kind,
        by: head.by,
        outcome,
        lost_at: head.clocks.lost_at,
        noticed_at: head.clocks.noticed_at,
        objectives: deps.pair.watch.objectives,
        plan_hash: head.plan,
        plan: plan_lines,
        questions,
        audit: deps.approval_requests.audit(&saga).await?.into_iter().map(audit).collect(),
        verdict: verdict.as_ref().map(sentences).unwrap_or_default(),
        log: lines,
    };
    Record::of(facts).map_err(|why| EvidenceError::NoTables { saga, why })
}

/// The saga's outcome. The log counts, since a runner may have died before it wrote the outcome to the head.
fn outcome_of(seen: &View) -> Option<Outcome> {
    match (seen.state.finished(), seen.head.status) {
        (Some(outcome), _) => Some(outcome),
        (None, SagaStatus::Finished(outcome)) => Some(outcome),
        (None, SagaStatus::Running | SagaStatus::Asking | SagaStatus::PersonNeeded | SagaStatus::Pursuing) => None,
    }
}

/// A question in the form of a record.
pub fn question(ask: &ApprovalRequest) -> Question {
    let (answer, used) = match &ask.state {
        RequestState::Open => (None, false),
        RequestState::Answered(answer) => (Some(given(answer)), false),
        RequestState::Used(answer) => (Some(given(answer)), true),
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

fn given(answer: &Answer) -> GivenAnswer {
    GivenAnswer {
        by: answer.by.clone(),
        approved: answer.approved,
        accepts_risk: answer.accepts_risk,
        plan: answer.plan.clone(),
        loss_shown_s: answer.loss_shown_s,
        at: answer.at,
        proofs: answer.proofs.clone(),
    }
}

fn audit(line: AuditEntry) -> AuditFact {
    AuditFact { at: line.at, question: line.question, who: line.who, action: line.action, note: line.note }
}
