//! Gives workspaces short delays. A longer wait only repeats the same read, and a boundary that is crossed fifty times
//! proves no more than one that is crossed five times.

use sim::Delays;

/// Delays of seconds where the usual ones are minutes.
pub fn quick() -> Delays {
    Delays {
        cluster_start_ms: (8_000, 12_000),
        cluster_stop_ms: (3_000, 6_000),
        run_start_ms: (2_000, 4_000),
        run_stop_ms: (2_000, 4_000),
        warehouse_start_ms: (4_000, 8_000),
        warehouse_stop_ms: (2_000, 4_000),
        pipeline_start_ms: (4_000, 8_000),
        pipeline_stop_ms: (2_000, 4_000),
        pool_fill_ms: (4_000, 8_000),
        ..Delays::default()
    }
}
