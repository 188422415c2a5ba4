//! Shows a resource to reads as it was before the last write to it.
//!
//! Law: a stale view shows a state from before the last write, for at most `window_ms` after that
//! write. A resource that did not exist before the write is absent in it.
//! Must not know: how a view is made up.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::workspace::Workspace;

/// The kinds of resources that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Job,
    Run,
    Cluster,
    Pool,
    Warehouse,
    Pipeline,
    App,
    Alert,
    Endpoint,
    Dashboard,
    DashboardSchedule,
    Search,
    Database,
    Postgres,
}

#[derive(Debug)]
struct Before {
    until_ms: i64,
    view: Option<Value>,
}

/// The stale views by kind and id.
#[derive(Debug, Default)]
pub(crate) struct StaleViews {
    before: BTreeMap<(Kind, String), Before>,
}

impl Workspace {
    /// Call this before every write. By chance it keeps the view that reads will show for a while.
    pub(crate) fn about_to_write(&mut self, kind: Kind, id: &str) {
        let stale = self.settings.stale;
        if !self.chance(stale.probability) {
            return;
        }
        let view = match self.stale_view(kind, id) {
            Some(earlier) => earlier,
            None => self.view(kind, id),
        };
        let before = Before { until_ms: self.now + stale.window_ms, view };
        self.stale.before.insert((kind, id.to_owned()), before);
    }

    /// The stale view that reads show now; `None` if they show the truth. An inner `None` means
    /// that the resource was absent.
    pub(crate) fn stale_view(&self, kind: Kind, id: &str) -> Option<Option<Value>> {
        if self.stale.before.is_empty() {
            return None;
        }
        let before = self.stale.before.get(&(kind, id.to_owned()))?;
        (before.until_ms > self.now).then(|| before.view.clone())
    }

    /// Runs that a read may show as they were.
    pub(crate) fn stale_runs(&self) -> impl Iterator<Item = i64> {
        let runs = self.stale.before.keys().filter(|(kind, _)| *kind == Kind::Run);
        runs.filter_map(|(_, id)| id.parse().ok())
    }

    /// The view that a read shows now: the stale view while there is one, the truth otherwise.
    pub(crate) fn shown(&self, kind: Kind, id: &str) -> Option<Value> {
        self.stale_view(kind, id).unwrap_or_else(|| self.view(kind, id))
    }

    /// The truth, as the API would show it.
    pub(crate) fn view(&self, kind: Kind, id: &str) -> Option<Value> {
        let number = id.parse::<i64>().ok();
        match kind {
            Kind::Job => self.jobs.get(&number?).map(|job| job.view()),
            Kind::Run => self.runs.get(&number?).map(|run| self.run_view(run)),
            Kind::Cluster => self.clusters.get(id).map(|cluster| cluster.view()),
            Kind::Pool => self.pools.get(id).map(|pool| pool.view()),
            Kind::Warehouse => self.warehouses.get(id).map(|warehouse| warehouse.view()),
            Kind::Pipeline => self.pipelines.get(id).map(|pipeline| pipeline.view()),
            Kind::App => self.apps.get(id).map(|app| app.view()),
            Kind::Alert => self.alerts.get(id).map(|alert| alert.view()),
            Kind::Endpoint => self.endpoints.get(id).map(|endpoint| endpoint.view()),
            Kind::Dashboard => self.dashboards.get(id).map(|dashboard| dashboard.view()),
            Kind::DashboardSchedule => self.dashboard_schedules.get(id).map(|schedule| schedule.view()),
            Kind::Search => self.searches.get(id).map(|endpoint| endpoint.view()),
            Kind::Database => self.databases.get(id).map(|database| database.view()),
            Kind::Postgres => self.postgres.get(id).map(|endpoint| endpoint.view()),
        }
    }
}
