//! The status of a pair, as far as the verdict needs it.

use jiff::Timestamp;
use saga::SagaId;
use serde::{Deserialize, Serialize};

/// The pause of the automation: a person has stopped everything except watching.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AutomationPause {
    /// Name of the person.
    pub by: String,
    /// Reason that the person gave.
    pub why: String,
    /// When the pause began.
    pub at: Timestamp,
}

/// The cool-down: the time in which nothing is proposed again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoolDown {
    /// Id of the last saga.
    pub saga: SagaId,
    /// End of the cool-down.
    pub until: Timestamp,
    /// Name of the person who ended it early; `None` if nobody did.
    pub acknowledged_by: Option<String>,
}

impl CoolDown {
    /// Whether it still prevents proposals.
    pub fn holds(&self, now: Timestamp) -> bool {
        self.acknowledged_by.is_none() && now < self.until
    }
}

/// The status of the pair, as far as the verdict needs it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PairSituation {
    /// The pause of the automation, if there is one.
    pub freeze: Option<AutomationPause>,
    /// Id of the pair's unfinished saga.
    pub saga: Option<SagaId>,
    /// The cool-down after the last saga.
    pub cool_down: Option<CoolDown>,
}
