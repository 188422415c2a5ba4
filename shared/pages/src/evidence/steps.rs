//! Draws every stage, and every step in it.

use failover::evidence::{Record, StageRow, StepRow};
use maud::{Markup, html};
use saga::StepState;

use super::table::{folded, section, table};
use super::text::counted;
use super::text::{maybe, text};

pub(super) fn steps(record: &Record) -> Markup {
    let tables = &record.tables;
    let of =
        |stage: &StageRow| -> Vec<&StepRow> { tables.steps.iter().filter(|step| step.stage == stage.number).collect() };
    let content = html! { @for stage in &tables.stages { (one(stage, &of(stage))) } };
    let says =
        "In the order of the plan. A step is done when it was read back in the wanted state, never by a reply alone.";
    section("steps", "Every step", says, &content)
}

fn one(stage: &StageRow, steps: &[&StepRow]) -> Markup {
    let beside = format!("{}, {} done", counted(steps.len(), "step"), stage.steps.done);
    let caption = format!("{}, when {}", stage.name, stage.gate);
    let columns = ["Step", "Wanted", "State", "First try", "Last try", "Tries", "Faults", "Read back"];
    let inside = html! {
        p.soft { "Gate: " (stage.gate) ". Entered: " (maybe(stage.entered_at)) "." }
        @if !steps.is_empty() { (table(&caption, &columns, steps.iter().map(|step| row(step)).collect())) }
    };
    folded(&format!("{}. {}", stage.number, stage.name), &beside, steps.len(), &inside)
}

fn row(step: &StepRow) -> Vec<Markup> {
    vec![
        html! { (step.stage) "." (step.number) " " (text(&step.name)) " " span.soft { (step.place) " " (step.kind) " " (text(&step.resource)) } },
        html! { (step.want) },
        html! { (state(step.state)) },
        maybe(step.first_try),
        maybe(step.last_try),
        html! { (step.tries) },
        html! { @if step.faults.is_empty() { span.soft { "–" } } @else { code { (text(&step.faults.join(", "))) } } },
        html! { @if step.note.is_empty() { span.soft { "–" } } @else { (text(&step.note)) } },
    ]
}

/// A step's state in a word.
pub(super) fn state(state: StepState) -> &'static str {
    match state {
        StepState::Planned => "planned",
        StepState::Intended => "intended",
        StepState::Waiting => "waiting",
        StepState::Done => "done",
        StepState::Blocked => "blocked",
        StepState::Waived => "waived",
    }
}
