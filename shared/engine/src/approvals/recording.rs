//! Records the answers to questions, and an audit entry about each.

use saga::bounds::{TEXT, capped};
use saga::{Proof, SagaId};

use super::answering::{self, AnswerError, RequestStatus};
use super::proof::Proven;
use crate::deps::Deps;
use crate::ports::{Answer, ApprovalRequest, AuditAction, AuditEntry, StoreError};
use crate::update::{update, written};

/// The most tries of a write after somebody else wrote first. A person waits for the result.
pub(super) const TRIES: u32 = 5;

/// Records the answer of a proven person to a question of a saga, and wakes the saga.
///
/// # Errors
///
/// [`AnswerError`]: the answer does not count, and nothing was changed.
pub async fn answer(
    deps: &Deps,
    saga: &SagaId,
    question: &str,
    proven: &Proven,
    approved: bool,
    accepts_risk: bool,
) -> Result<RequestStatus, AnswerError> {
    proven.counts(deps)?;
    let once = || async {
        let asked = deps.approval_requests.question(saga, question).await?;
        let asked = asked.ok_or_else(|| refused(saga, question))?;
        let answer = proven.answer(&asked, approved, accepts_risk, asked.loss_s, deps.clock.now());
        let answered = answering::with(&asked, &answer, &deps.settings)?;
        Ok(record(deps, &answered, &answer).await?.then(|| RequestStatus::of(&answered)))
    };
    update(TRIES, once, || Err(refused(saga, question).into())).await
}

/// The error if a question is gone, or is changed by others again and again.
pub(super) fn refused(saga: &SagaId, question: &str) -> StoreError {
    StoreError::Refused(format!("question {question:?} of {saga}"))
}

/// Records an answered question, and writes an audit entry about it. `false`: somebody else wrote first.
pub(super) async fn record(deps: &Deps, answered: &ApprovalRequest, answer: &Answer) -> Result<bool, StoreError> {
    if !written(deps.approval_requests.put_question(answered).await)? {
        return Ok(false);
    }
    let action = if answer.approved { AuditAction::Approved } else { AuditAction::Declined };
    let loss = answer.loss_shown_s.map_or_else(|| "unknown".to_owned(), |s| format!("{s} s"));
    let note = format!("plan {}, loss shown: {loss}; {}", answer.plan.short(), Proof::all(&answer.proofs));
    // The answer is on record by now, even if this entry cannot be written.
    if let Err(error) = note_of(deps, answered, &answer.by, action, note).await {
        tracing::warn!(code = "TRAIL-INCOMPLETE", %error, "an answer was recorded, and the line that tells of it was not");
    }
    // The tick makes up for a lost wake message.
    deps.waker.wake(&answered.saga).await.ok();
    Ok(true)
}

/// Writes an audit entry about a question.
pub(super) async fn note_of(
    deps: &Deps,
    ask: &ApprovalRequest,
    who: &str,
    action: AuditAction,
    note: String,
) -> Result<(), StoreError> {
    let line = AuditEntry {
        at: deps.clock.now(),
        question: ask.question.clone(),
        who: capped(who, TEXT),
        action,
        note: capped(&note, TEXT),
    };
    deps.approval_requests.note(&ask.saga, &line).await
}
