//! The events of the whole saga: its run, its stages and its approvals.

use serde::{Deserialize, Serialize};

use crate::bounds::capped_text as cap;
use crate::plan::{PlanHash, SagaId};
use crate::proof::Proof;

/// The end of a saga. A finished saga never runs again (S16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every step is done or waived.
    Completed,
    /// A person aborted it. No effect can land any more (S14).
    Aborted,
}

/// One thing that happened to the saga as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum SagaEvent {
    /// The saga exists, and its plan is frozen.
    Started {
        /// Id of the saga.
        saga: SagaId,
        /// Hash of the frozen plan.
        plan: PlanHash,
        /// Name of the person, or of the part of Switchback, that started it.
        by: String,
    },
    /// A runner took the lease.
    TookOver {
        /// Epoch of the runner.
        epoch: u64,
        /// Name of the runner, e.g. `saga/1`.
        owner: String,
    },
    /// An approval was used (S11).
    Approved {
        /// Name of the question, e.g. `go`.
        question: String,
        /// The people who answered, e.g. `ana and ben`.
        by: String,
        /// Whether the risk that the question names was accepted.
        accepts_risk: bool,
        /// The loss that was shown, e.g. `420 s`.
        loss_shown: String,
        /// Proof of each person who answered, in the order of the names. It is empty in logs without proofs.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        proofs: Vec<Proof>,
    },
    /// The gate of a stage was open, and the stage began.
    StageEntered {
        /// Name of the stage, e.g. `fence`.
        stage: String,
    },
    /// Every step that is not pursued is done or waived.
    ForwardDone,
    /// A round of the pursuit, or of waiting, ended. Its results do not need a line each.
    Round {
        /// Number of steps that were tried in this round.
        tried: u32,
        /// Number of steps that are still not verified.
        left: u32,
    },
    /// The runner gave the lease back on purpose.
    HandedOver,
    /// Nothing more can be done without a person.
    PersonNeeded {
        /// Number of blocked steps.
        blocked: u32,
    },
    /// The saga is over.
    Finished {
        /// The outcome of the saga.
        outcome: Outcome,
        /// Name of the person who ended it; `None` if no person did.
        by: Option<String>,
    },
}

impl SagaEvent {
    /// The tags of these events, as their lines carry them.
    pub(super) const TAGS: &[&str] = &[
        "started",
        "took_over",
        "approved",
        "stage_entered",
        "forward_done",
        "round",
        "handed_over",
        "person_needed",
        "finished",
    ];

    /// Whether an event like this may be recorded while a person holds the saga.
    pub(crate) fn may_follow_hold(&self) -> bool {
        match self {
            SagaEvent::Started { .. }
            | SagaEvent::TookOver { .. }
            | SagaEvent::HandedOver
            | SagaEvent::Finished { outcome: Outcome::Aborted, .. } => true,
            SagaEvent::Approved { .. }
            | SagaEvent::StageEntered { .. }
            | SagaEvent::ForwardDone
            | SagaEvent::Round { .. }
            | SagaEvent::PersonNeeded { .. }
            | SagaEvent::Finished { outcome: Outcome::Completed, .. } => false,
        }
    }

    pub(super) fn capped(self) -> Self {
        match self {
            SagaEvent::Started { saga, plan, by } => SagaEvent::Started { saga, plan, by: cap(by) },
            SagaEvent::TookOver { epoch, owner } => SagaEvent::TookOver { epoch, owner: cap(owner) },
            SagaEvent::Approved { question, by, accepts_risk, loss_shown, proofs } => {
                SagaEvent::Approved { question, by: cap(by), accepts_risk, loss_shown: cap(loss_shown), proofs }
            }
            SagaEvent::Finished { outcome, by } => SagaEvent::Finished { outcome, by: by.map(cap) },
            bare @ (SagaEvent::StageEntered { .. }
            | SagaEvent::ForwardDone
            | SagaEvent::Round { .. }
            | SagaEvent::HandedOver
            | SagaEvent::PersonNeeded { .. }) => bare,
        }
    }
}
