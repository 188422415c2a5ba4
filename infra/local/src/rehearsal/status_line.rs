//! The status of a saga, on one line.

use engine::ports::{SagaHead, SagaStatus};

/// The status of a saga, on one line.
pub(super) fn status_line(head: &SagaHead) -> String {
    let status = match head.status {
        SagaStatus::Running => "running",
        SagaStatus::Asking => "waiting for an answer",
        SagaStatus::PersonNeeded => "a person is needed",
        SagaStatus::Pursuing => "pursuing",
        SagaStatus::Finished(_) => "finished",
    };
    let tally = head.tally;
    format!("{status}: {} of {} done, {} waiting, {} blocked", tally.done, tally.total(), tally.waiting, tally.blocked)
}
