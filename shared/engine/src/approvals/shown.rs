//! Gathers everything that an answer rests on, for the person who is asked. It reads, and changes nothing.

use failover::Side;
use failover::plan::{About, Loss};
use failover::text::{Detail, gathered, plan_text};
use failover::verdict::Verdict;
use jiff::Timestamp;
use saga::{Plan, PlanHash, SagaId};

use crate::deps::Deps;
use crate::detection::case_of;
use crate::keys::plan_key;
use crate::ports::{ApprovalRequest, SagaHead, StoreError};

/// A question with everything that its answer rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct ShownQuestion {
    /// The current time.
    pub now: Timestamp,
    /// The pair's name. An approver types it to answer.
    pub pair: String,
    /// The saga.
    pub saga: SagaId,
    /// The name of the approver who owns the link.
    pub approver: String,
    /// The question as a person reads it.
    pub text: String,
    /// The person, or the part of Switchback, that proposes it.
    pub by: String,
    /// The side that the work leaves.
    pub leaving: Side,
    /// Whether the leaving side was said to be well. Then everything there is verified stopped before anything
    /// starts.
    pub planned: bool,
    /// Whether the leaving side is being fenced already, before any answer.
    pub fencing: bool,
    /// The time when the first signal came, if it is known.
    pub noticed_at: Option<Timestamp>,
    /// The time when the side was lost, if it is known.
    pub lost_at: Option<Timestamp>,
    /// The current verdict over all signals.
    pub verdict: Verdict,
    /// The loss of the dataset that would lose most. `None`: no dataset was declared.
    pub loss: Option<Loss>,
    /// The plan's hash.
    pub plan: PlanHash,
    /// The number of steps in the plan.
    pub steps: usize,
    /// The plan as text, with its steps counted by kind.
    pub plan_text: String,
    /// The findings of the plan, with remedies.
    pub findings: Vec<String>,
    /// The resources that were left out on purpose, with reasons.
    pub exceptions: Vec<String>,
    /// The time when the inventory of the plan was taken.
    pub inventory_at: Option<Timestamp>,
    /// The number of different people who must say yes.
    pub people: u32,
    /// The people who have said yes, and when.
    pub given: Vec<(String, Timestamp)>,
    /// The number of times that it was asked again.
    pub round: u32,
    /// The time until which it can be answered.
    pub expires_at: Timestamp,
    /// The saga begins at this time unless somebody declines.
    pub veto_until: Option<Timestamp>,
}

/// The frozen plan that a question is about.
pub(super) async fn plan_of(deps: &Deps, ask: &ApprovalRequest) -> Result<Plan, StoreError> {
    let bytes = deps.objects.get(&plan_key(&ask.saga)).await?;
    let bytes = bytes.ok_or_else(|| StoreError::Broken(format!("the frozen plan of {} is gone", ask.saga)))?;
    Plan::thaw(&bytes, &ask.plan).map_err(|e| StoreError::Broken(e.to_string()))
}

/// Gathers the content of an approver's page.
pub(super) async fn gather(
    deps: &Deps,
    ask: &ApprovalRequest,
    head: &SagaHead,
    plan: &Plan,
    approver: &str,
) -> Result<ShownQuestion, StoreError> {
    let verdict = case_of(deps).await?;
    let about = About::of(plan).map_err(|e| StoreError::Broken(e.to_string()))?;
    let bare = Plan { findings: Vec::new(), exceptions: Vec::new(), ..plan.clone() };
    Ok(ShownQuestion {
        now: deps.clock.now(),
        pair: deps.pair.name.to_string(),
        saga: ask.saga.clone(),
        approver: approver.to_owned(),
        text: ask.text.clone(),
        by: head.by.clone(),
        leaving: about.leaving,
        planned: about.planned,
        fencing: about.fence_first,
        noticed_at: head.clocks.noticed_at,
        lost_at: head.clocks.lost_at,
        verdict,
        // The dataset is from the plan. The amount is from the question, since it may have been measured again.
        loss: about.worst_loss.map(|loss| Loss { seconds: ask.loss_s, ..loss }),
        plan: ask.plan.clone(),
        steps: plan.total(),
        plan_text: plan_text(&bare, &ask.plan.0, Detail::Counts),
        findings: gathered(&plan.findings),
        exceptions: gathered(&plan.exceptions),
        inventory_at: Some(about.checkpoint_at),
        people: ask.people,
        given: ask.given.iter().map(|answer| (answer.by.clone(), answer.at)).collect(),
        round: ask.round,
        expires_at: ask.expires_at,
        veto_until: ask.veto_until,
    })
}
