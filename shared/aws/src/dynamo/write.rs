//! Writes one item under one condition.

use std::error::Error;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{ReturnValue, ReturnValuesOnConditionCheckFailure};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use engine::ports::{STORE_VERSION, StoreError};

use super::DynamoStore;
use super::keys::Key;
use super::rows::{Item, newer};
use super::terms::{Terms, names, number, text};
use crate::fault;
use crate::mark;

/// The attribute that holds the mark of the last write.
pub(super) const MARK: &str = "write";

/// The result of a conditional write.
#[derive(Clone, Debug)]
pub(super) enum Written {
    /// The write happened. This is the item as it is now.
    Done(Item),
    /// The condition did not hold. This is the item as it is, if there is one.
    Refused(Option<Item>),
}

impl Written {
    /// The item as it is now, or [`StoreError::Refused`] if the condition did not hold.
    pub(super) fn or_refused(self, what: &str) -> Result<Item, StoreError> {
        match self {
            Self::Done(item) => Ok(item),
            Self::Refused(_) => Err(StoreError::Refused(what.to_owned())),
        }
    }
}

impl DynamoStore {
    /// Writes a whole item if `only_if` holds.
    pub(super) async fn put(
        &self,
        key: &Key,
        mut item: Item,
        only_if: Terms,
        what: &str,
    ) -> Result<Written, StoreError> {
        let mark = mark::fresh();
        item.insert("PK".to_owned(), text(&key.pk));
        item.insert("SK".to_owned(), text(&key.sk));
        item.insert(MARK.to_owned(), text(&mark));
        let condition = only_if.joined(" AND ");
        let mut putting = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item.clone()))
            .set_condition_expression(condition.clone())
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for name in names(&condition.unwrap_or_default()) {
            putting = putting.expression_attribute_names(format!("#{name}"), name);
        }
        for (word, value) in only_if.values(Terms::default()) {
            putting = putting.expression_attribute_values(word, value);
        }
        match putting.send().await {
            Ok(_) => Ok(Written::Done(item)),
            Err(error) => {
                let refused = match error.as_service_error() {
                    Some(PutItemError::ConditionalCheckFailedException(refused)) => Some(refused.item().cloned()),
                    Some(_) | None => None,
                };
                self.settle(&error, refused, &mark, what)
            }
        }
    }

    /// Changes some attributes of an item that this program's version can read, if `only_if` holds.
    pub(super) async fn update(
        &self,
        key: &Key,
        set: Terms,
        only_if: Terms,
        what: &str,
    ) -> Result<Written, StoreError> {
        let mark = mark::fresh();
        let set = set.set(MARK, text(&mark)).set("version", number(STORE_VERSION));
        // An item that is not there has no version, so it fails this condition, too. An update never creates an
        // item.
        let only_if = only_if.with("#version <= :known", ":known", number(STORE_VERSION));
        let update = format!("SET {}", set.joined(", ").unwrap_or_default());
        let condition = only_if.joined(" AND ").unwrap_or_default();
        let mut updating = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("PK", text(&key.pk))
            .key("SK", text(&key.sk))
            .update_expression(&update)
            .condition_expression(&condition)
            .return_values(ReturnValue::AllNew)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        for name in names(&format!("{update} {condition}")) {
            updating = updating.expression_attribute_names(format!("#{name}"), name);
        }
        for (word, value) in set.values(only_if) {
            updating = updating.expression_attribute_values(word, value);
        }
        match updating.send().await {
            Ok(answer) => match answer.attributes {
                Some(item) => Ok(Written::Done(item)),
                None => Err(StoreError::Again(format!("{what}: the answer does not show the item"))),
            },
            Err(error) => {
                let refused = match error.as_service_error() {
                    Some(UpdateItemError::ConditionalCheckFailedException(refused)) => Some(refused.item().cloned()),
                    Some(_) | None => None,
                };
                self.settle(&error, refused, &mark, what)
            }
        }
    }

    /// Distinguishes a condition that did not hold from a write that met its own first attempt.
    fn settle<E>(
        &self,
        error: &SdkError<E, HttpResponse>,
        refused: Option<Option<Item>>,
        mark: &str,
        what: &str,
    ) -> Result<Written, StoreError>
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        let Some(old) = refused else {
            return Err(fault::sort(error, &self.resource(), &format!("writing {what}")));
        };
        match old {
            Some(item) if self.guards.own_mark() && is_marked(&item, mark) => Ok(Written::Done(item)),
            Some(item) => newer(&item, what).map_or(Ok(Written::Refused(Some(item))), Err),
            None => Ok(Written::Refused(None)),
        }
    }
}

fn is_marked(item: &Item, mark: &str) -> bool {
    item.get(MARK).and_then(|value| value.as_s().ok()).is_some_and(|found| found == mark)
}
