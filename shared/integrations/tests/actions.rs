//! Tests every kind of external action against a network with scripted answers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use engine::dry_run::{Foreseen, Sight, action};
use engine::ports::{Access, ActionContext, ActionList, Actions, Admission, Admitted, Ending, Message, Secrets};
use failover::action::{Address, Detail, Purpose};
use failover::plan::want;
use failover::{Role, Side};
use http::{HeaderMap, StatusCode};
use integrations::actions::ACTIONS;
use integrations::{Asked, Got, IntegrationActions, Missed, Web};
use jiff::Timestamp;
use saga::{Fault, Reaction, Step};
use secrecy::SecretString;
use serde_json::{Value, json};

/// Gives one scripted answer after the other, and the last one for ever.
#[derive(Default)]
struct Scripted {
    answers: Mutex<Vec<Result<(u16, Value), Missed>>>,
    asked: Mutex<Vec<Asked>>,
}

impl Scripted {
    fn new(answers: Vec<Result<(u16, Value), Missed>>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers), asked: Mutex::default() })
    }

    fn methods(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|asked| asked.method.to_string()).collect()
    }

    fn next(&self) -> Result<(u16, Value), Missed> {
        let mut answers = self.answers.lock().unwrap();
        if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() }
    }
}

#[async_trait]
impl Web for Scripted {
    async fn send(&self, asked: Asked, _time_out: Duration) -> Result<Got, Missed> {
        self.asked.lock().unwrap().push(asked);
        self.next().map(|(status, body)| Got {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::from(body.to_string()),
        })
    }

    async fn connect(&self, _host: &str, _port: u16, _time_out: Duration) -> Result<(), Missed> {
        self.next().map(drop)
    }
}

struct Kept;

impl Secrets for Kept {
    fn open(&self, _place: &Value) -> Result<SecretString, Fault> {
        Ok(SecretString::from("https://hooks.example/T000/secret-part".to_owned()))
    }
}

struct Open;

#[async_trait]
impl Admission for Open {
    async fn enter(&self, _family: &'static str, _nature: Access) -> Result<Admitted, Fault> {
        Ok(Admitted { time_out: Duration::from_secs(3) })
    }

    fn leave(&self, _family: &'static str, _ending: Ending) {}
}

const TOKEN: &str = "0123456789abcdef";

async fn attempt(web: &Arc<Scripted>, kind: &str, settings: Value, tries: u32) -> Result<String, Fault> {
    let actions = IntegrationActions::new(Arc::clone(web) as Arc<dyn Web>, Arc::new(Kept));
    actions.check(kind, &settings).unwrap();
    let message = Message { subject: "moved".to_owned(), text: "to <two> & back".to_owned() };
    let (since, now) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    let context = ActionContext { token: TOKEN, tries, since, now, message: Some(&message) };
    actions.attempt(&step_of(kind, settings), &context, &Open).await
}

/// The calls that a try would send.
async fn foreseen(web: &Arc<Scripted>, kind: &str, settings: Value) -> Vec<Foreseen> {
    let actions = IntegrationActions::new(Arc::clone(web) as Arc<dyn Web>, Arc::new(Kept));
    let message = Message { subject: "moved".to_owned(), text: "to <two> & back".to_owned() };
    let (since, now) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    let context = ActionContext { token: TOKEN, tries: 0, since, now, message: Some(&message) };
    let sight = Sight::new(Arc::new(Open), "outside");
    action(&actions, &step_of(kind, settings), &context, &sight).await.unwrap().calls
}

/// The state that a step of this kind wants.
fn wanted(kind: &str) -> &'static str {
    match ACTIONS.infos().iter().find(|info| info.name == kind).map(|info| info.purpose) {
        Some(Purpose::Channel) => want::TOLD,
        Some(Purpose::Endpoint) => want::SWITCHED,
        Some(Purpose::Source) => want::REACHABLE,
        other => panic!("{kind} has a purpose that this suite does not know: {other:?}"),
    }
}

fn step_of(kind: &str, settings: Value) -> Step {
    let address = Address { side: Side::Standby, url: "https://two.example".into(), host: "two.example".into() };
    let detail = Detail { settings, side: Side::Standby, address, shown: None, wording: None };
    Step { detail: json!(detail), ..Step::new(Role::Target.as_str(), kind, "platform", "platform", wanted(kind)) }
}

#[tokio::test]
async fn what_would_be_sent_is_foreseen_and_its_secrets_are_not_s23() {
    let place = json!({ "env": "A_PLACE" });
    let reading = json!({ "url": "https://tool.example/where", "pointer": "/host", "equals": "two.example" });
    let calling = json!({ "url": "https://tool.example/host", "method": "PUT", "body": { "host": "two.example" } });
    let kinds = [
        ("slack_message", json!({ "url": place })),
        ("webhook_message", json!({ "url": place, "headers": { "x-token": place } })),
        ("datadog_event", json!({ "api_key": place })),
        ("dynatrace_event", json!({ "environment": "https://abc.live.dynatrace.com", "api_token": place })),
        ("https_call", json!({ "call": calling, "read": reading })),
    ];
    for (kind, settings) in kinds {
        let foreseen_at = Scripted::new(vec![ok(json!({ "host": "one.example" }))]);
        let calls = foreseen(&foreseen_at, kind, settings.clone()).await;
        assert!(foreseen_at.methods().iter().all(|method| method == "GET"), "{kind}: something was sent");
        let [call] = &calls[..] else { panic!("{kind}: {calls:?}") };
        let told = serde_json::to_string(call).unwrap();
        assert!(!told.contains("secret-part") && !told.contains("hooks.example"), "{kind}: {told}");
        let web = Scripted::new(vec![ok(json!({ "host": "one.example" }))]);
        attempt(&web, kind, settings, 0).await.ok();
        let asked = web.asked.lock().unwrap();
        let sent = asked.iter().find(|asked| asked.method != "GET").unwrap();
        assert_eq!(call.method, sent.method.as_str(), "{kind}");
        assert_eq!(call.body, serde_json::from_slice::<Value>(&sent.body).unwrap(), "{kind}");
        let kept = call.to == "the address in the variable A_PLACE";
        assert!(kept || call.to == sent.url.as_str(), "{kind}: {}", call.to);
    }
}

fn ok(body: Value) -> Result<(u16, Value), Missed> {
    Ok((200, body))
}

fn missed(may_have_arrived: bool) -> Result<(u16, Value), Missed> {
    Err(Missed { may_have_arrived, why: "no connection".to_owned() })
}

#[tokio::test]
async fn a_chat_message_is_escaped_and_its_address_is_told_to_nobody() {
    let web = Scripted::new(vec![ok(json!("ok"))]);
    let note = attempt(&web, "slack_message", json!({ "url": { "env": "SLACK_URL" } }), 0).await.unwrap();
    assert_eq!(note, "the channel has accepted \"moved\"");
    let asked = web.asked.lock().unwrap();
    assert_eq!(asked[0].url.as_str(), "https://hooks.example/T000/secret-part");
    assert_eq!(serde_json::from_slice::<Value>(&asked[0].body).unwrap()["text"], "*moved*\nto &lt;two&gt; &amp; back");
    assert!(!format!("{:?}", asked[0]).contains("secret-part"));
}

#[tokio::test]
async fn a_channel_that_is_gone_asks_for_a_person_and_one_that_is_silent_for_patience() {
    let settings = json!({ "url": { "env": "SLACK_URL" } });
    let reaction = async |answer| {
        let fault = attempt(&Scripted::new(vec![answer]), "slack_message", settings.clone(), 0).await.unwrap_err();
        assert!(!fault.message.contains("secret-part") && !fault.message.contains("hooks.example"), "{fault}");
        (fault.code.to_string(), fault.reaction)
    };
    let refused = "CHANNEL-REFUSED".to_owned();
    assert_eq!(reaction(Ok((404, json!("no_service")))).await, (refused, Reaction::PersonNeeded));
    let silent = || "CHANNEL-SILENT".to_owned();
    assert_eq!(reaction(Ok((503, json!("")))).await, (silent(), Reaction::Again { after_ms: None }));
    assert_eq!(reaction(missed(false)).await, (silent(), Reaction::Again { after_ms: None }));
    assert_eq!(reaction(missed(true)).await, (silent(), Reaction::VerifyFirst));
}

#[tokio::test]
async fn a_webhook_gets_the_same_id_in_every_try() {
    let web = Scripted::new(vec![Ok((500, json!(""))), ok(json!({}))]);
    let settings = json!({ "url": "https://hooks.example/in", "headers": { "authorization": { "env": "KEY" } } });
    attempt(&web, "webhook_message", settings.clone(), 0).await.unwrap_err();
    attempt(&web, "webhook_message", settings, 1).await.unwrap();
    let asked = web.asked.lock().unwrap();
    for one in asked.iter() {
        assert_eq!(serde_json::from_slice::<Value>(&one.body).unwrap()["id"], TOKEN);
        assert_eq!(one.headers["idempotency-key"], TOKEN);
        assert!(one.headers["authorization"].is_sensitive());
    }
    assert_eq!(asked.len(), 2);
}

const DATADOG: &str = "datadog_event";
const DYNATRACE: &str = "dynatrace_event";

fn dynatrace() -> Value {
    json!({
        "environment": "https://abc12345.live.dynatrace.com/", "api_token": { "env": "DYNATRACE_TOKEN" },
        "entity_selector": "type(SERVICE)", "properties": { "team": "data" },
    })
}

#[tokio::test]
async fn an_event_for_datadog_is_one_however_often_it_is_sent_s7_s23() {
    let web = Scripted::new(vec![Ok((503, json!({}))), Ok((202, json!({ "status": "ok" })))]);
    let settings = json!({ "site": "datadoghq.eu", "api_key": { "env": "DATADOG_API_KEY" }, "tags": ["team:data"] });
    let fault = attempt(&web, DATADOG, settings.clone(), 0).await.unwrap_err();
    assert_eq!(fault.code.as_str(), "CHANNEL-SILENT");
    assert_eq!(attempt(&web, DATADOG, settings, 1).await.unwrap(), "Datadog has accepted \"moved\"");
    let asked = web.asked.lock().unwrap();
    let bodies: Vec<Value> = asked.iter().map(|one| serde_json::from_slice(&one.body).unwrap()).collect();
    let wanted = json!({
        "title": "moved", "text": "to <two> & back", "tags": ["team:data"], "alert_type": "warning",
        "aggregation_key": TOKEN,
    });
    assert_eq!(bodies, [wanted.clone(), wanted]);
    assert_eq!(asked[0].url.as_str(), "https://api.datadoghq.eu/api/v1/events");
    assert!(
        asked[0].headers["dd-api-key"].is_sensitive()
            && !String::from_utf8_lossy(&asked[0].body).contains("secret-part")
    );
}

#[tokio::test]
async fn an_event_for_dynatrace_is_taken_when_dynatrace_says_so_s5_s23() {
    let results =
        |status: &str| json!({ "reportCount": 1, "eventIngestResults": [{ "correlationId": "1", "status": status }] });
    let web = Scripted::new(vec![Ok((201, results("OK")))]);
    attempt(&web, DYNATRACE, dynatrace(), 0).await.unwrap();
    let not_taken = Scripted::new(vec![Ok((201, results("INVALID_ENTITY_TYPE")))]);
    let fault = attempt(&not_taken, DYNATRACE, dynatrace(), 0).await.unwrap_err();
    assert_eq!((fault.code.as_str(), fault.reaction), ("CHANNEL-REFUSED", Reaction::PersonNeeded));
    assert!(!fault.message.contains("secret-part"), "{fault}");
    let asked = web.asked.lock().unwrap();
    assert_eq!(asked[0].url.as_str(), "https://abc12345.live.dynatrace.com/api/v2/events/ingest");
    let body: Value = serde_json::from_slice(&asked[0].body).unwrap();
    let wanted = json!({
        "eventType": "CUSTOM_INFO", "title": "moved", "entitySelector": "type(SERVICE)",
        "properties": { "text": "to <two> & back", "id": TOKEN, "team": "data" },
    });
    assert_eq!(body, wanted);
    assert!(asked[0].headers["authorization"].is_sensitive());
    assert!(asked[0].headers["authorization"].to_str().unwrap().starts_with("Api-Token "));
}

fn call() -> Value {
    json!({
        "call": { "url": "https://tool.example/host", "method": "PUT", "body": { "host": "two.example" } },
        "read": { "url": "https://tool.example/host", "pointer": "/host", "equals": "two.example" },
    })
}

#[tokio::test]
async fn a_tool_that_points_there_is_not_called() {
    let web = Scripted::new(vec![ok(json!({ "host": "two.example" }))]);
    assert_eq!(attempt(&web, "https_call", call(), 0).await.unwrap(), "it points there");
    assert_eq!(web.methods(), ["GET"]);
}

#[tokio::test]
async fn a_tool_is_called_once_and_read_back_also_when_the_answer_was_lost() {
    for answer in [ok(json!({})), missed(true)] {
        let (before, after) = (ok(json!({ "host": "one.example" })), ok(json!({ "host": "two.example" })));
        let web = Scripted::new(vec![before, answer, after]);
        attempt(&web, "https_call", call(), 0).await.unwrap();
        assert_eq!(web.methods(), ["GET", "PUT", "GET"]);
    }
}

#[tokio::test]
async fn a_tool_that_says_yes_and_does_nothing_is_not_done() {
    let web = Scripted::new(vec![ok(json!({ "host": "one.example" }))]);
    let fault = attempt(&web, "https_call", call(), 0).await.unwrap_err();
    assert_eq!(fault.code.as_str(), "CALL-NOT-SEEN");
}

#[tokio::test]
async fn a_source_is_tried_some_times_before_a_person_is_asked() {
    let sources = [
        ("jdbc_host", json!({ "host": "db.example", "port": 5432 })),
        ("kafka_brokers", json!({ "brokers": ["one.example:9092", "two.example:9092"] })),
        ("https_endpoint", json!({ "url": "https://api.example/health" })),
    ];
    for (kind, settings) in sources {
        assert!(attempt(&Scripted::new(vec![ok(json!({}))]), kind, settings.clone(), 0).await.is_ok(), "{kind}");
        let silent = Scripted::new(vec![missed(false)]);
        for (tries, person) in [(0, false), (3, true)] {
            let fault = attempt(&silent, kind, settings.clone(), tries).await.unwrap_err();
            assert_eq!(fault.code.as_str(), "SOURCE-UNREACHABLE", "{kind}");
            assert_eq!(fault.reaction == Reaction::PersonNeeded, person, "{kind} {tries}");
        }
    }
}

#[tokio::test]
async fn one_silent_broker_is_named() {
    let web = Scripted::new(vec![ok(json!({})), missed(false)]);
    let brokers = json!({ "brokers": ["one.example:9092", "two.example:9092"] });
    let fault = attempt(&web, "kafka_brokers", brokers, 0).await.unwrap_err();
    assert!(fault.message.contains("two.example:9092") && !fault.message.contains("one.example:9092"), "{fault}");
}

#[test]
fn wrong_settings_are_refused_in_one_sentence() {
    let refused = |kind: &str, settings: Value, says: &str| {
        let told = ACTIONS.check(kind, &settings).unwrap_err();
        assert!(told.contains(says), "{kind}: {told}");
    };
    for info in ACTIONS.infos() {
        refused(info.name, json!({ "surprise": 1 }), "surprise");
        refused(info.name, json!({}), "missing field");
    }
    refused("slack_message", json!({ "url": "https://hooks.example/T000" }), "url is a secret");
    refused("webhook_message", json!({ "url": "http://hooks.example" }), "not https");
    let bare = json!({ "url": "https://a.example", "headers": { "Authorization": "Bearer abc" } });
    refused("webhook_message", bare, "Authorization is a secret");
    refused("webhook_message", json!({ "url": "https://a.example", "headers": { "a b": "c" } }), "no name of a header");
    let key = json!({ "env": "KEY" });
    refused(DATADOG, json!({ "api_key": "abc" }), "api_key is a secret");
    for site in ["https://datadoghq.com", "datadoghq", "evil.example/datadoghq.com", ""] {
        refused(DATADOG, json!({ "api_key": key, "site": site }), "no Datadog site");
    }
    refused(DYNATRACE, json!({ "environment": "https://a.example", "api_token": "abc" }), "api_token is a secret");
    refused(DYNATRACE, json!({ "environment": "http://a.example", "api_token": key }), "not https");
    let reserved = json!({ "environment": "https://a.example", "api_token": key, "properties": { "dt.event": "x" } });
    refused(DYNATRACE, reserved, "no property of one's own");
    refused("jdbc_host", json!({ "host": "jdbc:postgresql://db", "port": 5432 }), "no host");
    refused("kafka_brokers", json!({ "brokers": ["one.example"] }), "host:port");
    refused("kafka_brokers", json!({ "brokers": [] }), "empty");
    refused("https_endpoint", json!({ "url": "https://a.example", "status": 7 }), "no status");
    let mut deleting = call();
    deleting["call"]["method"] = json!("DELETE");
    refused("https_call", deleting, "DELETE");
}
