//! Moves an update of a pipeline from state to state.
//!
//! Law: INITIALIZING → RUNNING → COMPLETED, or STOPPING → CANCELED. A continuous pipeline runs
//! until it is stopped. One ledger interval is open from RUNNING until the pipeline is idle.
//! Must not know: routes and answers.
//!
//! Source: [docs: pipelines/get; py-sdk: service/pipelines.py UpdateInfoState, UpdateInfoCause].

use crate::{
    agenda::Event,
    ledger::{By, What},
    notes::Note,
    pipelines::{PipelineState, Update},
    workspace::Workspace,
};

impl Workspace {
    /// Starts an update and returns its id; `None` if one is active or the pipeline is unknown.
    pub(crate) fn start_update(&mut self, id: &str, cause: &'static str, by: By) -> Option<String> {
        if self.pipelines.get(id)?.is_active() {
            return None;
        }
        let update = self.uuid();
        let now = self.now;
        let delay = self.settings.delays.pipeline_start_ms;
        let in_ms = self.draw(delay);
        let pipeline = self.pipelines.get_mut(id)?;
        pipeline.updates.push(Update { id: update.clone(), cause, state: "INITIALIZING", created_ms: now });
        self.notes.push(Note::Activated {
            at_ms: now,
            kind: "pipeline",
            resource: id.to_owned(),
            work: pipeline.work.clone(),
            slot: "start".to_owned(),
            by,
        });
        self.turn_pipeline(id, PipelineState::Starting, Some(in_ms));
        Some(update)
    }

    /// Stops the active update. With `wanted`, it stops only that update.
    pub(crate) fn stop_update(&mut self, id: &str, wanted: Option<&str>) {
        let Some(pipeline) = self.pipelines.get_mut(id) else { return };
        let other = pipeline.updates.last().map(|update| update.id.as_str()) != wanted;
        if !pipeline.is_active() || pipeline.state == PipelineState::Stopping || (wanted.is_some() && other) {
            return;
        }
        let delay = self.settings.delays.pipeline_stop_ms;
        let in_ms = self.draw(delay);
        self.set_update(id, "STOPPING");
        self.turn_pipeline(id, PipelineState::Stopping, Some(in_ms));
    }

    pub(crate) fn pipeline_goes_on(&mut self, id: &str, generation: u32) {
        let Some(pipeline) = self.pipelines.get(id) else { return };
        if pipeline.generation != generation {
            return;
        }
        match pipeline.state {
            PipelineState::Starting => self.update_runs(id),
            PipelineState::Running => self.update_ends(id, "COMPLETED", PipelineState::Idle),
            PipelineState::Stopping => self.update_ends(id, "CANCELED", PipelineState::Idle),
            PipelineState::Idle | PipelineState::Failed => {}
        }
    }

    fn update_runs(&mut self, id: &str) {
        self.set_update(id, "RUNNING");
        let Some(pipeline) = self.pipelines.get_mut(id) else { return };
        pipeline.processing = true;
        let typical_ms = pipeline.typical_ms;
        let continuous = pipeline.is_continuous();
        self.notes.push(Note::Began {
            at_ms: self.now,
            work: pipeline.work.clone(),
            what: What::PipelineUpdate,
            resource: id.to_owned(),
            run: pipeline.updates.last().map(|update| update.id.clone()).unwrap_or_default(),
        });
        let in_ms = self.draw((typical_ms * 3 / 4, typical_ms * 5 / 4));
        self.turn_pipeline(id, PipelineState::Running, (!continuous).then_some(in_ms));
    }

    /// Ends the active update.
    pub(crate) fn update_ends(&mut self, id: &str, update: &'static str, state: PipelineState) {
        self.set_update(id, update);
        self.stop_update_processing(id);
        self.turn_pipeline(id, state, None);
    }

    /// Closes the ledger interval of the active update, if one is open.
    pub(crate) fn stop_update_processing(&mut self, id: &str) {
        let Some(pipeline) = self.pipelines.get_mut(id) else { return };
        if std::mem::take(&mut pipeline.processing) {
            let run = pipeline.updates.last().map(|update| update.id.clone()).unwrap_or_default();
            self.notes.push(Note::Ended { at_ms: self.now, what: What::PipelineUpdate, run });
        }
    }

    fn set_update(&mut self, id: &str, state: &'static str) {
        let active = self.pipelines.get_mut(id).and_then(|pipeline| pipeline.updates.last_mut());
        if let Some(update) = active {
            update.state = state;
        }
    }

    fn turn_pipeline(&mut self, id: &str, state: PipelineState, in_ms: Option<i64>) {
        let Some(pipeline) = self.pipelines.get_mut(id) else { return };
        pipeline.state = state;
        pipeline.generation += 1;
        let generation = pipeline.generation;
        if let Some(in_ms) = in_ms {
            self.put(in_ms, Event::Pipeline { id: id.to_owned(), generation });
        }
    }
}
