//! A plan as a text for people.

use std::fmt::Write as _;

use saga::{Class, Gate, Plan, Step};

use crate::plan::{About, EVERYTHING};

/// How much of each stage is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Every step is printed.
    Full,
    /// Only counts by kind and wanted state are printed.
    Counts,
}

/// Prints a plan: every stage with its gate and steps, then exceptions and findings. The same plan always gives the
/// same text.
pub fn plan_text(plan: &Plan, hash: &str, detail: Detail) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write_head(&mut text, plan, hash);
    for stage in &plan.stages {
        let steps = match stage.steps.len() {
            0 => "nothing to do".to_owned(),
            1 => "1 step".to_owned(),
            count => format!("{count} steps"),
        };
        let _ = writeln!(text, "\n{}  ({steps})  when {}", stage.name, gate_text(&stage.gate));
        match detail {
            Detail::Full => {
                for step in &stage.steps {
                    let _ = writeln!(text, "  {}", step_text(step));
                }
            }
            Detail::Counts => {
                for (what, count) in counts(&stage.steps) {
                    let _ = writeln!(text, "  {count:>5}  {what}");
                }
            }
        }
    }
    section(&mut text, "exceptions: left out on purpose", &plan.exceptions);
    let findings = match detail {
        Detail::Full => plan.findings.clone(),
        Detail::Counts => gathered(&plan.findings),
    };
    section(&mut text, "findings: what would hurt, with the remedy", &findings);
    text
}

/// Counts findings that say the same of many resources in one line.
pub fn gathered(findings: &[String]) -> Vec<String> {
    let mut counted: Vec<(&str, &str, usize)> = Vec::new();
    for finding in findings {
        let (of, what) = finding.split_once(": ").unwrap_or(("", finding));
        match counted.iter_mut().find(|(_, known, _)| *known == what) {
            Some((_, _, count)) => *count += 1,
            None => counted.push((of, what, 1)),
        }
    }
    let line = |(of, what, count): (&str, &str, usize)| match count {
        1 => format!("{of}: {what}"),
        more => format!("{of} and {} more: {what}", more - 1),
    };
    counted.into_iter().map(line).collect()
}

fn write_head(text: &mut String, plan: &Plan, hash: &str) -> std::fmt::Result {
    writeln!(text, "{} of pair {}", plan.kind, plan.subject)?;
    writeln!(text, "saga {}   plan {}", plan.saga, hash.get(..12).unwrap_or(hash))?;
    if let Ok(about) = About::of(plan) {
        let how = if about.planned {
            "planned: verified stopped before anything starts"
        } else {
            "unplanned: tried, then pursued"
        };
        writeln!(text, "from {} to {}   {how}", about.leaving, about.leaving.other())?;
        writeln!(text, "inventory of the {} from {}", about.leaving, about.checkpoint_at)?;
    }
    Ok(())
}

fn gate_text(gate: &Gate) -> String {
    match gate {
        Gate::Open => "at once".to_owned(),
        Gate::Verified(_) | Gate::Tried(_) | Gate::Approved(_) | Gate::All(_) => gate.to_string(),
    }
}

fn step_text(step: &Step) -> String {
    let class = match step.class {
        Class::Idempotent => "",
        Class::Tokened => "  (once, by token)",
        Class::Intended => "  (intent recorded first)",
    };
    let pursued = match (step.optional, step.pursue) {
        (true, _) => "  not waited for",
        (false, true) => "  pursued",
        (false, false) => "",
    };
    format!("{} {} {:?} [{}] -> {}{class}{pursued}", step.place, step.kind, step.name, step.resource, step.want)
}

fn counts(steps: &[Step]) -> Vec<(String, usize)> {
    let mut counts: Vec<(String, usize)> = Vec::new();
    for step in steps {
        // A team knows its declared actions by their names, so each of them has a line of its own.
        let what = if step.detail.get("settings").is_some() {
            format!("{} {} {:?} -> {}", step.place, step.kind, step.name, step.want)
        } else if step.resource == EVERYTHING {
            format!("{} {}: whatever else is active -> {}", step.place, step.kind, step.want)
        } else {
            format!("{} {} -> {}", step.place, step.kind, step.want)
        };
        match counts.iter_mut().find(|(known, _)| *known == what) {
            Some((_, count)) => *count += 1,
            None => counts.push((what, 1)),
        }
    }
    counts
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
