//! Lists, fences and starts the schedules of AI/BI dashboards
//! [docs: lakeview; py-sdk: service/dashboards.py LakeviewAPI].
//!
//! A schedule refreshes its published dashboard and sends it to subscribers. Each refresh starts a stopped
//! warehouse. It is the schedule's own, or the dashboard's if the schedule names none. So a schedule is
//! fenced before warehouses. A task of a job may refresh a dashboard, too [py-sdk: jobs.DashboardTask],
//! whatever the schedules say. So a schedule is fenced after jobs and their runs.
//!
//! There is no listing of all schedules. The dashboards are listed first, and then the schedules of each. The
//! listing shows only dashboards that the caller may see and that are not in the trash. The schedules of a
//! dashboard in the trash come back with it, and the next listing finds them. If the schedules of a dashboard
//! may not be read, one entry stands for all of them, and a person is needed.
//!
//! An id is `dashboard/schedule`. A name is the name of the dashboard and that of the schedule. A schedule
//! without a name has its cron expression there. Both sides show the same name. Dashboards in two folders may
//! have the same name, and then their schedules are ambiguous; only a read of one dashboard shows its path.
//! The update replaces the whole schedule. So everything that was read is sent back, with a changed
//! `pause_status`. The update carries the etag that was read. An etag that no longer matches is refused. Then
//! the schedule is read again, and the update is made again.
//! Quirk: no read shows a refresh under way. It ends with its queries or with its warehouse.
//! Unverified: how a mismatch of the etag is answered (by its name it is a conflict); what happens to the
//! schedules of a dashboard that is no longer published; how many items a page may have.

use async_trait::async_trait;
use engine::ports::{Context, KindInfo, Next, Observed, ReadPurpose};
use failover::{Resource, StartStage};
use saga::{Fault, Step};
use serde_json::{Value, json};

use super::facts::{changed, id, kept, resource, start, starts_one, text, trimmed};
use super::triggers::{is_on, present, with_status};
use super::{Api, Kind, names, verdicts, want};
use crate::call::Call;
use crate::codes;
use crate::endpoints::{
    DASHBOARD_SCHEDULES_GET, DASHBOARD_SCHEDULES_LIST, DASHBOARD_SCHEDULES_UPDATE, DASHBOARDS_LIST,
};
use crate::listing::Shape;
use crate::side_by_side::side_by_side;

const NAME: &str = "dashboard_schedule";
const PAGE: u32 = 100;
const SCHEDULE: &str = "schedule";
const DASHBOARD: &str = "dashboard";
/// The members of a dashboard that are kept.
const KEPT: &[&str] = &["dashboard_id", "display_name", "warehouse_id"];

pub(super) struct DashboardSchedule;

#[async_trait]
impl Kind for DashboardSchedule {
    /// The page size is 1, because the listing makes about one request for each resource.
    fn info(&self) -> KindInfo {
        KindInfo { name: NAME, poll_ms: 2_000, page: 1, fenced: true, stages: &[StartStage::Schedules] }
    }

    async fn list(&self, api: &Api<'_>, _looking: ReadPurpose) -> Result<Vec<Observed>, Fault> {
        let call = Call::to(DASHBOARDS_LIST).with("page_size", PAGE);
        let dashboards =
            api.each(&call, "dashboards", Shape::Members(KEPT), |dashboard| Ok(trimmed(dashboard, KEPT))).await?;
        let of_each = side_by_side(dashboards, |dashboard| async move { schedules_of(api, &dashboard).await });
        Ok(of_each.await?.into_iter().flatten().collect())
    }

    async fn look(&self, api: &Api<'_>, id: &str, _looking: ReadPurpose) -> Result<Option<Observed>, Fault> {
        let read = api.one(&Call::to(DASHBOARD_SCHEDULES_GET).of(id)).await?;
        let bare = |read: Value| {
            let dashboard = json!({ "dashboard_id": read.get("dashboard_id") });
            seen(&dashboard, read)
        };
        read.map(bare).transpose()
    }

    fn fence(&self, seen: &Observed) -> Next {
        match present(&seen.facts, SCHEDULE) {
            Some(schedule) if is_on(schedule) => update(seen, "pause", with_status(schedule, false)),
            Some(_) => verdicts::already("paused"),
            None => Next::Blocked(Fault::person_needed(codes::PERMISSION_DENIED, not_shown(seen))),
        }
    }

    fn start(&self, step: &Step, seen: &Observed, _context: &Context<'_>) -> Next {
        if step.want != want::ACTIVATED {
            return verdicts::unknown(step);
        }
        match present(&seen.facts, SCHEDULE) {
            Some(schedule) if is_on(schedule) => verdicts::already("on, as it was"),
            Some(schedule) => update(seen, "activate", with_status(schedule, true)),
            None => Next::Blocked(Fault::person_needed(codes::PERMISSION_DENIED, not_shown(seen))),
        }
    }

    /// The API does not name the editor [py-sdk: dashboards.Schedule].
    fn changed_by(&self, seen: &Observed) -> Option<String> {
        changed(seen.facts.get(SCHEDULE)?, "", "update_time")
    }

    fn record(&self, seen: &Observed) -> Resource {
        let schedule = present(&seen.facts, SCHEDULE);
        let active = schedule.is_none_or(is_on);
        let state = match schedule {
            Some(_) if active => "on",
            Some(_) => "paused",
            None => "not shown",
        };
        let mut resource = resource(seen, state, active);
        let warehouse = |key: &str| seen.facts.get(key).map_or("", |found| text(found, "warehouse_id"));
        let wakes = Some(warehouse(SCHEDULE)).filter(|own| !own.is_empty()).unwrap_or_else(|| warehouse(DASHBOARD));
        resource.can_start = starts_one(names::SQL_WAREHOUSE, wakes);
        if schedule.is_none() {
            resource.findings.push(not_shown(seen));
        } else if active {
            resource.starts.push(start(StartStage::Schedules, want::ACTIVATED, Value::Null));
        }
        resource
    }
}

/// The schedules of one dashboard. If the dashboard was removed since it was listed, there are none.
async fn schedules_of(api: &Api<'_>, dashboard: &Value) -> Result<Vec<Observed>, Fault> {
    let of = id(dashboard, "dashboard_id").ok_or_else(|| nameless("dashboard_id"))?;
    let call = Call::to(DASHBOARD_SCHEDULES_LIST).of(&of).with("page_size", PAGE);
    match api.all(&call, "schedules").await {
        Ok(schedules) => schedules.into_iter().map(|read| seen(dashboard, read)).collect(),
        Err(fault) if fault.code == codes::NOT_FOUND => Ok(Vec::new()),
        Err(fault) if fault.code == codes::PERMISSION_DENIED => {
            let name = format!("{}: all schedules", text(dashboard, "display_name"));
            let facts = json!({ DASHBOARD: kept(dashboard, KEPT) });
            Ok(vec![Observed { kind: NAME, id: format!("{of}/*"), name, facts }])
        }
        Err(fault) => Err(fault),
    }
}

/// A schedule as it was read, with the known members of its dashboard.
fn seen(dashboard: &Value, read: Value) -> Result<Observed, Fault> {
    let of = id(dashboard, "dashboard_id").ok_or_else(|| nameless("dashboard_id"))?;
    let own = id(&read, "schedule_id").ok_or_else(|| nameless("schedule_id"))?;
    let cron = read.pointer("/cron_schedule/quartz_cron_expression").and_then(Value::as_str).unwrap_or_default();
    let called = Some(text(&read, "display_name")).filter(|name| !name.is_empty()).unwrap_or(cron);
    let name = match text(dashboard, "display_name") {
        "" => called.to_owned(),
        dashboard => format!("{dashboard}: {called}"),
    };
    let facts = json!({ SCHEDULE: read, DASHBOARD: kept(dashboard, KEPT) });
    Ok(Observed { kind: NAME, id: format!("{of}/{own}"), name, facts })
}

fn nameless(key: &str) -> Fault {
    Fault::again(codes::NOT_JSON, format!("a {NAME} came without its {key}"))
}

fn not_shown(seen: &Observed) -> String {
    format!("{:?} may not be read: give this principal the right to manage that dashboard", seen.name)
}

fn update(seen: &Observed, verb: &str, schedule: Value) -> Next {
    let call = Call::to(DASHBOARD_SCHEDULES_UPDATE).of(&seen.id).body(schedule);
    verdicts::call(NAME, format!("{verb} dashboard schedule {:?} ({})", seen.name, seen.id), &call)
}
