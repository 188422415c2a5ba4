//! Stores sagas in memory: heads, leases, steps, logs.

use async_trait::async_trait;
use aws::keys;
use engine::ports::{
    ControlCount, Lease, LogChunk, STORE_VERSION, SagaHead, SagaStatus, Sagas, StepItem, StoreError, TakeOver,
};
use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use saga::SagaId;

use super::table::{Draft, Item, Written};
use super::{MemoryStore, absent, decode, encode};

#[async_trait]
impl Sagas for MemoryStore {
    async fn create(&self, head: &SagaHead) -> Result<(), StoreError> {
        let what = named(&head.saga);
        let draft = drafted(head.clone(), &what)?;
        self.put(&keys::head(&head.saga), draft, absent, &what).await?.or_refused(&what).map(drop)
    }

    async fn head(&self, saga: &SagaId) -> Result<Option<SagaHead>, StoreError> {
        let what = named(saga);
        let item = self.item(&keys::head(saga), &what).await?;
        item.map(|item| decode(&item, &what)).transpose()
    }

    async fn take(
        &self,
        saga: &SagaId,
        owner: &str,
        now: Timestamp,
        until: Timestamp,
        drain: SignedDuration,
    ) -> Result<TakeOver, StoreError> {
        let what = named(saga);
        let drained = if self.guards.drain() { now.checked_sub(drain).unwrap_or(Timestamp::MIN) } else { now };
        let take = |item: &Item| {
            if item.draft.closed || item.draft.until > drained {
                return Ok(None);
            }
            let head: SagaHead = decode(item, &what)?;
            let (epoch, owner) = (head.epoch + 1, owner.to_owned());
            drafted(SagaHead { epoch, owner, lease_until: until, ..head }, &what).map(Some)
        };
        match self.update(&keys::head(saga), take, &what).await? {
            Written::Done(item) => Ok(TakeOver::Taken(Box::new(Lease { head: decode(&item, &what)? }))),
            Written::Refused(Some(item)) if !item.draft.closed => {
                Ok(TakeOver::Held { until: item.draft.until.checked_add(drain).unwrap_or(Timestamp::MAX) })
            }
            Written::Refused(_) => Ok(TakeOver::Over),
        }
    }

    async fn keep(&self, head: &SagaHead) -> Result<SagaHead, StoreError> {
        let what = named(&head.saga);
        let keep = |item: &Item| {
            let is_mine = !self.guards.epoch_condition() || item.draft.number == head.epoch;
            // A finished saga stays finished (S16), whoever holds the lease.
            if !is_mine || (item.draft.closed && !is_finished(head.status)) {
                return Ok(None);
            }
            let there: SagaHead = decode(item, &what)?;
            let kept = SagaHead {
                status: head.status,
                lease_until: head.lease_until,
                tally: head.tally,
                clocks: head.clocks,
                next_at: head.next_at,
                // Other processes raise the count `asked`, so the stored one is kept.
                controls: ControlCount { asked: there.controls.asked, ..head.controls },
                ..there
            };
            drafted(kept, &what).map(Some)
        };
        let item = self.update(&keys::head(&head.saga), keep, &what).await?.or_refused(&what)?;
        decode(&item, &what)
    }

    async fn ask_abort(&self, saga: &SagaId, by: &str, why: &str) -> Result<(), StoreError> {
        self.change_unfinished(saga, |head| {
            // The first order to abort stays on record.
            head.abort_by.get_or_insert_with(|| by.to_owned());
            head.abort_why.get_or_insert_with(|| why.to_owned());
        })
        .await
    }

    async fn put_step(&self, saga: &SagaId, epoch: u64, step: &StepItem) -> Result<(), StoreError> {
        let what = format!("step {} of saga {saga}", step.step);
        let draft = Draft { number: epoch, body: encode(step, &what)?, ..Draft::default() };
        let guarded = self.guards.epoch_condition();
        let only_if = move |there: Option<&Item>| !guarded || there.is_none_or(|item| item.draft.number <= epoch);
        self.put(&keys::step(saga, step.step), draft, only_if, &what).await?.or_refused(&what).map(drop)
    }

    async fn steps(&self, saga: &SagaId) -> Result<Vec<StepItem>, StoreError> {
        let what = format!("the steps of saga {saga}");
        let items = self.items(&keys::partition(saga), keys::STEPS, &what).await?;
        items.iter().map(|item| decode(item, &what)).collect()
    }

    async fn append(&self, saga: &SagaId, chunk: &LogChunk) -> Result<(), StoreError> {
        let what = format!("place {}/{} in the log of saga {saga}", chunk.epoch, chunk.sequence);
        let body = encode(chunk, &what)?;
        let guarded = self.guards.log_place();
        let only_if = move |there: Option<&Item>| !guarded || there.is_none();
        let draft = Draft { body: body.clone(), ..Draft::default() };
        match self.put(&keys::log(saga, chunk.epoch, chunk.sequence), draft, only_if, &what).await? {
            Written::Done(_) => Ok(()),
            // A call whose answer was lost has written the very same lines. Lines name their epoch and are chained
            // by hash, so only the runner that made them can have written them. A seal has no lines, and any runner
            // may have written it.
            Written::Refused(Some(item)) if !chunk.lines.is_empty() && item.draft.body == body => Ok(()),
            Written::Refused(_) => Err(StoreError::Refused(what)),
        }
    }

    async fn log(&self, saga: &SagaId) -> Result<Vec<LogChunk>, StoreError> {
        let what = format!("the log of saga {saga}");
        let items = self.items(&keys::partition(saga), keys::LOG, &what).await?;
        items.iter().map(|item| decode(item, &what)).collect()
    }
}

impl MemoryStore {
    /// Changes the head of a saga that is not finished.
    pub(super) async fn change_unfinished(
        &self,
        saga: &SagaId,
        change: impl Fn(&mut SagaHead) + Send + Sync,
    ) -> Result<(), StoreError> {
        let what = named(saga);
        let unfinished = |item: &Item| {
            if item.draft.closed {
                return Ok(None);
            }
            let mut head: SagaHead = decode(item, &what)?;
            change(&mut head);
            drafted(head, &what).map(Some)
        };
        self.update(&keys::head(saga), unfinished, &what).await?.or_refused(&what).map(drop)
    }
}

/// A head as it is stored, with the values that conditions check.
fn drafted(head: SagaHead, what: &str) -> Result<Draft, StoreError> {
    let until = whole_millis(head.lease_until);
    let head = SagaHead { version: STORE_VERSION, lease_until: until, ..head };
    Ok(Draft { number: head.epoch, closed: is_finished(head.status), until, body: encode(&head, what)? })
}

/// Rounded up to milliseconds, as in the table: a lease never ends before the time that was promised.
fn whole_millis(at: Timestamp) -> Timestamp {
    at.round(TimestampRound::new().smallest(Unit::Millisecond).mode(RoundMode::Ceil)).unwrap_or(at)
}

/// Whether a saga's status is final.
fn is_finished(status: SagaStatus) -> bool {
    match status {
        SagaStatus::Finished(_) => true,
        SagaStatus::Running | SagaStatus::Asking | SagaStatus::PersonNeeded | SagaStatus::Pursuing => false,
    }
}

fn named(saga: &SagaId) -> String {
    format!("saga {saga}")
}
