//! Takes in the orders of people.
//!
//! The last line of an order's effect is in one chunk of the log with the line that ends the order. So a runner that
//! dies anywhere leaves the order partly undone or all done, and never done twice.

use failover::plan::own;
use saga::{ControlEvent, Event, StepState};

use super::orders::{Quiet, judge};
use super::recorder::RunnerError;
use super::run::Run;
use crate::controls::lesson_of;
use crate::ports::{Control, ControlItem, ControlState};

impl Run<'_> {
    /// Takes in every open order that can be taken in now.
    pub(super) async fn take_in_orders(&mut self) -> Result<(), RunnerError> {
        let asked = self.head.controls.asked;
        if self.orders_seen != Some(asked) {
            let all = self.deps.controls.controls(&self.head.saga).await?;
            self.orders = all.into_iter().filter(|order| order.state == ControlState::Open).collect();
            self.orders_seen = Some(asked);
        }
        while let Some(order) = self.orders.front().cloned() {
            if self.ended(&order).await? {
                self.orders.pop_front();
                continue;
            }
            match judge(&order, self.plan, &self.recorder.state) {
                Err((code, why)) => {
                    let (control, what, by) = (order.id, order.control.to_string(), order.by);
                    self.recorder.record(ControlEvent::Refused { control, what, by, why: format!("{code}: {why}") })?;
                    self.recorder.flush().await?;
                }
                Ok(taking) => {
                    let is_quiet = match &taking.quiet {
                        Quiet::No => true,
                        Quiet::Everything => self.attempts.is_empty(),
                        Quiet::Steps(steps) => !steps.iter().any(|step| self.is_under_way(*step)),
                    };
                    if !is_quiet {
                        // Calls under way end, waits are given up, and nothing new begins before that.
                        self.quieting = true;
                        return Ok(());
                    }
                    self.carry_out(order.id, taking.events).await?;
                }
            }
        }
        self.head.controls.taken = asked;
        if self.recorder.state.held().is_some() {
            self.rechecks.clear();
        }
        Ok(())
    }

    /// Marks an order that the log has ended. Returns whether the log has ended it.
    async fn ended(&mut self, order: &ControlItem) -> Result<bool, RunnerError> {
        let at = self.deps.clock.now();
        let Some(ended) = self.recorder.state.control(&order.id) else { return Ok(false) };
        let state = match ended {
            Ok(()) => ControlState::Taken { at },
            Err(why) => {
                let (code, why) = why.split_once(": ").unwrap_or(("", why));
                ControlState::Refused { at, code: code.to_owned(), why: why.to_owned() }
            }
        };
        if let (ControlState::Taken { .. }, Control::Lesson { .. }) = (&state, &order.control)
            && let Some(lesson) = lesson_of(&self.head.saga, order)
        {
            self.deps.controls.add_lesson(&self.head.pair, &lesson).await?;
        }
        self.deps.controls.mark(&self.head.saga, &order.id, &state).await?;
        Ok(true)
    }

    async fn carry_out(&mut self, control: String, events: Vec<Event>) -> Result<(), RunnerError> {
        for event in events {
            let step = event.step();
            self.recorder.record(event)?;
            if let Some(step) = step {
                self.rechecks.remove(step);
                self.settled(step);
            }
        }
        self.recorder.record(ControlEvent::TakenIn { control })?;
        self.recorder.flush().await?;
        self.look_at_lessons();
        Ok(())
    }

    /// Tries the steps that wait for lessons again as soon as there is a lesson.
    pub(super) fn look_at_lessons(&mut self) {
        if self.recorder.state.lessons().is_empty() {
            return;
        }
        let now = self.deps.clock.now();
        let waiting = self.recorder.state.steps().filter(|(id, record)| {
            let waits = record.state == StepState::Blocked && !self.is_under_way(*id);
            waits && self.plan.step(*id).is_some_and(|step| step.kind == own::LESSONS)
        });
        for id in waiting.map(|(id, _)| id).collect::<Vec<_>>() {
            self.rechecks.set(id, now);
        }
    }
}
