//! Declarative pipelines [docs: pipelines; py-sdk: service/pipelines.py].
//!
//! Quirk: the service itself may start an update (RETRY_ON_FAILURE, SERVICE_UPGRADE,
//! INFRASTRUCTURE_MAINTENANCE), so an idle pipeline with an update under way is not stopped.
//! Quirk: starting an update carries no token and fails while one is active; whether one was
//! started is told by the updates made since the plan.
//! Quirk: a stopped continuous pipeline stays stopped until it is started; there is no pause flag.
//! Quirk: the listing shows neither tags nor whether a pipeline is continuous; a look does.

use async_trait::async_trait;
use engine::ports::{Context, KindInfo, Looking, Next, Observed};
use failover::{Resource, StartStage};
use jiff::Timestamp;
use saga::{Class, Fault, Step};
use serde_json::{Value, json};

use super::facts::{fixed_zone, items, kept, observed, resource, start, tag, text, zone_finding};
use super::{Api, Kind, verdicts, want};
use crate::call::Call;
use crate::endpoints::{PIPELINES_GET, PIPELINES_LIST, PIPELINES_STOP, PIPELINES_UPDATE};

pub(super) const NAME: &str = "pipeline";
/// [docs: pipelines/listpipelines].
const PAGE: u32 = 100;
const KEPT: &[&str] = &["pipeline_id", "name", "state", "latest_updates"];

/// See the module.
pub(super) struct Pipeline;

#[async_trait]
impl Kind for Pipeline {
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 3_000, page: PAGE, fenced: true, stages: &[StartStage::Jobs] }
    }

    async fn list(&self, api: &Api<'_>, _looking: Looking) -> Result<Vec<Observed>, Fault> {
        let call = Call::to(PIPELINES_LIST).with("max_results", PAGE);
        api.all(&call, "statuses").await?.iter().map(seen).collect()
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: Looking) -> Result<Option<Observed>, Fault> {
        api.one(&Call::to(PIPELINES_GET).of(id)).await?.as_ref().map(seen).transpose()
    }

    fn fence(&self, seen: &Observed) -> Next {
        let state = text(&seen.facts, "state");
        let live: Vec<&str> = live_updates(&seen.facts).collect();
        let ending = state == "STOPPING" || (at_rest(state) && live.iter().all(|update| *update == "STOPPING"));
        match (at_rest(state), live.is_empty(), ending) {
            (true, true, _) => verdicts::already(state),
            (_, _, true) => verdicts::wait(format!("pipeline {:?} is STOPPING", seen.name)),
            (_, _, false) => {
                verdicts::act(NAME, format!("stop pipeline {:?}", seen.name), &Call::to(PIPELINES_STOP).of(&seen.id))
            }
        }
    }

    fn start(&self, step: &Step, seen: &Observed, context: &Context<'_>) -> Next {
        let state = text(&seen.facts, "state");
        if step.want != want::UPDATED {
            return verdicts::unknown(step);
        }
        if state == "DELETED" {
            return verdicts::absent(step);
        }
        let continuous = seen.facts.get("continuous") == Some(&json!(true));
        match progress(&seen.facts, context.since) {
            Some(update) if !continuous => return verdicts::already(format!("an update is {update}")),
            Some(_) | None => {}
        }
        match state {
            "RUNNING" => verdicts::already("RUNNING"),
            "IDLE" | "FAILED" if live_updates(&seen.facts).next().is_none() => verdicts::act(
                NAME,
                format!("start an update of pipeline {:?}", seen.name),
                &Call::to(PIPELINES_UPDATE).of(&seen.id).body(json!({})),
            ),
            _ => verdicts::wait(format!("pipeline {:?} is {state}", seen.name)),
        }
    }

    fn record(&self, seen: &Observed) -> Resource {
        let facts = &seen.facts;
        let state = text(facts, "state");
        let active = !at_rest(state) || live_updates(facts).next().is_some();
        let mut resource = resource(seen, state, active);
        resource.tag = tag(facts.get("tags"));
        if active {
            let mut start = start(StartStage::Jobs, want::UPDATED, Value::Null);
            start.class = Class::Intended;
            resource.starts.push(start);
        }
        resource.findings.extend(items(facts, "zones").iter().filter_map(Value::as_str).map(zone_finding));
        resource
    }
}

/// From a listing or from a look, which has the spec as well.
fn seen(read: &Value) -> Result<Observed, Fault> {
    let mut facts = kept(read, KEPT);
    if let Some(spec) = read.get("spec") {
        facts.extend(kept(spec, &["continuous", "tags"]));
        let zones: Vec<&str> =
            items(spec, "clusters").iter().filter_map(|cluster| fixed_zone(cluster.get("aws_attributes"))).collect();
        facts.insert("zones".to_owned(), json!(zones));
    }
    observed(NAME, Value::Object(facts), "pipeline_id", "name")
}

/// [py-sdk: pipelines.PipelineState].
fn at_rest(state: &str) -> bool {
    matches!(state, "IDLE" | "FAILED" | "DELETED")
}

/// [py-sdk: pipelines.UpdateStateInfoState]; a state that is not known counts as live.
fn is_over(update: &str) -> bool {
    matches!(update, "COMPLETED" | "CANCELED" | "FAILED")
}

fn live_updates(facts: &Value) -> impl Iterator<Item = &str> {
    items(facts, "latest_updates").iter().map(|update| text(update, "state")).filter(|state| !is_over(state))
}

/// The state of an update that counts as the wanted one: one under way, whoever started it, since
/// another could not be started beside it; or one completed since then.
fn progress(facts: &Value, since: Timestamp) -> Option<&str> {
    let made_since =
        |update: &Value| text(update, "creation_time").parse::<Timestamp>().is_ok_and(|made| made >= since);
    let counts = |update: &&Value| match text(update, "state") {
        "COMPLETED" => made_since(update),
        "STOPPING" => false,
        state => !is_over(state),
    };
    items(facts, "latest_updates").iter().find(counts).map(|update| text(update, "state"))
}
