//! Stores orders of people on a saga under way, and the lessons of a pair, in memory.
//!
//! The order is written first. Then the count in the saga's head is raised. So a runner that sees the count finds
//! the order.

use async_trait::async_trait;
use aws::keys;
use engine::ports::{Closed, ControlItem, ControlState, Controls, LessonItem, StoreError};
use failover::PairName;
use saga::SagaId;

use super::table::{Draft, Item, Written};
use super::{MemoryStore, absent, decode, encode};

#[async_trait]
impl Controls for MemoryStore {
    async fn order(&self, saga: &SagaId, control: &ControlItem) -> Result<(), StoreError> {
        let what = named(saga, &control.id);
        let open = ControlItem { state: ControlState::Open, ..control.clone() };
        let draft = Draft { body: encode(&open, &what)?, ..Draft::default() };
        match self.put(&keys::control(saga, &control.id), draft, absent, &what).await? {
            Written::Done(_) | Written::Refused(_) => {}
        }
        self.change_unfinished(saga, |head| head.controls.asked += 1).await
    }

    async fn controls(&self, saga: &SagaId) -> Result<Vec<ControlItem>, StoreError> {
        let what = format!("the orders of saga {saga}");
        let items = self.items(&keys::partition(saga), keys::CONTROLS, &what).await?;
        items.iter().map(|item| decode(item, &what)).collect()
    }

    async fn mark(&self, saga: &SagaId, id: &str, state: &ControlState) -> Result<(), StoreError> {
        let what = named(saga, id);
        let mark = |item: &Item| {
            if item.draft.closed {
                return Ok(None);
            }
            let marked = ControlItem { state: state.clone(), ..decode(item, &what)? };
            Ok(Some(Draft { closed: true, body: encode(&marked, &what)?, ..Draft::default() }))
        };
        match self.update(&keys::control(saga, id), mark, &what).await? {
            Written::Done(_) | Written::Refused(_) => Ok(()),
        }
    }

    async fn add_lesson(&self, pair: &PairName, lesson: &LessonItem) -> Result<(), StoreError> {
        let what = format!("lesson {} of pair {pair}", lesson.id);
        let body = encode(&LessonItem { closed: None, ..lesson.clone() }, &what)?;
        match self.put(&keys::lesson(pair, &lesson.id), Draft { body, ..Draft::default() }, absent, &what).await? {
            Written::Done(_) | Written::Refused(_) => Ok(()),
        }
    }

    async fn lessons(&self, pair: &PairName) -> Result<Vec<LessonItem>, StoreError> {
        let what = format!("the lessons of pair {pair}");
        let items = self.items(&keys::pair(pair).pk, keys::LESSONS, &what).await?;
        items.iter().map(|item| decode(item, &what)).collect()
    }

    async fn close_lesson(&self, pair: &PairName, id: &str, closed: &Closed) -> Result<(), StoreError> {
        let what = format!("lesson {id} of pair {pair}");
        let close = |item: &Item| {
            if item.draft.closed {
                return Ok(None);
            }
            let lesson = LessonItem { closed: Some(closed.clone()), ..decode(item, &what)? };
            Ok(Some(Draft { closed: true, body: encode(&lesson, &what)?, ..Draft::default() }))
        };
        self.update(&keys::lesson(pair, id), close, &what).await?.or_refused(&what).map(drop)
    }
}

fn named(saga: &SagaId, id: &str) -> String {
    format!("order {id} of saga {saga}")
}
