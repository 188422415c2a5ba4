//! Makes the keys of the table's items, for every store that keeps them.
//!
//! Numbers are padded, and times are in milliseconds since 1970. So a query returns items in order.

use failover::PairName;
use failover::signal::About;
use jiff::Timestamp;
use saga::{SagaId, StepId};

/// The two parts of an item's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The partition key, e.g. `SAGA#s-1`.
    pub pk: String,
    /// The sort key in the partition, e.g. `HEAD`.
    pub sk: String,
}

/// Prefix of the sort keys of a saga's steps.
pub const STEPS: &str = "STEP#";

/// Prefix of the sort keys of a saga's log.
pub const LOG: &str = "LOG#";

/// Key of the head of a pair.
pub fn pair(pair: &PairName) -> Key {
    Key { pk: format!("PAIR#{pair}"), sk: "HEAD".to_owned() }
}

/// Key of the head of a saga.
pub fn head(saga: &SagaId) -> Key {
    Key { pk: partition(saga), sk: "HEAD".to_owned() }
}

/// Key of a step. Its numbers are padded, so a query returns steps in plan order.
pub fn step(saga: &SagaId, step: StepId) -> Key {
    Key { pk: partition(saga), sk: format!("{STEPS}{:04}#{:06}", step.stage, step.number) }
}

/// Key of a chunk of the log. Its numbers are padded, so a query returns the log in order.
pub fn log(saga: &SagaId, epoch: u64, sequence: u64) -> Key {
    Key { pk: partition(saga), sk: format!("{LOG}{epoch:08}#{sequence:08}") }
}

/// Key of a question of a saga.
pub fn ask(saga: &SagaId, question: &str) -> Key {
    Key { pk: partition(saga), sk: format!("ASK#{question}") }
}

/// Prefix of the sort keys of the audit entries about a saga's questions.
pub const AUDIT: &str = "TRAIL#";

/// Key of an audit entry. The time is in milliseconds and padded, so a query returns the entries in order of time.
pub fn audit(saga: &SagaId, at: Timestamp, mark: &str) -> Key {
    Key { pk: partition(saga), sk: format!("{AUDIT}{:015}#{mark}", at.as_millisecond()) }
}

/// Prefix of the sort keys of the orders that people give to a saga.
pub const CONTROLS: &str = "CONTROL#";

/// Key of an order. The id of an order sorts by time.
pub fn control(saga: &SagaId, id: &str) -> Key {
    Key { pk: partition(saga), sk: format!("{CONTROLS}{id}") }
}

/// Prefix of the sort keys of a pair's lessons.
pub const LESSONS: &str = "LESSON#";

/// Key of a lesson of a pair.
pub fn lesson(pair: &PairName, id: &str) -> Key {
    Key { pk: format!("PAIR#{pair}"), sk: format!("{LESSONS}{id}") }
}

/// Prefix of the sort keys of a pair's tracks.
pub const SIGNALS: &str = "SIGNAL#";

/// Key of the track of one subject.
pub fn signal(pair: &PairName, about: &About) -> Key {
    Key { pk: format!("PAIR#{pair}"), sk: format!("{SIGNALS}{}#{}#{}", about.source, about.side, about.subject) }
}

/// Key of a value that is remembered of a pair under a name.
pub fn remembered(pair: &PairName, name: &str) -> Key {
    Key { pk: format!("PAIR#{pair}"), sk: format!("KNOWN#{name}") }
}

/// Prefix of the sort keys of a pair's history.
pub const DONE: &str = "DONE#";

/// Key of an entry of the history. The time is in milliseconds and padded, so a query returns entries in order of
/// time.
pub fn done(pair: &PairName, at: Timestamp, saga: &SagaId) -> Key {
    Key { pk: format!("PAIR#{pair}"), sk: format!("{DONE}{:015}#{saga}", at.as_millisecond()) }
}

/// The partition key of all items of a saga.
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
