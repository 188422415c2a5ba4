//! Draws the page of a token that does not prove itself. It is the same for every fault of a token.

use maud::html;

use crate::layout::{Notice, notice};

/// Draws the page. It says nothing that depends on the token, on any pair or on any saga.
pub fn not_valid() -> String {
    let told = Notice {
        tone: "calm",
        word: "Not valid",
        heading: "This link is not valid".to_owned(),
        meaning: html! { "Nothing was read and nothing was changed." },
        next: vec![
            html! { "Open the link from the newest message again. Some mail programs break long links: copy all of it." },
            html! { "Or answer from a terminal: " code { "switchback status" } ", then " code { "switchback approve" } "." },
        ],
    };
    notice(None, &told)
}
