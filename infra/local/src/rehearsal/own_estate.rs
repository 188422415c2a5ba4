//! Turns a captured checkpoint into a simulated pair, so that a team can rehearse with its own estate and without
//! an account.
//!
//! Law: every resource of the checkpoint is simulated, or the story lists it as left out. Active resources are
//! active in the simulated primary, so that a capture of it gives the same kinds, names, tags and starts. Facts that
//! a checkpoint lacks get plain values, and the story says so. Only the file is read, and its content goes only
//! into the story.
//! Must not know: how the simulator stores the descriptions.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use failover::text::gathered;
use failover::{Checkpoint, Missing, Resource, ResourceKey};
use runtime::Problem;
use serde_json::{Map, Value, json};
use sim::{Description, Estate};

/// A captured estate, with the lines that begin its story.
#[derive(Clone, Debug, PartialEq)]
pub struct OwnEstate {
    /// The simulated pair.
    pub estate: Estate,
    /// Lines before the story: the origin of the estate, its content, and the resources that are left out.
    pub told: Vec<String>,
}

impl OwnEstate {
    /// Reads a file that `switchback capture --out` has written.
    ///
    /// # Errors
    ///
    /// `CHECKPOINT-UNREADABLE` if the file is no checkpoint, is cut off, or was written by a newer program.
    /// `NO-CHECKPOINT` if it names no resource that can be rehearsed.
    pub fn read(file: &Path, seed: u64) -> Result<Self, Problem> {
        let remedy = "name a file that `switchback capture --out FILE` has written";
        let unreadable =
            |why: String| Problem::refused("CHECKPOINT-UNREADABLE", format!("{}: {why}; {remedy}", file.display()));
        let bytes = std::fs::read(file).map_err(|e| unreadable(e.to_string()))?;
        let checkpoint = Checkpoint::from_bytes(&bytes).map_err(|e| unreadable(e.to_string()))?;
        let own = Self::of(&file.display().to_string(), &checkpoint, seed);
        if own.resources() == 0 {
            let message = format!("{}: it names no resource that can be rehearsed; {remedy}", file.display());
            return Err(Problem::refused("NO-CHECKPOINT", message));
        }
        Ok(own)
    }

    /// The estate of a checkpoint. `file` is the path that it was read from, for the story.
    #[must_use]
    pub fn of(file: &str, checkpoint: &Checkpoint, seed: u64) -> Self {
        let started = started_by_jobs(checkpoint);
        let without_end = kept_up_by_endpoints(checkpoint);
        let describe = |resource: &Resource| Description {
            kind: simulated(&resource.kind).to_owned(),
            id: resource.id.clone(),
            name: resource.name.clone(),
            tag: resource.tag.clone(),
            active: resource.active,
            details: details(resource, &started, &without_end),
        };
        let described: Vec<Description> = checkpoint.resources.iter().map(describe).collect();
        let (estate, left_out) = Estate::described(seed, &described);
        let left_out: Vec<String> =
            left_out.iter().map(|(one, why)| format!("{} {:?} ({}): {why}", one.kind, one.name, one.id)).collect();
        let told = told(file, checkpoint, &left_out);
        Self { estate, told }
    }

    /// Number of resources on each side.
    #[must_use]
    pub fn resources(&self) -> usize {
        self.estate.len(sim::Side::Primary)
    }
}

/// The simulator's word for a kind. The simulator itself reports a kind that it does not know.
fn simulated(kind: &str) -> &str {
    match kind {
        "instance_pool" => "pool",
        "sql_warehouse" => "warehouse",
        other => other,
    }
}

/// The resources that jobs start.
fn started_by_jobs(checkpoint: &Checkpoint) -> BTreeSet<ResourceKey> {
    used_by(checkpoint, "job")
}

fn kept_up_by_endpoints(checkpoint: &Checkpoint) -> BTreeSet<ResourceKey> {
    used_by(checkpoint, "vector_search_endpoint")
}

fn used_by(checkpoint: &Checkpoint, kind: &str) -> BTreeSet<ResourceKey> {
    let of_kind = checkpoint.resources.iter().filter(|resource| resource.kind == kind);
    let used = of_kind.flat_map(|resource| &resource.can_start);
    used.filter_map(|used| Some(ResourceKey::new(&used.kind, used.id.clone()?))).collect()
}

fn details(resource: &Resource, started: &BTreeSet<ResourceKey>, without_end: &BTreeSet<ResourceKey>) -> Value {
    let mut details = Map::new();
    let uses: Vec<Value> = resource
        .can_start
        .iter()
        .filter_map(|used| Some(json!({ "kind": simulated(&used.kind), "id": used.id.as_ref()? })))
        .collect();
    details.insert("uses".to_owned(), Value::Array(uses));
    let found = |beginning: &str| resource.findings.iter().any(|finding| finding.starts_with(beginning));
    let key = resource.key();
    match resource.kind.as_str() {
        "job" => {
            for (member, name) in
                [("max_concurrent_runs", "max_concurrent_runs"), ("which", "on"), ("interrupted", "runs")]
            {
                let known = resource.starts.iter().find_map(|start| start.detail.get(member));
                details.extend(known.map(|known| (name.to_owned(), known.clone())));
            }
        }
        "instance_pool" => {
            details.extend(resource.starts.iter().filter_map(|start| start.detail.as_object()).flatten().map(own));
        }
        "cluster" => {
            details.insert("pinned".to_owned(), json!(!found("it is not pinned")));
        }
        // An active pipeline is simulated as continuous, unless a job starts it.
        "pipeline" => {
            let continuous = without_end.contains(&key) || (resource.active && !started.contains(&key));
            details.insert("continuous".to_owned(), json!(continuous));
            details.insert("gateway".to_owned(), json!(found("it is an ingestion gateway")));
            details.insert("without_code".to_owned(), json!(found("it names no code")));
        }
        "app" => {
            details.insert("crashes".to_owned(), json!(found("its process has crashed")));
        }
        "serving_endpoint" => {
            details.insert("foreign".to_owned(), json!(found("it serves ")));
        }
        // For every other kind the description has all known facts.
        _ => {}
    }
    Value::Object(details)
}

fn own((key, value): (&String, &Value)) -> (String, Value) {
    (key.clone(), value.clone())
}

fn told(file: &str, checkpoint: &Checkpoint, left_out: &[String]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for resource in &checkpoint.resources {
        *counts.entry(&resource.kind).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let active = checkpoint.resources.iter().filter(|resource| resource.active).count();
    let (side, pair, at) = (checkpoint.side, &checkpoint.pair, checkpoint.taken_at);
    let mut told = vec![
        format!("the estate is that of {file}: the {side} of pair {pair}, taken at {at}"),
        format!("{} resources, {active} active: {}", checkpoint.resources.len(), counts.join(", ")),
        "the standby has the same, prepared: paused and stopped, under other ids".to_owned(),
        "filled in, since a checkpoint does not tell it: a schedule fires once an hour, a run takes 20 minutes, a task \
         runs what its job starts or a notebook, a trigger waits for files, a pipeline at work goes on without end \
         unless a job starts it, compute is small; what was off has no schedule"
            .to_owned(),
    ];
    if side == failover::Side::Standby {
        told.push("it is the standby's checkpoint: here that side plays the primary".to_owned());
    }
    for (kind, missing) in &checkpoint.missing {
        told.push(match missing {
            Missing::UnsupportedHere { .. } => {
                format!("{kind}: that workspace has none of it, so nothing is rehearsed")
            }
            Missing::NotListed { message } => format!("{kind}: it was not listed, so it is not rehearsed: {message}"),
        });
    }
    told.extend(shared_names(checkpoint));
    told.extend(surplus(checkpoint));
    told.extend(gathered(left_out).into_iter().map(|line| format!("left out: {line}")));
    told
}

/// Names that several resources share. A failover, too, would leave them to a person.
fn shared_names(checkpoint: &Checkpoint) -> Vec<String> {
    let mut counted: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let untagged = checkpoint.resources.iter().filter(|resource| resource.tag.is_none() && resource.kind != "run");
    for resource in untagged {
        *counted.entry((&resource.kind, &resource.name)).or_default() += 1;
    }
    let several = counted.into_iter().filter(|(_, count)| *count > 1);
    several
        .map(|((kind, name), count)| {
            format!(
                "{count} of kind {kind} are named {name:?}: nothing tells them apart here, so they are left to a \
                 person; a tag `switchback` would"
            )
        })
        .collect()
}

/// The note about idle instances that pools do not keep. They come and go, and are not simulated.
fn surplus(checkpoint: &Checkpoint) -> Option<String> {
    let least =
        |resource: &Resource| resource.starts.iter().find_map(|start| start.detail.get("min_idle_instances")?.as_i64());
    let pools = checkpoint.resources.iter().filter(|resource| resource.kind == "instance_pool" && resource.active);
    match pools.filter(|resource| least(resource).is_none_or(|least| least == 0)).count() {
        0 => None,
        count => Some(format!("{count} pools had idle instances left that they do not keep: they are empty here")),
    }
}
