//! Stores the heads, leases, steps and logs of sagas.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use engine::ports::{Lease, LogChunk, STORE_VERSION, SagaHead, Sagas, StepItem, StoreError, TakeOver};
use jiff::{SignedDuration, Timestamp};
use saga::SagaId;

use super::rows::{HeadRow, Item, LogRow, StepRow};
use super::terms::{Terms, number, text};
use super::write::Written;
use super::{DynamoStore, keys, rows};

#[async_trait]
impl Sagas for DynamoStore {
    async fn create(&self, head: &SagaHead) -> Result<(), StoreError> {
        let what = named(&head.saga);
        let item = rows::encode(&HeadRow::from(head), &what)?;
        let only_if = Terms::default().bare("attribute_not_exists(#PK)");
        self.put(&keys::head(&head.saga), item, only_if, &what).await?.or_refused(&what).map(drop)
    }

    async fn head(&self, saga: &SagaId) -> Result<Option<SagaHead>, StoreError> {
        let what = named(saga);
        match self.item(&keys::head(saga), &what).await? {
            Some(item) => head_of(item, &what).map(Some),
            None => Ok(None),
        }
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
        let set = Terms::default()
            .with("#epoch = #epoch + :one", ":one", number(1))
            .set("owner", text(owner))
            .set("lease_until", number(rows::millis_up(until)));
        let only_if = unfinished(Terms::default()).with(
            "#lease_until <= :drained",
            ":drained",
            number(rows::millis_down(drained)),
        );
        match self.update(&keys::head(saga), set, only_if, &what).await? {
            Written::Done(item) => Ok(TakeOver::Taken(Box::new(Lease { head: head_of(item, &what)? }))),
            Written::Refused(None) => Ok(TakeOver::Over),
            Written::Refused(Some(item)) => {
                let head = head_of(item, &what)?;
                if rows::is_finished(head.status) {
                    return Ok(TakeOver::Over);
                }
                Ok(TakeOver::Held { until: head.lease_until.checked_add(drain).unwrap_or(Timestamp::MAX) })
            }
        }
    }

    async fn keep(&self, head: &SagaHead) -> Result<SagaHead, StoreError> {
        let what = named(&head.saga);
        let row = rows::encode(&HeadRow::from(head), &what)?;
        let only_if = if self.guards.epoch_condition() {
            Terms::default().with("#epoch = :mine", ":mine", number(head.epoch))
        } else {
            Terms::default()
        };
        // A finished saga stays finished (S16), whichever runner holds the lease.
        let only_if = if rows::is_finished(head.status) { only_if } else { unfinished(only_if) };
        let kept = ["status", "finished", "lease_until", "tally", "clocks", "next_at", "controls_taken", "held"];
        let set = kept.iter().fold(Terms::default(), |set, name| {
            set.set(name, row.get(*name).cloned().unwrap_or(AttributeValue::Null(true)))
        });
        let item = self.update(&keys::head(&head.saga), set, only_if, &what).await?.or_refused(&what)?;
        head_of(item, &what)
    }

    async fn ask_abort(&self, saga: &SagaId, by: &str, why: &str) -> Result<(), StoreError> {
        let what = named(saga);
        // The first person who asked stays on record.
        let set = Terms::default().with("#abort_by = if_not_exists(#abort_by, :by)", ":by", text(by)).with(
            "#abort_why = if_not_exists(#abort_why, :why)",
            ":why",
            text(why),
        );
        self.update(&keys::head(saga), set, unfinished(Terms::default()), &what).await?.or_refused(&what).map(drop)
    }

    async fn put_step(&self, saga: &SagaId, epoch: u64, step: &StepItem) -> Result<(), StoreError> {
        let what = format!("step {} of saga {saga}", step.step);
        let item = rows::encode(&StepRow { version: STORE_VERSION, epoch, step: step.clone() }, &what)?;
        let only_if = if self.guards.epoch_condition() {
            Terms::default().with("(attribute_not_exists(#PK) OR #epoch <= :mine)", ":mine", number(epoch))
        } else {
            Terms::default()
        };
        self.put(&keys::step(saga, step.step), item, only_if, &what).await?.or_refused(&what).map(drop)
    }

    async fn steps(&self, saga: &SagaId) -> Result<Vec<StepItem>, StoreError> {
        let what = format!("the steps of saga {saga}");
        let items = self.items(&keys::partition(saga), keys::STEPS, &what).await?;
        items.into_iter().map(|item| rows::decode::<StepRow>(item, &what).map(|row| row.step)).collect()
    }

    async fn append(&self, saga: &SagaId, chunk: &LogChunk) -> Result<(), StoreError> {
        let what = format!("place {}/{} in the log of saga {saga}", chunk.epoch, chunk.sequence);
        let item = rows::encode(&LogRow::from(chunk), &what)?;
        let only_if =
            if self.guards.log_place() { Terms::default().bare("attribute_not_exists(#PK)") } else { Terms::default() };
        match self.put(&keys::log(saga, chunk.epoch, chunk.sequence), item, only_if, &what).await? {
            Written::Done(_) => Ok(()),
            Written::Refused(found) => match found {
                Some(item) if is_the_same(&item, chunk, &what)? => Ok(()),
                Some(_) | None => Err(StoreError::Refused(what)),
            },
        }
    }

    async fn log(&self, saga: &SagaId) -> Result<Vec<LogChunk>, StoreError> {
        let what = format!("the log of saga {saga}");
        let items = self.items(&keys::partition(saga), keys::LOG, &what).await?;
        items.into_iter().map(|item| rows::decode::<LogRow>(item, &what).map(LogChunk::from)).collect()
    }
}

/// Whether the stored chunk is this one, written by an attempt whose answer was lost.
///
/// Lines name their epoch and are chained by hash. So only the runner that made them can have written them. A seal
/// has no lines, so any runner may have written it.
fn is_the_same(found: &Item, chunk: &LogChunk, what: &str) -> Result<bool, StoreError> {
    let found = LogChunk::from(rows::decode::<LogRow>(found.clone(), what)?);
    Ok(!chunk.lines.is_empty() && found == *chunk)
}

fn unfinished(terms: Terms) -> Terms {
    terms.with("#finished = :no", ":no", AttributeValue::Bool(false))
}

fn head_of(item: Item, what: &str) -> Result<SagaHead, StoreError> {
    rows::decode::<HeadRow>(item, what)?.into_head(what)
}

fn named(saga: &SagaId) -> String {
    format!("saga {saga}")
}
