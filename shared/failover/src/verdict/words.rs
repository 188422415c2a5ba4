//! The words of a verdict.

use jiff::Timestamp;

use super::{Agreement, Decision, Evidence, Level, Reason, Verdict};
use crate::signal::Origin;

/// The verdict as sentences: its level and decision, its reasons, and the statements of all origins.
pub fn sentences(verdict: &Verdict) -> Vec<String> {
    let side = verdict.side;
    let what = match verdict.level {
        Level::Dark => format!("nothing is known of the {side}"),
        Level::Calm => format!("the {side} is well"),
        Level::Suspected => format!("the {side} is suspected"),
        Level::Alarmed => format!("the {side} is taken for lost"),
    };
    let then = match verdict.decision {
        Decision::Nothing => "nothing is proposed",
        Decision::Tell => "people are told",
        Decision::Propose => "a failover is proposed",
        Decision::FenceAndPropose => "the side is fenced, and a failover is proposed",
        Decision::Act => "a failover is proposed, and begins unless somebody says no",
    };
    let mut lines = vec![format!("{what}: {then}")];
    lines.extend(verdict.reasons.iter().map(reason));
    lines.extend(verdict.origins.iter().filter_map(said));
    // Statements about the other side are set apart, so that nobody takes them for evidence against this side.
    let other = verdict.other_side.iter().filter_map(said);
    lines.extend(other.map(|line| format!("of the {}: {line}", side.other())));
    lines
}

/// Number of witnesses of an origin that are named before the rest is counted.
const NAMED: usize = 2;

/// The statement of an origin against a side, as one sentence; `None` if it says nothing against it.
fn said(agreement: &Agreement) -> Option<String> {
    let mut bad = agreement.evidence.iter().filter(|evidence| evidence.reading.is_bad());
    let first = bad.next()?;
    let rest: Vec<&Evidence> = bad.collect();
    let mut witnesses: Vec<&str> = vec![&first.subject];
    witnesses.extend(rest.iter().take(NAMED - 1).map(|evidence| evidence.subject.as_str()));
    let more = match (1 + rest.len() + agreement.more_bad).saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let since = agreement.bad_since.unwrap_or(first.since);
    let (origin, reading) = (agreement.origin, agreement.reading);
    Some(match agreement.origin {
        Origin::Probe | Origin::Workload => {
            format!("{origin} reads {reading} since {} ({}{more}): {}", clock(since), witnesses.join(", "), first.text)
        }
        Origin::Provider | Origin::Monitoring | Origin::Operator => {
            format!("{origin} reads {reading} since {} ({}{more}): {}", clock(since), first.source, first.text)
        }
    })
}

/// One reason as a sentence.
fn reason(reason: &Reason) -> String {
    match reason {
        Reason::NothingKnown => "no source says anything, which is neither healthy nor down".to_owned(),
        Reason::NoneBad => "no origin speaks against it".to_owned(),
        Reason::TooFew { have, need } => format!("{have} of the {need} origins that are needed speak against it"),
        Reason::NoneDown => "everybody who speaks against it calls it degraded, nobody down".to_owned(),
        Reason::NotLongEnough { since, need_s } => {
            format!("enough origins agree since {}, and {need_s} s are needed", clock(*since))
        }
        Reason::NotOver { since, clear_s } => {
            format!("it fired at {}, and is over when everything was healthy for {clear_s} s", clock(*since))
        }
        Reason::Fires { since, origins } => format!("{origins} origins agree for long enough, since {}", clock(*since)),
        Reason::Frozen(freeze) => format!("{} froze the pair at {}: {}", freeze.by, clock(freeze.at), freeze.why),
        Reason::SagaUnderWay { saga } => format!("saga {saga} is under way"),
        Reason::CoolingDown(cool_down) => {
            format!("cool-down after saga {} until {}, unless acknowledged", cool_down.saga, clock(cool_down.until))
        }
        Reason::WatchOnly => "the policy is to watch".to_owned(),
        Reason::OtherSideToo { side, reading } => format!("the {side} is not well either, it reads {reading}"),
    }
}

fn clock(at: Timestamp) -> String {
    at.strftime("%H:%M:%S").to_string()
}
