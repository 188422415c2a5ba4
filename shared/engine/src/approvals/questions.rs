//! Makes the question of a plan.

use failover::plan::About;
use jiff::Timestamp;
use saga::bounds::{TEXT, capped};
use saga::{Plan, PlanError, PlanHash};

use super::wording;
use crate::deps::Deps;
use crate::ports::{ApprovalRequest, RequestState, STORE_VERSION};

/// The question of a plan, as people are asked.
///
/// # Errors
///
/// [`PlanError::Foreign`] if this program cannot read which sides the plan is about.
pub fn question_of(
    plan: &Plan,
    hash: &PlanHash,
    question: &str,
    now: Timestamp,
    deps: &Deps,
) -> Result<ApprovalRequest, PlanError> {
    let about = About::of(plan)?;
    let loss = about.worst_loss.as_ref();
    Ok(ApprovalRequest {
        version: STORE_VERSION,
        saga: plan.saga.clone(),
        question: question.to_owned(),
        plan: hash.clone(),
        text: capped(&wording::question(plan, hash, &about), TEXT),
        loss_s: loss.and_then(|loss| loss.seconds),
        expires_at: now.saturating_add(deps.settings.ask_expires).unwrap_or(Timestamp::MAX),
        state: RequestState::Open,
        asked_at: Some(now),
        people: deps.pair.watch.people(),
        given: Vec::new(),
        links: Vec::new(),
        round: 0,
        veto_until: None,
        revision: 0,
    })
}
