//! Draws a table that stays a table for a screen reader. On a narrow screen each row is laid out as a block.

use maud::{Markup, html};

/// Draws a table. The first cell of each row names the subject of the row.
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

/// Draws a section: a heading, a line about its content, and the content.
pub(super) fn section(id: &str, heading: &str, says: &str, content: &Markup) -> Markup {
    html! {
        section.card aria-labelledby=(id) {
            h2 #(id) { (heading) }
            p.soft { (says) }
            (content)
        }
    }
}

/// Number of rows up to which a part is not folded.
const OPEN_AT_MOST: usize = 60;

/// Draws a part that can be folded. A long one is folded until somebody opens it. On paper it is always open.
pub(super) fn folded(heading: &str, beside: &str, rows: usize, content: &Markup) -> Markup {
    html! {
        details open[rows <= OPEN_AT_MOST] {
            summary { h3 { (heading) } " " span.soft { (beside) } }
            (content)
        }
    }
}
