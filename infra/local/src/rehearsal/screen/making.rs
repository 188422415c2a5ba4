//! Makes the screen from the script, the record and the auditor's findings.
//!
//! Law: this reads values only. It asks no store and no simulator.

use std::collections::BTreeMap;

use engine::view::View;
use failover::Side;
use failover::plan::GO;
use jiff::{SignedDuration, Timestamp};
use saga::{Event, SagaEvent, StepState};
use sim::DoubleWindow;

use super::super::ended::Ended;
use super::super::report::Report;
use super::super::script::Script;
use super::events::{happened, sagas};
use super::findings::counted;
use super::model::{Blocked, SagaClocks, Screen};
use super::proof::{Cause, proof};

/// Everything that a screen is made from.
pub(in super::super) struct Seen<'a> {
    /// The script of the scenario.
    pub(in super::super) script: &'a Script,
    /// Number of resources on each side.
    pub(in super::super) resources: usize,
    /// The time at which the script begins.
    pub(in super::super) begins: Timestamp,
    /// The saga and the world at the end.
    pub(in super::super) ended: &'a Ended,
    /// The numbers.
    pub(in super::super) report: &'a Report,
    /// The stretches in which both sides processed the same work.
    pub(in super::super) double: &'a [DoubleWindow],
    /// From the first deployment that switched something on until the guard had fenced the last of it.
    pub(in super::super) deployed_ms: Option<(i64, i64)>,
    /// The findings of all plans, each once.
    pub(in super::super) findings: &'a [String],
    /// Whether the primary of the record is the workspace that was the standby at first.
    pub(in super::super) is_swapped: bool,
}

/// Makes the screen.
pub(in super::super) fn screen(seen: &Seen<'_>) -> Screen {
    let Seen { script, ended, report, .. } = seen;
    Screen {
        scenario: report.scenario.clone(),
        seed: report.seed,
        resources: seen.resources,
        title: script.title.clone(),
        estate: None,
        happened: happened(ended),
        work: work(seen),
        outcome: report.outcome.clone(),
        clocks: sagas(ended).into_iter().map(clocks).collect(),
        proof: proof(&report.auditor, seen.double, cause(seen), ended),
        blocked: blocked(&ended.view),
        findings: counted(seen.findings),
    }
}

fn work(seen: &Seen<'_>) -> String {
    let active = seen.ended.view.pair.active;
    let role = match (seen.is_swapped, active) {
        (true, Side::Primary) => "the primary, which was the standby before the promotion".to_owned(),
        (true, Side::Standby) => "the standby, which was the primary before the promotion".to_owned(),
        (false, side) => format!("the {side}"),
    };
    match seen.report.outcome.as_str() {
        "completed" | "turned-back" | "pursuing" => format!("the work is on {role}"),
        "person-needed" if seen.ended.view.head.clocks.validated_at.is_some() => {
            format!("the work is on {role}, and a person is needed for the rest")
        }
        "person-needed" => format!("not through, a person is needed; the record still names {role}"),
        "nothing-proposed" | "held" | "not-begun" | "refused" => format!("the work is on {role}: nothing was moved"),
        "aborted" if seen.report.steps.done == 0 => format!("the work is on {role}: nothing was moved"),
        _ => format!("the move is not through: the record still names {role}"),
    }
}

fn clocks(view: &View) -> SagaClocks {
    let at = |of: &dyn Fn(&Event) -> bool| view.lines.iter().find(|line| of(&line.event)).map(|line| line.at);
    let asked = at(&|event| matches!(event, Event::Saga(SagaEvent::Started { .. })));
    let answered = at(&|event| matches!(event, Event::Saga(SagaEvent::Approved { question, .. }) if question == GO));
    let people = asked.zip(answered).map(|(asked, answered)| answered.duration_since(asked));
    SagaClocks {
        kind: view.plan.kind.replace('_', " "),
        seconds: view.head.clocks.seconds(),
        people_s: people.map(|people| people.as_secs_f64()),
    }
}

fn cause(seen: &Seen<'_>) -> Option<Cause> {
    let at = |ms: i64| Timestamp::from_millisecond(ms).ok();
    if let Some((from, to)) = seen.deployed_ms.and_then(|(from, to)| at(from).zip(at(to))) {
        return Some(Cause::Deployed(from, to));
    }
    let back = seen.script.loss.as_ref()?.back_at?;
    seen.begins.checked_add(SignedDuration::from_secs(back)).ok().map(Cause::Returned)
}

fn blocked(view: &View) -> Vec<Blocked> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let faults = view.state.steps().filter(|(_, record)| record.state == StepState::Blocked);
    for fault in faults.filter_map(|(_, record)| record.fault.as_ref()) {
        *counts.entry(fault.code.as_str()).or_default() += 1;
    }
    counts.into_iter().map(|(code, steps)| Blocked { code: code.to_owned(), steps }).collect()
}
