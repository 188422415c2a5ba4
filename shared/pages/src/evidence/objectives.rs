//! Draws objective against achieved: the clocks, and the recovery point of each dataset.

use failover::evidence::{ClockRow, DatasetRow, Judged, Record};
use maud::{Markup, html};

use super::table::{section, table};
use super::text::{maybe, text};
use crate::words::span;

pub(super) fn objectives(record: &Record) -> Markup {
    let tables = &record.tables;
    let clocks = tables.clocks.iter().map(clock).collect();
    let worst = tables.worst_dataset.as_deref();
    let datasets = tables.datasets.iter().map(|row| dataset(row, worst == Some(row.name.as_str()))).collect();
    let content = html! {
        (table("Time", &["Clock", "Achieved", "Objective", "Judged", "From", "Until"], clocks))
        @if tables.datasets.is_empty() {
            p { "No dataset was declared, so nothing is known of the recovery point of any." }
        } @else {
            (table(
                "Data: the recovery point of each dataset",
                &["Dataset", "Last synced data", "Loss", "Objective", "Judged", "Looked at again"],
                datasets,
            ))
        }
    };
    section("objectives", "Objective and achieved", "What was set, what came of it, and whether it was met.", &content)
}

/// A judgement in words and in colour.
pub(super) fn judged(judged: Judged) -> Markup {
    let tone = match judged {
        Judged::Met => "good",
        Judged::NotMet | Judged::NotTold => "bad",
        Judged::NoObjective => "soft",
    };
    html! { span class={ "judged " (tone) } { (judged.as_str()) } }
}

/// Milliseconds as people read them, e.g. `1.5 s`.
pub(super) fn millis(ms: i64) -> String {
    if ms < 10_000 { format!("{}.{} s", ms / 1000, ms % 1000 / 100) } else { span(ms / 1000) }
}

fn clock(row: &ClockRow) -> Vec<Markup> {
    let achieved = row.achieved_ms.map_or_else(|| "not reached".to_owned(), millis);
    vec![
        html! { (row.clock.as_str()) },
        html! { strong { (achieved) } },
        html! { (row.objective_s.map_or_else(|| "none".to_owned(), span)) },
        judged(row.judged),
        maybe(row.from),
        maybe(row.until),
    ]
}

fn dataset(row: &DatasetRow, worst: bool) -> Vec<Markup> {
    vec![
        html! { (text(&row.name)) " " span.soft { (row.kind) @if worst { ", the worst" } } },
        maybe(row.synced_at),
        html! { strong { (row.loss_s.map_or_else(|| "unknown".to_owned(), span)) } },
        html! { (row.objective_s.map_or_else(|| "none".to_owned(), span)) },
        judged(row.judged),
        html! { (super::steps::state(row.looked_again)) },
    ]
}
