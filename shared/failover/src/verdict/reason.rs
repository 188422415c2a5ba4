//! The reasons of a verdict.

use jiff::Timestamp;
use saga::SagaId;
use serde::{Deserialize, Serialize};

use super::situation::{AutomationPause, CoolDown};
use crate::pair::Side;
use crate::signal::Reading;

/// A reason for the decision, or against a stronger one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "reason")]
pub enum Reason {
    /// No source says anything, which is neither healthy nor down.
    NothingKnown,
    /// No origin speaks against the side.
    NoneBad,
    /// Fewer origins agree than are needed.
    TooFew {
        /// Number of origins that agree.
        have: usize,
        /// Number of origins that are needed.
        need: usize,
    },
    /// Enough origins agree, but none of them reads down.
    NoneDown,
    /// Enough origins agree, but not for long enough.
    NotLongEnough {
        /// When they began to agree.
        since: Timestamp,
        /// In seconds: how long they must agree.
        need_s: i64,
    },
    /// It has fired. It is over when everything has been healthy for `clear_s`.
    NotOver {
        /// When it fired.
        since: Timestamp,
        /// In seconds: how long everything must be healthy.
        clear_s: i64,
    },
    /// It fires.
    Fires {
        /// When it fired.
        since: Timestamp,
        /// Number of origins that agree.
        origins: usize,
    },
    /// A person has paused the automation.
    Frozen(AutomationPause),
    /// A saga is under way.
    SagaUnderWay {
        /// Id of the saga.
        saga: SagaId,
    },
    /// A saga ended a short while ago.
    CoolingDown(CoolDown),
    /// The policy says to watch only.
    WatchOnly,
    /// The other side is not well either.
    OtherSideToo {
        /// The other side.
        side: Side,
        /// The worst reading of it.
        reading: Reading,
    },
}
