//! Lists, fences and starts autoscaling database endpoints, in branches of projects
//! [docs: postgres; py-sdk: service/postgres.py].
//!
//! An idle endpoint comes up when somebody connects, so an idle endpoint is not fenced. A disabled endpoint
//! is suspended, and "cannot be enabled by a connection or console action"
//! [py-sdk: postgres.EndpointSpec.disabled]. So the fence is to disable it, and it is complete when the
//! endpoint is suspended.
//!
//! Its id is its name, `projects/…/branches/…/endpoints/…`. People choose every part of it. So it is the same
//! on both sides if both were deployed in the same way.
//! Quirk: no listing covers all projects. The branches of each project and the endpoints of each branch are
//! listed.
//! Quirk: an update answers a long-running operation [py-sdk: postgres.UpdateEndpointOperation]. It is not
//! followed. The endpoint is read back.
//! Quirk: `spec` shows the requested state and `status` the real one. A flag that is false may be left out.
//! Unverified: whether a read shows `spec` at all; whether an update with the mask `spec.disabled` needs no
//! other member of the spec than `endpoint_type`, which the SDK's class requires.

use async_trait::async_trait;
use engine::ports::{Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, StartStage};
use saga::{Fault, Step};
use serde_json::{Value, json};

use super::facts::{kept, observed, resource, start, text};
use super::{Api, Kind, verdicts, want};
use crate::call::Call;
use crate::codes;
use crate::endpoint::Endpoint;
use crate::endpoints::{
    POSTGRES_BRANCHES_LIST, POSTGRES_ENDPOINTS_GET, POSTGRES_ENDPOINTS_LIST, POSTGRES_ENDPOINTS_UPDATE_DISABLED,
    POSTGRES_PROJECTS_LIST,
};

const NAME: &str = "postgres_endpoint";
/// [py-sdk: postgres.PostgresAPI.list_projects].
const PAGE: u32 = 100;
const KEPT: &[&str] = &["name", "spec", "status"];

pub(super) struct PostgresEndpoint;

#[async_trait]
impl Kind for PostgresEndpoint {
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 3_000, page: PAGE, fenced: true, stages: &[StartStage::Compute] }
    }

    async fn list(&self, api: &Api<'_>, _looking: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        let mut found = Vec::new();
        for project in api.all(&page(Call::to(POSTGRES_PROJECTS_LIST)), "projects").await? {
            let branches = under(api, POSTGRES_BRANCHES_LIST, text(&project, "name"), "branches").await?;
            for branch in branches {
                let endpoints = under(api, POSTGRES_ENDPOINTS_LIST, text(&branch, "name"), "endpoints").await?;
                for endpoint in endpoints {
                    found.push(seen(&endpoint)?);
                }
            }
        }
        Ok(found)
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: ReadPurpose) -> Result<Option<Observed>, Fault> {
        api.one(&Call::to(POSTGRES_ENDPOINTS_GET).of(id)).await?.as_ref().map(seen).transpose()
    }

    fn fence(&self, seen: &Observed) -> Next {
        match (is_disabled(&seen.facts), current(&seen.facts)) {
            (Some(true), "IDLE") => verdicts::already("disabled, IDLE"),
            (Some(true), state) => verdicts::wait(format!("database endpoint {:?} is disabled, {state}", seen.name)),
            (Some(false) | None, _) => update(seen, true),
        }
    }

    fn start(&self, step: &Step, seen: &Observed, _context: &Context<'_>) -> Next {
        if step.want != want::ENABLED {
            return verdicts::unknown(step);
        }
        match is_disabled(&seen.facts) {
            Some(false) => verdicts::already(format!("enabled, {}", current(&seen.facts))),
            Some(true) => update(seen, false),
            None => verdicts::wait(format!("whether database endpoint {:?} is disabled was not shown", seen.name)),
        }
    }

    fn record(&self, seen: &Observed) -> Resource {
        let facts = &seen.facts;
        let active = is_disabled(facts) != Some(true);
        let state = current(facts);
        let mut resource = resource(seen, if active { format!("enabled, {state}") } else { "disabled".into() }, active);
        if active {
            resource.starts.push(start(StartStage::Compute, want::ENABLED, Value::Null));
            let finding = "its data is not carried over by this program: keep a copy of it current on the other side";
            resource.findings.push(finding.to_owned());
        }
        resource
    }
}

fn page(call: Call) -> Call {
    call.with("page_size", PAGE)
}

/// The content of a project or branch. If it was removed meanwhile, it has no content.
async fn under(api: &Api<'_>, endpoint: Endpoint, parent: &str, items: &str) -> Result<Vec<Value>, Fault> {
    match api.all(&page(Call::to(endpoint).of(parent)), items).await {
        Err(fault) if fault.code == codes::NOT_FOUND => Ok(Vec::new()),
        listed => listed,
    }
}

fn seen(read: &Value) -> Result<Observed, Fault> {
    observed(NAME, Value::Object(kept(read, KEPT)), "name", "name")
}

/// The real state, or else the requested one; `None` if neither is shown.
fn is_disabled(facts: &Value) -> Option<bool> {
    let shown = facts.get("status").or_else(|| facts.get("spec"))?;
    Some(shown.get("disabled").and_then(Value::as_bool).unwrap_or(false))
}

/// The state that the endpoint is in, or the one that an idle endpoint is going to
/// [py-sdk: postgres.EndpointStatusState]. It is empty if neither is shown, which does not mean IDLE.
fn current(facts: &Value) -> &str {
    let status = facts.get("status").unwrap_or(&Value::Null);
    match (text(status, "current_state"), text(status, "pending_state")) {
        ("IDLE", pending) if !pending.is_empty() => pending,
        (state, _) => state,
    }
}

fn update(seen: &Observed, disabled: bool) -> Next {
    let kind = ["/status/endpoint_type", "/spec/endpoint_type"].iter().find_map(|place| seen.facts.pointer(place));
    let body = json!({ "name": seen.id, "spec": { "endpoint_type": kind, "disabled": disabled } });
    let call = Call::to(POSTGRES_ENDPOINTS_UPDATE_DISABLED).of(&seen.id).body(body);
    let verb = if disabled { "disable" } else { "enable" };
    verdicts::call(NAME, format!("{verb} database endpoint {:?}", seen.name), &call)
}
