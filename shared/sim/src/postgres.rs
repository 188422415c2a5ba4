//! Simulates autoscaling database endpoints, in branches of projects.
//!
//! Law: an endpoint that is not disabled comes up when somebody connects. It is suspended after a
//! while without a connection, unless it is set to be never suspended. A disabled endpoint is
//! suspended, and no connection brings it up. An endpoint processes while it is ACTIVE.
//! Must not know: what is stored, or who connects.
//!
//! Sources: [py-sdk: service/postgres.py Endpoint, EndpointSpec, EndpointStatus, Operation,
//! update_endpoint]. An update answers with a long-running operation. Reads show `status` and no
//! `spec` (unverified). An endpoint that is enabled comes up at once; this is a choice. DEGRADED is
//! not simulated, and neither are projects and branches without an endpoint.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::{
    agenda::Event,
    apps::{listed, page_of},
    json::{flag, members, set, text},
    ledger::{By, What},
    notes::Note,
    refusal::{Handled, Refusal},
    routes::Call,
    stale::Kind,
    uptime::Uptime,
    workspace::Workspace,
};

/// The fields that an update may name in its mask [py-sdk: postgres.EndpointSpec].
const EDITABLE: [&str; 5] = [
    DISABLED,
    "spec.autoscaling_limit_min_cu",
    "spec.autoscaling_limit_max_cu",
    "spec.no_suspension",
    "spec.suspend_timeout_duration",
];
const DISABLED: &str = "spec.disabled";
/// Time without a connection after which an endpoint is suspended.
const SUSPEND_MS: i64 = 300_000;

/// `status.current_state` and `status.pending_state` of an endpoint, as one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PostgresState {
    Idle,
    ComingUp,
    Active,
    Suspending,
}

#[derive(Debug, Clone)]
pub(crate) struct PostgresEndpoint {
    /// `projects/…/branches/…/endpoints/…`.
    pub(crate) name: String,
    pub(crate) spec: Value,
    pub(crate) state: PostgresState,
    pub(crate) host: &'static str,
    pub(crate) generation: u32,
    pub(crate) work: String,
    pub(crate) uptime: Uptime,
    /// The moments at which its operations are done (unix ms), by the number of the operation.
    pub(crate) operations: Vec<i64>,
}

impl PostgresEndpoint {
    pub(crate) fn is_disabled(&self) -> bool {
        flag(&self.spec, "disabled")
    }

    pub(crate) fn view(&self) -> Value {
        let (current, pending) = match self.state {
            PostgresState::Idle => ("IDLE", None),
            PostgresState::ComingUp => ("IDLE", Some("ACTIVE")),
            PostgresState::Active => ("ACTIVE", None),
            PostgresState::Suspending => ("ACTIVE", Some("IDLE")),
        };
        let mut status = members(&self.spec);
        status.retain(|key, value| key != "no_suspension" && !value.is_null());
        status.insert("current_state".to_owned(), json!(current));
        status.extend(pending.map(|pending| ("pending_state".to_owned(), json!(pending))));
        status.insert("hosts".to_owned(), json!({ "host": format!("{}.{}", self.last_part(), self.host) }));
        json!({ "name": self.name, "parent": self.up_to(4), "endpoint_id": self.last_part(), "status": status })
    }

    fn last_part(&self) -> &str {
        self.name.rsplit('/').next().unwrap_or_default()
    }

    /// The first `parts` parts of the name.
    fn up_to(&self, parts: usize) -> String {
        self.name.split('/').take(parts).collect::<Vec<_>>().join("/")
    }

    fn operation(&self, number: usize, now: i64) -> Option<Value> {
        let done = *self.operations.get(number)? <= now;
        let name = format!("{}/operations/{number}", self.name);
        Some(match done {
            true => json!({ "name": name, "done": true, "metadata": {}, "response": self.view() }),
            false => json!({ "name": name, "done": false, "metadata": {} }),
        })
    }
}

impl Workspace {
    fn postgres_names(&self, under: &str, parts: usize) -> Vec<String> {
        let visible = self.postgres.values().filter(|endpoint| self.visible(&endpoint.name));
        let names: BTreeSet<String> = visible.map(|endpoint| endpoint.up_to(parts)).collect();
        names.into_iter().filter(|name| name.starts_with(under)).collect()
    }

    pub(crate) fn postgres_projects(&mut self, call: &Call) -> Handled {
        let names = self.postgres_names("", 2);
        let (page, next) = page_of(call, &names)?;
        let shown = page.iter().map(|name| {
            let id = name.rsplit('/').next();
            json!({ "name": name, "project_id": id, "status": { "display_name": id, "pg_version": 17 } })
        });
        Ok(listed("projects", shown.collect(), next))
    }

    pub(crate) fn postgres_branches(&mut self, call: &Call) -> Handled {
        let parent = format!("projects/{}", call.part(0));
        let names = self.postgres_names(&format!("{parent}/"), 4);
        if names.is_empty() {
            return Err(absent(&parent));
        }
        let (page, next) = page_of(call, &names)?;
        let shown = page.iter().map(|name| {
            json!({ "name": name, "parent": parent, "branch_id": name.rsplit('/').next(), "status": { "current_state": "READY" } })
        });
        Ok(listed("branches", shown.collect(), next))
    }

    pub(crate) fn postgres_endpoints(&mut self, call: &Call) -> Handled {
        let parent = format!("projects/{}/branches/{}", call.part(0), call.part(1));
        let names = self.postgres_names(&format!("{parent}/"), 6);
        if names.is_empty() {
            return Err(absent(&parent));
        }
        let (page, next) = page_of(call, &names)?;
        let shown: Vec<Value> = page.iter().filter_map(|name| self.shown(Kind::Postgres, name)).collect();
        Ok(listed("endpoints", shown, next))
    }

    fn postgres_known(&self, call: &Call) -> Result<String, Refusal> {
        let name = format!("projects/{}/branches/{}/endpoints/{}", call.part(0), call.part(1), call.part(2));
        if !self.postgres.contains_key(&name) {
            return Err(absent(&name));
        }
        if !self.visible(&name) {
            return Err(Refusal::forbidden(format!("No permission on {name}.")));
        }
        Ok(name)
    }

    pub(crate) fn postgres_endpoint_get(&mut self, call: &Call) -> Handled {
        let name = self.postgres_known(call)?;
        self.shown(Kind::Postgres, &name).ok_or_else(|| absent(&name))
    }

    pub(crate) fn postgres_operation_get(&mut self, call: &Call) -> Handled {
        let name = self.postgres_known(call)?;
        let number = call.part(3).parse::<usize>().ok();
        let found = self.postgres.get(&name).zip(number);
        found.and_then(|(endpoint, number)| endpoint.operation(number, self.now)).ok_or_else(|| absent(call.part(3)))
    }

    pub(crate) fn postgres_endpoint_update(&mut self, call: &Call) -> Handled {
        let name = self.postgres_known(call)?;
        let given = call.body.get("spec").cloned().unwrap_or_default();
        let mask = call.query("update_mask");
        if mask.is_empty() {
            return Err(Refusal::invalid("update_mask is required."));
        }
        if text(&given, "endpoint_type").is_empty() {
            return Err(Refusal::invalid("spec.endpoint_type is required."));
        }
        if let Some(field) = mask.split(',').find(|field| !EDITABLE.contains(field)) {
            return Err(Refusal::invalid(format!("Field {field:?} of update_mask cannot be updated.")));
        }
        self.about_to_write(Kind::Postgres, &name);
        let Some(endpoint) = self.postgres.get_mut(&name) else { return Err(absent(&name)) };
        let was_disabled = endpoint.is_disabled();
        for field in mask.split(',').filter_map(|field| field.strip_prefix("spec.")) {
            set(&mut endpoint.spec, field, given.get(field).cloned().unwrap_or_default());
        }
        let done_ms = match (was_disabled, endpoint.is_disabled()) {
            (true, false) => self.enable_postgres(&name),
            (false, true) => self.suspend_postgres(&name),
            (true, true) | (false, false) => 0,
        };
        let done_at = self.now + done_ms;
        let Some(endpoint) = self.postgres.get_mut(&name) else { return Err(absent(&name)) };
        endpoint.operations.push(done_at);
        let number = endpoint.operations.len() - 1;
        endpoint.operation(number, self.now).ok_or_else(|| absent(&name))
    }

    fn enable_postgres(&mut self, name: &str) -> i64 {
        if let Some(endpoint) = self.postgres.get(name) {
            self.notes.push(Note::Activated {
                at_ms: self.now,
                kind: "postgres_endpoint",
                resource: name.to_owned(),
                work: endpoint.work.clone(),
                slot: "enabled".to_owned(),
                by: By::Api,
            });
        }
        self.postgres_comes_up(name)
    }

    fn postgres_comes_up(&mut self, name: &str) -> i64 {
        let delay = self.settings.delays.postgres_start_ms;
        let in_ms = self.draw(delay);
        self.turn_postgres(name, PostgresState::ComingUp, in_ms);
        in_ms
    }

    fn suspend_postgres(&mut self, name: &str) -> i64 {
        let up = self.postgres.get(name).is_some_and(|endpoint| endpoint.state == PostgresState::Active);
        let delay = self.settings.delays.postgres_suspend_ms;
        let in_ms = self.draw(delay);
        self.turn_postgres(name, if up { PostgresState::Suspending } else { PostgresState::Idle }, in_ms);
        in_ms
    }

    fn turn_postgres(&mut self, name: &str, state: PostgresState, in_ms: i64) {
        let Some(endpoint) = self.postgres.get_mut(name) else { return };
        endpoint.state = state;
        endpoint.generation += 1;
        let generation = endpoint.generation;
        self.put(in_ms, Event::Postgres { name: name.to_owned(), generation });
    }

    pub(crate) fn postgres_goes_on(&mut self, name: &str, generation: u32) {
        let Some(endpoint) = self.postgres.get_mut(name).filter(|found| found.generation == generation) else { return };
        let (disabled, never) = (endpoint.is_disabled(), flag(&endpoint.spec, "no_suspension"));
        match endpoint.state {
            PostgresState::ComingUp => {
                endpoint.state = PostgresState::Active;
                self.postgres_begins(name);
            }
            PostgresState::Suspending => {
                endpoint.state = PostgresState::Idle;
                self.postgres_ends(name);
                self.await_connection(name);
            }
            PostgresState::Active if !never => drop(self.suspend_postgres(name)),
            // Somebody connects.
            PostgresState::Idle if !disabled => drop(self.postgres_comes_up(name)),
            PostgresState::Active | PostgresState::Idle => {}
        }
    }

    /// Plans the next connection to an endpoint that accepts one.
    pub(crate) fn await_connection(&mut self, name: &str) {
        if self.postgres.get(name).is_some_and(|endpoint| !endpoint.is_disabled()) {
            let delay = self.settings.delays.postgres_connection_ms;
            let in_ms = self.draw(delay);
            self.turn_postgres(name, PostgresState::Idle, in_ms);
        }
    }

    /// Opens the interval of an endpoint that is up, if none is open, and plans its suspension.
    pub(crate) fn postgres_begins(&mut self, name: &str) {
        let now = self.now;
        let Some(endpoint) = self.postgres.get_mut(name) else { return };
        let note = endpoint.uptime.begins(now, What::PostgresEndpoint, name, &endpoint.work);
        self.notes.extend(note);
        self.turn_postgres(name, PostgresState::Active, SUSPEND_MS);
    }

    fn postgres_ends(&mut self, name: &str) {
        let now = self.now;
        let Some(endpoint) = self.postgres.get_mut(name) else { return };
        self.notes.extend(endpoint.uptime.ends(now, What::PostgresEndpoint, name));
    }

    pub(crate) fn postgres_is_lost(&mut self) {
        let names: Vec<String> = self.postgres.keys().cloned().collect();
        names.iter().for_each(|name| self.postgres_ends(name));
    }

    /// Continues the processing of endpoints that were up.
    pub(crate) fn postgres_comes_back(&mut self) {
        let up = self.postgres.values().filter(|found| found.state == PostgresState::Active);
        let names: Vec<String> = up.map(|found| found.name.clone()).collect();
        names.iter().for_each(|name| self.postgres_begins(name));
    }
}

fn absent(name: &str) -> Refusal {
    Refusal::absent(format!("{name} does not exist."))
}
