//! Keeps pairs, sagas, steps, logs and approvals in one DynamoDB table.
//!
//! Law: every write is one item under one condition, every read is consistent, and a query follows its pages to the
//! end. There is no transaction and no index. Only tracks of signals expire, and nothing depends on it. So the same
//! code runs on a plain table, on a global table with one writing region, and on a strongly consistent global
//! table.
//!
//! | PK | SK | item |
//! |---|---|---|
//! | `PAIR#p` | `HEAD` | [`engine::ports::PairHead`] |
//! | `PAIR#p` | `SIGNAL#source#side#subject` | [`engine::ports::TrackItem`] |
//! | `PAIR#p` | `LESSON#id` | [`engine::ports::LessonItem`] |
//! | `PAIR#p` | `KNOWN#name` | [`engine::ports::Remembered`] |
//! | `PAIR#p` | `DONE#milliseconds#saga` | [`engine::ports::DoneItem`] |
//! | `SAGA#s` | `HEAD` | [`engine::ports::SagaHead`] |
//! | `SAGA#s` | `STEP#0003#000017` | [`engine::ports::StepItem`] |
//! | `SAGA#s` | `LOG#00000001#00000004` | [`engine::ports::LogChunk`] |
//! | `SAGA#s` | `ASK#question` | [`engine::ports::ApprovalRequest`] |
//! | `SAGA#s` | `CONTROL#id` | [`engine::ports::ControlItem`] |
//! | `SAGA#s` | `AUDIT#milliseconds#mark` | [`engine::ports::AuditEntry`] |
//!
//! Every item has `version` (S22) and `write`. The latter is the mark of the call that wrote the item last.
//! Attributes that conditions use are top-level attributes.

mod approval_requests;
mod controls;
pub mod keys;
mod pairs;
mod rows;
mod sagas;
mod signals;
mod table;
mod terms;
mod write;

use crate::clients::Clients;
use crate::guards::Guards;

/// The table. It implements the ports `Pairs`, `Sagas`, `ApprovalRequests`, `Controls` and `Signals`.
#[derive(Clone, Debug)]
pub struct DynamoStore {
    client: aws_sdk_dynamodb::Client,
    table: String,
    guards: Guards,
}

impl DynamoStore {
    /// A store on the table `table`. The table must exist, with the string keys `PK` and `SK` and no index.
    pub fn new(clients: &Clients, table: impl Into<String>) -> Self {
        Self { client: clients.dynamo.clone(), table: table.into(), guards: Guards::default() }
    }

    /// A store without some of its guards, to show that they matter.
    #[cfg(feature = "mutants")]
    pub fn weakened(clients: &Clients, table: impl Into<String>, weakened: crate::Weakened) -> Self {
        Self { guards: Guards::without(weakened), ..Self::new(clients, table) }
    }
}
