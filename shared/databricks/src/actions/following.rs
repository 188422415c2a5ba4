//! Follows a change after its call: how often it is read, and the faults while it is not there.

use jiff::{SignedDuration, Timestamp};
use saga::{Fault, Reaction};

use crate::kinds::Api;

/// The time between two reads of a call that is followed.
pub(super) const POLL: SignedDuration = SignedDuration::from_secs(2);

/// A try follows its call for this long. Then another try continues.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);

/// Whether a try that has begun then should end, so that another one continues.
pub(super) fn is_out_of_patience(api: &Api<'_>, begun: Timestamp) -> bool {
    api.now().duration_since(begun) >= PATIENCE
}

/// The fault of the read after a call that was answered: the call may have had its effect.
pub(super) fn after_effect(fault: Fault) -> Fault {
    if fault.reaction.is_again() { Fault { reaction: Reaction::VerifyFirst, ..fault } } else { fault }
}

/// The change is still under way, and is read again after a while.
pub(super) fn still_changing(said: String) -> Fault {
    let after_ms = u64::try_from(POLL.as_millis()).ok();
    Fault { reaction: Reaction::Again { after_ms }, ..Fault::again(engine::codes::STILL_CHANGING, said) }
}
