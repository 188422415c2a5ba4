//! Stores the orders that people give to a running saga, and the lessons of a pair.
//!
//! The order is written before the count in the saga's head is raised. So every reader that sees the count finds
//! the order. A count that was not raised loses nothing: a runner that takes the lease reads the orders anyway.

use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use engine::ports::{Closed, ControlItem, ControlState, Controls, LessonItem, STORE_VERSION, StoreError};
use failover::PairName;
use saga::SagaId;
use serde::{Deserialize, Serialize};

use super::terms::{Terms, number};
use super::write::Written;
use super::{DynamoStore, keys, rows};

/// `SAGA#s / CONTROL#id`. `open` is an attribute of its own, because conditions use it.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct ControlRow {
    version: u32,
    open: bool,
    item: ControlItem,
    /// How the order ended. `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<ControlState>,
}

/// `PAIR#p / LESSON#id`.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct LessonRow {
    version: u32,
    open: bool,
    item: LessonItem,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    closed: Option<Closed>,
}

#[async_trait]
impl Controls for DynamoStore {
    async fn order(&self, saga: &SagaId, control: &ControlItem) -> Result<(), StoreError> {
        let what = named(saga, &control.id);
        let row = ControlRow { version: STORE_VERSION, open: true, item: control.clone(), ended: None };
        let only_if = Terms::default().bare("attribute_not_exists(#PK)");
        match self.put(&keys::control(saga, &control.id), rows::encode(&row, &what)?, only_if, &what).await? {
            Written::Done(_) | Written::Refused(_) => {}
        }
        let what = format!("saga {saga}");
        let set = Terms::default()
            .with("#controls_asked = if_not_exists(#controls_asked, :zero) + :one", ":zero", number(0))
            .with_value(":one", number(1));
        let unfinished = Terms::default().with("#finished = :no", ":no", AttributeValue::Bool(false));
        self.update(&keys::head(saga), set, unfinished, &what).await?.or_refused(&what).map(drop)
    }

    async fn controls(&self, saga: &SagaId) -> Result<Vec<ControlItem>, StoreError> {
        let what = format!("the orders of saga {saga}");
        let items = self.items(&keys::partition(saga), keys::CONTROLS, &what).await?;
        let decoded = items.into_iter().map(|item| {
            rows::decode::<ControlRow>(item, &what)
                .map(|row| ControlItem { state: row.ended.unwrap_or(ControlState::Open), ..row.item })
        });
        decoded.collect()
    }

    async fn mark(&self, saga: &SagaId, id: &str, state: &ControlState) -> Result<(), StoreError> {
        let what = named(saga, id);
        let set =
            Terms::default().set("open", AttributeValue::Bool(false)).set("ended", rows::attribute(state, &what)?);
        match self.update(&keys::control(saga, id), set, still_open(), &what).await? {
            Written::Done(_) | Written::Refused(_) => Ok(()),
        }
    }

    async fn add_lesson(&self, pair: &PairName, lesson: &LessonItem) -> Result<(), StoreError> {
        let what = format!("lesson {} of pair {pair}", lesson.id);
        let item = LessonItem { closed: None, ..lesson.clone() };
        let row = LessonRow { version: STORE_VERSION, open: true, item, closed: None };
        let only_if = Terms::default().bare("attribute_not_exists(#PK)");
        match self.put(&keys::lesson(pair, &lesson.id), rows::encode(&row, &what)?, only_if, &what).await? {
            Written::Done(_) | Written::Refused(_) => Ok(()),
        }
    }

    async fn lessons(&self, pair: &PairName) -> Result<Vec<LessonItem>, StoreError> {
        let what = format!("the lessons of pair {pair}");
        let items = self.items(&keys::pair(pair).pk, keys::LESSONS, &what).await?;
        let decoded = items.into_iter().map(|item| {
            rows::decode::<LessonRow>(item, &what).map(|row| LessonItem { closed: row.closed, ..row.item })
        });
        decoded.collect()
    }

    async fn close_lesson(&self, pair: &PairName, id: &str, closed: &Closed) -> Result<(), StoreError> {
        let what = format!("lesson {id} of pair {pair}");
        let set =
            Terms::default().set("open", AttributeValue::Bool(false)).set("closed", rows::attribute(closed, &what)?);
        self.update(&keys::lesson(pair, id), set, still_open(), &what).await?.or_refused(&what).map(drop)
    }
}

fn still_open() -> Terms {
    Terms::default().with("#open = :yes", ":yes", AttributeValue::Bool(true))
}

fn named(saga: &SagaId, id: &str) -> String {
    format!("order {id} of saga {saga}")
}
