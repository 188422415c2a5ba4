//! Draws the frame of every page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The one stylesheet. The server of a page allows exactly this one, by its hash.
pub const STYLE: &str = include_str!("style.css");

/// Draws a whole page. `about` is the pair that the page is about, if it may be shown.
pub(crate) fn page(title: &str, about: Option<&str>, content: &Markup) -> String {
    let whole = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, nofollow";
                title { (title) " · Switchback" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header.top {
                    span.name { "Switchback" }
                    @if let Some(about) = about { span.about { "pair " strong { (about) } } }
                }
                main { (content) }
            }
        }
    };
    whole.into_string()
}

/// The result of something: one heading, its meaning, and what to do.
pub(crate) struct Notice<'a> {
    /// Style of the page: `good`, `calm` or `bad`.
    pub(crate) tone: &'a str,
    /// One word above the heading.
    pub(crate) word: &'a str,
    /// The heading, which says what happened.
    pub(crate) heading: String,
    /// The meaning of it.
    pub(crate) meaning: Markup,
    /// The next events, or the things to do.
    pub(crate) next: Vec<Markup>,
}

/// Draws a page that says one thing and asks nothing.
pub(crate) fn notice(about: Option<&str>, notice: &Notice<'_>) -> String {
    let content = html! {
        article class={ "card notice " (notice.tone) } {
            p.word { (notice.word) }
            h1 { (notice.heading) }
            p.lead { (notice.meaning) }
            @if !notice.next.is_empty() {
                h2 { "What now" }
                ul.next { @for line in &notice.next { li { (line) } } }
            }
        }
    };
    page(&notice.heading, about, &content)
}
