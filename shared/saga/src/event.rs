//! What can happen to a saga. Each event is one line of its log.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::bounds::{TEXT, capped};
use crate::fault::Fault;
use crate::plan::{PlanHash, SagaId, StepId};
use crate::proof::Proof;

/// How a saga ended. Terminal is final (S16).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Every step is done or waived.
    Completed,
    /// A person aborted it, and no effect can land any more (S14).
    Aborted,
}

/// Something that happened, in the past tense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The saga exists, its plan is frozen.
    Started {
        /// Which saga.
        saga: SagaId,
        /// The frozen plan.
        plan: PlanHash,
        /// Who or what started it.
        by: String,
    },
    /// A runner took the lease.
    TookOver {
        /// Its epoch.
        epoch: u64,
        /// Which runner.
        owner: String,
    },
    /// An approval was used (S11).
    Approved {
        /// The question.
        question: String,
        /// Who answered.
        by: String,
        /// Whether the risk the question names was accepted.
        accepts_risk: bool,
        /// The loss that was shown.
        loss_shown: String,
        /// How each who answered was proven, in the order of their names; empty in logs that do not tell.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        proofs: Vec<Proof>,
    },
    /// A stage's gate held.
    StageEntered {
        /// The stage's name.
        stage: String,
    },
    /// The effect of a step may be under way (only for [`crate::Class::Intended`]).
    Intended {
        /// Which step.
        step: StepId,
    },
    /// An attempt ended and the step is not yet as wanted.
    Tried {
        /// Which step.
        step: StepId,
        /// Attempts so far.
        attempts: u32,
        /// Why not.
        fault: Fault,
        /// When to try again.
        next_at: Timestamp,
    },
    /// Read back in the wanted state (S5).
    Done {
        /// Which step.
        step: StepId,
        /// Attempts so far.
        attempts: u32,
        /// What was read, for people.
        note: String,
    },
    /// Only a person can help.
    Blocked {
        /// Which step.
        step: StepId,
        /// Attempts so far.
        attempts: u32,
        /// What to do is on its code's page.
        fault: Fault,
    },
    /// A person has helped: the step, blocked or waiting, is due at once.
    Unblocked {
        /// Which step.
        step: StepId,
        /// Who.
        by: String,
    },
    /// A person decided to go on without it.
    Waived {
        /// Which step.
        step: StepId,
        /// Who.
        by: String,
        /// Why.
        why: String,
    },
    /// Every step but those pursued is done or waived.
    ForwardDone,
    /// One round of the pursuit, or of waiting, ended without news worth a line each.
    Round {
        /// Steps tried in it.
        tried: u32,
        /// Steps still not verified.
        left: u32,
    },
    /// The runner gave the lease back on purpose.
    HandedOver,
    /// Nothing more can be done without a person.
    PersonNeeded {
        /// How many steps are blocked.
        blocked: u32,
    },
    /// A person holds the saga: nothing is under way, and nothing is begun until it is resumed.
    Held {
        /// Who.
        by: String,
        /// Why.
        why: String,
    },
    /// A person lets a held saga go on.
    Resumed {
        /// Who.
        by: String,
        /// Why.
        why: String,
    },
    /// Somebody wrote down what was learned (R43).
    LessonLearned {
        /// Who.
        by: String,
        /// What.
        text: String,
        /// Who sees to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        /// Until when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Date>,
    },
    /// What a person ordered was carried out: the events before this one, since the last such line.
    TakenIn {
        /// Which order.
        control: String,
    },
    /// What a person ordered was not carried out.
    Refused {
        /// Which order.
        control: String,
        /// What was ordered.
        what: String,
        /// Who.
        by: String,
        /// Why it was refused.
        why: String,
    },
    /// A person asked for the end; it is acknowledged when nothing is under way any more (S14).
    AbortAsked {
        /// Who.
        by: String,
        /// Why.
        why: String,
    },
    /// The saga is over.
    Finished {
        /// How.
        outcome: Outcome,
        /// Who, if a person ended it.
        by: Option<String>,
    },
}

impl Event {
    /// The event with each of its texts at most [`TEXT`] bytes long (S25). Ids stay as they are.
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
