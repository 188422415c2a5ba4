//! Lists, fences and starts provisioned database instances [docs: database; py-sdk: service/database.py].
//!
//! An instance is up until it is stopped. Only an update starts a stopped one, so a stop is a true fence.
//! Apps and jobs connect to an instance, so it is started before them, as compute is.
//!
//! Its id is its name. The name is unique in a workspace, so it is the same on both sides. Its address is
//! not.
//! Quirk: `stopped` is input only. Reads show `effective_stopped` and a state. Only the state STOPPED is the
//! end of a stop, because `effective_stopped` may show what was requested.
//! Unverified: the state of an instance while it stops; whether an instance in FAILING_OVER or UPDATING takes
//! a stop. A refusal because of the state is tried again.

use async_trait::async_trait;
use engine::ports::{Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, StartStage};
use saga::{Fault, Step};
use serde_json::{Value, json};

use super::facts::{items, kept, observed, resource, start, tag_in_pairs, text};
use super::{Api, Kind, verdicts, want};
use crate::call::Call;
use crate::endpoints::{DATABASES_GET, DATABASES_LIST, DATABASES_UPDATE_STOPPED};
use crate::listing::Shape;

const NAME: &str = "database_instance";
/// [py-sdk: database.DatabaseAPI.list_database_instances].
const PAGE: u32 = 100;
const KEPT: &[&str] = &["name", "state", "effective_stopped", "effective_custom_tags", "custom_tags"];

pub(super) struct DatabaseInstance;

#[async_trait]
impl Kind for DatabaseInstance {
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 5_000, page: PAGE, fenced: true, stages: &[StartStage::Compute] }
    }

    async fn list(&self, api: &Api<'_>, _looking: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        let call = Call::to(DATABASES_LIST).with("page_size", PAGE);
        api.each(&call, "database_instances", Shape::Whole, |instance| seen(&instance)).await
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: ReadPurpose) -> Result<Option<Observed>, Fault> {
        api.one(&Call::to(DATABASES_GET).of(id)).await?.as_ref().map(seen).transpose()
    }

    fn fence(&self, seen: &Observed) -> Next {
        match (text(&seen.facts, "state"), asked_to_stop(&seen.facts)) {
            ("STOPPED", Some(true) | None) => verdicts::already("STOPPED"),
            ("DELETING", _) => verdicts::wait(format!("database instance {:?} is DELETING", seen.name)),
            (state, Some(true)) => {
                verdicts::wait(format!("database instance {:?} is being stopped: {state}", seen.name))
            }
            (_, Some(false) | None) => update(seen, true),
        }
    }

    fn start(&self, step: &Step, seen: &Observed, _context: &Context<'_>) -> Next {
        if step.want != want::RUNNING {
            return verdicts::unknown(step);
        }
        match (text(&seen.facts, "state"), asked_to_stop(&seen.facts)) {
            ("AVAILABLE", Some(false) | None) => verdicts::already("AVAILABLE"),
            ("DELETING", _) => verdicts::absent(step),
            ("STOPPED", Some(true) | None) => update(seen, false),
            (state, _) => verdicts::wait(format!("database instance {:?} is {state}", seen.name)),
        }
    }

    fn record(&self, seen: &Observed) -> Resource {
        let facts = &seen.facts;
        let state = text(facts, "state");
        let is_on = asked_to_stop(facts) != Some(true);
        let active = is_on && matches!(state, "AVAILABLE" | "STARTING" | "UPDATING" | "FAILING_OVER");
        let mut resource = resource(seen, state, active);
        resource.tag =
            tag_in_pairs(items(facts, "effective_custom_tags")).or_else(|| tag_in_pairs(items(facts, "custom_tags")));
        if active {
            resource.starts.push(start(StartStage::Compute, want::RUNNING, Value::Null));
            let finding = "its data is not carried over by this program: keep a copy of it current on the other side";
            resource.findings.push(finding.to_owned());
        }
        resource
    }
}

fn seen(read: &Value) -> Result<Observed, Fault> {
    observed(NAME, Value::Object(kept(read, KEPT)), "name", "name")
}

/// `effective_stopped`; `None` if it is not shown.
fn asked_to_stop(facts: &Value) -> Option<bool> {
    facts.get("effective_stopped").and_then(Value::as_bool)
}

fn update(seen: &Observed, stopped: bool) -> Next {
    let verb = if stopped { "stop" } else { "start" };
    let body = json!({ "name": seen.id, "stopped": stopped });
    let call = Call::to(DATABASES_UPDATE_STOPPED).of(&seen.id).body(body);
    verdicts::call(NAME, format!("{verb} database instance {:?}", seen.name), &call)
}
