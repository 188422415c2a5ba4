//! Lists, fences and starts model-serving endpoints [py-sdk: service/serving.py ServingEndpointsAPI].
//!
//! Only an endpoint of custom models can be stopped. The calls are in the manual and in no SDK
//! [docs: machine-learning/model-serving/manage-serving-endpoints]. An endpoint of a foundation model paid by
//! the token, of provisioned throughput or of an external model cannot be stopped. It does nothing by itself
//! and only answers its callers. Its callers on the leaving side are jobs, apps, alerts and warehouses, and
//! each is fenced as a kind of its own. So such an endpoint has nothing to fence and nothing to start. A
//! finding says how other callers are kept away. A custom model may be an agent that queries a warehouse, so
//! endpoints are fenced before warehouses. Only a start starts a stopped endpoint.
//!
//! Its id is its name. The name is unique in a workspace, so it is the same on both sides.
//! Quirk: the listing shows neither provisioned throughput nor whether an endpoint is stopped. So each
//! endpoint that may serve a custom model is read by itself.
//! Quirk: neither stop nor start is possible while a config is being updated. A start makes a new version of
//! the config, so it is such an update, too.
//! Quirk: READY says that the endpoint answers, scaled to zero or not. Any other value does not say that it
//! is stopped.
//! Quirk: a served entity carries environment variables and keys. None of them is kept (S23).
//! Unverified: `state.suspend`, which is in no SDK and no reference. Only "STOPPED" there counts as stopped.
//! So if a workspace does not show it, an endpoint is never reported as fenced.
//! Unverified: whether an endpoint that serves features can be stopped; how a stop of a stopped endpoint and
//! a start of a started one are answered. A refusal needs a person.

use async_trait::async_trait;
use engine::ports::{Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, StartStage};
use saga::{Fault, Step};
use serde_json::{Value, json};

use super::facts::{items, kept, number, observed, resource, start, tag_in_pairs, text};
use super::{Api, Kind, verdicts, want};
use crate::call::Call;
use crate::codes;
use crate::endpoints::{SERVING_GET, SERVING_LIST, SERVING_START, SERVING_STOP};
use crate::listing::Shape;
use crate::side_by_side::side_by_side;

const NAME: &str = "serving_endpoint";
const KEPT: &[&str] = &["name", "state", "tags"];
const CUSTOM: &str = "a custom model";
/// Set if only the listing shows the endpoint.
const NOT_SHOWN: &str = "not_shown";

pub(super) struct ServingEndpoint;

#[async_trait]
impl Kind for ServingEndpoint {
    /// The page size is 1, because the listing reads nearly each endpoint by itself.
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 5_000, page: 1, fenced: true, stages: &[StartStage::Compute] }
    }

    async fn list(&self, api: &Api<'_>, _looking: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        let listed = api.each(&Call::to(SERVING_LIST), "endpoints", Shape::Whole, |listed| seen(&listed)).await?;
        let whole = side_by_side(listed, |listed| async move {
            if unstoppable(&listed.facts).is_some() {
                return Ok(Some(listed));
            }
            match look(api, &listed.id).await {
                Err(fault) if fault.code == codes::PERMISSION_DENIED => Ok(Some(not_shown(listed))),
                looked => looked,
            }
        });
        Ok(whole.await?.into_iter().flatten().collect())
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: ReadPurpose) -> Result<Option<Observed>, Fault> {
        look(api, id).await
    }

    fn fence(&self, seen: &Observed) -> Next {
        if let Some(model) = unstoppable(&seen.facts) {
            return verdicts::already(format!("cannot be stopped, and only answers whoever asks: it serves {model}"));
        }
        if is_updating(&seen.facts) {
            return verdicts::wait(format!("the config of endpoint {:?} is being updated", seen.name));
        }
        if is_stopped(&seen.facts) {
            return verdicts::already("STOPPED");
        }
        let call = Call::to(SERVING_STOP).of(&seen.id).body(json!({}));
        verdicts::call(NAME, format!("stop endpoint {:?}", seen.name), &call)
    }

    fn start(&self, step: &Step, seen: &Observed, _context: &Context<'_>) -> Next {
        if step.want != want::RUNNING {
            return verdicts::unknown(step);
        }
        let (ready, update) = (state(&seen.facts, "ready"), state(&seen.facts, "config_update"));
        let stopped = is_stopped(&seen.facts);
        match unstoppable(&seen.facts) {
            Some(model) => verdicts::already(format!("never stopped: it serves {model}")),
            None if is_updating(&seen.facts) => {
                verdicts::wait(format!("the config of endpoint {:?} is being updated", seen.name))
            }
            None if ready == "READY" && !stopped => verdicts::already("READY"),
            None if !stopped && matches!(update, "UPDATE_FAILED" | "UPDATE_CANCELED") => {
                let said = format!("endpoint {:?} is not ready and its update ended as {update}", seen.name);
                Next::Blocked(Fault::person_needed(codes::BROKEN_COMPUTE, format!("{said}: repair it, then retry")))
            }
            // An endpoint that is not ready may be stopped without showing it.
            None => {
                let call = Call::to(SERVING_START).of(&seen.id).body(json!({}));
                verdicts::call(NAME, format!("start endpoint {:?}", seen.name), &call)
            }
        }
    }

    fn record(&self, seen: &Observed) -> Resource {
        let facts = &seen.facts;
        let model = unstoppable(facts);
        let stopped = is_stopped(facts) && !is_updating(facts);
        let active = model.is_none() && !stopped;
        let state_shown = if stopped { "STOPPED" } else { state(facts, "ready") };
        let mut resource = resource(seen, state_shown, active);
        resource.tag = tag_in_pairs(items(facts, "tags"));
        if facts.get(NOT_SHOWN).is_some() {
            // It may be stopped, and a resource that was off stays off (S15).
            let finding = "it may not be read, so whether it is stopped is not known and it is not started on the \
                           other side: give this principal the right to manage it";
            resource.findings.push(finding.to_owned());
        } else if active {
            resource.starts.push(start(StartStage::Compute, want::RUNNING, Value::Null));
        }
        if let Some(model) = model {
            resource.findings.push(format!(
                "it serves {model} and cannot be stopped: keep callers from elsewhere away with a rate limit of 0 \
                 or by taking away their right to query it"
            ));
        }
        if state(facts, "config_update") == "UPDATE_FAILED" {
            resource.findings.push("the last update of its config failed: repair it on both sides".to_owned());
        }
        resource
    }
}

async fn look(api: &Api<'_>, name: &str) -> Result<Option<Observed>, Fault> {
    api.one(&Call::to(SERVING_GET).of(name)).await?.as_ref().map(seen).transpose()
}

/// Marks an endpoint that may not be read. It may serve a custom model, and is not known to be stopped.
fn not_shown(mut listed: Observed) -> Observed {
    if let Some(facts) = listed.facts.as_object_mut() {
        facts.insert(NOT_SHOWN.to_owned(), json!(true));
    }
    listed
}

/// Reads an endpoint from the listing, which shows less of the entities, or from the answer for one endpoint.
fn seen(read: &Value) -> Result<Observed, Fault> {
    let mut facts = kept(read, KEPT);
    let models: Vec<&str> = ["config", "pending_config"]
        .iter()
        .filter_map(|config| read.get(config))
        .flat_map(|config| items(config, "served_entities").iter().chain(items(config, "served_models")))
        .map(model)
        .collect();
    facts.insert("models".to_owned(), json!(models));
    observed(NAME, Value::Object(facts), "name", "name")
}

/// The sort of a served entity [py-sdk: serving.ServedEntityOutput]. An entity of no other sort is a custom
/// model.
fn model(entity: &Value) -> &'static str {
    let is_there = |key: &str| entity.get(key).is_some_and(Value::is_object);
    let counts = |key: &&str| number(entity, key).unwrap_or(0) > 0;
    if is_there("external_model") {
        "an external model"
    } else if is_there("foundation_model") {
        "a foundation model"
    } else if ["max_provisioned_throughput", "provisioned_model_units"].iter().any(counts) {
        "provisioned throughput"
    } else {
        CUSTOM
    }
}

/// The first model that it serves, if none is a custom model. If nothing is shown, it may be one.
fn unstoppable(facts: &Value) -> Option<&str> {
    let mut models = items(facts, "models").iter().filter_map(Value::as_str);
    let first = models.next().filter(|model| *model != CUSTOM)?;
    models.all(|model| model != CUSTOM).then_some(first)
}

/// A member of `state`; empty if it is not shown.
fn state<'a>(facts: &'a Value, key: &str) -> &'a str {
    facts.get("state").map_or("", |state| text(state, key))
}

fn is_stopped(facts: &Value) -> bool {
    state(facts, "suspend") == "STOPPED"
}

fn is_updating(facts: &Value) -> bool {
    state(facts, "config_update") == "IN_PROGRESS"
}
