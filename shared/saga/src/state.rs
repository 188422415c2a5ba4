//! The state of a saga, computed from its lines.
//!
//! Every pair of step state and event is listed. A pair that is not allowed gives an [`TransitionError`], and neither a
//! panic nor silence.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::controls::{Controls, Hold, Lesson};
use crate::event::{Event, Outcome, SagaEvent, StepEvent};
use crate::illegal::TransitionError;
use crate::plan::{Plan, StepId};
use crate::proof::Proof;
use crate::step_record::{StepRecord, StepState, Tally};
use crate::transition::transition;

/// An approval that was used (S11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The people who answered.
    pub by: String,
    /// Whether the risk that the question names was accepted.
    pub accepts_risk: bool,
    /// Proof of each person who answered; empty if no proof is recorded.
    pub proofs: Vec<Proof>,
}

/// The state of a saga.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    stages: Vec<StageState>,
    approvals: BTreeMap<String, Approval>,
    begun: bool,
    forward_done_at: Option<Timestamp>,
    finished: Option<Outcome>,
    person_needed: bool,
    controls: Controls,
    epoch: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct StageState {
    name: String,
    entered_at: Option<Timestamp>,
    steps: Vec<StepRecord>,
    pursued: BTreeSet<u32>,
    optional: BTreeSet<u32>,
    tally: Tally,
    untried: u32,
    open_forward: u32,
    open_required: u32,
}

impl State {
    /// The state before any line is recorded.
    pub fn new(plan: &Plan) -> Self {
        let stages = plan
            .stages
            .iter()
            .map(|stage| {
                let count = stage.steps.len() as u32;
                let pursued: BTreeSet<u32> =
                    (0u32..).zip(&stage.steps).filter(|(_, s)| s.pursue).map(|(n, _)| n).collect();
                let optional: BTreeSet<u32> =
                    (0u32..).zip(&stage.steps).filter(|(_, s)| s.optional).map(|(n, _)| n).collect();
                StageState {
                    name: stage.name.clone(),
                    entered_at: None,
                    steps: vec![StepRecord::planned(); stage.steps.len()],
                    tally: Tally { planned: count, ..Tally::default() },
                    untried: count,
                    open_forward: count - pursued.len() as u32,
                    pursued,
                    open_required: count - optional.len() as u32,
                    optional,
                }
            })
            .collect();
        Self {
            stages,
            approvals: BTreeMap::new(),
            begun: false,
            forward_done_at: None,
            finished: None,
            person_needed: false,
            controls: Controls::default(),
            epoch: 0,
        }
    }

    /// Applies one event.
    ///
    /// # Errors
    ///
    /// [`TransitionError`] if the event cannot follow what is recorded. Nothing is changed then.
    pub fn apply(&mut self, event: &Event, at: Timestamp, epoch: u64) -> Result<(), TransitionError> {
        if self.finished.is_some() {
            return Err(TransitionError::Phase("finished"));
        }
        self.controls.admit(event)?;
        match event {
            Event::Saga(event) => self.apply_to_saga(event, at)?,
            Event::Step(event) => {
                let moved = self.change(event, at, epoch)?;
                // A person is still needed if a try leaves the step in its state.
                self.person_needed &= !moved;
            }
            Event::Control(event) => self.controls.apply(event, at),
        }
        Ok(())
    }

    fn apply_to_saga(&mut self, event: &SagaEvent, at: Timestamp) -> Result<(), TransitionError> {
        match event {
            SagaEvent::Started { .. } => {
                if std::mem::replace(&mut self.begun, true) {
                    return Err(TransitionError::Phase("begun"));
                }
            }
            SagaEvent::TookOver { epoch, .. } => self.epoch = *epoch,
            SagaEvent::Approved { question, by, accepts_risk, proofs, .. } => {
                if self.approvals.contains_key(question) {
                    return Err(TransitionError::UsedApproval(question.clone()));
                }
                let approval = Approval { by: by.clone(), accepts_risk: *accepts_risk, proofs: proofs.clone() };
                self.approvals.insert(question.clone(), approval);
            }
            SagaEvent::StageEntered { stage } => {
                let found = self.stages.iter_mut().find(|s| s.name == *stage && s.entered_at.is_none());
                found.ok_or_else(|| TransitionError::Stage(stage.clone()))?.entered_at = Some(at);
            }
            SagaEvent::ForwardDone => self.forward_done_at = Some(at),
            SagaEvent::Round { .. } | SagaEvent::HandedOver => {}
            SagaEvent::PersonNeeded { .. } => self.person_needed = true,
            SagaEvent::Finished { outcome, .. } => self.finished = Some(*outcome),
        }
        Ok(())
    }

    /// Changes a step. Returns whether its state is now another one.
    fn change(&mut self, event: &StepEvent, at: Timestamp, epoch: u64) -> Result<bool, TransitionError> {
        let id = event.step();
        let stage = self.stages.get_mut(usize::from(id.stage)).ok_or(TransitionError::NoSuchStep(id))?;
        let record = stage.steps.get_mut(id.number as usize).ok_or(TransitionError::NoSuchStep(id))?;
        let before = record.clone();
        let after = transition(before.clone(), event, at, epoch)?;
        if after.attempts < before.attempts {
            return Err(TransitionError::AttemptsFell(id));
        }
        *stage.tally.slot(before.state) -= 1;
        *stage.tally.slot(after.state) += 1;
        stage.untried -= u32::from(is_untried(&before) && !is_untried(&after));
        let newly_settled = after.state.is_settled() && !before.state.is_settled();
        stage.open_forward -= u32::from(newly_settled && !stage.pursued.contains(&id.number));
        stage.open_required -= u32::from(newly_settled && !stage.optional.contains(&id.number));
        *record = after;
        Ok(record.state != before.state)
    }

    /// The record of a step.
    pub fn step(&self, id: StepId) -> Option<&StepRecord> {
        self.stages.get(usize::from(id.stage))?.steps.get(id.number as usize)
    }

    /// All steps in plan order.
    pub fn steps(&self) -> impl Iterator<Item = (StepId, &StepRecord)> {
        self.stages.iter().enumerate().flat_map(|(stage, s)| {
            s.steps
                .iter()
                .enumerate()
                .map(move |(number, record)| (StepId { stage: stage as u16, number: number as u32 }, record))
        })
    }

    /// The records of one stage.
    pub fn stage_steps(&self, stage: usize) -> &[StepRecord] {
        self.stages.get(stage).map_or(&[], |s| s.steps.as_slice())
    }

    /// Number of steps by state, over all stages.
    pub fn tally(&self) -> Tally {
        self.stages.iter().fold(Tally::default(), |sum, s| sum.plus(s.tally))
    }

    /// Number of steps by state in one stage.
    pub fn stage_tally(&self, stage: usize) -> Tally {
        self.stages.get(stage).map_or_else(Tally::default, |s| s.tally)
    }

    /// When a stage was entered.
    pub fn entered_at(&self, stage: usize) -> Option<Timestamp> {
        self.stages.get(stage).and_then(|s| s.entered_at)
    }

    /// Whether every step of a stage was attempted, or is blocked, done or waived.
    pub fn is_tried(&self, stage: usize) -> bool {
        self.stages.get(stage).is_some_and(|s| s.entered_at.is_some() && s.untried == 0)
    }

    /// Whether every step of a stage is done or waived.
    pub fn is_verified(&self, stage: usize) -> bool {
        self.stages.get(stage).is_some_and(|s| s.entered_at.is_some() && s.tally.open() == 0)
    }

    /// Number of steps that are neither done nor waived and are not left to the pursuit.
    pub fn open_forward(&self) -> u32 {
        self.stages.iter().map(|s| s.open_forward).sum()
    }

    /// Number of steps that are neither done nor waived and are not optional.
    pub fn open_required(&self) -> u32 {
        self.stages.iter().map(|s| s.open_required).sum()
    }

    /// The approval that was used for a question.
    pub fn approval(&self, question: &str) -> Option<&Approval> {
        self.approvals.get(question)
    }

    /// Whether the saga has begun.
    pub fn has_begun(&self) -> bool {
        self.begun
    }

    /// When the last step that is not pursued was settled.
    pub fn forward_done_at(&self) -> Option<Timestamp> {
        self.forward_done_at
    }

    /// The outcome, if the saga has ended.
    pub fn finished(&self) -> Option<Outcome> {
        self.finished
    }

    /// Whether a person is needed: this was recorded, and no step has changed its state since.
    pub fn is_person_needed(&self) -> bool {
        self.person_needed
    }

    /// The hold, if a person holds the saga.
    pub fn held(&self) -> Option<&Hold> {
        self.controls.held()
    }

    /// Lessons, in order of time.
    pub fn lessons(&self) -> &[Lesson] {
        self.controls.lessons()
    }

    /// The result of a person's order: `None` if no line names it, `Some(Ok)` if it was carried out, `Some(Err)`
    /// with the reason if not.
    pub fn control(&self, control: &str) -> Option<Result<(), &str>> {
        self.controls.of(control)
    }

    /// The last recorded epoch.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }
}

fn is_untried(record: &StepRecord) -> bool {
    match record.state {
        StepState::Planned => record.attempts == 0,
        StepState::Intended => record.attempts == 0,
        StepState::Waiting | StepState::Done | StepState::Blocked | StepState::Waived => false,
    }
}
