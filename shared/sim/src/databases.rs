//! Simulates provisioned database instances.
//!
//! Law: STOPPED → STARTING → AVAILABLE → UPDATING → STOPPED after drawn delays, as `stopped` asks.
//! An instance processes from AVAILABLE until it is STOPPED. Only an update starts it.
//! Must not know: what is stored, or who connects.
//!
//! Sources: [py-sdk: service/database.py DatabaseInstance, DatabaseInstanceState,
//! update_database_instance]. `stopped` is input only. Reads show `effective_stopped`, which is the
//! last request here (unverified). The state of an instance that is stopping is not documented; it
//! is UPDATING here (unverified). DELETING and FAILING_OVER are not simulated.

use serde_json::{Value, json};

use crate::{
    agenda::Event,
    apps::{listed, page_of},
    json::{members, set},
    ledger::{By, What},
    notes::Note,
    refusal::{Handled, Refusal},
    routes::Call,
    stale::Kind,
    uptime::Uptime,
    workspace::Workspace,
};

/// The fields that an update may name in its mask beside `stopped` [py-sdk: database.DatabaseInstance].
const EDITABLE: [&str; 7] = [
    "capacity",
    "custom_tags",
    "enable_pg_native_login",
    "enable_readable_secondaries",
    "node_count",
    "retention_window_in_days",
    "usage_policy_id",
];
const STOPPED: &str = "stopped";

/// `state` of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DatabaseState {
    Starting,
    Available,
    Updating,
    Stopped,
}

impl DatabaseState {
    fn word(self) -> &'static str {
        match self {
            DatabaseState::Starting => "STARTING",
            DatabaseState::Available => "AVAILABLE",
            DatabaseState::Updating => "UPDATING",
            DatabaseState::Stopped => "STOPPED",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Database {
    pub(crate) name: String,
    pub(crate) spec: Value,
    pub(crate) state: DatabaseState,
    pub(crate) host: &'static str,
    pub(crate) generation: u32,
    pub(crate) work: String,
    pub(crate) uptime: Uptime,
}

impl Database {
    pub(crate) fn is_up(&self) -> bool {
        matches!(self.state, DatabaseState::Starting | DatabaseState::Available)
    }

    pub(crate) fn view(&self) -> Value {
        let mut view = self.spec.clone();
        let fields = json!({
            "name": self.name,
            "state": self.state.word(),
            "effective_stopped": !self.is_up(),
            "effective_capacity": self.spec.get("capacity"),
            "read_write_dns": format!("{}.database.{}", self.name, self.host),
        });
        for (key, value) in members(&fields) {
            set(&mut view, &key, value);
        }
        view
    }
}

impl Workspace {
    pub(crate) fn databases_list(&mut self, call: &Call) -> Handled {
        let names: Vec<String> = self.databases.keys().filter(|name| self.visible(name)).cloned().collect();
        let (page, next) = page_of(call, &names)?;
        let shown: Vec<Value> = page.iter().filter_map(|name| self.shown(Kind::Database, name)).collect();
        Ok(listed("database_instances", shown, next))
    }

    fn database_known(&self, name: &str) -> Result<&Database, Refusal> {
        let database = self.databases.get(name).ok_or_else(|| no_database(name))?;
        if !self.visible(name) {
            return Err(Refusal::forbidden(format!("No permission on database instance {name}.")));
        }
        Ok(database)
    }

    pub(crate) fn databases_get(&mut self, call: &Call) -> Handled {
        let name = call.part(0);
        self.database_known(name)?;
        self.shown(Kind::Database, name).ok_or_else(|| no_database(name))
    }

    pub(crate) fn databases_update(&mut self, call: &Call) -> Handled {
        let name = call.part(0);
        let mut spec = self.database_known(name)?.spec.clone();
        let given = members(&call.body);
        // Without a mask, every given field is updated.
        let mask = call.query("update_mask");
        let fields: Vec<&str> = match mask {
            "" => given.keys().map(String::as_str).filter(|key| *key != "name").collect(),
            named => named.split(',').collect(),
        };
        let mut stop = None;
        for field in fields {
            let value = given.get(field).cloned().unwrap_or_default();
            match (field, value.as_bool()) {
                (STOPPED, Some(asked)) => stop = Some(asked),
                (STOPPED, None) => return Err(Refusal::invalid("stopped must be true or false.")),
                (other, _) if EDITABLE.contains(&other) => set(&mut spec, other, value),
                (other, _) => {
                    return Err(Refusal::invalid(format!("Field {other:?} of update_mask cannot be updated.")));
                }
            }
        }
        self.about_to_write(Kind::Database, name);
        if let Some(database) = self.databases.get_mut(name) {
            database.spec = spec;
        }
        match stop {
            Some(true) => self.stop_database(name),
            Some(false) => self.start_database(name),
            None => {}
        }
        self.view(Kind::Database, name).ok_or_else(|| no_database(name))
    }

    fn stop_database(&mut self, name: &str) {
        if self.databases.get(name).is_some_and(Database::is_up) {
            let delay = self.settings.delays.database_stop_ms;
            let in_ms = self.draw(delay);
            self.turn_database(name, DatabaseState::Updating, in_ms);
        }
    }

    fn start_database(&mut self, name: &str) {
        let Some(database) = self.databases.get(name).filter(|found| !found.is_up()) else { return };
        self.notes.push(Note::Activated {
            at_ms: self.now,
            kind: "database_instance",
            resource: name.to_owned(),
            work: database.work.clone(),
            slot: "start".to_owned(),
            by: By::Api,
        });
        let delay = self.settings.delays.database_start_ms;
        let in_ms = self.draw(delay);
        self.turn_database(name, DatabaseState::Starting, in_ms);
    }

    fn turn_database(&mut self, name: &str, state: DatabaseState, in_ms: i64) {
        let Some(database) = self.databases.get_mut(name) else { return };
        database.state = state;
        database.generation += 1;
        let generation = database.generation;
        self.put(in_ms, Event::Database { name: name.to_owned(), generation });
    }

    pub(crate) fn database_settles(&mut self, name: &str, generation: u32) {
        let Some(database) = self.databases.get_mut(name).filter(|found| found.generation == generation) else {
            return;
        };
        match database.state {
            DatabaseState::Starting | DatabaseState::Available => {
                database.state = DatabaseState::Available;
                self.database_begins(name);
            }
            DatabaseState::Updating | DatabaseState::Stopped => {
                database.state = DatabaseState::Stopped;
                self.database_ends(name);
            }
        }
    }

    /// Opens the interval of an instance that is up, if none is open.
    pub(crate) fn database_begins(&mut self, name: &str) {
        let now = self.now;
        let Some(database) = self.databases.get_mut(name) else { return };
        let note = database.uptime.begins(now, What::DatabaseInstance, name, &database.work);
        self.notes.extend(note);
    }

    fn database_ends(&mut self, name: &str) {
        let now = self.now;
        let Some(database) = self.databases.get_mut(name) else { return };
        self.notes.extend(database.uptime.ends(now, What::DatabaseInstance, name));
    }

    pub(crate) fn databases_are_lost(&mut self) {
        let names: Vec<String> = self.databases.keys().cloned().collect();
        names.iter().for_each(|name| self.database_ends(name));
    }

    /// Continues the processing of instances that were up.
    pub(crate) fn databases_come_back(&mut self) {
        let up = self.databases.values().filter(|found| found.state == DatabaseState::Available);
        let names: Vec<String> = up.map(|found| found.name.clone()).collect();
        names.iter().for_each(|name| self.database_begins(name));
    }
}

fn no_database(name: &str) -> Refusal {
    Refusal::absent(format!("Database instance '{name}' not found."))
}
