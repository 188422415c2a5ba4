//! The tables of a record. One pure function makes them from the facts.

use std::collections::BTreeMap;

use jiff::Timestamp;
use saga::{Chain, Event, Line, Plan, PlanError, SagaEvent, State, StepEvent, StepId, StepState, TransitionError};
use serde::{Deserialize, Serialize};

use super::facts::Facts;
use super::rows::{
    ApprovalRow, ChainEnd, ClockName, ClockRow, DatasetRow, FindingAfter, Judged, LeftOut, OnTarget, RunRow, StageRow,
    StepRow,
};
use crate::action::Detail;
use crate::clocks::Clocks;
use crate::plan::About;

/// Everything that follows from the facts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tables {
    /// The saga as a whole.
    pub run: RunRow,
    /// The four clocks and the whole time, against objectives.
    pub clocks: Vec<ClockRow>,
    /// The recovery point of each dataset.
    pub datasets: Vec<DatasetRow>,
    /// Name of the worst dataset: one whose loss is unknown, else the one that lost most.
    pub worst_dataset: Option<String>,
    /// Used approvals, with the people and the loss that was shown.
    pub approvals: Vec<ApprovalRow>,
    /// Every stage.
    pub stages: Vec<StageRow>,
    /// Every step.
    pub steps: Vec<StepRow>,
    /// Things that were skipped or waived, with the reason and the person or the rule.
    pub left_out: Vec<LeftOut>,
    /// Findings of the plan.
    pub findings_before: Vec<String>,
    /// Steps that were open, blocked or waived at the end.
    pub findings_after: Vec<FindingAfter>,
    /// Lessons that people wrote down (R43).
    pub lessons: Vec<LessonRow>,
    /// The time on the target; `None` if the work never came to run there.
    pub on_target: Option<OnTarget>,
    /// The end of the chain of hashes.
    pub chain: ChainEnd,
}

/// A lesson that somebody learned from the saga.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LessonRow {
    /// When it was written down.
    pub at: Timestamp,
    /// Name of the person who wrote it.
    pub by: String,
    /// The lesson in the person's words.
    pub text: String,
    /// Name of the person who takes care of it; empty if nobody was named.
    pub owner: String,
    /// Day until which it shall be done; `None` if no day was named.
    pub due: Option<jiff::civil::Date>,
}

/// The reason why no tables follow from some facts.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TablesError {
    /// The plan does not have its recorded hash, or cannot be used.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The chain of hashes breaks.
    #[error(transparent)]
    Chain(#[from] saga::log::ChainError),
    /// A line cannot follow what was recorded before it.
    #[error("line {number} of the log cannot follow the lines before it: {why}")]
    Line {
        /// Number of the line.
        number: u64,
        /// Reason why it cannot follow.
        why: TransitionError,
    },
    /// The log has no end yet.
    #[error("the log does not end with the saga's end")]
    NotFinished,
}

impl Tables {
    /// Makes the tables of a finished saga.
    ///
    /// # Errors
    ///
    /// [`TablesError`], for the first contradiction.
    pub fn of(facts: &Facts) -> Result<Self, TablesError> {
        let plan = facts.thaw()?;
        let sums = LogSums::of(facts, &plan)?;
        let (first, last) = facts.log.first().zip(facts.log.last()).ok_or(TablesError::NotFinished)?;
        let Event::Saga(SagaEvent::Finished { outcome, by }) = &last.event else {
            return Err(TablesError::NotFinished);
        };
        let about = About::of(&plan)?;
        let datasets = datasets(&plan, &sums.state);
        Ok(Self {
            run: RunRow {
                outcome: *outcome,
                ended_by: by.clone(),
                began_at: first.at,
                ended_at: last.at,
                planned_at: plan.made_at,
                leaving: about.leaving.to_string(),
                target: about.leaving.other().to_string(),
                planned: about.planned,
                runners: sums.runners,
                steps: sums.state.tally(),
            },
            clocks: clocks(&sums.clocks, facts.objectives.rto_s),
            worst_dataset: worst(&datasets),
            datasets,
            approvals: approvals(facts),
            stages: stages(&plan, &sums),
            steps: steps(&plan, &sums),
            left_out: left_out(&plan, facts),
            findings_before: plan.findings.clone(),
            findings_after: findings_after(&plan, &sums),
            lessons: lessons(&sums.state),
            on_target: on_target(&sums.clocks, last.at),
            chain: ChainEnd { lines: sums.chain.len(), tip: sums.chain.tip().to_owned() },
        })
    }
}

/// The sum of the lines of the log.
struct LogSums {
    chain: Chain,
    state: State,
    clocks: Clocks,
    runners: u32,
    faults: BTreeMap<StepId, Vec<String>>,
    /// The time of the last line about each step.
    heard: BTreeMap<StepId, Timestamp>,
}

impl LogSums {
    fn of(facts: &Facts, plan: &Plan) -> Result<Self, TablesError> {
        let clocks = Clocks { lost_at: facts.lost_at, noticed_at: facts.noticed_at, ..Clocks::default() };
        let mut sums = Self {
            chain: Chain::default(),
            state: State::new(plan),
            clocks,
            runners: 0,
            faults: BTreeMap::new(),
            heard: BTreeMap::new(),
        };
        for line in &facts.log {
            sums.follow(plan, line)?;
        }
        Ok(sums)
    }

    fn follow(&mut self, plan: &Plan, line: &Line) -> Result<(), TablesError> {
        self.chain.follow(line)?;
        let applied = self.state.apply(&line.event, line.at, line.epoch);
        applied.map_err(|why| TablesError::Line { number: line.number, why })?;
        self.clocks.follow(plan, &self.state, &line.event, line.at);
        if let Event::Saga(SagaEvent::TookOver { .. }) = line.event {
            self.runners += 1;
        }
        if let Event::Step(StepEvent::Tried { step, fault, .. } | StepEvent::Blocked { step, fault, .. }) = &line.event
        {
            let codes = self.faults.entry(*step).or_default();
            if !codes.iter().any(|known| known == fault.code.as_str()) {
                codes.push(fault.code.to_string());
            }
        }
        if let Event::Step(
            StepEvent::Tried { step, .. }
            | StepEvent::Blocked { step, .. }
            | StepEvent::Done { step, .. }
            | StepEvent::Waived { step, .. },
        ) = &line.event
        {
            self.heard.insert(*step, line.at);
        }
        Ok(())
    }
}

fn clocks(clocks: &Clocks, rto_s: Option<i64>) -> Vec<ClockRow> {
    let row = |clock, from: Option<Timestamp>, until: Option<Timestamp>, objective_s: Option<i64>| {
        let achieved_ms = from.zip(until).map(|(from, until)| until.as_millisecond() - from.as_millisecond());
        let judged = Judged::of(achieved_ms, objective_s.map(|s| s.saturating_mul(1000)));
        ClockRow { clock, from, until, achieved_ms, objective_s, judged }
    };
    vec![
        row(ClockName::Detect, clocks.lost_at, clocks.noticed_at, None),
        row(ClockName::Decide, clocks.noticed_at, clocks.approved_at, None),
        row(ClockName::Execute, clocks.approved_at, clocks.executed_at, None),
        row(ClockName::Validate, clocks.executed_at, clocks.validated_at, None),
        row(ClockName::Whole, clocks.lost_at.or(clocks.noticed_at), clocks.validated_at, rto_s),
    ]
}

fn datasets(plan: &Plan, state: &State) -> Vec<DatasetRow> {
    let mut rows: Vec<DatasetRow> = Vec::new();
    for (id, step) in plan.steps() {
        let Ok(detail) = serde_json::from_value::<Detail>(step.detail.clone()) else { continue };
        let Some(shown) = detail.shown else { continue };
        let declared = detail.settings.get("objective_seconds").and_then(serde_json::Value::as_i64);
        let objective_s = declared.or((shown.objective_s > 0).then_some(shown.objective_s));
        rows.push(DatasetRow {
            name: step.name.clone(),
            kind: step.kind.clone(),
            synced_at: shown.synced_at,
            loss_s: shown.loss_s,
            objective_s,
            judged: Judged::of(shown.loss_s, objective_s),
            looked_again: state.step(id).map_or(StepState::Planned, |record| record.state),
        });
    }
    rows
}

fn worst(datasets: &[DatasetRow]) -> Option<String> {
    // An unknown loss is worse than any known loss (S17).
    let loss = |row: &&DatasetRow| row.loss_s.unwrap_or(i64::MAX);
    let most = datasets.iter().map(|row| loss(&row)).max()?;
    datasets.iter().find(|row| loss(row) == most).map(|row| row.name.clone())
}

fn approvals(facts: &Facts) -> Vec<ApprovalRow> {
    let mut rows = Vec::new();
    for line in &facts.log {
        let Event::Saga(SagaEvent::Approved { question, by, accepts_risk, loss_shown, proofs }) = &line.event else {
            continue;
        };
        let asked = facts.questions.iter().find(|asked| asked.name == *question);
        rows.push(ApprovalRow {
            question: question.clone(),
            by: by.clone(),
            answered_at: asked.and_then(|asked| asked.answer.as_ref()).map(|answer| answer.at),
            used_at: line.at,
            loss_shown: loss_shown.clone(),
            accepts_risk: *accepts_risk,
            proofs: proofs.clone(),
            plan: facts.plan_hash.clone(),
            line: line.number,
        });
    }
    rows
}

fn stages(plan: &Plan, sums: &LogSums) -> Vec<StageRow> {
    let row = |(index, stage): (usize, &saga::Stage)| {
        let of_stage = sums.heard.iter().filter(|(id, _)| usize::from(id.stage) == index);
        StageRow {
            number: index as u16,
            name: stage.name.clone(),
            gate: stage.gate.to_string(),
            entered_at: sums.state.entered_at(index),
            last_at: of_stage.map(|(_, at)| *at).max(),
            steps: sums.state.stage_tally(index),
        }
    };
    plan.stages.iter().enumerate().map(row).collect()
}

fn steps(plan: &Plan, sums: &LogSums) -> Vec<StepRow> {
    let row = |(id, step): (StepId, &saga::Step)| {
        let record = sums.state.step(id)?;
        Some(StepRow {
            stage: id.stage,
            number: id.number,
            place: step.place.clone(),
            kind: step.kind.clone(),
            name: step.name.clone(),
            resource: step.resource.clone(),
            want: step.want.clone(),
            state: record.state,
            first_try: record.first_try,
            last_try: record.last_try,
            tries: record.attempts,
            faults: sums.faults.get(&id).cloned().unwrap_or_default(),
            note: record.note.clone(),
        })
    };
    plan.steps().filter_map(row).collect()
}

/// Stage, kind and name of a step.
fn what(plan: &Plan, id: StepId) -> String {
    let stage = plan.stages.get(usize::from(id.stage)).map_or("", |stage| stage.name.as_str());
    plan.step(id).map_or_else(String::new, |step| format!("{stage}: {} {:?}", step.kind, step.name))
}

fn left_out(plan: &Plan, facts: &Facts) -> Vec<LeftOut> {
    let by_plan = plan.exceptions.iter().map(|why| LeftOut {
        what: String::new(),
        by: "the plan".to_owned(),
        at: None,
        why: why.clone(),
    });
    let waived = facts.log.iter().filter_map(|line| {
        let Event::Step(StepEvent::Waived { step, by, why }) = &line.event else { return None };
        Some(LeftOut { what: what(plan, *step), by: by.clone(), at: Some(line.at), why: why.clone() })
    });
    by_plan.chain(waived).collect()
}

fn lessons(state: &State) -> Vec<LessonRow> {
    let row = |lesson: &saga::Lesson| LessonRow {
        at: lesson.at,
        by: lesson.by.clone(),
        text: lesson.text.clone(),
        owner: lesson.owner.clone().unwrap_or_default(),
        due: lesson.due,
    };
    state.lessons().iter().map(row).collect()
}

fn findings_after(plan: &Plan, sums: &LogSums) -> Vec<FindingAfter> {
    let row = |(id, record): (StepId, &saga::StepRecord)| {
        if record.state == StepState::Done {
            return None;
        }
        let fault = record.fault.as_ref();
        let nothing = if record.note.is_empty() { "it was never tried" } else { record.note.as_str() };
        Some(FindingAfter {
            what: what(plan, id),
            state: record.state,
            code: fault.map(|fault| fault.code.to_string()).unwrap_or_default(),
            why: fault.map_or_else(|| nothing.to_owned(), |fault| fault.message.clone()),
        })
    };
    sums.state.steps().filter_map(row).collect()
}

fn on_target(clocks: &Clocks, ended_at: Timestamp) -> Option<OnTarget> {
    let from = clocks.executed_at?;
    Some(OnTarget { from, until: ended_at, seconds: ended_at.duration_since(from).as_secs() })
}
