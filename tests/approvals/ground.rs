//! Sets up a pair with an open question about a failover, and its approvers.
//!
//! Law: links are read only from the messages that people get.

use std::sync::{Arc, Mutex};

use engine::approvals::code::{Cost, hash_at};
use engine::approvals::token::Key;
use engine::approvals::{Approvals, Approver, tend};
use engine::capture::capture;
use engine::ports::{AskItem, Clock};
use engine::start::{Order, draft, start};
use engine::{Deps, Settings, Watch};
use failover::errand::{Arrangements, Duty, Errand};
use failover::plan::GO;
use failover::{Course, FailoverPolicy, Side};
use jiff::{SignedDuration, Timestamp};
use local::stack::sabotage::Boundaries;
use local::stack::{Delivery, Stack, StackParts, StoreKind};
use rim::SystemClock;
use saga::SagaId;
use secrecy::SecretString;
use serde_json::json;
use sim::{Estate, Limits, World};

use crate::quick::quick;

/// Begin of every test: a Monday morning.
const BEGINS: &str = "2026-01-05T08:00:00Z";
/// The key that signs links.
pub(crate) const KEY: &str = "a key of thirty-two bytes at least";
/// The people whose codes are known here.
pub(crate) const PEOPLE: [&str; 3] = ["ana", "ben", "cem"];

/// The code of a person.
pub(crate) fn code(person: &str) -> String {
    format!("the code of {person}")
}

/// A pair with an open question.
pub(crate) struct Ground {
    pub(crate) stack: Arc<Stack>,
    pub(crate) operator: Deps,
    pub(crate) saga: SagaId,
}

impl Ground {
    /// Asks this number of the approvers about a failover. An answer counts until `ask_expires` has gone by.
    pub(crate) async fn new(people: u32, ask_expires: SignedDuration) -> Self {
        let begins: Timestamp = BEGINS.parse().unwrap();
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::starting_at(begins));
        let simulated = sim::Settings { limits: Limits::default(), delays: quick(), ..sim::Settings::default() };
        let world = World::new(1, Estate::small(), simulated, begins.as_millisecond());
        let stack = Stack::new(StackParts {
            world: Arc::new(Mutex::new(world)),
            clock: Arc::clone(&clock),
            boundaries: Boundaries::calm(),
            settings: Settings { ask_expires, ..Settings::default() },
            map: Vec::new(),
            policy: FailoverPolicy {
                planned: false,
                run_interrupted_again: false,
                checkpoint_age: SignedDuration::from_mins(60),
                fence_first: false,
            },
            cloud: Arc::new(Mutex::new(sim::Cloud::new(sim::CloudSettings::default()))),
            arrangements: Arrangements { errands: vec![orders()], active_active: Vec::new() },
            watch: Watch { approvals: Some(approvals(people)), approvers: approvers(), ..Watch::default() },
            looks: false,
            probes: false,
            syncs: false,
            delivery: Delivery::default(),
            store: StoreKind::Embedded,
            draws: true,
            weakened: aws::Weakened::default(),
        })
        .unwrap();
        let operator = stack.operator();
        synced(&operator, "2026-01-05T07:58:00Z").await;
        capture(&operator, Side::Primary).await.unwrap();
        let order =
            Order { lost_at: Some(begins), ..Order::of(Course::Failover, Side::Primary, false, "on-call", begins) };
        let drafted = draft(&operator, &order).await.unwrap();
        let saga = start(&operator, &order, &drafted).await.unwrap();
        tend(&operator, &saga).await.unwrap();
        Self { stack, operator, saga }
    }

    /// Records the time at which the dataset was last synced.
    pub(crate) async fn synced(&self, at: &str) {
        synced(&self.operator, at).await;
    }

    /// The question as it is recorded.
    pub(crate) async fn ask(&self) -> AskItem {
        self.operator.asks.question(&self.saga, GO).await.unwrap().unwrap()
    }

    /// Sends the links that are due, as the tick does.
    pub(crate) async fn tend(&self) {
        tend(&self.operator, &self.saga).await.unwrap();
    }

    /// The token in the newest message to a person.
    pub(crate) fn token(&self, person: &str) -> String {
        let mail = self.stack.mail();
        let mine = mail.iter().rev().flat_map(|mail| mail.text.lines());
        let link = mine.filter_map(|line| line.strip_prefix(&format!("{person}: "))).next().unwrap();
        link.strip_prefix("https://approve.example/approve/").unwrap().to_owned()
    }
}

async fn synced(deps: &Deps, at: &str) {
    deps.objects.put("heartbeats/orders", at.to_owned().into()).await.unwrap();
}

fn orders() -> Errand {
    Errand {
        duty: Duty::Dataset,
        kind: "heartbeat".to_owned(),
        name: "orders".to_owned(),
        settings: json!({ "bucket": "objectbucket", "key": "heartbeats/orders", "objective_seconds": 900 }),
    }
}

fn approvers() -> Vec<Approver> {
    let cheap = Cost { memory_kib: 8, passes: 1 };
    let approver = |name: &&str| Approver {
        name: (*name).to_owned(),
        level: 0,
        code_hash: hash_at(&SecretString::from(code(name)), [7; 16], cheap).unwrap(),
    };
    PEOPLE.iter().map(approver).collect()
}

fn approvals(people: u32) -> Approvals {
    Approvals {
        url: "https://approve.example".to_owned(),
        people,
        escalate_after: SignedDuration::from_mins(10),
        personal: true,
        keys: vec![Key { id: "2026-1".to_owned(), secret: SecretString::from(KEY.to_owned()) }],
    }
}
