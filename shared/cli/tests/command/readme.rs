//! Tests that the examples of the pages are accepted, and that the table of commands is complete.

use std::process::Command;

use runtime::Checked;

const README: &str = include_str!("../../../../README.md");

const ACTIONS: &str = include_str!("../../../docs/guide/actions.md");

const COMMANDS: &str = include_str!("../../README.md");

/// The commands that the program itself lists below these words.
fn listed(below: &[&str]) -> Vec<String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchback"));
    let help = command.args(below).arg("--help").output().expect("the program answers").stdout;
    let help = String::from_utf8(help).expect("it is text");
    let (_, rest) = help.split_once("\nCommands:\n").unwrap_or_default();
    let lines = rest.lines().take_while(|line| !line.is_empty());
    let entries = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let words = entries.filter_map(|line| line.split_whitespace().next()).filter(|word| *word != "help");
    words.map(|word| [below, &[word]].concat().join(" ")).collect()
}

#[test]
fn every_command_that_the_program_lists_stands_in_the_table() {
    let table: String = COMMANDS.lines().filter(|line| line.starts_with("| `")).collect();
    let all = listed(&[]);
    assert!(all.len() > 20, "{all:?}");
    for command in &all {
        let below = listed(&[command.as_str()]);
        for command in if below.is_empty() { std::slice::from_ref(command) } else { &below } {
            let stands = ["`", " "].iter().any(|end| table.contains(&format!("`{command}{end}")));
            assert!(stands, "`{command}` stands in no row of the table");
        }
    }
}

/// Every kind has an example, and every example is accepted.
#[test]
fn what_can_be_declared_is_shown_and_accepted() {
    let (_, rest) = ACTIONS.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let checked = Checked::parse("pair.toml", example).unwrap();
    for purpose in failover::action::Purpose::ALL {
        for kind in runtime::actions::kinds_of(purpose) {
            let shown = checked.declarations.of(purpose).any(|action| action.kind == kind);
            assert!(shown, "{} {kind} has no example", purpose.as_str());
            assert!(ACTIONS.matches(&format!("`{kind}`")).count() > 0, "{kind} stands in no table");
        }
    }
    let usual = databricks::probes::usual(failover::Side::Primary);
    for kind in runtime::config::probes::kinds() {
        let looks_anyway = usual.iter().any(|probe| probe.kind == kind);
        let shown = looks_anyway || checked.probes.iter().any(|probe| probe.kind == kind);
        assert!(shown && ACTIONS.contains(&format!("`{kind}`")), "probe {kind} has no example or stands in no table");
    }
}

#[test]
fn the_pair_in_the_readme_is_accepted() {
    let (_, rest) = README.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let checked = Checked::parse("pair.toml", example).unwrap();
    assert_eq!((checked.pair.as_str(), checked.config.map.len()), ("payments", 1));
}
