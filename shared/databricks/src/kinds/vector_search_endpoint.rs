//! Lists, fences and starts vector-search endpoints
//! [docs: ai-search/stop-start-endpoints; py-sdk: service/vectorsearch.py].
//!
//! An endpoint answers queries on its indexes while it is up. A pipeline keeps a delta-sync index up to date,
//! and the pipeline of a continuous index never ends. A stopped endpoint synchronises nothing until it is
//! started [py-sdk: vectorsearch.VectorSearchEndpointsAPI.stop_endpoint]. So the endpoint is fenced before
//! pipelines, and a pipeline of its continuous indexes is not reported stopped before the endpoint is.
//!
//! Its id is its name. The name is unique in a workspace, so it is the same on both sides.
//! Quirk: the listing of an endpoint's indexes names no pipeline, so each index must be read. This is done
//! for a record only, and not if the endpoint is stopped.
//! Quirk: stop and start are a beta that an administrator must switch on. If it is off, nothing else stops an
//! endpoint. No finding can say so before, because no read shows it. So the step needs a person, who can
//! switch the beta on, and is not tried again for ever.
//! Unverified: how the two calls are answered if the beta is off; how a stop of a stopped endpoint is
//! answered; whether an endpoint that is PROVISIONING takes a stop; whether YELLOW_STATE still serves;
//! whether a stopped pipeline runs again while its endpoint is up.

use async_trait::async_trait;
use engine::ports::{ApiCall, ApiReply, Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, StartStage};
use saga::bounds::few;
use saga::{Fault, Reaction, Step};
use serde_json::{Value, json};

use super::facts::{items, kept, number, observed, resource, start, starts_one, tag_in_pairs, text};
use super::{Api, Kind, names, verdicts, want};
use crate::call::Call;
use crate::codes;
use crate::endpoint::Endpoint;
use crate::endpoints::{
    SEARCH_ENDPOINTS_GET, SEARCH_ENDPOINTS_LIST, SEARCH_ENDPOINTS_START, SEARCH_ENDPOINTS_STOP, SEARCH_INDEXES_GET,
    SEARCH_INDEXES_LIST,
};
use crate::listing::Shape;

const NAME: &str = "vector_search_endpoint";
/// The listing takes no page size. Only the engine uses this number.
const PAGE: u32 = 100;
const KEPT: &[&str] = &["name", "endpoint_status", "num_indexes", "custom_tags"];
/// The known facts about its continuous indexes: `name` and `pipeline_id` of each.
const CONTINUOUS: &str = "continuous_indexes";

pub(super) struct VectorSearchEndpoint;

#[async_trait]
impl Kind for VectorSearchEndpoint {
    /// An endpoint is started with the jobs. A kind that is started with compute is also fenced with it,
    /// which is after pipelines.
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 10_000, page: PAGE, fenced: true, stages: &[StartStage::Jobs] }
    }

    async fn list(&self, api: &Api<'_>, read_purpose: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        let mut all =
            api.each(&Call::to(SEARCH_ENDPOINTS_LIST), "endpoints", Shape::Whole, |listed| seen(&listed)).await?;
        if read_purpose == ReadPurpose::Record {
            for endpoint in all.iter_mut().filter(|endpoint| synchronises(&endpoint.facts)) {
                endpoint.facts[CONTINUOUS] = continuous_indexes(api, &endpoint.id).await?;
            }
        }
        Ok(all)
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: ReadPurpose) -> Result<Option<Observed>, Fault> {
        api.one(&Call::to(SEARCH_ENDPOINTS_GET).of(id)).await?.as_ref().map(seen).transpose()
    }

    fn fence(&self, seen: &Observed) -> Next {
        match state(&seen.facts) {
            state @ ("STOPPED" | "DELETED") => verdicts::already(state),
            "STOPPING" => verdicts::wait(format!("vector-search endpoint {:?} is STOPPING", seen.name)),
            _ => turn(seen, "stop", SEARCH_ENDPOINTS_STOP),
        }
    }

    fn start(&self, step: &Step, seen: &Observed, _context: &Context<'_>) -> Next {
        match (step.want.as_str(), state(&seen.facts)) {
            (want::RUNNING, state @ ("ONLINE" | "YELLOW_STATE")) => verdicts::already(state),
            (want::RUNNING, "STOPPED") => turn(seen, "start", SEARCH_ENDPOINTS_START),
            (want::RUNNING, "DELETED") => verdicts::absent(step),
            // A start only starts a stopped endpoint
            // [py-sdk: vectorsearch.VectorSearchEndpointsAPI.start_endpoint].
            (want::RUNNING, state @ ("OFFLINE" | "RED_STATE")) => {
                let said = format!("vector-search endpoint {:?} is {state}: repair it, then retry", seen.name);
                Next::Blocked(Fault::person_needed(codes::BROKEN_COMPUTE, said))
            }
            (want::RUNNING, state) => verdicts::wait(format!("vector-search endpoint {:?} is {state}", seen.name)),
            (_, _) => verdicts::unknown(step),
        }
    }

    fn record(&self, seen: &Observed) -> Resource {
        let state = state(&seen.facts);
        let active = matches!(state, "ONLINE" | "PROVISIONING" | "STARTING" | "YELLOW_STATE" | "RED_STATE");
        let mut resource = resource(seen, state, active);
        resource.tag = tag_in_pairs(items(&seen.facts, "custom_tags"));
        if active {
            resource.starts.push(start(StartStage::Jobs, want::RUNNING, Value::Null));
        }
        let continuous = items(&seen.facts, CONTINUOUS);
        resource.can_start =
            continuous.iter().flat_map(|index| starts_one(names::PIPELINE, text(index, "pipeline_id"))).collect();
        if !continuous.is_empty() {
            let names = few(continuous.iter().map(|index| text(index, "name")));
            resource.findings.push(format!(
                "its indexes {names} are synchronised without end, by pipelines that go on for as long as it is up: on the \
                 other side they must stand on that side's tables, or be made TRIGGERED"
            ));
        }
        if matches!(state, "OFFLINE" | "RED_STATE") {
            resource.findings.push(format!("it is {state}: repair it"));
        }
        resource
    }

    async fn call(&self, api: &Api<'_>, api_call: &ApiCall) -> Result<ApiReply, Fault> {
        match api.call(&Call::from_value(&api_call.request)?).await {
            Ok(_) => Ok(ApiReply { note: api_call.what.clone(), made: None }),
            Err(fault) if fault.reaction == Reaction::UnsupportedHere => {
                let said = format!("{}: its preview is not switched on here: {}", api_call.what, fault.message);
                Err(Fault::person_needed(codes::PREVIEW_OFF, said))
            }
            Err(fault) => Err(fault),
        }
    }
}

fn seen(read: &Value) -> Result<Observed, Fault> {
    observed(NAME, Value::Object(kept(read, KEPT)), "name", "name")
}

/// The state [py-sdk: vectorsearch.EndpointStatusState]. It is empty if none is shown, which does not mean
/// STOPPED.
fn state(facts: &Value) -> &str {
    facts.pointer("/endpoint_status/state").and_then(Value::as_str).unwrap_or_default()
}

/// Whether it may have indexes that are kept up to date.
fn synchronises(facts: &Value) -> bool {
    !matches!(state(facts), "STOPPED" | "DELETED") && number(facts, "num_indexes") != Some(0)
}

fn turn(seen: &Observed, verb: &str, endpoint: Endpoint) -> Next {
    let call = Call::to(endpoint).of(&seen.id).body(json!({}));
    verdicts::call(NAME, format!("{verb} vector-search endpoint {:?}", seen.name), &call)
}

/// The continuous indexes among the delta-sync indexes of an endpoint. An index that was removed meanwhile is
/// left out.
async fn continuous_indexes(api: &Api<'_>, endpoint: &str) -> Result<Value, Fault> {
    let listed = api.all(&Call::to(SEARCH_INDEXES_LIST).with("endpoint_name", endpoint), "vector_indexes").await?;
    let mut continuous = Vec::new();
    let delta_sync = listed.iter().filter(|index| text(index, "index_type") != "DIRECT_ACCESS");
    for name in delta_sync.map(|index| text(index, "name")).filter(|name| !name.is_empty()) {
        let read = api.one(&Call::to(SEARCH_INDEXES_GET).of(name)).await?.unwrap_or_default();
        let spec = read.get("delta_sync_index_spec").unwrap_or(&Value::Null);
        if text(spec, "pipeline_type") == "CONTINUOUS" {
            continuous.push(json!({ "name": name, "pipeline_id": text(spec, "pipeline_id") }));
        }
    }
    Ok(Value::Array(continuous))
}
