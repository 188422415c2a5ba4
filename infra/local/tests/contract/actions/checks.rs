//! Checks that a wrong setting is named in one sentence, before any request is made.

use std::collections::BTreeSet;

use engine::codes::{ACTION_SETTINGS, UNKNOWN_STEP};
use engine::ports::Actions;
use failover::plan::want::SWITCHED;
use saga::Reaction;
use serde_json::{Value, json};

use super::endpoints::routes;
use super::{REGION, Stand, TOPIC, TWO, ZONE};

/// Good settings of every kind, with the name of a setting that the kind needs.
fn good() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("heartbeat", json!({ "bucket": "b", "key": "k", "objective_seconds": 60 }), "objective_seconds"),
        ("kinesis_stream", json!({ "stream": "s", "region": REGION }), "region"),
        ("multi_region_access_point", routes(), "account"),
        ("route53_record", json!({ "zone": ZONE, "record": "n", "ttl": 60, "value": TWO }), "ttl"),
        ("s3_prefix", json!({ "bucket": "b" }), "bucket"),
        ("secret_value", json!({ "secret": "s", "value": TWO }), "secret"),
        ("sns_message", json!({ "topic": TOPIC }), "topic"),
        ("ssm_parameter", json!({ "parameter": "p", "value": TWO }), "value"),
    ]
}

#[tokio::test]
async fn a_setting_that_is_unknown_or_missing_is_named_with_the_remedy() {
    let actions = Stand::new().actions;
    let listed: BTreeSet<&str> = actions.actions().iter().map(|info| info.name).collect();
    assert_eq!(listed, good().iter().map(|(kind, _, _)| *kind).collect(), "a kind has no good settings here");
    for (kind, settings, needed) in good() {
        assert_eq!(actions.check(kind, &settings), Ok(()));
        let mut more = settings.clone();
        more["reigon"] = "eu-west-1".into();
        let told = actions.check(kind, &more).unwrap_err();
        assert!(told.contains(kind) && told.contains("unknown field `reigon`"), "{told}");
        assert!(told.ends_with("correct its name or take it out"), "{told}");
        let mut less = settings.clone();
        less.as_object_mut().unwrap().remove(needed);
        let told = actions.check(kind, &less).unwrap_err();
        assert!(told.contains(&format!("missing field `{needed}`")) && told.ends_with("add it"), "{told}");
    }
}

#[tokio::test]
async fn a_setting_that_cannot_be_meant_is_refused() {
    let actions = Stand::new().actions;
    let wrong = |kind, name: &str, value: Value| {
        let (_, mut settings, _) = good().into_iter().find(|(good, _, _)| *good == kind).unwrap();
        settings[name] = value;
        let told = actions.check(kind, &settings).unwrap_err();
        assert!(told.contains(name) && told.contains(": "), "{told}");
    };
    wrong("ssm_parameter", "value", "".into());
    wrong("ssm_parameter", "region", "evil.example/".into());
    wrong("route53_record", "type", "MX".into());
    wrong("route53_record", "zone", "../x".into());
    wrong("sns_message", "topic", "people".into());
    wrong("multi_region_access_point", "account", "12".into());
    wrong("multi_region_access_point", "mrap", "mfzwi23gnjvgw".into());
    wrong("multi_region_access_point", "standby_region", "us-east-1".into());
    wrong("multi_region_access_point", "control_regions", json!(["eu-central-1"]));
    assert!(actions.check("dns_record", &json!({})).unwrap_err().contains("use one of heartbeat, "));
}

#[tokio::test(start_paused = true)]
async fn a_step_with_wrong_settings_kind_or_want_asks_nobody_for_anything() {
    let stand = Stand::new();
    let fault = stand.attempt("ssm_parameter", SWITCHED, json!({ "parameter": "/reports/host" })).await.unwrap_err();
    assert_eq!((fault.reaction, fault.code), (Reaction::PersonNeeded, ACTION_SETTINGS));
    let settings = json!({ "parameter": "/reports/host", "value": TWO });
    let fault = stand.attempt("ssm_parameter", "fenced", settings.clone()).await.unwrap_err();
    assert_eq!((fault.reaction, fault.code), (Reaction::PersonNeeded, UNKNOWN_STEP));
    let fault = stand.attempt("dns_record", SWITCHED, settings.clone()).await.unwrap_err();
    assert_eq!((fault.reaction, fault.code), (Reaction::PersonNeeded, UNKNOWN_STEP));
    let fault = stand.actions.synced_at("ssm_parameter", &settings, &stand.admission).await.unwrap_err();
    assert_eq!(fault.code, UNKNOWN_STEP);
    assert!(stand.admission.entered.lock().unwrap().is_empty());
}
