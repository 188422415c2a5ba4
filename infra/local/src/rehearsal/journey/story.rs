//! Writes the story of a journey: its sagas in order of time, the auditor's findings, and the differences at the end.

use std::fmt::Write as _;

use failover::story::Sentence;
use failover::text::gathered;
use jiff::Timestamp;

use super::super::cast::Cast;
use super::super::ended::Ended;
use super::super::report::Report;
use super::super::script::BEGINS;
use super::super::story::{LISTED, blocked, clock, section, stretch};
use super::super::travelled::Travelled;
use super::auditing::late;

/// Writes the story of a journey.
pub(in super::super) fn story(cast: &Cast<'_>, ended: &Ended, report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}: {}", cast.name, cast.script.title);
    let _ = writeln!(text, "seed {}, {} resources on each side, from {BEGINS}\n", cast.seed, cast.resources);
    let _ = writeln!(text, "{}\n", cast.script.tells.trim());
    let pair = |(at, what): &(Timestamp, String)| Sentence { at: *at, place: "pair".to_owned(), text: what.clone() };
    let mut sentences: Vec<Sentence> = ended.events.iter().map(pair).collect();
    sentences.extend(ended.legs.iter().flat_map(|leg| leg.view.story()));
    let of_guard = |sentence: Sentence| Sentence { place: "guard".to_owned(), ..sentence };
    sentences.extend(ended.rounds.iter().flat_map(|round| round.story()).map(of_guard));
    sentences.sort_by_key(|sentence| sentence.at);
    for sentence in &sentences {
        let _ = writeln!(text, "{}  {:<14}  {}", clock(sentence.at), sentence.place, sentence.text);
    }
    for leg in &ended.legs {
        let kind = &leg.view.plan.kind;
        section(&mut text, &format!("{kind}: left out on purpose"), &own_exceptions(leg));
        section(&mut text, &format!("{kind}: blocked, for a person"), &blocked(&leg.view));
        section(&mut text, &format!("{kind}: findings"), &gathered(&leg.view.plan.findings));
    }
    audit(&mut text, cast, ended, report);
    let title = "what is not as it was before the first saga";
    if ended.differences.is_empty() {
        let _ = writeln!(text, "\n{title}\n  nothing");
    } else {
        section(&mut text, title, &ended.differences);
    }
    let _ = writeln!(text, "\noutcome: {}", report.outcome);
    text
}

/// The exceptions of one leg. Gaps that no saga covers are left out, since every plan lists them.
fn own_exceptions(leg: &Travelled) -> Vec<String> {
    leg.view.plan.exceptions.iter().filter(|told| !told.starts_with("not covered, ")).cloned().collect()
}

fn audit(text: &mut String, cast: &Cast<'_>, ended: &Ended, report: &Report) {
    let audit = cast.world().audit();
    let auditor = &report.auditor;
    let _ = writeln!(text, "\nthe auditor, who reads only what truly ran");
    if audit.double_windows.is_empty() {
        let _ = writeln!(text, "  no work was ever processed on both sides at once");
    } else {
        let _ = writeln!(
            text,
            "  {:.0} s of double processing in {} stretches, {:.0} s of it unexplained",
            auditor.double_processing_s,
            audit.double_windows.len(),
            auditor.double_unexplained_s
        );
        for window in audit.double_windows.iter().take(LISTED) {
            let _ = writeln!(text, "    {}", stretch(window));
        }
        if audit.double_windows.len() > LISTED {
            let _ = writeln!(text, "    and {} more", audit.double_windows.len() - LISTED);
        }
    }
    let late = late(cast, ended);
    let _ = writeln!(text, "  {} resources processed data after they were reported fenced", late.len());
    for one in &late {
        let _ = writeln!(text, "    {one}");
    }
    let _ = writeln!(text, "  {} things were switched on that had been off", auditor.woken_that_were_off);
    let _ = writeln!(
        text,
        "  {} interrupted runs had to be run again, {} runs were started for them, {} works got a wrong number",
        auditor.runs_expected, auditor.runs_seen, auditor.runs_wrong
    );
    for wrong in audit.runs_wrong.iter().take(LISTED) {
        let _ = writeln!(text, "    {}: {} expected, {} seen", wrong.work, wrong.expected, wrong.seen);
    }
    let _ = writeln!(
        text,
        "  {} runs or updates are under way on the inactive side at the end",
        auditor.processing_on_leaving
    );
}
