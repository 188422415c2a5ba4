//! Moves an estate into a workspace, and remembers what is active when the workspace is left.
//!
//! Law: the estate holds from the first moment, without delays and without entries for activations.
//! Runs that are under way begin their ledger interval at the start.
//! Must not know: how an estate is made up.

use std::collections::BTreeSet;

use crate::{
    alerts::Alert,
    apps::{App, AppState},
    audit::{Mark, slot_name},
    clusters::{Cluster, ClusterState},
    dashboards::{Dashboard, DashboardSchedule},
    databases::{Database, DatabaseState},
    estate::{
        AlertSeed, AppSeed, ClusterSeed, DashboardSeed, EndpointSeed, Holdings, JobSeed, Live, PipelineSeed, PoolSeed,
        SearchSeed, UpSeed, WarehouseSeed,
    },
    jobs::Job,
    json::{number, text},
    kept::Kept,
    ledger::Cause,
    pipelines::{Pipeline, PipelineState},
    pools::Pool,
    postgres::{PostgresEndpoint, PostgresState},
    run_life::new_run,
    runs::{Life, Run},
    search::{SearchEndpoint, SearchState},
    serving::{Endpoint, EndpointState},
    triggers::active_slots,
    uptime::Uptime,
    warehouses::{Warehouse, WarehouseState},
    workspace::Workspace,
};

const HOUR_MS: i64 = 3_600_000;
const OWNER: &str = "data-platform@cloud.example";

impl Workspace {
    pub(crate) fn settle_in(&mut self, holdings: &Holdings) {
        holdings.pools.iter().for_each(|seed| self.settle_pool(seed));
        holdings.clusters.iter().for_each(|seed| self.settle_cluster(seed));
        holdings.warehouses.iter().for_each(|seed| self.settle_warehouse(seed));
        holdings.pipelines.iter().for_each(|seed| self.settle_pipeline(seed));
        holdings.jobs.iter().for_each(|seed| self.settle_job(seed));
        self.next_job = holdings.jobs.iter().map(|seed| seed.id).max().unwrap_or(0) + 1_000;
        for seed in &holdings.jobs {
            for (place, live) in seed.live.iter().enumerate() {
                self.settle_run(seed, *live, seed.run_ids.get(place).copied());
            }
            self.arm(seed.id);
        }
        holdings.apps.iter().for_each(|seed| self.settle_app(seed));
        holdings.alerts.iter().for_each(|seed| self.settle_alert(seed));
        holdings.endpoints.iter().for_each(|seed| self.settle_endpoint(seed));
        holdings.dashboards.iter().for_each(|seed| self.settle_dashboard(seed));
        holdings.searches.iter().for_each(|seed| self.settle_search(seed));
        holdings.databases.iter().for_each(|seed| self.settle_database(seed));
        holdings.postgres.iter().for_each(|seed| self.settle_postgres(seed));
        self.legacy_queries.clone_from(&holdings.legacy_queries);
        self.legacy_alerts.clone_from(&holdings.legacy_alerts);
        for (name, tasks, work) in &holdings.submitted {
            let run = self.submit_run(name.clone(), tasks.clone(), work.clone());
            self.bring_up(run);
        }
        self.notes.retain(|note| matches!(note, crate::notes::Note::Began { .. }));
    }

    fn settle_pool(&mut self, seed: &PoolSeed) {
        let pool = Pool {
            id: seed.id.clone(),
            idle: number(&seed.spec, "min_idle_instances").unwrap_or(0),
            spec: seed.spec.clone(),
            pending_idle: 0,
            used: 0,
            generation: 0,
            work: seed.work.clone(),
        };
        self.pools.insert(seed.id.clone(), pool);
    }

    fn settle_cluster(&mut self, seed: &ClusterSeed) {
        let now = self.now;
        let terminated_ms = (!seed.running).then_some(now - 5 * HOUR_MS);
        let reason = serde_json::json!({ "code": "INACTIVITY", "type": "SUCCESS" });
        let cluster = Cluster {
            id: seed.id.clone(),
            spec: seed.spec.clone(),
            state: if seed.running { ClusterState::Running } else { ClusterState::Terminated },
            source: "UI",
            creator: OWNER.to_owned(),
            pinned: seed.pinned,
            started_ms: now - 30 * HOUR_MS,
            terminated_ms,
            reason: terminated_ms.map(|_| reason),
            message: String::new(),
            generation: 0,
            waiting: BTreeSet::new(),
            users: BTreeSet::new(),
            from_pool: 0,
            events: vec![(now - 30 * HOUR_MS, "RUNNING")],
            work: seed.work.clone(),
        };
        self.clusters.insert(seed.id.clone(), cluster.into());
        let pool = text(&seed.spec, "instance_pool_id");
        let wanted = number(&seed.spec, "num_workers").unwrap_or(0) + 1;
        if seed.running
            && self.take_instances(pool, wanted)
            && let Some(cluster) = self.clusters.get_mut(&seed.id)
        {
            cluster.from_pool = wanted;
        }
    }

    fn settle_warehouse(&mut self, seed: &WarehouseSeed) {
        let state = if seed.running { WarehouseState::Running } else { WarehouseState::Stopped };
        let warehouse = Warehouse {
            id: seed.id.clone(),
            spec: seed.spec.clone(),
            state,
            creator: OWNER.to_owned(),
            host: self.side.host(),
            generation: 0,
            work: seed.work.clone(),
        };
        self.warehouses.insert(seed.id.clone(), warehouse.into());
    }

    fn settle_pipeline(&mut self, seed: &PipelineSeed) {
        let pipeline = Pipeline {
            id: seed.id.clone(),
            spec: seed.spec.clone(),
            creator: OWNER.to_owned(),
            state: PipelineState::Idle,
            updates: Vec::new(),
            last_modified_ms: self.now - 48 * HOUR_MS,
            typical_ms: seed.typical_ms,
            generation: 0,
            work: seed.work.clone(),
            processing: false,
        };
        self.pipelines.insert(seed.id.clone(), pipeline.into());
        if seed.running {
            self.start_update(&seed.id, "API_CALL", crate::ledger::By::Itself);
            let generation = self.pipelines.get(&seed.id).map_or(0, |found| found.generation);
            self.pipeline_goes_on(&seed.id, generation);
        }
    }

    fn settle_app(&mut self, seed: &AppSeed) {
        let app = App {
            name: seed.name.clone(),
            spec: seed.spec.clone(),
            state: if seed.running { AppState::Active } else { AppState::Stopped },
            crashes: seed.crashes,
            deployment: seed.deployment.clone(),
            host: self.side.host(),
            generation: 0,
            work: seed.work.clone(),
            processing: None,
            started: 0,
        };
        self.apps.insert(seed.name.clone(), app);
        if seed.running {
            self.app_begins(&seed.name);
        }
    }

    fn settle_alert(&mut self, seed: &AlertSeed) {
        let created_ms = self.now - seed.age_ms;
        let alert = Alert {
            id: seed.id.clone(),
            spec: seed.spec.clone(),
            created_ms,
            updated_ms: created_ms,
            evaluated_ms: None,
            generation: 0,
            work: seed.work.clone(),
            evaluations: 0,
            evaluating: false,
        };
        self.alerts.insert(seed.id.clone(), alert);
        self.arm_alert(&seed.id);
    }

    fn settle_endpoint(&mut self, seed: &EndpointSeed) {
        let endpoint = Endpoint {
            name: seed.name.clone(),
            spec: seed.spec.clone(),
            entities: seed.entities.clone(),
            state: if seed.running { EndpointState::Serving } else { EndpointState::Stopped },
            config_version: 1,
            generation: 0,
            work: seed.work.clone(),
            processing: None,
            started: 0,
        };
        self.endpoints.insert(seed.name.clone(), endpoint);
        if seed.running {
            self.endpoint_begins(&seed.name);
        }
    }

    fn settle_dashboard(&mut self, seed: &DashboardSeed) {
        let created_ms = self.now - seed.age_ms;
        let dashboard = Dashboard {
            id: seed.id.clone(),
            spec: seed.spec.clone(),
            created_ms,
            schedules: seed.schedules.iter().map(|schedule| schedule.id.clone()).collect(),
        };
        self.dashboards.insert(seed.id.clone(), dashboard);
        for schedule in &seed.schedules {
            let settled = DashboardSchedule {
                id: schedule.id.clone(),
                dashboard: seed.id.clone(),
                spec: schedule.spec.clone(),
                created_ms,
                updated_ms: created_ms,
                revision: 1,
                generation: 0,
                work: schedule.work.clone(),
                refreshes: 0,
                refreshing: false,
            };
            self.dashboard_schedules.insert(schedule.id.clone(), settled);
            self.arm_dashboard_schedule(&schedule.id);
        }
    }

    fn settle_search(&mut self, seed: &SearchSeed) {
        let endpoint = SearchEndpoint {
            name: seed.name.clone(),
            spec: seed.spec.clone(),
            state: if seed.running { SearchState::Online } else { SearchState::Stopped },
            indexes: seed.indexes.clone(),
            resting: BTreeSet::new(),
            generation: 0,
            work: seed.work.clone(),
            uptime: Uptime::default(),
        };
        self.searches.insert(seed.name.clone(), endpoint);
        if seed.running {
            self.search_begins(&seed.name);
        }
    }

    fn settle_database(&mut self, seed: &UpSeed) {
        let database = Database {
            name: seed.name.clone(),
            spec: seed.spec.clone(),
            state: if seed.running { DatabaseState::Available } else { DatabaseState::Stopped },
            host: self.side.host(),
            generation: 0,
            work: seed.work.clone(),
            uptime: Uptime::default(),
        };
        self.databases.insert(seed.name.clone(), database);
        if seed.running {
            self.database_begins(&seed.name);
        }
    }

    fn settle_postgres(&mut self, seed: &UpSeed) {
        let endpoint = PostgresEndpoint {
            name: seed.name.clone(),
            spec: seed.spec.clone(),
            state: if seed.running { PostgresState::Active } else { PostgresState::Idle },
            host: self.side.host(),
            generation: 0,
            work: seed.work.clone(),
            uptime: Uptime::default(),
            operations: Vec::new(),
        };
        self.postgres.insert(seed.name.clone(), endpoint);
        if seed.running {
            self.postgres_begins(&seed.name);
        }
    }

    fn settle_job(&mut self, seed: &JobSeed) {
        let job = Job {
            id: seed.id,
            created_ms: self.now - seed.age_ms,
            creator: seed.creator.clone(),
            settings: seed.settings.clone(),
            work: seed.work.clone(),
            typical_ms: seed.typical_ms,
            flaky: seed.flaky,
            generation: 0,
            starters: Vec::new(),
            runs: BTreeSet::new(),
            active: BTreeSet::new(),
            queued: BTreeSet::new(),
            failures: 0,
            runs_made: 0,
        };
        self.jobs.insert(seed.id, job.into());
    }

    /// Adds a run that was already there, even beyond the job's limit.
    fn settle_run(&mut self, seed: &JobSeed, live: Live, given: Option<i64>) {
        self.next_run += crate::jobs::ARRAY_STRIDE * self.draw((1, 40));
        let id = given.unwrap_or(self.next_run);
        self.next_run = self.next_run.max(id);
        let tasks = crate::json::items(&seed.settings, "tasks").to_vec();
        let cause = match live {
            Live::Running | Live::Pending => Cause::Schedule,
            Live::Queued => Cause::OneTime,
        };
        let duration_ms = self.draw((seed.typical_ms / 4, seed.typical_ms));
        let Some(job) = self.jobs.get_mut(&seed.id) else { return };
        job.runs_made += 1;
        job.runs.insert(id);
        let life = match live {
            Live::Queued => Life::Queued,
            Live::Running | Live::Pending => Life::Pending,
        };
        if life == Life::Queued {
            job.queued.insert(id);
        } else {
            job.active.insert(id);
        }
        let run = Run {
            job: Some(seed.id),
            number: job.runs_made,
            name: job.name().to_owned(),
            creator: OWNER.to_owned(),
            work: seed.work.clone(),
            flaky: seed.flaky,
            life,
            duration_ms,
            ..new_run(id, cause, tasks, self.now)
        };
        self.runs.insert(id, run);
        self.live.insert(id);
        match live {
            Live::Running => {
                self.place(id);
                self.bring_up(id);
            }
            Live::Pending => self.place(id),
            Live::Queued => {}
        }
    }

    /// Makes a pending run RUNNING now, with its cluster.
    fn bring_up(&mut self, run: i64) {
        let cluster = self.runs.get(&run).and_then(|run| run.cluster.clone());
        if let Some(id) = cluster {
            let generation = self.clusters.get(&id).map_or(0, |found| found.generation);
            self.cluster_settles(&id, generation);
        }
        let generation = self.runs.get(&run).map_or(0, |run| run.generation);
        self.run_goes_on(run, generation);
    }

    /// The active resources and the interrupted work now, for the audit.
    pub(crate) fn mark(&self) -> Mark {
        let mut active = BTreeSet::new();
        let mut continuous = BTreeSet::new();
        for job in self.jobs.values() {
            for slot in active_slots(&job.settings) {
                active.insert(slot_name("job", &job.work, &slot));
            }
            if self.is_continuous(job.id) {
                continuous.insert(job.work.clone());
            }
        }
        let up =
            |cluster: &&Kept<Cluster>| !matches!(cluster.state, ClusterState::Terminating | ClusterState::Terminated);
        for cluster in self.clusters.values().filter(up).filter(|found| found.source != "JOB") {
            active.insert(slot_name("cluster", &cluster.work, "start"));
        }
        for pool in self.pools.values().filter(|pool| pool.min_idle() > 0) {
            active.insert(slot_name("pool", &pool.work, "min_idle"));
        }
        let on = |state| matches!(state, WarehouseState::Running | WarehouseState::Starting);
        for warehouse in self.warehouses.values().filter(|found| on(found.state)) {
            active.insert(slot_name("warehouse", &warehouse.work, "start"));
        }
        for pipeline in self.pipelines.values().filter(|found| found.is_active()) {
            active.insert(slot_name("pipeline", &pipeline.work, "start"));
        }
        for app in self.apps.values().filter(|found| found.is_up()) {
            active.insert(slot_name("app", &app.work, "start"));
        }
        for alert in self.alerts.values().filter(|found| found.is_on()) {
            active.insert(slot_name("alert", &alert.work, "schedule"));
        }
        for endpoint in self.endpoints.values().filter(|found| found.is_up()) {
            active.insert(slot_name("serving_endpoint", &endpoint.work, "start"));
        }
        for schedule in self.dashboard_schedules.values().filter(|found| found.is_on()) {
            active.insert(slot_name("dashboard_schedule", &schedule.work, "schedule"));
        }
        for endpoint in self.searches.values().filter(|found| found.is_up()) {
            active.insert(slot_name("vector_search_endpoint", &endpoint.work, "start"));
        }
        for database in self.databases.values().filter(|found| found.is_up()) {
            active.insert(slot_name("database_instance", &database.work, "start"));
        }
        for endpoint in self.postgres.values().filter(|found| !found.is_disabled()) {
            active.insert(slot_name("postgres_endpoint", &endpoint.work, "enabled"));
        }
        let interrupted = self.works_of_runs(|life| matches!(life, Life::Running | Life::Pending | Life::Queued));
        let mut uncertain =
            self.works_of_runs(|life| matches!(life, Life::Blocked | Life::WaitingForRetry | Life::Terminating));
        // A client that lists now may see these as they were a moment ago.
        let shown_late = self.stale_runs().filter_map(|id| self.runs.get(&id)).filter(|run| run.job.is_some());
        uncertain.extend(shown_late.map(|run| run.work.clone()));
        Mark { at_ms: self.now, leaving: self.side, active, interrupted, uncertain, continuous, turned_back: false }
    }

    fn works_of_runs(&self, counts: impl Fn(Life) -> bool) -> BTreeSet<String> {
        self.live
            .iter()
            .filter_map(|id| self.runs.get(id))
            .filter(|run| counts(run.life))
            .filter(|run| run.job.is_some())
            .map(|run| run.work.clone())
            .collect()
    }
}
