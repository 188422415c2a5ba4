//! Records the decisions of people about a whole pair: to pause the automation, to end the pause, to end a cool-down.
//!
//! The pair's head has the current state. A record beside it has the person and the reason of each decision.

use failover::verdict::AutomationPause;
use jiff::Timestamp;
use saga::bounds::{NAME, TEXT, capped};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::deps::Deps;
use crate::document::{Content, Document, last_that_fit};
use crate::pair::change_pair;
use crate::ports::StoreError;

/// The name under which people's decisions are remembered.
const DECISIONS: &str = "decisions";

/// The number of decisions that are kept. They are the last ones.
const KEPT: usize = 50;

/// A decision of a person about the pair.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PairDecision {
    /// The time of the decision.
    pub at: Timestamp,
    /// The person who made it.
    pub by: String,
    /// The kind: `freeze`, `thaw` or `acknowledge`.
    pub what: String,
    /// The reason, in the person's own words.
    pub why: String,
}

impl Content for Vec<PairDecision> {
    const LABEL: &'static str = "the record of decisions";

    fn stored(&self) -> Result<Value, serde_json::Error> {
        last_that_fit(self, KEPT)
    }
}

/// Pauses the automation, so that Switchback only reads. `false`: somebody has paused it before, and that pause
/// stays.
///
/// # Errors
///
/// [`StoreError`].
pub async fn freeze(deps: &Deps, by: &str, why: &str) -> Result<bool, StoreError> {
    let at = deps.clock.now();
    let froze = change_pair(deps, |head| match head.freeze {
        Some(_) => false,
        None => {
            head.freeze = Some(AutomationPause { by: capped(by, NAME), why: capped(why, TEXT), at });
            true
        }
    });
    recorded(deps, froze.await?, by, "freeze", why).await
}

/// Ends the pause. `false`: the automation is not paused.
///
/// # Errors
///
/// [`StoreError`].
pub async fn thaw(deps: &Deps, by: &str, why: &str) -> Result<bool, StoreError> {
    let thawed = change_pair(deps, |head| head.freeze.take().is_some()).await?;
    recorded(deps, thawed, by, "thaw", why).await
}

/// Ends the cool-down after the last saga. `false`: no cool-down is running.
///
/// # Errors
///
/// [`StoreError`].
pub async fn acknowledge(deps: &Deps, by: &str, why: &str) -> Result<bool, StoreError> {
    let now = deps.clock.now();
    let ended = change_pair(deps, |head| {
        let held = head.cool_down.as_mut().filter(|cool_down| cool_down.holds(now));
        held.map(|cool_down| cool_down.acknowledged_by = Some(capped(by, NAME))).is_some()
    });
    recorded(deps, ended.await?, by, "acknowledge", why).await
}

/// The recent decisions of people about the pair, the last one last.
///
/// # Errors
///
/// [`StoreError`].
pub async fn decisions(deps: &Deps) -> Result<Vec<PairDecision>, StoreError> {
    Ok(Document::read(deps, DECISIONS).await?.content)
}

/// Records a decision that changed the pair. The change itself is on record by now, even if this cannot be written.
async fn recorded(deps: &Deps, changed: bool, by: &str, what: &str, why: &str) -> Result<bool, StoreError> {
    if !changed {
        return Ok(false);
    }
    let (by, why) = (capped(by, NAME), capped(why, TEXT));
    let decision = PairDecision { at: deps.clock.now(), by, what: what.to_owned(), why };
    if let Err(error) = append(deps, &decision).await {
        tracing::warn!(code = "TRAIL-INCOMPLETE", ?decision, %error, "the pair was changed, and the line that tells of it was not written");
    }
    Ok(true)
}

async fn append(deps: &Deps, decision: &PairDecision) -> Result<(), StoreError> {
    let change = |decisions: &mut Vec<PairDecision>| {
        decisions.push(decision.clone());
        true
    };
    Document::update(deps, DECISIONS, change).await.map(drop)
}
