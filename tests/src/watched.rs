//! Gives the pair its signals, minute by minute, and its approvers.

use engine::Watch;
use engine::approvals::token::Key;
use engine::approvals::{AnswerError, Approvals, RequestStatus, answer, at_terminal};
use engine::capture::capture;
use engine::detection::{Evaluated, evaluate, ingest};
use engine::pair::pair_head;
use engine::ports::{PairHead, SagaStatus};
use engine::start::{Order, draft, start};
use failover::plan::GO;
use failover::signal::{About, Origin, Reading, Signal, holds};
use failover::verdict::{Mode, WatchPolicy};
use failover::{Operation, Side};
use jiff::SignedDuration;
use saga::SagaId;
use secrecy::SecretString;

use crate::pair::{Ground, Setup};
use crate::people::{approver, secret_code};

/// A watched pair with this policy.
pub fn watched(mode: Mode) -> Setup {
    let approvals = Approvals {
        url: "https://approve.example".to_owned(),
        people: 1,
        escalate_after: SignedDuration::from_mins(10),
        personal: true,
        keys: vec![Key { id: "k".to_owned(), secret: SecretString::from("0123456789abcdef".repeat(2)) }],
    };
    let policy = WatchPolicy { mode, ..WatchPolicy::default() };
    Setup {
        watch: Watch {
            policy,
            approvals: Some(approvals),
            approvers: vec![approver("ana", 0), approver("ben", 1)],
            ..Watch::default()
        },
        planned: false,
        ..Setup::default()
    }
}

/// Orders a planned saga, approves it, and waits until it has a wanted status.
pub async fn moved(ground: &Ground, operation: Operation, leaving: Side, until: &dyn Fn(SagaStatus) -> bool) -> SagaId {
    let order = Order::of(operation, leaving, true, "on-call", ground.clock.now());
    let drafted = draft(&ground.operator, &order).await.expect("a plan");
    let saga = start(&ground.operator, &order, &drafted).await.expect("a saga");
    ground.answers(&saga, "ana", true, false).await.expect("its question is open");
    for _ in 0..240 {
        ground.admission(15).await;
        if until(ground.head(&saga).await.status) {
            return saga;
        }
    }
    panic!("{:?}", ground.head(&saga).await);
}

impl Ground {
    /// An approver answers at a terminal, with the code.
    pub async fn answers(
        &self,
        saga: &SagaId,
        who: &str,
        approved: bool,
        accepts_risk: bool,
    ) -> Result<RequestStatus, AnswerError> {
        let proven = at_terminal(&self.operator, who, Some(&secret_code(who)))?;
        answer(&self.operator, saga, GO, &proven, approved, accepts_risk).await
    }

    /// Two origins give this reading of the primary.
    pub async fn said(&self, reading: Reading) {
        let signal = |origin, subject: &str| Signal {
            about: About { source: "test".to_owned(), side: Side::Primary, subject: subject.to_owned() },
            origin,
            reading,
            seen_at: self.clock.now(),
            holds_s: holds::PROBE_S,
            text: format!("{subject} says {reading}"),
        };
        let signals = vec![signal(Origin::Probe, "probe"), signal(Origin::Provider, "provider")];
        ingest(&self.operator, signals).await.expect("the store takes them");
    }

    /// Gives the same reading for some minutes, each followed by a verdict. Returns the last verdict.
    pub async fn minutes(&self, count: usize, reading: Reading) -> Evaluated {
        let mut last = None;
        for _ in 0..count {
            self.said(reading).await;
            last = Some(evaluate(&self.operator).await.expect("the store answers"));
            self.admission(60).await;
        }
        last.expect("at least one minute")
    }

    /// Takes a checkpoint, as a watched pair always has one.
    pub async fn captured(&self) {
        capture(&self.operator, Side::Primary).await.expect("the primary can be captured");
    }

    /// The pair as it is recorded.
    pub async fn pair(&self) -> PairHead {
        pair_head(&self.operator).await.expect("the store answers")
    }

    /// The people who were sent a link so far, in order.
    pub fn asked(&self) -> Vec<String> {
        self.stack.mail().iter().filter_map(|mail| mail.attributes.get("approver").cloned()).collect()
    }

    /// The number of requests so far that change something in a workspace.
    pub fn effects(&self) -> usize {
        let changes = |what: &str| what.contains(" POST ") || what.contains(" PATCH ") || what.contains(" PUT ");
        let of_workspace = |what: &str| what.starts_with("primary") || what.starts_with("standby");
        let looks = |what: &str| what.contains("/oidc/") || what.contains("/sql/statements");
        let seen = self.seen();
        seen.iter()
            .map(|seen| seen.crossing.what.as_str())
            .filter(|w| of_workspace(w) && changes(w) && !looks(w))
            .count()
    }
}
