//! Tests the words of people: about a side, about a question, about the pair as a whole.

use engine::ports::{AuditAction, AuditEntry};
use saga::SagaId;
use serde_json::Value;
use sim::{Estate, Settings, Side};

use crate::ground::{Ground, hold_no_secret};

fn captured() -> Ground {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["capture"]).ends(0, &[]);
    ground
}

/// Two approvers who must both say yes, each with a code in a file.
fn with_approvers(ground: &Ground) -> [String; 2] {
    let codes = ["ana", "ben"].map(|name| {
        let made = ground.run(&["code", "--json"]).json();
        let text = |key: &str| made[key].as_str().unwrap().to_owned();
        ground.write(&format!("{name}.code"), &format!("{}\n", text("code")));
        (text("code"), format!("[[approver]]\nname = \"{name}\"\ncode_hash = \"{}\"\n\n", text("code_hash")))
    });
    ground.write("key", &"k".repeat(32));
    let key = ground.path("key").display().to_string();
    let approvals = format!(
        "[approvals]\nurl = \"https://approve.example\"\npeople = 2\n\
         keys = [{{ id = \"1\", secret = {{ file = {key:?} }} }}]\n\n"
    );
    let approvers: String = codes.iter().map(|(_, approver)| approver.as_str()).collect();
    ground.reconfigure("[limits]", &format!("{approvals}{approvers}[limits]"));
    codes.map(|(code, _)| code)
}

fn audit(ground: &Ground) -> Vec<AuditEntry> {
    let status = ground.of_pair(&["status", "--json"]).json();
    let saga = SagaId(status["saga"]["saga"].as_str().unwrap().to_owned());
    ground.wait(ground.deps().approval_requests.audit(&saga)).unwrap()
}

#[test]
fn what_an_operator_says_is_one_origin_and_the_verdict_tells_it() {
    let ground = captured();
    ground.of_pair(&["verdict"]).ends(0, &["nothing is known of the primary: nothing is proposed", "neither healthy"]);
    let status = ground.of_pair(&["status"]);
    assert!(!status.data.contains("nothing is known"), "{status:?}");
    let said = ["signal", "--side", "primary", "--reading", "down", "--text", "the console\ndoes not load"];
    ground.of_pair(&said).ends(0, &["ann says that the primary is down", "the primary is suspected"]);
    let output = ground.of_pair(&["verdict"]);
    output.ends(0, &["1 of the 2 origins", "an operator", "operator", "ann: the console does not load", "down"]);
    let output = ground.of_pair(&["verdict", "--json"]).json();
    assert_eq!((&output["verdict"]["level"], &output["verdict"]["decision"]), (&"suspected".into(), &"nothing".into()));
    ground.of_pair(&["status"]).ends(0, &["the primary is suspected: nothing is proposed"]);
    let back = ["signal", "--side", "primary", "--reading", "unknown", "--text", "I was wrong"];
    ground.of_pair(&back).ends(0, &["nothing is known of the primary"]);
    ground.run(&["signal", "--side", "primary", "--reading", "worse"]).ends(2, &["possible values"]);
}

#[test]
fn a_pair_is_frozen_and_thawed_with_a_name_and_a_reason() {
    let ground = captured();
    ground.of_pair(&["freeze", "--why", "a migration"]).ends(0, &["pair payments is frozen by ann"]);
    ground.of_pair(&["freeze", "--why", "another"]).ends(0, &["was frozen before, by ann", "a migration"]);
    ground.of_pair(&["status"]).ends(0, &["frozen by ann since", "a migration"]);
    ground.of_pair(&["thaw", "--why", "it is over"]).ends(0, &["is not frozen any more"]);
    ground.of_pair(&["thaw"]).ends(0, &["was not frozen"]);
    ground.of_pair(&["acknowledge"]).ends(0, &["no cool-down"]);
    ground.of_pair(&["failover", "--planned", "--approve", "ann"]).ends(0, &["completed"]);
    ground.of_pair(&["acknowledge", "--why", "all is well"]).ends(0, &["is over", "may propose"]);
    ground.of_pair(&["acknowledge"]).ends(0, &["no cool-down"]);
    let output = ground.of_pair(&["verdict", "--json"]).json();
    let decisions: Vec<(&str, &str, &str)> = output["decisions"].as_array().unwrap().iter().map(triple).collect();
    assert_eq!(
        decisions,
        [("ann", "freeze", "a migration"), ("ann", "thaw", "it is over"), ("ann", "acknowledge", "all is well")]
    );
}

fn triple(decision: &Value) -> (&str, &str, &str) {
    let text = |key: &str| decision[key].as_str().unwrap_or_default();
    (text("by"), text("what"), text("why"))
}

#[test]
fn without_approvers_whoever_names_the_pair_answers_s11() {
    let ground = captured();
    ground.of_pair(&["approve"]).ends(2, &["NO-SAGA", "nothing is asked"]);
    ground.of_pair(&["failover", "--planned"]).ends(3, &["nobody has approved it yet"]);
    ground.of_pair(&["approve"]).ends(2, &["NOT-APPROVED", "--pair payments", "Move the work of pair payments"]);
    ground.of_pair(&["approve", "--pair", "orders"]).ends(2, &["NOT-APPROVED", "that is not payments"]);
    ground.of_pair(&["approve", "--pair", "payments", "--as", "ana"]).ends(2, &["\"ana\" is no approver"]);
    ground.of_pair(&["approve", "--pair", "payments"]).ends(0, &["ann has approved"]);
    ground.of_pair(&["approve", "--pair", "payments"]).ends(2, &["NOT-ANSWERED", "by ann"]);
    ground.of_pair(&["failover", "--planned"]).ends(0, &["completed"]);
    assert_eq!(ground.world().audit().processing_on(Side::Primary), 0);
}

#[test]
fn who_declines_says_why_and_nothing_begins_s11() {
    let ground = captured();
    ground.of_pair(&["failover", "--planned"]).ends(3, &[]);
    let no = ["decline", "--pair", "payments", "--why", "it is month's end", "--json"];
    assert_eq!(ground.of_pair(&no).json()["standing"], "declined");
    ground.of_pair(&["approve", "--pair", "payments"]).ends(2, &["NOT-ANSWERED", "ann declined"]);
    let actions: Vec<AuditAction> = audit(&ground).iter().map(|line| line.action).collect();
    assert_eq!(actions, [AuditAction::Declined, AuditAction::Declined, AuditAction::Refused]);
    assert!(audit(&ground).iter().any(|line| line.note == "why: it is month's end" && line.who == "ann"));
    assert!(ground.world().ledger().activations.is_empty());
}

#[test]
fn approvers_prove_who_they_are_and_two_of_them_must_s11_s23() {
    let ground = captured();
    let codes = with_approvers(&ground);
    ground.of_pair(&["failover", "--planned"]).ends(3, &["nobody has approved it yet"]);
    let approve =
        |name: &str, file: &str| ground.of_pair(&["approve", "--as", name, "--code-file", file, "--pair", "payments"]);
    ground.of_pair(&["approve", "--pair", "payments"]).ends(2, &["say who you are with --as", "ana, ben"]);
    ground.of_pair(&["approve", "--as", "ana", "--pair", "payments"]).ends(2, &["SWITCHBACK_APPROVAL_CODE"]);
    approve("ana", "ben.code").ends(2, &["NOT-APPROVED", "not the approval code of ana"]);
    approve("cem", "ben.code").ends(2, &["NOT-APPROVED", "\"cem\" is no approver"]);
    approve("ana", "ana.code").ends(3, &["ana has approved; 1 more must approve", "2 people must approve; nobody"]);
    ground.of_pair(&["status"]).ends(3, &["1 of 2 people approved: ana"]);
    approve("ana", "ana.code").ends(2, &["ana has said yes already"]);
    approve("ben", "ben.code").ends(0, &["ben has approved", "ana has so far"]);
    let audit = audit(&ground);
    let actions: Vec<(&str, AuditAction)> = audit.iter().map(|line| (line.who.as_str(), line.action)).collect();
    assert_eq!(
        actions,
        [
            ("ana", AuditAction::Refused),
            ("cem", AuditAction::Refused),
            ("ana", AuditAction::Approved),
            ("ana", AuditAction::Refused),
            ("ben", AuditAction::Approved)
        ]
    );
    let mut contents = ground.contents();
    contents.retain(|path, _| path.extension().is_none_or(|end| end != "code"));
    hold_no_secret(&contents);
    for (path, bytes) in &contents {
        for code in &codes {
            assert!(!String::from_utf8_lossy(bytes).contains(code.as_str()), "a code stands in {}", path.display());
        }
    }
    ground.of_pair(&["failover", "--planned"]).ends(0, &["completed"]);
}

/// S27: if approvers are configured, no command accepts a name alone, and one person does not count as two.
#[test]
fn no_command_takes_a_name_without_its_code_s27() {
    let ground = captured();
    let codes = with_approvers(&ground);
    let orders: [&[&str]; 3] = [&["failover", "--planned"], &["promote"], &["drill", "full"]];
    let ways: [(&[&str], &str); 3] = [
        (&["--approve", "ana"], "the approval code of ana is missing: use --code-file"),
        (&["--approve", "mallory", "--code-file", "ana.code"], "\"mallory\" is no approver: one of ana, ben must"),
        (&["--approve", "Ben ", "--code-file", "ana.code"], "not the approval code of ben"),
    ];
    for order in orders {
        ground.of_pair(&[order, ways[0].0].concat()).ends(2, &["NOT-APPROVED", ways[0].1]);
    }
    for (way, output) in &ways[1..] {
        ground.of_pair(&[orders[0], way].concat()).ends(2, &["NOT-APPROVED", output]);
    }
    ground.of_pair(&["approve", "--pair", "payments"]).ends(2, &["NO-SAGA", "nothing is asked"]);
    let failover =
        |name: &str, file: &str| ground.of_pair(&["failover", "--planned", "--approve", name, "--code-file", file]);
    failover("ana", "ana.code")
        .ends(3, &["ana has approved it, and another person must: ben runs `switchback failover"]);
    failover("ANA ", "ana.code").ends(2, &["NOT-ANSWERED", "ana has said yes already"]);
    failover("ben", "ana.code").ends(2, &["NOT-APPROVED", "not the approval code of ben"]);
    ground.of_pair(&["status"]).ends(3, &["1 of 2 people approved: ana (with a code at a terminal)"]);
    failover("ben", "ben.code").ends(0, &["completed"]);
    ground.of_pair(&["status"]).ends(0, &["approved by ana and ben (with a code at a terminal)"]);
    ground.of_pair(&["report"]).ends(0, &["ana and ben approved \"go\"", "(with a code at a terminal)"]);
    ground.of_pair(&["failback", "--approve", "ana"]).ends(2, &["NOT-APPROVED", "code of ana is missing"]);
    let report = ground.of_pair(&["report", "--json"]);
    assert!(codes.iter().all(|code| !report.data.contains(code.as_str())));
}

/// If no approver is configured, a name is only asserted, and every record says so.
#[test]
fn an_asserted_yes_is_told_as_one_s27() {
    let ground = captured();
    ground.of_pair(&["failover", "--planned", "--approve", "ann"]).ends(0, &["completed"]);
    ground.of_pair(&["status"]).ends(0, &["approved by ann (asserted: no approver is configured)"]);
    ground.of_pair(&["report"]).ends(0, &["ann approved \"go\"", "(asserted: no approver is configured)"]);
}
