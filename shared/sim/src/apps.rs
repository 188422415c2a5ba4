//! Simulates Databricks Apps.
//!
//! Law: STOPPED → STARTING → ACTIVE → STOPPING → STOPPED after drawn delays. An app processes from
//! ACTIVE until it is STOPPED, also while it is stopping. An app whose process has crashed counts
//! as well, since the service may start the process again.
//! Must not know: what an app does, or who uses it.
//!
//! Sources: [docs: apps/list, get, start, stop; py-sdk: service/apps.py ComputeState, ApplicationState].
//! The stop of a stopped app and the start of an active app are undocumented. Both answer 200 with the app
//! here, and a starting app accepts a stop (unverified). DELETING, ERROR and UPDATING are not simulated.

use serde_json::{Value, json};

use crate::{
    agenda::Event,
    json::{members, set},
    ledger::{By, What},
    notes::Note,
    refusal::{Handled, Refusal},
    routes::Call,
    stale::Kind,
    workspace::Workspace,
};

/// Items on a page if the request names no number. The documentation names none.
const PAGE: i64 = 20;
const MOST: i64 = 100;

/// `compute_status.state` of an app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppState {
    Starting,
    Active,
    Stopping,
    Stopped,
}

impl AppState {
    fn word(self) -> &'static str {
        match self {
            AppState::Starting => "STARTING",
            AppState::Active => "ACTIVE",
            AppState::Stopping => "STOPPING",
            AppState::Stopped => "STOPPED",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct App {
    pub(crate) name: String,
    pub(crate) spec: Value,
    pub(crate) state: AppState,
    /// Its process ends as soon as it is started.
    pub(crate) crashes: bool,
    /// The deployment. It is shown while the compute is up.
    pub(crate) deployment: Value,
    pub(crate) host: &'static str,
    pub(crate) generation: u32,
    pub(crate) work: String,
    /// Number of the open ledger interval, i.e. how many times the app was started before; `None` if none is open.
    pub(crate) processing: Option<u32>,
    pub(crate) started: u32,
}

impl App {
    pub(crate) fn is_up(&self) -> bool {
        matches!(self.state, AppState::Starting | AppState::Active)
    }

    fn process(&self) -> (&'static str, &'static str) {
        match (self.state, self.crashes) {
            (AppState::Active, false) => ("RUNNING", "App has status: App is running"),
            (AppState::Active, true) => ("CRASHED", "App has status: App crashed unexpectedly"),
            (AppState::Starting, _) => ("DEPLOYING", "App is being deployed."),
            (AppState::Stopping | AppState::Stopped, _) => ("UNAVAILABLE", "App status is unavailable."),
        }
    }

    pub(crate) fn view(&self) -> Value {
        let mut view = self.spec.clone();
        let (process, said) = self.process();
        let workspace = self.host.split('.').next().unwrap_or_default();
        let fields = json!({
            "name": self.name,
            "compute_status": {
                "state": self.state.word(),
                "message": format!("App compute is {}.", self.state.word()),
                "active_instances": i64::from(self.state == AppState::Active),
            },
            "app_status": { "state": process, "message": said },
            "url": format!("https://{}-{workspace}.databricksapps.example", self.name),
        });
        for (key, value) in members(&fields) {
            set(&mut view, &key, value);
        }
        // A stop clears the deployments that are shown [cli: libs/testserver/apps.go].
        if self.state == AppState::Active {
            set(&mut view, "active_deployment", self.deployment.clone());
        }
        view
    }
}

impl Workspace {
    pub(crate) fn apps_list(&mut self, call: &Call) -> Handled {
        let names: Vec<String> = self.apps.keys().filter(|name| self.visible(name)).cloned().collect();
        let (page, next) = page_of(call, &names)?;
        let shown: Vec<Value> = page.iter().filter_map(|name| self.shown(Kind::App, name)).collect();
        Ok(listed("apps", shown, next))
    }

    pub(crate) fn apps_get(&mut self, call: &Call) -> Handled {
        let name = call.part(0);
        self.app_known(name)?;
        self.shown(Kind::App, name).ok_or_else(|| no_app(name))
    }

    fn app_known(&self, name: &str) -> Result<(), Refusal> {
        if !self.apps.contains_key(name) {
            return Err(no_app(name));
        }
        if !self.visible(name) {
            return Err(Refusal::forbidden(format!("No permission on app {name}.")));
        }
        Ok(())
    }

    pub(crate) fn apps_start(&mut self, call: &Call) -> Handled {
        let name = call.part(0);
        self.app_known(name)?;
        self.about_to_write(Kind::App, name);
        self.start_app(name, By::Api);
        self.view(Kind::App, name).ok_or_else(|| no_app(name))
    }

    pub(crate) fn apps_stop(&mut self, call: &Call) -> Handled {
        let name = call.part(0);
        self.app_known(name)?;
        self.about_to_write(Kind::App, name);
        if self.apps.get(name).is_some_and(App::is_up) {
            let delay = self.settings.delays.app_stop_ms;
            let in_ms = self.draw(delay);
            self.turn_app(name, AppState::Stopping, in_ms);
        }
        self.view(Kind::App, name).ok_or_else(|| no_app(name))
    }

    /// Starts the compute of an app that is stopped or stopping. Any other app stays as it is.
    pub(crate) fn start_app(&mut self, name: &str, by: By) {
        let Some(app) = self.apps.get(name).filter(|app| !app.is_up()) else { return };
        self.notes.push(Note::Activated {
            at_ms: self.now,
            kind: "app",
            resource: name.to_owned(),
            work: app.work.clone(),
            slot: "start".to_owned(),
            by,
        });
        let delay = self.settings.delays.app_start_ms;
        let in_ms = self.draw(delay);
        self.turn_app(name, AppState::Starting, in_ms);
    }

    fn turn_app(&mut self, name: &str, state: AppState, in_ms: i64) {
        let Some(app) = self.apps.get_mut(name) else { return };
        app.state = state;
        app.generation += 1;
        let generation = app.generation;
        self.put(in_ms, Event::App { name: name.to_owned(), generation });
    }

    pub(crate) fn app_settles(&mut self, name: &str, generation: u32) {
        let Some(app) = self.apps.get_mut(name) else { return };
        if app.generation != generation {
            return;
        }
        match app.state {
            AppState::Starting | AppState::Active => {
                app.state = AppState::Active;
                self.app_begins(name);
            }
            AppState::Stopping | AppState::Stopped => {
                app.state = AppState::Stopped;
                self.stop_app_processing(name);
            }
        }
    }

    /// Opens the interval of an app whose compute is up, if none is open.
    pub(crate) fn app_begins(&mut self, name: &str) {
        let Some(app) = self.apps.get_mut(name) else { return };
        if app.processing.is_some() {
            return;
        }
        app.processing = Some(app.started);
        self.notes.push(Note::Began {
            at_ms: self.now,
            work: app.work.clone(),
            what: What::App,
            resource: name.to_owned(),
            run: format!("{name} {}", app.started),
        });
        app.started += 1;
    }

    /// Closes the interval of an app, if one is open.
    pub(crate) fn stop_app_processing(&mut self, name: &str) {
        let Some(app) = self.apps.get_mut(name) else { return };
        if let Some(number) = app.processing.take() {
            let run = format!("{name} {number}");
            self.notes.push(Note::Ended { at_ms: self.now, what: What::App, run });
        }
    }

    /// Continues the processing of apps whose compute was up.
    pub(crate) fn apps_come_back(&mut self) {
        let up = self.apps.values().filter(|app| app.state == AppState::Active);
        let names: Vec<String> = up.map(|app| app.name.clone()).collect();
        for name in names {
            self.app_begins(&name);
        }
    }
}

/// One page of ids, and the token of the next one.
pub(crate) fn page_of<'a>(call: &Call, ids: &'a [String]) -> Result<(&'a [String], Option<String>), Refusal> {
    let size = match call.query_number("page_size") {
        None | Some(0) => PAGE,
        Some(given) if given > 0 => given.min(MOST),
        Some(_) => return Err(Refusal::invalid("page_size must not be negative.")),
    };
    let from = match call.query("page_token") {
        "" => 0,
        token => token.parse::<usize>().map_err(|_| Refusal::invalid("Invalid page token."))?,
    };
    let from = from.min(ids.len());
    let to = (from + usize::try_from(size).unwrap_or(usize::MAX)).min(ids.len());
    Ok((&ids[from..to], (to < ids.len()).then(|| to.to_string())))
}

/// The answer of a listing. It has a token only if more follows.
pub(crate) fn listed(items: &str, shown: Vec<Value>, next: Option<String>) -> Value {
    let mut answer = json!({ items: shown });
    if let Some(token) = next {
        set(&mut answer, "next_page_token", json!(token));
    }
    answer
}

fn no_app(name: &str) -> Refusal {
    Refusal::absent(format!("App with name {name} does not exist or is deleted."))
}
