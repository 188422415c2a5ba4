//! Makes a saga that asks from a verdict, by the same draft and start as a person's order.

use failover::Operation;
use failover::verdict::{Decision, Verdict};
use jiff::SignedDuration;
use saga::SagaId;

use super::notify::{proposed, support};
use crate::approvals::reconcile;
use crate::roles::ResolvedPair;
use crate::start::{Order, StartError, draft, start};

/// The name that orders the proposals of a verdict.
const VERDICT: &str = "the verdict";

/// Makes the plan, begins the saga that asks about it, sends the links, and sends a message to the vendor's support.
pub(super) async fn propose(deps: &ResolvedPair, verdict: &Verdict) -> Result<SagaId, StartError> {
    let veto = SignedDuration::from_secs(deps.pair.watch.policy.veto_s);
    let api_calls = verdict.decision == Decision::Act;
    let noticed_at = verdict.noticed_at.unwrap_or(verdict.at);
    let order = Order {
        lost_at: verdict.down_since,
        fence_first: verdict.decision == Decision::FenceAndPropose,
        veto_until: api_calls.then(|| verdict.at.saturating_add(veto).unwrap_or(verdict.at)),
        ..Order::of(Operation::Failover, verdict.side, false, VERDICT, noticed_at)
    };
    let drafted = draft(deps, &order).await?;
    let saga = start(deps, &order, &drafted).await?;
    // Links that could not be sent now are sent at the next tick.
    if let Err(error) = reconcile(deps, &saga).await {
        tracing::warn!(code = "NOT-TOLD", %error, "the links of the question are sent at the next tick");
    }
    futures::join!(support(deps, verdict), proposed(deps, &saga, verdict));
    Ok(saga)
}
