//! Sets up a pair with an open question about a failover, and its approvers.
//!
//! Law: links are read only from the messages that people get.

use std::sync::Arc;

use engine::approvals::token::Key;
use engine::approvals::{Approvals, reconcile};
use engine::capture::capture;
use engine::ports::ApprovalRequest;
use engine::start::{Order, draft, start};
use engine::{Deps, Settings, Watch};
use failover::action::{Action, Declarations, Purpose};
use failover::plan::GO;
use failover::{FailoverPolicy, Operation, Side};
use jiff::SignedDuration;
use local::stack::{Stack, StackParts};
use saga::SagaId;
use secrecy::SecretString;
use serde_json::json;
use sim::{Estate, Limits, World};

use crate::parts::{BEGINS, clock, parts};
use crate::people::approver;
use crate::quick::quick;

/// The key that signs links.
pub const KEY: &str = "a key of thirty-two bytes at least";
/// The people whose codes are known here.
pub const PEOPLE: [&str; 3] = ["ana", "ben", "cem"];

/// A pair with an open question.
pub struct Ground {
    /// The deployed stack.
    pub stack: Arc<Stack>,
    /// The person's own process.
    pub operator: Deps,
    /// The saga that asks.
    pub saga: SagaId,
}

impl Ground {
    /// Asks this number of the approvers about a failover. An answer counts until `ask_expires` has gone by.
    pub async fn new(people: u32, ask_expires: SignedDuration) -> Self {
        let (begins, clock) = clock(BEGINS);
        let simulated = sim::Settings { limits: Limits::default(), delays: quick(), ..sim::Settings::default() };
        let world = World::new(1, Estate::small(), simulated, begins.as_millisecond());
        let parts = parts(world, clock);
        let stack = Stack::new(StackParts {
            settings: Settings { ask_expires, ..Settings::default() },
            policy: FailoverPolicy { run_interrupted_again: false, ..parts.policy },
            declarations: Declarations { actions: vec![orders()], active_active: Vec::new() },
            watch: Watch {
                approvals: Some(approvals(people)),
                approvers: PEOPLE.iter().map(|name| approver(name, 0)).collect(),
                ..Watch::default()
            },
            ..parts
        })
        .unwrap();
        let operator = stack.operator();
        synced(&operator, "2026-01-05T07:58:00Z").await;
        capture(&operator, Side::Primary).await.unwrap();
        let order =
            Order { lost_at: Some(begins), ..Order::of(Operation::Failover, Side::Primary, false, "on-call", begins) };
        let drafted = draft(&operator, &order).await.unwrap();
        let saga = start(&operator, &order, &drafted).await.unwrap();
        reconcile(&operator, &saga).await.unwrap();
        Self { stack, operator, saga }
    }

    /// Records the time at which the dataset was last synced.
    pub async fn synced(&self, at: &str) {
        synced(&self.operator, at).await;
    }

    /// The question as it is recorded.
    pub async fn ask(&self) -> ApprovalRequest {
        self.operator.approval_requests.question(&self.saga, GO).await.unwrap().unwrap()
    }

    /// Sends the links that are due, as the tick does.
    pub async fn reconcile(&self) {
        reconcile(&self.operator, &self.saga).await.unwrap();
    }

    /// The token in the newest message to a person.
    pub fn token(&self, person: &str) -> String {
        let mail = self.stack.mail();
        let mine = mail.iter().rev().flat_map(|mail| mail.text.lines());
        let link = mine.filter_map(|line| line.strip_prefix(&format!("{person}: "))).next().unwrap();
        link.strip_prefix("https://approve.example/approve/").unwrap().to_owned()
    }
}

async fn synced(deps: &Deps, at: &str) {
    deps.objects.put("heartbeats/orders", at.to_owned().into()).await.unwrap();
}

fn orders() -> Action {
    Action {
        purpose: Purpose::Dataset,
        kind: "heartbeat".to_owned(),
        name: "orders".to_owned(),
        settings: json!({ "bucket": "objectbucket", "key": "heartbeats/orders", "objective_seconds": 900 }),
    }
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
