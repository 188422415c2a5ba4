//! Checks which crate names which: the direction of the crates.
//!
//! Law: data flows one way, so a crate names only crates to its left. The table below is the rule, and a crate without
//! a row fails.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;

use crate::tidy::tree::top;

/// A crate, with the crates that it may name.
struct Row {
    name: &'static str,
    /// The crates that its own code may name.
    names: &'static [&'static str],
    /// The crates that its tests may name in addition.
    tests_name: &'static [&'static str],
    /// Whether it is a part of what is deployed.
    deployed: bool,
}

/// From left to right. `sim` is separate: it names no crate, and no deployed crate names it.
const DIRECTION: &[Row] = &[
    Row { name: "saga", names: &[], tests_name: &[], deployed: true },
    // A crate that names itself for its tests switches a feature on for them.
    Row { name: "failover", names: &["saga"], tests_name: &["failover"], deployed: true },
    Row { name: "engine", names: &["saga", "failover"], tests_name: &[], deployed: true },
    Row { name: "databricks", names: &["saga", "failover", "engine"], tests_name: &["sim"], deployed: true },
    Row { name: "aws", names: &["saga", "failover", "engine"], tests_name: &[], deployed: true },
    Row { name: "integrations", names: &["saga", "failover", "engine"], tests_name: &[], deployed: true },
    Row { name: "signals", names: &["saga", "failover", "engine", "integrations"], tests_name: &[], deployed: true },
    Row { name: "pages", names: &["saga", "failover", "engine"], tests_name: &[], deployed: true },
    Row {
        name: "runtime",
        names: &["saga", "failover", "engine", "databricks", "aws", "integrations", "signals", "pages"],
        tests_name: &[],
        deployed: true,
    },
    Row {
        name: "saga-function",
        names: &["saga", "failover", "engine", "databricks", "aws", "runtime"],
        tests_name: &[],
        deployed: true,
    },
    Row {
        name: "approval-function",
        names: &["saga", "failover", "engine", "databricks", "aws", "pages", "runtime"],
        tests_name: &[],
        deployed: true,
    },
    Row {
        name: "probe-function",
        names: &["saga", "failover", "engine", "databricks", "aws", "runtime"],
        tests_name: &[],
        deployed: true,
    },
    Row {
        name: "drill-function",
        names: &["saga", "failover", "engine", "databricks", "aws", "runtime"],
        tests_name: &[],
        deployed: true,
    },
    Row {
        name: "signal-function",
        names: &["saga", "failover", "engine", "databricks", "aws", "signals", "runtime"],
        tests_name: &[],
        deployed: true,
    },
    Row {
        name: "sync-function",
        names: &["saga", "failover", "engine", "databricks", "aws", "runtime"],
        tests_name: &[],
        deployed: true,
    },
    Row { name: "sim", names: &[], tests_name: &[], deployed: false },
    Row {
        name: "local",
        names: &[
            "saga",
            "failover",
            "engine",
            "databricks",
            "aws",
            "integrations",
            "signals",
            "runtime",
            "sim",
            "saga-function",
            "approval-function",
            "drill-function",
            "probe-function",
            "signal-function",
            "sync-function",
        ],
        tests_name: &[],
        deployed: false,
    },
    // The command reads its configuration and its advice as the functions do, and rehearses with `local`.
    Row {
        name: "cli",
        names: &["saga", "failover", "engine", "databricks", "aws", "runtime", "local"],
        tests_name: &["sim"],
        deployed: false,
    },
    Row {
        name: "tests",
        names: &["saga", "failover", "engine", "aws", "runtime", "sim", "local"],
        tests_name: &["databricks", "integrations", "signals", "probe-function", "signal-function", "tests"],
        deployed: false,
    },
];

/// Foreign crates that only some of ours may name: the beginning of the name, and our crates.
const EXTERNAL: &[(&str, &[&str])] = &[
    ("aws-sdk-", &["aws"]),
    ("aws-config", &["aws"]),
    ("aws-credential-types", &["aws"]),
    ("aws-smithy-", &["aws", "local"]),
    (
        "lambda_",
        &["saga-function", "approval-function", "drill-function", "probe-function", "signal-function", "sync-function"],
    ),
    ("reqwest", &["databricks", "integrations"]),
    ("hickory", &["integrations"]),
    ("dynoxide", &["local"]),
    ("s3s", &["local"]),
];

/// Foreign crates that the pure crates do without: async, logging, randomness, the network.
const NOT_PURE: &[&str] = &["tokio", "futures", "async-trait", "tracing", "log", "rand", "fastrand", "hyper", "http"];

/// The pure crates.
const PURE: &[&str] = &["saga", "failover"];

/// One crate names another.
#[derive(Debug, Clone)]
pub(crate) struct Naming {
    /// The crate that names.
    pub(crate) who: String,
    /// The crate that is named.
    pub(crate) whom: String,
    /// Whether only its tests need the other crate.
    pub(crate) for_tests: bool,
    /// The features that it switches on.
    pub(crate) features: Vec<String>,
}

/// The crates, and which crate names which, from `cargo metadata`.
pub(crate) fn namings() -> (BTreeSet<String>, Vec<Naming>) {
    let ask = |flags: &[&str]| {
        let output = Command::new(env!("CARGO"))
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .args(flags)
            .current_dir(top())
            .output()
            .ok()?;
        serde_json::from_slice::<Value>(&output.stdout).ok()
    };
    let metadata = ask(&["--offline"]).or_else(|| ask(&[])).expect("cargo metadata answers with JSON");
    parse(&metadata)
}

fn parse(metadata: &Value) -> (BTreeSet<String>, Vec<Naming>) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let (mut crates, mut namings) = (BTreeSet::new(), Vec::new());
    for package in list(&metadata["packages"]) {
        crates.insert(text(&package["name"]));
        for dependency in list(&package["dependencies"]) {
            namings.push(Naming {
                who: text(&package["name"]),
                whom: text(&dependency["name"]),
                for_tests: dependency["kind"] == "dev",
                features: list(&dependency["features"]).iter().map(text).collect(),
            });
        }
    }
    (crates, namings)
}

/// Crates without a row, and namings that the table does not have.
pub(crate) fn direction(crates: &BTreeSet<String>, namings: &[Naming]) -> Vec<String> {
    let row = |name: &str| DIRECTION.iter().find(|row| row.name == name);
    let unknown = crates.iter().filter(|name| row(name).is_none());
    let mut offences: Vec<String> =
        unknown.map(|name| format!("crate {name} has no row in the table of directions")).collect();
    for naming in namings.iter().filter(|naming| row(&naming.whom).is_some() || crates.contains(&naming.whom)) {
        let Some(who) = row(&naming.who) else { continue };
        let allowed = who.names.contains(&naming.whom.as_str())
            || (naming.for_tests && who.tests_name.contains(&naming.whom.as_str()));
        if !allowed {
            offences.push(format!("{} may not name {}", naming.who, naming.whom));
        }
    }
    offences
}

/// Deployed crates that name a crate which is not deployed, or that switch guards off.
pub(crate) fn deployed(namings: &[Naming]) -> Vec<String> {
    let deployed = |name: &str| DIRECTION.iter().any(|row| row.name == name && row.deployed);
    let only_here = |name: &str| DIRECTION.iter().any(|row| row.name == name && !row.deployed);
    let mut offences = Vec::new();
    for naming in namings.iter().filter(|naming| !naming.for_tests && deployed(&naming.who)) {
        if only_here(&naming.whom) {
            offences.push(format!("{} is deployed and names {}, which is not", naming.who, naming.whom));
        }
        if naming.features.iter().any(|feature| feature.contains("mutants")) {
            offences.push(format!("{} is deployed and switches guards of {} off", naming.who, naming.whom));
        }
    }
    offences
}

/// Foreign crates that a crate names and may not.
pub(crate) fn external(namings: &[Naming]) -> Vec<String> {
    let mut offences = Vec::new();
    for naming in namings {
        for (prefix, who) in EXTERNAL {
            if naming.whom.starts_with(prefix) && !who.contains(&naming.who.as_str()) {
                offences.push(format!("{} names {}; only {} may", naming.who, naming.whom, who.join(", ")));
            }
        }
        let pure = !naming.for_tests && PURE.contains(&naming.who.as_str());
        if pure && NOT_PURE.contains(&naming.whom.as_str()) {
            offences.push(format!("{} is pure and names {}", naming.who, naming.whom));
        }
    }
    offences
}

#[test]
fn a_crate_that_names_one_to_its_right_is_found() {
    assert_eq!(judged(direction, "saga", "engine", false), ["saga may not name engine"]);
    assert_eq!(judged(direction, "sim", "saga", true), ["sim may not name saga"]);
    assert_eq!(judged(direction, "databricks", "sim", false), ["databricks may not name sim"]);
    assert!(judged(direction, "databricks", "sim", true).is_empty());
    assert!(judged(direction, "engine", "saga", false).is_empty());
}

#[test]
fn a_crate_without_a_row_is_found() {
    let found = direction(&BTreeSet::from(["novelty".to_owned()]), &[]);
    assert_eq!(found, ["crate novelty has no row in the table of directions"]);
}

#[test]
fn something_deployed_that_names_the_simulator_is_found() {
    let found = deployed(&[naming("runtime", "sim", false, &[])]);
    assert_eq!(found, ["runtime is deployed and names sim, which is not"]);
    let found = deployed(&[naming("saga-function", "engine", false, &["mutants"])]);
    assert_eq!(found, ["saga-function is deployed and switches guards of engine off"]);
    assert!(deployed(&[naming("databricks", "sim", true, &[])]).is_empty());
}

#[test]
fn outside_crates_are_kept_in_their_rooms() {
    assert_eq!(
        external(&[naming("engine", "reqwest", false, &[])]),
        ["engine names reqwest; only databricks, integrations may"]
    );
    assert_eq!(external(&[naming("local", "aws-sdk-s3", true, &[])]), ["local names aws-sdk-s3; only aws may"]);
    assert!(external(&[naming("local", "aws-smithy-types", false, &[])]).is_empty());
    assert_eq!(external(&[naming("saga", "tokio", false, &[])]), ["saga is pure and names tokio"]);
}

#[test]
fn the_table_itself_points_to_the_left() {
    for (place, row) in DIRECTION.iter().enumerate() {
        let right = |name: &&&str| DIRECTION[place..].iter().any(|other| other.name == **name);
        assert_eq!(row.names.iter().find(right), None, "{}", row.name);
    }
}

#[test]
fn metadata_is_read_with_kinds_and_features() {
    let metadata = serde_json::json!({ "packages": [
        { "name": "a", "dependencies": [{ "name": "b", "kind": "dev", "features": ["f"] }] },
        { "name": "b", "dependencies": [{ "name": "c", "kind": null, "features": [] }] },
    ]});
    let (crates, namings) = parse(&metadata);
    assert_eq!(crates.len(), 2);
    assert!(namings[0].for_tests && namings[0].features == ["f"] && !namings[1].for_tests);
}

fn naming(who: &str, whom: &str, for_tests: bool, features: &[&str]) -> Naming {
    let features = features.iter().map(|feature| (*feature).to_owned()).collect();
    Naming { who: who.into(), whom: whom.into(), for_tests, features }
}

fn judged(
    rule: fn(&BTreeSet<String>, &[Naming]) -> Vec<String>,
    who: &str,
    whom: &str,
    for_tests: bool,
) -> Vec<String> {
    let crates = [who, whom].map(str::to_owned).into();
    rule(&crates, &[naming(who, whom, for_tests, &[])])
}
