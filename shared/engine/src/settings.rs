//! Defines every duration and number of the engine, in one place.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::SignedDuration;

use crate::approvals::folded;

/// In bytes of JSON. DynamoDB takes items of up to 400 KB [DynamoDB: Constraints, item size], and ours stay below 256
/// KB. JSON is longer than the size that the table counts, except for numbers. The margin is for numbers.
const CHUNK: usize = 160 * 1024;

/// The durations and numbers of the engine. Tests, and workspaces that are slow or fast, may need other values than
/// the defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The duration of a lease. It is renewed at a third of this time.
    pub lease: SignedDuration,
    /// The most that clocks may differ and that replies may be late.
    pub skew: SignedDuration,
    /// The time after which a call without an answer is given up.
    pub call_time_out: Duration,
    /// The same for a side that is believed dead.
    pub dead_time_out: Duration,
    /// The time after which a runner hands over.
    pub drive_limit: SignedDuration,
    /// A runner gives its lease back if nothing is due for longer than this.
    pub linger: SignedDuration,
    /// The longest time that results wait before they are recorded.
    pub flush_after: SignedDuration,
    /// The number of waiting results at which they are recorded earlier.
    pub flush_count: usize,
    /// The longest time between two tries of a step of the pursuit (L3).
    pub pursuit_interval: SignedDuration,
    /// The longest pause between two tries of any other step.
    pub longest_pause: SignedDuration,
    /// The pause before a blocked step is tried again, in case a person has helped.
    pub blocked_interval: SignedDuration,
    /// The interval at which the guard reads a fenced side that is the inactive one.
    pub guard_interval: SignedDuration,
    /// The time that an attempt waits for a change that is under way. Then the attempt ends as "asked, not yet so"
    /// (L7).
    pub awaits: SignedDuration,
    /// The same for a step of the pursuit. It is shorter, since the starts on the target wait for the first outcome
    /// of each of these steps.
    pub pursuit_awaits: SignedDuration,
    /// The interval at which an open question is read.
    pub ask_interval: SignedDuration,
    /// The time to give an approval after it was asked for.
    pub ask_expires: SignedDuration,
    /// Requests per second by API family, for the families with a known limit.
    pub limits: BTreeMap<String, f64>,
    /// Guards that are switched off, to prove that each of them is needed.
    #[cfg(feature = "mutants")]
    pub weakened: Weakened,
    /// Earlier faults that are put back, to prove that tests find them.
    #[cfg(feature = "mutants")]
    pub restored: crate::restored::Restored,
}

/// Guards that can be switched off in a test build.
#[cfg(feature = "mutants")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weakened {
    /// Calls start even if the margin of the lease is too small (S13).
    pub margin: bool,
    /// A reply counts as done (S5).
    pub read_back: bool,
    /// Stages begin before their gates (S9), and starts begin before their needs (S10).
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

/// The longest time for which the `Retry-After` of the other side is obeyed, if no pursuit asks for less.
const OBEYED_AT_MOST: SignedDuration = SignedDuration::from_mins(1);

impl Settings {
    /// The longest pause that a `Retry-After` of the other side can cause (L3).
    pub(crate) fn obeys(&self, pursued: bool) -> SignedDuration {
        #[cfg(feature = "mutants")]
        if self.restored.foreign_pause {
            return SignedDuration::from_hours(24);
        }
        if pursued { self.pursuit_interval } else { OBEYED_AT_MOST }
    }

    /// The pause before a blocked step is tried again. A side that is taken for lost may refuse for a while, so its
    /// refusal does not end the pursuit (L3).
    pub(crate) fn looks_again(&self, pursued: bool) -> SignedDuration {
        #[cfg(feature = "mutants")]
        let pursued = pursued && !self.restored.refused_pursuit;
        if pursued { self.pursuit_interval.min(self.blocked_interval) } else { self.blocked_interval }
    }

    /// The time that an attempt waits for a change that is under way.
    pub(crate) fn awaits(&self, pursued: bool) -> SignedDuration {
        #[cfg(feature = "mutants")]
        if self.restored.endless_attempt {
            return SignedDuration::from_mins(30);
        }
        if pursued { self.pursuit_awaits } else { self.awaits }
    }

    /// In bytes: the longest chunk of the log (S25).
    pub(crate) fn chunk(&self) -> usize {
        #[cfg(feature = "mutants")]
        if self.restored.long_chunks {
            return usize::MAX;
        }
        CHUNK
    }

    /// Whether two names belong to one person (S27).
    pub(crate) fn is_same_person(&self, one: &str, other: &str) -> bool {
        #[cfg(feature = "mutants")]
        if self.restored.spelling {
            return one == other;
        }
        folded(one) == folded(other)
    }

    /// Whether calls need the margin of the lease. Only a test that shows why the margin is needed switches this off.
    pub(crate) fn guards_margin(&self) -> bool {
        #[cfg(feature = "mutants")]
        return !self.weakened.margin;
        #[cfg(not(feature = "mutants"))]
        true
    }

    /// Whether an answer needs its proof to count.
    pub(crate) fn guards_proof(&self) -> bool {
        #[cfg(feature = "mutants")]
        return !self.weakened.proof;
        #[cfg(not(feature = "mutants"))]
        true
    }

    /// Whether a step needs a read-back to be done.
    pub(crate) fn guards_read_back(&self) -> bool {
        #[cfg(feature = "mutants")]
        return !self.weakened.read_back;
        #[cfg(not(feature = "mutants"))]
        true
    }
}
