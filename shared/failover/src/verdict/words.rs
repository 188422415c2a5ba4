//! A verdict in words.

use jiff::Timestamp;

use super::{Decision, Level, Reason, Verdict};

/// The verdict as sentences: what it is, why, and what everybody says.
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
    for agreement in verdict.origins.iter().chain(&verdict.other_side) {
        for evidence in agreement.evidence.iter().filter(|evidence| evidence.reading.is_bad()) {
            lines.push(format!(
                "{} reads {} since {}: {} ({})",
                agreement.origin,
                evidence.reading,
                clock(evidence.since),
                evidence.text,
                evidence.source
            ));
        }
    }
    lines
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
