//! Lists, fences and starts all-purpose clusters, and fences the clusters that a job still has
//! [docs: clusters; py-sdk: service/compute.py].
//!
//! Quirk: a listing shows pinned clusters, active clusters and those terminated within 30 days. It includes
//! the clusters that jobs made. Job clusters are no resources of their own. They are listed so that none is
//! left running, and they are not recorded. Clusters of pipelines and SQL warehouses belong to their own
//! kinds.
//! Quirk: a job run, a connection or a notebook starts a terminated cluster by itself, and no flag forbids
//! it. So a termination holds only until then, and the guard and the sweep terminate the cluster again when
//! they next read it.
//! Quirk: an unpinned cluster is deleted for good 30 days after its termination
//! [docs: compute/clusters-manage], so a workspace that is fenced for longer would lose it. So a cluster that
//! people made is terminated and also pinned. A pin stops no processing of data. So a refused pin does not
//! keep a fence from being reported; it is noted, and a sweep sets no pins. Only a workspace admin may pin,
//! and at most 100 clusters. If those are used up, no pin is requested, and a finding says so. The pin stays
//! when the cluster is started again.
//! Quirk: the answer for one cluster does not show whether it is pinned. A listing with a filter does.
//! Unverified: how a pin above the limit is refused.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use engine::ports::{ApiCall, ApiReply, Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, ResourceKey, StartStage};
use saga::{Fault, Step};
use serde_json::{Value, json};

use super::facts::{fixed_zone, number, observed, resource, start, tag, text, trimmed, zone_finding};
use super::{Api, Kind, names, verdicts, want};
use crate::call::Call;
use crate::codes;
use crate::endpoints::{CLUSTERS_GET, CLUSTERS_LIST, CLUSTERS_PIN, CLUSTERS_START, CLUSTERS_TERMINATE};
use crate::listing::Shape;

const NAME: &str = names::CLUSTER;
const PAGE: u32 = 100;
/// Sources of clusters that people made [py-sdk: compute.ClusterSource].
const MADE_BY_PEOPLE: [&str; 2] = ["UI", "API"];
const MADE_BY_JOBS: &str = "JOB";
/// The limit of pinned clusters [docs: compute/clusters-manage].
const MOST_PINNED: usize = 100;
/// Whether the cluster is pinned, and how many clusters are; both are absent if this was not read.
const PINNED: &str = "pinned";
const PINS: &str = "pins";
/// The note of a refused pin begins with this text.
const NOT_PINNED: &str = "not pinned: ";
/// Every state but TERMINATED [py-sdk: compute.State].
const NOT_TERMINATED: [&str; 7] = ["PENDING", "RUNNING", "RESTARTING", "RESIZING", "TERMINATING", "ERROR", "UNKNOWN"];
const KEPT: &[&str] = &[
    "cluster_id",
    "cluster_name",
    "state",
    "state_message",
    "cluster_source",
    "custom_tags",
    "default_tags",
    "aws_attributes",
];

pub(super) struct Cluster;

#[async_trait]
impl Kind for Cluster {
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 5_000, page: PAGE, fenced: true, stages: &[StartStage::Compute] }
    }

    /// Makes three listings, so that the thousands of ended job clusters of the last 30 days are not read.
    /// The first has the clusters that people made, in any state. The second has all clusters that are not
    /// terminated. The third shows which are pinned, because a cluster does not show that itself. A start
    /// needs only the first.
    async fn list(&self, api: &Api<'_>, read_purpose: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        let mut by_id = BTreeMap::new();
        for seen in api
            .each(&filtered("filter_by.cluster_sources", &MADE_BY_PEOPLE), "clusters", Shape::Members(KEPT), seen)
            .await?
        {
            by_id.insert(seen.id.clone(), seen);
        }
        if read_purpose == ReadPurpose::Start {
            return Ok(by_id.into_values().filter(is_ours).collect());
        }
        for seen in api
            .each(&filtered("filter_by.cluster_states", &NOT_TERMINATED), "clusters", Shape::Members(KEPT), seen)
            .await?
        {
            by_id.insert(seen.id.clone(), seen);
        }
        let pinned = pinned(api).await?;
        Ok(by_id.into_values().filter(is_ours).map(|seen| marked(seen, &pinned)).collect())
    }

    /// Reads whether the cluster is pinned only if a fence or a record needs it next.
    async fn look(&self, api: &Api<'_>, id: &str, read_purpose: ReadPurpose) -> Result<Option<Observed>, Fault> {
        let found = api.one(&Call::to(CLUSTERS_GET).with("cluster_id", id)).await?;
        match found.map(seen).transpose()? {
            Some(seen) if read_purpose != ReadPurpose::Start && is_made_by_people(&seen) && is_terminated(&seen) => {
                Ok(Some(marked(seen, &pinned(api).await?)))
            }
            seen => Ok(seen),
        }
    }

    fn fence(&self, seen: &Observed) -> Next {
        match text(&seen.facts, "state") {
            "TERMINATED" => verdicts::already("TERMINATED"),
            "TERMINATING" => verdicts::wait(format!("cluster {:?} is TERMINATING", seen.name)),
            _ => verdicts::call(
                NAME,
                format!("terminate cluster {:?} ({})", seen.name, seen.id),
                &Call::to(CLUSTERS_TERMINATE).body(json!({ "cluster_id": seen.id })),
            ),
        }
    }

    fn fence_one(&self, seen: &Observed, context: &Context<'_>) -> Next {
        let refused = context.reply.map(|reply| reply.note.as_str()).filter(|note| note.starts_with(NOT_PINNED));
        let pin = || {
            let call = Call::to(CLUSTERS_PIN).body(json!({ "cluster_id": seen.id }));
            verdicts::one_act(NAME, format!("pin cluster {:?} ({})", seen.name, seen.id), &call)
        };
        match (self.fence(seen), refused) {
            // The pin is requested together with the termination, so nobody waits for that. It is last,
            // because the last reply counts.
            (Next::Call(api_calls), None) if wants_pin(seen) => {
                Next::Call(api_calls.into_iter().chain([pin()]).collect())
            }
            (Next::Satisfied { .. }, None) if wants_pin(seen) => Next::Call(vec![pin()]),
            (Next::Wait { .. }, None) if wants_pin(seen) && context.reply.is_none() => Next::Call(vec![pin()]),
            (Next::Satisfied { note }, Some(refused)) => verdicts::already(format!("{note}, {refused}")),
            (next, _) => next,
        }
    }

    fn start(&self, step: &Step, seen: &Observed, _context: &Context<'_>) -> Next {
        match (step.want.as_str(), text(&seen.facts, "state")) {
            (want::RUNNING, state @ ("RUNNING" | "RESIZING")) => verdicts::already(state),
            (want::RUNNING, "TERMINATED") => verdicts::call(
                NAME,
                format!("start cluster {:?} ({})", seen.name, seen.id),
                &Call::to(CLUSTERS_START).body(json!({ "cluster_id": seen.id })),
            ),
            // A start has no effect on a cluster that is not TERMINATED [docs: clusters/start].
            (want::RUNNING, "ERROR") => {
                let said = format!("cluster {:?} is in ERROR: terminate or repair it, then retry", seen.name);
                Next::Blocked(Fault::person_needed(codes::BROKEN_COMPUTE, said))
            }
            (want::RUNNING, state) => verdicts::wait(format!("cluster {:?} is {state}", seen.name)),
            (_, _) => verdicts::unknown(step),
        }
    }

    fn record(&self, seen: &Observed) -> Resource {
        let facts = &seen.facts;
        let state = text(facts, "state");
        let active = matches!(state, "RUNNING" | "PENDING" | "RESIZING" | "RESTARTING");
        if !self.recorded(seen) {
            return resource(seen, format!("{state}, made by a job"), false);
        }
        let mut resource = resource(seen, state, active);
        resource.tag = tag(facts.get("custom_tags"));
        if active {
            resource.starts.push(start(StartStage::Compute, want::RUNNING, Value::Null));
        }
        resource.findings.extend(fixed_zone(facts.get("aws_attributes")).map(zone_finding));
        if wants_pin(seen) {
            resource
                .findings
                .push("it is not pinned: it is deleted for good 30 days after its termination; pin it".to_owned());
        } else if is_unpinned(facts) {
            let finding = "it is not pinned, and all 100 pins are in use: it is deleted for good 30 days after its \
                           termination; unpin another, or keep its definition elsewhere";
            resource.findings.push(finding.to_owned());
        }
        resource
    }

    /// A cluster that a job made has the job's id in a tag that the service sets
    /// [docs: compute/configure, default tags].
    fn owner(&self, seen: &Observed) -> Option<ResourceKey> {
        let job = seen.facts.pointer("/default_tags/JobId").and_then(Value::as_str)?;
        Some(ResourceKey::new(names::JOB, job))
    }

    fn recorded(&self, seen: &Observed) -> bool {
        text(&seen.facts, "cluster_source") != MADE_BY_JOBS
    }

    async fn call(&self, api: &Api<'_>, api_call: &ApiCall) -> Result<ApiReply, Fault> {
        let call = Call::from_value(&api_call.request)?;
        match api.call(&call).await {
            Err(fault) if call.endpoint == CLUSTERS_PIN && is_refusal(&fault) => {
                Ok(ApiReply { note: format!("{NOT_PINNED}{}", fault.message), made: None })
            }
            answered => answered.map(|_| ApiReply { note: api_call.what.clone(), made: None }),
        }
    }
}

/// The ids of all pinned clusters.
async fn pinned(api: &Api<'_>) -> Result<BTreeSet<String>, Fault> {
    let id_of = |listed: Value| Ok(text(&listed, "cluster_id").to_owned());
    let shape = Shape::Members(&["cluster_id"]);
    let listed = api.each(&filtered("filter_by.is_pinned", &["true"]), "clusters", shape, id_of).await?;
    Ok(listed.into_iter().collect())
}

fn marked(mut seen: Observed, pinned: &BTreeSet<String>) -> Observed {
    seen.facts[PINNED] = json!(pinned.contains(&seen.id));
    seen.facts[PINS] = json!(pinned.len());
    seen
}

fn is_unpinned(facts: &Value) -> bool {
    facts.get(PINNED).and_then(Value::as_bool) == Some(false)
}

/// Whether the cluster is known to be unpinned, people made it, and a pin is left.
fn wants_pin(seen: &Observed) -> bool {
    let pins = number(&seen.facts, PINS).and_then(|pins| usize::try_from(pins).ok());
    is_made_by_people(seen) && is_unpinned(&seen.facts) && pins.is_some_and(|pins| pins < MOST_PINNED)
}

fn is_made_by_people(seen: &Observed) -> bool {
    MADE_BY_PEOPLE.contains(&text(&seen.facts, "cluster_source"))
}

fn is_terminated(seen: &Observed) -> bool {
    text(&seen.facts, "state") == "TERMINATED"
}

/// A refusal that another try does not change: the principal is no admin, or no pin is left.
fn is_refusal(fault: &Fault) -> bool {
    [codes::REFUSED_BY_API, codes::PERMISSION_DENIED, codes::UNSUPPORTED_HERE].contains(&fault.code)
}

fn filtered(key: &'static str, values: &[&str]) -> Call {
    values.iter().fold(Call::to(CLUSTERS_LIST).with("page_size", PAGE), |call, value| call.with(key, value))
}

fn seen(listed: Value) -> Result<Observed, Fault> {
    observed(NAME, trimmed(listed, KEPT), "cluster_id", "cluster_name")
}

/// Leaves out the clusters of other kinds, also if the service ignores a filter.
fn is_ours(seen: &Observed) -> bool {
    let source = text(&seen.facts, "cluster_source");
    let by_job = source == MADE_BY_JOBS && text(&seen.facts, "state") != "TERMINATED";
    source.is_empty() || MADE_BY_PEOPLE.contains(&source) || by_job
}
