//! A table that stays a table for a screen reader on a narrow screen, where each row is laid out as a block.

use maud::{Markup, html};

/// A table: the first cell of each row is what the row is about.
pub(super) fn table(caption: &str, columns: &[&str], rows: Vec<Vec<Markup>>) -> Markup {
    html! {
        table role="table" {
            caption { (caption) }
            thead role="rowgroup" { tr role="row" {
                @for column in columns { th scope="col" role="columnheader" { (column) } }
            } }
            tbody role="rowgroup" {
                @for row in rows {
                    tr role="row" {
                        @for (place, cell) in row.into_iter().enumerate() {
                            @let label = columns.get(place).copied().unwrap_or_default();
                            @if place == 0 {
                                th scope="row" role="rowheader" { (cell) }
                            } @else {
                                td role="cell" data-label=(label) { (cell) }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A section with a heading. What it holds can be folded where it is long; on paper it is always open.
pub(super) fn section(id: &str, heading: &str, says: &str, content: &Markup) -> Markup {
    html! {
        section.card aria-labelledby=(id) {
            h2 #(id) { (heading) }
            p.soft { (says) }
            (content)
        }
    }
}

/// So many rows are read without being folded.
const OPEN_AT_MOST: usize = 60;

/// A part that can be folded; a long one is, until somebody opens it or prints it.
pub(super) fn folded(heading: &str, beside: &str, rows: usize, content: &Markup) -> Markup {
    html! {
        details open[rows <= OPEN_AT_MOST] {
            summary { h3 { (heading) } " " span.soft { (beside) } }
            (content)
        }
    }
}
