//! The step of a try, with its detail and its briefing.

use engine::ports::ActionContext;
use failover::action::Detail;
use failover::plan::want;
use saga::{Fault, Step};

use crate::codes;

/// The step of a try, with its detail and its briefing.
pub struct Given<'a> {
    pub(crate) step: &'a Step,
    pub(crate) detail: Detail,
    pub(crate) context: &'a ActionContext<'a>,
}

impl Given<'_> {
    /// For a fence: true if the side must be isolated, false if it must be readmitted.
    pub(super) fn cuts_off(&self) -> Result<bool, Fault> {
        match self.step.want.as_str() {
            want::CUT_OFF => Ok(true),
            want::LIFTED => Ok(false),
            _ => Err(self.unknown_want()),
        }
    }

    /// Refuses every other wanted state.
    pub(super) fn wants(&self, wanted: &str) -> Result<(), Fault> {
        if self.step.want == wanted { Ok(()) } else { Err(self.unknown_want()) }
    }

    fn unknown_want(&self) -> Fault {
        let said = format!("action {} cannot be brought to {:?}", self.step.kind, self.step.want);
        Fault::person_needed(codes::UNKNOWN_WANT, said)
    }
}
