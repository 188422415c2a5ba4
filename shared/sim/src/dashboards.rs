//! Simulates AI/BI dashboards and their schedules.
//!
//! Law: a schedule that is not paused refreshes its dashboard when it fires. Each refresh starts
//! the warehouse of the schedule, or of the dashboard if the schedule names none, and takes a drawn
//! time. It begins only after the last one has ended. A change makes the planned refresh void, and
//! gives the schedule another etag. Missed refreshes are not made up for.
//! Must not know: what a dashboard shows, and who receives it.
//!
//! Sources: [docs: lakeview/list, listschedules, getschedule, updateschedule; py-sdk: service/dashboards.py
//! Dashboard, Schedule]. The trash and drafts that were never published are not simulated.
//!
//! Unverified:
//! - An absent `pause_status` counts as UNPAUSED.
//! - An etag that does not match is refused with 409 ABORTED.
//! - The size of a page.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    agenda::Event,
    apps::{listed, page_of},
    cron,
    json::{members, moment, set, text},
    ledger::{By, What},
    notes::Note,
    refusal::{Handled, Refusal},
    routes::Call,
    stale::Kind,
    workspace::Workspace,
};

/// The fields that an update replaces. Every other field is output only [py-sdk: dashboards.Schedule].
const EDITABLE: [&str; 4] = [CRON, "display_name", "pause_status", "warehouse_id"];
const CRON: &str = "cron_schedule";

#[derive(Debug, Clone)]
pub(crate) struct Dashboard {
    pub(crate) id: String,
    pub(crate) spec: Value,
    pub(crate) created_ms: i64,
    /// Ids of its schedules, oldest first.
    pub(crate) schedules: Vec<String>,
}

#[derive(Debug, Clone)]
pub(crate) struct DashboardSchedule {
    pub(crate) id: String,
    pub(crate) dashboard: String,
    pub(crate) spec: Value,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
    /// Number of its changes.
    pub(crate) revision: u32,
    pub(crate) generation: u32,
    pub(crate) work: String,
    /// Number of refreshes that it has begun.
    pub(crate) refreshes: u32,
    /// A ledger interval is open.
    pub(crate) refreshing: bool,
}

impl Dashboard {
    /// The dashboard as the listing shows it. The listing excludes the rest [py-sdk: dashboards.Dashboard].
    pub(crate) fn view(&self) -> Value {
        let mut view = self.spec.clone();
        set(&mut view, "dashboard_id", json!(self.id));
        set(&mut view, "create_time", json!(moment(self.created_ms)));
        set(&mut view, "lifecycle_state", json!("ACTIVE"));
        view
    }
}

impl DashboardSchedule {
    pub(crate) fn is_on(&self) -> bool {
        text(&self.spec, "pause_status") != "PAUSED"
    }

    fn etag(&self) -> String {
        format!("{}-{}", self.id.split('-').next().unwrap_or_default(), self.revision)
    }

    fn cron(&self) -> &str {
        self.spec.get(CRON).map_or("", |cron| text(cron, "quartz_cron_expression"))
    }

    pub(crate) fn view(&self) -> Value {
        let mut view = self.spec.clone();
        set(&mut view, "dashboard_id", json!(self.dashboard));
        set(&mut view, "schedule_id", json!(self.id));
        set(&mut view, "etag", json!(self.etag()));
        set(&mut view, "create_time", json!(moment(self.created_ms)));
        set(&mut view, "update_time", json!(moment(self.updated_ms)));
        view
    }
}

impl Workspace {
    pub(crate) fn dashboards_list(&mut self, call: &Call) -> Handled {
        let mut by_age: BTreeMap<(i64, &str), &Dashboard> = BTreeMap::new();
        let visible = self.dashboards.values().filter(|dashboard| self.visible(&dashboard.id));
        by_age.extend(visible.map(|dashboard| ((dashboard.created_ms, dashboard.id.as_str()), dashboard)));
        let ids: Vec<String> = by_age.into_values().map(|dashboard| dashboard.id.clone()).collect();
        let (page, next) = page_of(call, &ids)?;
        let shown = page.iter().filter_map(|id| self.shown(Kind::Dashboard, id)).collect();
        Ok(listed("dashboards", shown, next))
    }

    fn dashboard_known(&self, id: &str) -> Result<&Dashboard, Refusal> {
        let dashboard = self.dashboards.get(id).ok_or_else(|| no_dashboard(id))?;
        if !self.visible(id) {
            return Err(Refusal::forbidden(format!("No permission on dashboard {id}.")));
        }
        Ok(dashboard)
    }

    fn schedule_known(&self, call: &Call) -> Result<&DashboardSchedule, Refusal> {
        let dashboard = self.dashboard_known(call.part(0))?;
        let known = self.dashboard_schedules.get(call.part(1)).filter(|schedule| schedule.dashboard == dashboard.id);
        known.ok_or_else(|| no_schedule(call.part(1)))
    }

    pub(crate) fn dashboard_schedules_list(&mut self, call: &Call) -> Handled {
        let ids = self.dashboard_known(call.part(0))?.schedules.clone();
        let (page, next) = page_of(call, &ids)?;
        let shown = page.iter().filter_map(|id| self.shown(Kind::DashboardSchedule, id)).collect();
        Ok(listed("schedules", shown, next))
    }

    pub(crate) fn dashboard_schedules_get(&mut self, call: &Call) -> Handled {
        let id = self.schedule_known(call)?.id.clone();
        self.shown(Kind::DashboardSchedule, &id).ok_or_else(|| no_schedule(&id))
    }

    pub(crate) fn dashboard_schedules_update(&mut self, call: &Call) -> Handled {
        let schedule = self.schedule_known(call)?;
        let id = schedule.id.clone();
        let changed = changed(schedule, &call.body)?;
        self.about_to_write(Kind::DashboardSchedule, &id);
        let now = self.now;
        let Some(schedule) = self.dashboard_schedules.get_mut(&id) else { return Err(no_schedule(&id)) };
        let was_on = schedule.is_on();
        schedule.spec = changed;
        schedule.updated_ms = now;
        schedule.revision += 1;
        if schedule.is_on() && !was_on {
            self.notes.push(Note::Activated {
                at_ms: now,
                kind: "dashboard_schedule",
                resource: id.clone(),
                work: schedule.work.clone(),
                slot: "schedule".to_owned(),
                by: By::Api,
            });
        }
        self.arm_dashboard_schedule(&id);
        self.view(Kind::DashboardSchedule, &id).ok_or_else(|| no_schedule(&id))
    }

    /// Plans the next refresh, and makes the one that was planned before void.
    pub(crate) fn arm_dashboard_schedule(&mut self, id: &str) {
        let now = self.now;
        let Some(schedule) = self.dashboard_schedules.get_mut(id) else { return };
        schedule.generation += 1;
        let generation = schedule.generation;
        if !schedule.is_on() {
            return;
        }
        if let Some(next) = cron::next_ms(schedule.cron(), now) {
            self.put(next - now, Event::DashboardSchedule { id: id.to_owned(), generation });
        }
    }

    pub(crate) fn dashboard_schedule_is_due(&mut self, id: &str, generation: u32) {
        let now = self.now;
        let found = self.dashboard_schedules.get_mut(id).filter(|schedule| schedule.generation == generation);
        let Some(schedule) = found else { return };
        if !std::mem::replace(&mut schedule.refreshing, true) {
            schedule.refreshes += 1;
            let run = format!("{id} {}", schedule.refreshes);
            let work = schedule.work.clone();
            let own = text(&schedule.spec, "warehouse_id").to_owned();
            let dashboard = self.dashboards.get(&schedule.dashboard);
            let usual = dashboard.map_or("", |dashboard| text(&dashboard.spec, "warehouse_id")).to_owned();
            let what = What::DashboardRefresh;
            self.notes.push(Note::Began { at_ms: now, work, what, resource: id.to_owned(), run });
            self.start_warehouse(if own.is_empty() { &usual } else { &own }, By::Itself);
            let delay = self.settings.delays.dashboard_ms;
            let in_ms = self.draw(delay);
            self.put(in_ms, Event::DashboardRefresh { id: id.to_owned() });
        }
        self.arm_dashboard_schedule(id);
    }

    /// Closes the interval of a refresh, if one is open.
    pub(crate) fn dashboard_refresh_ends(&mut self, id: &str) {
        let Some(schedule) = self.dashboard_schedules.get_mut(id) else { return };
        if std::mem::take(&mut schedule.refreshing) {
            let run = format!("{id} {}", schedule.refreshes);
            self.notes.push(Note::Ended { at_ms: self.now, what: What::DashboardRefresh, run });
        }
    }

    pub(crate) fn dashboards_come_back(&mut self) {
        let ids: Vec<String> = self.dashboard_schedules.keys().cloned().collect();
        for id in ids {
            self.arm_dashboard_schedule(&id);
        }
    }
}

/// The schedule after an update: the body replaces every field that can be changed.
fn changed(schedule: &DashboardSchedule, body: &Value) -> Result<Value, Refusal> {
    let cron = body.get(CRON).cloned().unwrap_or_default();
    for field in ["quartz_cron_expression", "timezone_id"] {
        if text(&cron, field).is_empty() {
            return Err(Refusal::invalid(format!("Missing required field: cron_schedule.{field}")));
        }
    }
    if !cron::is_valid(text(&cron, "quartz_cron_expression")) {
        return Err(Refusal::invalid("Invalid quartz cron expression."));
    }
    if !matches!(text(body, "pause_status"), "" | "PAUSED" | "UNPAUSED") {
        return Err(Refusal::invalid("Invalid pause status."));
    }
    let etag = text(body, "etag");
    if etag.is_empty() {
        return Err(Refusal::invalid("Missing required field: etag"));
    }
    if etag != schedule.etag() {
        return Err(Refusal::new(
            409,
            "ABORTED",
            "The schedule was changed since it was read: the etag does not match.",
        ));
    }
    let mut spec = members(body);
    spec.retain(|key, value| EDITABLE.contains(&key.as_str()) && !value.is_null());
    Ok(Value::Object(spec))
}

fn no_dashboard(id: &str) -> Refusal {
    Refusal::absent(format!("Dashboard {id} does not exist."))
}

fn no_schedule(id: &str) -> Refusal {
    Refusal::absent(format!("Schedule {id} does not exist."))
}
