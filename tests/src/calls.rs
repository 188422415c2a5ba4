//! Sets up a pair on the deployed stack, and reads all calls that arrive at its simulated surroundings.
//!
//! Law: sent calls are read where they arrive, and never from the sender.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use engine::approvals::{answer, at_terminal};
use engine::capture::capture;
use engine::ports::{Clock, SagaStatus};
use engine::start::{Draft, Order, draft, start};
use engine::{Deps, Settings};
use failover::action::{Action, Declarations, Purpose};
use failover::plan::GO;
use failover::{FailoverPolicy, Operation, Side};
use local::clockwork::in_virtual_time;
use local::stack::around::{CHAT_ADDRESS, CHAT_HOST};
use local::stack::{Stack, StackParts};
use serde_json::{Value, json};
use sim::{Cloud, CloudSettings, Estate, Limits, WebBehaviour, World};

use crate::parts::{clock, knowing, lock, parts};
use crate::quick::quick;

/// A Monday morning, between two full minutes, so that no schedule is due while the test is fast.
const BEGINS: &str = "2026-01-05T08:00:07Z";
const REGION: &str = "eu-west-1";
const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:failovers";

/// A call as it arrived: place, method, path or operation, body.
pub type Arrived = (String, String, String, Value);

/// The pair of a test, with the stack and its surroundings.
pub struct Ground {
    /// The person's own process.
    pub operator: Deps,
    clock: Arc<dyn Clock>,
    world: Arc<Mutex<World>>,
    cloud: Arc<Mutex<Cloud>>,
    stack: Arc<Stack>,
    planned: bool,
}

/// Plays `acts` beside the running stack, in virtual time.
pub fn perform<T>(planned: bool, resources: usize, api_calls: impl AsyncFnOnce(&Ground) -> T) -> T {
    in_virtual_time(async move {
        let (ground, stack) = Ground::new(planned, resources);
        tokio::select! {
            biased;
            ended = api_calls(&ground) => ended,
            () = stack.run() => unreachable!("the stack runs for ever"),
        }
    })
    .expect("a runtime can be made")
}

fn action(purpose: Purpose, kind: &str, settings: Value) -> Action {
    Action { purpose, kind: kind.to_owned(), name: format!("the {kind}"), settings }
}

/// The actions that are declared beside the two workspaces.
fn declared() -> Declarations {
    let parameter = json!({ "parameter": "/reports/host", "value": "{{ host }}" });
    let sign_in = json!({});
    let actions = vec![
        action(Purpose::Endpoint, "ssm_parameter", parameter),
        action(Purpose::Channel, "slack_message", json!({ "url": { "env": CHAT_ADDRESS } })),
        action(Purpose::Channel, "sns_message", json!({ "topic": TOPIC })),
        action(Purpose::Validation, "sign_in", sign_in),
    ];
    Declarations { actions, ..Declarations::default() }
}

impl Ground {
    fn new(planned: bool, resources: usize) -> (Self, Arc<Stack>) {
        let (begins, clock) = clock(BEGINS);
        let limits = Limits::default();
        let settings = knowing(&limits, Settings::default());
        let simulated = sim::Settings { limits, delays: quick(), ..sim::Settings::default() };
        let estate = Estate::everything(1, resources);
        let map = estate.explicit_map().into_iter();
        let map = map.map(|(kind, primary, standby)| failover::MapEntry { kind, primary, standby }).collect();
        let world = World::new(1, estate, simulated, begins.as_millisecond());
        let mut cloud = Cloud::new(CloudSettings::default());
        cloud.add_parameter(REGION, "/reports/host", "String", "before");
        cloud.add_topic(TOPIC);
        cloud.add_web(CHAT_HOST, WebBehaviour::text(200, "ok"));
        let cloud = Arc::new(Mutex::new(cloud));
        let parts = parts(world, Arc::clone(&clock));
        let world = Arc::clone(&parts.world);
        let stack = Stack::new(StackParts {
            settings,
            map,
            policy: FailoverPolicy { planned, ..parts.policy },
            cloud: Arc::clone(&cloud),
            declarations: declared(),
            ..parts
        })
        .expect("the stack can be built");
        let operator = stack.operator();
        (Self { operator, clock, world, cloud, stack: Arc::clone(&stack), planned }, stack)
    }

    fn order(&self) -> Order {
        Order::of(Operation::Failover, Side::Primary, self.planned, "on-call", self.clock.now())
    }

    /// Records a checkpoint and makes a plan.
    pub async fn drafted(&self) -> Draft {
        capture(&self.operator, Side::Primary).await.expect("the primary can be captured");
        draft(&self.operator, &self.order()).await.expect("a plan can be made")
    }

    /// Runs a plan to its end.
    pub async fn run(&self, drafted: &Draft) {
        let saga = start(&self.operator, &self.order(), drafted).await.expect("a saga can be started");
        let on_call = at_terminal(&self.operator, "on-call", None).expect("no approver is configured");
        answer(&self.operator, &saga, GO, &on_call, true, !self.planned).await.expect("its question is open");
        for _ in 0..240 {
            tokio::time::sleep(Duration::from_secs(15)).await;
            let head = self.operator.sagas.head(&saga).await.expect("the store answers").expect("it is on record");
            if matches!(head.status, SagaStatus::Finished(_)) {
                return;
            }
        }
        let view = engine::view::view(&self.operator, Some(&saga)).await.expect("the record holds");
        panic!("the saga does not end: {view:?}");
    }

    /// Every call that can change something and has arrived anywhere. The calls of one place are in order.
    pub fn arrived(&self) -> Vec<Arrived> {
        let mut arrived = Vec::new();
        let world = lock(&self.world);
        for (side, place) in [(sim::Side::Primary, "leaving"), (sim::Side::Standby, "target")] {
            arrived.extend(
                world
                    .changing_calls(side)
                    .iter()
                    .map(|call| (place.to_owned(), call.method.clone(), call.path.clone(), call.body.value())),
            );
        }
        let cloud = lock(&self.cloud);
        let changes =
            |operation: &str| !["Get", "List", "Describe", "GET"].iter().any(|look| operation.starts_with(look));
        let changing = cloud.calls().iter().filter(|call| changes(&call.operation));
        arrived.extend(changing.map(|call| ("outside".to_owned(), call.operation.clone(), String::new(), Value::Null)));
        arrived
    }

    /// The messages that a chat channel has received, as they were sent.
    pub fn chat(&self) -> Vec<Value> {
        let cloud = lock(&self.cloud);
        cloud.received(CHAT_HOST).iter().map(|sent| serde_json::from_slice(&sent.body).unwrap_or_default()).collect()
    }

    /// Everything that is stored in the table and in the buckets, undecoded, and all mail.
    pub fn kept(&self) -> String {
        let mail: String = self.stack.mail().iter().map(|mail| format!("{}\n{}\n", mail.subject, mail.text)).collect();
        self.stack.kept() + &mail
    }

    /// The pair's head, and the object that Switchback has published.
    pub async fn own_records(&self) -> (Option<engine::ports::PairHead>, Option<Vec<u8>>) {
        let name = &self.operator.pair.name;
        let head = self.operator.pairs.pair(name).await.expect("the store answers");
        let key = engine::keys::published_key(name);
        (head, self.operator.objects.get(&key).await.expect("the store answers").map(|bytes| bytes.to_vec()))
    }
}

/// How often each call occurs.
pub fn counted(calls: impl IntoIterator<Item = Arrived>) -> BTreeMap<String, i64> {
    let mut counted = BTreeMap::new();
    for (place, method, to, body) in calls {
        *counted.entry(format!("{place} {method} {to} {body}")).or_default() += 1;
    }
    counted
}
