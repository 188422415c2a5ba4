//! What a person sees who is asked: everything that the answer rests on, read and not changed.

use failover::Side;
use failover::plan::{About, Loss};
use failover::text::{Detail, gathered, plan_text};
use failover::verdict::Verdict;
use jiff::Timestamp;
use saga::{Plan, PlanHash, SagaId};

use crate::deps::Deps;
use crate::noticing::case_of;
use crate::ports::{AskItem, SagaHead, StoreError};
use crate::start::plan_key;

/// A question with everything that its answer rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Now.
    pub now: Timestamp,
    /// The pair's name. It is typed to answer.
    pub pair: String,
    /// Which saga.
    pub saga: SagaId,
    /// Whose link it is.
    pub approver: String,
    /// The question as a person reads it.
    pub text: String,
    /// Who or what proposes it.
    pub by: String,
    /// The side that the work leaves.
    pub leaving: Side,
    /// It was said to be well: everything there is verified stopped before anything starts.
    pub planned: bool,
    /// It is being fenced already, whatever is answered.
    pub fencing: bool,
    /// When the first signal came, and when the side was lost, as far as that is known.
    pub noticed_at: Option<Timestamp>,
    /// When the side was lost, as far as that is known.
    pub lost_at: Option<Timestamp>,
    /// What the signals add up to now.
    pub verdict: Verdict,
    /// What would be lost of the dataset that is worst off; `None` if none was declared.
    pub loss: Option<Loss>,
    /// The plan's hash.
    pub plan: PlanHash,
    /// How many steps it has.
    pub steps: usize,
    /// The plan, its steps counted by kind.
    pub plan_text: String,
    /// What would hurt, with remedies.
    pub findings: Vec<String>,
    /// What was left out on purpose, with reasons.
    pub exceptions: Vec<String>,
    /// When the inventory that it was made from was taken.
    pub inventory_at: Option<Timestamp>,
    /// So many different people must say yes.
    pub people: u32,
    /// Who has, and when.
    pub given: Vec<(String, Timestamp)>,
    /// So often it was asked again.
    pub round: u32,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
    /// It begins then unless somebody declines.
    pub veto_until: Option<Timestamp>,
}

/// The frozen plan that a question is about.
pub(super) async fn plan_of(deps: &Deps, ask: &AskItem) -> Result<Plan, StoreError> {
    let bytes = deps.objects.get(&plan_key(&ask.saga)).await?;
    let bytes = bytes.ok_or_else(|| StoreError::Broken(format!("the frozen plan of {} is gone", ask.saga)))?;
    Plan::thaw(&bytes, &ask.plan).map_err(|e| StoreError::Broken(e.to_string()))
}

/// Gathers what an approver is shown.
pub(super) async fn gather(
    deps: &Deps,
    ask: &AskItem,
    head: &SagaHead,
    plan: &Plan,
    approver: &str,
) -> Result<Shown, StoreError> {
    let verdict = case_of(deps).await?;
    let about: Option<About> = serde_json::from_value(plan.about.clone()).ok();
    let planned_loss = about.as_ref().and_then(|about| about.worst_loss.clone());
    let bare = Plan { findings: Vec::new(), exceptions: Vec::new(), ..plan.clone() };
    Ok(Shown {
        now: deps.clock.now(),
        pair: deps.pair.name.to_string(),
        saga: ask.saga.clone(),
        approver: approver.to_owned(),
        text: ask.text.clone(),
        by: head.by.clone(),
        leaving: about.as_ref().map_or(Side::Primary, |about| about.leaving),
        planned: about.as_ref().is_some_and(|about| about.planned),
        fencing: about.as_ref().is_some_and(|about| about.fence_first),
        noticed_at: head.clocks.noticed_at,
        lost_at: head.clocks.lost_at,
        verdict,
        // The dataset is the plan's; how much of it is the question's, which may have been measured again.
        loss: planned_loss.map(|loss| Loss { seconds: ask.loss_s, ..loss }),
        plan: ask.plan.clone(),
        steps: plan.total(),
        plan_text: plan_text(&bare, &ask.plan.0, Detail::Counts),
        findings: gathered(&plan.findings),
        exceptions: gathered(&plan.exceptions),
        inventory_at: about.as_ref().map(|about| about.checkpoint_at),
        people: ask.people,
        given: ask.given.iter().map(|answer| (answer.by.clone(), answer.at)).collect(),
        round: ask.round,
        expires_at: ask.expires_at,
        veto_until: ask.veto_until,
    })
}
