//! What is ordered.

use failover::drill::FullDrill;
use failover::{Course, Side, Window};
use jiff::Timestamp;
use saga::SagaId;

/// What a person or a verdict asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What the saga is for.
    pub course: Course,
    /// Which side the work shall leave.
    pub leaving: Side,
    /// The leaving side is well: verify before anything starts.
    pub planned: bool,
    /// Who or what orders it.
    pub by: String,
    /// When the leaving side was lost, if that is known.
    pub lost_at: Option<Timestamp>,
    /// When the first signal came.
    pub noticed_at: Timestamp,
    /// The leaving side is fenced before the question is answered; nothing is started before.
    pub fence_first: bool,
    /// The saga begins then, unless somebody says no; `None`: a person must say yes.
    pub veto_until: Option<Timestamp>,
    /// When a planned saga may begin; `None`: at once.
    pub window: Option<Window>,
    /// The saga whose approval covers this one: a drill's, for its way back.
    pub approved_with: Option<SagaId>,
    /// Of a full drill: its name, its stay, its alarms.
    pub drill: Option<FullDrill>,
}

impl Order {
    /// A person's order, given now, that begins at once when it is approved.
    pub fn of(course: Course, leaving: Side, planned: bool, by: &str, now: Timestamp) -> Self {
        Self {
            course,
            leaving,
            planned,
            by: by.to_owned(),
            lost_at: None,
            noticed_at: now,
            fence_first: false,
            veto_until: None,
            window: None,
            approved_with: None,
            drill: None,
        }
    }
}
