//! Draws the run on a time axis: clocks and stages as bars, approvals and faults as marks.
//!
//! Everything in the drawing is in the tables, too. Its description says so to readers who do not see it.

use std::collections::BTreeSet;

use failover::evidence::Record;
use jiff::Timestamp;
use maud::{Markup, html};
use saga::{Event, StepEvent};

use super::objectives::millis;
use super::table::section;
use crate::words::span;

/// Measures in units of the drawing: its width, the start of the axis, and the height of a row.
const WIDTH: i64 = 800;
const AXIS: i64 = 150;
const ROW: i64 = 22;
/// Maximal number of ticks after the one at 0.
const TICKS: i64 = 6;
/// Distances between ticks that people read easily, in seconds.
const STEPS: [i64; 21] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
    2_592_000,
];

/// The time axis of the drawing.
struct Axis {
    from: Timestamp,
    millis: i64,
}

impl Axis {
    fn of(record: &Record) -> Self {
        let (facts, run) = (&record.facts, &record.tables.run);
        let from = [facts.lost_at, facts.noticed_at, Some(run.began_at)].into_iter().flatten().min();
        let from = from.unwrap_or(run.began_at);
        Self { from, millis: (run.ended_at.as_millisecond() - from.as_millisecond()).max(1_000) }
    }

    fn x(&self, at: Timestamp) -> i64 {
        let away = (at.as_millisecond() - self.from.as_millisecond()).clamp(0, self.millis);
        // An `i128` is wide enough for runs of centuries.
        let place = i128::from(away) * i128::from(WIDTH - AXIS - 10) / i128::from(self.millis);
        AXIS + i64::try_from(place).unwrap_or(0)
    }

    /// The ticks, in seconds from the start of the axis.
    fn ticks(&self) -> Vec<i64> {
        let seconds = self.millis / 1000;
        let step = STEPS.iter().copied().find(|step| seconds / step <= TICKS).unwrap_or(seconds);
        (0..=seconds / step.max(1)).map(|tick| tick * step).collect()
    }
}

pub(super) fn timeline(record: &Record) -> Markup {
    let axis = Axis::of(record);
    let tables = &record.tables;
    let stages: Vec<_> = tables.stages.iter().filter(|stage| stage.entered_at.is_some()).collect();
    let clocks = i64::try_from(tables.clocks.len()).unwrap_or(0);
    let rows = clocks + i64::try_from(stages.len()).unwrap_or(0);
    let height = rows * ROW + 40;
    let content = html! {
        div.scroll tabindex="0" role="region" aria-label="Timeline, scrolls sideways on a narrow screen" {
            svg viewBox=(format!("0 0 {WIDTH} {height}")) role="img" aria-labelledby="drawn drawn-more" {
                title #drawn { "Timeline of the run" }
                desc #drawn-more { (described(record, stages.len())) }
                (grid(&axis, rows * ROW + 8))
                (approval_lines(&axis, record, rows * ROW + 8))
                @for (row, clock) in (0..).zip(&tables.clocks) {
                    (label(row, clock.clock.as_str()))
                    @if let (Some(from), Some(until)) = (clock.from, clock.until) {
                        (bar(&axis, row, from, until, "clock", &clock.achieved_ms.map(millis).unwrap_or_default()))
                    }
                }
                @for (row, stage) in (clocks..).zip(&stages) {
                    (label(row, &stage.name))
                    @if let Some(from) = stage.entered_at {
                        (bar(&axis, row, from, stage.last_at.unwrap_or(from), "stage", ""))
                    }
                    (faults(&axis, record, stage.number, row))
                }
                (approval_marks(&axis, record))
            }
        }
        p.soft {
            span.key.clock {} " clock  " span.key.stage {} " stage  "
            span.key.fault {} " fault met  " span.key.approval {} " approval used. "
            "The axis begins at " (crate::words::moment(axis.from)) "."
        }
    };
    section("timeline", "Timeline", "The same times stand in the tables.", &content)
}

/// The description for readers who do not see the drawing.
fn described(record: &Record, stages: usize) -> String {
    let clocks = record
        .tables
        .clocks
        .iter()
        .filter_map(|clock| clock.achieved_ms.map(|ms| format!("{} {}", clock.clock.as_str(), millis(ms))));
    let clocks: Vec<String> = clocks.collect();
    format!(
        "Clocks: {}. {stages} stages were entered, {} approvals were used. The tables on this page hold every time.",
        if clocks.is_empty() { "none stopped".to_owned() } else { clocks.join(", ") },
        record.tables.approvals.len(),
    )
}

fn grid(axis: &Axis, bottom: i64) -> Markup {
    html! {
        @for seconds in axis.ticks() {
            @let at = axis.from.saturating_add(jiff::SignedDuration::from_secs(seconds)).unwrap_or(axis.from);
            @let x = axis.x(at);
            line.grid x1=(x) y1="4" x2=(x) y2=(bottom) {}
            text.tick x=(x) y=(bottom + 16) text-anchor=(if x > WIDTH - 60 { "end" } else { "middle" }) {
                (if seconds == 0 { "0".to_owned() } else { format!("+{}", span(seconds)) })
            }
        }
    }
}

fn label(row: i64, name: &str) -> Markup {
    html! { text x=(AXIS - 8) y=(row * ROW + 20) text-anchor="end" { (name) } }
}

fn bar(axis: &Axis, row: i64, from: Timestamp, until: Timestamp, class: &str, beside: &str) -> Markup {
    let (x, end) = (axis.x(from), axis.x(until));
    let width = (end - x).max(3);
    // A bar that ends far to the right leaves no room beside it.
    let room_after = x + width < WIDTH - 110;
    html! {
        rect class=(class) x=(x) y=(row * ROW + 8) width=(width) height="15" rx="2" {}
        @if !beside.is_empty() {
            @if room_after { text.beside x=(x + width + 5) y=(row * ROW + 20) { (beside) } }
            @else if x > AXIS + 90 { text.beside x=(x - 5) y=(row * ROW + 20) text-anchor="end" { (beside) } }
            @else { text.inside x=(x + 6) y=(row * ROW + 20) { (beside) } }
        }
    }
}

/// Marks the faults of a stage. Marks that would overlap become one.
fn faults(axis: &Axis, record: &Record, stage: u16, row: i64) -> Markup {
    let mut places = BTreeSet::new();
    for line in &record.facts.log {
        if let Event::Step(StepEvent::Tried { step, .. } | StepEvent::Blocked { step, .. }) = &line.event
            && step.stage == stage
        {
            places.insert(axis.x(line.at) / 4 * 4);
        }
    }
    html! { @for x in places { circle.fault cx=(x) cy=(row * ROW + 15) r="3.5" {} } }
}

/// Draws the lines of approvals. They come before the bars, since they would cross the words of the bars.
fn approval_lines(axis: &Axis, record: &Record, bottom: i64) -> Markup {
    html! {
        @for row in &record.tables.approvals {
            @let x = axis.x(row.used_at);
            line.approval x1=(x) y1="4" x2=(x) y2=(bottom) {}
        }
    }
}

fn approval_marks(axis: &Axis, record: &Record) -> Markup {
    html! {
        @for row in &record.tables.approvals {
            path.approval d=(format!("M{} 0l5 6l-5 6l-5 -6z", axis.x(row.used_at))) {}
        }
    }
}
