//! Says what the auditor found, in words that a reader who is new to the project understands.

use failover::Side;
use jiff::Timestamp;
use sim::DoubleWindow;

use super::super::ended::Ended;
use super::super::report::Auditor;
use super::super::story::clock;
use super::model::{Mark, Proof};

/// The reason why both sides worked at once for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    /// The lost side came back at this time.
    Returned(Timestamp),
    /// A deployment switched jobs on again. The guard had fenced the last of them at the second time.
    Deployed(Timestamp, Timestamp),
}

/// The findings of the auditor.
pub(super) fn proof(auditor: &Auditor, double: &[DoubleWindow], cause: Option<Cause>, ended: &Ended) -> Vec<Proof> {
    let mut proof = vec![
        judged(
            auditor.processed_after_done == 0,
            format!("{} things processed data after they were read back as \"fenced\"", auditor.processed_after_done),
        ),
        judged(
            auditor.woken_that_were_off == 0,
            format!("{} things switched on that had been off", auditor.woken_that_were_off),
        ),
        runs(auditor, ended),
        both_sides(auditor, double, cause),
    ];
    proof.extend(left_over(auditor, ended));
    proof.extend(settings(ended));
    proof
}

fn judged(is_well: bool, text: String) -> Proof {
    Proof { mark: if is_well { Mark::Well } else { Mark::Failed }, text }
}

fn runs(auditor: &Auditor, ended: &Ended) -> Proof {
    let (expected, seen, wrong) = (auditor.runs_expected, auditor.runs_seen, auditor.runs_wrong);
    match (expected, wrong) {
        (0, 0) => judged(seen == 0, "no interrupted run had to be repeated, and none was".to_owned()),
        (_, 0) => judged(seen == expected, format!("{seen} of {expected} interrupted runs repeated, each once")),
        (_, wrong) if seen + wrong == expected && ended.view.state.tally().blocked > 0 => {
            let text = format!("{seen} of {expected} interrupted runs repeated; the others wait for the blocked steps");
            Proof { mark: Mark::Beware, text }
        }
        (_, wrong) => {
            let text = format!("{seen} of {expected} interrupted runs repeated; wrong number of runs: {wrong}");
            judged(false, text)
        }
    }
}

fn both_sides(auditor: &Auditor, double: &[DoubleWindow], cause: Option<Cause>) -> Proof {
    if auditor.double_unexplained_s > 0.0 {
        let text = format!(
            "{:.0} s of double processing that nothing explains, in {} stretches",
            auditor.double_unexplained_s,
            double.len()
        );
        return judged(false, text);
    }
    let last = double.iter().map(|window| window.to_ms).max().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    let (Some(last), Some(cause)) = (last, cause) else {
        return judged(true, "no work was processed on both sides at once".to_owned());
    };
    let counted = if double.len() == 1 { "1 stretch".to_owned() } else { format!("{} stretches", double.len()) };
    let text = match cause {
        Cause::Returned(back) => format!(
            "the lost side came back at {} and started its schedules by itself; some work ran on both sides until the \
             pursuit had stopped it: {counted}, the last over at {}",
            clock(back),
            clock(last)
        ),
        Cause::Deployed(at, fenced) => format!(
            "a deployment at {} switched jobs on again on the side that was left; some work ran on both sides until \
             the guard had stopped it at {}: {counted}",
            clock(at),
            clock(fenced)
        ),
    };
    Proof { mark: Mark::Beware, text }
}

/// Work under way on the side that was left. Where the primary works on, its work is no finding.
fn left_over(auditor: &Auditor, ended: &Ended) -> Option<Proof> {
    let was_left = !ended.legs.is_empty() || ended.view.pair.active == Side::Standby;
    let text = format!("{} things still at work on the inactive side at the end", auditor.processing_on_leaving);
    was_left.then(|| judged(auditor.processing_on_leaving == 0, text))
}

fn settings(ended: &Ended) -> Option<Proof> {
    if ended.legs.is_empty() {
        return None;
    }
    let text = match ended.differences.len() {
        0 => return Some(judged(true, "every setting of both workspaces is as before the first saga".to_owned())),
        1 => "1 setting is not as before the first saga: the story names it".to_owned(),
        count => format!("{count} groups of settings are not as before the first saga: the story names them"),
    };
    Some(Proof { mark: Mark::Beware, text })
}
