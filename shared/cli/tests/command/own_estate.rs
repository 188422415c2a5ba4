//! Tests one's own estate, from a capture to its rehearsal, with the commands of the README.

use std::process::Command;

use sim::{Estate, Settings};
use tempfile::TempDir;

use crate::ground::{Ground, hold_no_secret};

const README: &str = include_str!("../../README.md");

/// The words of the README's command that begins with this text.
fn words(beginning: &str) -> Vec<&'static str> {
    let line = README.lines().find(|line| line.starts_with(beginning)).expect("the command stands in the README");
    line.split_whitespace().skip(1).collect()
}

#[test]
fn the_commands_of_the_readme_capture_an_estate_and_rehearse_it_with_nothing_but_the_file() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    let captured = ground.run(
        &[words("switchback capture  --config pair.toml --store embedded:pair.store --out"), vec!["--json"]].concat(),
    );
    captured.ends(0, &[]);
    assert_eq!(captured.json()["checkpoints"].as_array().map(Vec::len), Some(2));
    let text = std::fs::read_to_string(ground.path("checkpoint.json")).unwrap();
    assert!(text.starts_with("{\n  \"version\""), "people can read it");
    hold_no_secret(&ground.contents());

    let elsewhere = TempDir::new().unwrap();
    std::fs::write(elsewhere.path().join("checkpoint.json"), &text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchback"));
    let rehearsed =
        command.args(words("switchback rehearse --checkpoint")).current_dir(elsewhere.path()).output().unwrap();
    let screen = String::from_utf8_lossy(&rehearsed.stdout).into_owned();
    assert_eq!(rehearsed.status.code(), Some(0), "{screen} {}", String::from_utf8_lossy(&rehearsed.stderr));
    for part in
        ["the estate is that of checkpoint.json", "the primary of pair payments", "region-lost", "outcome: completed"]
    {
        assert!(screen.contains(part), "{part}: {screen}");
    }
    let kept = std::fs::read_to_string(elsewhere.path().join("rehearsals/region-lost-1-own.txt")).unwrap();
    for part in
        ["the estate is that of checkpoint.json", "the primary of pair payments", "region-lost", "outcome: completed"]
    {
        assert!(kept.contains(part), "{part}: {kept}");
    }
    let page = std::fs::read_to_string(elsewhere.path().join("rehearsals/region-lost-1-own.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"), "it opens in a browser");
}

#[test]
fn one_side_can_be_named_and_a_file_that_cannot_be_written_is_told() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["capture", "--side", "standby", "--out", "standby.json"]).ends(0, &["checkpoint of the standby"]);
    let text = std::fs::read_to_string(ground.path("standby.json")).unwrap();
    assert!(text.contains("\"side\": \"standby\""));
    ground.of_pair(&["capture", "--out", "no-folder/a.json"]).ends(1, &["OUTPUT", "choose another --out"]);
}

#[test]
fn what_cannot_be_rehearsed_is_refused() {
    let ground = Ground::new(Estate::small(), Settings::default(), 1.0);
    ground.run(&["rehearse", "--checkpoint", "nowhere.json"]).ends(2, &["CHECKPOINT-UNREADABLE", "capture --out FILE"]);
    ground.run(&["rehearse", "--checkpoint", "a.json", "--resources", "60"]).ends(2, &["cannot be used with"]);
}
