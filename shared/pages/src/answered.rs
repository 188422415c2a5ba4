//! Draws the page after an answer that was taken.

use engine::approvals::RequestStatus;
use engine::approvals::by_link::TakenAnswer;
use maud::{Markup, html};

use crate::layout::{Notice, notice};
use crate::words::moment;

/// Draws the page with the result of an answer.
pub fn answered(taken: &TakenAnswer) -> String {
    let recorded = html! { "Recorded as the answer of " strong { (taken.by) } " at " (moment(taken.at)) "." };
    let follow = html! { "Follow it with " code { "switchback status" } "." };
    let told = match taken.status {
        RequestStatus::Approved => Notice {
            tone: "good",
            word: "Approved",
            heading: "Approved: the failover begins".to_owned(),
            meaning: recorded,
            next: vec![
                html! { "The work moves to the other side now. The people who are declared in the plan are told." },
                follow,
                html! { "To end it where it stands: " code { "switchback abort" } ". You can close this page." },
            ],
        },
        RequestStatus::MorePeople(more) => Notice {
            tone: "calm",
            word: "Recorded",
            heading: format!("Your yes is recorded: {} must say yes", others(more)),
            meaning: recorded,
            next: vec![html! { "Nothing is started before. The others have links of their own." }, follow],
        },
        RequestStatus::Declined => Notice {
            tone: "calm",
            word: "Declined",
            heading: "Declined: nothing is started".to_owned(),
            meaning: recorded,
            next: vec![declined(), follow],
        },
    };
    notice(Some(&taken.pair), &told)
}

fn declined() -> Markup {
    html! { "The failover is held, not lost. It can be ended with " code { "switchback abort" } "." }
}

fn others(count: u32) -> String {
    if count == 1 { "one more person".to_owned() } else { format!("{count} more people") }
}
