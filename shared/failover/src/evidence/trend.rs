//! The result of a saga in one row. A trend over all sagas of a pair is made of these rows (R51).

use jiff::Timestamp;
use saga::{Outcome, SagaId};
use serde::{Deserialize, Serialize};

use super::record::Record;
use super::rows::{ClockName, ClockRow, Judged};

/// Objective against achieved, for one saga.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Achieved {
    /// Id of the saga.
    pub saga: SagaId,
    /// Kind of the saga, e.g. `failover`.
    pub kind: String,
    /// Name of the person, or of the part of Switchback, that started it.
    pub by: String,
    /// When it began.
    pub began_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// Outcome of the saga.
    pub outcome: Outcome,
    /// The clocks. The last one is [`ClockName::Whole`].
    pub clocks: Vec<ClockRow>,
    /// Name of the worst dataset.
    pub worst_dataset: Option<String>,
    /// In seconds: its loss; `None` if it is unknown, or if there is no dataset.
    pub worst_loss_s: Option<i64>,
    /// Number of datasets whose objective was not shown to be met.
    pub losses_not_met: u32,
    /// Seal of the record.
    pub seal: String,
}

impl Achieved {
    /// Makes the row of a record.
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

    /// Whether its kind begins with `drill`.
    pub fn is_drill(&self) -> bool {
        self.kind.starts_with("drill")
    }
}
