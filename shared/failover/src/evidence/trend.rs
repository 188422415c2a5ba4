//! What a saga achieved, in one row: what a trend over all sagas of a pair is made of (R51).

use jiff::Timestamp;
use saga::{Outcome, SagaId};
use serde::{Deserialize, Serialize};

use super::record::Record;
use super::rows::{ClockName, ClockRow, Judged};

/// Objective against achieved, of one saga.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Achieved {
    /// Which saga.
    pub saga: SagaId,
    /// What kind.
    pub kind: String,
    /// Who or what started it.
    pub by: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// How it ended.
    pub outcome: Outcome,
    /// The clocks, the whole last.
    pub clocks: Vec<ClockRow>,
    /// The dataset that was worst off.
    pub worst_dataset: Option<String>,
    /// In seconds: its loss; `None` if it could not be told, or there was none.
    pub worst_loss_s: Option<i64>,
    /// In how many datasets the objective was not shown to be met.
    pub losses_not_met: u32,
    /// The record's seal.
    pub seal: String,
}

impl Achieved {
    /// What a record says of it.
    pub fn of(record: &Record) -> Self {
        let (facts, tables) = (&record.facts, &record.tables);
        let worst = tables.datasets.iter().find(|row| Some(&row.name) == tables.worst_dataset.as_ref());
        let not_met = tables.datasets.iter().filter(|row| match row.judged {
            Judged::NotMet | Judged::NotTold => true,
            Judged::Met | Judged::NoObjective => false,
        });
        Self {
            saga: facts.saga.clone(),
            kind: facts.kind.clone(),
            by: facts.by.clone(),
            began_at: tables.run.began_at,
            ended_at: tables.run.ended_at,
            outcome: tables.run.outcome,
            clocks: tables.clocks.clone(),
            worst_dataset: tables.worst_dataset.clone(),
            worst_loss_s: worst.and_then(|row| row.loss_s),
            losses_not_met: u32::try_from(not_met.count()).unwrap_or(u32::MAX),
            seal: record.seal.clone(),
        }
    }

    /// The clock that an RTO is about.
    pub fn whole(&self) -> Option<&ClockRow> {
        self.clocks.iter().find(|row| row.clock == ClockName::Whole)
    }

    /// Whether a person reads it as a drill.
    pub fn is_drill(&self) -> bool {
        self.kind.starts_with("drill")
    }
}
