//! Measures how busy named clusters are, from the system table that samples their nodes each minute.
//!
//! Settings: `warehouse` (id or name), `clusters` (ids), `metric`: `cpu`, `memory`, `swap` or `disk_wait`,
//! and perhaps `degraded_above` and `down_above`. Each metric is in percent of a node, and the worst cluster
//! counts.
//!
//! There is no endpoint for metrics. A workspace offers `system.compute.node_timeline`, if an administrator
//! has enabled the schema and granted it [docs: admin/system-tables/compute]. The table holds the free bytes
//! of a disk and not their share. So for disks the metric is the time for which a processor waits.
//! Unverified: how long a row takes to appear, so the last 30 minutes are averaged.
//!
//! Without the table, or without a row, the reading is unknown. The probe makes the workspace work, as
//! `statement` does.

use async_trait::async_trait;
use engine::codes::ACTION_SETTINGS;
use engine::ports::{Depth, ProbeKind, ProbeRun, ProbeTraits, Probed};
use failover::signal::Origin;
use saga::Fault;
use serde::Deserialize;
use serde_json::Value;

use super::env::ProbeEnv;
use super::settings::{self, Bounds};
use super::statement_value::valued;

const KIND: &str = "cluster_metrics";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    warehouse: String,
    clusters: Vec<String>,
    metric: String,
    degraded_above: Option<f64>,
    down_above: Option<f64>,
}

impl Settings {
    fn bounds(&self) -> Bounds {
        Bounds { degraded_above: self.degraded_above, down_above: self.down_above }
    }

    /// The statement for the metric.
    fn statement(&self) -> Result<String, String> {
        let column = match self.metric.as_str() {
            "cpu" => "cpu_user_percent + cpu_system_percent",
            "memory" => "mem_used_percent",
            "swap" => "mem_swap_percent",
            "disk_wait" => "cpu_wait_percent",
            other => {
                return Err(format!("probe {KIND}: {other:?} is no metric: use cpu, memory, swap or disk_wait"));
            }
        };
        let is_id = |id: &String| !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if self.clusters.is_empty() || !self.clusters.iter().all(is_id) {
            return Err(format!("probe {KIND}: clusters must name ids of clusters, e.g. 0101-120000-abcd1234"));
        }
        let ids: Vec<String> = self.clusters.iter().map(|id| format!("'{id}'")).collect();
        Ok(format!(
            "SELECT max(busy) FROM (SELECT cluster_id, avg({column}) AS busy FROM system.compute.node_timeline \
             WHERE cluster_id IN ({}) AND start_time > current_timestamp() - INTERVAL 30 MINUTES GROUP BY cluster_id)",
            ids.join(", ")
        ))
    }
}

pub(super) struct ClusterMetrics;

#[async_trait]
impl ProbeKind<ProbeEnv> for ClusterMetrics {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits { kind: KIND, origin: Origin::Workload, depth: Depth::Deep, works: true, unit: "percent" }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        settings::filled(KIND, "warehouse", &read.warehouse)?;
        read.statement()?;
        read.bounds().check(KIND)
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let api = &env.api(run.admission);
        let read: Settings = settings::known(KIND, &run.declared.settings)?;
        let unreadable = |said| Fault::person_needed(ACTION_SETTINGS, said);
        let statement = read.statement().map_err(unreadable)?;
        let what = format!("{} of the busiest cluster, in percent:", read.metric);
        let nothing = "no row of these clusters in the last 30 minutes: they do not run, or the table lags";
        valued(api, &read.warehouse, &statement, read.bounds(), &what, nothing).await
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_cannot_leave_its_place_in_the_statement() {
        let of = |id: &str, metric: &str| json!({ "warehouse": "w", "clusters": [id], "metric": metric });
        assert_eq!(ClusterMetrics.check(&of("0101-120000-abcd1234", "cpu")), Ok(()));
        assert!(ClusterMetrics.check(&of("x') OR ('1'='1", "cpu")).is_err());
        assert!(ClusterMetrics.check(&of("0101-120000-abcd1234", "disk")).unwrap_err().contains("disk_wait"));
    }
}
