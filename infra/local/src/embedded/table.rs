//! Answers requests to DynamoDB: one table in memory or in a file, by `dynoxide`.
//!
//! Calls into SQLite are made on the thread of the request. They are short, and a call on another thread would
//! stop a paused clock.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;

use bytes::Bytes;
use dynoxide::actions::create_table::CreateTableRequest;
use dynoxide::actions::get_item::GetItemRequest;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::update_item::UpdateItemRequest;
use dynoxide::types::item_size;
use dynoxide::{AttributeValue, Database, DynoxideError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::{Answer, plain};
use super::store_file::{self, OpenError};
use super::wire::Call;

/// The format of a store's file that this code writes.
const FILE_VERSION: u32 = 1;

/// The prefix of the header `X-Amz-Target` [DynamoDB: low-level API].
const TARGET: &str = "DynamoDB_20120810.";

/// An embedded table with string keys `PK` and `SK`, as the template makes it. Cheap to clone.
#[derive(Clone)]
pub struct Table {
    database: Database,
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table").finish_non_exhaustive()
    }
}

impl Table {
    /// A table that ends with the process.
    ///
    /// # Errors
    ///
    /// [`OpenError::Failed`] if the embedded database fails.
    pub fn memory(name: &str) -> Result<Self, OpenError> {
        let table = Self { database: Database::memory().map_err(failed)? };
        table.prepare(name)?;
        Ok(table)
    }

    /// A table in a file, which is created if there is none. An answered write survives a kill. Several processes may
    /// have the file open.
    ///
    /// # Errors
    ///
    /// Any [`OpenError`]. A file that is not a store is not written to.
    pub fn file(path: &Path, name: &str) -> Result<Self, OpenError> {
        store_file::examine(path)?;
        let unreadable = |reason: &str| OpenError::Unreadable { path: path.to_owned(), reason: reason.to_owned() };
        let text = path.to_str().ok_or_else(|| unreadable("its name is not valid Unicode"))?;
        let table = Self { database: Database::new(text).map_err(|e| unreadable(&e.to_string()))? };
        table.prepare(name)?;
        let found = table.format(name)?;
        if found > FILE_VERSION {
            return Err(OpenError::Newer { path: path.to_owned(), found, known: FILE_VERSION });
        }
        Ok(table)
    }

    /// Answers one request of the low-level API. `body` is the JSON of the request.
    pub fn answer(&self, operation: &str, body: &[u8]) -> Answer {
        let db = &self.database;
        let answered = match operation {
            "GetItem" => through(body, |request| db.get_item(request)),
            "PutItem" => through(body, |request: PutItemRequest| {
                within_bounds(&request.item)?;
                db.put_item(request)
            }),
            "UpdateItem" => through(body, |request: UpdateItemRequest| {
                let reply = db.update_item(request)?;
                reply.attributes.as_ref().map_or(Ok(()), within_bounds)?;
                Ok(reply)
            }),
            "Query" => through(body, |request| db.query(request)),
            _ => {
                let text = format!("{operation} is not embedded: the store does not use it");
                Err(DynoxideError::ValidationException(text))
            }
        };
        told(answered)
    }

    /// Answers one `Scan` of the low-level API, for checks of the whole table. The store itself never scans.
    pub fn scan(&self, body: &[u8]) -> Answer {
        told(through(body, |request| self.database.scan(request)))
    }

    /// All items of a partition of the table `name`, as one page of the low-level API.
    pub fn items(&self, name: &str, partition: &str) -> String {
        let query = serde_json::json!({
            "TableName": name,
            "KeyConditionExpression": "PK = :pk",
            "ExpressionAttributeValues": { ":pk": { "S": partition } },
        });
        String::from_utf8_lossy(self.answer("Query", query.to_string().as_bytes()).body()).into_owned()
    }

    /// All items of the table `name`, page by page, one page on each line.
    pub fn kept(&self, name: &str) -> String {
        let (mut kept, mut from) = (String::new(), serde_json::Value::Null);
        loop {
            let mut scan = serde_json::json!({ "TableName": name });
            if !from.is_null() {
                scan["ExclusiveStartKey"] = from;
            }
            let answer = self.scan(scan.to_string().as_bytes());
            kept.push_str(&String::from_utf8_lossy(answer.body()));
            kept.push('\n');
            let page: serde_json::Value = serde_json::from_slice(answer.body()).unwrap_or_default();
            from = page["LastEvaluatedKey"].clone();
            if from.is_null() {
                return kept;
            }
        }
    }

    pub(super) fn call_of(request: &http::Request<Bytes>) -> Call {
        let target = request.headers().get("x-amz-target").and_then(|value| value.to_str().ok()).unwrap_or("");
        let json: serde_json::Value = serde_json::from_slice(request.body()).unwrap_or_default();
        let part = |name: &str| {
            ["Key", "Item"].iter().find_map(|place| json[place][name]["S"].as_str()).unwrap_or("").to_owned()
        };
        let queried = ["pk", "prefix"]
            .map(|word| json["ExpressionAttributeValues"][format!(":{word}")]["S"].as_str().unwrap_or("").to_owned());
        let operation = target.strip_prefix(TARGET).unwrap_or(target).to_owned();
        let [pk, sk] = if operation == "Query" { queried } else { [part("PK"), part("SK")] };
        Call { service: "dynamodb", operation, subject: format!("{pk} {sk}") }
    }

    /// Creates the table and its format item, if they are missing.
    fn prepare(&self, name: &str) -> Result<(), OpenError> {
        let shape = serde_json::json!({
            "TableName": name,
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [
                {"AttributeName": "PK", "AttributeType": "S"},
                {"AttributeName": "SK", "AttributeType": "S"},
            ],
            "KeySchema": [
                {"AttributeName": "PK", "KeyType": "HASH"},
                {"AttributeName": "SK", "KeyType": "RANGE"},
            ],
        });
        let request: CreateTableRequest =
            serde_json::from_value(shape).map_err(|e| OpenError::Failed(e.to_string()))?;
        match self.database.create_table(request) {
            Ok(_) | Err(DynoxideError::ResourceInUseException(_)) => {}
            Err(error) => return Err(failed(error)),
        }
        let mut item = format_key();
        item.insert("version".to_owned(), AttributeValue::N(FILE_VERSION.to_string()));
        let request = PutItemRequest {
            table_name: name.to_owned(),
            item,
            condition_expression: Some("attribute_not_exists(PK)".to_owned()),
            ..PutItemRequest::default()
        };
        match self.database.put_item(request) {
            Ok(_) | Err(DynoxideError::ConditionalCheckFailedException(..)) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    fn format(&self, name: &str) -> Result<u32, OpenError> {
        let request = GetItemRequest { table_name: name.to_owned(), key: format_key(), ..GetItemRequest::default() };
        let found = self.database.get_item(request).map_err(failed)?.item;
        match found.as_ref().and_then(|item| item.get("version")) {
            Some(AttributeValue::N(version)) => {
                version.parse().map_err(|_| OpenError::Failed(format!("META/FORMAT has version {version}")))
            }
            Some(_) | None => Err(OpenError::Failed("META/FORMAT has no version".to_owned())),
        }
    }
}

/// In bytes: no item of the store is larger (S25). DynamoDB takes 400 KB, and the names of attributes count
/// [DynamoDB: Constraints, item size].
const LARGEST: usize = 256 * 1024;

/// Refuses an item that is too large. In a debug build it panics, so a test stops even if it ignores the refusal.
fn within_bounds(item: &HashMap<String, AttributeValue>) -> dynoxide::Result<()> {
    let key = ["PK", "SK"].map(|part| match item.get(part) {
        Some(AttributeValue::S(text)) => text.as_str(),
        Some(_) | None => "",
    });
    let Some(told) = too_large(key[0], key[1], item_size(item)) else { return Ok(()) };
    debug_assert!(told.is_empty(), "{told}");
    Err(DynoxideError::ValidationException(told))
}

/// The reason for refusing an item of `size` bytes, if it is too large.
pub(crate) fn too_large(partition: &str, sort: &str, size: usize) -> Option<String> {
    let told = || format!("item {partition} {sort} has {size} bytes, and no item may have more than {LARGEST}");
    (size > LARGEST).then(told)
}

fn told(answered: Result<String, DynoxideError>) -> Answer {
    match answered {
        Ok(json) => plain(200, json.into()),
        Err(error) => plain(error.status_code(), error.to_response().to_string().into()),
    }
}

/// The key of the format item. dynoxide's own requests hold this kind of map, and its order does not matter.
fn format_key() -> HashMap<String, AttributeValue> {
    [("PK", "META"), ("SK", "FORMAT")]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
        .collect()
}

fn through<Request: DeserializeOwned, Reply: Serialize>(
    body: &[u8],
    carry_out: impl FnOnce(Request) -> dynoxide::Result<Reply>,
) -> dynoxide::Result<String> {
    let request = serde_json::from_slice(body).map_err(|e| DynoxideError::SerializationException(e.to_string()))?;
    let reply = carry_out(request)?;
    serde_json::to_string(&reply).map_err(|e| DynoxideError::InternalServerError(e.to_string()))
}

fn failed(error: DynoxideError) -> OpenError {
    OpenError::Failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item_of(bytes: usize) -> HashMap<String, AttributeValue> {
        let mut item = format_key();
        item.insert("text".to_owned(), AttributeValue::S("x".repeat(bytes)));
        item
    }

    #[test]
    fn an_item_of_the_largest_size_is_taken_and_a_larger_one_is_not() {
        let around = item_size(&item_of(0));
        let too_large = |bytes: usize| too_large("META", "FORMAT", item_size(&item_of(bytes)));
        assert_eq!(too_large(LARGEST - around), None);
        let told = too_large(LARGEST + 1 - around).unwrap_or_default();
        assert!(told.contains("META FORMAT has 262145 bytes"), "{told}");
    }
}
