//! The results of a rehearsal: numbers for machines, a story for people.

use failover::text::{Detail, plan_text};
use sim::Limits;

use super::cast::Cast;
use super::ended::Ended;
use super::report::{Report, report};
use super::{journey, telling};

/// A finished rehearsal with its texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The numbers.
    pub report: Report,
    /// The story. It is the same for the same scenario, seed and resources, byte for byte.
    pub story: String,
    /// The plan that was carried out, by counts.
    pub plan: String,
    /// The saga and the world at the end.
    pub ended: Ended,
    /// The reasons why runners stopped before their time.
    pub stopped: Vec<String>,
}

/// Makes the results of a rehearsal that has ended.
pub(super) fn tell(cast: &Cast<'_>, ended: &Ended, limits: &Limits) -> Told {
    let report = report(cast, ended, limits);
    let story =
        if ended.legs.is_empty() { telling::story(cast, ended, &report) } else { journey::story(cast, ended, &report) };
    let plan = plan_text(&ended.view.plan, &ended.view.head.plan.0, Detail::Counts);
    Told { report, story, plan, ended: ended.clone(), stopped: cast.stack.stopped() }
}
