//! Simulates alerts of the second version.
//!
//! Law: an alert that is not paused evaluates its query when its schedule fires. Each evaluation
//! starts its warehouse and takes a drawn time. It begins only after the last one has ended. A
//! change makes the planned evaluation void. Missed evaluations are not made up for.
//! Must not know: what is queried, and who is notified.
//!
//! Sources: [docs: alertsv2/listalerts, getalert, updatealert; py-sdk: service/sql.py AlertV2,
//! CronSchedule]. An absent `pause_status` counts as UNPAUSED (unverified). A mask that names a
//! member of the schedule is refused (unverified). So is the mask `*`, which the documentation
//! advises against. The trash is not simulated, since nothing here destroys.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    agenda::Event,
    apps::{listed, page_of},
    cron,
    json::{moment, set, text},
    ledger::{By, What},
    notes::Note,
    refusal::{Handled, Refusal},
    routes::Call,
    stale::Kind,
    workspace::Workspace,
};

/// The fields that an update may name in its mask [py-sdk: sql.AlertV2]. Every other field is output only.
const EDITABLE: [&str; 11] = [
    "custom_description",
    "custom_summary",
    "custom_template_format",
    "display_name",
    "evaluation",
    "parameters",
    "query_text",
    "run_as",
    "run_as_user_name",
    SCHEDULE,
    "warehouse_id",
];
const SCHEDULE: &str = "schedule";
/// Jobs call this field `quartz_cron_expression`.
const CRON: &str = "quartz_cron_schedule";

#[derive(Debug, Clone)]
pub(crate) struct Alert {
    pub(crate) id: String,
    pub(crate) spec: Value,
    pub(crate) created_ms: i64,
    pub(crate) updated_ms: i64,
    pub(crate) evaluated_ms: Option<i64>,
    pub(crate) generation: u32,
    pub(crate) work: String,
    /// Number of evaluations that it has begun.
    pub(crate) evaluations: u32,
    /// A ledger interval is open.
    pub(crate) evaluating: bool,
}

impl Alert {
    pub(crate) fn is_on(&self) -> bool {
        self.spec.get(SCHEDULE).is_some_and(|schedule| text(schedule, "pause_status") != "PAUSED")
    }

    pub(crate) fn view(&self) -> Value {
        let mut view = self.spec.clone();
        set(&mut view, "id", json!(self.id));
        set(&mut view, "lifecycle_state", json!("ACTIVE"));
        set(&mut view, "create_time", json!(moment(self.created_ms)));
        set(&mut view, "update_time", json!(moment(self.updated_ms)));
        if let (Some(at), Some(evaluation)) = (self.evaluated_ms, view.get_mut("evaluation")) {
            set(evaluation, "last_evaluated_at", json!(moment(at)));
            set(evaluation, "state", json!("OK"));
        }
        view
    }
}

impl Workspace {
    pub(crate) fn alerts_list(&mut self, call: &Call) -> Handled {
        let mut by_age: BTreeMap<(i64, &str), &Alert> = BTreeMap::new();
        by_age.extend(self.alerts.values().map(|alert| ((alert.created_ms, alert.id.as_str()), alert)));
        let ids: Vec<String> =
            by_age.into_values().map(|alert| alert.id.clone()).filter(|id| self.visible(id)).collect();
        let (page, next) = page_of(call, &ids)?;
        let shown: Vec<Value> = page.iter().filter_map(|id| self.shown(Kind::Alert, id)).collect();
        Ok(listed("alerts", shown, next))
    }

    fn alert_known(&self, id: &str) -> Result<&Alert, Refusal> {
        let alert = self.alerts.get(id).ok_or_else(|| no_alert(id))?;
        if !self.visible(id) {
            return Err(Refusal::forbidden(format!("No permission on alert {id}.")));
        }
        Ok(alert)
    }

    pub(crate) fn alerts_get(&mut self, call: &Call) -> Handled {
        let id = call.part(0);
        self.alert_known(id)?;
        self.shown(Kind::Alert, id).ok_or_else(|| no_alert(id))
    }

    pub(crate) fn alerts_update(&mut self, call: &Call) -> Handled {
        let id = call.part(0);
        let changed = changed(self.alert_known(id)?, call)?;
        self.about_to_write(Kind::Alert, id);
        let now = self.now;
        let Some(alert) = self.alerts.get_mut(id) else { return Err(no_alert(id)) };
        let was_on = alert.is_on();
        if alert.spec != changed {
            alert.spec = changed;
            alert.updated_ms = now;
        }
        if alert.is_on() && !was_on {
            self.notes.push(Note::Activated {
                at_ms: now,
                kind: "alert",
                resource: id.to_owned(),
                work: alert.work.clone(),
                slot: SCHEDULE.to_owned(),
                by: By::Api,
            });
        }
        self.arm_alert(id);
        self.view(Kind::Alert, id).ok_or_else(|| no_alert(id))
    }

    /// Plans the next evaluation, and makes the one that was planned before void.
    pub(crate) fn arm_alert(&mut self, id: &str) {
        let now = self.now;
        let Some(alert) = self.alerts.get_mut(id) else { return };
        alert.generation += 1;
        let generation = alert.generation;
        if !alert.is_on() {
            return;
        }
        if let Some(next) = alert.spec.get(SCHEDULE).and_then(|found| cron::next_ms(text(found, CRON), now)) {
            self.put(next - now, Event::Alert { id: id.to_owned(), generation });
        }
    }

    pub(crate) fn alert_is_due(&mut self, id: &str, generation: u32) {
        let now = self.now;
        let Some(alert) = self.alerts.get_mut(id).filter(|alert| alert.generation == generation) else { return };
        if !std::mem::replace(&mut alert.evaluating, true) {
            alert.evaluated_ms = Some(now);
            alert.evaluations += 1;
            let run = format!("{id} {}", alert.evaluations);
            let work = alert.work.clone();
            let warehouse = text(&alert.spec, "warehouse_id").to_owned();
            let what = What::AlertEvaluation;
            self.notes.push(Note::Began { at_ms: now, work, what, resource: id.to_owned(), run });
            self.start_warehouse(&warehouse, By::Itself);
            let delay = self.settings.delays.alert_ms;
            let in_ms = self.draw(delay);
            self.put(in_ms, Event::Evaluation { id: id.to_owned() });
        }
        self.arm_alert(id);
    }

    /// Closes the interval of an evaluation, if one is open.
    pub(crate) fn evaluation_ends(&mut self, id: &str) {
        let Some(alert) = self.alerts.get_mut(id) else { return };
        if std::mem::take(&mut alert.evaluating) {
            let run = format!("{id} {}", alert.evaluations);
            self.notes.push(Note::Ended { at_ms: self.now, what: What::AlertEvaluation, run });
        }
    }

    pub(crate) fn alerts_come_back(&mut self) {
        let ids: Vec<String> = self.alerts.keys().cloned().collect();
        for id in ids {
            self.arm_alert(&id);
        }
    }
}

/// The alert after an update: each named field is replaced as a whole.
fn changed(alert: &Alert, call: &Call) -> Result<Value, Refusal> {
    let mask = call.query("update_mask");
    if mask.is_empty() {
        return Err(Refusal::invalid("update_mask is required."));
    }
    let mut spec = alert.spec.clone();
    for field in mask.split(',') {
        if !EDITABLE.contains(&field) {
            return Err(Refusal::invalid(format!("Field {field:?} of update_mask cannot be updated.")));
        }
        let given = call.body.get(field).cloned().unwrap_or_default();
        if field == SCHEDULE {
            check_schedule(&given)?;
        }
        set(&mut spec, field, given);
    }
    Ok(spec)
}

fn check_schedule(schedule: &Value) -> Result<(), Refusal> {
    for field in [CRON, "timezone_id"] {
        if text(schedule, field).is_empty() {
            return Err(Refusal::invalid(format!("Missing required field: schedule.{field}")));
        }
    }
    if !cron::is_valid(text(schedule, CRON)) {
        return Err(Refusal::invalid("Invalid quartz cron expression."));
    }
    match text(schedule, "pause_status") {
        "" | "PAUSED" | "UNPAUSED" => Ok(()),
        other => Err(Refusal::invalid(format!("{other:?} is not a pause status."))),
    }
}

fn no_alert(id: &str) -> Refusal {
    Refusal::absent(format!("Alert {id} does not exist."))
}
