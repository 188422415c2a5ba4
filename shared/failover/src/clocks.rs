//! The four clocks of an incident (R16): detect, decide, execute, validate.

use jiff::Timestamp;
use saga::{Event, Plan, SagaEvent, State, StepEvent};
use serde::{Deserialize, Serialize};

use crate::plan::{GO, stage};

/// The moments between which the four clocks run. A moment that has not come yet is `None`.
///
/// The RTO is measured from `lost_at`, or from the first signal if the moment of the loss is not known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// When the leaving side was lost, if that is known.
    pub lost_at: Option<Timestamp>,
    /// When the first signal, or a person, reported the trouble.
    pub noticed_at: Option<Timestamp>,
    /// When the plan was approved.
    pub approved_at: Option<Timestamp>,
    /// When the work was started on the target, the last schedule included.
    pub executed_at: Option<Timestamp>,
    /// When the target was validated. The forward part is then over.
    pub validated_at: Option<Timestamp>,
}

/// The clocks as durations in seconds. A clock that has not stopped is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ClockSeconds {
    /// From the loss to the first signal.
    pub detect_s: Option<f64>,
    /// From the first signal to the approval.
    pub decide_s: Option<f64>,
    /// From the approval to the last start on the target.
    pub execute_s: Option<f64>,
    /// From the last start to the validated target.
    pub validate_s: Option<f64>,
    /// From the loss, or the first signal, to the validated target.
    pub rto_s: Option<f64>,
}

impl Clocks {
    /// Takes in one event of the log. `state` is the state of the saga after it.
    ///
    /// A log can be read again, so a runner that dies takes no moment with it.
    pub fn follow(&mut self, plan: &Plan, state: &State, event: &Event, at: Timestamp) {
        match event {
            Event::Saga(SagaEvent::Approved { question, .. }) if question == GO => self.approved_at = Some(at),
            Event::Saga(SagaEvent::StageEntered { stage: entered }) if stage::repoints(entered) => {
                self.executed_at = Some(at);
            }
            Event::Step(StepEvent::Done { step, .. } | StepEvent::Waived { step, .. }) => {
                let index = usize::from(step.stage);
                let last = plan.stages.iter().rposition(|s| validates(&s.name));
                if last == Some(index) && state.is_verified(index) {
                    self.validated_at = Some(at);
                }
            }
            Event::Step(
                StepEvent::Intended { .. }
                | StepEvent::Tried { .. }
                | StepEvent::Blocked { .. }
                | StepEvent::Unblocked { .. },
            )
            | Event::Saga(_)
            | Event::Control(_) => {}
        }
    }

    /// The durations between the moments, in seconds.
    pub fn seconds(&self) -> ClockSeconds {
        let between = |from: Option<Timestamp>, to: Option<Timestamp>| {
            Some((to?.as_millisecond() - from?.as_millisecond()) as f64 / 1000.0)
        };
        ClockSeconds {
            detect_s: between(self.lost_at, self.noticed_at),
            decide_s: between(self.noticed_at, self.approved_at),
            execute_s: between(self.approved_at, self.executed_at),
            validate_s: between(self.executed_at, self.validated_at),
            rto_s: between(self.lost_at.or(self.noticed_at), self.validated_at),
        }
    }
}

/// A target is validated before its schedules and again at the end. Only the last validation counts.
fn validates(name: &str) -> bool {
    name == stage::VALIDATE || name == stage::VALIDATE_AGAIN
}
