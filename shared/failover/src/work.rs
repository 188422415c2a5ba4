//! Judges whether a pair's work runs, from the record of the pair and of its sagas (S31, R60).
//!
//! Deployments are frozen from the first stage of a saga that moves the work until the new active side is
//! published. So if they are frozen and no saga moves the work, the saga that froze them was aborted in the middle.

use jiff::Timestamp;
use saga::{Event, Line, Plan, SagaId, State, StepEvent, StepState};
use serde::Serialize;

use crate::operation::Operation;
use crate::pair::{Role, Side};
use crate::plan::{About, own, stage, want};

/// The progress of a saga.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reach {
    /// Id of the saga.
    pub saga: SagaId,
    /// Kind of the saga, e.g. `failover`.
    pub kind: String,
    /// The side that it leaves.
    pub leaving: Side,
    /// Whether the order said that the leaving side is healthy.
    pub planned: bool,
    /// Whether it has frozen deployments, or may have.
    pub froze: bool,
    /// Whether it has begun to stop things on the leaving side. An effect is possible from here on, also if
    /// nothing was read back.
    pub fences: bool,
    /// Number of things on the leaving side that were read back as stopped.
    pub fenced: usize,
    /// Number of things on the leaving side that were asked to stop and were not read back as stopped.
    pub asked: usize,
    /// Number of things on the leaving side that are to be stopped.
    pub of_fences: usize,
    /// Number of things on the target that were read back as started.
    pub started: usize,
    /// Number of things on the target that are to be started.
    pub of_starts: usize,
    /// Whether it has published its target as the active side.
    pub pointed: bool,
    /// Whether it has done something in a workspace, in the cloud or in the publication, or may have.
    pub touched: bool,
}

impl Reach {
    /// Reads it from the plan and the state of a saga.
    pub fn of(plan: &Plan, about: &About, state: &State) -> Self {
        let entered = |name: &str| {
            plan.stages.iter().position(|s| s.name == name).is_some_and(|index| state.entered_at(index).is_some())
        };
        let mut reach = Self {
            saga: plan.saga.clone(),
            kind: plan.kind.clone(),
            leaving: about.leaving,
            planned: about.planned,
            froze: entered(stage::FREEZE),
            fences: [stage::FENCE, stage::STOP_COMPUTE, stage::SWEEP].into_iter().any(entered),
            fenced: 0,
            asked: 0,
            of_fences: 0,
            started: 0,
            of_starts: 0,
            pointed: false,
            // Before the freeze people get a message, and nothing else happens.
            touched: plan
                .stages
                .iter()
                .any(|s| entered(&s.name) && s.name != stage::ANNOUNCE && s.name != stage::WINDOW),
        };
        for (id, step) in plan.steps() {
            let settled = state.step(id).map(|record| (record.state, record.attempts));
            let (done, tried) = match settled {
                Some((StepState::Done, _)) => (true, true),
                Some((StepState::Waiting | StepState::Blocked | StepState::Waived, attempts)) => (false, attempts > 0),
                Some((StepState::Intended, _)) => (false, true),
                Some((StepState::Planned, attempts)) => (false, attempts > 0),
                None => (false, false),
            };
            if step.kind == own::PUBLICATION && step.want == want::POINTED {
                reach.pointed |= done;
            }
            if step.place == Role::Leaving.as_str() && step.want == want::FENCED {
                reach.of_fences += 1;
                reach.fenced += usize::from(done);
                reach.asked += usize::from(tried && !done);
            }
            let stage = plan.stages.get(usize::from(id.stage)).map_or("", |s| s.name.as_str());
            let starts = [stage::POOLS, stage::COMPUTE, stage::JOBS, stage::SCHEDULES].contains(&stage);
            if step.place == Role::Target.as_str() && starts {
                reach.of_starts += 1;
                reach.started += usize::from(done);
            }
        }
        reach
    }

    /// Whether earlier sagas cannot matter for a freeze of deployments that holds now.
    pub fn tells(&self) -> bool {
        self.fences || self.pointed
    }

    /// The commands that bring the work back, in order.
    pub fn mends(&self) -> Vec<Mend> {
        let is = |operation: Operation| self.kind == operation.as_str();
        // A failback leaves the standby. Any other order that leaves the standby can only be given again.
        if self.leaving == Side::Standby && !is(Operation::Failback) {
            return vec![Mend::Again];
        }
        // An aborted failback has started things on the primary. They must be stopped before the next one.
        if is(Operation::Failback) && self.started > 0 {
            return vec![Mend::Guard, Mend::Failback];
        }
        vec![Mend::Failback]
    }
}

/// A command that brings the work back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mend {
    /// The guard stops what is on at the inactive side.
    Guard,
    /// A failback: the work comes back to the primary.
    Failback,
    /// The same order is given again.
    Again,
}

/// Whether a pair's work runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Work {
    /// Nothing is recorded of the pair.
    Unrecorded,
    /// The work runs.
    Works {
        /// The side where it runs.
        side: Side,
        /// The saga that was aborted after it had frozen deployments and before it stopped anything. They stay
        /// frozen.
        left_frozen: Option<Reach>,
    },
    /// A saga is moving it.
    Moving {
        /// The side where it was.
        side: Side,
        /// The progress of the saga.
        by: Reach,
    },
    /// A saga that was moving it was aborted in the middle, and nothing moves it any more.
    Stopped {
        /// The active side, as recorded.
        side: Side,
        /// The progress of the saga.
        by: Reach,
    },
    /// Deployments are frozen, and no saga on record says why.
    Unknown {
        /// The active side, as recorded.
        side: Side,
    },
}

/// The record of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The active side; `None` if nothing is recorded of the pair.
    pub active: Option<Side>,
    /// Whether deployments are frozen.
    pub frozen: bool,
    /// The unfinished saga, if there is one.
    pub running: Option<Reach>,
    /// Sagas that are over, the newest first, back to the first one for which [`tells`](Reach::tells) is true.
    pub ended: Vec<Reach>,
}

impl Work {
    /// Judges whether the work runs.
    pub fn of(recorded: Recorded) -> Work {
        let Some(side) = recorded.active else { return Work::Unrecorded };
        if !recorded.frozen {
            return Work::Works { side, left_frozen: None };
        }
        match recorded.running {
            Some(by) if by.froze => return Work::Moving { side, by },
            // The running saga waits, e.g. for its approval. So an earlier saga froze deployments.
            Some(_) | None => {}
        }
        // A saga that published an active side has ended every freeze before it.
        let since = recorded.ended.into_iter().take_while(|reach| !reach.pointed);
        let froze: Vec<Reach> = since.filter(|reach| reach.froze).collect();
        let stopped = froze.iter().find(|reach| reach.fences).cloned();
        match (stopped, froze.into_iter().next()) {
            (Some(by), _) => Work::Stopped { side, by },
            (None, Some(left)) => Work::Works { side, left_frozen: Some(left) },
            (None, None) => Work::Unknown { side },
        }
    }

    /// Whether a person must do something, so that the work runs or deployments go on.
    pub fn needs_a_person(&self) -> bool {
        match self {
            Work::Works { left_frozen: None, .. } | Work::Moving { .. } => false,
            Work::Works { left_frozen: Some(_), .. }
            | Work::Stopped { .. }
            | Work::Unknown { .. }
            | Work::Unrecorded => true,
        }
    }

    /// The saga that was aborted, if something is to be repaired.
    pub fn aborted(&self) -> Option<&Reach> {
        match self {
            Work::Stopped { by, .. } => Some(by),
            Work::Works { left_frozen, .. } => left_frozen.as_ref(),
            Work::Unrecorded | Work::Moving { .. } | Work::Unknown { .. } => None,
        }
    }
}

/// When a saga has published its target as the active side.
pub fn pointed_at(plan: &Plan, lines: &[Line]) -> Option<Timestamp> {
    let points = |step: saga::StepId| {
        plan.step(step).is_some_and(|step| step.kind == own::PUBLICATION && step.want == want::POINTED)
    };
    let done = lines
        .iter()
        .rev()
        .find(|line| matches!(&line.event, Event::Step(StepEvent::Done { step, .. }) if points(*step)));
    done.map(|line| line.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(kind: Operation, leaving: Side) -> Reach {
        Reach {
            saga: SagaId(format!("p-{kind}")),
            kind: kind.as_str().to_owned(),
            leaving,
            planned: true,
            froze: false,
            fences: false,
            fenced: 0,
            asked: 0,
            of_fences: 9,
            started: 0,
            of_starts: 9,
            pointed: false,
            touched: false,
        }
    }

    fn frozen(running: Option<Reach>, ended: Vec<Reach>) -> Work {
        Work::of(Recorded { active: Some(Side::Primary), frozen: true, running, ended })
    }

    #[test]
    fn what_is_not_frozen_works_and_what_is_not_recorded_is_not_said_to_s31() {
        let of = |active| Work::of(Recorded { active, frozen: false, running: None, ended: Vec::new() });
        assert_eq!(of(Some(Side::Standby)), Work::Works { side: Side::Standby, left_frozen: None });
        assert_eq!(of(None), Work::Unrecorded);
        assert!(of(None).needs_a_person() && !of(Some(Side::Primary)).needs_a_person());
    }

    #[test]
    fn an_abort_in_the_middle_stops_the_work_until_a_saga_moves_it_s31() {
        let untouched = reach(Operation::Failback, Side::Standby);
        let froze = Reach { froze: true, touched: true, ..reach(Operation::Failover, Side::Primary) };
        let fenced = Reach { fences: true, fenced: 4, ..froze.clone() };
        let side = Side::Primary;
        assert_eq!(frozen(None, vec![fenced.clone()]), Work::Stopped { side, by: fenced.clone() });
        assert_eq!(frozen(None, vec![untouched.clone(), fenced.clone()]), Work::Stopped { side, by: fenced.clone() });
        assert_eq!(frozen(None, vec![froze.clone(), fenced.clone()]), Work::Stopped { side, by: fenced.clone() });
        assert_eq!(frozen(None, vec![froze.clone()]), Work::Works { side, left_frozen: Some(froze.clone()) });
        assert_eq!(frozen(None, vec![untouched.clone()]), Work::Unknown { side });
        assert_eq!(frozen(Some(untouched), vec![fenced.clone()]), Work::Stopped { side, by: fenced.clone() });
        assert_eq!(frozen(Some(froze.clone()), vec![fenced.clone()]), Work::Moving { side, by: froze });
        let completed = Reach { pointed: true, ..fenced };
        assert_eq!(frozen(None, vec![completed]), Work::Unknown { side });
    }

    #[test]
    fn the_work_comes_back_by_the_way_home_or_by_the_same_order() {
        use Operation::{Drill, Failback, Failover, Promotion};
        for out in [Failover, Promotion, Drill] {
            assert_eq!(reach(out, Side::Primary).mends(), [Mend::Failback]);
        }
        assert_eq!(reach(Failover, Side::Standby).mends(), [Mend::Again]);
        assert_eq!(reach(Failback, Side::Standby).mends(), [Mend::Failback]);
        let begun = Reach { started: 1, ..reach(Failback, Side::Standby) };
        assert_eq!(begun.mends(), [Mend::Guard, Mend::Failback]);
    }
}
