//! The example in the README is one that the command accepts.

use rim::Checked;

const README: &str = include_str!("../../../../README.md");

const DECLARED: &str = include_str!("../../../rim/DECLARED.md");

/// Every kind has its example, and every example is accepted.
#[test]
fn what_can_be_declared_is_shown_and_accepted() {
    let (_, rest) = DECLARED.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let checked = Checked::parse("pair.toml", example).unwrap();
    for duty in failover::errand::Duty::ALL {
        for kind in rim::errands::kinds_of(duty) {
            let shown = checked.arrangements.of(duty).any(|errand| errand.kind == kind);
            assert!(shown, "{} {kind} has no example", duty.as_str());
            assert!(DECLARED.matches(&format!("`{kind}`")).count() > 0, "{kind} stands in no table");
        }
    }
    let usual = databricks::probes::usual(failover::Side::Primary);
    for kind in rim::config::probes::kinds() {
        let looks_anyway = usual.iter().any(|probe| probe.kind == kind);
        let shown = looks_anyway || checked.probes.iter().any(|probe| probe.kind == kind);
        assert!(shown && DECLARED.contains(&format!("`{kind}`")), "probe {kind} has no example or stands in no table");
    }
}

#[test]
fn the_pair_in_the_readme_is_accepted() {
    let (_, rest) = README.split_once("```toml\n").expect("an example");
    let (example, _) = rest.split_once("```").expect("its end");
    let checked = Checked::parse("pair.toml", example).unwrap();
    assert_eq!((checked.pair.as_str(), checked.config.map.len()), ("payments", 1));
}
