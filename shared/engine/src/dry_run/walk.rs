//! Walks through a plan, stage by stage as its gates allow, with the effects that are assumed so far.
//!
//! Law: gates, needs and their order are those of [`saga::decide`]. A step that would block is reported. Then it
//! counts as helped, so that the steps behind it are reported as well. Must not know: locations.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use jiff::Timestamp;
use saga::{Event, Fault, Plan, PlanHash, SagaEvent, State, StepEvent, StepId, StepState, TransitionError, decide};

use super::foreseen::{Ends, Entry, StageForeseen, StepForeseen};
use super::own_records::OwnRecords;
use super::step::{Assumed, Foreseer};

/// The name that approves and helps in a dry run.
const ASSUMED: &str = "assumed";

/// One walk through a plan.
pub(super) struct Walk<'a> {
    plan: &'a Plan,
    foreseer: &'a Foreseer<'a>,
    records: &'a OwnRecords,
    now: Timestamp,
    state: State,
    assumed: Assumed,
    foreseen: BTreeMap<StepId, StepForeseen>,
    entries: BTreeMap<String, Entry>,
    assumptions: Vec<String>,
    helped: bool,
}

impl<'a> Walk<'a> {
    pub(super) fn new(plan: &'a Plan, foreseer: &'a Foreseer<'a>, records: &'a OwnRecords, now: Timestamp) -> Self {
        Self {
            plan,
            foreseer,
            records,
            now,
            state: State::new(plan),
            assumed: Assumed::new(),
            foreseen: BTreeMap::new(),
            entries: BTreeMap::new(),
            assumptions: Vec::new(),
            helped: false,
        }
    }

    /// Goes on for as long as anything can be assumed. Returns the stages and the assumptions.
    ///
    /// # Errors
    ///
    /// [`TransitionError`]: the plan cannot be followed.
    pub(super) async fn go_through(mut self) -> Result<(Vec<StageForeseen>, Vec<String>), TransitionError> {
        let (saga, plan) = (self.plan.saga.clone(), PlanHash(String::new()));
        self.apply(&Event::Saga(SagaEvent::Started { saga, plan, by: ASSUMED.to_owned() }))?;
        while self.go_on().await? {}
        Ok((self.stages(), self.assumptions))
    }

    /// Makes one round. `false`: nothing can move any more.
    async fn go_on(&mut self) -> Result<bool, TransitionError> {
        let decision = decide(self.plan, &self.state, self.now, &|_| false);
        if !decision.enter.is_empty() {
            let entry = if self.helped { Entry::WhenHelped } else { Entry::Holds };
            for stage in decision.enter {
                self.entries.insert(stage.clone(), entry);
                self.apply(&Event::Saga(SagaEvent::StageEntered { stage }))?;
            }
            return Ok(true);
        }
        if !decision.ask.is_empty() {
            for question in decision.ask.into_iter().collect::<BTreeSet<_>>() {
                self.assumptions.push(format!("{question:?} is approved, with the risk that it names"));
                let (by, loss_shown) = (ASSUMED.to_owned(), String::new());
                self.apply(&Event::Saga(SagaEvent::Approved {
                    question,
                    by,
                    accepts_risk: true,
                    loss_shown,
                    proofs: Vec::new(),
                }))?;
            }
            return Ok(true);
        }
        if !decision.ready.is_empty() {
            self.foresee(decision.ready).await?;
            return Ok(true);
        }
        let is_blocked = |id: &StepId| self.state.step(*id).is_some_and(|record| record.state == StepState::Blocked);
        let blocked: Vec<StepId> = self.plan.steps().map(|(id, _)| id).filter(is_blocked).collect();
        if blocked.is_empty() {
            return Ok(false);
        }
        self.helped = true;
        self.assumptions.push(format!("a person helps with {} blocked steps", blocked.len()));
        for step in blocked {
            self.apply(&Event::Step(StepEvent::Waived {
                step,
                by: ASSUMED.to_owned(),
                why: "a person has helped".to_owned(),
            }))?;
        }
        Ok(true)
    }

    async fn foresee(&mut self, ready: Vec<StepId>) -> Result<(), TransitionError> {
        let (foreseer, state, assumed, records) = (self.foreseer, &self.state, &self.assumed, self.records);
        let each = ready.iter().map(|id| foreseer.foresee(*id, state, assumed, records));
        let outcomes = join_all(each).await;
        for (id, outcome) in ready.into_iter().zip(outcomes) {
            let Some(step) = self.plan.step(id) else { continue };
            let event = match &outcome.ends {
                Ends::Blocked { code, message } => {
                    let fault = Fault::person_needed(code.clone(), message.clone());
                    Event::Step(StepEvent::Blocked { step: id, attempts: 1, fault })
                }
                Ends::AsWanted { .. } | Ends::Assumed | Ends::Awaited { .. } | Ends::NotForeseen { .. } => {
                    Event::Step(StepEvent::Done { step: id, attempts: 1, note: ASSUMED.to_owned() })
                }
            };
            self.apply(&event)?;
            let of = (step.place.clone(), step.resource.clone());
            self.assumed.entry(of).or_default().extend(outcome.api_calls);
            let foreseen = StepForeseen {
                step: id,
                place: step.place.clone(),
                kind: step.kind.clone(),
                resource: step.resource.clone(),
                name: step.name.clone(),
                want: step.want.clone(),
                calls: outcome.calls,
                ends: outcome.ends,
            };
            self.foreseen.insert(id, foreseen);
        }
        Ok(())
    }

    fn apply(&mut self, event: &Event) -> Result<(), TransitionError> {
        self.state.apply(event, self.now, 0)
    }

    fn stages(&mut self) -> Vec<StageForeseen> {
        let mut foreseen = std::mem::take(&mut self.foreseen);
        let mut stages = Vec::new();
        for (index, stage) in self.plan.stages.iter().enumerate() {
            let own = |number: usize| StepId { stage: index as u16, number: number as u32 };
            stages.push(StageForeseen {
                name: stage.name.clone(),
                gate: stage.gate.to_string(),
                entry: self.entries.get(&stage.name).copied().unwrap_or(Entry::Never),
                steps: (0..stage.steps.len()).filter_map(|number| foreseen.remove(&own(number))).collect(),
            });
        }
        stages
    }
}
