//! Questions and answers (S11).

use failover::Side;
use jiff::Timestamp;
use saga::{Plan, PlanHash, SagaId};

use crate::deps::Deps;
use crate::ports::{Answer, AnswerRefused, AskItem, AskState, STORE_VERSION, StoreError};

/// Says whether an answer may be used for a question, for the plan and loss of now.
///
/// # Errors
///
/// [`AnswerRefused`]: why not.
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
    let worse = match (answer.loss_shown_s, loss_s) {
        (Some(shown), Some(now)) => now > shown,
        (Some(_), None) => true,
        (None, Some(_) | None) => false,
    };
    if worse { Err(AnswerRefused::WorseLoss) } else { Ok(answer.clone()) }
}

/// The question of a plan, as it is asked.
pub fn question_of(plan: &Plan, hash: &PlanHash, question: &str, now: Timestamp, deps: &Deps) -> AskItem {
    let about: Option<failover::plan::About> = serde_json::from_value(plan.about.clone()).ok();
    let leaving = about.as_ref().map_or(Side::Primary, |about| about.leaving);
    let loss = about.as_ref().and_then(|about| about.worst_loss.clone());
    let loss_text = loss.as_ref().map_or_else(String::new, |loss| match loss.seconds {
        Some(seconds) => format!(" Up to {seconds} s of data would be lost, of dataset {:?}.", loss.dataset),
        None => format!(" How much data of dataset {:?} would be lost cannot be told.", loss.dataset),
    });
    let risk = if about.is_some_and(|about| about.planned) {
        "Nothing is started before everything there is verified stopped.".to_owned()
    } else {
        format!(
            "What cannot be verified stopped on the {leaving} may still process data when it comes back, until the \
             pursuit has fenced it. Approving accepts that risk for this saga."
        )
    };
    AskItem {
        version: STORE_VERSION,
        saga: plan.saga.clone(),
        question: question.to_owned(),
        plan: hash.clone(),
        text: format!(
            "Move the work of pair {} from the {leaving} to the {}? {} steps, plan {}.{loss_text} {risk}",
            plan.subject,
            leaving.other(),
            plan.total(),
            hash.short()
        ),
        loss_s: loss.and_then(|loss| loss.seconds),
        expires_at: now.saturating_add(deps.settings.ask_expires).unwrap_or(Timestamp::MAX),
        state: AskState::Open,
    }
}

/// Records a person's answer to a question of a saga and wakes the saga.
///
/// # Errors
///
/// [`StoreError::Refused`] if the question is not open, or another [`StoreError`].
pub async fn answer(
    deps: &Deps,
    saga: &SagaId,
    question: &str,
    by: &str,
    approved: bool,
    accepts_risk: bool,
) -> Result<(), StoreError> {
    let asked = deps.asks.question(saga, question).await?;
    let asked = asked.ok_or_else(|| StoreError::Refused(format!("question {question:?} of {saga}")))?;
    let answer = Answer {
        by: by.to_owned(),
        approved,
        accepts_risk,
        plan: asked.plan,
        loss_shown_s: asked.loss_s,
        at: deps.clock.now(),
    };
    deps.asks.answer(saga, question, &answer).await?;
    deps.waker.wake(saga).await
}
