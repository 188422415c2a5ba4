//! Prints a dry run for people.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use failover::text::{Detail, gathered};

use super::foreseen::{DryRun, Ends, Entry, StageForeseen, StepForeseen};

/// Prints a dry run: every stage with its gate and its calls. Then come the assumptions, the steps that would block,
/// the steps that wait, the steps that cannot be foreseen, the findings and the totals. The same dry run always gives
/// the same text.
pub fn text(dry_run: &DryRun, detail: Detail) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "dry run: nothing was changed");
    let _ =
        writeln!(text, "saga {}   plan {}   looked at {:.0}", dry_run.saga, dry_run.plan.short(), dry_run.looked_at);
    for stage in &dry_run.stages {
        let _ = writeln!(text, "\n{}", head(stage));
        match detail {
            Detail::Full => stage.steps.iter().for_each(|step| full(&mut text, step)),
            Detail::Counts => counts(&mut text, stage),
        }
    }
    section(&mut text, "assumed", &dry_run.assumptions);
    section(
        &mut text,
        "would block",
        &told(dry_run, detail, |ends| match ends {
            Ends::Blocked { code, message } => Some(format!("{code}: {message}")),
            Ends::AsWanted { .. } | Ends::Assumed | Ends::Awaited { .. } | Ends::NotForeseen { .. } => None,
        }),
    );
    section(
        &mut text,
        "waited for, and judged after that",
        &told(dry_run, detail, |ends| match ends {
            Ends::Awaited { why } => Some(why.clone()),
            Ends::AsWanted { .. } | Ends::Assumed | Ends::Blocked { .. } | Ends::NotForeseen { .. } => None,
        }),
    );
    section(
        &mut text,
        "cannot be foreseen",
        &told(dry_run, detail, |ends| match ends {
            Ends::NotForeseen { why } => Some(why.clone()),
            Ends::AsWanted { .. } | Ends::Assumed | Ends::Blocked { .. } | Ends::Awaited { .. } => None,
        }),
    );
    let findings = match detail {
        Detail::Full => dry_run.findings.clone(),
        Detail::Counts => gathered(&dry_run.findings),
    };
    section(&mut text, "findings: what would hurt, with the remedy", &findings);
    totals(&mut text, dry_run);
    text
}

fn head(stage: &StageForeseen) -> String {
    let entry = match stage.entry {
        Entry::Holds => "it would hold",
        Entry::WhenHelped => "it would hold when a person has helped",
        Entry::Never => "it would not hold",
    };
    let calls: usize = stage.steps.iter().map(|step| step.calls.len()).sum();
    let (steps, calls) = (counted(stage.steps.len(), "step"), counted(calls, "call"));
    format!("{}  ({steps}, {calls})  when {}: {entry}", stage.name, stage.gate)
}

fn counted(count: usize, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

fn full(text: &mut String, step: &StepForeseen) {
    let StepForeseen { place, kind, name, resource, want, .. } = step;
    let ends = match &step.ends {
        Ends::AsWanted { note } => format!("no call: {note}"),
        Ends::Assumed => counted(step.calls.len(), "call"),
        Ends::Awaited { why } => format!("no call yet: {why}"),
        Ends::NotForeseen { why } => format!("cannot be foreseen: {why}"),
        Ends::Blocked { code, message } => format!("would block: {code}: {message}"),
    };
    let _ = writeln!(text, "  {place} {kind} {name:?} [{resource}] -> {want}: {ends}");
    for call in &step.calls {
        let body = if call.body.is_null() { String::new() } else { format!(" {}", call.body) };
        let _ = writeln!(text, "      {} {}{body}", call.method, call.to);
    }
}

fn counts(text: &mut String, stage: &StageForeseen) {
    let mut counts: BTreeMap<(&str, &str, &str), (usize, usize)> = BTreeMap::new();
    for step in &stage.steps {
        let count = counts.entry((&step.place, &step.kind, &step.want)).or_default();
        count.0 += step.calls.len();
        count.1 += 1;
    }
    for ((place, kind, want), (calls, steps)) in counts {
        let calls = counted(calls, "call");
        let _ = writeln!(text, "  {calls:>11}  {place} {kind} -> {want}  ({})", counted(steps, "step"));
    }
}

/// The lines of the steps that end in one way. If many say the same, there is one line and a count.
fn told(dry_run: &DryRun, detail: Detail, of: impl Fn(&Ends) -> Option<String>) -> Vec<String> {
    let lines = dry_run.steps().filter_map(|step| {
        let what = of(&step.ends)?;
        Some(format!("{} {} {:?}: {what}", step.place, step.kind, step.name))
    });
    let lines: Vec<String> = lines.collect();
    match detail {
        Detail::Full => lines,
        Detail::Counts => gathered(&lines),
    }
}

fn totals(text: &mut String, dry_run: &DryRun) {
    let calls: u64 = dry_run.totals.values().sum();
    let looks: u64 = dry_run.looks.values().sum();
    let _ = writeln!(text, "\n{calls} calls that change something; {looks} looks were made to tell");
    for (what, count) in &dry_run.totals {
        let _ = writeln!(text, "  {count:>5}  {what}");
    }
    let _ = writeln!(text, "the calls alone take {:.0} s at the limits that are known", dry_run.calls_take_s);
}

fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title} ({})", lines.len());
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}
