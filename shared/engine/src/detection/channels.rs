//! Sends the messages of detection to the channels that the team has declared (R12).
//!
//! It is best effort: a message that a channel does not accept is logged once and not sent again, since the record
//! and the log have it. Channels have many readers, so nothing personal goes there (S23).

use std::sync::Arc;

use failover::Side;
use failover::action::{Action, Address, Detail, Purpose};
use failover::plan::{EXTERNAL, want};
use futures::future::join_all;
use saga::{Code, Fault, Step};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::codes;
use crate::deps::Deps;
use crate::limiter::request_admission::RequestAdmission;
use crate::pair::pair_head;
use crate::ports::{ActionContext, Message};
use crate::roles::ResolvedPair;

/// Sends a message to every declared channel, in parallel.
pub(super) async fn to_channels(deps: &Deps, message: &Message) {
    let Ok(head) = pair_head(deps).await else { return };
    // It is the side that should take the work, since the other side may be gone.
    let (deps, side) = (&deps.resolve(&head), head.active.other());
    let channels = deps.sides().declarations.of(Purpose::Channel);
    join_all(channels.map(|action| async move {
        if let Err(fault) = one(deps, action, side, message).await {
            tracing::warn!(code = "NOT-TOLD", channel = %action.name, %fault, "a notice could not be sent to a channel");
        }
    }))
    .await;
}

async fn one(deps: &ResolvedPair, action: &Action, side: Side, message: &Message) -> Result<String, Fault> {
    let unknown = |code: Code| Fault::person_needed(code, format!("nothing here sends by {:?}", action.kind));
    let actions = deps.actions_of(&action.kind, side).ok_or_else(|| unknown(codes::UNKNOWN_STEP))?;
    let address = deps.sides().address(side).cloned();
    let address = address.unwrap_or_else(|| Address { side, url: String::new(), host: String::new() });
    let detail = Detail { settings: action.settings.clone(), side, address, shown: None, wording: None };
    let step = Step {
        detail: json!(detail),
        optional: true,
        ..Step::new(EXTERNAL, &action.kind, &action.name, &action.name, want::TOLD)
    };
    let now = deps.clock.now();
    let token = token(deps, action, message);
    let context = ActionContext { token: &token, tries: 0, since: now, now, message: Some(message) };
    let (clock, settings) = (Arc::clone(&deps.clock), Arc::clone(&deps.settings));
    let admission = RequestAdmission::new(&action.name, clock, settings, None, deps.settings.call_time_out);
    actions.attempt(&step, &context, &admission).await
}

/// The token is the same for the same text to the same channel. So a channel that gets the text twice can see that.
fn token(deps: &Deps, action: &Action, message: &Message) -> String {
    let parts = [deps.pair.name.as_str(), &action.name, &message.subject, &message.text];
    let hash = Sha256::digest(parts.join("\n"));
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
