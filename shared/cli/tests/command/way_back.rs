//! Tests the way back, and drills, with the commands of their page.

use jiff::{SignedDuration, Timestamp};
use sim::{Estate, Settings, Side};

use crate::ground::{CommandOutput, Ground, hold_no_secret, until};

const PAGE: &str = include_str!("../../../docs/guide/way-back.md");

/// The words of the page's command that begins with this text, split as by a shell.
fn words(beginning: &str, with: Option<&str>) -> Vec<String> {
    let fits = |line: &&str| line.starts_with(beginning) && with.is_none_or(|option| line.contains(option));
    let command = PAGE.lines().find(fits).expect("the command stands on the page");
    shlex::split(command).unwrap().into_iter().skip(1).collect()
}

fn run(ground: &Ground, words: &[String], more: &[&str]) -> CommandOutput {
    ground.run(&words.iter().map(String::as_str).chain(more.iter().copied()).collect::<Vec<_>>())
}

const ANN: [&str; 2] = ["--approve", "ann"];

#[test]
fn the_commands_of_the_page_bring_the_work_home_and_swap_the_role_assignment() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["capture"]).ends(0, &["checkpoint of the primary"]);
    let back = words("switchback failback", None);
    run(&ground, &back, &ANN).ends(2, &["AT-HOME"]);
    ground.of_pair(&["failover", "--planned", "--approve", "ann"]).ends(0, &["completed"]);
    // The record of the primary says which work goes on there again. So it stays while the work is away.
    ground.of_pair(&["capture"]).ends(0, &["the primary was not captured", "checkpoint of the standby"]);
    ground.of_pair(&["capture", "--side", "primary"]).ends(2, &["SIDE-FENCED"]);

    let mut windowed = words("switchback failback", Some("--from"));
    run(&ground, &windowed, &ANN).ends(2, &["WINDOW-MISSED"]);
    for (option, minutes) in [("--from", 60), ("--until", 180)] {
        let at = windowed.iter().position(|word| word == option).unwrap() + 1;
        windowed[at] = Timestamp::now().saturating_add(SignedDuration::from_mins(minutes)).unwrap().to_string();
    }
    run(&ground, &windowed, &[]).ends(3, &["nobody has approved it yet"]);
    ground.of_pair(&["abort", "--why", "not tonight"]).ends(0, &["aborted"]);

    run(&ground, &back, &ANN).ends(3, &["lesson"]);
    assert_eq!(ground.of_pair(&["status", "--json"]).json()["active"], "primary");
    run(&ground, &words("switchback lesson add", None), &[]).ends(0, &["write down a lesson"]);
    run(&ground, &back, &ANN).ends(0, &["completed"]);
    ground.of_pair(&["status"]).ends(0, &["the work is on the primary"]);
    ground.of_pair(&["lessons"]).ends(0, &["the map had no entry for one dashboard"]);

    let promoted = run(&ground, &words("switchback promote", None), &["--approve", "ann", "--accept-risk"]);
    promoted.ends(0, &["completed"]);
    ground.of_pair(&["status"]).ends(0, &["the work is on the primary"]);
    ground.of_pair(&["check"]).ends(0, &["a promotion has made it the standby"]);
    let audit = ground.world().audit();
    assert_eq!((audit.processing_on(Side::Primary), audit.double_windows), (0, Vec::new()));
    hold_no_secret(&ground.contents());
}

#[test]
fn a_full_drill_goes_there_and_comes_home_and_is_listed() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["capture"]).ends(0, &["checkpoint of the primary"]);
    ground.of_pair(&["drill", "list"]).ends(0, &["no drill is recorded"]);
    ground.of_pair(&["drill", "turn-back", "--why", "a test"]).ends(2, &["NO-DRILL"]);
    ground.of_pair(&["drill", "dry-run"]).ends(0, &["kept as drills/by-hand/"]);

    let mut drill = words("switchback drill full", None);
    let stay = drill.iter().position(|word| word == "--stay").unwrap() + 1;
    drill[stay] = "3s".to_owned();
    run(&ground, &drill, &ANN).ends(3, &["completed", "the same command again"]);
    ground.of_pair(&["status"]).ends(3, &["full drill \"quarterly\": on its way back by saga payments-"]);
    run(&ground, &words("switchback lesson add", None), &[]).ends(0, &["write down a lesson"]);
    run(&ground, &drill, &ANN).ends(0, &["was held", "its record: switchback report --saga payments-"]);
    ground.of_pair(&["status"]).ends(0, &["the work is on the primary"]);

    let listed = ground.of_pair(&["drill", "list", "--json"]).json();
    let kinds: Vec<_> = listed["drills"].as_array().unwrap().iter().map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["dry-run", "full"], "{listed}");
    assert_eq!(listed["drills"][1]["sagas"].as_array().map(Vec::len), Some(2), "{listed}");
    let audit = ground.world().audit();
    assert_eq!((audit.processing_on(Side::Standby), audit.double_windows), (0, Vec::new()));
    hold_no_secret(&ground.contents());
}

#[test]
fn a_full_drill_is_turned_back_before_its_time() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["capture"]).ends(0, &["checkpoint of the primary"]);
    let order = ["drill", "full", "--name", "quarterly", "--stay", "8h", "--approve", "ann"];
    let mut drilling = ground.begin(&order, "talk");
    until(|| ground.told_in("talk").contains("on the standby until"));
    ground.of_pair(&["drill", "standby-only", "--approve", "bob"]).ends(2, &["DRILL-UNDER-WAY", "quarterly"]);
    ground.of_pair(&["drill", "turn-back", "--why", "the business calls"]).ends(0, &["its way back begins"]);
    assert_eq!(drilling.wait().unwrap().code(), Some(3), "{}", ground.told_in("talk"));
    ground.of_pair(&["lesson", "add", "--text", "tell the business first"]).ends(0, &["write down a lesson"]);
    ground.of_pair(&order).ends(1, &["was turned back", "the business calls"]);
    ground.of_pair(&["status"]).ends(0, &["the work is on the primary"]);
    ground.of_pair(&["drill", "list"]).ends(0, &["quarterly (full) was turned back", "the business calls"]);
}
