//! Defines pipelines and the calls on them.
//!
//! Law: at most one update is active. A second start is refused. A stop without an active update does nothing.
//! Must not know: how an update goes on (`pipeline_life`).
//!
//! Sources: [docs: pipelines/listpipelines, get, stop, startupdate, listupdates, getupdate, update;
//! py-sdk: service/pipelines.py]. The status and the code of a refused second start are not
//! documented; the status is 409 here (unverified).

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::{
    json::{flag, listing, members, moment, number, set, text},
    kept::Shape,
    ledger::By,
    refusal::{Handled, Refusal, Written},
    routes::Call,
    stale::Kind,
    workspace::Workspace,
};

/// Number of updates that `latest_updates` shows.
const LATEST: usize = 5;

/// `state` of a pipeline; DELETED, DEPLOYING, RECOVERING and RESETTING are not simulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PipelineState {
    Idle,
    Starting,
    Running,
    Stopping,
    Failed,
}

impl PipelineState {
    pub(crate) fn word(self) -> &'static str {
        match self {
            PipelineState::Idle => "IDLE",
            PipelineState::Starting => "STARTING",
            PipelineState::Running => "RUNNING",
            PipelineState::Stopping => "STOPPING",
            PipelineState::Failed => "FAILED",
        }
    }
}

#[derive(Debug, Clone)]
pub(crate) struct Update {
    pub(crate) id: String,
    pub(crate) cause: &'static str,
    pub(crate) state: &'static str,
    pub(crate) created_ms: i64,
}

#[derive(Debug, Clone)]
pub(crate) struct Pipeline {
    pub(crate) id: String,
    pub(crate) spec: Value,
    pub(crate) creator: String,
    pub(crate) state: PipelineState,
    /// Oldest first. The last one is active while `state` is neither IDLE nor FAILED.
    pub(crate) updates: Vec<Update>,
    pub(crate) last_modified_ms: i64,
    /// Typical duration of a triggered update, ms.
    pub(crate) typical_ms: i64,
    pub(crate) generation: u32,
    pub(crate) work: String,
    /// A ledger interval is open.
    pub(crate) processing: bool,
}

impl Pipeline {
    pub(crate) fn is_active(&self) -> bool {
        !matches!(self.state, PipelineState::Idle | PipelineState::Failed)
    }

    pub(crate) fn is_continuous(&self) -> bool {
        // A gateway runs without end, even if the flag is false [docs: ingestion/lakeflow-connect].
        flag(&self.spec, "continuous") || self.spec.get("gateway_definition").is_some()
    }

    /// The pipeline as `get` shows it.
    pub(crate) fn view(&self) -> Value {
        let latest: Vec<Value> = self.updates.iter().rev().take(LATEST).map(short).collect();
        let mut spec = self.spec.clone();
        set(&mut spec, "id", json!(self.id));
        json!({
            "pipeline_id": self.id,
            "name": text(&self.spec, "name"),
            "state": self.state.word(),
            "health": if self.state == PipelineState::Failed { "UNHEALTHY" } else { "HEALTHY" },
            "cause": "",
            "creator_user_name": self.creator,
            "run_as_user_name": self.creator,
            "last_modified": self.last_modified_ms,
            "latest_updates": latest,
            "spec": spec,
        })
    }
}

/// A pipeline's view as a listing shows it.
fn in_listing(mut view: Value) -> Value {
    if let Some(object) = view.as_object_mut() {
        for key in ["spec", "cause", "last_modified"] {
            object.remove(key);
        }
    }
    view
}

fn short(update: &Update) -> Value {
    json!({
        "update_id": update.id,
        "state": update.state,
        "creation_time": moment(update.created_ms),
    })
}

fn long(pipeline: &str, update: &Update) -> Value {
    json!({
        "pipeline_id": pipeline,
        "update_id": update.id,
        "state": update.state,
        "cause": update.cause,
        "creation_time": update.created_ms,
    })
}

impl Workspace {
    pub(crate) fn pipelines_list(&mut self, call: &Call) -> Written {
        let size = match call.query_number("max_results") {
            None | Some(0) => 25,
            Some(given) if (1..=100).contains(&given) => usize::try_from(given).unwrap_or(25),
            Some(_) => return Err(Refusal::invalid("max_results must be between 1 and 100.")),
        };
        let after = call.query("page_token").to_owned();
        let wanted = NameFilter::read(call.query("filter"))?;
        let mut statuses = Vec::new();
        let mut last = String::new();
        let mut more = false;
        for (id, pipeline) in self.pipelines.range::<String, _>((after_bound(&after), std::ops::Bound::Unbounded)) {
            if !self.visible(id) || !wanted.matches(text(&pipeline.spec, "name")) {
                continue;
            }
            if statuses.len() == size {
                more = true;
                break;
            }
            let status = match self.stale_view(Kind::Pipeline, id) {
                Some(None) => continue,
                Some(Some(view)) => Cow::Owned(in_listing(view).to_string()),
                None => Cow::Borrowed(pipeline.text(Shape::Brief, |pipeline| in_listing(pipeline.view()))),
            };
            last.clone_from(id);
            statuses.push(status);
        }
        let token = more.then(|| ("next_page_token", json!(last)));
        Ok(listing("statuses", Some(&statuses), token.as_slice()))
    }

    fn pipeline_known(&self, id: &str) -> Result<&Pipeline, Refusal> {
        let pipeline = self.pipelines.get(id).ok_or_else(|| no_pipeline(id))?;
        if !self.visible(id) {
            return Err(Refusal::forbidden(format!("No permission on pipeline {id}.")));
        }
        Ok(pipeline)
    }

    pub(crate) fn pipelines_get(&mut self, call: &Call) -> Handled {
        self.pipeline_known(call.part(0))?;
        self.shown(Kind::Pipeline, call.part(0)).ok_or_else(|| no_pipeline(call.part(0)))
    }

    pub(crate) fn pipeline_updates_list(&mut self, call: &Call) -> Handled {
        let pipeline = self.pipeline_known(call.part(0))?;
        let size = call.query_number("max_results").unwrap_or(25).clamp(1, 100);
        let size = usize::try_from(size).unwrap_or(25);
        let skip = call.query("page_token").parse::<usize>().unwrap_or(0);
        let newest_first = pipeline.updates.iter().rev();
        let updates: Vec<Value> = newest_first.skip(skip).take(size).map(|update| long(&pipeline.id, update)).collect();
        let mut answer = json!({ "updates": updates });
        if pipeline.updates.len() > skip + size {
            set(&mut answer, "next_page_token", json!((skip + size).to_string()));
        }
        Ok(answer)
    }

    pub(crate) fn pipeline_updates_get(&mut self, call: &Call) -> Handled {
        let pipeline = self.pipeline_known(call.part(0))?;
        let wanted = call.part(1);
        let update = pipeline.updates.iter().find(|update| update.id == wanted);
        let absent = || Refusal::absent(format!("Update {wanted} does not exist."));
        update.map(|update| json!({ "update": long(&pipeline.id, update) })).ok_or_else(absent)
    }

    pub(crate) fn pipelines_start(&mut self, call: &Call) -> Handled {
        let id = call.part(0);
        let pipeline = self.pipeline_known(id)?;
        if pipeline.is_active() {
            let active = pipeline.updates.last().map_or("", |update| update.id.as_str());
            let message = format!("An active update {active} already exists for pipeline '{id}'.");
            return Err(Refusal::new(409, "RESOURCE_CONFLICT", message));
        }
        self.about_to_write(Kind::Pipeline, id);
        let update = self.start_update(id, "API_CALL", By::Api);
        Ok(json!({ "update_id": update }))
    }

    pub(crate) fn pipelines_stop(&mut self, call: &Call) -> Handled {
        let id = call.part(0);
        self.pipeline_known(id)?;
        self.about_to_write(Kind::Pipeline, id);
        self.stop_update(id, None);
        self.pipeline_was_stopped(id);
        Ok(json!({}))
    }

    pub(crate) fn pipelines_edit(&mut self, call: &Call) -> Handled {
        let id = call.part(0);
        let pipeline = self.pipeline_known(id)?;
        let expected = number(&call.body, "expected_last_modified");
        if expected.is_some_and(|at| at != pipeline.last_modified_ms) {
            let message = format!("Pipeline {id} was modified since it was read.");
            return Err(Refusal::new(409, "RESOURCE_CONFLICT", message));
        }
        self.about_to_write(Kind::Pipeline, id);
        let mut spec = members(&call.body);
        for key in ["expected_last_modified", "pipeline_id", "id"] {
            spec.remove(key);
        }
        let now = self.now;
        if let Some(pipeline) = self.pipelines.get_mut(id) {
            pipeline.spec = Value::Object(spec);
            pipeline.last_modified_ms = now;
        }
        Ok(json!({}))
    }
}

fn after_bound(after: &str) -> std::ops::Bound<String> {
    if after.is_empty() {
        return std::ops::Bound::Unbounded;
    }
    std::ops::Bound::Excluded(after.to_owned())
}

fn no_pipeline(id: &str) -> Refusal {
    Refusal::absent(format!("The specified pipeline {id} was not found."))
}

/// `filter`: `name LIKE '…'` with `%`. Clients use this one form for a lookup by name.
struct NameFilter(Option<String>);

impl NameFilter {
    fn read(filter: &str) -> Result<NameFilter, Refusal> {
        if filter.is_empty() {
            return Ok(NameFilter(None));
        }
        let quoted = filter.trim().strip_prefix("name LIKE '").and_then(|rest| rest.strip_suffix('\''));
        let unknown = || Refusal::invalid(format!("Unsupported filter: {filter}"));
        quoted.map(|pattern| NameFilter(Some(pattern.to_owned()))).ok_or_else(unknown)
    }

    fn matches(&self, name: &str) -> bool {
        let Some(pattern) = &self.0 else { return true };
        match (pattern.strip_prefix('%'), pattern.strip_suffix('%')) {
            (Some(_), Some(_)) => name.contains(pattern.trim_matches('%')),
            (Some(end), None) => name.ends_with(end),
            (None, Some(start)) => name.starts_with(start),
            (None, None) => name == pattern,
        }
    }
}
