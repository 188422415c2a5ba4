//! Tests what `rehearse` prints: one screen, and on demand the story, the findings or the list of scenarios.

use sim::{Estate, Settings};

use crate::ground::{CommandOutput, Ground};

/// A small rehearsal that takes little time.
fn rehearse(ground: &Ground, more: &[&str]) -> CommandOutput {
    ground.run(&[&["rehearse", "planned", "--resources", "24", "--store", "memory"], more].concat())
}

#[test]
fn a_rehearsal_prints_one_screen_and_writes_the_rest() {
    let ground = Ground::new(Estate::small(), Settings::default(), 1.0);
    let output = rehearse(&ground, &[]);
    output.ends(0, &["outcome: completed", "THE WORK IS ON THE STANDBY", "proof, from what truly ran", "RTO"]);
    assert!(output.data.lines().count() <= 40, "{output:#?}");
    assert!(output.data.lines().all(|line| line.chars().count() <= 100), "{output:#?}");
    for file in ["planned-1-of-24.txt", "planned-1-of-24.plan.txt", "planned-1-of-24.html"] {
        assert!(output.data.contains(&format!("rehearsals/{file}")), "{file}: {output:#?}");
        assert!(ground.path("rehearsals").join(file).exists(), "{file}");
    }
    let story = std::fs::read_to_string(ground.path("rehearsals/planned-1-of-24.txt")).unwrap();
    assert_eq!(rehearse(&ground, &["--story"]).data, story);
    let report = rehearse(&ground, &["--json"]).json();
    assert_eq!(report["page"], "rehearsals/planned-1-of-24.html");
    let findings = rehearse(&ground, &["--findings"]);
    assert!(findings.data.lines().count() > 0 && !findings.data.contains(" more: "), "{findings:#?}");
}

#[test]
fn the_scenarios_are_listed_one_line_each() {
    let ground = Ground::new(Estate::small(), Settings::default(), 1.0);
    let output = ground.run(&["rehearse", "--list"]);
    output.ends(0, &["region-lost", "the primary's region is lost"]);
    let listed = ground.run(&["rehearse", "--list", "--json"]).json();
    let listed = listed.as_array().unwrap();
    assert_eq!((listed.len(), &listed[0]["scenario"]), (output.data.lines().count(), &"region-lost".into()));
    assert!(listed.iter().all(|one| one["title"].as_str().is_some_and(|title| !title.is_empty())));
    ground.run(&["explain", "--list"]).ends(0, &["NO-ANSWER", "No answer came"]);
}
