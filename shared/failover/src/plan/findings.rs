//! The findings of a plan, each with its remedy, and the list of what no failover carries.

use saga::bounds::{TEXT, capped};

use super::{Ask, Loss, homing, own};
use crate::action::{ActiveActive, Purpose};
use crate::checkpoint::{Checkpoint, Missing};

/// All findings, each with its remedy.
pub(super) fn findings(ask: &Ask<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    let age = ask.made_at.duration_since(ask.here.taken_at);
    if age > ask.policy.checkpoint_age {
        findings.push(format!(
            "the {}'s checkpoint is {} minutes old: what changed since then is not in this plan; capture more often",
            ask.leaving,
            age.as_mins()
        ));
    }
    findings.extend(ask.datasets.iter().filter_map(|seen| match (&seen.synced_at, seen.loss_s(ask.lost_at)) {
        (Err(why), _) => Some(format!(
            "{} {:?}: the time of its last synced data cannot be told ({why}): its loss is unknown",
            seen.purpose.as_str(),
            seen.name
        )),
        (Ok(synced), Some(loss)) if loss > seen.objective_s => Some(format!(
            "{} {:?}: {loss} s of data would be lost, {} s are the objective; last synced at {synced:.0}",
            seen.purpose.as_str(),
            seen.name,
            seen.objective_s
        )),
        (Ok(_), _) => None,
    }));
    findings.extend(homing::made_meanwhile(ask));
    findings.extend(homing::written_meanwhile(ask));
    findings.extend(not_running(ask));
    findings.extend(ask.lessons.iter().map(|lesson| {
        let owner = lesson.owner.as_deref().unwrap_or("nobody sees to it");
        let due = lesson.due.map_or_else(|| "no date".to_owned(), |due| format!("until {due}"));
        format!("lesson of {}, open ({owner}, {due}): {}", lesson.saga, lesson.text)
    }));
    findings.extend(missing_kinds(ask.here));
    findings.extend(missing_kinds(ask.there));
    for resource in &ask.here.resources {
        let about = |finding| format!("{} {:?}: {finding}", resource.kind, resource.name);
        findings.extend(resource.findings.iter().map(about));
    }
    findings
}

/// Cuts each line to the length that a text may have (S25).
pub(super) fn bounded(lines: Vec<String>) -> Vec<String> {
    lines.into_iter().map(|line| if line.len() <= TEXT { line } else { capped(&line, TEXT) }).collect()
}

fn missing_kinds(checkpoint: &Checkpoint) -> impl Iterator<Item = String> {
    checkpoint.missing.iter().filter(|(kind, _)| *kind != own::WORKSPACE).map(|(kind, missing)| match missing {
        Missing::UnsupportedHere { message } => {
            format!("the {} does not offer kind {kind}: unsupported here ({message})", checkpoint.side)
        }
        Missing::NotListed { message } => format!(
            "kind {kind} of the {} could not be listed ({message}): it is fenced when it answers, but nothing of it is started",
            checkpoint.side
        ),
    })
}

/// R9: work that is marked as running on both sides should run on both.
fn not_running(ask: &Ask<'_>) -> Vec<String> {
    let mut findings = Vec::new();
    for ActiveActive { kind, name } in &ask.declarations.active_active {
        for side in [ask.here, ask.there] {
            let found = side.resources.iter().find(|r| r.kind == *kind && r.name == *name);
            let what = match found {
                Some(resource) if resource.active => continue,
                Some(resource) => format!("is {} there", resource.state),
                None => "is not there".to_owned(),
            };
            findings.push(format!(
                "{kind} {name:?} is marked active-active, but {what} on the {}: run it on both sides, or remove the mark",
                side.side
            ));
        }
    }
    findings
}

/// R8: the things that no failover of workspaces carries. They are listed, so that they are not silently missing
/// [docs: admin/disaster-recovery; admin/managed-disaster-recovery].
pub(super) fn not_covered() -> Vec<String> {
    NOT_COVERED.iter().map(|(what, remedy)| format!("not covered, {what}: {remedy}")).collect()
}

const NOT_COVERED: &[(&str, &str)] = &[
    ("feature store and online tables", "publish features to the target's own store, and read them there"),
    ("MLflow experiments and runs", "export what must be kept; training starts anew on the target"),
    ("registered models", "register and approve each version on both sides when it is released"),
    (
        "quality monitors",
        "no API lists or pauses them: they stop with their warehouse, and need one of their own there",
    ),
    ("secrets", "write each secret to both sides' scopes when it changes"),
    ("unsaved notebook state and running cells", "only what was saved, or is in a Git folder, is on the target"),
];

/// The loss of the worst dataset. An unknown loss is worse than any other.
pub(super) fn worst_loss(ask: &Ask<'_>) -> Option<Loss> {
    let seen = ask.datasets.iter().filter(|seen| match seen.purpose {
        Purpose::Dataset | Purpose::Recovery => true,
        Purpose::Fence
        | Purpose::Source
        | Purpose::Route
        | Purpose::Channel
        | Purpose::Endpoint
        | Purpose::Validation => false,
    });
    let losses = seen.map(|seen| Loss { dataset: seen.name.clone(), seconds: seen.loss_s(ask.lost_at) });
    losses.max_by_key(|loss| loss.seconds.unwrap_or(i64::MAX))
}
