//! Tests evidence through the real program: reported, handed out, verified, altered (R51, R52).

use sim::{Estate, Settings};

use crate::ground::{Ground, hold_no_secret};

#[test]
fn a_failover_leaves_evidence_that_a_stranger_can_verify() {
    let ground = Ground::new(Estate::small(), Settings::default(), 200.0);
    ground.of_pair(&["capture"]).ends(0, &[]);
    ground.of_pair(&["report"]).ends(2, &["NO-SAGA"]);
    ground.of_pair(&["report", "--trend"]).ends(0, &["no saga is over yet"]);
    ground.of_pair(&["failover", "--planned", "--approve", "ann"]).ends(0, &[]);

    ground.of_pair(&["report"]).ends(0, &["the whole (RTO)", "no objective", "ann approved", "0 open"]);
    std::fs::create_dir(ground.path("out")).unwrap();
    let record = ground.of_pair(&["report", "--out", "out", "--json"]).json();
    let (saga, seal) = (record["facts"]["saga"].as_str().unwrap(), record["seal"].as_str().unwrap());
    let file = |ending: &str| format!("out/evidence-{saga}-{}.{ending}", &seal[..12]);
    for ending in ["json", "html"] {
        ground.run(&["verify", &file(ending)]).ends(0, &["unaltered", "with --seal"]);
        ground.run(&["verify", &file(ending), "--seal", seal]).ends(0, &["whose seal was given"]);
        let other = "0".repeat(64);
        ground.run(&["verify", &file(ending), "--seal", &other]).ends(1, &["EVIDENCE-ALTERED", "another record"]);
    }
    let output = ground.run(&["verify", &file("html"), "--json"]).json();
    assert_eq!((&output["seal"], &output["compared_with_recorded_seal"]), (&seal.into(), &false.into()));

    let trend = ground.of_pair(&["report", "--trend", "--json"]).json();
    let done = &trend["sagas"][0];
    assert_eq!((&done["achieved"]["seal"], trend["sagas"].as_array().unwrap().len()), (&seal.into(), 1));
    let key = done["key"].as_str().unwrap();
    assert_eq!(key, format!("sagas/{saga}/evidence-{}.json", &seal[..12]));
    ground.of_pair(&["report", "--trend"]).ends(0, &["failover", "completed", key]);
    let handed_out = std::fs::read(ground.path(&file("json"))).unwrap();
    let kept = ground.contents().into_iter().filter(|(path, bytes)| {
        path.file_name().is_some_and(|name| name == &key[key.rfind('/').unwrap() + 1..]) && *bytes == handed_out
    });
    assert!(kept.count() >= 1, "what is handed out is what is kept");
    hold_no_secret(&ground.contents());

    let altered = String::from_utf8(handed_out).unwrap().replacen("ann", "ben", 1);
    std::fs::write(ground.path(&file("json")), altered).unwrap();
    ground.run(&["verify", &file("json")]).ends(1, &["EVIDENCE-ALTERED", "line ", "seals to"]);
    ground.run(&["verify", "nowhere.json"]).ends(2, &["EVIDENCE-UNREADABLE"]);
}
