//! Plays a script in which a person orders one failover.

use std::collections::BTreeSet;

use engine::approvals::{answer, at_terminal};
use engine::ports::SagaStatus;
use engine::start::{Order, draft, start};
use engine::view::view;
use failover::Operation;
use failover::plan::GO;
use jiff::{SignedDuration, Timestamp};
use saga::{Outcome, SagaId};

use super::cast::{AT_MOST, Cast, Cue, LEAVING, LOOKS_EVERY, ON_CALL, STILL};
use super::ended::Ended;
use super::furnishing;
use super::script::simulated;
use super::status_line::status_line;

impl Cast<'_> {
    /// Plays the script, and watches until the saga has ended.
    pub(super) async fn play(&self, progress: &mut dyn FnMut(&str)) -> Result<Ended, String> {
        let mut events = Vec::new();
        let mut saga: Option<SagaId> = None;
        let mut writes_before = 0;
        let operator = self.stack.operator();
        let (before, after): (Vec<_>, Vec<_>) = self
            .cues()
            .into_iter()
            .partition(|(at, cue)| *at <= self.at(self.script.ordered_at) || matches!(cue, Cue::Ordered));
        for (at, cue) in before {
            self.clock.sleep_until(at).await;
            progress(&format!("{}  before the failover", at.strftime("%H:%M:%S")));
            // In a lost region nobody writes a heartbeat.
            if self.script.loss.as_ref().is_none_or(|loss| at < self.at(loss.at)) {
                furnishing::beat(&operator, at).await?;
            }
            match cue {
                Cue::Capture => events.push(self.takes_checkpoint(&operator, at).await?),
                Cue::Ordered => {
                    writes_before = self.stack.writes();
                    saga = Some(self.order(&operator, at, &mut events).await?);
                }
                Cue::Lost | Cue::Back | Cue::Deployed(_) | Cue::RehearsalResult(_) => {
                    self.happens(&cue, at, &mut events)
                }
            }
        }
        let saga = saga.ok_or("the script orders no failover")?;
        let mut later = after.into_iter().peekable();
        let answered_at = self.at(self.script.ordered_at + self.script.answered_after);
        let mut answered = false;
        let mut still_since = self.clock.now();
        let mut last = None;
        loop {
            let now = self.clock.now();
            while let Some((at, cue)) = later.next_if(|(at, _)| *at <= now) {
                self.happens(&cue, at, &mut events);
            }
            if !answered && now >= answered_at {
                answered = true;
                let proven = at_terminal(&operator, ON_CALL, None).map_err(|e| e.to_string())?;
                let accepts_risk = !self.script.planned;
                answer(&operator, &saga, GO, &proven, true, accepts_risk).await.map_err(|e| e.to_string())?;
            }
            let head = operator.sagas.head(&saga).await.map_err(|e| e.to_string())?.ok_or("the saga is gone")?;
            let looked = (head.tally, head.status);
            if last.replace(looked) != Some(looked) {
                still_since = now;
            }
            progress(&format!("{}  {}", now.strftime("%H:%M:%S"), status_line(&head)));
            let outcome = match head.status {
                SagaStatus::Finished(Outcome::Completed) => Some("completed"),
                SagaStatus::Finished(Outcome::Aborted) => Some("aborted"),
                SagaStatus::PersonNeeded if now.duration_since(still_since) > STILL => Some("person-needed"),
                SagaStatus::Running | SagaStatus::Asking | SagaStatus::PersonNeeded | SagaStatus::Pursuing => {
                    (now.duration_since(self.begins) > AT_MOST).then_some("unfinished")
                }
            };
            if let Some(outcome) = outcome {
                let writes = self.stack.writes() - writes_before;
                let end = now.saturating_add(SignedDuration::from_secs(self.script.watched_for)).unwrap_or(now);
                let mut rounds = BTreeSet::new();
                for (at, cue) in later {
                    self.watch(&operator, at, &mut rounds).await?;
                    self.happens(&cue, at, &mut events);
                }
                self.watch(&operator, end, &mut rounds).await?;
                self.world().advance(self.clock.now().as_millisecond());
                let view = view(&operator, Some(&saga)).await.map_err(|e| e.to_string())?;
                let items = operator.sagas.steps(&saga).await.map_err(|e| e.to_string())?;
                let view = view.ok_or("the saga is gone")?;
                let rounds = self.told(&operator, rounds).await?;
                let heard = Vec::new();
                return Ok(Ended {
                    view,
                    items,
                    outcome,
                    rounds,
                    events,
                    heard,
                    proposals: 1,
                    writes,
                    legs: Vec::new(),
                    differences: Vec::new(),
                    changing_calls: self.stack.changing_calls(),
                });
            }
            let next = now.saturating_add(LOOKS_EVERY).unwrap_or(now);
            let next = if answered { next } else { next.min(answered_at) };
            self.clock.sleep_until(later.peek().map_or(next, |(at, _)| next.min(*at))).await;
        }
    }

    async fn order(
        &self,
        operator: &engine::Deps,
        at: Timestamp,
        events: &mut Vec<(Timestamp, String)>,
    ) -> Result<SagaId, String> {
        let planned = self.script.planned;
        let counts = self.script.loss.is_none();
        if counts {
            self.world().mark_leaving(self.clock.now().as_millisecond(), simulated(LEAVING));
        }
        let order = Order {
            lost_at: self.script.loss.as_ref().map(|loss| self.at(loss.at)),
            ..Order::of(Operation::Failover, LEAVING, planned, ON_CALL, at)
        };
        let kind = if planned { "planned" } else { "unplanned" };
        events.push((at, format!("{ON_CALL} orders a failover, {kind}")));
        let drafted = draft(operator, &order).await.map_err(|e| e.to_string())?;
        if counts {
            self.world().mark_settled(self.clock.now().as_millisecond());
        }
        let saga = start(operator, &order, &drafted).await.map_err(|e| e.to_string())?;
        let now = self.clock.now();
        events.push((now, format!("the plan has {} steps; the question is asked", drafted.plan.total())));
        Ok(saga)
    }
}
