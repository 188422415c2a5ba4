//! Writes the story of a rehearsal in order of time: the events of the pair, the work of the saga, and the findings
//! of the auditor.

use std::fmt::Write as _;

use engine::view::View;
use failover::clocks::ClockSeconds;
use failover::story::Sentence;
use failover::text::gathered;
use jiff::Timestamp;
use sim::DoubleWindow;

use super::cast::Cast;
use super::ended::Ended;
use super::fencing::{after_done, last_fenced_ms, switched_on_ms};
use super::report::Report;
use super::script::BEGINS;

/// Up to this number each stretch of double processing is listed. Beyond it the rest is counted.
pub(super) const LISTED: usize = 12;

pub(super) fn story(cast: &Cast<'_>, ended: &Ended, report: &Report) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{}: {}", cast.name, cast.script.title);
    let _ = writeln!(text, "seed {}, {} resources on each side, from {BEGINS}\n", cast.seed, cast.resources);
    let _ = writeln!(text, "{}\n", cast.script.tells.trim());
    let pair = |(at, what): &(Timestamp, String)| Sentence { at: *at, place: "pair".to_owned(), text: what.clone() };
    let mut sentences: Vec<Sentence> = ended.events.iter().map(pair).collect();
    sentences.extend(ended.heard.iter().cloned());
    sentences.extend(ended.view.story());
    let of_guard = |sentence: Sentence| Sentence { place: "guard".to_owned(), ..sentence };
    sentences.extend(ended.rounds.iter().flat_map(|round| round.story()).map(of_guard));
    sentences.sort_by_key(|sentence| sentence.at);
    for sentence in &sentences {
        let _ = writeln!(text, "{}  {:<12}  {}", clock(sentence.at), sentence.place, sentence.text);
    }
    section(&mut text, "left out on purpose", &ended.view.plan.exceptions);
    section(&mut text, "blocked, for a person", &blocked(&ended.view));
    section(&mut text, "findings", &gathered(&ended.view.plan.findings));
    let switched_on: Vec<String> = ended.rounds.iter().flat_map(|round| round.plan.findings.clone()).collect();
    // Each is listed by its name, so that people can find out who switched it on.
    all(&mut text, "switched on again, and fenced again by the guard", &switched_on);
    audit(&mut text, cast, ended, report);
    if cast.script.watch.is_some() && report.sagas > 0 {
        clocks(&mut text, &report.clocks);
    }
    let _ = writeln!(text, "\noutcome: {}", report.outcome);
    text
}

pub(super) fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}

fn all(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}

pub(super) fn section(text: &mut String, title: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    for line in lines.iter().take(LISTED) {
        let _ = writeln!(text, "  {line}");
    }
    if lines.len() > LISTED {
        let _ = writeln!(text, "  and {} more", lines.len() - LISTED);
    }
}

pub(super) fn blocked(view: &View) -> Vec<String> {
    let blocked = view.state.steps().filter(|(_, record)| record.state == saga::StepState::Blocked);
    let mut lines: Vec<String> = Vec::new();
    for (id, record) in blocked {
        let (Some(step), Some(fault)) = (view.plan.step(id), &record.fault) else { continue };
        lines.push(format!("{} {} {:?} -> {}: {fault}", step.place, step.kind, step.name, step.want));
    }
    lines
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
        explain(text, cast, ended);
        for window in audit.double_windows.iter().take(LISTED) {
            let _ = writeln!(text, "    {}", stretch(window));
        }
        if audit.double_windows.len() > LISTED {
            let _ = writeln!(text, "    and {} more", audit.double_windows.len() - LISTED);
        }
    }
    let _ =
        writeln!(text, "  {} resources processed data after they were reported fenced", auditor.processed_after_done);
    for late in after_done(cast, &cast.world(), ended) {
        let _ = writeln!(text, "    {late}");
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
    let _ =
        writeln!(text, "  {} runs or updates are under way on the primary at the end", auditor.processing_on_leaving);
}

fn clocks(text: &mut String, clocks: &ClockSeconds) {
    let parts = [
        ("detect", clocks.detect_s),
        ("decide", clocks.decide_s),
        ("execute", clocks.execute_s),
        ("validate", clocks.validate_s),
        ("together", clocks.rto_s),
    ];
    let told = parts.map(|(name, seconds)| match seconds {
        Some(seconds) => format!("{name} {seconds:.1} s"),
        None => format!("{name} not yet"),
    });
    let _ = writeln!(text, "\nthe clocks, from the first signal on: {}", told.join(", "));
}

fn explain(text: &mut String, cast: &Cast<'_>, ended: &Ended) {
    let back = cast.script.loss.as_ref().and_then(|loss| loss.back_at).map(|back| cast.at(back));
    let fenced = last_fenced_ms(ended).and_then(|ms| Timestamp::from_millisecond(ms).ok());
    if let (Some(back), Some(fenced)) = (back, fenced) {
        let _ = writeln!(
            text,
            "  the window: a lost primary that comes back at {} starts its work again before the pursuit reaches it; \
             its last resource was verified stopped at {}",
            clock(back),
            clock(fenced)
        );
    }
    if let Some((from, to)) = switched_on_ms(cast, ended) {
        let at = |ms: i64| Timestamp::from_millisecond(ms).map_or_else(|_| "?".to_owned(), clock);
        let _ = writeln!(
            text,
            "  the window: what was deployed at {} ran until the guard had fenced the last of it at {}",
            at(from),
            at(to)
        );
    }
}

pub(super) fn stretch(window: &DoubleWindow) -> String {
    let at = |ms: i64| Timestamp::from_millisecond(ms).map_or_else(|_| "?".to_owned(), clock);
    format!("{} to {}  {}", at(window.from_ms), at(window.to_ms), window.work)
}
