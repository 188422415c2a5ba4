//! Lists, fences and starts alerts of the second version
//! [docs: alertsv2; py-sdk: service/sql.py AlertsV2API].
//!
//! An alert evaluates a query on its warehouse by a schedule, and sends messages to people. Each evaluation
//! starts a stopped warehouse, so an alert is fenced before warehouses. A task of a job may evaluate an
//! alert, too [py-sdk: jobs.AlertTask], paused or not, so an alert is fenced after jobs and their runs.
//!
//! The update replaces the whole schedule and nothing else. So the schedule is sent back as it was read, with
//! a changed `pause_status`. An alert calls its cron expression `quartz_cron_schedule`. Jobs have another
//! name for theirs.
//! Quirk: no read shows an evaluation under way. It ends with its query or with its warehouse.
//! Quirk: an alert in the trash cannot trigger and leaves the listing [docs: alertsv2/trashalert].
//! Quirk: the older alerts have no schedule in their API, so they are no resources of this kind.
//! Unverified: whether the update needs another member of the alert than the one in its mask; whether a mask
//! may name a member of the schedule. So this mask names the whole schedule.

use async_trait::async_trait;
use engine::ports::{Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, StartStage};
use saga::{Fault, Step};
use serde_json::{Value, json};

use super::facts::{changed, kept, observed, resource, start, starts_one, text};
use super::triggers::{is_on, present, with_status};
use super::{Api, Kind, names, verdicts, want};
use crate::call::Call;
use crate::codes;
use crate::endpoints::{ALERTS_GET, ALERTS_LIST, ALERTS_UPDATE_SCHEDULE};
use crate::listing::Shape;

const NAME: &str = "alert";
const PAGE: u32 = 100;
const SCHEDULE: &str = "schedule";
const KEPT: &[&str] =
    &["id", "display_name", "lifecycle_state", SCHEDULE, "owner_user_name", "warehouse_id", "update_time"];

pub(super) struct Alert;

#[async_trait]
impl Kind for Alert {
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 2_000, page: PAGE, fenced: true, stages: &[StartStage::Schedules] }
    }

    async fn list(&self, api: &Api<'_>, _looking: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        let call = Call::to(ALERTS_LIST).with("page_size", PAGE);
        api.each(&call, "alerts", Shape::Members(KEPT), |alert| seen(&alert)).await
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: ReadPurpose) -> Result<Option<Observed>, Fault> {
        api.one(&Call::to(ALERTS_GET).of(id)).await?.as_ref().map(seen).transpose()
    }

    fn fence(&self, seen: &Observed) -> Next {
        if is_trashed(seen) {
            return verdicts::already("in the trash");
        }
        match present(&seen.facts, SCHEDULE) {
            Some(schedule) if is_on(schedule) => update(seen, "pause", with_status(schedule, false)),
            Some(_) => verdicts::already("paused"),
            // Every alert has a schedule, so an answer without one shows nothing.
            None => verdicts::wait(format!("the schedule of alert {:?} was not shown", seen.name)),
        }
    }

    fn start(&self, step: &Step, seen: &Observed, _context: &Context<'_>) -> Next {
        if step.want != want::ACTIVATED {
            return verdicts::unknown(step);
        }
        if is_trashed(seen) {
            return verdicts::absent(step);
        }
        match present(&seen.facts, SCHEDULE) {
            Some(schedule) if is_on(schedule) => verdicts::already("on, as it was"),
            Some(schedule) => update(seen, "activate", with_status(schedule, true)),
            None => {
                let said = format!("alert {:?} ({}) has no schedule here: add it, then retry", seen.name, seen.id);
                Next::Blocked(Fault::person_needed(codes::NOTHING_TO_ACTIVATE, said))
            }
        }
    }

    /// The API does not name the editor [py-sdk: sql.AlertV2].
    fn changed_by(&self, seen: &Observed) -> Option<String> {
        changed(&seen.facts, "", "update_time")
    }

    fn record(&self, seen: &Observed) -> Resource {
        let active = !is_trashed(seen) && present(&seen.facts, SCHEDULE).is_some_and(is_on);
        let mut resource = resource(seen, if active { "on" } else { "paused" }, active);
        resource.can_start = starts_one(names::SQL_WAREHOUSE, text(&seen.facts, "warehouse_id"));
        if active {
            resource.starts.push(start(StartStage::Schedules, want::ACTIVATED, Value::Null));
        }
        // [py-sdk: sql.AlertV2.owner_user_name].
        if text(&seen.facts, "owner_user_name") == "Unavailable" {
            resource.findings.push("its owner was removed: give it an owner who exists".to_owned());
        }
        resource
    }
}

fn seen(read: &Value) -> Result<Observed, Fault> {
    observed(NAME, Value::Object(kept(read, KEPT)), "id", "display_name")
}

/// [py-sdk: sql.AlertLifecycleState].
fn is_trashed(seen: &Observed) -> bool {
    text(&seen.facts, "lifecycle_state") == "DELETED"
}

fn update(seen: &Observed, verb: &str, schedule: Value) -> Next {
    let call = Call::to(ALERTS_UPDATE_SCHEDULE).of(&seen.id).body(json!({ SCHEDULE: schedule }));
    verdicts::call(NAME, format!("{verb} alert {:?} ({})", seen.name, seen.id), &call)
}
