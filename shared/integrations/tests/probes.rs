//! Tests the probes of the network path to a workspace: the reading of each answer, and the request.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use engine::ports::{Access, Admission, Admitted, Clock, DeclaredProbe, Ending, Names, ProbeList, Probed};
use failover::Side;
use failover::action::Address;
use failover::signal::Reading;
use http::{HeaderMap, StatusCode};
use integrations::probes::{PROBES, ProbeEnv, of};
use integrations::{Asked, Got, Missed, SystemNames, Web};
use jiff::Timestamp;
use saga::Fault;
use serde_json::{Value, json};

struct Still;

#[async_trait]
impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    async fn sleep_until(&self, _at: Timestamp) {}
}

struct Open;

#[async_trait]
impl Admission for Open {
    async fn enter(&self, _family: &'static str, _nature: Access) -> Result<Admitted, Fault> {
        Ok(Admitted { time_out: Duration::from_secs(1) })
    }

    fn leave(&self, _family: &'static str, _ending: Ending) {}
}

/// Gives its fixed answers, and keeps each request.
struct Scripted {
    answers: bool,
    resolves: Result<bool, String>,
    asked: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Web for Scripted {
    async fn send(&self, asked: Asked, _time_out: Duration) -> Result<Got, Missed> {
        self.asked.lock().unwrap().push(format!("{} {}", asked.method, asked.url));
        match self.answers {
            true => Ok(Got { status: StatusCode::UNAUTHORIZED, headers: HeaderMap::new(), body: Bytes::new() }),
            false => Err(Missed { may_have_arrived: false, why: "no connection".to_owned() }),
        }
    }

    async fn connect(&self, _host: &str, _port: u16, _time_out: Duration) -> Result<(), Missed> {
        Ok(())
    }
}

#[async_trait]
impl Names for Scripted {
    async fn resolves(&self, host: &str) -> Result<bool, String> {
        self.asked.lock().unwrap().push(host.to_owned());
        self.resolves.clone()
    }

    async fn alias(&self, _host: &str) -> Result<Option<String>, String> {
        Ok(None)
    }
}

async fn look(kind: &str, settings: Value, answers: bool, resolves: Result<bool, String>) -> (Probed, Vec<String>) {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let scripted = || Arc::new(Scripted { answers, resolves: resolves.clone(), asked: Arc::clone(&asked) });
    let host = "one.cloud.example".to_owned();
    let address = Address { side: Side::Standby, url: format!("https://{host}"), host };
    let declared = DeclaredProbe { kind: kind.to_owned(), name: "way".to_owned(), side: Side::Standby, settings };
    let (web, names) = (scripted(), scripted());
    let env = ProbeEnv { web, names, clock: Arc::new(Still), addresses: vec![address] };
    let probes = of(env, &[declared]);
    let probed = probes[0].probe.look(Timestamp::UNIX_EPOCH, &Open).await;
    let asked = asked.lock().unwrap().clone();
    (probed, asked)
}

#[tokio::test]
async fn a_name_is_read_by_what_the_name_servers_say() {
    let reads = |resolves| look("dns", Value::Null, true, resolves);
    let (probed, asked) = reads(Ok(true)).await;
    assert_eq!((probed.reading, probed.measured), (Reading::Healthy, Some(0.0)));
    assert_eq!(asked, ["one.cloud.example"]);
    assert_eq!(reads(Ok(false)).await.0.reading, Reading::Down);
    assert_eq!(reads(Err("no answer".to_owned())).await.0.reading, Reading::Unknown);
}

#[tokio::test]
async fn any_answer_at_all_is_one() {
    let (probed, asked) = look("tls", Value::Null, true, Ok(true)).await;
    assert_eq!((probed.reading, asked), (Reading::Healthy, vec!["HEAD https://one.cloud.example/".to_owned()]));
    let (probed, asked) = look("tls", json!({ "host": "other.example", "port": 8443 }), false, Ok(true)).await;
    assert_eq!((probed.reading, probed.measured), (Reading::Down, None));
    assert_eq!(asked, ["HEAD https://other.example:8443/"]);
}

#[test]
fn settings_are_checked() {
    for traits in PROBES.traits() {
        assert_eq!(PROBES.check(traits.kind, &Value::Null), Ok(()));
        assert!(PROBES.check(traits.kind, &json!({ "hots": "a" })).is_err());
        assert!(PROBES.check(traits.kind, &json!({ "host": "https://a/" })).is_err());
    }
    assert!(!PROBES.knows("jobs"));
}

/// Uses names that exist nowhere by definition [RFC 6761] and a loopback address, so no server is asked about
/// a real name. Without name servers the answer is unknown.
#[tokio::test]
async fn the_systems_name_servers_are_asked() {
    let told = SystemNames.resolves("nothing.invalid").await;
    assert_ne!(told, Ok(true));
    assert_ne!(SystemNames.alias("nothing.invalid").await.unwrap_or(None), Some(String::new()));
}
