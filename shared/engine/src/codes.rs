//! The codes of faults that arise in the engine itself.

use saga::Code;

/// The breaker of an API family is open: it did not answer lately.
pub const BREAKER_OPEN: Code = Code::new("BREAKER-OPEN");
/// Too little is left of the lease to begin a call.
pub const LEASE_ENDING: Code = Code::new("LEASE-ENDING");
/// A change is under way for longer than an attempt waits.
pub const STILL_CHANGING: Code = Code::new("STILL-CHANGING");
/// The call was made, and the resource does not become as wanted.
pub const NOT_AS_WANTED: Code = Code::new("NOT-AS-WANTED");
/// Nothing else is active, but other steps of this side are not verified yet.
pub const OTHERS_OPEN: Code = Code::new("OTHERS-OPEN");
/// What is published could not be written or read.
pub const PUBLICATION: Code = Code::new("PUBLICATION");
/// A plan names something that this program does not know.
pub const UNKNOWN_STEP: Code = Code::new("UNKNOWN-STEP");
/// Two resources could be meant.
pub const AMBIGUOUS_MATCH: Code = Code::new("AMBIGUOUS-MATCH");
/// The target has no counterpart.
pub const NO_COUNTERPART: Code = Code::new("NO-COUNTERPART");
/// The words of a message name something that is not known.
pub const WORDING: Code = Code::new("WORDING");
/// A dry run makes no call that may have an effect.
pub const DRY_RUN: Code = Code::new("DRY-RUN");
