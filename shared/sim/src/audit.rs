//! The auditor reads the ledger and the world, and says what was done wrong.
//!
//! Law: it sees only what truly happened, never what a client believes or reports.
//! Must not know: any client.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    deployments::CANARY,
    ledger::{By, Cause, Interval, Ledger},
    wire::Side,
};

/// One unit of work that was processed on both sides at once. Times are unix ms.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DoubleWindow {
    /// The hidden key of the work.
    pub work: String,
    /// Beginning of the time in which both sides were processing.
    pub from_ms: i64,
    /// End of that time: one side stopped, or it is now.
    pub to_ms: i64,
}

/// One unit of work with the number of its runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WorkCount {
    /// The hidden key of the work.
    pub work: String,
    /// Runs that should have been started through the API.
    pub expected: usize,
    /// Runs that were started through the API.
    pub seen: usize,
}

/// The findings of the auditor.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Audit {
    /// Milliseconds in which both sides processed one unit of work, added up.
    pub double_processing_ms: i64,
    /// The stretches of that time.
    pub double_windows: Vec<DoubleWindow>,
    /// Resources that were switched on through the API on the side that took over, although their
    /// counterpart was not active at the recorded loss: `kind work slot`.
    pub woken_that_were_off: Vec<String>,
    /// Runs that should have been started through the API, one per interrupted job.
    pub runs_expected: usize,
    /// Runs that were started through the API on the side that took over, or on either side after
    /// the operation turned back.
    pub runs_seen: usize,
    /// Work with another number of such runs than expected.
    pub runs_wrong: Vec<WorkCount>,
    /// Number of things that are processing now (runs, updates, evaluations, and resources that are
    /// up): primary, standby.
    pub processing: [usize; 2],
}

impl Audit {
    /// Number of things that a side is processing now.
    #[must_use]
    pub fn processing_on(&self, side: Side) -> usize {
        self.processing[side.index()]
    }
}

/// The resources and the work that were active when a side was lost or about to be left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) at_ms: i64,
    pub(crate) leaving: Side,
    /// `kind work slot` of every active resource.
    pub(crate) active: BTreeSet<String>,
    /// Work whose job had a run QUEUED, PENDING or RUNNING.
    pub(crate) interrupted: BTreeSet<String>,
    /// Work for which a client cannot know whether it counts as interrupted. One of its runs was
    /// ending or waiting for its next try, or began or ended while the mark was being made.
    pub(crate) uncertain: BTreeSet<String>,
    /// Work of active continuous jobs. Switching such a job on starts a run, so one start through
    /// the API is neither expected nor wrong.
    pub(crate) continuous: BTreeSet<String>,
    /// The operation that left the side has turned back. Interrupted work may be run again on either side.
    pub(crate) turned_back: bool,
}

impl Mark {
    /// Extends the mark to the moment of a later mark. Work that differs between the two becomes uncertain.
    pub(crate) fn settle(&mut self, later: Mark) {
        let differs: Vec<String> = self.interrupted.symmetric_difference(&later.interrupted).cloned().collect();
        self.interrupted.retain(|work| later.interrupted.contains(work));
        self.uncertain.extend(later.uncertain);
        self.uncertain.extend(differs);
        self.interrupted.retain(|work| !self.uncertain.contains(work));
        self.active.extend(later.active);
        self.continuous.extend(later.continuous);
    }
}

/// The name under which an activation and an active resource are compared.
pub(crate) fn slot_name(kind: &str, work: &str, slot: &str) -> String {
    format!("{kind} {work} {slot}")
}

pub(crate) fn audit(ledger: &Ledger, marks: &[Mark], now_ms: i64) -> Audit {
    let double_windows = double_windows(&ledger.intervals, now_ms);
    let mut audit = Audit {
        double_processing_ms: double_windows.iter().map(|w| w.to_ms - w.from_ms).sum(),
        double_windows,
        processing: Side::BOTH.map(|side| ledger.open_on(side)),
        ..Audit::default()
    };
    for (index, mark) in marks.iter().enumerate() {
        let until_ms = marks.get(index + 1).map_or(i64::MAX, |next| next.at_ms);
        audit.woken_that_were_off.extend(woken(ledger, mark, until_ms));
        count_runs(&mut audit, ledger, mark, until_ms);
    }
    audit
}

fn double_windows(intervals: &[Interval], now_ms: i64) -> Vec<DoubleWindow> {
    let mut by_work: BTreeMap<&str, [Vec<(i64, i64)>; 2]> = BTreeMap::new();
    for interval in intervals {
        let span = (interval.from_ms, interval.to_ms.unwrap_or(now_ms));
        by_work.entry(&interval.work).or_default()[interval.side.index()].push(span);
    }
    let mut windows = Vec::new();
    for (work, [primary, standby]) in by_work {
        for (from_ms, to_ms) in overlaps(merged(primary), merged(standby)) {
            windows.push(DoubleWindow { work: work.to_owned(), from_ms, to_ms });
        }
    }
    windows
}

/// Joins the overlapping stretches of one side, so that two runs of one job there are not counted twice.
fn merged(mut spans: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    spans.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (from, to) in spans {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

fn overlaps(left: Vec<(i64, i64)>, right: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    let mut found = Vec::new();
    let (mut l, mut r) = (0, 0);
    while let (Some(a), Some(b)) = (left.get(l), right.get(r)) {
        let (from, to) = (a.0.max(b.0), a.1.min(b.1));
        if from < to {
            found.push((from, to));
        }
        if a.1 <= b.1 {
            l += 1;
        } else {
            r += 1;
        }
    }
    found
}

fn woken(ledger: &Ledger, mark: &Mark, until_ms: i64) -> Vec<String> {
    let mut names = BTreeSet::new();
    for done in &ledger.activations {
        let in_time = done.at_ms >= mark.at_ms && done.at_ms < until_ms;
        let by_caller = done.by == By::Api && done.side == mark.leaving.other();
        let name = slot_name(done.kind, &done.work, &done.slot);
        if in_time && by_caller && !mark.active.contains(&name) {
            names.insert(name);
        }
    }
    names.into_iter().collect()
}

fn count_runs(audit: &mut Audit, ledger: &Ledger, mark: &Mark, until_ms: i64) {
    let mut seen: BTreeMap<&str, usize> = mark.interrupted.iter().map(|work| (work.as_str(), 0)).collect();
    for start in &ledger.starts {
        let in_time = start.at_ms >= mark.at_ms && start.at_ms < until_ms;
        let on_target = mark.turned_back || start.side == mark.leaving.other();
        if in_time && on_target && start.cause == Cause::OneTime && start.work != CANARY {
            *seen.entry(&start.work).or_default() += 1;
        }
    }
    for (work, seen) in seen {
        let certain = mark.interrupted.contains(work) && !mark.continuous.contains(work);
        let either = !certain && (mark.uncertain.contains(work) || mark.continuous.contains(work));
        let expected = if either { seen.min(1) } else { usize::from(certain) };
        audit.runs_expected += expected;
        audit.runs_seen += seen;
        if seen != expected {
            let work = work.to_owned();
            audit.runs_wrong.push(WorkCount { work, expected, seen });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ledger::What, notes::Note};

    fn began(at_ms: i64, work: &str, run: &str) -> Note {
        let (work, run) = (work.to_owned(), run.to_owned());
        Note::Began { at_ms, work, what: What::Run, resource: "1".to_owned(), run }
    }

    fn ended(at_ms: i64, run: &str) -> Note {
        Note::Ended { at_ms, what: What::Run, run: run.to_owned() }
    }

    fn started(at_ms: i64, run: i64, work: &str, cause: Cause) -> Note {
        Note::Started { at_ms, job: Some(1), run, work: work.to_owned(), cause }
    }

    fn mark(interrupted: &[&str], active: &[&str]) -> Mark {
        Mark {
            at_ms: 100,
            leaving: Side::Primary,
            active: active.iter().map(|name| (*name).to_owned()).collect(),
            interrupted: interrupted.iter().map(|work| (*work).to_owned()).collect(),
            uncertain: BTreeSet::new(),
            continuous: BTreeSet::from(["stream".to_owned()]),
            turned_back: false,
        }
    }

    #[test]
    fn work_that_ended_while_the_mark_was_made_may_run_again_once_or_not() {
        let mut made = mark(&["ended", "stays"], &[]);
        made.settle(mark(&["stays", "began"], &[]));
        let audited = |works: &[(i64, &str)]| {
            let mut ledger = Ledger::default();
            for (run, work) in works {
                ledger.record(Side::Standby, started(150, *run, work, Cause::OneTime));
            }
            let audit = audit(&ledger, std::slice::from_ref(&made), 1000);
            (audit.runs_expected, audit.runs_seen, audit.runs_wrong.len())
        };
        assert_eq!(audited(&[(1, "stays")]), (1, 1, 0));
        assert_eq!(audited(&[(1, "stays"), (2, "ended"), (3, "began")]), (3, 3, 0));
        assert_eq!(audited(&[(1, "stays"), (2, "ended"), (3, "ended")]), (2, 3, 1));
        assert_eq!(audited(&[(2, "ended")]), (2, 1, 1));
    }

    #[test]
    fn a_saga_that_turned_back_may_run_again_at_home_what_it_interrupted() {
        let mut ledger = Ledger::default();
        ledger.record(Side::Primary, started(150, 1, "a", Cause::OneTime));
        let left = mark(&["a"], &[]);
        assert_eq!(audit(&ledger, std::slice::from_ref(&left), 1000).runs_wrong.len(), 1);
        let turned = Mark { turned_back: true, ..left };
        assert_eq!(audit(&ledger, &[turned], 1000).runs_wrong.len(), 0);
    }

    #[test]
    fn planted_double_processing_is_found_to_the_millisecond() {
        let mut ledger = Ledger::default();
        ledger.record(Side::Primary, began(100, "a", "p1"));
        ledger.record(Side::Primary, began(120, "a", "p2"));
        ledger.record(Side::Primary, ended(200, "p1"));
        ledger.record(Side::Primary, ended(180, "p2"));
        ledger.record(Side::Standby, began(150, "a", "s1"));
        ledger.record(Side::Standby, began(150, "b", "s2"));
        let audit = audit(&ledger, &[], 1000);
        assert_eq!(audit.double_processing_ms, 50);
        let window = DoubleWindow { work: "a".to_owned(), from_ms: 150, to_ms: 200 };
        assert_eq!(audit.double_windows, [window]);
        assert_eq!(audit.processing_on(Side::Standby), 2);
        assert_eq!(audit.processing_on(Side::Primary), 0);
    }

    #[test]
    fn work_that_moves_over_cleanly_is_not_double() {
        let mut ledger = Ledger::default();
        ledger.record(Side::Primary, began(100, "a", "p1"));
        ledger.record(Side::Primary, ended(150, "p1"));
        ledger.record(Side::Standby, began(150, "a", "s1"));
        assert_eq!(audit(&ledger, &[], 1000).double_processing_ms, 0);
    }

    #[test]
    fn a_planted_second_run_and_a_missing_run_are_both_found() {
        let mut ledger = Ledger::default();
        ledger.record(Side::Standby, started(110, 1, "twice", Cause::OneTime));
        ledger.record(Side::Standby, started(111, 2, "twice", Cause::OneTime));
        ledger.record(Side::Standby, started(112, 3, "missing", Cause::Schedule));
        ledger.record(Side::Standby, started(113, 4, "stranger", Cause::OneTime));
        ledger.record(Side::Standby, started(114, 5, "right", Cause::OneTime));
        ledger.record(Side::Standby, started(50, 6, "right", Cause::OneTime));
        let audit = audit(&ledger, &[mark(&["twice", "missing", "right"], &[])], 1000);
        assert_eq!((audit.runs_expected, audit.runs_seen), (3, 4));
        let wrong: Vec<(&str, usize, usize)> =
            audit.runs_wrong.iter().map(|count| (count.work.as_str(), count.expected, count.seen)).collect();
        assert_eq!(wrong, [("missing", 1, 0), ("stranger", 0, 1), ("twice", 1, 2)]);
    }

    #[test]
    fn a_continuous_job_may_be_run_once_or_not_but_never_twice() {
        let mut ledger = Ledger::default();
        ledger.record(Side::Standby, started(110, 1, "stream", Cause::OneTime));
        assert!(audit(&ledger, &[mark(&[], &[])], 1000).runs_wrong.is_empty());
        ledger.record(Side::Standby, started(111, 2, "stream", Cause::OneTime));
        assert_eq!(audit(&ledger, &[mark(&[], &[])], 1000).runs_wrong.len(), 1);
    }

    #[test]
    fn what_was_off_and_is_woken_through_the_api_is_found() {
        let mut ledger = Ledger::default();
        let mut wake = |at_ms: i64, work: &str, by: By| {
            ledger.record(
                Side::Standby,
                Note::Activated {
                    at_ms,
                    kind: "job",
                    resource: "1".to_owned(),
                    work: work.to_owned(),
                    slot: "schedule".to_owned(),
                    by,
                },
            );
        };
        wake(110, "was-on", By::Api);
        wake(110, "was-off", By::Api);
        wake(110, "by-itself", By::Itself);
        wake(90, "before", By::Api);
        let audit = audit(&ledger, &[mark(&[], &["job was-on schedule"])], 1000);
        assert_eq!(audit.woken_that_were_off, ["job was-off schedule"]);
    }
}
