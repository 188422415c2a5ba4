//! Lists, fences and starts Databricks Apps [docs: apps; py-sdk: service/apps.py AppsAPI].
//!
//! An app is code that runs while its compute is up, with a principal of its own. It may run jobs and query
//! warehouses that it was given [py-sdk: apps.AppResource]. So it is fenced before them. It is started when
//! the things that it starts can take work again.
//!
//! Its id is its name. The name is unique in a workspace, so it is the same on both sides. Its address is
//! not.
//! Quirk: an app has two states. Only `compute_status` counts: the service may start the process of a CRASHED
//! app again while the compute is up.
//! Quirk: a stop clears the deployments that are shown [cli: libs/testserver/apps.go]. A start brings the
//! last active one back [docs: apps/start].
//! Quirk: a deployment of a stopped app starts the app first [cli: bundle/run/app.go], and no flag forbids
//! it. So a stop holds only until then, and the guard and the sweep stop the app again when they next read
//! it.
//! Unverified: whether a deployment that Git begins by itself starts a stopped app; how a stop of a stopped
//! app is answered; whether an app that is STARTING or UPDATING takes a stop. A refusal because of the state
//! is tried again.

use async_trait::async_trait;
use engine::ports::{Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, StartStage};
use saga::{Fault, Step};
use serde_json::{Value, json};

use super::facts::{changed, items, kept, observed, resource, start, starts_one};
use super::{Api, Kind, names, verdicts, want};
use crate::call::Call;
use crate::endpoints::{APPS_GET, APPS_LIST, APPS_START, APPS_STOP};
use crate::listing::Shape;

const NAME: &str = "app";
const PAGE: u32 = 100;
const KEPT: &[&str] =
    &["name", "compute_status", "app_status", "git_repository", "resources", "updater", "update_time"];
/// Members that show a deployment: the one under way, or the source of the last active one.
const DEPLOYMENTS: &[&str] =
    &["active_deployment", "pending_deployment", "default_source_code_path", "default_git_source"];

pub(super) struct App;

#[async_trait]
impl Kind for App {
    /// An app is started with the schedules. A run that it requests while a job takes none is skipped for
    /// good.
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 5_000, page: PAGE, fenced: true, stages: &[StartStage::Schedules] }
    }

    async fn list(&self, api: &Api<'_>, _looking: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        let call = Call::to(APPS_LIST).with("page_size", PAGE);
        api.each(&call, "apps", Shape::Whole, |app| seen(&app)).await
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: ReadPurpose) -> Result<Option<Observed>, Fault> {
        api.one(&Call::to(APPS_GET).of(id)).await?.as_ref().map(seen).transpose()
    }

    fn fence(&self, seen: &Observed) -> Next {
        match compute(&seen.facts) {
            "STOPPED" => verdicts::already("STOPPED"),
            state @ ("STOPPING" | "DELETING") => verdicts::wait(format!("app {:?} is {state}", seen.name)),
            _ => {
                let call = Call::to(APPS_STOP).of(&seen.id).body(json!({}));
                verdicts::call(NAME, format!("stop app {:?}", seen.name), &call)
            }
        }
    }

    fn start(&self, step: &Step, seen: &Observed, _context: &Context<'_>) -> Next {
        match (step.want.as_str(), compute(&seen.facts)) {
            (want::RUNNING, "ACTIVE") => verdicts::already("ACTIVE"),
            (want::RUNNING, "DELETING") => verdicts::absent(step),
            // An app in ERROR, or without compute yet, is started like a stopped one
            // [cli: bundle/run/app.go].
            (want::RUNNING, "STOPPED" | "ERROR" | "") => {
                let call = Call::to(APPS_START).of(&seen.id).body(json!({}));
                verdicts::call(NAME, format!("start app {:?}", seen.name), &call)
            }
            (want::RUNNING, state) => verdicts::wait(format!("app {:?} is {state}", seen.name)),
            (_, _) => verdicts::unknown(step),
        }
    }

    /// [py-sdk: apps.App].
    fn changed_by(&self, seen: &Observed) -> Option<String> {
        changed(&seen.facts, "updater", "update_time")
    }

    fn record(&self, seen: &Observed) -> Resource {
        let facts = &seen.facts;
        let state = compute(facts);
        let active = matches!(state, "ACTIVE" | "STARTING" | "UPDATING");
        let mut resource = resource(seen, state, active);
        // Only warehouses count: fenced jobs take no run, but a warehouse starts for every caller.
        let warehouses =
            items(facts, "resources").iter().filter_map(|given| given.pointer("/sql_warehouse/id")?.as_str());
        resource.can_start = warehouses.flat_map(|id| starts_one(names::SQL_WAREHOUSE, id)).collect();
        if active {
            resource.starts.push(start(StartStage::Schedules, want::RUNNING, Value::Null));
        }
        if state == "ERROR" {
            resource.findings.push("its compute is in ERROR: repair it, or delete the app".to_owned());
        }
        if active && facts.pointer("/app_status/state").and_then(Value::as_str) == Some("CRASHED") {
            resource.findings.push("its process has crashed, and would on the other side: repair the app".to_owned());
        }
        // [py-sdk: apps.GitRepository].
        if facts.pointer("/git_repository/auto_deploy") == Some(&json!(true)) {
            let finding = "its Git repository deploys it by itself: freeze that repository with the failover";
            resource.findings.push(finding.to_owned());
        }
        if facts.get("deployed") == Some(&json!(false)) {
            resource.findings.push("nothing was ever deployed to it, so a start has nothing to run".to_owned());
        }
        resource
    }
}

fn seen(read: &Value) -> Result<Observed, Fault> {
    let mut facts = kept(read, KEPT);
    facts.insert("deployed".to_owned(), json!(!kept(read, DEPLOYMENTS).is_empty()));
    observed(NAME, Value::Object(facts), "name", "name")
}

/// The state of the compute [py-sdk: apps.ComputeState]. It is empty if none is shown, which does not mean
/// STOPPED.
fn compute(facts: &Value) -> &str {
    facts.pointer("/compute_status/state").and_then(Value::as_str).unwrap_or_default()
}
