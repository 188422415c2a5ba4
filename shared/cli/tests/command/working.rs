//! Tests the commands, one after the other, as an operator gives them.

use std::process::Command;

use engine::ports::PairHead;
use sim::{Estate, Settings, Side};

use crate::ground::{Ground, hold_no_secret, until};

#[test]
fn a_planned_failover_from_check_to_a_second_order() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["check"]).ends(2, &["NO-STORE", "pair.store"]);
    ground.run(&["check", "--config", "pair.toml"]).ends(0, &["signed in as", "6 job", "well"]);
    ground.of_pair(&["plan", "--planned"]).ends(0, &["from primary to standby", "planned", "fence", "schedules"]);
    assert!(!ground.path("pair.store").exists(), "looking makes nothing");

    ground.of_pair(&["capture"]).ends(0, &["checkpoint of the primary", "checkpoint of the standby"]);
    let checked = ground.of_pair(&["check", "--json"]).json();
    assert_eq!(checked["well"], true);
    assert_eq!(checked["sides"][0]["checkpoint"]["age_minutes"], 0);
    ground.of_pair(&["status"]).ends(0, &["the work is on the primary", "no saga is recorded"]);
    let plan = ground.of_pair(&["plan", "--planned", "--json"]).json();
    assert_eq!(plan["plan"]["kind"], "failover");

    ground.world().mark_leaving(ground.clock.now_ms(), Side::Primary);
    let asked = ground.of_pair(&["failover", "--planned"]);
    ground.world().mark_settled(ground.clock.now_ms());
    asked.ends(3, &["nobody has approved it yet", "--planned --approve YOUR-NAME"]);
    ground.of_pair(&["status"]).ends(3, &["waiting for an approval", "Move the work of pair payments"]);
    assert_eq!(ground.world().audit().processing_on(Side::Standby), 0);

    ground.of_pair(&["failover"]).ends(2, &["ANOTHER-SAGA", "the same order", "switchback abort"]);
    let mut stopped = ground.begin(&["failover", "--planned", "--approve", "ann"], "stopped");
    until(|| ground.told_in("stopped").contains("running ["));
    assert!(Command::new("kill").args(["-TERM", &stopped.id().to_string()]).status().unwrap().success());
    assert_eq!(stopped.wait().unwrap().code(), Some(1));
    assert!(ground.told_in("stopped").contains("stopped; nothing is lost: run `switchback failover"));

    let mut first = ground.begin(&["failover", "--planned", "--approve", "ann"], "talk");
    let owner = serde_json::json!(format!("switchback/ann/{}", first.id()));
    until(|| ground.of_pair(&["status", "--json"]).json()["saga"]["owner"] == owner);
    assert!(ground.told_in("talk").contains("has the lease until"), "{}", ground.told_in("talk"));
    let second = ground.of_pair(&["failover", "--planned", "--approve", "bob"]);
    second.ends(2, &["ANOTHER-SAGA", "switchback/ann/", "alive", "switchback status --watch"]);
    ground.of_pair(&["status", "--watch"]).ends(0, &["completed", "the work is on the standby"]);
    assert_eq!(first.wait().unwrap().code(), Some(0));

    let status = ground.of_pair(&["status", "--json"]).json();
    assert_eq!((&status["active"], &status["saga"]["doing"]), (&"standby".into(), &"completed".into()), "{status}");
    let clocks = &status["saga"]["clocks"];
    assert!(clocks["decide_s"].is_f64() && clocks["execute_s"].is_f64() && clocks["rto_s"].is_f64(), "{clocks}");
    let before = ground.contents();
    ground.of_pair(&["failover", "--planned", "--approve", "ann"]).ends(2, &["TARGET-IS-ACTIVE", "standby"]);
    assert_eq!(before, ground.contents());
    ground.of_pair(&["abort", "--why", "a test"]).ends(2, &["NO-SAGA"]);
    ground.of_pair(&["plan", "--leaving", "standby", "--planned"]).ends(0, &["from standby to primary"]);

    let audit = ground.world().audit();
    assert_eq!((audit.processing_on(Side::Primary), audit.double_windows), (0, Vec::new()));
    assert_eq!((audit.woken_that_were_off, audit.runs_wrong), (Vec::new(), Vec::new()));
    hold_no_secret(&ground.contents());
}

/// A resource is switched on again on the side that was left. The guard fences it again and names it.
#[test]
fn the_guard_fences_again_what_was_switched_on() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["capture"]).ends(0, &["checkpoint of the primary"]);
    ground.of_pair(&["guard"]).ends(0, &["no side was left"]);
    let moved = ground.of_pair(&["failover", "--planned", "--approve", "ann"]);
    moved.ends(0, &["completed"]);
    ground.of_pair(&["guard"]).ends(0, &["the primary of pair payments: nothing is on"]);

    let now = ground.clock.now_ms();
    let deployed = ground.world().deploy(now, Side::Primary, 2);
    assert_eq!(deployed.len(), 2);
    let output = ground.of_pair(&["guard", "--json"]).json();
    assert_eq!(output["side"], "primary");
    assert!(output["round"].as_str().is_some_and(|round| round.starts_with("payments-guard-")), "{output}");
    let switched_on = output["switched_on"].as_array().unwrap();
    let jobs = switched_on.iter().filter_map(|one| one.as_str()).filter(|one| one.starts_with("job "));
    assert!(jobs.clone().count() == 2 && jobs.into_iter().all(|job| job.contains("bundle")), "{output}");
    ground.of_pair(&["guard"]).ends(0, &["nothing is on"]);
    ground.of_pair(&["status"]).ends(0, &["the primary is guarded: last looked at", "payments-guard-"]);
    assert_eq!(ground.world().audit().processing_on(Side::Primary), 0);
}

/// A read beside a failover must not make the failover's process write into files that are gone.
#[test]
fn who_looks_at_a_failover_under_way_takes_nothing_away_from_it() {
    let ground = Ground::new(Estate::small(), Settings::default(), 50.0);
    ground.of_pair(&["capture"]).ends(0, &["checkpoint of the primary"]);
    let mut driving = ground.begin(&["failover", "--planned", "--approve", "ann"], "talk");
    until(|| ground.told_in("talk").contains("running ["));
    for _ in 0..3 {
        assert_eq!(ground.of_pair(&["status", "--json"]).json()["saga"]["doing"], "running");
    }
    let held = std::fs::read_dir(format!("/proc/{}/fd", driving.id())).unwrap();
    let held: Vec<String> = held
        .filter_map(|file| std::fs::read_link(file.ok()?.path()).ok())
        .map(|file| file.display().to_string())
        .collect();
    assert!(held.iter().any(|file| file.ends_with("pair.store-wal")), "{held:?}");
    assert!(!held.iter().any(|file| file.ends_with("(deleted)")), "{held:?}");
    ground.of_pair(&["abort", "--why", "a test", "--by", "bob"]).ends(3, &["aborted", "THE WORK IS STOPPED"]);
    assert_eq!(driving.wait().unwrap().code(), Some(1), "{}", ground.told_in("talk"));
    assert!(ground.told_in("talk").contains("the saga was aborted"));
}

#[test]
fn an_order_that_nobody_approves_can_be_ended_and_given_anew() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["failover", "--approve", "ann"]).ends(3, &["--approve YOUR-NAME --accept-risk"]);
    ground.of_pair(&["abort", "--why", "a test", "--by", "ann"]).ends(0, &["aborted"]);
    ground.of_pair(&["status"]).ends(0, &["the work is on the primary", "aborted: it had touched nothing"]);
    ground.of_pair(&["failover", "--planned"]).ends(3, &["nobody has approved it yet"]);
}

#[test]
fn an_order_that_died_before_it_took_the_pair_leaves_nothing_hanging_s1() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["failover", "--planned"]).ends(3, &["nobody has approved it yet"]);
    let deps = ground.deps();
    let pair = ground.wait(deps.pairs.pair(&deps.pair.name)).unwrap().unwrap();
    let before = pair.saga.clone().unwrap().0;
    let untaken = PairHead { saga: None, revision: pair.revision + 1, ..pair };
    ground.wait(deps.pairs.put_pair(&untaken)).unwrap();
    ground.of_pair(&["failover", "--planned"]).ends(3, &["nobody has approved it yet"]);
    let status = ground.of_pair(&["status", "--json"]).json();
    assert_eq!((&status["unfinished"], &status["saga"]["doing"]), (&true.into(), &"asking".into()));
    assert_ne!(status["saga"]["saga"], before.as_str());
}

#[test]
fn every_code_is_explained() {
    let ground = Ground::new(Estate::small(), Settings::default(), 1.0);
    ground.run(&["explain", "another-saga"]).ends(0, &["# ANOTHER-SAGA", "## What to do"]);
    let output = ground.run(&["explain", "LOGIN-PAGE", "--json"]).json();
    assert!(output["page"].as_str().unwrap().contains("private link"));
    let before = ground.run(&["--json", "explain", "LOGIN-PAGE"]).json();
    assert_eq!(before, output, "the flag may stand before the command, too");
    let refused = ground.run(&["--json", "explain", "NOTHING"]);
    refused.ends(2, &["{\"error\":{", "UNKNOWN-CODE"]);
}
