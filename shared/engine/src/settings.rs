//! Every duration and number of the engine, in one place.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;

use crate::approvals::folded;

/// In bytes of JSON. An item takes 400 KB [DynamoDB: Constraints, item size], and ours stay below 256 KB; JSON
/// is longer than what the table counts but for numbers, which the margin is for.
const CHUNK: usize = 160 * 1024;

/// How the engine behaves. The defaults are those of the design; tests and slow
/// or fast workspaces may want others.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// How long a lease runs. Renewed at a third of it.
    pub lease: SignedDuration,
    /// How far clocks may differ, and replies may straggle.
    pub skew: SignedDuration,
    /// A call that has not answered after this is given up.
    pub call_time_out: Duration,
    /// The same, toward a side that is believed dead.
    pub dead_time_out: Duration,
    /// A runner hands over after this.
    pub drive_limit: SignedDuration,
    /// A runner that has nothing to do for longer than this gives its lease back.
    pub linger: SignedDuration,
    /// Results are recorded at the latest after this,
    pub flush_after: SignedDuration,
    /// or when there are so many of them.
    pub flush_count: usize,
    /// How often a step of the pursuit is tried, at least (L3).
    pub pursuit_interval: SignedDuration,
    /// The longest pause between two tries of any other step.
    pub longest_pause: SignedDuration,
    /// How often a blocked step is looked at again, in case a person has helped.
    pub blocked_interval: SignedDuration,
    /// How often a fenced side that is the inactive one is looked at.
    pub guard_interval: SignedDuration,
    /// How long an attempt waits for a change that is under way before it ends as "asked, not yet so" (L7).
    pub awaits: SignedDuration,
    /// The same for a step of the pursuit: what starts on the target waits for the first outcome of each.
    pub pursuit_awaits: SignedDuration,
    /// How often an open question is looked up.
    pub ask_interval: SignedDuration,
    /// How long an approval may be given after it was asked for.
    pub ask_expires: SignedDuration,
    /// Requests per second by API family, where the limit is known.
    pub limits: BTreeMap<String, f64>,
    /// Guards that are switched off to prove that each of them matters.
    #[cfg(feature = "mutants")]
    pub weakened: Weakened,
    /// Faults of old that are put back, to prove that they would be found.
    #[cfg(feature = "mutants")]
    pub restored: crate::restored::Restored,
}

/// Guards that can be switched off in a test build.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weakened {
    /// Calls start whatever is left of the lease (S13).
    pub margin: bool,
    /// A reply counts as done (S5).
    pub read_back: bool,
    /// Stages begin whatever their gate says (S9), and starts whatever their needs say (S10).
    pub gate: bool,
    /// An answer counts without its proof (S27).
    pub proof: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lease: SignedDuration::from_secs(30),
            skew: SignedDuration::from_secs(5),
            call_time_out: Duration::from_secs(10),
            dead_time_out: Duration::from_secs(3),
            drive_limit: SignedDuration::from_mins(14),
            linger: SignedDuration::from_secs(120),
            flush_after: SignedDuration::from_millis(250),
            flush_count: 25,
            pursuit_interval: SignedDuration::from_secs(60),
            longest_pause: SignedDuration::from_secs(15),
            blocked_interval: SignedDuration::from_mins(5),
            guard_interval: SignedDuration::from_mins(15),
            awaits: SignedDuration::from_secs(60),
            pursuit_awaits: SignedDuration::from_secs(10),
            ask_interval: SignedDuration::from_secs(2),
            ask_expires: SignedDuration::from_mins(60),
            limits: BTreeMap::new(),
            #[cfg(feature = "mutants")]
            weakened: Weakened::default(),
            #[cfg(feature = "mutants")]
            restored: crate::restored::Restored::default(),
        }
    }
}

/// The other side's `Retry-After` is obeyed for so long at most, where no pursuit asks for less.
const OBEYED_AT_MOST: SignedDuration = SignedDuration::from_mins(1);

impl Settings {
    /// The longest pause that a `Retry-After` of the other side can bring about (L3).
    pub(crate) fn obeys(&self, pursued: bool) -> SignedDuration {
        #[cfg(feature = "mutants")]
        if self.restored.foreign_pause {
            return SignedDuration::from_hours(24);
        }
        if pursued { self.pursuit_interval } else { OBEYED_AT_MOST }
    }

    /// When a blocked step is looked at again. A side that is taken for lost may refuse for a while, so its
    /// refusal does not end the pursuit (L3).
    pub(crate) fn looks_again(&self, pursued: bool) -> SignedDuration {
        #[cfg(feature = "mutants")]
        let pursued = pursued && !self.restored.refused_pursuit;
        if pursued { self.pursuit_interval.min(self.blocked_interval) } else { self.blocked_interval }
    }

    /// How long an attempt waits for a change that is under way.
    pub(crate) fn awaits(&self, pursued: bool) -> SignedDuration {
        #[cfg(feature = "mutants")]
        if self.restored.endless_attempt {
            return SignedDuration::from_mins(30);
        }
        if pursued { self.pursuit_awaits } else { self.awaits }
    }

    /// In bytes: no chunk of the log is longer (S25).
    pub(crate) fn chunk(&self) -> usize {
        #[cfg(feature = "mutants")]
        if self.restored.long_chunks {
            return usize::MAX;
        }
        CHUNK
    }

    /// Whether two names are those of one person (S27).
    pub(crate) fn is_same_person(&self, one: &str, other: &str) -> bool {
        #[cfg(feature = "mutants")]
        if self.restored.spelling {
            return one == other;
        }
        folded(one) == folded(other)
    }

    /// Whether the margin holds calls back (always, but for the test that shows that it matters).
    pub(crate) fn guards_margin(&self) -> bool {
        #[cfg(feature = "mutants")]
        return !self.weakened.margin;
        #[cfg(not(feature = "mutants"))]
        true
    }

    /// Whether an answer counts only with its proof.
    pub(crate) fn guards_proof(&self) -> bool {
        #[cfg(feature = "mutants")]
        return !self.weakened.proof;
        #[cfg(not(feature = "mutants"))]
        true
    }

    /// Whether a step is done only when read back.
    pub(crate) fn guards_read_back(&self) -> bool {
        #[cfg(feature = "mutants")]
        return !self.weakened.read_back;
        #[cfg(not(feature = "mutants"))]
        true
    }
}
