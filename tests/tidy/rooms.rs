//! Checks the layout of the repository: its folders, the files at its top level, the files that every crate has.
//!
//! Law: the top level shows the whole layout. Must not know: the content of the folders.

use std::collections::BTreeSet;

use crate::tidy::tree::Tree;

/// The folders that must exist.
const EXPECTED: &[&str] = &[
    "functions/approval",
    "functions/drill",
    "functions/probe",
    "functions/saga",
    "functions/signal",
    "shared/saga",
    "shared/failover",
    "shared/engine",
    "shared/databricks",
    "shared/aws",
    "shared/integrations",
    "shared/signals",
    "shared/pages",
    "shared/runtime",
    "shared/sim",
    "shared/cli",
    "infra/aws",
    "infra/local",
    "events",
    "tests",
];

/// Names that are allowed at the top level. Names that begin with a dot, and the licenses, are allowed, too.
const TOP: &[&str] = &["Cargo.toml", "Cargo.lock", "README.md", "functions", "shared", "infra", "events", "tests"];

/// Beginnings of paths that exist on one machine only.
const MACHINE: &[&str] = &[concat!("/", "work/"), concat!("/", "root/"), concat!("/", "home/")];

/// Folders that are missing or empty.
pub(crate) fn expected(tree: &Tree) -> Vec<String> {
    let missing = EXPECTED.iter().filter(|room| !tree.has_folder(room));
    missing.map(|room| format!("{room}: there is nothing")).collect()
}

/// Names at the top level that do not belong there.
pub(crate) fn top_level(tree: &Tree) -> Vec<String> {
    let entries: BTreeSet<&str> = tree.files.iter().filter_map(|file| file.path.split('/').next()).collect();
    let fits = |entry: &&str| entry.starts_with('.') || entry.starts_with("LICENSE") || TOP.contains(entry);
    entries.iter().filter(|entry| !fits(entry)).map(|entry| format!("{entry}: does not belong at the top")).collect()
}

/// Crates that do not take part in the workspace's lints, or have no header.
pub(crate) fn crates(tree: &Tree) -> Vec<String> {
    let mut offences = Vec::new();
    let manifests = tree.files.iter().filter(|file| file.path.ends_with("/Cargo.toml"));
    for manifest in manifests {
        let lints = manifest.text.split_once("[lints]").map_or("", |(_, rest)| rest.trim_start());
        if !lints.starts_with("workspace = true") {
            offences.push(format!("{}: does not take the workspace's lints", manifest.path));
        }
        let folder = manifest.path.trim_end_matches("/Cargo.toml");
        let begins = |file: &&str| tree.text(file).is_some_and(|text| text.starts_with("//! "));
        let roots = ["src/lib.rs", "src/main.rs"].map(|file| format!("{folder}/{file}"));
        if !roots.iter().any(|root| begins(&root.as_str())) {
            offences.push(format!("{folder}: its root does not open with `//!`"));
        }
    }
    offences
}

/// Paths that exist on one machine only.
pub(crate) fn machine_paths(tree: &Tree) -> Vec<String> {
    let mut offences = Vec::new();
    for file in &tree.files {
        for (number, line) in (1..).zip(file.text.lines()) {
            if MACHINE.iter().any(|path| begins_path(line, path)) {
                offences.push(format!("{}:{number}: a path of one machine", file.path));
            }
        }
    }
    offences
}

/// Whether `path` occurs in the line as the beginning of an absolute path.
fn begins_path(line: &str, path: &str) -> bool {
    let goes_on = |c: char| c.is_alphanumeric() || "_-.}>)".contains(c);
    line.match_indices(path).any(|(at, _)| !line[..at].ends_with(goes_on))
}

#[test]
fn a_missing_room_is_found() {
    let all: Vec<String> = EXPECTED.iter().map(|room| format!("{room}/file")).collect();
    let but_last: Vec<(&str, &str)> = all[..all.len() - 1].iter().map(|path| (path.as_str(), "")).collect();
    assert_eq!(expected(&Tree::of(&but_last)), ["tests: there is nothing"]);
}

#[test]
fn litter_at_the_top_is_found() {
    let tree =
        Tree::of(&[("clippy.toml", ""), (".clippy.toml", ""), ("LICENSE-MIT", ""), ("shared/a", ""), ("x/y", "")]);
    assert_eq!(top_level(&tree), ["clippy.toml: does not belong at the top", "x: does not belong at the top"]);
}

#[test]
fn a_crate_without_lints_or_header_is_found() {
    let tree = Tree::of(&[
        ("shared/a/Cargo.toml", "[lints]\nworkspace = true\n"),
        ("shared/a/src/lib.rs", "//! A.\n"),
        ("shared/b/Cargo.toml", "[package]\n"),
        ("shared/b/src/lib.rs", "use x;\n"),
    ]);
    assert_eq!(
        crates(&tree),
        ["shared/b/Cargo.toml: does not take the workspace's lints", "shared/b: its root does not open with `//!`"]
    );
}

#[test]
fn a_path_of_one_machine_is_found() {
    let planted = format!("see {}main/x\n", MACHINE[0]);
    let fine = format!("see frame{} and https://example.test{}x\n", &MACHINE[0][1..], MACHINE[2]);
    let tree = Tree::of(&[("a.md", &planted), ("b.md", &fine)]);
    assert_eq!(machine_paths(&tree), ["a.md:1: a path of one machine"]);
}
