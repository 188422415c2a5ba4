//! Tests the whole way over a real socket: HTTP, a token, a listing of several pages, a stop that is read
//! back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use databricks::{Credentials, DatabricksWorkspace, HttpTransport};
use engine::ports::{Access, Admission, Admitted, Clock, Context, Ending, Next, ReadPurpose, Workspace};
use failover::plan::want::FENCED;
use jiff::Timestamp;
use saga::{Fault, Step};
use secrecy::SecretString;
use sim::{CLIENT_ID, CLIENT_SECRET, Estate, Limits, Served, Settings, Side, World, serve};

const START_MS: i64 = 1_767_600_000_000;
const SPEED: f64 = 600.0;

struct Shared(Served);

#[async_trait]
impl Clock for Shared {
    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(self.0.now_ms()).unwrap()
    }

    async fn sleep_until(&self, _at: Timestamp) {}
}

struct Open;

#[async_trait]
impl Admission for Open {
    async fn enter(&self, _family: &'static str, _nature: Access) -> Result<Admitted, Fault> {
        Ok(Admitted { time_out: Duration::from_secs(10) })
    }

    fn leave(&self, _family: &'static str, _ending: Ending) {}
}

#[tokio::test]
async fn a_warehouse_is_stopped_over_a_real_socket() {
    let settings = Settings { limits: Limits::off(), ..Settings::default() };
    let world = Arc::new(Mutex::new(World::new(4, Estate::generate(4, 400), settings, START_MS)));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let clock = Served::new(START_MS, SPEED);
    let serving = tokio::spawn(serve(Arc::clone(&world), Side::Primary, listener, clock));
    let credentials =
        Credentials::Machine { client_id: CLIENT_ID.to_owned(), client_secret: SecretString::from(CLIENT_SECRET) };
    let transport = Arc::new(HttpTransport::new(&address).unwrap());
    let workspace = DatabricksWorkspace::new(transport, credentials, Arc::new(Shared(clock)));

    assert!(workspace.check_access(&Open).await.unwrap().contains(sim::USER_NAME));
    let jobs = workspace.list("job", ReadPurpose::Fence, &Open).await.unwrap();
    assert_eq!(jobs.len(), world.lock().unwrap().export(Side::Primary)["jobs"].as_array().unwrap().len());
    let warehouses = workspace.list("sql_warehouse", ReadPurpose::Fence, &Open).await.unwrap();
    let running = warehouses.iter().find(|seen| workspace.record(seen).active).unwrap();
    let step = Step::new("leaving", running.kind, &running.id, &running.name, FENCED);
    let context = Context { token: "t", since: Timestamp::UNIX_EPOCH, tries: 0, reply: None };
    for _ in 0..500 {
        let seen = workspace.look(running.kind, &running.id, ReadPurpose::Fence, &Open).await.unwrap();
        match workspace.next(&step, seen.as_ref(), &context) {
            Next::Satisfied { .. } => {
                serving.abort();
                return;
            }
            Next::Call(api_calls) => drop(workspace.call(&api_calls[0], &Open).await.unwrap()),
            Next::Wait { .. } => tokio::time::sleep(Duration::from_millis(10)).await,
            Next::Blocked(fault) => panic!("{fault}"),
        }
    }
    panic!("the warehouse does not stop");
}
