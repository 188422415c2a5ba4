//! Lists, fences and starts declarative pipelines [docs: pipelines; py-sdk: service/pipelines.py].
//!
//! Quirk: the service itself may start an update (RETRY_ON_FAILURE, SERVICE_UPGRADE,
//! INFRASTRUCTURE_MAINTENANCE). So an idle pipeline with an update under way does not count as stopped.
//! Quirk: a start of an update carries no token, and it fails while one is active. The updates that were made
//! since the plan show whether one was started.
//! Quirk: a stopped continuous pipeline stays stopped until it is started. There is no pause flag.
//! Quirk: the listing shows neither tags nor whether a pipeline is continuous. A read of one pipeline does.
//! For a record, the pipelines at work are read one by one. There are at most 200 of them
//! [docs: resources/limits].
//! Quirk: an ingestion gateway runs without end, whatever `continuous` says
//! [docs: ingestion/lakeflow-connect].
//! Quirk: a materialized view or streaming table that was made in SQL has a pipeline of its own, which is
//! listed and stopped like any other. Its schedule is part of the table's definition, and only SQL shows or
//! drops it [docs: sql/language-manual/sql-ref-syntax-ddl-alter-streaming-table]. It starts the pipeline
//! again. So a stop holds only until then, and the guard and the sweep stop the pipeline again.
//! Unverified: how a specification shows that a pipeline was made in SQL. A specification that names no code
//! and no source is taken for one.

use async_trait::async_trait;
use engine::ports::{Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, StartStage};
use jiff::Timestamp;
use saga::{Class, Fault, Step};
use serde_json::{Map, Value, json};

use super::facts::{fixed_zone, items, kept, observed, resource, start, tag, text, zone_finding};
use super::{Api, Kind, names, verdicts, want};
use crate::call::Call;
use crate::endpoints::{PIPELINES_GET, PIPELINES_LIST, PIPELINES_STOP, PIPELINES_UPDATE};
use crate::listing::Shape;

const NAME: &str = names::PIPELINE;
/// The page size of a listing [docs: pipelines/listpipelines].
const PAGE: u32 = 100;
const KEPT: &[&str] = &["pipeline_id", "name", "state", "latest_updates"];
const CONTINUOUS: &str = "continuous";
const GATEWAY: &str = "gateway";
const WITHOUT_CODE: &str = "without_code";

pub(super) struct Pipeline;

#[async_trait]
impl Kind for Pipeline {
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 3_000, page: PAGE, fenced: true, stages: &[StartStage::Jobs] }
    }

    async fn list(&self, api: &Api<'_>, read_purpose: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        let call = Call::to(PIPELINES_LIST).with("max_results", PAGE);
        let mut all = api.each(&call, "statuses", Shape::Whole, |pipeline| seen(&pipeline)).await?;
        if read_purpose == ReadPurpose::Record {
            look_closer(api, all.iter_mut().filter(|listed| is_at_work(&listed.facts))).await;
        }
        Ok(all)
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: ReadPurpose) -> Result<Option<Observed>, Fault> {
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
                verdicts::call(NAME, format!("stop pipeline {:?}", seen.name), &Call::to(PIPELINES_STOP).of(&seen.id))
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
        let continuous = is_so(&seen.facts, CONTINUOUS);
        match progress(&seen.facts, context.since) {
            Some(update) if !continuous => return verdicts::already(format!("an update is {update}")),
            Some(_) | None => {}
        }
        match state {
            "RUNNING" => verdicts::already("RUNNING"),
            "IDLE" | "FAILED" if live_updates(&seen.facts).next().is_none() => verdicts::call(
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
        let active = is_at_work(facts);
        let mut resource = resource(seen, state, active);
        resource.tag = tag(facts.get("tags"));
        if active {
            let mut start = start(StartStage::Jobs, want::UPDATED, Value::Null);
            start.class = Class::Intended;
            resource.starts.push(start);
        }
        resource.findings.extend(items(facts, "zones").iter().filter_map(Value::as_str).map(zone_finding));
        if is_so(facts, GATEWAY) {
            let finding = "it is an ingestion gateway, which runs without end and reaches its source through a \
                           connection: on the other side create one whose connection reaches the source from there";
            resource.findings.push(finding.to_owned());
        }
        if is_so(facts, WITHOUT_CODE) {
            let finding = "it names no code, so it was made for a view, a table or an index: where that has a \
                           schedule in SQL, which no API shows, it starts again by itself; drop the schedule there \
                           (ALTER … DROP SCHEDULE) and let a job refresh it";
            resource.findings.push(finding.to_owned());
        }
        resource
    }
}

/// Reads a pipeline from a listing, or from the answer for one pipeline, which has the specification as well.
fn seen(read: &Value) -> Result<Observed, Fault> {
    let mut facts = kept(read, KEPT);
    facts.extend(read.get("spec").map(specified).unwrap_or_default());
    observed(NAME, Value::Object(facts), "pipeline_id", "name")
}

/// The facts that only the specification shows [py-sdk: pipelines.PipelineSpec].
fn specified(spec: &Value) -> Map<String, Value> {
    let mut facts = kept(spec, &["tags"]);
    let has = |key: &str| spec.get(key).is_some_and(Value::is_object);
    let gateway = has("gateway_definition");
    let continuous = gateway || is_so(spec, CONTINUOUS);
    let without_code = items(spec, "libraries").is_empty() && !gateway && !has("ingestion_definition");
    let zones: Vec<&str> =
        items(spec, "clusters").iter().filter_map(|cluster| fixed_zone(cluster.get("aws_attributes"))).collect();
    facts.insert(CONTINUOUS.to_owned(), json!(continuous));
    facts.insert(GATEWAY.to_owned(), json!(gateway));
    facts.insert(WITHOUT_CODE.to_owned(), json!(without_code));
    facts.insert("zones".to_owned(), json!(zones));
    facts
}

/// Reads the specification of some pipelines. Only findings and details of a record depend on it. So the
/// first one that cannot be read ends this, and the listing stays valid: nothing here may keep a side from
/// being recorded.
async fn look_closer(api: &Api<'_>, some: impl Iterator<Item = &mut Observed> + Send) {
    for listed in some {
        match api.one(&Call::to(PIPELINES_GET).of(&listed.id)).await {
            Ok(read) => {
                let spec = read.as_ref().and_then(|read| read.get("spec")).map(specified).unwrap_or_default();
                if let Some(facts) = listed.facts.as_object_mut() {
                    facts.extend(spec);
                }
            }
            Err(_) => return,
        }
    }
}

fn is_so(facts: &Value, key: &str) -> bool {
    facts.get(key).and_then(Value::as_bool).unwrap_or(false)
}

fn is_at_work(facts: &Value) -> bool {
    !at_rest(text(facts, "state")) || live_updates(facts).next().is_some()
}

/// Whether the pipeline does nothing [py-sdk: pipelines.PipelineState].
fn at_rest(state: &str) -> bool {
    matches!(state, "IDLE" | "FAILED" | "DELETED")
}

/// Whether the update is over [py-sdk: pipelines.UpdateStateInfoState]. An unknown state counts as live.
fn is_over(update: &str) -> bool {
    matches!(update, "COMPLETED" | "CANCELED" | "FAILED")
}

fn live_updates(facts: &Value) -> impl Iterator<Item = &str> {
    items(facts, "latest_updates").iter().map(|update| text(update, "state")).filter(|state| !is_over(state))
}

/// The state of an update that counts as the wanted one. An update under way counts, whoever started it,
/// because no other could be started beside it. An update that was made since then and is completed counts,
/// too.
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
