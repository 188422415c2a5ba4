//! Tests for every kind and every want that the foreseen calls are those that are then sent, and that
//! foreseeing sends none.

use std::sync::Arc;

use engine::dry_run::{Ends, Outcome, Sight, resource};
use engine::ports::{Context, Observed, Workspace};
use jiff::Timestamp;
use saga::Step;
use serde_json::Value;
use sim::Side;

use crate::bench::{Bench, FreeAdmission, START_MS, fence};
use crate::fenced_kinds;

/// Method, path and body.
type Sent = (String, String, Value);

async fn foreseen(bench: &Bench, side: Side, step: &Step, seen: Option<Observed>) -> Outcome {
    let token = format!("{} {} {}", step.kind, step.resource, step.want);
    let context =
        Context { token: &token, since: Timestamp::from_millisecond(START_MS).unwrap(), tries: 0, reply: None };
    let sight = Sight::new(Arc::new(FreeAdmission::default()), "there");
    let before = bench.world().changing_calls(side).len();
    let outcome = resource(bench.on(side), step, seen, context, &sight).await.unwrap();
    assert_eq!(bench.world().changing_calls(side).len(), before, "{} {}: a call was sent", step.kind, step.want);
    outcome
}

fn told(outcome: &Outcome) -> Vec<Sent> {
    outcome.calls.iter().map(|call| (call.method.clone(), call.to.clone(), call.body.clone())).collect()
}

fn sent_since(bench: &Bench, side: Side, since: usize) -> Vec<Sent> {
    let world = bench.world();
    let sent = world.changing_calls(side)[since..].iter();
    sent.map(|call| (call.method.clone(), call.path.clone(), call.body.value())).collect()
}

async fn drive_and_compare(bench: &Bench, side: Side, step: &Step, seen: Option<Observed>) -> usize {
    let foreseen = foreseen(bench, side, step, seen).await;
    let before = bench.world().changing_calls(side).len();
    bench.drive(side, step).await.unwrap();
    assert_eq!(told(&foreseen), sent_since(bench, side, before), "{} {} {}", step.kind, step.resource, step.want);
    foreseen.calls.len()
}

#[tokio::test]
async fn the_calls_of_every_fence_are_foreseen() {
    let bench = Bench::usual();
    let mut several = 0;
    for kind in fenced_kinds() {
        let mut calls = 0;
        for seen in bench.active(kind, 5).await {
            // The state from a listing, because it shows the most. It is read again, because time has gone
            // by.
            let listed = bench.list(Side::Primary, kind).await.unwrap();
            let Some(now) = listed.into_iter().find(|one| one.id == seen.id) else { continue };
            let made = drive_and_compare(&bench, Side::Primary, &fence(&seen), Some(now)).await;
            several += usize::from(made > 1);
            calls += made;
        }
        assert!(calls > 0, "{kind}: no call was foreseen");
    }
    assert!(several > 0, "no fence takes more than one call");
}

#[tokio::test]
async fn the_calls_of_every_start_are_foreseen() {
    let bench = Bench::usual();
    for step in bench.starts(3).await {
        let seen = bench.look(Side::Standby, &step.kind, &step.resource).await.unwrap();
        assert!(drive_and_compare(&bench, Side::Standby, &step, seen).await > 0, "{} {}", step.kind, step.want);
    }
}

#[tokio::test]
async fn the_starts_of_one_job_are_foreseen_together() {
    let bench = Bench::usual();
    let runs = bench.starts(1).await.into_iter().filter(|step| step.kind == "job_run");
    for run in runs.collect::<Vec<_>>() {
        let on = bench.on(Side::Standby);
        let runnable = bench.starts(50).await.into_iter();
        let mut runnable = runnable.filter(|step| step.resource == run.resource && step.want == "runnable");
        let runnable = runnable.next().unwrap();
        let seen = bench.look(Side::Standby, "job", &run.resource).await.unwrap();
        let first = foreseen(&bench, Side::Standby, &runnable, seen).await;
        let seen = bench.look(Side::Standby, "job_run", &run.resource).await.unwrap().unwrap();
        let blocked = foreseen(&bench, Side::Standby, &run, Some(seen.clone())).await;
        assert!(matches!(blocked.ends, Ends::Awaited { .. }), "{:?}", blocked.ends);
        let assumed = first.api_calls.iter().fold(seen, |seen, api_call| on.assume(&seen, api_call).unwrap());
        let second = foreseen(&bench, Side::Standby, &run, Some(assumed)).await;
        let before = bench.world().changing_calls(Side::Standby).len();
        for step in [&runnable, &run] {
            bench.drive(Side::Standby, step).await.unwrap();
        }
        assert_eq!([told(&first), told(&second)].concat(), sent_since(&bench, Side::Standby, before));
    }
}

#[tokio::test]
async fn what_is_as_wanted_foresees_no_call() {
    let bench = Bench::usual();
    for kind in fenced_kinds() {
        for seen in bench.active(kind, 1).await {
            bench.drive(Side::Primary, &fence(&seen)).await.unwrap();
            let now = bench.look(Side::Primary, kind, &seen.id).await.unwrap();
            let outcome = foreseen(&bench, Side::Primary, &fence(&seen), now).await;
            assert!(matches!(outcome.ends, Ends::AsWanted { .. }) && outcome.calls.is_empty(), "{kind}: {outcome:?}");
        }
    }
}
