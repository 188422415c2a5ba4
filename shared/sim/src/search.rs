//! Simulates vector-search endpoints and their indexes.
//!
//! Law: STOPPED → STARTING → ONLINE → STOPPING → STOPPED after drawn delays. An endpoint processes
//! from ONLINE until it is STOPPED. The pipeline of a continuous index belongs to the endpoint. If
//! the pipeline is stopped while the endpoint is up, the service starts it again. If it runs when
//! the endpoint stops, it stops with the endpoint, and it starts with the endpoint again.
//! Must not know: what is searched.
//!
//! Sources: [py-sdk: service/vectorsearch.py EndpointInfo, EndpointStatusState, MiniVectorIndex, VectorIndex,
//! stop_endpoint, start_endpoint]. Stop and start are a beta. If the beta is off, both answer 404
//! FEATURE_DISABLED here (unverified). The stop of a stopped endpoint and the start of an online endpoint
//! answer 200 here (unverified). PROVISIONING, OFFLINE, YELLOW_STATE, RED_STATE and DELETED are not simulated.

use std::collections::BTreeSet;

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

/// `endpoint_status.state` of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SearchState {
    Starting,
    Online,
    Stopping,
    Stopped,
}

impl SearchState {
    fn word(self) -> &'static str {
        match self {
            SearchState::Starting => "STARTING",
            SearchState::Online => "ONLINE",
            SearchState::Stopping => "STOPPING",
            SearchState::Stopped => "STOPPED",
        }
    }
}

/// An index. If it follows a table, `pipeline` is the id of its pipeline and whether that is continuous.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SearchIndex {
    pub(crate) name: String,
    pub(crate) pipeline: Option<(String, bool)>,
}

#[derive(Debug, Clone)]
pub(crate) struct SearchEndpoint {
    pub(crate) name: String,
    pub(crate) spec: Value,
    pub(crate) state: SearchState,
    pub(crate) indexes: Vec<SearchIndex>,
    /// Pipelines that stopped with the endpoint.
    pub(crate) resting: BTreeSet<String>,
    pub(crate) generation: u32,
    pub(crate) work: String,
    pub(crate) uptime: Uptime,
}

impl SearchEndpoint {
    pub(crate) fn is_up(&self) -> bool {
        matches!(self.state, SearchState::Starting | SearchState::Online)
    }

    fn continuous(&self) -> impl Iterator<Item = &String> {
        let pipelines = self.indexes.iter().filter_map(|index| index.pipeline.as_ref());
        pipelines.filter(|(_, continuous)| *continuous).map(|(id, _)| id)
    }

    pub(crate) fn view(&self) -> Value {
        let mut view = self.spec.clone();
        let fields = json!({
            "name": self.name,
            "endpoint_status": { "state": self.state.word(), "message": "" },
            "num_indexes": self.indexes.len(),
        });
        for (key, value) in members(&fields) {
            set(&mut view, &key, value);
        }
        view
    }

    /// An index as a listing shows it, without its pipeline.
    fn short(&self, index: &SearchIndex) -> Value {
        json!({
            "name": index.name,
            "endpoint_name": self.name,
            "index_type": if index.pipeline.is_some() { "DELTA_SYNC" } else { "DIRECT_ACCESS" },
            "primary_key": "id",
            "creator": self.spec.get("creator"),
        })
    }

    fn long(&self, index: &SearchIndex) -> Value {
        let mut view = self.short(index);
        let ready = self.state == SearchState::Online;
        set(&mut view, "status", json!({ "ready": ready, "indexed_row_count": 1_000 }));
        match &index.pipeline {
            Some((id, continuous)) => {
                let spec = json!({
                    "pipeline_id": id,
                    "pipeline_type": if *continuous { "CONTINUOUS" } else { "TRIGGERED" },
                    "source_table": format!("{}_source", index.name),
                });
                set(&mut view, "delta_sync_index_spec", spec);
            }
            None => set(&mut view, "direct_access_index_spec", json!({ "schema_json": "{}" })),
        }
        view
    }
}

impl Workspace {
    pub(crate) fn search_endpoints_list(&mut self, call: &Call) -> Handled {
        let names: Vec<String> = self.searches.keys().filter(|name| self.visible(name)).cloned().collect();
        let (page, next) = page_of(call, &names)?;
        let shown: Vec<Value> = page.iter().filter_map(|name| self.shown(Kind::Search, name)).collect();
        Ok(listed("endpoints", shown, next))
    }

    fn search_known(&self, name: &str) -> Result<&SearchEndpoint, Refusal> {
        let endpoint = self.searches.get(name).ok_or_else(|| no_endpoint(name))?;
        if !self.visible(name) {
            return Err(Refusal::forbidden(format!("No permission on vector search endpoint {name}.")));
        }
        Ok(endpoint)
    }

    pub(crate) fn search_endpoints_get(&mut self, call: &Call) -> Handled {
        let name = call.part(0);
        self.search_known(name)?;
        self.shown(Kind::Search, name).ok_or_else(|| no_endpoint(name))
    }

    pub(crate) fn search_indexes_list(&mut self, call: &Call) -> Handled {
        let endpoint = self.search_known(call.query("endpoint_name"))?;
        let names: Vec<String> = endpoint.indexes.iter().map(|index| index.name.clone()).collect();
        let (page, next) = page_of(call, &names)?;
        let shown = endpoint.indexes.iter().filter(|index| page.contains(&index.name));
        Ok(listed("vector_indexes", shown.map(|index| endpoint.short(index)).collect(), next))
    }

    pub(crate) fn search_indexes_get(&mut self, call: &Call) -> Handled {
        let name = call.part(0);
        let of_all = self.searches.values().filter(|endpoint| self.visible(&endpoint.name));
        let found = of_all.flat_map(|endpoint| endpoint.indexes.iter().map(move |index| (endpoint, index)));
        let absent = || Refusal::absent(format!("Vector index {name} does not exist."));
        found.into_iter().find(|(_, index)| index.name == name).map(|(of, index)| of.long(index)).ok_or_else(absent)
    }

    pub(crate) fn search_endpoints_start(&mut self, call: &Call) -> Handled {
        let name = call.part(0);
        self.search_may_turn(name)?;
        self.about_to_write(Kind::Search, name);
        if let Some(endpoint) = self.searches.get(name).filter(|endpoint| !endpoint.is_up()) {
            self.notes.push(Note::Activated {
                at_ms: self.now,
                kind: "vector_search_endpoint",
                resource: name.to_owned(),
                work: endpoint.work.clone(),
                slot: "start".to_owned(),
                by: By::Api,
            });
            let delay = self.settings.delays.search_start_ms;
            let in_ms = self.draw(delay);
            self.turn_search(name, SearchState::Starting, in_ms);
        }
        self.view(Kind::Search, name).ok_or_else(|| no_endpoint(name))
    }

    pub(crate) fn search_endpoints_stop(&mut self, call: &Call) -> Handled {
        let name = call.part(0);
        self.search_may_turn(name)?;
        self.about_to_write(Kind::Search, name);
        if self.searches.get(name).is_some_and(SearchEndpoint::is_up) {
            let delay = self.settings.delays.search_stop_ms;
            let in_ms = self.draw(delay);
            self.turn_search(name, SearchState::Stopping, in_ms);
        }
        self.view(Kind::Search, name).ok_or_else(|| no_endpoint(name))
    }

    fn search_may_turn(&self, name: &str) -> Result<(), Refusal> {
        self.search_known(name)?;
        if self.settings.search_stop_preview {
            return Ok(());
        }
        let message = "Stopping and starting endpoints is not enabled for this workspace.";
        Err(Refusal::new(404, "FEATURE_DISABLED", message))
    }

    fn turn_search(&mut self, name: &str, state: SearchState, in_ms: i64) {
        let Some(endpoint) = self.searches.get_mut(name) else { return };
        endpoint.state = state;
        endpoint.generation += 1;
        let generation = endpoint.generation;
        self.put(in_ms, Event::Search { name: name.to_owned(), generation });
    }

    pub(crate) fn search_settles(&mut self, name: &str, generation: u32) {
        let Some(endpoint) = self.searches.get_mut(name).filter(|found| found.generation == generation) else { return };
        match endpoint.state {
            SearchState::Starting | SearchState::Online => {
                endpoint.state = SearchState::Online;
                let resting = std::mem::take(&mut endpoint.resting);
                self.search_begins(name);
                for pipeline in resting {
                    self.start_update(&pipeline, "INFRASTRUCTURE_MAINTENANCE", By::Itself);
                }
            }
            SearchState::Stopping | SearchState::Stopped => {
                endpoint.state = SearchState::Stopped;
                let own: Vec<String> = endpoint.continuous().cloned().collect();
                self.search_ends(name);
                for pipeline in own {
                    self.rest_with(name, pipeline);
                }
            }
        }
    }

    /// Stops a pipeline with its endpoint.
    fn rest_with(&mut self, endpoint: &str, pipeline: String) {
        if !self.pipelines.get(&pipeline).is_some_and(|found| found.is_active()) {
            return;
        }
        self.stop_update(&pipeline, None);
        if let Some(endpoint) = self.searches.get_mut(endpoint) {
            endpoint.resting.insert(pipeline);
        }
    }

    /// Reacts to a caller's stop of a pipeline. If it belongs to a continuous index of an endpoint
    /// that is up, the service will start it again.
    pub(crate) fn pipeline_was_stopped(&mut self, id: &str) {
        if self.follows_up(id) {
            let delay = self.settings.delays.search_sync_ms;
            let in_ms = self.draw(delay);
            self.put(in_ms, Event::Sync { pipeline: id.to_owned() });
        }
    }

    pub(crate) fn sync_is_due(&mut self, pipeline: &str) {
        if self.follows_up(pipeline) {
            self.start_update(pipeline, "INFRASTRUCTURE_MAINTENANCE", By::Itself);
        }
    }

    fn follows_up(&self, pipeline: &str) -> bool {
        self.searches.values().any(|endpoint| endpoint.is_up() && endpoint.continuous().any(|own| own == pipeline))
    }

    /// Opens the interval of an endpoint that is up, if none is open.
    pub(crate) fn search_begins(&mut self, name: &str) {
        let now = self.now;
        let Some(endpoint) = self.searches.get_mut(name) else { return };
        let note = endpoint.uptime.begins(now, What::VectorSearchEndpoint, name, &endpoint.work);
        self.notes.extend(note);
    }

    /// Closes the interval of an endpoint, if one is open.
    pub(crate) fn search_ends(&mut self, name: &str) {
        let now = self.now;
        let Some(endpoint) = self.searches.get_mut(name) else { return };
        self.notes.extend(endpoint.uptime.ends(now, What::VectorSearchEndpoint, name));
    }

    pub(crate) fn searches_are_lost(&mut self) {
        let names: Vec<String> = self.searches.keys().cloned().collect();
        names.iter().for_each(|name| self.search_ends(name));
    }

    /// Continues the processing of endpoints that were up.
    pub(crate) fn searches_come_back(&mut self) {
        let up = self.searches.values().filter(|found| found.state == SearchState::Online);
        let names: Vec<String> = up.map(|found| found.name.clone()).collect();
        names.iter().for_each(|name| self.search_begins(name));
    }
}

fn no_endpoint(name: &str) -> Refusal {
    Refusal::absent(format!("Vector search endpoint {name} does not exist."))
}
