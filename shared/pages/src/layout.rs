//! The frame that every page stands in.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// The one stylesheet. Whoever serves a page allows exactly this one, by its hash.
pub const STYLE: &str = include_str!("style.css");

/// A whole page. `about` stands beside the name: which pair it is about, if that may be told.
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

/// What came of something: one heading, what it means, what to do.
pub(crate) struct Notice<'a> {
    /// How it looks: `good`, `calm` or `bad`.
    pub(crate) tone: &'a str,
    /// One word above the heading.
    pub(crate) word: &'a str,
    /// What happened.
    pub(crate) heading: String,
    /// What that means.
    pub(crate) meaning: Markup,
    /// What happens next, or what to do.
    pub(crate) next: Vec<Markup>,
}

/// A page that tells one thing and asks nothing.
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
