//! Draws the chain of hashes: every line of the log.

use failover::evidence::Record;
use maud::{Markup, html};
use saga::Line;

use super::table::{folded, section, table};
use super::text::counted;
use super::text::moment;

pub(super) fn log(record: &Record) -> Markup {
    let lines = &record.facts.log;
    let rows = lines.iter().map(row).collect();
    let rows =
        table("Each hash is over the one before and the line's content", &["Line", "When", "What", "Hash"], rows);
    let content = html! {
        p { "It ends after " (record.tables.chain.lines) " lines with " code { (record.tables.chain.tip) } "." }
        (folded("Every line", &counted(lines.len(), "line"), lines.len(), &rows))
    };
    section(
        "log",
        "The chain of hashes",
        "The record that the run itself wrote, line by line, while it went on.",
        &content,
    )
}

fn row(line: &Line) -> Vec<Markup> {
    // An event is plain data, which always serializes. Exactly this text is hashed.
    let event = serde_json::to_string(&line.event).unwrap_or_default();
    vec![
        html! { (line.number) " " span.soft { "epoch " (line.epoch) } },
        moment(line.at),
        html! { code.long { (event) } },
        html! { code.long { (line.hash) } },
    ]
}
