//! The results of a rehearsal: numbers for machines, a story for people.

use failover::Side;
use failover::text::{Detail, plan_text};
use sim::Limits;

use super::cast::Cast;
use super::ended::Ended;
use super::fencing::switched_on_ms;
use super::report::{Report, report};
use super::screen::{Screen, Seen, screen};
use super::{journey, story};
use crate::stack::addresses;

/// A finished rehearsal with its texts.
#[derive(Clone, Debug, PartialEq)]
pub struct RehearsalResult {
    /// The numbers.
    pub report: Report,
    /// The story. It is the same for the same scenario, seed and resources, byte for byte.
    pub story: String,
    /// The plan that was carried out, by counts.
    pub plan: String,
    /// The first thing that a person sees: one page of a terminal.
    pub screen: Screen,
    /// The findings of all plans, each once.
    pub findings: Vec<String>,
    /// The page of evidence of the last finished saga. `None` if none has finished, or if no page was wanted.
    pub page: Option<String>,
    /// The saga and the world at the end.
    pub ended: Ended,
    /// The reasons why runners stopped before their time.
    pub stopped: Vec<String>,
}

/// Makes the results of a rehearsal that has ended.
pub(super) fn tell(cast: &Cast<'_>, all: Ended, limits: &Limits) -> RehearsalResult {
    let ended = &all;
    let report = report(cast, ended, limits);
    let story =
        if ended.legs.is_empty() { story::story(cast, ended, &report) } else { journey::story(cast, ended, &report) };
    let plan = plan_text(&ended.view.plan, &ended.view.head.plan.0, Detail::Counts);
    let findings = findings(ended);
    let double = cast.world().audit().double_windows;
    let screen = screen(&Seen {
        script: cast.script,
        resources: cast.resources,
        begins: cast.begins,
        ended,
        report: &report,
        double: &double,
        deployed_ms: switched_on_ms(cast, ended),
        findings: &findings,
        is_swapped: is_swapped(ended),
    });
    let stopped = cast.stack.stopped();
    RehearsalResult { report, story, plan, screen, findings, page: None, ended: all, stopped }
}

/// The findings of all plans. A finding that several plans have is listed once.
fn findings(ended: &Ended) -> Vec<String> {
    let views = ended.legs.iter().map(|leg| &leg.view).chain([&ended.view]);
    let mut findings: Vec<String> = Vec::new();
    for finding in views.flat_map(|view| &view.plan.findings) {
        if !findings.contains(finding) {
            findings.push(finding.clone());
        }
    }
    findings
}

/// Whether the primary of the record is the workspace that was the standby at first.
fn is_swapped(ended: &Ended) -> bool {
    let Some(assigned) = &ended.view.pair.role_assignment else { return false };
    let first = addresses().into_iter().find(|address| address.side == Side::Primary);
    first.is_some_and(|first| first.host != assigned.primary)
}
