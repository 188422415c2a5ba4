//! Draws the page of a genuine link that can no longer be answered: what happened, what to do.

use engine::approvals::LinkError;
use maud::{Markup, html};

use crate::layout::{Notice, notice};
use crate::not_valid::not_valid;
use crate::words::{moment, span};

/// Draws the page. A link that Switchback did not make gets the page of `not_valid`, which reveals nothing.
pub fn closed(pair: &str, why: &LinkError) -> String {
    match told(why) {
        Some(told) => notice(Some(pair), &told),
        None => not_valid(),
    }
}

fn told(why: &LinkError) -> Option<Notice<'static>> {
    let (word, heading, meaning, next): (&str, String, Markup, Vec<Markup>) = match why {
        LinkError::NotOurs => return None,
        LinkError::Approved { by, at } => (
            "Answered",
            "It was approved already".to_owned(),
            html! { strong { (by) } " approved it at " (moment(*at)) "." },
            vec![follow()],
        ),
        LinkError::Declined { by, at } => (
            "Answered",
            "It was declined already".to_owned(),
            html! { strong { (by) } " declined it at " (moment(*at)) ". Nothing is started." },
            vec![html! { "If that was wrong, speak with " (by) "." }, follow()],
        ),
        LinkError::Over => (
            "Over",
            "There is nothing to answer any more".to_owned(),
            html! { "This failover was ended before anybody answered." },
            vec![follow()],
        ),
        LinkError::AnotherPlan => (
            "Asked again",
            "It is about another plan now".to_owned(),
            html! { "The plan that this link shows is not the one that is asked about." },
            newer(),
        ),
        LinkError::WorseLoss { shown_s, now_s } => (
            "Asked again",
            "More data would be lost now".to_owned(),
            html! { "This link shows a loss of " strong { (loss(*shown_s)) } ". Measured again, it is " strong { (loss(*now_s)) } ". Your answer was not taken." },
            newer(),
        ),
        LinkError::Expired { at, again: true } => {
            ("Expired", "This link has expired".to_owned(), html! { "It was good until " (moment(*at)) "." }, newer())
        }
        LinkError::Expired { at, again: false } => (
            "Expired",
            "This link has expired".to_owned(),
            html! { "It was good until " (moment(*at)) ". The question is asked again within a minute." },
            newer(),
        ),
        LinkError::Locked => (
            "Locked",
            "This link is locked".to_owned(),
            html! { "Too many wrong codes were typed. The others were told." },
            vec![
                html! { "If it was not you, somebody else has read your messages: tell your team." },
                html! { "Everybody else's link works still, and so does a terminal: " code { "switchback approve" } "." },
            ],
        ),
        LinkError::NotYet => (
            "Not yet",
            "This link is not ready yet".to_owned(),
            html! { "Its message came before it was written down." },
            vec![html! { "Open it again in a minute." }],
        ),
        LinkError::NoApprover(name) => (
            "Not asked",
            "You are not asked any more".to_owned(),
            html! { strong { (name) } " is no longer among those who may approve." },
            vec![html! { "If that is wrong, add them to the pair's configuration again." }],
        ),
        LinkError::Store(_) => (
            "Not now",
            "This does not work right now".to_owned(),
            html! { "The record could not be read or written. Whether an answer was taken is told when you open the link again." },
            vec![
                html! { "Open the link again in a minute." },
                html! { "Or answer from a terminal: " code { "switchback approve" } "." },
            ],
        ),
    };
    Some(Notice { tone: "calm", word, heading, meaning, next })
}

fn loss(seconds: Option<i64>) -> String {
    seconds.map_or_else(|| "an unknown amount of data".to_owned(), |seconds| format!("up to {} of data", span(seconds)))
}

fn follow() -> Markup {
    html! { "See how it stands with " code { "switchback status" } "." }
}

fn newer() -> Vec<Markup> {
    vec![
        html! { "A newer message holds a new link, or will within a minute. Open that one." },
        html! { "Or answer from a terminal: " code { "switchback approve" } "." },
    ]
}
