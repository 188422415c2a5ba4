//! Simulates model-serving endpoints.
//!
//! Law: STOPPED → starting → serving → stopping → STOPPED after drawn delays. An endpoint that serves a
//! custom model processes from the moment at which it is ready until it is stopped. It also processes
//! while it is stopping, since it still answers queries. An endpoint of a foundation model, of provisioned
//! throughput or of an external model takes neither stop nor start, and never processes by itself.
//! Must not know: what a model answers, or who asks.
//!
//! Sources: [py-sdk: service/serving.py ServingEndpoint, ServingEndpointDetailed, EndpointState,
//! ServedEntitySpec, ServedEntityOutput]. No SDK knows stop and start. They are only in
//! [docs: machine-learning/model-serving/manage-serving-endpoints].
//!
//! Unverified:
//! - A `get` shows `state.suspend`, and the listing does not.
//! - An endpoint that is stopping does not show it.
//! - The stop of a stopped endpoint answers 200 with the endpoint.
//! - The codes that refuse the start of an endpoint that is not stopped, and the stop of an
//!   endpoint whose config is being updated.

use serde_json::{Value, json};

use crate::{
    agenda::Event,
    json::{items, members, number, set},
    ledger::{By, What},
    notes::Note,
    refusal::{Handled, Refusal},
    routes::Call,
    stale::Kind,
    workspace::Workspace,
};

/// The members of a served entity that the listing shows [py-sdk: serving.ServedEntitySpec].
const LISTED: [&str; 5] = ["name", "entity_name", "entity_version", "external_model", "foundation_model"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EndpointState {
    Starting,
    Serving,
    Stopping,
    Stopped,
}

#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) name: String,
    /// Everything but its entities and its state.
    pub(crate) spec: Value,
    pub(crate) entities: Value,
    pub(crate) state: EndpointState,
    pub(crate) config_version: i64,
    pub(crate) generation: u32,
    pub(crate) work: String,
    /// Number of the open ledger interval, i.e. how many times it was started before; `None` if none is open.
    pub(crate) processing: Option<u32>,
    pub(crate) started: u32,
}

impl Endpoint {
    pub(crate) fn is_up(&self) -> bool {
        self.is_custom() && matches!(self.state, EndpointState::Starting | EndpointState::Serving)
    }

    fn is_custom(&self) -> bool {
        let of_others = |entity: &Value| {
            let rented = number(entity, "max_provisioned_throughput").unwrap_or(0) > 0;
            rented || entity.get("foundation_model").is_some() || entity.get("external_model").is_some()
        };
        !self.entities.as_array().is_some_and(|entities| entities.iter().any(of_others))
    }

    pub(crate) fn view(&self) -> Value {
        let mut view = self.spec.clone();
        set(&mut view, "name", json!(self.name));
        set(&mut view, "permission_level", json!("CAN_MANAGE"));
        let config = json!({ "config_version": self.config_version, "served_entities": self.entities });
        set(&mut view, "config", config);
        let (ready, update) = match self.state {
            EndpointState::Serving | EndpointState::Stopping => ("READY", "NOT_UPDATING"),
            EndpointState::Starting => ("NOT_READY", "IN_PROGRESS"),
            EndpointState::Stopped => ("NOT_READY", "NOT_UPDATING"),
        };
        let mut state = json!({ "ready": ready, "config_update": update });
        if self.state == EndpointState::Stopped {
            set(&mut state, "suspend", json!("STOPPED"));
        }
        set(&mut view, "state", state);
        if self.state == EndpointState::Starting {
            let next = json!({ "config_version": self.config_version + 1, "served_entities": self.entities });
            set(&mut view, "pending_config", next);
        }
        view
    }
}

/// An endpoint as the listing shows it.
fn listed(view: &Value) -> Value {
    let mut short = members(view);
    short.remove("permission_level");
    short.remove("pending_config");
    let mut short = Value::Object(short);
    let entities = view.get("config").map_or(&[][..], |config| items(config, "served_entities"));
    let brief = |entity: &Value| {
        let mut brief = members(entity);
        brief.retain(|key, _| LISTED.contains(&key.as_str()));
        Value::Object(brief)
    };
    set(&mut short, "config", json!({ "served_entities": entities.iter().map(brief).collect::<Vec<_>>() }));
    if let Some(state) = short.get_mut("state").and_then(Value::as_object_mut) {
        state.remove("suspend");
    }
    short
}

impl Workspace {
    pub(crate) fn endpoints_list(&mut self, _call: &Call) -> Handled {
        let names = self.endpoints.keys().filter(|name| self.visible(name));
        let shown = names.filter_map(|name| self.shown(Kind::Endpoint, name));
        Ok(json!({ "endpoints": shown.map(|view| listed(&view)).collect::<Vec<_>>() }))
    }

    pub(crate) fn endpoints_get(&mut self, call: &Call) -> Handled {
        let name = call.part(0);
        self.endpoint_known(name)?;
        self.shown(Kind::Endpoint, name).ok_or_else(|| no_endpoint(name))
    }

    fn endpoint_known(&self, name: &str) -> Result<&Endpoint, Refusal> {
        let endpoint = self.endpoints.get(name).ok_or_else(|| no_endpoint(name))?;
        if !self.visible(name) {
            return Err(Refusal::forbidden(format!("No permission on endpoint {name}.")));
        }
        Ok(endpoint)
    }

    fn custom_endpoint(&self, name: &str, verb: &str) -> Result<EndpointState, Refusal> {
        let endpoint = self.endpoint_known(name)?;
        if !endpoint.is_custom() {
            return Err(Refusal::invalid(format!("Only endpoints of custom models can be {verb}.")));
        }
        Ok(endpoint.state)
    }

    pub(crate) fn endpoints_stop(&mut self, call: &Call) -> Handled {
        let name = call.part(0);
        let state = self.custom_endpoint(name, "stopped")?;
        if state == EndpointState::Starting {
            return Err(Refusal::state(format!("Endpoint {name} has an update in progress.")));
        }
        self.about_to_write(Kind::Endpoint, name);
        if state == EndpointState::Serving {
            let delay = self.settings.delays.endpoint_stop_ms;
            let in_ms = self.draw(delay);
            self.turn_endpoint(name, EndpointState::Stopping, in_ms);
        }
        self.view(Kind::Endpoint, name).ok_or_else(|| no_endpoint(name))
    }

    pub(crate) fn endpoints_start(&mut self, call: &Call) -> Handled {
        let name = call.part(0);
        if self.custom_endpoint(name, "started")? != EndpointState::Stopped {
            return Err(Refusal::state(format!("Endpoint {name} is not stopped.")));
        }
        self.about_to_write(Kind::Endpoint, name);
        let work = self.endpoints.get(name).map_or_else(String::new, |endpoint| endpoint.work.clone());
        self.notes.push(Note::Activated {
            at_ms: self.now,
            kind: "serving_endpoint",
            resource: name.to_owned(),
            work,
            slot: "start".to_owned(),
            by: By::Api,
        });
        let delay = self.settings.delays.endpoint_start_ms;
        let in_ms = self.draw(delay);
        self.turn_endpoint(name, EndpointState::Starting, in_ms);
        self.view(Kind::Endpoint, name).ok_or_else(|| no_endpoint(name))
    }

    fn turn_endpoint(&mut self, name: &str, state: EndpointState, in_ms: i64) {
        let Some(endpoint) = self.endpoints.get_mut(name) else { return };
        endpoint.state = state;
        endpoint.generation += 1;
        let generation = endpoint.generation;
        self.put(in_ms, Event::Endpoint { name: name.to_owned(), generation });
    }

    pub(crate) fn endpoint_settles(&mut self, name: &str, generation: u32) {
        let Some(endpoint) = self.endpoints.get_mut(name) else { return };
        if endpoint.generation != generation {
            return;
        }
        match endpoint.state {
            EndpointState::Starting => {
                endpoint.state = EndpointState::Serving;
                endpoint.config_version += 1;
                self.endpoint_begins(name);
            }
            EndpointState::Stopping => {
                endpoint.state = EndpointState::Stopped;
                self.stop_endpoint_processing(name);
            }
            EndpointState::Serving | EndpointState::Stopped => {}
        }
    }

    /// Opens the interval of an endpoint that serves a custom model, if none is open.
    pub(crate) fn endpoint_begins(&mut self, name: &str) {
        let Some(endpoint) = self.endpoints.get_mut(name) else { return };
        if endpoint.processing.is_some() || !endpoint.is_custom() {
            return;
        }
        endpoint.processing = Some(endpoint.started);
        self.notes.push(Note::Began {
            at_ms: self.now,
            work: endpoint.work.clone(),
            what: What::ServingEndpoint,
            resource: name.to_owned(),
            run: format!("{name} {}", endpoint.started),
        });
        endpoint.started += 1;
    }

    /// Closes the interval of an endpoint, if one is open.
    pub(crate) fn stop_endpoint_processing(&mut self, name: &str) {
        let Some(endpoint) = self.endpoints.get_mut(name) else { return };
        if let Some(number) = endpoint.processing.take() {
            let run = format!("{name} {number}");
            self.notes.push(Note::Ended { at_ms: self.now, what: What::ServingEndpoint, run });
        }
    }

    /// Continues the processing of endpoints that were serving.
    pub(crate) fn endpoints_come_back(&mut self) {
        let serving = self
            .endpoints
            .values()
            .filter(|found| matches!(found.state, EndpointState::Serving | EndpointState::Stopping));
        let names: Vec<String> = serving.map(|endpoint| endpoint.name.clone()).collect();
        for name in names {
            self.endpoint_begins(&name);
        }
    }
}

fn no_endpoint(name: &str) -> Refusal {
    Refusal::absent(format!("Endpoint with name '{name}' does not exist."))
}
