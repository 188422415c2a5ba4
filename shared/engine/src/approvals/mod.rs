//! Asks the questions of sagas and takes the answers (S11): who is asked, by which link, and whose answer counts.
//!
//! An answer counts only with its proof (S27): see [`Proven`]. Reading a question changes nothing and uses nothing
//! up. An answer is used at most once, for the plan and the loss that were shown.

mod answering;
pub mod by_link;
mod closed;
pub mod code;
pub mod people;
mod proof;
mod shown;
mod tend;
pub mod token;
mod wording;

use jiff::Timestamp;
use saga::bounds::{TEXT, capped};
use saga::{Plan, PlanHash, Proof, SagaId};

use crate::deps::Deps;
pub use answering::{NotAnswered, Standing};
pub use closed::Closed;
pub use people::{Approvals, Approver, folded, is_code_hash};
pub(crate) use proof::by_policy;
pub use proof::{NotProven, Proven, approver, at_terminal};
pub use shown::Shown;
pub use tend::tend;

use crate::ports::{Answer, AnswerRefused, AskItem, AskState, Deed, STORE_VERSION, StoreError, TrailLine};

/// The most tries of a write after somebody else wrote first.
const TRIES: u32 = 5;

/// Decides whether an answer may be used for a question, for the current plan and loss.
///
/// # Errors
///
/// [`AnswerRefused`]: the reason why not.
pub fn judge(ask: &AskItem, plan: &PlanHash, loss_s: Option<i64>) -> Result<Answer, AnswerRefused> {
    let answer = match &ask.state {
        AskState::Open => return Err(AnswerRefused::Open),
        AskState::Used(_) => return Err(AnswerRefused::Used),
        AskState::Answered(answer) => answer,
    };
    if answer.plan != *plan {
        return Err(AnswerRefused::AnotherPlan);
    }
    if answer.at > ask.expires_at {
        return Err(AnswerRefused::Expired);
    }
    if !answer.approved {
        return Err(AnswerRefused::Declined(answer.by.clone()));
    }
    if answering::is_worse(answer.loss_shown_s, loss_s) { Err(AnswerRefused::WorseLoss) } else { Ok(answer.clone()) }
}

/// The question of a plan, as people are asked.
pub fn question_of(plan: &Plan, hash: &PlanHash, question: &str, now: Timestamp, deps: &Deps) -> AskItem {
    let about: Option<failover::plan::About> = serde_json::from_value(plan.about.clone()).ok();
    let loss = about.as_ref().and_then(|about| about.worst_loss.as_ref());
    AskItem {
        version: STORE_VERSION,
        saga: plan.saga.clone(),
        question: question.to_owned(),
        plan: hash.clone(),
        text: capped(&wording::question(plan, hash, about.as_ref()), TEXT),
        loss_s: loss.and_then(|loss| loss.seconds),
        expires_at: now.saturating_add(deps.settings.ask_expires).unwrap_or(Timestamp::MAX),
        state: AskState::Open,
        asked_at: Some(now),
        people: deps.pair.watch.people(),
        given: Vec::new(),
        links: Vec::new(),
        round: 0,
        veto_until: None,
        revision: 0,
    }
}

/// Records the answer of a proven person to a question of a saga, and wakes the saga.
///
/// # Errors
///
/// [`NotAnswered`]: the answer does not count, and nothing was changed.
pub async fn answer(
    deps: &Deps,
    saga: &SagaId,
    question: &str,
    proven: &Proven,
    approved: bool,
    accepts_risk: bool,
) -> Result<Standing, NotAnswered> {
    proven.counts(deps)?;
    for _ in 0..TRIES {
        let asked = deps.asks.question(saga, question).await?;
        let asked = asked.ok_or_else(|| StoreError::Refused(format!("question {question:?} of {saga}")))?;
        let answer = proven.answer(&asked, approved, accepts_risk, asked.loss_s, deps.clock.now());
        let answered = answering::with(&asked, &answer, &deps.settings)?;
        if record(deps, &answered, &answer).await? {
            return Ok(Standing::of(&answered));
        }
    }
    Err(StoreError::Refused(format!("question {question:?} of {saga}")).into())
}

/// Records an answered question, and writes an audit entry about it. `false`: somebody else wrote first.
pub(crate) async fn record(deps: &Deps, answered: &AskItem, answer: &Answer) -> Result<bool, StoreError> {
    match deps.asks.put_question(answered).await {
        Ok(()) => {}
        Err(StoreError::Refused(_)) => return Ok(false),
        Err(other) => return Err(other),
    }
    let deed = if answer.approved { Deed::Approved } else { Deed::Declined };
    let loss = answer.loss_shown_s.map_or_else(|| "unknown".to_owned(), |s| format!("{s} s"));
    let note = format!("plan {}, loss shown: {loss}; {}", answer.plan.short(), Proof::all(&answer.proofs));
    // The answer is on record by now, even if this entry cannot be written.
    if let Err(error) = note_of(deps, answered, &answer.by, deed, note).await {
        tracing::warn!(code = "TRAIL-INCOMPLETE", %error, "an answer was recorded, and the line that tells of it was not");
    }
    // The tick makes up for a lost wake message.
    deps.waker.wake(&answered.saga).await.ok();
    Ok(true)
}

/// Writes an audit entry about a question.
pub(crate) async fn note_of(deps: &Deps, ask: &AskItem, who: &str, deed: Deed, note: String) -> Result<(), StoreError> {
    let line = TrailLine {
        at: deps.clock.now(),
        question: ask.question.clone(),
        who: capped(who, TEXT),
        deed,
        note: capped(&note, TEXT),
    };
    deps.asks.note(&ask.saga, &line).await
}
