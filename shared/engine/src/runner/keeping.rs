//! Renews the lease, gives it back, and ends the saga.

use jiff::Timestamp;
use saga::{ControlEvent, Decision, Outcome, SagaEvent, StepState};

use super::driven::Driven;
use super::recorder::RunnerError;
use super::run::Run;
use crate::ports::{SagaStatus, StoreError};
use crate::release::release_pair;

impl Run<'_> {
    pub(super) async fn renew(&mut self, now: Timestamp) -> Result<(), RunnerError> {
        if now < self.renew_at {
            return Ok(());
        }
        // The blocked steps of an earlier drive are tried again, too.
        let blocked = self.recorder.state.steps().filter(|(_, record)| record.state == StepState::Blocked);
        let blocked = blocked.filter(|(id, _)| !self.is_under_way(*id));
        let again = blocked.map(|(id, record)| (id, self.looked_at_again(id, record.last_try.unwrap_or(now))));
        for (id, at) in again.collect::<Vec<_>>() {
            self.rechecks.set_if_none(id, at);
        }
        self.look_at_lessons();
        let lease = self.deps.settings.lease;
        self.head.status = self.status();
        self.head.tally = self.recorder.state.tally();
        self.head.next_at = None;
        self.head.lease_until = now.saturating_add(lease).unwrap_or(Timestamp::MAX);
        self.keep().await?;
        self.watch.renewed(self.head.lease_until);
        self.renew_at = now.saturating_add(lease / 3).unwrap_or(Timestamp::MAX);
        Ok(())
    }

    async fn keep(&mut self) -> Result<(), RunnerError> {
        self.head.clocks = self.recorder.clocks;
        self.head.controls.held = self.recorder.state.held().is_some();
        match self.deps.sagas.keep(&self.head).await {
            Ok(head) => {
                self.head = head;
                Ok(())
            }
            Err(StoreError::Refused(_)) => Err(RunnerError::Superseded),
            Err(other) => Err(other.into()),
        }
    }

    fn status(&self) -> SagaStatus {
        if self.asking || self.declined {
            SagaStatus::Asking
        } else if self.recorder.state.is_person_needed() {
            SagaStatus::PersonNeeded
        } else if self.recorder.state.forward_done_at().is_some() {
            SagaStatus::Pursuing
        } else {
            SagaStatus::Running
        }
    }

    /// Gives the lease back if nothing is due for a long time.
    pub(super) async fn rest(&mut self, decision: &Decision, now: Timestamp) -> Result<Option<Driven>, RunnerError> {
        if !self.attempts.is_empty() || !decision.enter.is_empty() {
            return Ok(None);
        }
        let due = decision.wake_at.into_iter().chain(self.rechecks.next()).min();
        let linger = self.deps.settings.linger;
        let rests = match due {
            Some(at) => at.duration_since(now) > linger,
            None => !self.asking || self.declined || now.duration_since(self.begun) > linger,
        };
        if !rests {
            return Ok(None);
        }
        self.give_back(due).await?;
        Ok(Some(Driven::Resting { until: due }))
    }

    async fn give_back(&mut self, next_at: Option<Timestamp>) -> Result<(), RunnerError> {
        self.recorder.record(SagaEvent::HandedOver)?;
        self.recorder.flush().await?;
        self.head.status = self.status();
        self.head.tally = self.recorder.state.tally();
        self.head.next_at = next_at;
        // The lease is given back as if it had run out long ago, so that no runner has to drain it. Nothing of ours
        // is under way.
        self.head.lease_until = Timestamp::UNIX_EPOCH;
        self.watch.lost();
        self.keep().await
    }

    /// Acknowledges an abort, or hands over, when nothing is under way any more.
    pub(super) async fn end(&mut self) -> Result<Driven, RunnerError> {
        if let Some(by) = self.head.abort_by.clone() {
            let why = self.head.abort_why.clone().unwrap_or_else(|| "no reason was given".to_owned());
            self.recorder.record(ControlEvent::AbortAsked { by: by.clone(), why })?;
            return self.finish(Outcome::Aborted, Some(by)).await;
        }
        self.give_back(None).await?;
        if self.recorder.state.held().is_some() {
            return Ok(Driven::Resting { until: None });
        }
        self.deps.waker.wake(&self.head.saga).await.ok();
        Ok(Driven::HandedOver)
    }

    pub(super) async fn finish(&mut self, outcome: Outcome, by: Option<String>) -> Result<Driven, RunnerError> {
        self.recorder.record(SagaEvent::Finished { outcome, by })?;
        self.recorder.flush().await?;
        self.close(outcome).await
    }

    /// Makes the head and the pair agree with the log: the saga is over. A runner may have died, or stood still,
    /// between the two writes.
    pub(super) async fn close(&mut self, outcome: Outcome) -> Result<Driven, RunnerError> {
        self.head.status = SagaStatus::Finished(outcome);
        self.head.tally = self.recorder.state.tally();
        self.head.next_at = None;
        self.head.lease_until = Timestamp::UNIX_EPOCH;
        self.watch.lost();
        self.keep().await?;
        release_pair(self.deps, &self.head.saga).await?;
        Ok(Driven::Over)
    }
}
