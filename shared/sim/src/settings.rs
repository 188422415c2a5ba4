//! Defines the switches of a simulated world.
//!
//! Law: everything that the documentation leaves open, or that differs between workspaces, is a
//! switch here. Its default is the harder case for a client.
//! Must not know: how a switch is used.

use crate::{faults::Fault, limits::Limits};

/// All switches. `Settings::default()` is a healthy pair with documented limits.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// Milliseconds from a request to its reply: least and most, drawn evenly.
    pub latency_ms: (u64, u64),
    /// Request limits.
    pub limits: Limits,
    /// Stale reads after writes.
    pub stale: Stale,
    /// Durations of starts, stops and other changes.
    pub delays: Delays,
    /// Accept `max_capacity: 0` for a pool. The documentation does not say whether it is accepted.
    /// It is refused by default.
    pub pool_zero_capacity: bool,
    /// With `max_concurrent_runs: 0` and queueing on, queue new runs instead of skipping them.
    /// The documentation says "all new runs are skipped" and is silent about queueing.
    pub zero_limit_queues: bool,
    /// Allow the stop and the start of vector-search endpoints, which are a beta. A real workspace
    /// allows them only after an administrator has switched them on. They are on by default here,
    /// since otherwise there is nothing to simulate.
    pub search_stop_preview: bool,
    /// The simulated principal is a workspace admin. If not, a seeded tenth of the resources is
    /// hidden from listings and answers 403.
    pub admin: bool,
    /// Faults that are in the script from the start.
    pub faults: Vec<Fault>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            latency_ms: (40, 120),
            limits: Limits::default(),
            stale: Stale::default(),
            delays: Delays::default(),
            pool_zero_capacity: false,
            zero_limit_queues: false,
            search_stop_preview: true,
            admin: true,
            faults: Vec::new(),
        }
    }
}

/// The probability and the duration of stale reads, which show a resource as it was before the last write to it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Stale {
    /// Probability from 0 to 1 that a write is followed by stale reads. Default 0.
    pub probability: f64,
    /// Duration of the stale reads, in milliseconds.
    pub window_ms: i64,
}

/// Delays as ranges in milliseconds: least and most, drawn evenly.
///
/// The vendor publishes none of them. They have the size that operators know.
#[derive(Debug, Clone, PartialEq)]
pub struct Delays {
    /// Cluster from start to RUNNING.
    pub cluster_start_ms: (i64, i64),
    /// Cluster from terminate to TERMINATED.
    pub cluster_stop_ms: (i64, i64),
    /// Run from PENDING to RUNNING on serverless or on a running cluster.
    pub run_start_ms: (i64, i64),
    /// Run from TERMINATING to TERMINATED after a cancel.
    pub run_stop_ms: (i64, i64),
    /// Classic warehouse from start to RUNNING; serverless takes a tenth.
    pub warehouse_start_ms: (i64, i64),
    /// Warehouse from stop to STOPPED.
    pub warehouse_stop_ms: (i64, i64),
    /// Pipeline update from start to RUNNING.
    pub pipeline_start_ms: (i64, i64),
    /// Pipeline from stop to IDLE.
    pub pipeline_stop_ms: (i64, i64),
    /// App from start to ACTIVE.
    pub app_start_ms: (i64, i64),
    /// App from stop to STOPPED.
    pub app_stop_ms: (i64, i64),
    /// One evaluation of an alert.
    pub alert_ms: (i64, i64),
    /// Model-serving endpoint from start to READY.
    pub endpoint_start_ms: (i64, i64),
    /// Model-serving endpoint from stop to stopped.
    pub endpoint_stop_ms: (i64, i64),
    /// One refresh of a dashboard.
    pub dashboard_ms: (i64, i64),
    /// Vector-search endpoint from start to ONLINE.
    pub search_start_ms: (i64, i64),
    /// Vector-search endpoint from stop to STOPPED.
    pub search_stop_ms: (i64, i64),
    /// From the stop of a continuous index's pipeline until the service starts it again.
    pub search_sync_ms: (i64, i64),
    /// Database instance from start to AVAILABLE.
    pub database_start_ms: (i64, i64),
    /// Database instance from stop to STOPPED.
    pub database_stop_ms: (i64, i64),
    /// Database endpoint from a connection to ACTIVE.
    pub postgres_start_ms: (i64, i64),
    /// Database endpoint from its suspension to IDLE.
    pub postgres_suspend_ms: (i64, i64),
    /// Time until somebody connects to an idle database endpoint.
    pub postgres_connection_ms: (i64, i64),
    /// Pool instances from wanted to idle.
    pub pool_fill_ms: (i64, i64),
    /// First pause before a continuous job starts its next run. It doubles after each failure.
    pub continuous_pause_ms: (i64, i64),
    /// Time between two arrivals of a file or a table change.
    pub arrival_ms: (i64, i64),
}

impl Default for Delays {
    fn default() -> Self {
        Delays {
            cluster_start_ms: (90_000, 240_000),
            cluster_stop_ms: (15_000, 60_000),
            run_start_ms: (3_000, 15_000),
            run_stop_ms: (3_000, 30_000),
            warehouse_start_ms: (60_000, 180_000),
            warehouse_stop_ms: (5_000, 30_000),
            pipeline_start_ms: (30_000, 150_000),
            pipeline_stop_ms: (5_000, 45_000),
            app_start_ms: (30_000, 120_000),
            app_stop_ms: (5_000, 30_000),
            alert_ms: (2_000, 20_000),
            endpoint_start_ms: (60_000, 300_000),
            endpoint_stop_ms: (5_000, 60_000),
            dashboard_ms: (3_000, 60_000),
            search_start_ms: (60_000, 240_000),
            search_stop_ms: (20_000, 120_000),
            search_sync_ms: (120_000, 300_000),
            database_start_ms: (60_000, 180_000),
            database_stop_ms: (20_000, 90_000),
            postgres_start_ms: (500, 3_000),
            postgres_suspend_ms: (2_000, 15_000),
            postgres_connection_ms: (600_000, 3_600_000),
            pool_fill_ms: (40_000, 120_000),
            continuous_pause_ms: (3_000, 20_000),
            arrival_ms: (300_000, 3_600_000),
        }
    }
}
