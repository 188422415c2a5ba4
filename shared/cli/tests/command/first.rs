//! Tests the first lines of `status`, `check` and `abort`.
//!
//! They say whether the work runs and whether it could be moved, and give the command that mends it as a whole
//! line.

use sim::{Estate, Settings, Side};

use crate::ground::{CommandOutput, Ground, until};

/// Runs a printed line, as a person pastes it.
fn paste(ground: &Ground, line: &str, more: &[&str]) -> CommandOutput {
    let words = shlex::split(line).unwrap();
    assert_eq!(words[0], "switchback", "{line}");
    let words: Vec<&str> = words.iter().skip(1).map(String::as_str).chain(more.iter().copied()).collect();
    ground.run(&words)
}

#[test]
fn after_an_abort_in_the_middle_it_is_said_first_that_the_work_is_stopped_s31() {
    let ground = Ground::new(Estate::small(), Settings::default(), 20.0);
    ground.of_pair(&["capture"]).ends(0, &["checkpoint of the primary"]);
    let mut driving = ground.begin(&["failover", "--planned", "--approve", "ann"], "talk");
    until(|| {
        let status = ground.of_pair(&["status", "--json"]).json();
        status["work"]["by"]["fenced"].as_u64().is_some_and(|fenced| fenced > 0)
    });
    let mend = "switchback failback --config pair.toml --store embedded:pair.store";
    let aborted = ground.of_pair(&["abort", "--why", "a test"]);
    aborted.ends(3, &["THE WORK IS STOPPED", "things on the primary are stopped", mend, "no effect of it can land"]);
    assert!(aborted.data.starts_with("pair payments: THE WORK IS STOPPED: saga payments-"), "{aborted:?}");
    assert_eq!(driving.wait().unwrap().code(), Some(1));
    let talk = ground.told_in("talk");
    assert!(talk.contains("THE WORK IS STOPPED") && talk.contains(mend), "{talk}");

    for command in ["status", "check"] {
        let output = ground.of_pair(&[command]);
        output.ends(3, &[mend]);
        assert!(output.data.starts_with("pair payments: THE WORK IS STOPPED"), "{output:?}");
    }
    let status = ground.of_pair(&["status", "--json"]).json();
    assert_eq!(status["work"]["state"], "stopped", "{status}");
    assert_eq!(status["mend"], serde_json::json!([mend]));
    assert_eq!(status["checkpoint"]["state"], "kept", "it is kept on purpose: {status}");
    assert_eq!(ground.of_pair(&["check", "--json"]).json()["well"], false);

    // An order that waits for its approval mends nothing yet.
    paste(&ground, mend, &[]).ends(3, &["nobody has approved it yet"]);
    ground.of_pair(&["status"]).ends(3, &["THE WORK IS STOPPED", "waiting for an approval"]);
    paste(&ground, mend, &["--approve", "ann"]).ends(3, &["lesson"]);
    ground.of_pair(&["lesson", "add", "--text", "nothing"]).ends(0, &["write down a lesson"]);
    paste(&ground, mend, &["--approve", "ann"]).ends(0, &["completed"]);
    ground.of_pair(&["status"]).ends(0, &["pair payments: the work is on the primary"]);
    let audit = ground.world().audit();
    assert_eq!((audit.processing_on(Side::Standby), audit.double_windows), (0, Vec::new()));
}

#[test]
fn an_abort_that_had_done_nothing_says_so_and_is_what_status_shows() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["capture"]).ends(0, &["checkpoint of the primary"]);
    ground.of_pair(&["failover", "--planned", "--approve", "ann"]).ends(0, &["completed"]);
    let before = ground.of_pair(&["status", "--json"]).json()["saga"]["saga"].clone();
    ground.of_pair(&["failback"]).ends(3, &["nobody has approved it yet"]);
    let aborted = ground.of_pair(&["abort", "--why", "a test"]);
    aborted.ends(0, &["pair payments: the work is on the standby", "aborted: it had touched nothing"]);
    let status = ground.of_pair(&["status", "--json"]).json();
    assert_ne!(status["saga"]["saga"], before, "an older saga is not shown as if it were the last");
    assert_eq!((&status["saga"]["doing"], &status["saga"]["touched"]), (&"aborted".into(), &false.into()));
}

#[test]
fn of_a_pair_of_which_nothing_is_recorded_nothing_is_said_s31() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["capture"]).ends(0, &["checkpoint of the primary"]);
    ground.of_pair(&["status"]).ends(0, &["the work is on the primary", "the checkpoint of the primary is of"]);
    ground.reconfigure("pair = \"payments\"", "pair = \"payment\"");
    for command in ["status", "check"] {
        let output = ground.of_pair(&[command]);
        output.ends(3, &["pair payment: NOTHING IS RECORDED", "switchback capture --config pair.toml --store"]);
        assert!(!output.data.contains("the work is on"), "{output:?}");
    }
    let status = ground.of_pair(&["status", "--json"]).json();
    assert_eq!((&status["work"]["state"], &status["active"]), (&"unrecorded".into(), &serde_json::Value::Null));
}

#[test]
fn a_checkpoint_that_is_missing_or_old_is_said_with_its_remedy_s30() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["capture", "--side", "standby"]).ends(0, &["checkpoint of the standby"]);
    let capture = "switchback capture --config pair.toml --store embedded:pair.store";
    for command in ["status", "check"] {
        ground.of_pair(&[command]).ends(3, &["NO CHECKPOINT of the primary", capture]);
    }
    paste(&ground, capture, &[]).ends(0, &["checkpoint of the primary"]);
    for command in ["status", "check"] {
        ground.of_pair(&[command]).ends(0, &["the checkpoint of the primary is of"]);
    }
    // The standby's checkpoint may have any age, the primary's may not.
    for (side, code, state) in [(failover::Side::Standby, 0, "fresh"), (failover::Side::Primary, 3, "old")] {
        let deps = ground.deps();
        let deps = ground.wait(engine::roles::as_recorded(&deps)).unwrap();
        let taken = ground.wait(engine::capture::latest(&deps, side)).unwrap().unwrap();
        let taken_at = taken.taken_at.saturating_sub(jiff::SignedDuration::from_mins(50)).unwrap();
        let old = failover::Checkpoint { taken_at, ..taken }.to_bytes().unwrap();
        ground.wait(deps.objects.put(&engine::keys::checkpoint_key(&deps, side), old.into())).unwrap();
        drop(deps);
        for command in ["status", "check"] {
            let output = ground.of_pair(&[command, "--json"]);
            assert_eq!((output.code, &output.json()["checkpoint"]["state"]), (Some(code), &state.into()), "{output:?}");
        }
    }
    ground.of_pair(&["status"]).ends(3, &["OLD CHECKPOINT of the primary", "50 minutes old", capture]);
    let remedy = ground.of_pair(&["status", "--json"]).json()["checkpoint"]["remedy"].clone();
    assert!(remedy.as_str().is_some_and(|remedy| remedy.contains(capture)), "{remedy}");
    ground.reconfigure("[limits]", "[policy]\ncheckpoint_age_minutes = 60\n\n[limits]");
    ground.of_pair(&["status"]).ends(0, &["the checkpoint of the primary is of"]);
}
