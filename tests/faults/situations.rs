//! For each guard a situation in which a law is broken without it.
//!
//! Law: a situation returns everything that is wrong. Each sentence begins with the law that is broken. Must not know:
//! which guards are on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use engine::approvals::{answer, at_terminal};
use engine::ports::{RequestState, SagaStatus};
use engine::start::{OrderError, StartError, start};
use engine::wake::abort;
use engine::{Settings, Watch};
use failover::plan::GO;
use jiff::{SignedDuration, Timestamp};
use local::rehearsal::Rehearsal;
use local::stack::sabotage::{Crossing, InjectedFault, Phase};
use saga::{Event, Proof, SagaEvent};
use tests::content::offences;
use tests::pair::{Ground, Seen, Setup, perform};
use tests::people::{approver, secret_code};
use tests::points::{play, scan};
use tests::scripts;

use crate::guards::Off;

/// A freeze after which a zombie comes back while its successor is well under way. Lease, skew and tick together are
/// 95 s.
const LONG: Duration = Duration::from_secs(100);

/// Both scripts, without faults.
pub(crate) fn calm(off: Off) -> Vec<String> {
    let change = |rehearsal: &mut Rehearsal| rehearsal.settings.weakened = off.engine;
    let found = [scripts::planned(), scripts::lost()].map(|script| {
        let (told, _) = play(&script, &change, Arc::new(|_| InjectedFault::Nothing));
        told.map_or_else(|error| vec![error], |told| offences(&told))
    });
    found.concat()
}

/// A zombie froze before a write to the table. It makes the write while its successor is at work.
pub(crate) fn late_write(off: Off) -> Vec<String> {
    let late = |crossing: &Crossing| {
        let writes = matches!(crossing.what.as_str(), "dynamodb PutItem" | "dynamodb UpdateItem");
        (writes && crossing.phase == Phase::Before).then_some(InjectedFault::Freeze(LONG))
    };
    let change = |rehearsal: &mut Rehearsal| rehearsal.weakened = off.aws;
    let scan = scan(&scripts::planned(), &change, &late);
    assert!(!scan.points.is_empty(), "nothing is ever written");
    scan.offending.into_values().collect()
}

/// A runner freezes while some of its calls wait for their turn at the limiter. Meanwhile a person aborts the saga.
pub(crate) fn aborted_while_calls_wait(off: Off) -> Vec<String> {
    let called = |crossing: &Crossing| is_effect(crossing);
    let still = |_: &[Seen], _: Timestamp| LONG;
    (1..=6).flat_map(|nth| effects_after_the_end(off, nth, called, still)).collect()
}

/// A late call lands when its runner's lease has just run out. Meanwhile a person aborts the saga.
pub(crate) fn aborted_while_a_call_straggles(off: Off) -> Vec<String> {
    let calls = |crossing: &Crossing| crossing.phase == Phase::Before && is_call(crossing);
    let until_shortly_after_the_lease = |seen: &[Seen], now: Timestamp| {
        let renewed = seen.iter().rev().find(|it| it.crossing.what == "dynamodb UpdateItem");
        let renewed = renewed.map_or(now, |it| it.at);
        let settings = Settings::default();
        let lands = renewed + settings.lease + settings.skew - SignedDuration::from_secs(2);
        Duration::try_from(lands.duration_since(now)).unwrap_or_default()
    };
    (1..=8).flat_map(|nth| effects_after_the_end(off, nth, calls, until_shortly_after_the_lease)).collect()
}

/// Freezes the runner at the nth crossing of a kind, aborts the saga, and wakes it all the time. Returns the effects
/// after the end was acknowledged (S14).
fn effects_after_the_end(
    off: Off,
    nth: u64,
    sort: impl Fn(&Crossing) -> bool + Send + Sync + 'static,
    still: impl Fn(&[Seen], Timestamp) -> Duration + Send + Sync + 'static,
) -> Vec<String> {
    let stands_still = Arc::new(AtomicBool::new(false));
    let counted = AtomicU64::new(0);
    let injected_faults = {
        let stands_still = Arc::clone(&stands_still);
        move |seen: &[Seen], now: Timestamp, crossing: &Crossing| {
            if !sort(crossing) || counted.fetch_add(1, Ordering::SeqCst) + 1 != nth {
                return InjectedFault::Nothing;
            }
            stands_still.store(true, Ordering::SeqCst);
            InjectedFault::Freeze(still(seen, now))
        }
    };
    // At this rate one call waits for another.
    let limits = BTreeMap::from([("jobs.update".to_owned(), 2.0)]);
    let setup = Setup {
        settings: Settings { weakened: off.engine, limits, ..Settings::default() },
        weakened: off.aws,
        injected_faults: Box::new(injected_faults),
        ..Setup::default()
    };
    perform(setup, async move |ground: &Ground| {
        let saga = ground.begin().await;
        while !stands_still.load(Ordering::SeqCst) {
            if let SagaStatus::Finished(_) = ground.head(&saga).await.status {
                return Vec::new();
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        abort(&ground.operator, &saga, "on-call").await.expect("it can be aborted");
        loop {
            if let SagaStatus::Finished(_) = ground.head(&saga).await.status {
                break;
            }
            ground.operator.waker.wake(&saga).await.expect("it can be woken");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        ground.admission(150).await;
        let lines = ground.view(&saga).await.lines;
        let ended =
            lines.iter().find(|line| matches!(line.event, Event::Saga(SagaEvent::Finished { .. }))).map(|line| line.at);
        let ended = ended.expect("the end is on record");
        let late = ground.seen().into_iter().filter(|seen| is_effect(&seen.crossing) && seen.at > ended);
        late.map(|seen| format!("S14: {} at {} after the end at {ended}", seen.crossing.what, seen.at)).collect()
    })
}

/// Whether this crossing is a call to a workspace that has had its effect.
fn is_effect(crossing: &Crossing) -> bool {
    crossing.phase == Phase::AfterEffect && is_call(crossing)
}

/// Whether this crossing belongs to a call that asks a workspace for a change.
fn is_call(crossing: &Crossing) -> bool {
    crossing.what.contains(" POST ") && !crossing.what.contains("/oidc/")
}

/// Two people order a failover of the same pair at once.
pub(crate) fn ordered_twice(off: Off) -> Vec<String> {
    perform(Setup { weakened: off.aws, ..Setup::default() }, async |ground: &Ground| {
        let one = ground.drafted().await;
        ground.admission(1).await;
        let other = ground.drafted().await;
        let order = ground.order();
        let somebody_else = ground.stack.operator();
        let both = tokio::join!(start(&ground.operator, &order, &one), start(&somebody_else, &order, &other));
        match both {
            (Ok(_), Err(StartError::Refused(OrderError::AnotherSaga { .. })))
            | (Err(StartError::Refused(OrderError::AnotherSaga { .. })), Ok(_)) => Vec::new(),
            (one, other) => vec![format!("S1: the two orders came to {one:?} and {other:?}")],
        }
    })
}

/// Two runners use the same answer at once.
pub(crate) fn used_twice(off: Off) -> Vec<String> {
    perform(Setup { weakened: off.aws, ..Setup::default() }, async |ground: &Ground| {
        let drafted = ground.drafted().await;
        let saga = start(&ground.operator, &ground.order(), &drafted).await.expect("a saga can be started");
        let approval_requests = &ground.operator.approval_requests;
        let asked = approval_requests.question(&saga, GO).await.expect("the store answers").expect("it was asked");
        let answer = engine::ports::Answer {
            by: "on-call".to_owned(),
            approved: true,
            accepts_risk: false,
            plan: asked.plan.clone(),
            loss_shown_s: None,
            at: ground.clock.now(),
            proofs: vec![Proof::Asserted],
        };
        // The answer is recorded without a wake, so that only these two use it.
        let answered = engine::ports::ApprovalRequest {
            state: engine::ports::RequestState::Answered(answer.clone()),
            revision: asked.revision + 1,
            ..asked
        };
        approval_requests.put_question(&answered).await.expect("it is open");
        let both = tokio::join!(
            approval_requests.use_answer(&saga, GO, &answer),
            approval_requests.use_answer(&saga, GO, &answer)
        );
        match both {
            (Ok(()), Err(_)) | (Err(_), Ok(())) => Vec::new(),
            (one, other) => vec![format!("S11: the two uses came to {one:?} and {other:?}")],
        }
    })
}

/// Approvers are configured. Somebody without their codes says yes in the name of one of them, and then of another
/// (S27).
pub(crate) fn answered_without_proof(off: Off) -> Vec<String> {
    let watch = Watch { approvers: vec![approver("ana", 0), approver("ben", 0)], ..Watch::default() };
    let setup = Setup { settings: Settings { weakened: off.engine, ..Settings::default() }, watch, ..Setup::default() };
    perform(setup, async move |ground: &Ground| {
        let drafted = ground.drafted().await;
        let saga = start(&ground.operator, &ground.order(), &drafted).await.expect("a saga can be started");
        let mut taken = Vec::new();
        for (name, code) in [("ana", None), ("ana", Some(secret_code("ben"))), ("mallory", Some(secret_code("ana")))] {
            let proven = at_terminal(&ground.operator, name, code.as_ref());
            let Ok(proven) = proven else { continue };
            if answer(&ground.operator, &saga, GO, &proven, true, false).await.is_ok() {
                taken.push(format!("S27: the yes of {name:?} counts, and nothing proved it"));
            }
        }
        let asked = ground
            .operator
            .approval_requests
            .question(&saga, GO)
            .await
            .expect("the store answers")
            .expect("it was asked");
        if asked.state != RequestState::Open {
            taken.push("S27: a question that nobody proven has answered is answered".to_owned());
        }
        let proven = at_terminal(&ground.operator, "Ana ", Some(&secret_code("ana"))).expect("that is her code");
        if taken.is_empty() && answer(&ground.operator, &saga, GO, &proven, true, false).await.is_err() {
            taken.push("with her code ana is not taken for ana".to_owned());
        }
        taken
    })
}

/// The reply to the first take-over is lost, and the SDK asks again.
pub(crate) fn take_over_not_confirmed(off: Off) -> Vec<String> {
    let taken: Arc<OnceLock<Timestamp>> = Arc::default();
    let injected_faults = {
        let taken = Arc::clone(&taken);
        move |_: &[Seen], now: Timestamp, crossing: &Crossing| {
            let takes = crossing.what == "dynamodb UpdateItem" && crossing.phase == Phase::AfterEffect;
            if takes && taken.set(now).is_ok() { InjectedFault::LoseReply } else { InjectedFault::Nothing }
        }
    };
    let setup = Setup { weakened: off.aws, injected_faults: Box::new(injected_faults), ..Setup::default() };
    perform(setup, async move |ground: &Ground| {
        let saga = ground.begin().await;
        ground.admission(120).await;
        let taken = *taken.get().expect("the lease was taken");
        let lines = ground.view(&saga).await.lines;
        let working =
            lines.iter().find(|line| matches!(line.event, Event::Saga(SagaEvent::TookOver { .. }))).map(|line| line.at);
        match working {
            Some(at) if at.duration_since(taken) < SignedDuration::from_secs(5) => Vec::new(),
            other => vec![format!("L2: the lease was taken at {taken}, its runner set to work at {other:?}")],
        }
    })
}
