//! Carries out external actions, and makes the messages of their channels.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use failover::action::Detail;
use failover::plan::About;
use failover::template::fill;
use failover::{Operation, Side};
use jiff::SignedDuration;
use saga::{Fault, Plan, State, Step};
use serde_json::{Value, json};

use super::lease::LeaseWatch;
use crate::codes;
use crate::ports::{Access, ActionContext, Actions, Admission, Admitted, Clock, Ending, Message};
use crate::settings::Settings;

/// The parts that carry out actions, and their admission.
pub(super) struct External {
    pub(super) actions: Vec<Arc<dyn Actions>>,
    pub(super) admission: Arc<dyn Admission>,
}

/// Tries the step of an action once.
pub(super) async fn carry_out(external: &External, step: &Step, context: &ActionContext<'_>) -> Result<String, Fault> {
    who_carries_out(&external.actions, step)?.attempt(step, context, &*external.admission).await
}

/// Finds the part that carries out the step of an action.
pub(crate) fn who_carries_out<'a>(actions: &'a [Arc<dyn Actions>], step: &Step) -> Result<&'a Arc<dyn Actions>, Fault> {
    let knows = |actions: &&Arc<dyn Actions>| actions.actions().iter().any(|info| info.name == step.kind);
    actions.iter().find(knows).ok_or_else(|| {
        let message =
            format!("this program carries out no action of kind {:?}: use the one that planned it", step.kind);
        Fault::person_needed(codes::UNKNOWN_STEP, message)
    })
}

/// The message of a channel's step, or a fault if its placeholders cannot be filled in.
pub(crate) fn told<'a>(
    step: &Step,
    message: Option<&'a Result<Message, String>>,
) -> Result<Option<&'a Message>, Fault> {
    match message {
        None => Ok(None),
        Some(Ok(message)) => Ok(Some(message)),
        Some(Err(why)) => {
            let message = format!("the words of {} {:?} cannot be filled in: {why}", step.kind, step.name);
            Err(Fault::person_needed(codes::WORDING, message))
        }
    }
}

/// The current message of a channel's step. `None`: the step is no message.
pub(crate) fn message(step: &Step, plan: &Plan, about: &About, state: &State) -> Option<Result<Message, String>> {
    let wording = serde_json::from_value::<Detail>(step.detail.clone()).ok()?.wording?;
    let facts = facts(plan, about, state);
    let filled = fill(&wording.subject, &facts).and_then(|subject| {
        let text = fill(&wording.text, &facts)?;
        Ok(Message { subject, text })
    });
    Some(filled)
}

/// The values of a message's placeholders, which are those of [`failover::plan::wording::sample`].
fn facts(plan: &Plan, about: &About, state: &State) -> Value {
    let leaving = about.leaving;
    let target = leaving.other();
    let address = |side: Side| about.addresses.iter().find(|address| address.side == side);
    let url = |side: Side| address(side).map_or("", |address| address.url.as_str());
    let tally = state.tally();
    let pursued = plan.steps().filter(|(id, step)| {
        step.pursue && !step.optional && state.step(*id).is_some_and(|record| !record.state.is_settled())
    });
    json!({
        "pair": plan.subject,
        "saga": plan.saga,
        "leaving": leaving,
        "leaving_url": url(leaving),
        "target": target,
        "target_url": url(target),
        "target_host": address(target).map_or("", |address| address.host.as_str()),
        "temporary": target == Side::Standby && about.operation != Some(Operation::Promotion),
        "planned": about.planned,
        "total": tally.total(),
        "done": tally.done + tally.waived,
        "blocked": tally.blocked,
        "pursued": pursued.count(),
        "findings": plan.findings.len(),
        "window_from": about.window.map(|window| window.from),
        "window_until": about.window.map(|window| window.until),
    })
}

/// Admits every request that the lease has time for (S13). Each external system has its own owner, and the answer of
/// one says nothing about the next. So nothing is counted together and no breaker opens.
pub(super) struct ExternalPass {
    pub(super) clock: Arc<dyn Clock>,
    pub(super) watch: Arc<LeaseWatch>,
    pub(super) settings: Arc<Settings>,
    pub(super) time_out: Duration,
}

#[async_trait]
impl Admission for ExternalPass {
    async fn enter(&self, family: &'static str, _nature: Access) -> Result<Admitted, Fault> {
        let needed = SignedDuration::try_from(self.time_out).unwrap_or(SignedDuration::MAX);
        let has_margin = self.watch.left(self.clock.now()) > needed.saturating_add(self.settings.skew);
        if self.watch.is_closing() || (self.settings.guards_margin() && !has_margin) {
            let message = format!("too little is left of the lease to begin a call of {family}");
            return Err(Fault::again(codes::LEASE_ENDING, message));
        }
        Ok(Admitted { time_out: self.time_out })
    }

    fn leave(&self, _family: &'static str, _ending: Ending) {}
}

#[cfg(test)]
mod tests {
    use saga::{Gate, SagaId, Stage};

    use super::*;

    #[test]
    fn every_placeholder_that_is_offered_is_filled_in_and_none_else() {
        let at = jiff::Timestamp::UNIX_EPOCH;
        let about = About {
            leaving: Side::Primary,
            planned: false,
            fence_first: false,
            checkpoint_at: at,
            target_listed_at: at,
            addresses: Vec::new(),
            worst_loss: None,
            operation: None,
            window: None,
        };
        let plan = Plan {
            version: saga::plan::PLAN_VERSION,
            saga: SagaId("s".to_owned()),
            subject: "payments".to_owned(),
            kind: "failover".to_owned(),
            made_at: at,
            about: json!(about),
            stages: vec![Stage { name: "freeze".to_owned(), gate: Gate::Open, steps: Vec::new() }],
            exceptions: Vec::new(),
            findings: Vec::new(),
        };
        let names = |value: &Value| value.as_object().map(|o| o.keys().cloned().collect::<Vec<_>>());
        assert_eq!(names(&facts(&plan, &about, &State::new(&plan))), names(&failover::plan::wording::sample()));
    }
}
