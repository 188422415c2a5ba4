//! Makes the first lines of a report on a pair.
//!
//! They say whether its work runs and whether it could be moved, and give the command that mends it as a whole
//! line. `status`, `check` and `abort` say the same by the same function of the engine.

use engine::pair_status::PairStatus;
use failover::Side;
use failover::work::{Mend, Reach, Work};
use runtime::Exit;
use serde_json::{Value, json};

use crate::place::pair::PairArguments;
use crate::place::store::Store;

/// The parts that commands of the pair are made of.
pub(crate) struct Lines<'a> {
    /// The flag that names the pair.
    pub(crate) pair: &'a PairArguments,
    /// The flags that name the store.
    pub(crate) again: String,
    /// The store. It decides what takes the next checkpoint.
    pub(crate) store: &'a Store,
}

impl Lines<'_> {
    fn line(&self, command: &str) -> String {
        self.pair.line(command, &self.again)
    }
}

/// The first lines of a report.
pub(crate) struct First {
    /// Sentences, each with its command. The most urgent one comes first.
    pub(crate) text: String,
    /// The same for machines: the members `work`, `mend` and `checkpoint`.
    pub(crate) members: [(&'static str, Value); 3],
    /// Whether the work does not run, or that is not known.
    pub(crate) stands_still: bool,
    /// Whether a failover of a lost side would lack a good checkpoint.
    pub(crate) wants_checkpoint: bool,
}

impl First {
    /// Makes the lines from the status of the pair.
    pub(crate) fn of(status: &PairStatus, lines: &Lines<'_>) -> Self {
        let mend = mend(&status.work, lines);
        let mut text = format!("pair {}: {}\n", status.pair.pair, sentence(status));
        if !mend.is_empty() {
            let commands: Vec<String> = mend.iter().map(|command| format!("`{command}`")).collect();
            text.push_str(&format!("  what to do: {}\n", commands.join(", then ")));
        }
        let wanting = status.checkpoint.as_ref().filter(|checkpoint| checkpoint.is_wanting());
        let remedy = wanting.map(|_| remedy(lines));
        if let Some(checkpoint) = &status.checkpoint {
            text.push_str(&format!("{}\n", checkpoint.told()));
        }
        if let Some(remedy) = &remedy {
            text.push_str(&format!("  what to do: {remedy}\n"));
        }
        let mut checkpoint = json!(status.checkpoint);
        if let Some(remedy) = &remedy {
            checkpoint["remedy"] = json!(remedy);
        }
        Self {
            text,
            members: [("work", json!(status.work)), ("mend", json!(mend)), ("checkpoint", checkpoint)],
            stands_still: status.work.needs_a_person(),
            wants_checkpoint: wanting.is_some(),
        }
    }

    /// The exit of a command that has nothing else to report.
    pub(crate) fn exit(&self) -> Exit {
        if self.stands_still || self.wants_checkpoint { Exit::PersonNeeded } else { Exit::Fine }
    }

    /// Adds the members to a JSON object.
    pub(crate) fn add_to(&self, object: &mut Value) {
        for (name, value) in &self.members {
            object[*name] = value.clone();
        }
    }
}

fn sentence(status: &PairStatus) -> String {
    match &status.work {
        Work::Unrecorded => "NOTHING IS RECORDED of it in this store: neither a checkpoint nor a saga. Is the name of \
                             the pair right, and the store?"
            .to_owned(),
        Work::Works { side, left_frozen: None } => format!("the work is on the {side}"),
        Work::Works { side, left_frozen: Some(by) } => format!(
            "the work is on the {side}, and DEPLOYMENTS STAY FROZEN: saga {} was aborted after it froze them and \
             before it stopped anything",
            by.saga
        ),
        Work::Moving { by, .. } => format!(
            "the work is moving from the {} to the {} by saga {}, deployments are frozen",
            by.leaving,
            by.leaving.other(),
            by.saga
        ),
        Work::Stopped { by, .. } => {
            format!("THE WORK IS STOPPED: saga {} was aborted in the middle: {}", by.saga, reach(by))
        }
        Work::Unknown { side } => format!(
            "WHETHER THE WORK RUNS IS NOT KNOWN: deployments are frozen, the active side is the {side}, and no record \
             that can be read tells why"
        ),
    }
}

/// The progress of an aborted saga, in words.
fn reach(by: &Reach) -> String {
    let asked = if by.asked == 0 { String::new() } else { format!(", {} more were asked to stop", by.asked) };
    format!(
        "{} of {} things on the {} are stopped{asked}, {} of {} are started on the {}, and nothing goes on by itself",
        by.fenced,
        by.of_fences,
        by.leaving,
        by.started,
        by.of_starts,
        by.leaving.other()
    )
}

fn mend(work: &Work, lines: &Lines<'_>) -> Vec<String> {
    match work {
        Work::Unrecorded => vec![lines.line("capture")],
        Work::Unknown { .. } => vec![lines.line("failback")],
        Work::Works { left_frozen: Some(by), .. } | Work::Stopped { by, .. } => {
            by.mends().into_iter().map(|mend| lines.line(&command(mend, by))).collect()
        }
        Work::Works { left_frozen: None, .. } | Work::Moving { .. } => Vec::new(),
    }
}

fn command(mend: Mend, by: &Reach) -> String {
    match mend {
        Mend::Guard => "guard".to_owned(),
        Mend::Failback => "failback".to_owned(),
        Mend::Again => {
            let planned = if by.planned { " --planned" } else { "" };
            let leaving = if by.leaving == Side::Standby { " --leaving standby" } else { "" };
            format!("failover{planned}{leaving}")
        }
    }
}

fn remedy(lines: &Lines<'_>) -> String {
    let capture = format!("`{}`", lines.line("capture"));
    match lines.store {
        Store::Embedded(_) => format!("{capture}, every five minutes by a schedule"),
        Store::Aws { .. } => {
            format!("the function sync takes one every five minutes, see its alarm; {capture} takes one at once")
        }
    }
}
