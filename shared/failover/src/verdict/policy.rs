//! The team's policy for detection, with its mode.

use serde::{Deserialize, Serialize};

/// The mode of a policy says what Switchback does by itself when the verdict fires.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// It informs people, and does nothing else.
    Watch,
    /// It makes a plan and waits for a person.
    #[default]
    Ask,
    /// It freezes deployments and fences at once, and asks before anything is started on the target.
    FenceThenAsk,
    /// It begins when the veto time has passed, if everything still agrees.
    Act {
        /// The person who has accepted, for the team, the risk of an unplanned failover (S10).
        accepted_by: String,
    },
}

impl Mode {
    /// The word that configurations use, e.g. `fence-then-ask`.
    pub fn as_str(&self) -> &'static str {
        match self {
            Mode::Watch => "watch",
            Mode::Ask => "ask",
            Mode::FenceThenAsk => "fence-then-ask",
            Mode::Act { .. } => "act",
        }
    }
}

/// The team's policy for detection. Durations are in seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchPolicy {
    /// The mode of the policy.
    pub mode: Mode,
    /// Number of origins of different kinds that must agree, at least two.
    pub origins: usize,
    /// In seconds: how long they must agree, without a gap.
    pub for_s: i64,
    /// In seconds: how long everything must be healthy before it is over; longer than `for_s`.
    pub clear_s: i64,
    /// In seconds: how long nothing is proposed again.
    pub cool_down_s: i64,
    /// Whether all of them may be merely degraded. Otherwise one must read down.
    pub degraded_is_enough: bool,
    /// In seconds, under `act`: how long people may say no.
    pub veto_s: i64,
}

impl Default for WatchPolicy {
    fn default() -> Self {
        Self {
            mode: Mode::Ask,
            origins: 2,
            for_s: 300,
            clear_s: 900,
            cool_down_s: 3_600,
            degraded_is_enough: false,
            veto_s: 600,
        }
    }
}
