//! Defines the stored form of the items.
//!
//! The stored form is separate from the types of the ports. So an attribute that a condition uses can have the type
//! that the condition needs.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use engine::ports::{
    Answer, ApprovalRequest, AuditEntry, ControlCount, Link, LogChunk, PairHead, RequestState, STORE_VERSION, SagaHead,
    SagaStatus, StepItem, StoreError,
};
use failover::{Clocks, PairName};
use jiff::Timestamp;
use saga::{Line, PlanHash, SagaId, Tally};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// An item as the SDK has it. The order of its attributes never matters: they are only fetched by name and decoded.
pub(super) type Item = HashMap<String, AttributeValue>;

/// `SAGA#s / HEAD`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct HeadRow {
    version: u32,
    saga: SagaId,
    pair: PairName,
    kind: String,
    plan: PlanHash,
    by: String,
    status: SagaStatus,
    /// Whether `status` is a finished one. Conditions use this.
    finished: bool,
    epoch: u64,
    owner: String,
    /// In milliseconds since 1970, rounded up, so that a lease never ends before the promised time.
    lease_until: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    next_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    abort_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    abort_why: Option<String>,
    #[serde(default)]
    controls_asked: u64,
    #[serde(default)]
    controls_taken: u64,
    #[serde(default)]
    held: bool,
    tally: Tally,
    clocks: Clocks,
}

/// `SAGA#s / STEP#stage#number`. `epoch` is that of the runner that wrote it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StepRow {
    pub(super) version: u32,
    pub(super) epoch: u64,
    pub(super) step: StepItem,
}

/// `SAGA#s / LOG#epoch#sequence`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct LogRow {
    version: u32,
    epoch: u64,
    sequence: u64,
    lines: Vec<Line>,
}

/// `SAGA#s / ASK#question`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RequestRow {
    version: u32,
    saga: SagaId,
    question: String,
    plan: PlanHash,
    text: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    loss_s: Option<i64>,
    expires_at: Timestamp,
    state: RequestWord,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    answer: Option<Answer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked_at: Option<Timestamp>,
    #[serde(default = "one")]
    people: u32,
    #[serde(default)]
    given: Vec<Answer>,
    #[serde(default)]
    links: Vec<Link>,
    #[serde(default)]
    round: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    veto_until: Option<Timestamp>,
    #[serde(default)]
    revision: u64,
}

fn one() -> u32 {
    1
}

/// `SAGA#s / AUDIT#milliseconds#mark`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AuditRow {
    pub(super) version: u32,
    pub(super) line: AuditEntry,
}

/// The state of an approval request, as conditions see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RequestWord {
    Open,
    Answered,
    Used,
}

impl RequestWord {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Used => "used",
        }
    }
}

/// Whether a saga's status is final.
pub(super) fn is_finished(status: SagaStatus) -> bool {
    match status {
        SagaStatus::Finished(_) => true,
        SagaStatus::Running | SagaStatus::Asking | SagaStatus::PersonNeeded | SagaStatus::Pursuing => false,
    }
}

/// Milliseconds since 1970, rounded up.
pub(super) fn millis_up(at: Timestamp) -> i64 {
    let floor = millis_down(at);
    if Timestamp::from_millisecond(floor).is_ok_and(|exact| exact == at) { floor } else { floor.saturating_add(1) }
}

/// Milliseconds since 1970, rounded down.
pub(super) fn millis_down(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond().div_euclid(1_000_000)).unwrap_or(i64::MIN)
}

impl From<&SagaHead> for HeadRow {
    fn from(head: &SagaHead) -> Self {
        Self {
            version: STORE_VERSION,
            saga: head.saga.clone(),
            pair: head.pair.clone(),
            kind: head.kind.clone(),
            plan: head.plan.clone(),
            by: head.by.clone(),
            status: head.status,
            finished: is_finished(head.status),
            epoch: head.epoch,
            owner: head.owner.clone(),
            lease_until: millis_up(head.lease_until),
            next_at: head.next_at,
            abort_by: head.abort_by.clone(),
            abort_why: head.abort_why.clone(),
            controls_asked: head.controls.asked,
            controls_taken: head.controls.taken,
            held: head.controls.held,
            tally: head.tally,
            clocks: head.clocks,
        }
    }
}

impl HeadRow {
    pub(super) fn into_head(self, what: &str) -> Result<SagaHead, StoreError> {
        let lease_until = Timestamp::from_millisecond(self.lease_until)
            .map_err(|e| StoreError::Broken(format!("{what} has an impossible lease: {e}")))?;
        Ok(SagaHead {
            version: self.version,
            saga: self.saga,
            pair: self.pair,
            kind: self.kind,
            plan: self.plan,
            by: self.by,
            status: self.status,
            epoch: self.epoch,
            owner: self.owner,
            lease_until,
            next_at: self.next_at,
            abort_by: self.abort_by,
            abort_why: self.abort_why,
            controls: ControlCount { asked: self.controls_asked, taken: self.controls_taken, held: self.held },
            tally: self.tally,
            clocks: self.clocks,
        })
    }
}

impl From<&LogChunk> for LogRow {
    fn from(chunk: &LogChunk) -> Self {
        Self { version: STORE_VERSION, epoch: chunk.epoch, sequence: chunk.sequence, lines: chunk.lines.clone() }
    }
}

impl From<LogRow> for LogChunk {
    fn from(row: LogRow) -> Self {
        Self { epoch: row.epoch, sequence: row.sequence, lines: row.lines }
    }
}

impl From<&ApprovalRequest> for RequestRow {
    fn from(ask: &ApprovalRequest) -> Self {
        let (state, answer) = match &ask.state {
            RequestState::Open => (RequestWord::Open, None),
            RequestState::Answered(answer) => (RequestWord::Answered, Some(answer.clone())),
            RequestState::Used(answer) => (RequestWord::Used, Some(answer.clone())),
        };
        Self {
            version: STORE_VERSION,
            saga: ask.saga.clone(),
            question: ask.question.clone(),
            plan: ask.plan.clone(),
            text: ask.text.clone(),
            loss_s: ask.loss_s,
            expires_at: ask.expires_at,
            state,
            answer,
            asked_at: ask.asked_at,
            people: ask.people,
            given: ask.given.clone(),
            links: ask.links.clone(),
            round: ask.round,
            veto_until: ask.veto_until,
            revision: ask.revision,
        }
    }
}

impl RequestRow {
    pub(super) fn into_ask(self, what: &str) -> Result<ApprovalRequest, StoreError> {
        let state = match (self.state, self.answer) {
            (RequestWord::Open, _) => RequestState::Open,
            (RequestWord::Answered, Some(answer)) => RequestState::Answered(answer),
            (RequestWord::Used, Some(answer)) => RequestState::Used(answer),
            (RequestWord::Answered | RequestWord::Used, None) => {
                return Err(StoreError::Broken(format!("{what} is answered, but its answer is not recorded")));
            }
        };
        Ok(ApprovalRequest {
            version: self.version,
            saga: self.saga,
            question: self.question,
            plan: self.plan,
            text: self.text,
            loss_s: self.loss_s,
            expires_at: self.expires_at,
            state,
            asked_at: self.asked_at,
            people: self.people,
            given: self.given,
            links: self.links,
            round: self.round,
            veto_until: self.veto_until,
            revision: self.revision,
        })
    }
}

/// A pair's head in its stored form, with this program's version.
pub(super) fn pair_row(head: &PairHead) -> PairHead {
    PairHead { version: STORE_VERSION, ..head.clone() }
}

/// Turns a row into an item.
pub(super) fn encode(row: &impl Serialize, what: &str) -> Result<Item, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::to_item(row)
        .map_err(|e| StoreError::Broken(format!("{what} cannot be written as an item: {e}")))
}

/// Turns one value into an attribute.
pub(super) fn attribute(value: &impl Serialize, what: &str) -> Result<AttributeValue, StoreError> {
    serde_dynamo::aws_sdk_dynamodb_1::to_attribute_value(value)
        .map_err(|e| StoreError::Broken(format!("{what} cannot be written as an attribute: {e}")))
}

/// Turns an item into a row, after a check of its version.
pub(super) fn decode<T: DeserializeOwned>(item: Item, what: &str) -> Result<T, StoreError> {
    if let Some(error) = newer(&item, what) {
        return Err(error);
    }
    serde_dynamo::aws_sdk_dynamodb_1::from_item(item)
        .map_err(|e| StoreError::Broken(format!("{what} cannot be read: {e}; was it changed by hand?")))
}

/// The reason to leave an item alone, if there is one: its version is unknown here, or it has none.
pub(super) fn newer(item: &Item, what: &str) -> Option<StoreError> {
    let found = item.get("version").and_then(|value| value.as_n().ok()).and_then(|n| n.parse::<u32>().ok());
    match found {
        Some(found) if found > STORE_VERSION => {
            Some(StoreError::Newer { what: what.to_owned(), found, known: STORE_VERSION })
        }
        Some(_) => None,
        None => Some(StoreError::Broken(format!("{what} has no version; was it changed by hand?"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_rounded_up_and_a_now_is_rounded_down() {
        let between: Timestamp = "2026-01-05T08:15:00.0001Z".parse().unwrap();
        assert_eq!(millis_up(between) - millis_down(between), 1);
        let exact: Timestamp = "2026-01-05T08:15:00.001Z".parse().unwrap();
        assert_eq!(millis_up(exact), millis_down(exact));
    }

    #[test]
    fn an_item_without_a_version_is_left_alone() {
        assert!(matches!(newer(&Item::new(), "saga s"), Some(StoreError::Broken(_))));
    }
}
