//! Tests bad input: each refusal gives the place and the remedy, and nothing is changed or lost.

use local::embedded::Table;
use serde_json::json;
use sim::{Estate, Fault, FaultKind, Settings, Side};

use crate::ground::{Ground, STORE};

const PAIR_AND_STORE: &[&str] = &["--config", "pair.toml", "--store", STORE];

/// A pair that was captured once.
fn captured() -> Ground {
    let ground = Ground::new(Estate::small(), Settings::default(), 50.0);
    ground.of_pair(&["capture"]).ends(0, &[]);
    ground
}

/// Gives commands that must be refused. They must change nothing, neither here nor in the workspaces.
fn changes_nothing(ground: &Ground, commands: &[&[&str]], texts: &[&str]) {
    let before = ground.contents();
    for command in commands {
        let words = [*command, PAIR_AND_STORE].concat();
        ground.run(&words).ends(2, texts);
        assert_eq!(before, ground.contents(), "{command:?} changed something");
    }
    assert!(ground.world().ledger().activations.is_empty(), "something was switched on");
}

const STARTING: &[&[&str]] =
    &[&["failover", "--planned", "--approve", "ann"], &["plan", "--planned"], &["capture"], &["check"]];

#[test]
fn a_wrong_line_of_the_configuration() {
    let ground = captured();
    ground.reconfigure("client_id", "client_idd");
    changes_nothing(&ground, STARTING, &["CONFIGURATION: pair.toml, line 5", "client_idd", "correct the spelling"]);
    ground.reconfigure("client_idd", "client_id");
    ground.reconfigure("lease_seconds = 1.5", "lease_seconds = 0");
    changes_nothing(&ground, STARTING, &["CONFIGURATION: pair.toml, line 14", "lease_seconds must be above 0"]);
    let output = ground.run(&["check", "--config", "nowhere.toml"]);
    output.ends(2, &["CONFIGURATION: nowhere.toml", "name an existing file with --config"]);
}

/// A wrong declaration is refused with its line, before any request is made.
#[test]
fn a_wrong_line_of_what_is_declared() {
    for (table, says) in [
        ("[[endpoint]]\nkind = \"fax\"\nname = \"a\"", "\"fax\" is no kind of endpoint: use one of"),
        ("[[source]]\nkind = \"oracle\"\nname = \"a\"", "\"oracle\" is no kind of source: use one of"),
        (
            "[[channel]]\nkind = \"slack_message\"\nname = \"a\"\nurl = { env = \"CHAT\" }\nmoved = { text = \"{{ hots }}\" }",
            "moved: undefined value in line 1 of the template: it may name",
        ),
        (
            "[[endpoint]]\nkind = \"stable_url\"\nname = \"a\"\nstable_url = \"u\"\nworkspace_ids = { primary = 1, standby = 2 }",
            "there is no [account]",
        ),
    ] {
        let ground = Ground::new(Estate::small(), Settings::default(), 100.0);
        ground.reconfigure("[limits]", &format!("{table}\n\n[limits]"));
        ground.run(&["check", "--config", "pair.toml"]).ends(2, &["CONFIGURATION", "pair.toml", says]);
        ground.of_pair(&["capture"]).ends(2, &[says]);
        assert!(!ground.path("pair.store").exists(), "bad input changes nothing");
    }
}

#[test]
fn two_sides_that_are_one() {
    let ground = captured();
    let text = std::fs::read_to_string(ground.path("pair.toml")).unwrap();
    let urls: Vec<&str> = text.lines().filter(|line| line.starts_with("url")).collect();
    ground.reconfigure(urls[1], urls[0]);
    changes_nothing(&ground, STARTING, &["CONFIGURATION: pair.toml, line 9", "same workspace", "its own url"]);
}

#[test]
fn an_unknown_scenario_code_or_store() {
    let ground = captured();
    ground.run(&["rehearse", "nowhere"]).ends(2, &["UNKNOWN-SCENARIO", "\"nowhere\"", "region-lost"]);
    ground.run(&["explain", "NOWHERE"]).ends(2, &["UNKNOWN-CODE", "NO-ANSWER"]);
    ground.run(&["rehearse", "region-lots"]).ends(2, &["did you mean region-lost?", "switchback rehearse --list"]);
    ground.run(&["explain", "PERMISION-DENIED"]).ends(2, &["did you mean PERMISSION-DENIED?", "explain --list"]);
    let named = |store: &str, texts: &[&str]| {
        ground.run(&["failover", "--config", "pair.toml", "--store", store]).ends(2, texts);
    };
    named("pair.store", &["UNKNOWN-STORE", "embedded:FILE", "aws:TABLE"]);
    named("aws:table", &["UNKNOWN-STORE", "--bucket"]);
    named("embedded:nowhere/pair.store", &["STORE-UNUSABLE", "there is no folder nowhere", "create it"]);
    named("embedded:pair.toml", &["STORE-UNUSABLE", "pair.toml is not a store", "name another file"]);
    named("embedded:.", &["STORE-UNUSABLE", "is a folder"]);
    let output = ground.run(&["status", "--config", "pair.toml", "--store", "embedded:other.store", "--json"]);
    output.ends(2, &["{\"error\":{\"code\":\"NO-STORE\""]);
}

#[test]
fn a_store_of_a_newer_version() {
    let ground = captured();
    let format = json!({ "TableName": "switchback", "Item": {
        "PK": { "S": "META" }, "SK": { "S": "FORMAT" }, "version": { "N": "99" } } });
    let table = Table::file(&ground.path("pair.store"), "switchback").unwrap();
    assert_eq!(table.answer("PutItem", format.to_string().as_bytes()).status(), 200);
    drop(table);
    changes_nothing(&ground, STARTING, &["NEWER-VERSION", "pair.store", "format 99", "use the newer program"]);
    changes_nothing(&ground, &[&["status"], &["abort", "--why", "a test"]], &["NEWER-VERSION", "pair.store"]);
}

#[test]
fn credentials_that_are_not_accepted() {
    let ground = captured();
    ground.write("secret", "another");
    let texts = &["NOT-SIGNED-IN", "http://127.0.0.1:", "check that the client secret or token is still valid"];
    changes_nothing(&ground, STARTING, texts);
    let output = ground.run(&[&["failover", "--approve", "ann", "--accept-risk"], PAIR_AND_STORE].concat());
    output.ends(2, &["NOT-SIGNED-IN", "the standby"]);
    std::fs::remove_file(ground.path("secret")).unwrap();
    changes_nothing(&ground, STARTING, &["CONFIGURATION: pair.toml, line 6", "secret"]);
}

#[test]
fn a_fresh_store_is_not_made_for_who_is_not_let_in() {
    let ground = Ground::new(Estate::small(), Settings::default(), 50.0);
    ground.write("secret", "another");
    changes_nothing(&ground, &[&["capture"], &["plan"], &["failover", "--approve", "ann"]], &["NOT-SIGNED-IN"]);
    assert!(!ground.path("pair.store").exists());
}

#[test]
fn a_principal_that_may_not() {
    let ground = captured();
    strikes(&ground, Side::Standby, FaultKind::Forbidden { resource: None }, None);
    let texts = &["PERMISSION-DENIED", "the standby, http://127.0.0.1:", "make the service principal"];
    changes_nothing(&ground, STARTING, texts);
    let ground = captured();
    strikes(&ground, Side::Standby, FaultKind::Forbidden { resource: None }, Some("jobs.list"));
    let texts = &["standby did not list its kind job", "PERMISSION-DENIED", "make the service principal"];
    changes_nothing(&ground, &STARTING[..2], texts);
    changes_nothing(&ground, &[&["check"]], &["PERMISSION-DENIED", "make the service principal"]);
    strikes(&ground, Side::Primary, FaultKind::Forbidden { resource: None }, Some("jobs.list"));
    changes_nothing(&ground, &STARTING[..2], &["LEAVING-NOT-WELL", "PERMISSION-DENIED", "make the service principal"]);
}

#[test]
fn a_login_page_in_place_of_an_answer() {
    for kind in [FaultKind::Html200, FaultKind::LoginRedirect] {
        let ground = captured();
        strikes(&ground, Side::Standby, kind, None);
        let texts = &["LOGIN-PAGE", "the standby, http://127.0.0.1:", "check that the url in the configuration"];
        changes_nothing(&ground, STARTING, texts);
    }
}

#[test]
fn a_workspace_that_lacks_an_api() {
    let ground = captured();
    strikes(&ground, Side::Standby, FaultKind::Missing { status: 404 }, Some("warehouses"));
    let before = ground.contents();
    ground.of_pair(&["check"]).ends(0, &["finding: kind sql_warehouse is unsupported here", "well"]);
    let output = ground.of_pair(&["plan", "--planned"]);
    output.ends(0, &["the standby does not offer kind sql_warehouse", "unsupported here", "manual"]);
    assert_eq!(before, ground.contents());
    // The side had warehouses when it was captured. So the answer is doubted, and the record is kept.
    let kept = ground.of_pair(&["capture", "--side", "standby"]);
    kept.ends(1, &["CHECKPOINT-INCOMPLETE", "the last checkpoint is kept", "sql_warehouse"]);
    let new = Ground::new(Estate::small(), Settings::default(), 50.0);
    strikes(&new, Side::Standby, FaultKind::Missing { status: 404 }, Some("warehouses"));
    new.of_pair(&["capture"]).ends(0, &["unsupported here: sql_warehouse"]);
}

#[test]
fn a_target_that_is_active_already() {
    let ground = captured();
    let commands: &[&[&str]] =
        &[&["failover", "--leaving", "standby", "--planned", "--approve", "ann"], &["plan", "--leaving", "standby"]];
    changes_nothing(&ground, commands, &["TARGET-IS-ACTIVE", "the primary is already the active side"]);
}

#[test]
fn a_lost_side_of_which_nothing_is_known() {
    let ground = Ground::new(Estate::small(), Settings::default(), 50.0);
    ground.is_silent(Side::Primary);
    changes_nothing(&ground, &[&["failover", "--approve", "ann"], &["plan"]], &["NO-CHECKPOINT", "the primary"]);
}

fn strikes(ground: &Ground, side: Side, kind: FaultKind, only: Option<&str>) {
    let fault = Fault::new(side, 0, kind);
    ground.world().inject(only.into_iter().fold(fault, Fault::only));
}
