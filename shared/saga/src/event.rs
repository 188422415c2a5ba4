//! The events of a saga. Each event is one line of its log.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::bounds::{TEXT, capped};
use crate::fault::Fault;
use crate::plan::{PlanHash, SagaId, StepId};
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

/// One thing that happened, in the past tense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
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
    /// The effect of a step may be under way. Only steps of [`crate::Class::Intended`] have this event.
    Intended {
        /// Id of the step.
        step: StepId,
    },
    /// An attempt ended, and the step is not yet as wanted.
    Tried {
        /// Id of the step.
        step: StepId,
        /// Number of attempts so far.
        attempts: u32,
        /// The fault that ended the attempt.
        fault: Fault,
        /// Earliest time of the next attempt.
        next_at: Timestamp,
    },
    /// The step was read back in the wanted state (S5).
    Done {
        /// Id of the step.
        step: StepId,
        /// Number of attempts so far.
        attempts: u32,
        /// Note for people about the state that was read.
        note: String,
    },
    /// Only a person can help this step.
    Blocked {
        /// Id of the step.
        step: StepId,
        /// Number of attempts so far.
        attempts: u32,
        /// The fault. The page of its code says what to do.
        fault: Fault,
    },
    /// A person has helped. The step, blocked or waiting, is due at once.
    Unblocked {
        /// Id of the step.
        step: StepId,
        /// Name of the person.
        by: String,
    },
    /// The saga goes on without this step. A person decided so, or nothing but optional steps was left.
    Waived {
        /// Id of the step.
        step: StepId,
        /// Name of the person, or of the rule for optional steps.
        by: String,
        /// Reason of the decision.
        why: String,
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
    /// A person holds the saga. Nothing is under way, and nothing begins until it is resumed.
    Held {
        /// Name of the person.
        by: String,
        /// Reason that the person gave.
        why: String,
    },
    /// A person lets a held saga go on.
    Resumed {
        /// Name of the person.
        by: String,
        /// Reason that the person gave.
        why: String,
    },
    /// A person wrote down a lesson (R43).
    LessonLearned {
        /// Name of the person.
        by: String,
        /// The lesson in the person's words.
        text: String,
        /// Name of the person who takes care of it; `None` if nobody was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        /// Day until which it shall be done; `None` if no day was named.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Date>,
    },
    /// An order of a person was carried out. Its events are the ones before this line, since the last line of this
    /// kind.
    TakenIn {
        /// Id of the order.
        control: String,
    },
    /// An order of a person was not carried out.
    Refused {
        /// Id of the order.
        control: String,
        /// The order in words, e.g. `hold`.
        what: String,
        /// Name of the person.
        by: String,
        /// Reason of the refusal.
        why: String,
    },
    /// A person asked to end the saga. This is acknowledged when nothing is under way any more (S14).
    AbortAsked {
        /// Name of the person.
        by: String,
        /// Reason that the person gave.
        why: String,
    },
    /// The saga is over.
    Finished {
        /// The outcome of the saga.
        outcome: Outcome,
        /// Name of the person who ended it; `None` if no person did.
        by: Option<String>,
    },
}

impl Event {
    /// The event with each of its texts cut to [`TEXT`] bytes at most (S25). Ids stay as they are.
    #[must_use]
    pub fn capped(self) -> Self {
        let cap = |text: String| if text.len() <= TEXT { text } else { capped(&text, TEXT) };
        let cap_fault = |fault: Fault| Fault { message: cap(fault.message), ..fault };
        match self {
            Event::Started { saga, plan, by } => Event::Started { saga, plan, by: cap(by) },
            Event::TookOver { epoch, owner } => Event::TookOver { epoch, owner: cap(owner) },
            Event::Approved { question, by, accepts_risk, loss_shown, proofs } => {
                Event::Approved { question, by: cap(by), accepts_risk, loss_shown: cap(loss_shown), proofs }
            }
            Event::Tried { step, attempts, fault, next_at } => {
                Event::Tried { step, attempts, fault: cap_fault(fault), next_at }
            }
            Event::Done { step, attempts, note } => Event::Done { step, attempts, note: cap(note) },
            Event::Blocked { step, attempts, fault } => Event::Blocked { step, attempts, fault: cap_fault(fault) },
            Event::Unblocked { step, by } => Event::Unblocked { step, by: cap(by) },
            Event::Waived { step, by, why } => Event::Waived { step, by: cap(by), why: cap(why) },
            Event::Held { by, why } => Event::Held { by: cap(by), why: cap(why) },
            Event::Resumed { by, why } => Event::Resumed { by: cap(by), why: cap(why) },
            Event::LessonLearned { by, text, owner, due } => {
                Event::LessonLearned { by: cap(by), text: cap(text), owner: owner.map(cap), due }
            }
            Event::Refused { control, what, by, why } => {
                Event::Refused { control, what: cap(what), by: cap(by), why: cap(why) }
            }
            Event::AbortAsked { by, why } => Event::AbortAsked { by: cap(by), why: cap(why) },
            Event::Finished { outcome, by } => Event::Finished { outcome, by: by.map(cap) },
            bare @ (Event::StageEntered { .. }
            | Event::Intended { .. }
            | Event::ForwardDone
            | Event::Round { .. }
            | Event::HandedOver
            | Event::PersonNeeded { .. }
            | Event::TakenIn { .. }) => bare,
        }
    }
}
