//! Tests the laws of the cloud around the pair.

use serde_json::{Value, json};
use sim::{Answer, Cloud, CloudFault, CloudFaultKind, CloudRequest, CloudSettings, Reply, WebBehaviour};

const REGION: &str = "eu-west-1";
const HOST: &str = "ssm.eu-west-1.amazonaws.com";

fn cloud() -> Cloud {
    let mut cloud = Cloud::new(CloudSettings::default());
    cloud.add_parameter(REGION, "host", "String", "one.example");
    cloud
}

/// A call to the parameter store, signed for a region.
fn call(operation: &str, region: &str, body: &Value) -> CloudRequest {
    let scope = format!("AWS4-HMAC-SHA256 Credential=key/20260301/{region}/ssm/aws4_request, SignedHeaders=host");
    let target = format!("AmazonSSM.{operation}");
    CloudRequest {
        host: HOST.into(),
        method: "POST".into(),
        path_and_query: "/".into(),
        headers: vec![("Authorization".into(), scope), ("X-Amz-Target".into(), target)],
        body: body.to_string().into_bytes(),
    }
}

fn reply(answer: Answer) -> Reply {
    let Answer::Reply { reply, .. } = answer else { panic!("{answer:?}") };
    reply
}

fn put() -> CloudRequest {
    call("PutParameter", REGION, &json!({ "Name": "host", "Value": "two.example", "Overwrite": true }))
}

#[test]
fn what_is_not_known_is_refused_loudly() {
    let mut cloud = cloud();
    assert_eq!(reply(cloud.handle(1, &call("DeleteParameter", REGION, &json!({})))).status, 501);
    let nowhere = CloudRequest { host: "nowhere.example".into(), method: "GET".into(), ..CloudRequest::default() };
    assert_eq!(reply(cloud.handle(1, &nowhere)).status, 501);
    assert!(!cloud.connect(1, "nowhere.example", 5432));
    let expected = ["ssm.eu-west-1.amazonaws.com POST /", "nowhere.example GET ", "connect nowhere.example:5432"];
    assert_eq!(cloud.unknown(), expected);
}

#[test]
fn a_request_that_is_signed_for_another_region_or_not_at_all_is_refused() {
    let mut cloud = cloud();
    let body = json!({ "Name": "host" });
    let told = reply(cloud.handle(1, &call("GetParameter", "us-east-1", &body)));
    assert_eq!((told.status, told.value()["__type"].as_str()), (403, Some("SignatureDoesNotMatch")));
    let unsigned = CloudRequest { headers: Vec::new(), ..call("GetParameter", REGION, &body) };
    assert_eq!(reply(cloud.handle(1, &unsigned)).value()["__type"], "MissingAuthenticationToken");
    assert_eq!(reply(cloud.handle(1, &call("GetParameter", REGION, &body))).status, 200);
}

#[test]
fn faults_before_the_effect_have_none_and_those_after_it_have_one() {
    use CloudFaultKind::{Dark, Denied, Error, ErrorAfter, ReplyLost, Throttled};
    for (kind, effect) in [
        (Dark, false),
        (Error { status: 500 }, false),
        (Throttled, false),
        (Denied, false),
        (ErrorAfter { status: 500 }, true),
        (ReplyLost { nth: None }, true),
    ] {
        let mut cloud = cloud();
        cloud.inject(CloudFault::new("eu-west-1.amazonaws.com", kind).from(5).until(10));
        cloud.handle(5, &put());
        let holds = if effect { "two.example" } else { "one.example" };
        assert_eq!(cloud.parameter(REGION, "host"), Some(holds), "{kind:?}");
        assert_eq!(reply(cloud.handle(10, &put())).status, 200, "{kind:?}");
        assert_eq!(cloud.count("PutParameter"), 2);
    }
}

#[test]
fn a_slow_host_takes_its_time() {
    let mut cloud = cloud();
    cloud.inject(CloudFault::new(HOST, CloudFaultKind::Slow { ms: 900 }));
    assert!(matches!(cloud.handle(1, &put()), Answer::Reply { after_ms: 940, .. }));
}

#[test]
fn a_host_of_the_web_keeps_what_it_receives_and_answers_as_it_is_told() {
    let mut cloud = cloud();
    cloud.add_web("hooks.example", WebBehaviour::text(200, "ok"));
    let sent = CloudRequest {
        host: "hooks.example".into(),
        method: "POST".into(),
        path_and_query: "/services/secret".into(),
        headers: vec![("content-type".into(), "application/json".into())],
        body: b"{}".to_vec(),
    };
    assert_eq!(reply(cloud.handle(1, &sent)).body, b"ok");
    cloud.add_web("hooks.example", WebBehaviour::text(410, "gone"));
    assert_eq!(reply(cloud.handle(2, &sent)).status, 410);
    assert_eq!(cloud.received("hooks.example"), [sent.clone(), sent.clone()]);
    assert_eq!(format!("{sent:?}"), "POST hooks.example", "the path may be a credential");
}

#[test]
fn a_port_accepts_unless_it_refuses_or_its_host_is_dark() {
    let mut cloud = cloud();
    cloud.add_port("database.example", 5432, true);
    cloud.add_port("database.example", 5433, false);
    cloud.inject(CloudFault::new("database.example", CloudFaultKind::Dark).from(10));
    let mut connect = |now_ms, port| cloud.connect(now_ms, "database.example", port);
    assert!(connect(1, 5432) && !connect(1, 5433) && !connect(10, 5432));
    assert_eq!(cloud.unknown(), [""; 0]);
}
