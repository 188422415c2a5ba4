//! Words the question of a plan: what would be done, what it costs, and which risk a yes accepts.

use failover::plan::About;
use failover::{Operation, Side};
use saga::{Plan, PlanHash};

/// The text of the question.
pub(super) fn question(plan: &Plan, hash: &PlanHash, about: &About) -> String {
    let leaving = about.leaving;
    let target = leaving.other();
    let pair = &plan.subject;
    let asked = match about.operation.unwrap_or(Operation::Failover) {
        Operation::Failover => format!("Move the work of pair {pair} from the {leaving} to the {target}?"),
        Operation::Failback => format!("Move the work of pair {pair} back from the {leaving} to the {target}?"),
        Operation::Promotion => {
            format!("Make the {target} the primary of pair {pair} for good, and the {leaving} its standby?")
        }
        Operation::Drill => format!(
            "Drill: move the work of pair {pair} from the {leaving} to the {target}, let it work there for a while, and \
             move it back? The way back is approved with this."
        ),
        Operation::StandbyDrill => format!(
            "Drill on the {target} of pair {pair} alone: start its compute, prove it, and stop it again? Neither the \
             {leaving} nor data is touched."
        ),
    };
    let window = about.window.map_or_else(String::new, |window| {
        format!(" It begins between {} and {}, or not at all.", window.from, window.until)
    });
    format!("{asked} {} steps, plan {}.{window}{}{}", plan.total(), hash.short(), loss(about), risk(about, leaving))
}

fn loss(about: &About) -> String {
    about.worst_loss.as_ref().map_or_else(String::new, |loss| match loss.seconds {
        Some(seconds) => format!(" Up to {seconds} s of data would be lost, of dataset {:?}.", loss.dataset),
        None => format!(" How much data of dataset {:?} would be lost cannot be told.", loss.dataset),
    })
}

fn risk(about: &About, leaving: Side) -> String {
    let operation = about.operation.unwrap_or(Operation::Failover);
    let planned = about.planned;
    let mut risk = match operation {
        Operation::StandbyDrill => String::new(),
        Operation::Failback => {
            " Nothing is started before everything there is verified stopped, and the data that was \
                             written there is back within its objective."
                .to_owned()
        }
        Operation::Failover | Operation::Promotion | Operation::Drill if planned => {
            " Nothing is started before everything there is verified stopped.".to_owned()
        }
        Operation::Failover | Operation::Promotion | Operation::Drill => format!(
            " What cannot be verified stopped on the {leaving} may still process data when it comes back, until the \
             pursuit has fenced it. Approving accepts that risk for this saga."
        ),
    };
    if about.fence_first {
        risk.push_str(&format!(" The {leaving} is being fenced already, as the policy says."));
    }
    risk
}
