//! Makes the journeys of the matrix: the way back, a promotion, the drills.

use failover::Operation;
use local::rehearsal::journey::script::{AlarmScript, LegEnd};
use local::rehearsal::script::{Leg, Loss, Script};
use tests::scripts::planned;

/// There and back. The way back is a saga of its own, with a reset, a proof and a lesson.
pub(crate) fn home() -> Script {
    let lesson = Some("the way home was rehearsed".to_owned());
    Script {
        title: "there and back with twelve resources".to_owned(),
        leg: vec![leg(20, Operation::Failover, true), Leg { lesson, ..leg(300, Operation::Failback, true) }],
        ..planned()
    }
}

/// A promotion while the old primary is lost and comes back.
pub(crate) fn promoted() -> Script {
    Script {
        title: "a promotion of twelve resources".to_owned(),
        planned: false,
        loss: Some(Loss { at: 15, back_at: Some(36) }),
        leg: vec![leg(20, Operation::Promotion, false)],
        ..planned()
    }
}

/// A drill on the standby alone.
pub(crate) fn drilled() -> Script {
    Script {
        title: "a drill on a standby of twelve resources".to_owned(),
        leg: vec![leg(20, Operation::StandbyDrill, true)],
        ..planned()
    }
}

/// A full drill: out, a stay, and back.
pub(crate) fn drilled_in_full() -> Script {
    let lesson = Some("the drill was held".to_owned());
    Script {
        title: "a full drill with twelve resources".to_owned(),
        leg: vec![Leg { lesson, ..leg(20, Operation::Drill, true) }],
        ..planned()
    }
}

/// A full drill that its outcome alarm turns back on its way out.
pub(crate) fn drilled_and_turned_back() -> Script {
    let alarm = AlarmScript {
        at: 40,
        named: "datadog/orders".to_owned(),
        source: "datadog".to_owned(),
        subject: "orders".to_owned(),
        says: "orders are late".to_owned(),
    };
    let mut script = drilled_in_full();
    for leg in &mut script.leg {
        leg.alarm = Some(alarm.clone());
        leg.ends = LegEnd::TurnedBack;
    }
    Script { title: "a full drill with twelve resources, turned back".to_owned(), ..script }
}

fn leg(at: i64, order: Operation, planned: bool) -> Leg {
    Leg {
        at,
        order,
        planned,
        answered_after: 5,
        aborted_after: None,
        window: None,
        made: Vec::new(),
        waived: None,
        dry: false,
        stay: 60,
        alarm: None,
        lesson: None,
        ends: LegEnd::Completed,
    }
}
