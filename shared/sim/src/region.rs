//! Simulates the loss and the return of a region's compute.
//!
//! Law: while the compute is gone, nothing starts and nothing runs, but a stop still stops. When it is back:
//! - interrupted work ends as an error, is tried again, or has vanished;
//! - work that waited goes on;
//! - schedules fire again at their next moment;
//! - arrivals that piled up fire soon;
//! - the service restarts pipelines by itself.
//!
//! Must not know: whether the API answered meanwhile. That is a fault on the wire.
//!
//! Source of the service's own restarts: [py-sdk: service/pipelines.py UpdateInfoCause
//! INFRASTRUCTURE_MAINTENANCE, RETRY_ON_FAILURE].

use serde_json::json;

use crate::{
    agenda::Event, apps::AppState, clusters::ClusterState, databases::DatabaseState, ledger::By,
    pipelines::PipelineState, postgres::PostgresState, runs::Life, search::SearchState, serving::EndpointState,
    warehouses::WarehouseState, workspace::Workspace,
};

const CUT_OFF: &str = "The run was lost with the compute of its region.";

impl Workspace {
    /// True for an event that cannot happen while the region's compute is gone.
    pub(crate) fn needs_compute(&self, event: &Event) -> bool {
        match event {
            Event::Run { id, .. } => {
                self.runs.get(id).is_some_and(|run| !run.life.is_over() && run.life != Life::Terminating)
            }
            Event::Cluster { id, .. } => self
                .clusters
                .get(id)
                .is_some_and(|cluster| matches!(cluster.state, ClusterState::Pending | ClusterState::Restarting)),
            Event::Warehouse { id, .. } => {
                self.warehouses.get(id).is_some_and(|warehouse| warehouse.state == WarehouseState::Starting)
            }
            Event::Pipeline { id, .. } => self
                .pipelines
                .get(id)
                .is_some_and(|pipeline| matches!(pipeline.state, PipelineState::Starting | PipelineState::Running)),
            Event::App { name, .. } => self.apps.get(name).is_some_and(|app| app.state == AppState::Starting),
            Event::Starter { .. } | Event::Pool { .. } | Event::Alert { .. } => true,
            Event::Endpoint { name, .. } => {
                self.endpoints.get(name).is_some_and(|endpoint| endpoint.state == EndpointState::Starting)
            }
            Event::DashboardSchedule { .. } => true,
            Event::Evaluation { .. } | Event::DashboardRefresh { .. } => false,
            Event::Sync { .. } => true,
            Event::Search { name, .. } => {
                self.searches.get(name).is_some_and(|found| found.state == SearchState::Starting)
            }
            Event::Database { name, .. } => {
                self.databases.get(name).is_some_and(|found| found.state == DatabaseState::Starting)
            }
            Event::Postgres { name, .. } => self
                .postgres
                .get(name)
                .is_some_and(|found| matches!(found.state, PostgresState::Idle | PostgresState::ComingUp)),
        }
    }

    pub(crate) fn region_is_lost(&mut self) {
        if std::mem::replace(&mut self.lost, true) {
            return;
        }
        let live: Vec<i64> = self.live.iter().copied().collect();
        for run in live {
            self.stop_processing(run);
        }
        let pipelines: Vec<String> = self.pipelines.keys().cloned().collect();
        for id in pipelines {
            self.stop_update_processing(&id);
        }
        let apps: Vec<String> = self.apps.keys().cloned().collect();
        for name in apps {
            self.stop_app_processing(&name);
        }
        let alerts: Vec<String> = self.alerts.keys().cloned().collect();
        for id in alerts {
            self.evaluation_ends(&id);
        }
        let endpoints: Vec<String> = self.endpoints.keys().cloned().collect();
        for name in endpoints {
            self.stop_endpoint_processing(&name);
        }
        let schedules: Vec<String> = self.dashboard_schedules.keys().cloned().collect();
        for id in schedules {
            self.dashboard_refresh_ends(&id);
        }
        self.searches_are_lost();
        self.databases_are_lost();
        self.postgres_is_lost();
    }

    pub(crate) fn region_is_back(&mut self) {
        if !std::mem::replace(&mut self.lost, false) {
            return;
        }
        self.clusters_come_back();
        self.runs_come_back();
        self.pipelines_come_back();
        self.apps_come_back();
        self.endpoints_come_back();
        self.searches_come_back();
        self.databases_come_back();
        self.postgres_comes_back();
        for event in std::mem::take(&mut self.frozen) {
            if !matches!(event, Event::Starter { .. } | Event::Alert { .. } | Event::DashboardSchedule { .. }) {
                let in_ms = self.draw((1_000, 30_000));
                self.put(in_ms, event);
            }
        }
        self.catching_up = true;
        let jobs: Vec<i64> = self.jobs.keys().copied().collect();
        for job in jobs {
            self.arm(job);
        }
        self.catching_up = false;
        self.alerts_come_back();
        self.dashboards_come_back();
    }

    fn clusters_come_back(&mut self) {
        let ids: Vec<String> = self.clusters.keys().cloned().collect();
        for id in ids {
            let running = self.clusters.get(&id).is_some_and(|found| found.state == ClusterState::Running);
            if running && self.chance(0.25) {
                if let Some(cluster) = self.clusters.get_mut(&id) {
                    let code = "CLOUD_PROVIDER_SHUTDOWN";
                    cluster.reason = Some(json!({ "code": code, "type": "CLOUD_FAILURE" }));
                }
                self.cluster_is_down(&id);
            }
        }
    }

    fn runs_come_back(&mut self) {
        let live: Vec<i64> = self.live.iter().copied().collect();
        for id in live {
            let Some(run) = self.runs.get(&id) else { continue };
            if run.life != Life::Running {
                continue;
            }
            if self.chance(0.1) {
                self.vanish(id);
            } else if self.runs.get(&id).is_some_and(|run| run.retries_left > 0) {
                self.wait_for_retry(id);
            } else {
                self.end_run(id, Life::InternalError, "FAILED", CUT_OFF);
            }
        }
    }

    /// Ends the run and removes it, as if the service had forgotten it.
    fn vanish(&mut self, id: i64) {
        self.end_run(id, Life::InternalError, "FAILED", CUT_OFF);
        if let Some(run) = self.runs.remove(&id)
            && let Some(job) = run.job.and_then(|job| self.jobs.get_mut(&job))
        {
            job.runs.remove(&id);
        }
    }

    fn pipelines_come_back(&mut self) {
        let ids: Vec<String> = self.pipelines.keys().cloned().collect();
        for id in ids {
            let Some(pipeline) = self.pipelines.get(&id) else { continue };
            if !matches!(pipeline.state, PipelineState::Starting | PipelineState::Running) {
                continue;
            }
            let continuous = pipeline.is_continuous();
            self.update_ends(&id, "FAILED", PipelineState::Failed);
            if continuous {
                self.start_update(&id, "RETRY_ON_FAILURE", By::Itself);
            } else if self.chance(0.5) {
                self.start_update(&id, "INFRASTRUCTURE_MAINTENANCE", By::Itself);
            }
        }
    }
}
