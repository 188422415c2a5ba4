//! Lists the codes of faults that arise in the engine itself.

use saga::Code;

/// The breaker of an API family is open: it did not answer lately.
pub const BREAKER_OPEN: Code = Code::new("BREAKER-OPEN");
/// The lease has too little time left to begin a call.
pub const LEASE_ENDING: Code = Code::new("LEASE-ENDING");
/// A change is under way for longer than an attempt waits.
pub const STILL_CHANGING: Code = Code::new("STILL-CHANGING");
/// The call was made, and the resource does not reach the wanted state.
pub const NOT_AS_WANTED: Code = Code::new("NOT-AS-WANTED");
/// Nothing else is active, but other steps of this side are not verified yet.
pub const OTHERS_OPEN: Code = Code::new("OTHERS-OPEN");
/// The published object or the pair's head could not be read or written.
pub const PUBLICATION: Code = Code::new("PUBLICATION");
/// The settings of an action or a probe cannot be used.
pub const ACTION_SETTINGS: Code = Code::new("ACTION-SETTINGS");
/// A plan names something that this program does not know.
pub const UNKNOWN_STEP: Code = Code::new("UNKNOWN-STEP");
/// Two resources match, so the counterpart is ambiguous.
pub const AMBIGUOUS_MATCH: Code = Code::new("AMBIGUOUS-MATCH");
/// The target has no counterpart.
pub const NO_COUNTERPART: Code = Code::new("NO-COUNTERPART");
/// The window of a planned saga has not opened yet.
pub const WINDOW_NOT_OPEN: Code = Code::new("WINDOW-NOT-OPEN");
/// The rest of the window is too short for the saga.
pub const WINDOW_MISSED: Code = Code::new("WINDOW-MISSED");
/// Something is on at a side that should stand by.
pub const NOT_READY: Code = Code::new("NOT-READY");
/// A saga that asks for lessons has none on record.
pub const LESSONS_MISSING: Code = Code::new("LESSONS-MISSING");
/// The text of a message has a placeholder that is not known.
pub const WORDING: Code = Code::new("WORDING");
/// The saga is held already.
pub const SAGA_HELD: Code = Code::new("SAGA-HELD");
/// The saga is not held.
pub const NOT_HELD: Code = Code::new("NOT-HELD");
/// The saga is over.
pub const SAGA_OVER: Code = Code::new("SAGA-OVER");
/// The plan has no such step.
pub const NO_STEP: Code = Code::new("NO-STEP");
/// The step is done or waived.
pub const STEP_SETTLED: Code = Code::new("STEP-SETTLED");
/// The step is neither blocked nor waiting.
pub const STEP_NOT_TRIED: Code = Code::new("STEP-NOT-TRIED");
/// The step is not pursued.
pub const NOT_PURSUED: Code = Code::new("NOT-PURSUED");
/// The forward part is not done, so no pursuit is ended.
pub const FORWARD_OPEN: Code = Code::new("FORWARD-OPEN");
/// A dry run makes no call that may have an effect.
pub const DRY_RUN: Code = Code::new("DRY-RUN");
