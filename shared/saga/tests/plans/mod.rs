//! Helpers that make plans for tests.

use jiff::Timestamp;
use saga::{Gate, Plan, SagaId, Stage, Step};

/// The time `seconds` after the beginning.
pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_767_600_000 + seconds).unwrap_or(Timestamp::MAX)
}

/// A step with nothing special.
pub(crate) fn step(name: &str) -> Step {
    Step::new("here", "thing", name, name, "so")
}

/// A plan with these stages.
pub(crate) fn plan(stages: Vec<(&str, Gate, Vec<Step>)>) -> Plan {
    let stages = stages.into_iter().map(|(name, gate, steps)| Stage { name: name.to_owned(), gate, steps });
    Plan {
        version: saga::plan::PLAN_VERSION,
        saga: SagaId("some-saga".to_owned()),
        subject: "some-pair".to_owned(),
        kind: "failover".to_owned(),
        made_at: at(0),
        about: serde_json::Value::Null,
        stages: stages.collect(),
        exceptions: Vec::new(),
        findings: Vec::new(),
    }
}
