//! Draws what people decided, saw and learned.

use failover::evidence::{Question, Record};
use maud::{Markup, html};
use saga::Proof;

use super::table::{folded, section, table};
use super::text::{counted, maybe, moment, text};
use crate::words::span;

/// Draws the approvals, the questions, the audit entries, and what was left out.
pub(super) fn people(record: &Record) -> Markup {
    let tables = &record.tables;
    let approvals = tables.approvals.iter().map(|row| {
        vec![
            html! { (text(&row.by)) },
            html! { (Proof::all(&row.proofs)) },
            html! { (text(&row.question)) },
            html! { strong { (row.loss_shown) } },
            html! { (if row.accepts_risk { "accepted" } else { "not accepted" }) },
            maybe(row.answered_at),
            html! { (moment(row.used_at)) ", line " (row.line) },
        ]
    });
    let left_out = tables.left_out.iter().map(|row| {
        let what = if row.what.is_empty() { "by plan" } else { &row.what };
        vec![html! { (text(what)) }, html! { (text(&row.by)) }, maybe(row.at), html! { (text(&row.why)) }]
    });
    let audit = &record.facts.audit;
    let actions = audit.iter().map(|line| {
        vec![
            html! { (text(&line.who)) },
            html! { (line.action.as_str()) },
            moment(line.at),
            html! { (text(&line.note)) },
        ]
    });
    let columns = ["Who", "Proof", "Question", "Loss shown", "Risk", "Answered", "Used"];
    let content = html! {
        @if tables.approvals.is_empty() { p { "No approval was used." } } @else {
            (table("Approvals that were used, each once and for this plan only", &columns, approvals.collect()))
        }
        @for question in &record.facts.questions { (asked(question)) }
        @if !audit.is_empty() {
            @let rows = table("In order of time", &["Who", "Did", "When", "Note"], actions.collect());
            (folded("What people did about the questions", &counted(audit.len(), "line"), audit.len(), &rows))
        }
        @if left_out.len() == 0 { p { "Nothing was skipped or waived." } } @else {
            @let rows = table("What was not done", &["What", "By", "When", "Why"], left_out.collect());
            (folded("Skipped and waived", &counted(tables.left_out.len(), "entry"), tables.left_out.len(), &rows))
        }
    };
    section("people", "Decisions", "Who decided what, knowing which loss.", &content)
}

fn asked(question: &Question) -> Markup {
    html! {
        blockquote {
            p { (question.text) }
            p.soft {
                "Asked " (maybe(question.asked_at)) ", to be answered until " (moment(question.expires_at))
                " by " (question.people) @if question.people == 1 { " person" } @else { " different people" }
                @if question.round > 0 { ", asked again " (question.round) "×" }
                "; loss named: " (question.loss_s.map_or_else(|| "unknown".to_owned(), span)) ". "
                @for given in &question.given {
                    (given.by) " said yes at " (moment(given.at)) " (" (Proof::all(&given.proofs)) "). "
                }
                @if let Some(no) = question.answer.as_ref().filter(|answer| !answer.approved) {
                    (no.by) " said no at " (moment(no.at)) " (" (Proof::all(&no.proofs)) "). "
                }
            }
        }
    }
}

/// Draws the findings, the lessons, and the verdict.
pub(super) fn learned(record: &Record) -> Markup {
    let (facts, tables) = (&record.facts, &record.tables);
    let after = tables.findings_after.iter().map(|row| {
        vec![
            html! { (text(&row.what)) },
            html! { (super::steps::state(row.state)) },
            html! { code { (text(&row.code)) } },
            html! { (text(&row.why)) },
        ]
    });
    let lessons = tables.lessons.iter().map(|lesson| {
        let due = lesson.due.map_or_else(String::new, |due| due.to_string());
        vec![
            html! { (text(&lesson.by)) },
            moment(lesson.at),
            html! { (text(&lesson.text)) },
            html! { (text(&lesson.owner)) },
            html! { (due) },
        ]
    });
    let content = html! {
        (lines("Findings before: what the plan said would hurt", &tables.findings_before))
        @if tables.findings_after.is_empty() { p { "At the end nothing was open, blocked or waived." } } @else {
            @let rows = table("Not done at the end", &["What", "State", "Code", "Why"], after.collect());
            (folded("Findings after", &counted(tables.findings_after.len(), "entry"), tables.findings_after.len(), &rows))
        }
        @if tables.lessons.is_empty() { p { "No lesson was written down." } } @else {
            (table("Lessons", &["Who", "When", "Lesson", "Sees to it", "By"], lessons.collect()))
        }
        (lines("The last verdict before this record was made", &facts.verdict))
    };
    section("learned", "Findings and lessons", "What was known to hurt, what did, and what was learned.", &content)
}

fn lines(heading: &str, lines: &[String]) -> Markup {
    let list = html! { ul { @for line in lines { li { (line) } } } };
    html! {
        @if !lines.is_empty() { (folded(heading, &counted(lines.len(), "entry"), lines.len(), &list)) }
    }
}
