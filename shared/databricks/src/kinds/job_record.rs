//! Makes the record of a job for a checkpoint: its starts on the other side, and its findings.
//!
//! Law: pure. A job that was off gets no start (S15). Must not know: requests.

use std::collections::BTreeSet;

use engine::ports::Observed;
use failover::{Resource, Start, StartStage, Startable, Trust};
use saga::Class;
use serde_json::{Value, json};

use super::facts::{items, resource, start, tag, text};
use super::job_facts::{LIMIT, is_read_only, limit, settings};
use super::{names, triggers, want};

pub(super) fn record(seen: &Observed) -> Resource {
    let settings = settings(seen);
    let takes_runs = limit(settings) != 0;
    let on = triggers::switched_on(settings);
    let interrupted = interrupted(seen);
    let active = takes_runs && (on.is_some() || !interrupted.is_empty());
    let mut record = resource(seen, state(takes_runs, on.is_some(), interrupted.len()), active);
    record.tag = tag(settings.get("tags"));
    record.findings = findings(seen);
    record.can_start = can_start(seen);
    if !takes_runs {
        return record;
    }
    let runnable = start(StartStage::Jobs, want::RUNNABLE, json!({ LIMIT: limit(settings) }));
    record.set_back.push(runnable.clone());
    record.starts.push(runnable);
    if !interrupted.is_empty() && !triggers::is_continuous(settings) {
        record.starts.push(run_again(&interrupted));
    }
    if let Some(which) = on {
        record.starts.push(start(StartStage::Schedules, want::ACTIVATED, json!({ "which": which })));
    }
    record
}

/// The resources that the tasks of its runs start.
fn can_start(seen: &Observed) -> Vec<Startable> {
    let named = [
        ("existing_clusters", names::CLUSTER),
        ("pipelines", names::PIPELINE),
        ("warehouses", names::SQL_WAREHOUSE),
        ("warehouses_of_dbt", names::SQL_WAREHOUSE),
        ("warehouses_of_alerts", names::SQL_WAREHOUSE),
        ("warehouses_of_dashboards", names::SQL_WAREHOUSE),
    ];
    let started = named.iter().flat_map(|(fact, kind)| {
        let ids = items(&seen.facts, fact).iter().filter_map(Value::as_str);
        ids.map(|id| Startable { kind: (*kind).to_owned(), id: Some(id.to_owned()) })
    });
    started.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The runs that are not over. TERMINATING means that the work is over and its cluster is being cleaned up
/// [py-sdk: jobs.RunLifeCycleState].
fn interrupted(seen: &Observed) -> Vec<&Value> {
    items(&seen.facts, "runs").iter().filter(|run| text(run, "state") != "TERMINATING").collect()
}

fn run_again(interrupted: &[&Value]) -> Start {
    let runs: Vec<Option<&Value>> = interrupted.iter().map(|run| run.get("run_id")).collect();
    Start {
        stage: StartStage::Jobs,
        kind: Some(names::JOB_RUN.to_owned()),
        want: want::RAN_ONCE.to_owned(),
        detail: json!({ "interrupted": runs }),
        class: Class::Tokened,
        trust: Trust::IfInterruptedIsRunAgain,
    }
}

fn state(takes_runs: bool, on: bool, runs: usize) -> String {
    let starts = if on { "on" } else { "starts nothing by itself" };
    let blocked = if takes_runs { "" } else { ", takes no run" };
    match runs {
        0 => format!("{starts}{blocked}"),
        1 => format!("{starts}{blocked}, 1 run"),
        _ => format!("{starts}{blocked}, {runs} runs"),
    }
}

fn findings(seen: &Observed) -> Vec<String> {
    let (settings, facts) = (settings(seen), &seen.facts);
    let mut findings = Vec::new();
    let mut find = |so: bool, what: &str| {
        if so {
            findings.push(what.to_owned());
        }
    };
    // [cli: bundle/config/mutator/resourcemutator/resource_mutator.go].
    find(
        settings.pointer("/deployment/kind").and_then(Value::as_str) == Some("BUNDLE"),
        "it is deployed by a bundle, whose next deployment un-pauses it: freeze deployments with the failover",
    );
    // [github.com/databricks/cli #1954].
    find(
        text(settings, "edit_mode") == "UI_LOCKED",
        "its page is locked for editing: by hand it can only be paused through the API",
    );
    // [github.com/databrickslabs/migrate #139].
    find(facts.get("creator_user_name").is_none(), "its creator was removed: give it an owner who exists");
    find(is_read_only(settings), "it is managed by Databricks and read-only: it cannot be paused from here");
    find(
        triggers::is_started_from_elsewhere(settings),
        "it is started by a job of another workspace: its trigger must name the other side's job",
    );
    findings.extend(items(facts, "existing_clusters").iter().filter_map(Value::as_str).map(|cluster| {
        format!("a task runs on the all-purpose cluster {cluster}, which a run starts by itself: use a job cluster")
    }));
    let zones = items(facts, "zones").iter().filter_map(Value::as_str);
    findings.extend(zones.map(super::facts::zone_finding));
    findings.sort();
    findings.dedup();
    findings
}
