//! Checks the adapters on a wire that loses, delays and refuses requests, in virtual time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::ground::{DRAIN, Ground, Kind, at, plan, saga};
use async_trait::async_trait;
use aws::Weakened;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use engine::ports::{
    ApprovalRequests, PairHead, Pairs, STORE_VERSION, SagaHead, SagaStatus, Sagas, StoreError, TakeOver,
};
use failover::{Clocks, PairName, Side};
use local::embedded::{Call, Embedded, Passage, Wire};
use saga::Tally;
use tokio::time::Instant;

/// Decides about the first calls of one operation, in order. All other calls get through.
struct Script {
    operation: &'static str,
    before: Mutex<Vec<Passage>>,
    after: Mutex<Vec<Passage>>,
    latency: Duration,
    seen: Mutex<Vec<String>>,
}

impl Script {
    fn new(operation: &'static str, before: &[Passage], after: &[Passage]) -> Arc<Self> {
        let reversed = |list: &[Passage]| Mutex::new(list.iter().rev().copied().collect());
        Arc::new(Self {
            operation,
            before: reversed(before),
            after: reversed(after),
            latency: Duration::ZERO,
            seen: Mutex::default(),
        })
    }

    fn next(&self, call: &Call, from: &Mutex<Vec<Passage>>) -> Passage {
        let next = if call.operation == self.operation { from.lock().unwrap().pop() } else { None };
        next.unwrap_or(Passage::Admission)
    }
}

#[async_trait]
impl Wire for Script {
    async fn before(&self, call: &Call) -> Passage {
        self.seen.lock().unwrap().push(format!("{} {} {}", call.service, call.operation, call.subject));
        tokio::time::sleep(self.latency).await;
        self.next(call, &self.before)
    }

    async fn after(&self, call: &Call) -> Passage {
        self.next(call, &self.after)
    }
}

on_every_implementation! {
    a_take_over_whose_answer_was_lost_still_moves_the_epoch_by_one
    without_its_mark_a_write_takes_its_own_first_attempt_for_somebody_elses
    the_mark_of_one_call_does_not_cover_another
    a_new_object_whose_answer_was_lost_is_still_ours
    what_is_lost_three_times_before_its_effect_is_again_and_has_none
    what_is_lost_three_times_after_its_effect_is_again_and_has_one
    a_silent_store_is_given_up_within_a_third_of_a_lease
    latency_passes_in_virtual_time
    throttling_is_tried_again_and_then_told
    refused_access_is_not_tried_again
    a_wire_sees_what_each_request_is_about
    a_caller_that_is_cut_off_after_the_effect_leaves_it_done
}

const LOST: Passage = Passage::Fail;
const THROTTLED: Passage = Passage::Answer { status: 400, code: "ThrottlingException" };

async fn a_take_over_whose_answer_was_lost_still_moves_the_epoch_by_one(kind: Kind) {
    let ground = Ground::wired(kind, Script::new("UpdateItem", &[], &[LOST, LOST]));
    ground.store().create(&head()).await.unwrap();
    let taken = ground.store().take(&saga(), "first", at(0), at(30), DRAIN).await;
    assert!(matches!(taken, Ok(TakeOver::Taken(lease)) if lease.head.epoch == 1));
    assert_eq!(ground.store().head(&saga()).await.unwrap().unwrap().epoch, 1);
}

async fn without_its_mark_a_write_takes_its_own_first_attempt_for_somebody_elses(kind: Kind) {
    let wired = || Ground::wired(kind, Script::new("PutItem", &[], &[LOST]));
    assert_eq!(wired().store().put_pair(&pair_head()).await, Ok(()));
    let weakened = wired().with_weakened(Weakened { own_mark: true, ..Weakened::default() });
    assert!(matches!(weakened.store().put_pair(&pair_head()).await, Err(StoreError::Refused(_))));
}

async fn the_mark_of_one_call_does_not_cover_another(kind: Kind) {
    let ground = Ground::wired(kind, Script::new("PutItem", &[], &[LOST]));
    assert_eq!(ground.store().put_pair(&pair_head()).await, Ok(()));
    assert!(matches!(ground.store().put_pair(&pair_head()).await, Err(StoreError::Refused(_))));
}

async fn a_new_object_whose_answer_was_lost_is_still_ours(kind: Kind) {
    let ground = Ground::wired(kind, Script::new("PutObject", &[], &[LOST]));
    assert_eq!(ground.objects().put_new("plan", bytes::Bytes::from_static(b"mine")).await, Ok(()));
    assert!(matches!(
        ground.objects().put_new("plan", bytes::Bytes::from_static(b"mine")).await,
        Err(StoreError::Refused(_))
    ));
}

async fn what_is_lost_three_times_before_its_effect_is_again_and_has_none(kind: Kind) {
    let ground = Ground::wired(kind, Script::new("PutItem", &[LOST; 3], &[]));
    let put = ground.store().put_pair(&pair_head()).await;
    assert!(matches!(put, Err(StoreError::Again(_))), "{put:?}");
    assert_eq!(ground.count("PutItem"), 0);
    assert_eq!(ground.store().pair(&pair_head().pair).await, Ok(None));
}

async fn what_is_lost_three_times_after_its_effect_is_again_and_has_one(kind: Kind) {
    let ground = Ground::wired(kind, Script::new("PutItem", &[], &[LOST; 3]));
    let put = ground.store().put_pair(&pair_head()).await;
    assert!(matches!(put, Err(StoreError::Again(_))), "{put:?}");
    assert_eq!(ground.store().pair(&pair_head().pair).await, Ok(Some(pair_head())));
}

async fn a_silent_store_is_given_up_within_a_third_of_a_lease(kind: Kind) {
    let wire = Arc::new(Script { latency: Duration::from_secs(3600), ..unshared(Script::new("PutItem", &[], &[])) });
    let ground = Ground::wired(kind, wire);
    let begun = Instant::now();
    let put = ground.store().put_pair(&pair_head()).await;
    assert_eq!(put, Err(StoreError::Again("writing pair payments: no answer in time".into())));
    let waited = begun.elapsed();
    assert!(waited > Duration::from_secs(8) && waited < Duration::from_secs(10), "{waited:?}");
}

async fn latency_passes_in_virtual_time(kind: Kind) {
    let wire = Arc::new(Script { latency: Duration::from_millis(900), ..unshared(Script::new("PutItem", &[], &[])) });
    let ground = Ground::wired(kind, wire);
    let (begun, really) = (Instant::now(), std::time::Instant::now());
    for revision in 1..=100 {
        ground.store().put_pair(&PairHead { revision, ..pair_head() }).await.unwrap();
    }
    assert!(begun.elapsed() >= Duration::from_secs(90), "{:?}", begun.elapsed());
    assert!(really.elapsed() < Duration::from_secs(30), "{:?}", really.elapsed());
}

async fn throttling_is_tried_again_and_then_told(kind: Kind) {
    let ground = Ground::wired(kind, Script::new("PutItem", &[THROTTLED, THROTTLED], &[]));
    assert_eq!(ground.store().put_pair(&pair_head()).await, Ok(()));
    let ground = Ground::wired(kind, Script::new("PutItem", &[THROTTLED; 3], &[]));
    let put = ground.store().put_pair(&pair_head()).await;
    assert_eq!(put, Err(StoreError::Again("writing pair payments: ThrottlingException".into())));
}

async fn refused_access_is_not_tried_again(kind: Kind) {
    let denied = Passage::Answer { status: 400, code: "AccessDeniedException" };
    let script = Script::new("GetItem", &[denied], &[]);
    let ground = Ground::wired(kind, script.clone());
    let read = ground.store().pair(&pair_head().pair).await;
    assert!(matches!(&read, Err(StoreError::Broken(text)) if text.contains("dynamodb:GetItem")), "{read:?}");
    assert_eq!(script.seen.lock().unwrap().len(), 1);
    let denied = Passage::Answer { status: 403, code: "AccessDenied" };
    let ground = Ground::wired(kind, Script::new("GetObject", &[denied], &[]));
    let read = ground.objects().get("a").await;
    assert!(matches!(&read, Err(StoreError::Broken(text)) if text.contains("s3:GetObject")), "{read:?}");
}

#[tokio::test]
async fn a_missing_table_says_to_create_it() {
    let clients = aws::Clients::embedded(Ground::new(Kind::Embedded).embedded(), "eu-west-1");
    let read = aws::DynamoStore::new(&clients, "unknown").head(&saga()).await;
    assert!(matches!(&read, Err(StoreError::Broken(text)) if text.contains("create the table")), "{read:?}");
}

async fn a_wire_sees_what_each_request_is_about(kind: Kind) {
    let script = Script::new("", &[], &[]);
    let ground = Ground::wired(kind, script.clone());
    ground.store().create(&head()).await.unwrap();
    ground.store().take(&saga(), "first", at(0), at(30), DRAIN).await.unwrap();
    ground.store().log(&saga()).await.unwrap();
    ground.objects().put("plan", bytes::Bytes::new()).await.unwrap();
    ground.objects().get("plan").await.unwrap();
    assert_eq!(
        *script.seen.lock().unwrap(),
        [
            "dynamodb PutItem SAGA#payments-1 HEAD",
            "dynamodb UpdateItem SAGA#payments-1 HEAD",
            "dynamodb Query SAGA#payments-1 LOG#",
            "s3 PutObject plans/switchback/plan",
            "s3 GetObject plans/switchback/plan"
        ]
    );
    let counts = ground.counts();
    assert_eq!(counts.get(&("dynamodb", "PutItem".to_owned())), Some(&1));
    assert_eq!(counts.values().sum::<u64>(), 5);
}

async fn a_caller_that_is_cut_off_after_the_effect_leaves_it_done(kind: Kind) {
    struct Silent;
    #[async_trait]
    impl Wire for Silent {
        async fn after(&self, _: &Call) -> Passage {
            std::future::pending().await
        }
    }
    let ground = Ground::wired(kind, Arc::new(Silent));
    let store = ground.store();
    let caller = tokio::spawn(async move { store.put_pair(&pair_head()).await });
    tokio::task::yield_now().await;
    while ground.count("PutItem") == 0 {
        tokio::task::yield_now().await;
    }
    caller.abort();
    let other = ground.store_over(Script::new("", &[], &[]));
    assert_eq!(other.pair(&pair_head().pair).await, Ok(Some(pair_head())));
}

/// Embedded parts that also record each request as it was sent.
#[derive(Clone, Debug)]
struct Listened {
    parts: Embedded,
    heard: Arc<Mutex<Vec<serde_json::Value>>>,
}

impl HttpConnector for Listened {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = request.body().bytes().unwrap_or_default();
        self.heard.lock().unwrap().push(serde_json::from_slice(body).unwrap_or_default());
        HttpConnector::call(&self.parts, request)
    }
}

impl HttpClient for Listened {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

/// The embedded table has no replica that could lag, so the request itself must ask for a consistent read.
#[tokio::test]
async fn every_read_is_consistent() {
    let listened = Listened { parts: Ground::new(Kind::Embedded).embedded(), heard: Arc::default() };
    let store = aws::DynamoStore::new(&aws::Clients::embedded(listened.clone(), "eu-west-1"), crate::ground::TABLE);
    store.pair(&pair_head().pair).await.unwrap();
    store.head(&saga()).await.unwrap();
    store.question(&saga(), "loss").await.unwrap();
    store.steps(&saga()).await.unwrap();
    store.log(&saga()).await.unwrap();
    let heard = listened.heard.lock().unwrap();
    assert_eq!(heard.len(), 5);
    assert!(heard.iter().all(|request| request["ConsistentRead"] == true), "{heard:?}");
}

fn unshared(script: Arc<Script>) -> Script {
    Arc::into_inner(script).unwrap()
}

fn pair_head() -> PairHead {
    PairHead {
        version: STORE_VERSION,
        pair: PairName::new("payments").unwrap(),
        active: Side::Primary,
        saga: None,
        frozen: false,
        guard: None,
        freeze: None,
        cool_down: None,
        drill: None,
        role_assignment: None,
        last: None,
        evidence_due: Vec::new(),
        revision: 1,
    }
}

fn head() -> SagaHead {
    SagaHead {
        version: STORE_VERSION,
        saga: saga(),
        pair: PairName::new("payments").unwrap(),
        kind: "failover".into(),
        plan: plan(),
        by: "ada".into(),
        status: SagaStatus::Running,
        epoch: 0,
        owner: String::new(),
        lease_until: at(-60),
        next_at: None,
        abort_by: None,
        abort_why: None,
        controls: engine::ports::ControlCount::default(),
        tally: Tally::default(),
        clocks: Clocks::default(),
    }
}
