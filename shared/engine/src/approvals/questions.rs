//! Makes the question of a plan.

use jiff::Timestamp;
use saga::bounds::{TEXT, capped};
use saga::{Plan, PlanHash};

use super::wording;
use crate::deps::Deps;
use crate::ports::{ApprovalRequest, RequestState, STORE_VERSION};

/// The question of a plan, as people are asked.
pub fn question_of(plan: &Plan, hash: &PlanHash, question: &str, now: Timestamp, deps: &Deps) -> ApprovalRequest {
    let about: Option<failover::plan::About> = serde_json::from_value(plan.about.clone()).ok();
    let loss = about.as_ref().and_then(|about| about.worst_loss.as_ref());
    ApprovalRequest {
        version: STORE_VERSION,
        saga: plan.saga.clone(),
        question: question.to_owned(),
        plan: hash.clone(),
        text: capped(&wording::question(plan, hash, about.as_ref()), TEXT),
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
    }
}
