//! Where each item is: the keys of the table, for every store that keeps its items.
//!
//! Numbers are padded and times are in milliseconds since 1970, so that a query returns items in order.

use failover::PairName;
use failover::signal::About;
use jiff::Timestamp;
use saga::{SagaId, StepId};

/// The two parts of an item's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The partition, e.g. `SAGA#s-1`.
    pub pk: String,
    /// The place in it, e.g. `HEAD`.
    pub sk: String,
}

/// What the sort keys of a saga's steps begin with.
pub const STEPS: &str = "STEP#";

/// What the sort keys of a saga's log begin with.
pub const LOG: &str = "LOG#";

/// The head of a pair.
pub fn pair(pair: &PairName) -> Key {
    Key { pk: format!("PAIR#{pair}"), sk: "HEAD".to_owned() }
}

/// The head of a saga.
pub fn head(saga: &SagaId) -> Key {
    Key { pk: partition(saga), sk: "HEAD".to_owned() }
}

/// Padded, so that a query returns steps in plan order.
pub fn step(saga: &SagaId, step: StepId) -> Key {
    Key { pk: partition(saga), sk: format!("{STEPS}{:04}#{:06}", step.stage, step.number) }
}

/// Padded, so that a query returns the log in order.
pub fn log(saga: &SagaId, epoch: u64, sequence: u64) -> Key {
    Key { pk: partition(saga), sk: format!("{LOG}{epoch:08}#{sequence:08}") }
}

/// A question of a saga.
pub fn ask(saga: &SagaId, question: &str) -> Key {
    Key { pk: partition(saga), sk: format!("ASK#{question}") }
}

/// What the sort keys of what people did about questions begin with.
pub const TRAIL: &str = "TRAIL#";

/// In milliseconds and padded, so that a query returns them in order of time.
pub fn trail(saga: &SagaId, at: Timestamp, mark: &str) -> Key {
    Key { pk: partition(saga), sk: format!("{TRAIL}{:015}#{mark}", at.as_millisecond()) }
}

/// What the sort keys of what people order of a saga begin with.
pub const CONTROLS: &str = "CONTROL#";

/// An order's id sorts by time.
pub fn control(saga: &SagaId, id: &str) -> Key {
    Key { pk: partition(saga), sk: format!("{CONTROLS}{id}") }
}

/// What the sort keys of a pair's lessons begin with.
pub const LESSONS: &str = "LESSON#";

/// A lesson of a pair.
pub fn lesson(pair: &PairName, id: &str) -> Key {
    Key { pk: format!("PAIR#{pair}"), sk: format!("{LESSONS}{id}") }
}

/// What the sort keys of a pair's tracks begin with.
pub const SIGNALS: &str = "SIGNAL#";

/// The track of one thing.
pub fn signal(pair: &PairName, about: &About) -> Key {
    Key { pk: format!("PAIR#{pair}"), sk: format!("{SIGNALS}{}#{}#{}", about.source, about.side, about.subject) }
}

/// What is remembered of a pair under a name.
pub fn remembered(pair: &PairName, name: &str) -> Key {
    Key { pk: format!("PAIR#{pair}"), sk: format!("KNOWN#{name}") }
}

/// What the sort keys of a pair's history begin with.
pub const DONE: &str = "DONE#";

/// In milliseconds and padded, so that a query returns them in order of time.
pub fn done(pair: &PairName, at: Timestamp, saga: &SagaId) -> Key {
    Key { pk: format!("PAIR#{pair}"), sk: format!("{DONE}{:015}#{saga}", at.as_millisecond()) }
}

/// The partition that holds everything of a saga.
pub fn partition(saga: &SagaId) -> String {
    format!("SAGA#{saga}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_as_documented() {
        let saga = SagaId("s-1".into());
        let shown = [
            step(&saga, StepId { stage: 3, number: 17 }),
            log(&saga, 1, 4),
            ask(&saga, "loss"),
            head(&saga),
            pair(&PairName::new("payments").unwrap()),
        ]
        .map(|key| format!("{} {}", key.pk, key.sk));
        assert_eq!(
            shown,
            [
                "SAGA#s-1 STEP#0003#000017",
                "SAGA#s-1 LOG#00000001#00000004",
                "SAGA#s-1 ASK#loss",
                "SAGA#s-1 HEAD",
                "PAIR#payments HEAD"
            ]
        );
    }
}
