//! Holds one workspace: everything in it, and the moment that it has reached.
//!
//! Law: everything in it changes through an event of its agenda or through a request, and always at `now`. The
//! random draws of its inner life are its own, so latency and faults on the wire do not change what happens inside.
//! Must not know: the other side, HTTP, faults.

use std::collections::{BTreeMap, BTreeSet};

use rand::{Rng, SeedableRng, rngs::SmallRng};
use serde_json::Value;

use crate::{
    agenda::{Agenda, Event},
    alerts::Alert,
    apps::App,
    auth::Sessions,
    beside::Beside,
    clusters::Cluster,
    dashboards::{Dashboard, DashboardSchedule},
    databases::Database,
    jobs::Job,
    kept::Kept,
    notes::Note,
    pipelines::Pipeline,
    pools::Pool,
    postgres::PostgresEndpoint,
    runs::Run,
    search::SearchEndpoint,
    serving::Endpoint,
    settings::Settings,
    stale::StaleViews,
    warehouses::Warehouse,
    wire::Side,
};

/// The whole state of one workspace.
pub(crate) struct Workspace {
    pub(crate) side: Side,
    pub(crate) now: i64,
    pub(crate) settings: Settings,
    pub(crate) seed: u64,
    rng: SmallRng,
    pub(crate) agenda: Agenda,
    pub(crate) notes: Vec<Note>,
    pub(crate) stale: StaleViews,
    pub(crate) sessions: Sessions,
    pub(crate) jobs: BTreeMap<i64, Kept<Job>>,
    pub(crate) runs: BTreeMap<i64, Run>,
    /// Runs that are not in a terminal state.
    pub(crate) live: BTreeSet<i64>,
    /// The run that each idempotency token made.
    pub(crate) tokens: BTreeMap<String, i64>,
    pub(crate) next_run: i64,
    pub(crate) next_job: i64,
    pub(crate) clusters: BTreeMap<String, Kept<Cluster>>,
    pub(crate) pools: BTreeMap<String, Pool>,
    pub(crate) warehouses: BTreeMap<String, Kept<Warehouse>>,
    pub(crate) pipelines: BTreeMap<String, Kept<Pipeline>>,
    pub(crate) apps: BTreeMap<String, App>,
    pub(crate) alerts: BTreeMap<String, Alert>,
    /// Model-serving endpoints by name.
    pub(crate) endpoints: BTreeMap<String, Endpoint>,
    pub(crate) dashboards: BTreeMap<String, Dashboard>,
    pub(crate) dashboard_schedules: BTreeMap<String, DashboardSchedule>,
    pub(crate) searches: BTreeMap<String, SearchEndpoint>,
    pub(crate) databases: BTreeMap<String, Database>,
    pub(crate) postgres: BTreeMap<String, PostgresEndpoint>,
    /// Queries and alerts of the first version, as a listing shows them.
    pub(crate) legacy_queries: Vec<Value>,
    pub(crate) legacy_alerts: Vec<Value>,
    pub(crate) beside: Beside,
    /// The region's compute is gone: nothing starts and nothing runs.
    pub(crate) lost: bool,
    /// Events that were due while the region was lost, and that need compute.
    pub(crate) frozen: Vec<Event>,
    /// The region has just come back, and arrivals that piled up come soon.
    pub(crate) catching_up: bool,
}

impl Workspace {
    pub(crate) fn new(seed: u64, side: Side, settings: Settings, now: i64) -> Workspace {
        let seed = seed.wrapping_mul(2).wrapping_add(side.index() as u64);
        Workspace {
            side,
            now,
            settings,
            seed,
            rng: SmallRng::seed_from_u64(seed),
            agenda: Agenda::default(),
            notes: Vec::new(),
            stale: StaleViews::default(),
            sessions: Sessions::default(),
            jobs: BTreeMap::new(),
            runs: BTreeMap::new(),
            live: BTreeSet::new(),
            tokens: BTreeMap::new(),
            next_run: match side {
                Side::Primary => 910_000_000_000,
                Side::Standby => 420_000_000_000,
            },
            next_job: 0,
            clusters: BTreeMap::new(),
            pools: BTreeMap::new(),
            warehouses: BTreeMap::new(),
            pipelines: BTreeMap::new(),
            apps: BTreeMap::new(),
            alerts: BTreeMap::new(),
            endpoints: BTreeMap::new(),
            dashboards: BTreeMap::new(),
            dashboard_schedules: BTreeMap::new(),
            searches: BTreeMap::new(),
            databases: BTreeMap::new(),
            postgres: BTreeMap::new(),
            legacy_queries: Vec::new(),
            legacy_alerts: Vec::new(),
            beside: Beside::new(side, now),
            lost: false,
            frozen: Vec::new(),
            catching_up: false,
        }
    }

    /// Lets the next event happen if it is due at `at_ms`; false if no event is due. While the
    /// region is lost, an event that needs compute is set aside.
    pub(crate) fn step(&mut self, at_ms: i64) -> bool {
        let Some((due_ms, event)) = self.agenda.due(at_ms) else {
            return false;
        };
        self.now = self.now.max(due_ms);
        if self.lost && self.needs_compute(&event) {
            self.frozen.push(event);
        } else {
            self.happen(event);
        }
        true
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Run { id, generation } => self.run_goes_on(id, generation),
            Event::Starter { job, generation, index } => self.starter_is_due(job, generation, index),
            Event::Cluster { id, generation } => self.cluster_settles(&id, generation),
            Event::Warehouse { id, generation } => self.warehouse_settles(&id, generation),
            Event::Pipeline { id, generation } => self.pipeline_goes_on(&id, generation),
            Event::Pool { id, generation } => self.pool_settles(&id, generation),
            Event::App { name, generation } => self.app_settles(&name, generation),
            Event::Alert { id, generation } => self.alert_is_due(&id, generation),
            Event::Evaluation { id } => self.evaluation_ends(&id),
            Event::Endpoint { name, generation } => self.endpoint_settles(&name, generation),
            Event::DashboardSchedule { id, generation } => self.dashboard_schedule_is_due(&id, generation),
            Event::DashboardRefresh { id } => self.dashboard_refresh_ends(&id),
            Event::Search { name, generation } => self.search_settles(&name, generation),
            Event::Sync { pipeline } => self.sync_is_due(&pipeline),
            Event::Database { name, generation } => self.database_settles(&name, generation),
            Event::Postgres { name, generation } => self.postgres_goes_on(&name, generation),
        }
    }

    /// Draws evenly from a range in milliseconds, both ends included.
    pub(crate) fn draw(&mut self, range: (i64, i64)) -> i64 {
        if range.0 >= range.1 {
            return range.0;
        }
        self.rng.random_range(range.0..=range.1)
    }

    /// True with this probability, from 0 to 1.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        probability > 0.0 && self.rng.random::<f64>() < probability
    }

    /// Random lower-case hexadecimal digits.
    pub(crate) fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from_digit(self.rng.random_range(0..16), 16).unwrap_or('0')).collect()
    }

    /// A random id in the form that pipelines and updates use.
    pub(crate) fn uuid(&mut self) -> String {
        let hex = self.hex(32);
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]];
        parts.join("-")
    }

    pub(crate) fn put(&mut self, in_ms: i64, event: Event) {
        self.agenda.put(self.now + in_ms.max(0), event);
    }

    /// Whether the simulated principal may see a resource. An admin sees everything. For a
    /// principal without admin rights a tenth of the resources is hidden, the same for one seed.
    pub(crate) fn visible(&self, id: &str) -> bool {
        if self.settings.admin {
            return true;
        }
        let mut hash = self.seed ^ 0x51ed_270b_7a64_9d3f;
        for byte in id.bytes() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        !(hash >> 24).is_multiple_of(10)
    }
}
