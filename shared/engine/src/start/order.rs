//! Defines an order: the request for a saga.

use failover::drill::FullDrill;
use failover::{Operation, Side, Window};
use jiff::Timestamp;
use saga::SagaId;

/// An order of a person or of a verdict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The operation.
    pub operation: Operation,
    /// The side that the work should leave.
    pub leaving: Side,
    /// The leaving side is well, so everything is verified stopped before anything starts.
    pub planned: bool,
    /// The person, or the part of Switchback, that orders it.
    pub by: String,
    /// The time when the leaving side was lost, if it is known.
    pub lost_at: Option<Timestamp>,
    /// The time when the first signal came.
    pub noticed_at: Timestamp,
    /// The leaving side is fenced before the question is answered. Nothing is started before the answer.
    pub fence_first: bool,
    /// The saga begins at this time, unless somebody says no. `None`: a person must say yes.
    pub veto_until: Option<Timestamp>,
    /// The time when a planned saga may begin. `None`: at once.
    pub window: Option<Window>,
    /// The saga whose approval covers this one. The way back of a drill is covered by the approval of the drill.
    pub approved_with: Option<SagaId>,
    /// For a full drill: its name, its stay, its alarms.
    pub drill: Option<FullDrill>,
}

impl Order {
    /// A person's order of now. It begins as soon as it is approved.
    pub fn of(operation: Operation, leaving: Side, planned: bool, by: &str, now: Timestamp) -> Self {
        Self {
            operation,
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
