//! Checks every kind of action that writes: the common behaviour, and that of each kind.

use aws::codes;
use engine::codes::STILL_CHANGING;
use engine::ports::{Access, Ending};
use failover::plan::want::{ROUTED, SWITCHED};
use jiff::SignedDuration;
use saga::Reaction;
use serde_json::{Value, json};
use sim::{CloudFaultKind, CloudSettings};

use super::{ACCESS_POINT, ACCOUNT, REGION, Stand, TIME_OUT, TOKEN, TWO, ZONE};

/// A kind that writes.
struct Writer {
    kind: &'static str,
    want: &'static str,
    settings: Value,
    look: &'static str,
    effect: &'static str,
    /// A setting that names the resource, with the name of a resource that does not exist.
    missing: (&'static str, &'static str),
    /// The permission that the effect needs.
    permission: &'static str,
}

fn writers() -> [Writer; 5] {
    let secret = |settings| Writer {
        kind: "secret_value",
        want: SWITCHED,
        settings,
        look: "GetSecretValue",
        effect: "PutSecretValue",
        missing: ("secret", "none"),
        permission: "secretsmanager:PutSecretValue",
    };
    [
        Writer {
            kind: "ssm_parameter",
            want: SWITCHED,
            settings: json!({ "parameter": "/reports/host", "value": TWO }),
            look: "GetParameter",
            effect: "PutParameter",
            missing: ("parameter", "/none"),
            permission: "ssm:PutParameter",
        },
        secret(json!({ "secret": "connection", "member": "host", "value": TWO })),
        secret(json!({ "secret": "address", "region": "us-east-1", "value": TWO })),
        Writer {
            kind: "route53_record",
            want: SWITCHED,
            settings: json!({ "zone": ZONE, "record": "work.example.com", "ttl": 60, "value": TWO }),
            look: "ListResourceRecordSets",
            effect: "ChangeResourceRecordSets",
            missing: ("record", "none.example.com"),
            permission: "route53:ChangeResourceRecordSets",
        },
        Writer {
            kind: "multi_region_access_point",
            want: ROUTED,
            settings: routes(),
            look: "GetMultiRegionAccessPointRoutes",
            effect: "SubmitMultiRegionAccessPointRoutes",
            missing: ("mrap", "arn:aws:s3::123456789012:accesspoint/none.mrap"),
            permission: "s3:SubmitMultiRegionAccessPointRoutes",
        },
    ]
}

pub(super) fn routes() -> Value {
    json!({
        "account": ACCOUNT, "mrap": ACCESS_POINT,
        "primary_region": "us-east-1", "primary_bucket": "data-one",
        "standby_region": "eu-central-1", "standby_bucket": "data-two",
    })
}

/// S5: a change is read back after its call.
#[tokio::test(start_paused = true)]
async fn twice_equals_once_and_what_is_so_is_not_written() {
    for writer in writers() {
        let stand = Stand::new();
        let told = stand.attempt(writer.kind, writer.want, writer.settings.clone()).await.unwrap();
        assert!(told.contains("standby"), "{told}");
        assert_eq!(stand.count(writer.effect), 1, "{}", writer.kind);
        assert!(stand.count(writer.look) >= 2, "{} was not read back", writer.kind);
        let again = stand.attempt(writer.kind, writer.want, writer.settings).await;
        assert!(again.is_ok(), "{again:?}");
        assert_eq!(stand.count(writer.effect), 1, "{}", writer.kind);
        assert_eq!(stand.cloud.lock().unwrap().unknown(), [""; 0]);
    }
}

/// S6: after a lost reply the change is read back, and it is made once.
#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_doubt_and_the_next_try_finds_the_effect() {
    for writer in writers() {
        let stand = Stand::new();
        stand.fail(writer.effect, CloudFaultKind::ReplyLost { nth: Some(1) });
        let first = stand.attempt(writer.kind, writer.want, writer.settings.clone()).await;
        // Routes are read back at the next region within the same try.
        if writer.want == SWITCHED {
            let fault = first.unwrap_err();
            assert_eq!((fault.reaction, fault.code), (Reaction::VerifyFirst, codes::AWS_DOUBTFUL_ANSWER));
        }
        assert!(stand.attempt(writer.kind, writer.want, writer.settings).await.is_ok(), "{}", writer.kind);
        assert_eq!(stand.count(writer.effect), 1, "{}", writer.kind);
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_s_fault_after_the_effect_is_doubt() {
    for writer in writers().into_iter().filter(|writer| writer.want == SWITCHED) {
        let stand = Stand::new();
        stand.fail(writer.effect, CloudFaultKind::ErrorAfter { status: 500 });
        let fault = stand.attempt(writer.kind, writer.want, writer.settings.clone()).await.unwrap_err();
        assert_eq!((fault.reaction, fault.code), (Reaction::VerifyFirst, codes::AWS_SERVER_ERROR));
        assert!(stand.attempt(writer.kind, writer.want, writer.settings).await.is_ok(), "{}", writer.kind);
    }
}

#[tokio::test(start_paused = true)]
async fn throttling_is_tried_again_by_the_runner_and_told_to_the_pass() {
    for writer in writers().into_iter().filter(|writer| writer.want == SWITCHED) {
        let stand = Stand::new();
        stand.fail(writer.effect, CloudFaultKind::Throttled);
        let fault = stand.attempt(writer.kind, writer.want, writer.settings).await.unwrap_err();
        assert_eq!((fault.reaction, fault.code), (Reaction::Again { after_ms: None }, codes::AWS_THROTTLED));
        assert_eq!(stand.count(writer.effect), 1, "{} was tried by the SDK, too", writer.kind);
        let left = stand.admission.left.lock().unwrap().clone();
        assert!(matches!(left.last(), Some((_, Ending::Throttled { .. }))), "{left:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_denied_names_the_permission() {
    for writer in writers() {
        let stand = Stand::new();
        stand.fail(writer.effect, CloudFaultKind::Denied);
        let fault = stand.attempt(writer.kind, writer.want, writer.settings).await.unwrap_err();
        assert_eq!((fault.reaction, &fault.code), (Reaction::PersonNeeded, &codes::AWS_ACCESS_DENIED));
        assert!(fault.message.contains(writer.permission), "{fault}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_missing_is_for_a_person_and_nothing_is_created_s20() {
    for writer in writers() {
        let stand = Stand::new();
        let mut settings = writer.settings;
        settings[writer.missing.0] = writer.missing.1.into();
        let fault = stand.attempt(writer.kind, writer.want, settings).await.unwrap_err();
        assert_eq!((fault.reaction, &fault.code), (Reaction::PersonNeeded, &codes::AWS_NOT_FOUND));
        assert!(fault.message.contains("create it") || fault.message.contains("correct the setting"), "{fault}");
        assert_eq!(stand.count(writer.effect), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn silence_is_given_up_in_the_time_that_the_pass_gives() {
    for writer in writers().into_iter().filter(|writer| writer.want == SWITCHED) {
        let stand = Stand::new();
        stand.fail(writer.look, CloudFaultKind::Dark);
        let begun = tokio::time::Instant::now();
        let fault = stand.attempt(writer.kind, writer.want, writer.settings).await.unwrap_err();
        assert_eq!((fault.reaction, fault.code), (Reaction::Again { after_ms: None }, codes::AWS_NO_ANSWER));
        assert_eq!(begun.elapsed().as_secs(), TIME_OUT.as_secs(), "{}", writer.kind);
        assert!(matches!(stand.admission.left.lock().unwrap()[..], [(_, Ending::Failed)]));
    }
}

#[tokio::test(start_paused = true)]
async fn the_pass_hears_of_each_request_once_and_whether_it_changes_anything() {
    let stand = Stand::new();
    stand.attempt("ssm_parameter", SWITCHED, json!({ "parameter": "/reports/host", "value": TWO })).await.unwrap();
    let entered = stand.admission.entered.lock().unwrap().clone();
    assert_eq!(entered, [("aws.ssm", Access::Read), ("aws.ssm", Access::Write), ("aws.ssm", Access::Read)]);
    assert_eq!(*stand.admission.left.lock().unwrap(), [("aws.ssm", Ending::Answered); 3]);
}

#[tokio::test(start_paused = true)]
async fn a_parameter_keeps_its_type_and_its_region() {
    let stand = Stand::new();
    let settings =
        json!({ "parameter": "/reports/hosts", "region": "us-east-1", "value": "two.example,three.example" });
    stand.attempt("ssm_parameter", SWITCHED, settings).await.unwrap();
    let cloud = stand.cloud.lock().unwrap();
    assert_eq!(cloud.parameter("us-east-1", "/reports/hosts"), Some("two.example,three.example"));
    assert_eq!(cloud.parameter(REGION, "/reports/host"), Some("one.example"));
}

#[tokio::test(start_paused = true)]
async fn a_secure_string_is_refused() {
    let stand = Stand::new();
    let settings = json!({ "parameter": "/reports/hidden", "value": TWO });
    let fault = stand.attempt("ssm_parameter", SWITCHED, settings).await.unwrap_err();
    assert_eq!((fault.reaction, &fault.code), (Reaction::PersonNeeded, &codes::ENDPOINT_UNSUITABLE));
    assert!(fault.message.contains("use secret_value"), "{fault}");
    assert_eq!(stand.count("PutParameter"), 0);
}

#[tokio::test(start_paused = true)]
async fn only_one_member_of_a_secret_changes_and_no_value_is_told_s23() {
    let stand = Stand::new();
    let settings = json!({ "secret": "connection", "member": "host", "value": TWO });
    let told = stand.attempt("secret_value", SWITCHED, settings).await.unwrap();
    assert_eq!(told, "member host of the secret connection points at the standby");
    let cloud = stand.cloud.lock().unwrap();
    let expected = r#"{"user":"ada", "host":"two.example","password":"hunter2"}"#;
    assert_eq!(cloud.secret(REGION, "connection"), Some(expected));
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_no_object_or_lacks_the_member_is_for_a_person() {
    let stand = Stand::new();
    stand.cloud.lock().unwrap().add_secret(REGION, "plain", "hunter2");
    for (secret, member) in [("plain", "host"), ("connection", "hots")] {
        let settings = json!({ "secret": secret, "member": member, "value": TWO });
        let fault = stand.attempt("secret_value", SWITCHED, settings).await.unwrap_err();
        assert_eq!((fault.reaction, &fault.code), (Reaction::PersonNeeded, &codes::ENDPOINT_UNSUITABLE));
        assert!(!fault.message.contains("hunter2"), "{fault}");
    }
    assert_eq!(stand.count("PutSecretValue"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_somebody_changed_after_us_is_for_a_person() {
    let stand = Stand::new();
    let settings = json!({ "secret": "connection", "member": "host", "value": TWO });
    stand.attempt("secret_value", SWITCHED, settings.clone()).await.unwrap();
    let other = r#"{"user":"eve","host":"one.example","password":"hunter3"}"#;
    stand.cloud.lock().unwrap().add_secret(REGION, "connection", other);
    let fault = stand.attempt("secret_value", SWITCHED, settings).await.unwrap_err();
    assert_eq!((fault.reaction, &fault.code), (Reaction::PersonNeeded, &codes::ENDPOINT_UNSUITABLE));
    assert!(fault.message.contains("changed by somebody else") && !fault.message.contains("hunter"), "{fault}");
    assert_eq!(stand.cloud.lock().unwrap().secret(REGION, "connection"), Some(other));
    assert_eq!(TOKEN.len(), 64);
}

#[tokio::test(start_paused = true)]
async fn a_record_is_done_when_every_name_server_has_it() {
    let stand = Stand::with(CloudSettings::default(), None);
    let settings = json!({ "zone": ZONE, "record": "Work.example.com.", "ttl": 60, "value": "two.example." });
    let early = stand.attempt("route53_record", SWITCHED, settings.clone()).await.unwrap_err();
    assert_eq!((early.reaction, early.code), (Reaction::Again { after_ms: None }, STILL_CHANGING));
    let still = stand.attempt("route53_record", SWITCHED, settings.clone()).await.unwrap_err();
    assert_eq!(still.code, STILL_CHANGING);
    tokio::time::sleep(SignedDuration::from_secs(31).unsigned_abs()).await;
    let told = stand.attempt("route53_record", SWITCHED, settings.clone()).await.unwrap();
    assert!(told.ends_with("as every name server of the zone answers"), "{told}");
    assert_eq!(stand.count("ChangeResourceRecordSets"), 1);
    let told = stand.attempt("route53_record", SWITCHED, settings).await.unwrap();
    assert!(told.ends_with("as the zone lists it"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn a_record_with_a_routing_policy_is_refused() {
    let stand = Stand::new();
    let settings = json!({ "zone": ZONE, "record": "routed.example.com", "ttl": 60, "value": TWO });
    let fault = stand.attempt("route53_record", SWITCHED, settings).await.unwrap_err();
    assert_eq!((fault.reaction, &fault.code), (Reaction::PersonNeeded, &codes::ENDPOINT_UNSUITABLE));
    assert!(fault.message.contains("routing policy (failover)"), "{fault}");
    assert_eq!(stand.count("ChangeResourceRecordSets"), 0);
}
