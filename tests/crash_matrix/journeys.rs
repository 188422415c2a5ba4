//! The journeys of the matrix: the way home, a promotion, a drill.

use failover::Course;
use local::rehearsal::journey::script::LegEnd;
use local::rehearsal::script::{Leg, Loss, Script};

use super::scripts::planned;

/// There and back: the way home is a saga of its own, with a reset, a proof and a lesson.
pub(crate) fn home() -> Script {
    let lesson = Some("the way home was rehearsed".to_owned());
    Script {
        title: "there and back with twelve resources".to_owned(),
        leg: vec![leg(20, Course::Failover, true), Leg { lesson, ..leg(300, Course::Failback, true) }],
        ..planned()
    }
}

/// A promotion while the old primary is lost and comes back.
pub(crate) fn promoted() -> Script {
    Script {
        title: "a promotion of twelve resources".to_owned(),
        planned: false,
        loss: Some(Loss { at: 15, back_at: Some(36) }),
        leg: vec![leg(20, Course::Promotion, false)],
        ..planned()
    }
}

/// A drill on the standby alone.
pub(crate) fn drilled() -> Script {
    Script {
        title: "a drill on a standby of twelve resources".to_owned(),
        leg: vec![leg(20, Course::StandbyDrill, true)],
        ..planned()
    }
}

fn leg(at: i64, order: Course, planned: bool) -> Leg {
    Leg {
        at,
        order,
        planned,
        answered_after: 5,
        aborted_after: None,
        window: None,
        made: Vec::new(),
        waived: None,
        lesson: None,
        ends: LegEnd::Completed,
    }
}
