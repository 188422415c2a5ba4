//! Runs the loop of one drive: decide, begin, wait, take in, record.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use failover::plan::About;
use futures::future::{BoxFuture, FutureExt};
use futures::stream::{FuturesUnordered, StreamExt};
use jiff::{SignedDuration, Timestamp};
use saga::{Decision, Outcome, Plan, Restarter, SagaEvent, StepEvent, StepId, StepState};

use super::attempt::{Attempt, Ended};
use super::driven::Driven;
use super::external::{External, message};
use super::lease::LeaseWatch;
use super::outcome::{News, judge};
use super::place::Place;
use super::publication::Publication;
use super::rechecks::Rechecks;
use super::recorder::{Recorder, RunnerError};
use crate::deps::Deps;
use crate::ports::{ControlItem, SagaHead};

/// The name that waives an optional step, for the record.
const NOBODY_WAITS: &str = "the plan, which does not wait for it";

pub(super) struct Run<'a> {
    pub(super) deps: &'a Deps,
    pub(super) plan: &'a Arc<Plan>,
    pub(super) about: &'a About,
    pub(super) recorder: Recorder,
    pub(super) head: SagaHead,
    pub(super) watch: Arc<LeaseWatch>,
    pub(super) places: &'a BTreeMap<&'static str, Place>,
    pub(super) external: &'a External,
    pub(super) publication: &'a Publication,
    pub(super) attempts: FuturesUnordered<BoxFuture<'a, (StepId, Ended)>>,
    /// The times when blocked steps are tried again.
    pub(super) rechecks: Rechecks,
    pub(super) begun: Timestamp,
    pub(super) renew_at: Timestamp,
    /// Steps whose intent is being recorded.
    pub(super) intended: Vec<StepId>,
    pub(super) asking: bool,
    pub(super) declined: bool,
    /// The orders that are not taken in yet.
    pub(super) orders: VecDeque<ControlItem>,
    /// The value of `controls.asked` when the orders were read.
    pub(super) orders_seen: Option<u64>,
    /// Everything under way must end, since an order waits for that.
    pub(super) quieting: bool,
}

impl<'a> Run<'a> {
    /// Works until there is nothing to do for a while, the time limit is reached, or the lease is lost.
    pub(super) async fn drive(&mut self) -> Result<Driven, RunnerError> {
        let driven = self.work().await;
        if driven.is_err() {
            self.watch.lost();
        }
        driven
    }

    async fn work(&mut self) -> Result<Driven, RunnerError> {
        if let Some(outcome) = self.recorder.state.finished() {
            return self.close(outcome).await;
        }
        if !self.recorder.state.has_begun() {
            let (saga, plan, by) = (self.head.saga.clone(), self.head.plan.clone(), self.head.by.clone());
            self.recorder.record(SagaEvent::Started { saga, plan, by })?;
        }
        let (epoch, owner) = (self.head.epoch, self.head.owner.clone());
        self.recorder.record(SagaEvent::TookOver { epoch, owner })?;
        self.recorder.flush().await?;
        loop {
            let now = self.deps.clock.now();
            self.renew(now).await?;
            self.take_in_orders().await?;
            let ending = self.is_ending(now);
            if !ending {
                let decision = self.decide(now);
                if self.take_decision(&decision).await? {
                    continue;
                }
                if decision.finish.is_some() && self.attempts.is_empty() {
                    return self.finish(Outcome::Completed, None).await;
                }
                self.launch(&decision, now);
                if let Some(rested) = self.rest(&decision, now).await? {
                    return Ok(rested);
                }
                self.wait(decision.wake_at, now).await?;
            } else if self.attempts.is_empty() {
                return self.end().await;
            } else {
                self.watch.close();
                self.wait(None, now).await?;
            }
        }
    }

    fn decide(&self, now: Timestamp) -> Decision {
        let decision = self.recorder.decide(now);
        #[cfg(feature = "mutants")]
        if self.deps.settings.weakened.gate {
            let under_way = |id: StepId| self.recorder.frontier.is_under_way(id);
            return ungated(decision, self.plan, &self.recorder.state, &under_way);
        }
        decision
    }

    /// Whether an attempt of the step is under way.
    pub(super) fn is_under_way(&self, id: StepId) -> bool {
        self.recorder.frontier.is_under_way(id)
    }

    /// Whether nothing new may begin: the time limit is reached, a person asked for an abort, or an order waits for
    /// quiet.
    fn is_ending(&self, now: Timestamp) -> bool {
        self.quieting
            || self.head.abort_by.is_some()
            || now.duration_since(self.begun) >= self.deps.settings.drive_limit
    }

    /// Records the events of the decision itself. Returns whether to decide again.
    async fn take_decision(&mut self, decision: &Decision) -> Result<bool, RunnerError> {
        for stage in &decision.enter {
            self.recorder.record(SagaEvent::StageEntered { stage: stage.clone() })?;
        }
        if decision.forward_done {
            self.recorder.record(SagaEvent::ForwardDone)?;
        }
        if !decision.enter.is_empty() || decision.forward_done {
            // Doubt never crosses a gate: the results that led here are on record before the gate opens (S6).
            self.recorder.flush().await?;
            return Ok(true);
        }
        for id in &decision.give_up {
            if self.is_under_way(*id) {
                continue;
            }
            let fault = self.recorder.state.step(*id).and_then(|record| record.fault.as_ref());
            let why = fault.map_or_else(|| "it was tried often enough".to_owned(), ToString::to_string);
            self.recorder.record(StepEvent::Waived { step: *id, by: NOBODY_WAITS.to_owned(), why })?;
            self.rechecks.remove(*id);
        }
        if !decision.give_up.is_empty() {
            self.recorder.flush().await?;
            return Ok(decision.give_up.iter().any(|id| !self.is_under_way(*id)));
        }
        self.asking = !decision.ask.is_empty();
        for question in &decision.ask {
            if self.ask(question).await? {
                return Ok(true);
            }
        }
        if let Some(blocked) = decision.person_needed
            && self.attempts.is_empty()
            && !self.recorder.state.is_person_needed()
        {
            self.recorder.record(SagaEvent::PersonNeeded { blocked })?;
        }
        Ok(false)
    }

    fn launch(&mut self, decision: &Decision, now: Timestamp) {
        for id in &decision.ready {
            self.begin(*id);
        }
        for id in self.rechecks.take_due(now) {
            self.begin(id);
        }
    }

    fn begin(&mut self, id: StepId) {
        let (Some(step), Some(record)) = (self.plan.step(id), self.recorder.state.step(id)) else { return };
        let restarted_by = step.restarted_by.iter().filter_map(|restarter| match restarter {
            Restarter::Step(restarter) => {
                self.plan.step(*restarter).map(|of| (of.kind.clone(), Some(of.resource.clone())))
            }
            Restarter::AnyOf(kind) => Some((kind.clone(), None)),
        });
        let attempt = Attempt {
            step,
            restarted_by: restarted_by.collect(),
            token: self.plan.token(id),
            since: self.plan.made_at,
            entered: self.recorder.state.entered_at(usize::from(id.stage)).unwrap_or(self.plan.made_at),
            intended: record.state == StepState::Intended,
            tries: record.attempts,
            place: self.places.get(step.place.as_str()),
            external: self.external,
            lessons: self.recorder.state.lessons().len(),
            message: message(step, self.plan, self.about, &self.recorder.state),
            publication: self.publication,
            clock: &*self.deps.clock,
            settings: &self.deps.settings,
            watch: Arc::clone(&self.watch),
        };
        self.recorder.begins(id);
        self.attempts.push(async move { (id, attempt.run().await) }.boxed());
    }

    /// Waits for the next event and takes it in.
    async fn wait(&mut self, wake_at: Option<Timestamp>, now: Timestamp) -> Result<(), RunnerError> {
        let settings = &self.deps.settings;
        let ending = self.is_ending(now);
        let soon = |at: Timestamp, by: SignedDuration| at.saturating_add(by).unwrap_or(Timestamp::MAX);
        let until = [
            wake_at,
            self.rechecks.next().filter(|_| !ending),
            self.recorder.oldest().map(|oldest| soon(oldest, settings.flush_after)),
            Some(self.renew_at),
            (!ending).then(|| soon(self.begun, settings.drive_limit)),
            self.asking.then(|| soon(now, settings.ask_interval)),
        ];
        let until = until.into_iter().flatten().min().unwrap_or(self.renew_at);
        tokio::select! {
            biased;
            Some((id, ended)) = self.attempts.next(), if !self.attempts.is_empty() => {
                self.take(id, ended)?;
                while let Some(Some((id, ended))) = self.attempts.next().now_or_never() {
                    self.take(id, ended)?;
                }
            }
            () = self.deps.clock.sleep_until(until) => {}
        }
        self.begin_intended().await?;
        let overdue = self
            .recorder
            .oldest()
            .is_some_and(|oldest| self.deps.clock.now().duration_since(oldest) >= settings.flush_after);
        if overdue || self.recorder.pending() >= settings.flush_count {
            self.recorder.flush().await?;
        }
        Ok(())
    }

    /// The time when a step that was blocked at `blocked_at` is tried again.
    pub(super) fn looked_at_again(&self, id: StepId, blocked_at: Timestamp) -> Timestamp {
        let pursued = self.plan.step(id).is_some_and(|step| step.pursue);
        blocked_at.saturating_add(self.deps.settings.looks_again(pursued)).unwrap_or(Timestamp::MAX)
    }

    /// Plans another try of a blocked step, in case a person has helped.
    fn recheck_later(&mut self, id: StepId, event: &StepEvent, now: Timestamp) {
        if let StepEvent::Blocked { .. } = event {
            self.rechecks.set(id, self.looked_at_again(id, now));
        }
    }

    /// Begins the steps that only waited until their intent was on record (S4). One write records all of them.
    async fn begin_intended(&mut self) -> Result<(), RunnerError> {
        if self.intended.is_empty() {
            return Ok(());
        }
        self.recorder.flush().await?;
        for id in std::mem::take(&mut self.intended) {
            self.begin(id);
        }
        Ok(())
    }

    /// Takes in the end of an attempt.
    fn take(&mut self, id: StepId, ended: Ended) -> Result<(), RunnerError> {
        self.recorder.ends(id);
        let (Some(step), Some(record)) = (self.plan.step(id), self.recorder.state.step(id)) else { return Ok(()) };
        let now = self.deps.clock.now();
        let jitter = u64::from_str_radix(self.plan.token(id).get(..8).unwrap_or("0"), 16).unwrap_or(0);
        match judge(id, step, record, ended, now, jitter, &self.deps.settings) {
            News::Line(event) => {
                self.recheck_later(id, &event, now);
                self.recorder.record(event)?;
            }
            News::Same(event) => {
                self.recheck_later(id, &event, now);
                self.recorder.note(event)?;
            }
            News::Intent(event) => {
                self.recorder.record(event)?;
                self.intended.push(id);
            }
            News::NotTried => {}
        }
        self.settled(id);
        Ok(())
    }

    /// Removes a settled step from the open steps of its location, since it starts nothing there any more.
    pub(super) fn settled(&self, id: StepId) {
        let Some(step) = self.plan.step(id) else { return };
        let Some(record) = self.recorder.state.step(id).filter(|record| record.state.is_settled()) else { return };
        let Some(place) = self.places.get(step.place.as_str()) else { return };
        let (kind, id) = (&step.kind, &step.resource);
        if record.state == StepState::Waived {
            place.waived.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(kind, id);
        }
        place.open.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(kind, id);
    }
}

/// For the test that shows that gates are needed: every stage and step begins at once.
#[cfg(feature = "mutants")]
fn ungated(mut decision: Decision, plan: &Plan, state: &saga::State, under_way: &dyn Fn(StepId) -> bool) -> Decision {
    for (index, stage) in plan.stages.iter().enumerate() {
        if state.entered_at(index).is_none() && !decision.enter.contains(&stage.name) && state.approval("go").is_some()
        {
            decision.enter.push(stage.name.clone());
        }
    }
    for (id, record) in state.steps() {
        let entered = state.entered_at(usize::from(id.stage)).is_some();
        if entered && record.state == StepState::Planned && !under_way(id) && !decision.ready.contains(&id) {
            decision.ready.push(id);
        }
    }
    decision
}
