//! Records events: first in the log, then in the steps that they are about.
//!
//! The log is the truth, and the step items are its digest. So lines are appended before the items are written, and
//! the next runner repairs the items from the log after a crash in between. The append also stops a superseded
//! runner. Its successor has sealed the number that it would append to, so it learns that it is superseded before it
//! can write anything else (S33).

use std::collections::BTreeSet;
use std::sync::Arc;

use failover::Clocks;
use futures::stream::{self, StreamExt};
use jiff::Timestamp;
use saga::bounds::{TEXT, capped};
use saga::{Chain, Decision, Event, Frontier, Line, Plan, SagaId, State, StepId, TransitionError};

use super::chunks::chunks;
use crate::ports::{Clock, LogChunk, SagaHead, Sagas, StepItem, StoreError};

/// The number of step items that are written in parallel.
const SIDE_BY_SIDE: usize = 16;

/// The most steps of one stage that are attempted at once. An attempt that waits takes up to 2 KB (S26), and requests
/// are admitted some tens a second, so more attempts would only wait longer.
const AT_ONCE: usize = 8192;

/// The reason why a runner must stop.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunnerError {
    /// Another runner has taken over (S33).
    #[error("another runner has taken over")]
    Superseded,
    /// The store accepts no writes, and the lease runs out.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An event does not fit the record. This is a fault of this program.
    #[error("the log would not hold together: {0}")]
    Illegal(#[from] TransitionError),
    /// The plan cannot be used.
    #[error(transparent)]
    Plan(#[from] saga::PlanError),
    /// The recorded log is broken.
    #[error(transparent)]
    Broken(#[from] saga::log::ChainError),
}

/// Holds the state of one saga and records its changes under one epoch.
pub(super) struct Recorder {
    pub(super) plan: Arc<Plan>,
    pub(super) state: State,
    /// The steps and stages that can move.
    pub(super) frontier: Frontier,
    /// The clocks, from the log.
    pub(super) clocks: Clocks,
    saga: SagaId,
    sagas: Arc<dyn Sagas>,
    clock: Arc<dyn Clock>,
    chain: Chain,
    epoch: u64,
    sequence: u64,
    pending: Vec<Line>,
    /// In bytes: the longest chunk of the log.
    chunk: usize,
    touched: BTreeSet<StepId>,
    oldest: Option<Timestamp>,
}

impl Recorder {
    /// Loads a saga from its log, after the log of every earlier runner was sealed.
    pub(super) async fn load(
        plan: Arc<Plan>,
        head: &SagaHead,
        sagas: Arc<dyn Sagas>,
        clock: Arc<dyn Clock>,
        chunk: usize,
    ) -> Result<Self, RunnerError> {
        let (saga, epoch) = (head.saga.clone(), head.epoch);
        let chunks = seal_predecessors(&saga, epoch, &*sagas).await?;
        let mut chain = Chain::default();
        let mut state = State::new(&plan);
        let mut clocks = head.clocks;
        for line in chunks.iter().flat_map(|chunk| &chunk.lines) {
            chain.follow(line)?;
            state.apply(&line.event, line.at, line.epoch)?;
            clocks.follow(&plan, &state, &line.event, line.at);
        }
        let recorder = Self {
            frontier: Frontier::new(&plan, &state),
            plan,
            state,
            clocks,
            saga,
            sagas,
            clock,
            chain,
            epoch,
            sequence: 0,
            pending: Vec::new(),
            chunk,
            touched: BTreeSet::new(),
            oldest: None,
        };
        recorder.repair().await?;
        Ok(recorder)
    }

    /// Writes the step items that are behind the log, since an earlier runner died before it wrote them.
    async fn repair(&self) -> Result<(), RunnerError> {
        let items = self.sagas.steps(&self.saga).await?;
        let known: std::collections::BTreeMap<StepId, &StepItem> = items.iter().map(|item| (item.step, item)).collect();
        let behind = self
            .state
            .steps()
            .filter(|(id, record)| record.epoch > 0 && known.get(id).is_none_or(|item| item.record != **record));
        let behind: Vec<StepId> = behind.map(|(id, _)| id).collect();
        self.write_steps(behind).await
    }

    /// Applies an event to the state, and adds it to the next chunk of the log.
    pub(super) fn record(&mut self, event: impl Into<Event>) -> Result<(), RunnerError> {
        let event = event.into().capped();
        let now = self.clock.now();
        self.state.apply(&event, now, self.epoch)?;
        self.frontier.follow(&self.plan, &self.state, &event);
        self.clocks.follow(&self.plan, &self.state, &event, now);
        if let Some(step) = event.step() {
            self.touched.insert(step);
        }
        self.pending.push(self.chain.link(now, self.epoch, event));
        self.oldest.get_or_insert(now);
        Ok(())
    }

    /// Applies an event to the state only, since it is not worth a line. The next recorded event of the step contains
    /// the change.
    pub(super) fn note(&mut self, event: impl Into<Event>) -> Result<(), RunnerError> {
        let now = self.clock.now();
        let event = event.into().capped();
        self.state.apply(&event, now, self.epoch)?;
        self.frontier.follow(&self.plan, &self.state, &event);
        Ok(())
    }

    /// An attempt of a step begins.
    pub(super) fn begins(&mut self, id: StepId) {
        self.frontier.begins(&self.plan, &self.state, id);
    }

    /// The attempt of a step has ended.
    pub(super) fn ends(&mut self, id: StepId) {
        self.frontier.ends(&self.plan, &self.state, id);
    }

    /// The decision on what should be under way.
    pub(super) fn decide(&self, now: Timestamp) -> Decision {
        self.frontier.decide(&self.plan, &self.state, now, AT_ONCE)
    }

    /// The number of lines that wait to be written.
    pub(super) fn pending(&self) -> usize {
        self.pending.len()
    }

    /// The time since which the oldest of them waits.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        self.oldest
    }

    /// Writes everything that waits: first the log, in as many chunks as its size needs, then the steps. A runner
    /// that dies between two chunks leaves a log that ends earlier, like a runner that died before it recorded the
    /// rest.
    pub(super) async fn flush(&mut self) -> Result<(), RunnerError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        for lines in chunks(std::mem::take(&mut self.pending), self.chunk) {
            let chunk = LogChunk { epoch: self.epoch, sequence: self.sequence, lines };
            append_ours(&self.saga, &chunk, &*self.sagas).await?;
            self.sequence += 1;
        }
        self.oldest = None;
        let touched = std::mem::take(&mut self.touched);
        self.write_steps(touched.into_iter().collect()).await
    }

    async fn write_steps(&self, ids: Vec<StepId>) -> Result<(), RunnerError> {
        let items = ids.into_iter().filter_map(|id| {
            let (step, record) = (self.plan.step(id)?, self.state.step(id)?);
            Some(StepItem {
                step: id,
                place: step.place.clone(),
                kind: step.kind.clone(),
                resource: step.resource.clone(),
                name: capped(&step.name, TEXT),
                want: step.want.clone(),
                record: record.clone(),
            })
        });
        let items: Vec<StepItem> = items.collect();
        let mut writes = stream::iter(items)
            .map(|item| async move { self.sagas.put_step(&self.saga, self.epoch, &item).await })
            .buffered(SIDE_BY_SIDE);
        while let Some(written) = writes.next().await {
            written.map_err(superseded)?;
        }
        Ok(())
    }
}

/// Appends a chunk. If its number is taken by the same chunk, that is fine: the reply was lost.
async fn append_ours(saga: &SagaId, chunk: &LogChunk, sagas: &dyn Sagas) -> Result<(), RunnerError> {
    match sagas.append(saga, chunk).await {
        Ok(()) => Ok(()),
        Err(StoreError::Refused(_)) => {
            let there = sagas.log(saga).await?;
            if there.contains(chunk) { Ok(()) } else { Err(RunnerError::Superseded) }
        }
        Err(other) => Err(other.into()),
    }
}

/// Ends the log of every epoch before ours, and reads all of it.
async fn seal_predecessors(saga: &SagaId, epoch: u64, sagas: &dyn Sagas) -> Result<Vec<LogChunk>, RunnerError> {
    loop {
        let chunks = sagas.log(saga).await?;
        if chunks.iter().any(|chunk| chunk.epoch >= epoch) {
            return Err(RunnerError::Superseded);
        }
        let mut all_sealed = true;
        for earlier in 1..epoch {
            let of_epoch = chunks.iter().filter(|chunk| chunk.epoch == earlier);
            if of_epoch.clone().any(|chunk| chunk.lines.is_empty()) {
                continue;
            }
            all_sealed = false;
            let seal = LogChunk { epoch: earlier, sequence: of_epoch.count() as u64, lines: Vec::new() };
            match sagas.append(saga, &seal).await {
                // Taken: the superseded runner was quicker, or the seal is ours after a lost reply.
                Ok(()) | Err(StoreError::Refused(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        if all_sealed {
            return Ok(chunks);
        }
    }
}

fn superseded(error: StoreError) -> RunnerError {
    match error {
        StoreError::Refused(_) => RunnerError::Superseded,
        StoreError::Again(_) | StoreError::Broken(_) | StoreError::Newer { .. } => RunnerError::Store(error),
    }
}
