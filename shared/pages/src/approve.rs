//! Draws the page that asks. It shows what happened and what an answer does, then the answer, then all the rest.

use engine::approvals::ShownQuestion;
use failover::signal::Reading;
use failover::verdict::{Agreement, Level};
use maud::{Markup, html};

use crate::layout::page;
use crate::words::{moment, span, time};

/// The fault of the last try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// A field was left empty.
    Empty,
    /// The pair's name or the code is wrong.
    Wrong {
        /// Number of tries that are left.
        left: u32,
    },
    /// The same person has said yes before.
    SamePerson,
}

/// Draws the page of a question. `problem` is the fault of the last try, if there was one.
pub fn approve(shown: &ShownQuestion, problem: Option<Problem>) -> String {
    let heading = format!("Move the work from the {} to the {}?", shown.leaving, shown.leaving.other());
    let content = html! {
        @if let Some(problem) = problem { (alert(problem)) }
        section.card aria-labelledby="asked" {
            p.word { (proposed(shown)) }
            h1 #asked { (heading) }
            p.lead { (happened(shown)) }
            (glance(shown))
        }
        (form(shown, problem))
        (evidence(shown))
        details.card { summary { h2 { "Plan" } " " span.soft { (shown.steps) " steps" } } pre tabindex="0" { (shown.plan_text) } }
        (lines("Findings", "what would hurt, with the remedy", &shown.findings, true))
        (lines("Exceptions", "left out on purpose", &shown.exceptions, false))
        (record(shown))
    };
    page(&heading, Some(&shown.pair), &content)
}

fn alert(problem: Problem) -> Markup {
    let (heading, text) = match problem {
        Problem::Empty => ("Nothing was answered", "Type the pair's name and your approval code.".to_owned()),
        Problem::Wrong { left } => (
            "Nothing was answered",
            format!(
                "The pair's name or the code is not right. {} left before this link is locked.",
                if left == 1 { "One try is".to_owned() } else { format!("{left} tries are") }
            ),
        ),
        Problem::SamePerson => {
            ("You have said yes already", "Another person must say yes, too. They have a link of their own.".to_owned())
        }
    };
    html! { div.card.alert role="alert" #problem { p { strong { (heading) ". " } (text) } } }
}

fn proposed(shown: &ShownQuestion) -> String {
    let again = if shown.round > 0 { ", asked again" } else { "" };
    let how = if shown.planned { "Planned failover" } else { "Failover" };
    format!("{how}, proposed by {}{again}", shown.by)
}

fn happened(shown: &ShownQuestion) -> Markup {
    let side = shown.verdict.side;
    let what = match shown.verdict.level {
        Level::Dark => format!("No source says anything of the {side}: that is neither healthy nor down."),
        Level::Calm => format!("The signals say that the {side} is well."),
        Level::Suspected => format!("The {side} is suspected, but not enough speaks against it."),
        Level::Alarmed => format!("The {side} is taken for lost."),
    };
    html! {
        (what)
        @if let Some(at) = shown.noticed_at { " First noticed " (time(at, shown.now)) "." }
    }
}

fn glance(shown: &ShownQuestion) -> Markup {
    let (leaving, target) = (shown.leaving, shown.leaving.other());
    html! {
        dl.glance {
            div { dt { "What is lost" } dd { (lost(shown)) } }
            div { dt { "If you approve" } dd {
                "The work is stopped on the " (leaving) " and started on the " (target) ". "
                @if shown.planned {
                    "Nothing is started before everything there is verified stopped."
                } @else {
                    strong { "You accept a risk: " }
                    "what cannot be verified stopped on the " (leaving) " may still process data when it comes back, \
                     until the pursuit has fenced it."
                }
            } }
            div { dt { "If you decline" } dd {
                "Nothing is started on the " (target) ". The failover is held, and can be ended. "
                @if shown.fencing { strong { "The " (leaving) " is being fenced already" } ", as the policy says." }
            } }
            @if let Some(until) = shown.veto_until {
                div { dt { "If nobody answers" } dd { strong { "It begins by itself " (time(until, shown.now)) } "." } }
            }
            div { dt { "Answer until" } dd { (time(shown.expires_at, shown.now)) ". After that it is asked again." } }
            @if shown.people > 1 {
                div { dt { "Who must say yes" } dd { (people(shown)) } }
            }
        }
    }
}

fn lost(shown: &ShownQuestion) -> Markup {
    match &shown.loss {
        None => html! { "No dataset is declared, so nobody can tell." },
        Some(loss) => match loss.seconds {
            Some(0) => html! { "Nothing: dataset " q { (loss.dataset) } " is up to date." },
            Some(seconds) => html! {
                strong { "Up to " (span(seconds)) " of data" } " of dataset " q { (loss.dataset) } ", the one that is worst off."
            },
            None => html! { strong { "Unknown" } ": of dataset " q { (loss.dataset) } " it cannot be told." },
        },
    }
}

fn people(shown: &ShownQuestion) -> Markup {
    html! {
        (shown.people) " different people. "
        @if shown.given.is_empty() { "Nobody has so far." }
        @for (by, at) in &shown.given { strong { (by) } " has, at " (moment(*at)) ". " }
    }
}

fn form(shown: &ShownQuestion, problem: Option<Problem>) -> Markup {
    let wrong = match problem {
        Some(Problem::Empty | Problem::Wrong { .. }) => Some("true"),
        Some(Problem::SamePerson) | None => None,
    };
    let described = |hint: &str| if wrong.is_some() { format!("problem {hint}") } else { hint.to_owned() };
    html! {
        section.card aria-labelledby="answer" {
            h2 #answer { "Your answer" }
            p { "You answer as " strong { (shown.approver) } ". Opening this page changes nothing." }
            form method="post" autocomplete="off" {
                // This is the default button of the form. It is disabled, so that the Enter key does not answer.
                button type="submit" disabled hidden { "Neither" }
                div.field {
                    label for="pair" { "Pair's name" }
                    p.hint #pair-hint { "Type " strong.typed { (shown.pair) } }
                    input #pair name="pair" type="text" required autocomplete="off" autocapitalize="none" spellcheck="false"
                        aria-describedby=(described("pair-hint")) aria-invalid=[wrong];
                }
                div.field {
                    label for="code" { "Your approval code" }
                    p.hint #code-hint { "Four groups of four. Hyphens and capitals do not matter." }
                    input #code name="code" type="password" inputmode="text" required autocomplete="off"
                        autocapitalize="none" spellcheck="false"
                        aria-describedby=(described("code-hint")) aria-invalid=[wrong];
                }
                div.buttons {
                    button.approve type="submit" name="answer" value="approve" { "Approve" }
                    button.decline type="submit" name="answer" value="decline" { "Decline" }
                }
            }
        }
    }
}

fn evidence(shown: &ShownQuestion) -> Markup {
    let verdict = &shown.verdict;
    let sides = [(verdict.side, &verdict.origins), (verdict.side.other(), &verdict.other_side)];
    let known = sides.iter().any(|(_, origins)| origins.iter().any(|origin| !origin.evidence.is_empty()));
    html! {
        details.card open {
            summary { h2 { "Evidence" } " " span.soft { "as of " (moment(verdict.at)) } }
            @if !known { p { "No source has said anything so far." } }
            @for (side, origins) in sides {
                @if origins.iter().any(|origin| !origin.evidence.is_empty()) {
                    // On a phone the table has another layout. The roles keep it a table for a screen reader.
                    table role="table" {
                        caption { "What is said of the " (side) }
                        thead role="rowgroup" { tr role="row" {
                            @for column in ["Who", "Reads", "What"] { th scope="col" role="columnheader" { (column) } }
                        } }
                        tbody role="rowgroup" { @for origin in origins { (rows(origin)) } }
                    }
                }
            }
        }
    }
}

fn rows(agreement: &Agreement) -> Markup {
    html! {
        @for evidence in &agreement.evidence {
            tr role="row" {
                th scope="row" role="rowheader" { (agreement.origin) br; span.soft { (evidence.source) } }
                td role="cell" { span class={ "reading " (tone(evidence.reading)) } { (evidence.reading) } br; span.soft { "since " (evidence.since.strftime("%H:%M:%S")) } }
                td role="cell" { (evidence.text) }
            }
        }
        @if agreement.more > 0 {
            tr role="row" {
                th scope="row" role="rowheader" { (agreement.origin) }
                td role="cell" { (agreement.more) " more" }
                td role="cell" { "of which " (agreement.more_bad) " speak against it" }
            }
        }
    }
}

fn tone(reading: Reading) -> &'static str {
    match reading {
        Reading::Down => "down",
        Reading::Degraded => "degraded",
        Reading::Healthy => "healthy",
        Reading::Unknown => "unknown",
    }
}

fn lines(heading: &str, what: &str, lines: &[String], open: bool) -> Markup {
    html! {
        @if !lines.is_empty() {
            details.card open[open] {
                summary { h2 { (heading) " (" (lines.len()) ")" } " " span.soft { (what) } }
                ul { @for line in lines { li { (line) } } }
            }
        }
    }
}

fn record(shown: &ShownQuestion) -> Markup {
    html! {
        footer.record {
            p { "Saga " code { (shown.saga) } ", plan " code { (shown.plan.short()) }
                @if let Some(at) = shown.inventory_at { ", inventory of " (moment(at)) } "." }
            p { "From a terminal: " code { "switchback approve --saga " (shown.saga) } }
        }
    }
}

#[cfg(test)]
mod tests {
    use failover::Side;
    use failover::plan::Loss;
    use failover::signal::Origin;
    use failover::verdict::{Decision, Evidence, Verdict};
    use jiff::Timestamp;
    use saga::{PlanHash, SagaId};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shown() -> ShownQuestion {
        let said = Evidence {
            source: "datadog".into(),
            subject: "jobs".into(),
            reading: Reading::Down,
            since: at("2026-01-05T07:55:00Z"),
            text: "<script>alert(1)</script>".into(),
        };
        let origin = Agreement {
            origin: Origin::Monitoring,
            reading: Reading::Down,
            bad_since: Some(said.since),
            evidence: vec![said],
            more: 0,
            more_bad: 0,
        };
        ShownQuestion {
            now: at("2026-01-05T08:00:00Z"),
            pair: "payments".into(),
            saga: SagaId("payments-1".into()),
            approver: "ana".into(),
            text: String::new(),
            by: "the verdict".into(),
            leaving: Side::Primary,
            planned: false,
            fencing: true,
            noticed_at: Some(at("2026-01-05T07:55:00Z")),
            lost_at: None,
            verdict: Verdict {
                at: at("2026-01-05T08:00:00Z"),
                side: Side::Primary,
                level: Level::Alarmed,
                decision: Decision::Nothing,
                reasons: Vec::new(),
                noticed_at: None,
                down_since: None,
                origins: vec![origin],
                other_side: Vec::new(),
            },
            loss: Some(Loss { dataset: "a \"b\" <i>".into(), seconds: Some(80) }),
            plan: PlanHash::of(b"plan"),
            steps: 3,
            plan_text: "pools  (3 steps)".into(),
            findings: vec!["job & cluster: both".into()],
            exceptions: Vec::new(),
            inventory_at: None,
            people: 2,
            given: vec![("ben".into(), at("2026-01-05T07:59:00Z"))],
            round: 1,
            expires_at: at("2026-01-05T08:54:00Z"),
            veto_until: Some(at("2026-01-05T08:10:00Z")),
        }
    }

    #[test]
    fn the_page_says_what_an_answer_does() {
        let page = approve(&shown(), None);
        for text in [
            "Failover, proposed by the verdict, asked again",
            "The primary is taken for lost.",
            "Up to 1 min 20 s of data",
            "You accept a risk",
            "The primary is being fenced already",
            "It begins by itself",
            "2 different people",
            "<strong>ben</strong> has",
        ] {
            assert!(page.contains(text), "{text}: {page}");
        }
        assert_eq!((page.matches("<h1").count(), page.matches("<main").count()), (1, 1));
        assert!(page.starts_with("<!DOCTYPE html><html lang=\"en\">"));
    }

    #[test]
    fn what_others_say_is_text_and_the_form_names_no_address() {
        let page = approve(&shown(), Some(Problem::Wrong { left: 1 }));
        assert!(page.contains("&lt;script&gt;") && !page.contains("<script"), "{page}");
        assert!(!page.contains("<i>") && page.contains("job &amp; cluster"));
        assert!(!page.contains("action=") && !page.contains("href=") && !page.contains("src="));
        assert!(page.contains("One try is left") && page.contains("role=\"alert\""));
        for field in ["pair", "code"] {
            assert!(page.contains(&format!("<label for=\"{field}\">")), "{field} has no label");
            assert!(page.contains(&format!("aria-describedby=\"problem {field}-hint\"")), "{field} is not explained");
        }
    }
}
