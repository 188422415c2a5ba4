//! Runs every probe of the list against the simulated pair, so a new probe is tested as soon as it is listed.

use databricks::{PROBES, probes};
use engine::ports::{DeclaredProbe, Depth, ProbeList, Probed};
use failover::Side;
use failover::signal::Reading;
use jiff::Timestamp;
use serde_json::{Value, json};
use sim::FaultKind;

use crate::bench::Bench;
use crate::workspace;

/// Good settings for each kind.
fn settings(bench: &Bench, kind: &str) -> Value {
    let warehouse = workspace::warehouse(bench);
    match kind {
        "token" | "me" | "jobs" | "clusters" | "metastore" => Value::Null,
        "statement" => json!({ "warehouse": warehouse }),
        "statement_value" => json!({ "warehouse": warehouse, "statement": "SELECT 7", "degraded_above": 9 }),
        "cluster_metrics" => json!({ "warehouse": warehouse, "clusters": ["0101-1"], "metric": "cpu" }),
        "canary_job" => json!({ "job": workspace::made_job(bench, "canary"), "within_minutes": 60 }),
        "failed_runs" => json!({ "least": 1 }),
        other => panic!("no settings for {other}: add them"),
    }
}

async fn look(bench: &Bench, kind: &str, settings: Value) -> Probed {
    let declared = DeclaredProbe { kind: kind.to_owned(), name: kind.to_owned(), side: Side::Standby, settings };
    let found = probes::of(bench.on(Side::Standby), &[declared]);
    assert_eq!(found.len(), 1, "{kind}");
    found[0].probe.look(Timestamp::UNIX_EPOCH, &bench.admission).await
}

/// Waits until a statement has started its warehouse, and returns the reading after that.
async fn settled(bench: &Bench, kind: &str) -> Probed {
    for _ in 0..30 {
        let probed = look(bench, kind, settings(bench, kind)).await;
        if probed.reading != Reading::Unknown {
            return probed;
        }
        bench.clock.pass_ms(60_000);
    }
    look(bench, kind, settings(bench, kind)).await
}

#[tokio::test]
async fn every_probe_checks_its_settings_and_reads_a_workspace_that_is_well() {
    for kind in PROBES.traits().into_iter().map(|traits| traits.kind) {
        let bench = Bench::new();
        let good = settings(&bench, kind);
        assert_eq!(PROBES.check(kind, &good), Ok(()), "{kind}");
        let wrong = PROBES.check(kind, &json!({ "no such setting": 1 }));
        assert!(wrong.unwrap_err().starts_with("probe "), "{kind}");
        if matches!(kind, "canary_job" | "failed_runs") {
            continue;
        }
        let probed = settled(&bench, kind).await;
        assert_eq!(probed.reading, Reading::Healthy, "{kind}: {}", probed.text);
        assert!(probed.measured.is_some(), "{kind}");
    }
}

#[tokio::test]
async fn every_probe_of_a_side_that_is_lost_reads_down() {
    for kind in PROBES.traits().into_iter().map(|traits| traits.kind) {
        let bench = Bench::new();
        let given = settings(&bench, kind);
        bench.trouble(&FaultKind::Dark, "/");
        let probed = look(&bench, kind, given).await;
        assert_eq!((probed.reading, probed.measured), (Reading::Down, None), "{kind}: {}", probed.text);
    }
}

#[tokio::test]
async fn only_what_says_that_it_works_can_change_anything() {
    for traits in PROBES.traits() {
        let bench = Bench::new();
        let given = settings(&bench, traits.kind);
        let before = bench.effects();
        look(&bench, traits.kind, given).await;
        assert_eq!(bench.effects() > before, traits.works, "{}", traits.kind);
        assert!(traits.depth == Depth::Deep || !traits.works, "{}", traits.kind);
    }
}

#[tokio::test]
async fn a_canary_that_succeeded_is_healthy_and_one_that_nobody_ran_says_nothing() {
    let bench = Bench::new();
    let given = settings(&bench, "canary_job");
    assert_eq!(look(&bench, "canary_job", given.clone()).await.reading, Reading::Unknown);
    let listed = bench.by_hand("GET", "/api/2.2/jobs/list?name=canary", &Value::Null);
    bench.by_hand("POST", "/api/2.2/jobs/run-now", &json!({ "job_id": listed["jobs"][0]["job_id"] }));
    for _ in 0..50 {
        bench.clock.pass_ms(60_000);
        let probed = look(&bench, "canary_job", json!({ "job": "canary", "within_minutes": 600 })).await;
        if probed.reading == Reading::Healthy {
            assert!(probed.measured.is_some_and(|seconds| seconds > 0.0));
            return;
        }
        assert_ne!(probed.reading, Reading::Unknown, "{}", probed.text);
    }
    panic!("the canary did not succeed");
}

#[tokio::test]
async fn a_table_that_is_missing_says_nothing_of_the_workspace() {
    let bench = Bench::new();
    let settings = json!({ "warehouse": workspace::warehouse(&bench), "statement": "SELECT 1 FROM missing" });
    let mut probed = look(&bench, "statement", settings.clone()).await;
    for _ in 0..20 {
        bench.clock.pass_ms(60_000);
        probed = look(&bench, "statement", settings.clone()).await;
    }
    assert_eq!(probed.reading, Reading::Unknown);
    assert!(probed.text.contains("STATEMENT-FAILED"), "{}", probed.text);
}
