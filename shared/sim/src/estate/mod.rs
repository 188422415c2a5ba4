//! Defines what the two workspaces hold at the start.
//!
//! Law: an estate is data. Every logical resource is on both sides. Its ids differ, unless the API knows it
//! only by its name, e.g. an app or an endpoint. The primary has it at work. The standby has it prepared:
//! schedules and triggers paused, `max_concurrent_runs` 0, pools without idle instances, compute stopped.
//! References point to the side's own ids. A hidden `work` key joins the two resources. No answer contains it.
//! Must not know: how a workspace works.

mod apps_alerts;
mod compute;
mod databases_search;
mod described;
mod described_jobs;
mod described_serving;
mod jobs;
mod names;
mod plain_jobs;
mod recipes;
mod serving_dashboards;

use rand::{SeedableRng, rngs::SmallRng};
use serde_json::{Value, json};

pub use self::described::{Description, LeftOut};
use self::names::Ids;
use crate::{search::SearchIndex, wire::Side};

/// The resources and runs of both workspaces.
#[derive(Debug, Clone, PartialEq)]
pub struct Estate {
    sides: [Holdings; 2],
    map: Vec<(String, String, String)>,
}

/// The resources and runs of one workspace.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Holdings {
    pub(crate) jobs: Vec<JobSeed>,
    pub(crate) clusters: Vec<ClusterSeed>,
    pub(crate) pools: Vec<PoolSeed>,
    pub(crate) warehouses: Vec<WarehouseSeed>,
    pub(crate) pipelines: Vec<PipelineSeed>,
    pub(crate) apps: Vec<AppSeed>,
    pub(crate) alerts: Vec<AlertSeed>,
    pub(crate) endpoints: Vec<EndpointSeed>,
    pub(crate) dashboards: Vec<DashboardSeed>,
    pub(crate) searches: Vec<SearchSeed>,
    pub(crate) databases: Vec<UpSeed>,
    pub(crate) postgres: Vec<UpSeed>,
    pub(crate) legacy_queries: Vec<Value>,
    pub(crate) legacy_alerts: Vec<Value>,
    /// One-time runs under way: name, tasks, work.
    pub(crate) submitted: Vec<(String, Vec<Value>, String)>,
}

/// A job, with the runs it has at the start.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct JobSeed {
    pub(crate) id: i64,
    pub(crate) age_ms: i64,
    pub(crate) creator: Option<String>,
    pub(crate) settings: Value,
    pub(crate) work: String,
    pub(crate) typical_ms: i64,
    pub(crate) flaky: f64,
    pub(crate) live: Vec<Live>,
    /// The ids of those runs, as far as they are given.
    pub(crate) run_ids: Vec<i64>,
}

/// The state of a run at the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Live {
    Running,
    Pending,
    Queued,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ClusterSeed {
    pub(crate) id: String,
    pub(crate) spec: Value,
    pub(crate) work: String,
    pub(crate) running: bool,
    pub(crate) pinned: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PoolSeed {
    pub(crate) id: String,
    pub(crate) spec: Value,
    pub(crate) work: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct WarehouseSeed {
    pub(crate) id: String,
    pub(crate) spec: Value,
    pub(crate) work: String,
    pub(crate) running: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PipelineSeed {
    pub(crate) id: String,
    pub(crate) spec: Value,
    pub(crate) work: String,
    pub(crate) typical_ms: i64,
    pub(crate) running: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AppSeed {
    pub(crate) name: String,
    pub(crate) spec: Value,
    pub(crate) deployment: Value,
    pub(crate) work: String,
    pub(crate) running: bool,
    pub(crate) crashes: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AlertSeed {
    pub(crate) id: String,
    pub(crate) spec: Value,
    pub(crate) work: String,
    pub(crate) age_ms: i64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EndpointSeed {
    pub(crate) name: String,
    pub(crate) spec: Value,
    pub(crate) entities: Value,
    pub(crate) work: String,
    pub(crate) running: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SearchSeed {
    pub(crate) name: String,
    pub(crate) spec: Value,
    pub(crate) indexes: Vec<SearchIndex>,
    pub(crate) work: String,
    pub(crate) running: bool,
}

/// A dashboard, with its schedules.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DashboardSeed {
    pub(crate) id: String,
    pub(crate) spec: Value,
    pub(crate) age_ms: i64,
    pub(crate) schedules: Vec<ScheduleSeed>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ScheduleSeed {
    pub(crate) id: String,
    pub(crate) spec: Value,
    pub(crate) work: String,
}

/// A database instance, or an autoscaling database endpoint.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct UpSeed {
    pub(crate) name: String,
    pub(crate) spec: Value,
    pub(crate) work: String,
    pub(crate) running: bool,
}

/// Number of resources of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) jobs: usize,
    pub(crate) clusters: usize,
    pub(crate) pools: usize,
    pub(crate) warehouses: usize,
    pub(crate) pipelines: usize,
}

impl Counts {
    /// About 68 % jobs, 10 % clusters, 4 % pools, 8 % warehouses and 10 % pipelines.
    fn share(all: usize) -> Counts {
        let part = |percent: usize| (all * percent / 100).max(1);
        let (clusters, pools) = (part(10), part(4));
        let (warehouses, pipelines) = (part(8), part(10));
        let others = clusters + pools + warehouses + pipelines;
        let jobs = all.saturating_sub(others).max(1);
        Counts { jobs, clusters, pools, warehouses, pipelines }
    }
}

impl Estate {
    /// Makes a pair with about `resources_per_side` resources on each side (240 is a usual size).
    ///
    /// About one job in forty shares its name with another. Only [`Estate::explicit_map`] distinguishes them.
    #[must_use]
    pub fn generate(seed: u64, resources_per_side: usize) -> Estate {
        build(seed, Counts::share(resources_per_side), Duplicates::Mapped)
    }

    /// Makes the same pair without a map: nothing distinguishes the jobs with the same name.
    #[must_use]
    pub fn ambiguous(seed: u64, resources_per_side: usize) -> Estate {
        build(seed, Counts::share(resources_per_side), Duplicates::Unmapped)
    }

    /// Makes the pair of [`Estate::generate`] with the other kinds as well. For a hundred resources it adds
    /// about 4 apps, 6 alerts, 5 model-serving endpoints, 4 dashboards with schedules, and 4 each of
    /// vector-search endpoints, database instances and database endpoints. Some of them are off on purpose.
    /// It also adds pipelines that belong to these kinds, and queries and alerts of the first version.
    #[must_use]
    pub fn everything(seed: u64, resources_per_side: usize) -> Estate {
        let mut estate = Estate::generate(seed, resources_per_side);
        apps_alerts::add(seed, resources_per_side, &mut estate.sides);
        serving_dashboards::add(seed, resources_per_side, &mut estate.sides);
        databases_search::add(seed, resources_per_side, &mut estate.sides);
        estate
    }

    /// Makes a pair with many jobs and dashboards, and a few warehouses for them. Each dashboard
    /// has one to three schedules. No run is under way.
    #[must_use]
    pub fn large(seed: u64, jobs: usize, dashboards: usize) -> Estate {
        let counts = Counts { jobs, clusters: 1, pools: 1, warehouses: 10, pipelines: 1 };
        let mut estate = build(seed, counts, Duplicates::Unmapped);
        for held in &mut estate.sides {
            held.submitted.clear();
            held.jobs.iter_mut().for_each(|job| job.live.clear());
        }
        serving_dashboards::add_many_dashboards(seed, dashboards, &mut estate.sides);
        estate
    }

    /// Makes twelve resources of the five usual kinds, with one run and one pipeline update under way.
    #[must_use]
    pub fn small() -> Estate {
        let counts = Counts { jobs: 6, clusters: 2, pools: 1, warehouses: 1, pipelines: 2 };
        let mut estate = build(7, counts, Duplicates::None);
        recipes::keep_one_run(&mut estate.sides[Side::Primary.index()]);
        estate
    }

    /// Makes jobs, clusters, a pool and a warehouse, and nothing of any other kind. A workspace is
    /// like this if its region, tier or age lacks the rest.
    #[must_use]
    pub fn plain() -> Estate {
        let mut estate = Estate::small();
        for held in &mut estate.sides {
            held.pipelines.clear();
            for task in held.jobs.iter_mut().flat_map(|job| recipes::tasks(&mut job.settings)) {
                if task.remove("pipeline_task").is_some() {
                    task.insert("notebook_task".to_owned(), json!({ "notebook_path": "/plain" }));
                }
            }
        }
        estate
    }

    /// Takes the counterparts of the last `count` jobs away from the standby.
    #[must_use]
    pub fn lacking_on_standby(mut self, count: usize) -> Estate {
        let jobs = &mut self.sides[Side::Standby.index()].jobs;
        jobs.truncate(jobs.len().saturating_sub(count));
        self
    }

    /// The counterparts that names do not show: kind (`job`), primary id, standby id.
    #[must_use]
    pub fn explicit_map(&self) -> Vec<(String, String, String)> {
        self.map.clone()
    }

    /// Number of resources on a side, without runs.
    #[must_use]
    pub fn len(&self, side: Side) -> usize {
        let held = self.of(side);
        let compute = held.clusters.len() + held.pools.len() + held.warehouses.len();
        let schedules: usize = held.dashboards.iter().map(|dashboard| dashboard.schedules.len()).sum();
        let later = held.apps.len() + held.alerts.len() + held.endpoints.len() + schedules;
        let up = held.searches.len() + held.databases.len() + held.postgres.len();
        held.jobs.len() + compute + held.pipelines.len() + later + up
    }

    /// Every resource of the pair: kind, primary id, standby id. It is for tests that must know the counterparts.
    /// A client has to find them by itself. The id of a dashboard's schedule is `dashboard/schedule`.
    #[must_use]
    pub fn counterparts(&self) -> Vec<(String, String, String)> {
        let [primary, standby] = &self.sides;
        let mut all = Vec::new();
        let mut add = |kind: &str, ids: Vec<(String, String)>| {
            all.extend(ids.into_iter().map(|(left, right)| (kind.to_owned(), left, right)));
        };
        let joined = |left: Vec<String>, right: Vec<String>| left.into_iter().zip(right).collect();
        let jobs = |held: &Holdings| held.jobs.iter().map(|seed| seed.id.to_string()).collect();
        let clusters = |held: &Holdings| held.clusters.iter().map(|seed| seed.id.clone()).collect();
        let pools = |held: &Holdings| held.pools.iter().map(|seed| seed.id.clone()).collect();
        let warehouses = |held: &Holdings| held.warehouses.iter().map(|seed| seed.id.clone()).collect();
        let pipelines = |held: &Holdings| held.pipelines.iter().map(|seed| seed.id.clone()).collect();
        let apps = |held: &Holdings| held.apps.iter().map(|seed| seed.name.clone()).collect();
        let alerts = |held: &Holdings| held.alerts.iter().map(|seed| seed.id.clone()).collect();
        let endpoints = |held: &Holdings| held.endpoints.iter().map(|seed| seed.name.clone()).collect();
        let schedules = |held: &Holdings| {
            let of_one = |seed: &DashboardSeed| {
                let ids = seed.schedules.iter().map(|schedule| format!("{}/{}", seed.id, schedule.id));
                ids.collect::<Vec<_>>()
            };
            held.dashboards.iter().flat_map(of_one).collect()
        };
        add("job", joined(jobs(primary), jobs(standby)));
        add("cluster", joined(clusters(primary), clusters(standby)));
        add("pool", joined(pools(primary), pools(standby)));
        add("warehouse", joined(warehouses(primary), warehouses(standby)));
        add("pipeline", joined(pipelines(primary), pipelines(standby)));
        add("app", joined(apps(primary), apps(standby)));
        add("alert", joined(alerts(primary), alerts(standby)));
        add("serving_endpoint", joined(endpoints(primary), endpoints(standby)));
        add("dashboard_schedule", joined(schedules(primary), schedules(standby)));
        let searches = |held: &Holdings| held.searches.iter().map(|seed| seed.name.clone()).collect();
        let databases = |held: &Holdings| held.databases.iter().map(|seed| seed.name.clone()).collect();
        let postgres = |held: &Holdings| held.postgres.iter().map(|seed| seed.name.clone()).collect();
        add("vector_search_endpoint", joined(searches(primary), searches(standby)));
        add("database_instance", joined(databases(primary), databases(standby)));
        add("postgres_endpoint", joined(postgres(primary), postgres(standby)));
        all
    }

    pub(crate) fn of(&self, side: Side) -> &Holdings {
        &self.sides[side.index()]
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Duplicates {
    None,
    Mapped,
    Unmapped,
}

fn build(seed: u64, counts: Counts, duplicates: Duplicates) -> Estate {
    let mut rng = SmallRng::seed_from_u64(seed ^ 0x65_73_74_61_74_65);
    let ids = Ids::draw(&mut rng, counts);
    let mut sides = [Holdings::default(), Holdings::default()];
    compute::add_pools(&mut rng, &ids, &mut sides);
    compute::add_clusters(&mut rng, &ids, &mut sides);
    compute::add_warehouses(&mut rng, &ids, &mut sides);
    compute::add_pipelines(&mut rng, &ids, &mut sides);
    jobs::add_jobs(&mut rng, &ids, &mut sides, duplicates != Duplicates::None);
    recipes::add_submitted(&mut sides[Side::Primary.index()], counts.jobs / 60 + 1);
    let map = match duplicates {
        Duplicates::None | Duplicates::Unmapped => Vec::new(),
        Duplicates::Mapped => same_names(&sides),
    };
    Estate { sides, map }
}

/// The jobs that share their name with another job. A job and its counterpart have the same place in both lists.
fn same_names(sides: &[Holdings; 2]) -> Vec<(String, String, String)> {
    let mut seen: std::collections::BTreeMap<&str, usize> = std::collections::BTreeMap::new();
    for job in &sides[0].jobs {
        *seen.entry(crate::json::text(&job.settings, "name")).or_default() += 1;
    }
    let pairs = sides[0].jobs.iter().zip(&sides[1].jobs);
    pairs
        .filter(|(job, _)| seen.get(crate::json::text(&job.settings, "name")) > Some(&1))
        .map(|(left, right)| ("job".to_owned(), left.id.to_string(), right.id.to_string()))
        .collect()
}

#[cfg(test)]
mod tests;
