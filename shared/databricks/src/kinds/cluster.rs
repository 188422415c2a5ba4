//! All-purpose clusters, and whatever cluster a job still has [docs: clusters; py-sdk: service/compute.py].
//!
//! Quirk: a listing shows pinned and active clusters and those terminated within 30 days, the
//! clusters that jobs made among them. Job clusters are no resources of their own: they are seen so
//! that none is left running, and not recorded. Clusters of pipelines and SQL warehouses belong to
//! their kinds.
//! Quirk: a job run, a connection or a notebook starts a terminated cluster by itself, and no flag
//! forbids it; what a termination is worth is what the guard and the sweep find on their next look.
//! Quirk: an unpinned cluster is deleted for good 30 days after its termination, so a workspace
//! left fenced for longer loses it.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use engine::ports::{Context, KindInfo, Looking, Next, Observed};
use failover::{Resource, StartStage};
use saga::{Fault, Step};
use serde_json::{Value, json};

use super::facts::{fixed_zone, kept, observed, resource, start, tag, text, zone_finding};
use super::{Api, Kind, job, verdicts, want};
use crate::call::Call;
use crate::codes;
use crate::endpoints::{CLUSTERS_GET, CLUSTERS_LIST, CLUSTERS_START, CLUSTERS_TERMINATE};

pub(super) const NAME: &str = "cluster";
const PAGE: u32 = 100;
/// Sources of clusters that people made [py-sdk: compute.ClusterSource].
const MADE_BY_PEOPLE: [&str; 2] = ["UI", "API"];
const MADE_BY_JOBS: &str = "JOB";
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

/// See the module.
pub(super) struct Cluster;

#[async_trait]
impl Kind for Cluster {
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 5_000, page: PAGE, fenced: true, stages: &[StartStage::Compute] }
    }

    /// Two listings, so that the thousands of ended job clusters of the last 30 days are not paged
    /// through: what people made, in any state, and what anybody made that is not terminated. A
    /// third tells which are pinned; a cluster does not say so itself.
    async fn list(&self, api: &Api<'_>, looking: Looking) -> Result<Vec<Observed>, Fault> {
        let mut by_id = BTreeMap::new();
        for listed in api.all(&filtered("filter_by.cluster_sources", &MADE_BY_PEOPLE), "clusters").await? {
            let seen = seen(&listed)?;
            by_id.insert(seen.id.clone(), seen);
        }
        if looking == Looking::Start {
            return Ok(by_id.into_values().filter(is_ours).collect());
        }
        for listed in api.all(&filtered("filter_by.cluster_states", &NOT_TERMINATED), "clusters").await? {
            let seen = seen(&listed)?;
            by_id.insert(seen.id.clone(), seen);
        }
        let pinned = api.all(&filtered("filter_by.is_pinned", &["true"]), "clusters").await?;
        let pinned: BTreeSet<&str> = pinned.iter().map(|listed| text(listed, "cluster_id")).collect();
        let marked = by_id.into_values().filter(is_ours).map(|mut seen| {
            seen.facts["pinned"] = json!(pinned.contains(seen.id.as_str()));
            seen
        });
        Ok(marked.collect())
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: Looking) -> Result<Option<Observed>, Fault> {
        let found = api.one(&Call::to(CLUSTERS_GET).with("cluster_id", id)).await?;
        found.map(|listed| seen(&listed)).transpose()
    }

    fn fence(&self, seen: &Observed) -> Next {
        match text(&seen.facts, "state") {
            "TERMINATED" => verdicts::already("TERMINATED"),
            "TERMINATING" => verdicts::wait(format!("cluster {:?} is TERMINATING", seen.name)),
            _ => verdicts::act(
                NAME,
                format!("terminate cluster {:?} ({})", seen.name, seen.id),
                &Call::to(CLUSTERS_TERMINATE).body(json!({ "cluster_id": seen.id })),
            ),
        }
    }

    fn start(&self, step: &Step, seen: &Observed, _context: &Context<'_>) -> Next {
        match (step.want.as_str(), text(&seen.facts, "state")) {
            (want::RUNNING, state @ ("RUNNING" | "RESIZING")) => verdicts::already(state),
            (want::RUNNING, "TERMINATED") => verdicts::act(
                NAME,
                format!("start cluster {:?} ({})", seen.name, seen.id),
                &Call::to(CLUSTERS_START).body(json!({ "cluster_id": seen.id })),
            ),
            // A start does nothing to what is not TERMINATED [docs: clusters/start].
            (want::RUNNING, "ERROR") => {
                let said = format!("cluster {:?} is in ERROR: terminate or repair it, then retry", seen.name);
                Next::Cannot(Fault::person_needed(codes::BROKEN_COMPUTE, said))
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
        if facts.get("pinned") == Some(&json!(false)) {
            resource
                .findings
                .push("it is not pinned: it is deleted for good 30 days after its termination; pin it".to_owned());
        }
        resource
    }

    /// A cluster that a job made carries the job's id as a tag of the service's own
    /// [docs: compute/configure, default tags].
    fn owner(&self, seen: &Observed) -> Option<(String, String)> {
        let job = seen.facts.pointer("/default_tags/JobId").and_then(Value::as_str)?;
        Some((job::NAME.to_owned(), job.to_owned()))
    }

    fn recorded(&self, seen: &Observed) -> bool {
        text(&seen.facts, "cluster_source") != MADE_BY_JOBS
    }
}

fn filtered(key: &'static str, values: &[&str]) -> Call {
    values.iter().fold(Call::to(CLUSTERS_LIST).with("page_size", PAGE), |call, value| call.with(key, value))
}

fn seen(listed: &Value) -> Result<Observed, Fault> {
    observed(NAME, Value::Object(kept(listed, KEPT)), "cluster_id", "cluster_name")
}

/// A filter that the service ignores must not let in what belongs to another kind.
fn is_ours(seen: &Observed) -> bool {
    let source = text(&seen.facts, "cluster_source");
    let by_job = source == MADE_BY_JOBS && text(&seen.facts, "state") != "TERMINATED";
    source.is_empty() || MADE_BY_PEOPLE.contains(&source) || by_job
}
