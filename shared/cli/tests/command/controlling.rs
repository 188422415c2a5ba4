//! Tests orders on a running saga, as an operator gives them.

use sim::{Estate, Settings};

use crate::ground::Ground;

#[test]
fn orders_on_a_saga_are_carried_out_or_refused_with_a_reason() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["hold", "--why", "a test"]).ends(2, &["NO-STORE"]);
    ground.of_pair(&["capture"]).ends(0, &["checkpoint of the primary"]);
    ground.of_pair(&["hold", "--why", "a test"]).ends(2, &["NO-SAGA"]);
    ground.of_pair(&["failover", "--planned"]).ends(3, &["nobody has approved it yet"]);

    ground.of_pair(&["hold", "--why", " "]).ends(2, &["say why"]);
    ground.of_pair(&["hold"]).ends(2, &["--why"]);
    ground.of_pair(&["hold", "--why", "the vendor calls"]).ends(0, &["hold the saga", "has happened", "no pursuit"]);
    ground.of_pair(&["status"]).ends(3, &["held by ann since", "the vendor calls", "switchback resume"]);
    ground.of_pair(&["hold", "--why", "again"]).ends(2, &["SAGA-HELD", "ann holds it since"]);
    let resumed = ground.of_pair(&["resume", "--why", "they called", "--json"]).json();
    assert_eq!(resumed["state"], "taken", "{resumed}");
    ground.of_pair(&["resume", "--why", "again"]).ends(2, &["NOT-HELD"]);

    ground.of_pair(&["retry", "7", "--why", "x"]).ends(2, &["NO-STEP", "stage.number"]);
    ground.of_pair(&["retry", "99.0", "--why", "x"]).ends(2, &["NO-STEP"]);
    ground.of_pair(&["retry", "--kind", "job", "--name", "none such", "--why", "x"]).ends(2, &["NO-STEP"]);
    ground.of_pair(&["retry", "0.0", "--why", "x"]).ends(2, &["STEP-NOT-TRIED"]);
    ground.of_pair(&["waive", "0.0", "--why", "x"]).ends(2, &["NOT-APPROVED", "--pair payments"]);
    ground.of_pair(&["waive", "0.0", "--why", "x", "--pair", "other"]).ends(2, &["NOT-APPROVED"]);
    ground.of_pair(&["waive", "0.0", "--why", "x", "--pair", "payments"]).ends(0, &["waive step 0.0", "has happened"]);
    ground.of_pair(&["waive", "0.0", "--why", "x", "--pair", "payments"]).ends(2, &["STEP-SETTLED", "waived by ann"]);
    ground.of_pair(&["end-pursuit", "--all", "--why", "x"]).ends(2, &["NOT-PURSUED"]);

    let learned = ["lesson", "add", "--text", "pools first", "--owner", "bob", "--due", "2026-02-01"];
    ground.of_pair(&learned).ends(0, &["write down a lesson", "has happened"]);
    ground.of_pair(&["lessons"]).ends(0, &["pools first", "bob, until 2026-02-01"]);
    let lessons = ground.of_pair(&["lessons", "--json"]).json();
    let id = lessons["lessons"][0]["id"].as_str().unwrap().to_owned();
    ground.of_pair(&["abort"]).ends(2, &["--why"]);
    ground.of_pair(&["abort", "--why", "a test"]).ends(0, &["aborted", "no effect of it can land any more"]);
    let plan = ground.of_pair(&["plan", "--planned"]);
    plan.ends(0, &["open (bob, until 2026-02-01): pools first"]);
    ground.of_pair(&["lesson", "close", &id, "--why", "done"]).ends(0, &["is closed by ann"]);
    ground.of_pair(&["lesson", "close", &id, "--why", "done"]).ends(2, &["NO-LESSON"]);
    ground.of_pair(&["lessons"]).ends(0, &["no lesson is open"]);
    ground.of_pair(&["lessons", "--all"]).ends(0, &["closed by ann: done"]);
}
