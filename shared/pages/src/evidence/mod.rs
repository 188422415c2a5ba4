//! Draws the evidence of one saga as one page, for an auditor who has nothing but this file.
//!
//! The page loads nothing and runs nothing. It is read on a phone, on a desk and on paper alike. It
//! carries the record itself, and a seal over all of it.
//!
//! Law: the page is a pure function of the record, since a verifier draws it again. A change of
//! what is drawn must raise [`failover::evidence::PAGE_VERSION`].

mod log;
mod objectives;
mod people;
mod steps;
mod table;
mod text;
mod timeline;

use failover::evidence::{PAGE_VERSION, Record, sealed_page};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use saga::Outcome;

use crate::words::span;
use text::moment;

/// The page's own stylesheet, which is part of the page.
const STYLE: &str = include_str!("style.css");

/// The end of the record in a page. Nothing of this kind comes after it.
const RECORD_ENDS: &str = "</script>";

/// Draws the sealed page of a record.
pub fn evidence(record: &Record) -> String {
    sealed_page(|seal| with_record(&without_record(record, seal), record))
}

/// The page with its record in the place between the two line feeds. The page is given its size at once, since a
/// text that grows is twice in memory (S26).
fn with_record(drawn: &str, record: &Record) -> String {
    let json = String::from_utf8(record.to_bytes()).unwrap_or_default();
    let (before, after) = drawn.split_at(drawn.rfind(RECORD_ENDS).unwrap_or(drawn.len()));
    let mut page = String::with_capacity(drawn.len() + json.len());
    page.push_str(before);
    page.push_str(&json);
    page.push_str(after);
    page
}

fn without_record(record: &Record, seal: &str) -> String {
    let facts = &record.facts;
    let title = format!("Evidence of {} {}", facts.kind, facts.saga);
    let drawn = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="robots" content="noindex, nofollow";
                meta name="generator" content=(format!("Switchback, evidence page {PAGE_VERSION}"));
                title { (title) " · Switchback" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header.top { span.name { "Switchback" } span.about { "pair " strong { (facts.pair) } } }
                main {
                    (summary(record))
                    (objectives::objectives(record))
                    (timeline::timeline(record))
                    (people::people(record))
                    (steps::steps(record))
                    (people::learned(record))
                    (log::log(record))
                }
                (footer(record, seal))
                // Two line feeds that no reader sees. The record is alone between them.
                (PreEscaped("\n<script type=\"application/json\" id=\"record\">\n"))
                (PreEscaped(RECORD_ENDS))
                (PreEscaped("\n"))
            }
        }
    };
    drawn.into_string() + "\n"
}

fn summary(record: &Record) -> Markup {
    let (facts, run) = (&record.facts, &record.tables.run);
    let how = if run.planned { "planned" } else { "unplanned" };
    html! {
        section.card aria-labelledby="what" {
            p.word { "Evidence of one run, " (how) }
            h1 #what { (ended(run.outcome)) ": " (facts.kind) " of pair " (facts.pair) }
            dl.glance {
                div { dt { "Run" } dd { code { (facts.saga) } } }
                @if !run.leaving.is_empty() {
                    div { dt { "Moved" } dd { "from the " (run.leaving) " to the " (run.target) } }
                }
                div { dt { "Started by" } dd { (facts.by) } }
                div { dt { "From, to" } dd {
                    (moment(run.began_at)) " to " (moment(run.ended_at)) ", "
                    (span(run.ended_at.duration_since(run.began_at).as_secs()))
                    @if let Some(by) = &run.ended_by { ", ended by " (by) }
                } }
                div { dt { "Steps" } dd {
                    (run.steps.total()) " in all: " (run.steps.done) " done, " (run.steps.waived) " waived, "
                    (run.steps.open()) " open"
                } }
                @if let Some(on) = &record.tables.on_target {
                    div { dt { "On the target" } dd {
                        (span(on.seconds)) " of this run, from " (moment(on.from)) " to its end"
                    } }
                }
                div { dt { "Plan" } dd { "made " (moment(run.planned_at)) ", SHA-256 " code { (facts.plan_hash) } } }
                div { dt { "Runners" } dd { (run.runners) ", one after the other, each with a lease" } }
            }
        }
    }
}

fn ended(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Completed => "Completed",
        Outcome::Aborted => "Ended early by a person",
    }
}

fn footer(record: &Record, seal: &str) -> Markup {
    html! {
        footer.card aria-labelledby="seal" {
            h2 #seal { "Seals, and how to verify" }
            dl.glance {
                div { dt { "Seal of the record" } dd { code { (record.seal) } } }
                // The verification of a page searches for the marks around the seal.
                div { dt { "Seal of this page" } dd {
                    (PreEscaped(format!("<code id=\"page-seal\">{seal}</code>")))
                } }
            }
            p {
                "Offline, with nothing but this file: " code { "switchback verify FILE" }
                ". It makes every table of this page again from the record inside it, and follows the chain of hashes line by line."
            }
            p {
                "Against a seal that was kept elsewhere: " code { "switchback verify FILE --seal " (record.seal12()) "…" }
                ", with all of its digits. A seal has no key, so only this finds a record that was made up from beginning to end. "
                "It is kept in the object's name in the evidence bucket, whose Object Lock lets nobody replace it, and in the pair's history."
            }
        }
    }
}
