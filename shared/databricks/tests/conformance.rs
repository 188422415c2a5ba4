//! Runs one suite over every kind in the list, against the simulated pair, so a new kind is tested as soon as
//! it is listed.
//!
//! The bench of each test proves S24 at its end: no request that could destroy a resource was sent.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod bench;
/// The part about a dry run.
mod conformance {
    mod foreseen;
}

use std::collections::BTreeSet;

use bench::{Bench, START_MS, fence, step};
use databricks::{ENDPOINTS, KINDS, codes};
use engine::ports::{Access, Context, Next, ReadPurpose, Workspace};
use failover::StartStage;
use failover::plan::want::FENCED;
use jiff::{SignedDuration, Timestamp};
use saga::{Reaction, Step};
use sim::{Cause, Estate, Fault, FaultKind, Settings, Side, Stale};

/// Every kind that is fenced.
fn fenced_kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|kind| kind.info()).filter(|info| info.fenced).map(|info| info.name)
}

/// An id that has the kind's form and does not exist.
fn unknown(kind: &str) -> &'static str {
    match kind {
        "postgres_endpoint" => "projects/9/branches/9/endpoints/9",
        _ => "999999999999",
    }
}

fn told() -> Context<'static> {
    Context { token: "token", since: Timestamp::from_millisecond(START_MS).unwrap(), tries: 0, reply: None }
}

#[tokio::test]
async fn every_kind_of_the_list_is_met_by_this_suite() {
    let bench = Bench::usual();
    let started: BTreeSet<String> = bench.starts(1).await.into_iter().map(|step| step.kind).collect();
    for info in KINDS.iter().map(|kind| kind.info()) {
        let fenced = info.fenced && !bench.active(info.name, 1).await.is_empty();
        assert!(fenced || started.contains(info.name), "{} is never active in the simulated pair", info.name);
        assert!(info.stages.is_empty() || started.contains(info.name), "{} is never started", info.name);
    }
}

/// A plan can name a step as one that may undo another only if it comes before the other. The order is that
/// of the list, and the kinds that are started with pools or compute come after the rest.
#[tokio::test]
async fn whatever_starts_something_is_fenced_before_it() {
    let bench = Bench::usual();
    let is_compute = |stage: &StartStage| matches!(stage, StartStage::Pools | StartStage::Compute);
    let place = |name: &str| {
        let at = KINDS.iter().position(|kind| kind.info().name == name).unwrap();
        (KINDS[at].info().stages.iter().any(is_compute), at)
    };
    let mut seen = BTreeSet::new();
    for kind in fenced_kinds() {
        for found in bench.on(Side::Primary).list(kind, ReadPurpose::Record, &bench.admission).await.unwrap() {
            let record = bench.on(Side::Primary).record(&found);
            seen.extend(record.can_start.into_iter().map(|started| (kind, started.kind)));
        }
    }
    assert!(seen.iter().all(|(kind, started)| place(kind) < place(started)), "{seen:?}");
    assert!(seen.contains(&("vector_search_endpoint", "pipeline".to_owned())), "{seen:?}");
}

#[tokio::test]
async fn stopping_twice_equals_stopping_once() {
    let bench = Bench::usual();
    for kind in fenced_kinds() {
        let mut calls = 0;
        for seen in bench.active(kind, 5).await {
            calls += bench.drive(Side::Primary, &fence(&seen)).await.unwrap().calls;
            let before = bench.effects(Side::Primary);
            let second = bench.drive(Side::Primary, &fence(&seen)).await.unwrap();
            assert_eq!((second.calls, bench.effects(Side::Primary)), (0, before), "{kind}");
        }
        assert!(calls > 0, "nothing of kind {kind} needed a call");
    }
}

#[tokio::test]
async fn stopping_what_is_stopped_changes_nothing() {
    let bench = Bench::usual();
    for kind in fenced_kinds() {
        for seen in bench.active(kind, 2).await {
            let Next::Call(api_calls) = bench.on(Side::Primary).next(&fence(&seen), Some(&seen), &told()) else {
                panic!("{kind} {} was active, yet needs no call", seen.id);
            };
            bench.drive(Side::Primary, &fence(&seen)).await.unwrap();
            let before = bench.world().export(Side::Primary);
            // A call that carries an etag is refused, because the first call changed the etag.
            let refused = bench.call(Side::Primary, &api_calls[0]).await.err().map(|fault| fault.code);
            assert!(refused.as_ref().is_none_or(|code| *code == codes::CONFLICT), "{kind}: {refused:?}");
            assert_eq!(bench.world().export(Side::Primary), before, "{kind}: {}", api_calls[0].what);
            assert_eq!(bench.drive(Side::Primary, &fence(&seen)).await.unwrap().calls, 0, "{kind}");
        }
    }
}

#[tokio::test]
async fn everything_that_was_active_starts_on_the_other_side_and_starting_twice_equals_once() {
    let bench = Bench::usual();
    for step in bench.starts(5).await {
        let first = bench.drive(Side::Standby, &step).await.unwrap();
        assert!(first.calls > 0, "{} {} needed no call", step.kind, step.want);
        let again = bench.drive(Side::Standby, &step).await.unwrap();
        // Only the answer of its call names a run, so the call is made again, with the same token.
        let expected = usize::from(step.kind == "job_run");
        assert_eq!(again.calls, expected, "{} {}", step.kind, step.want);
    }
    let world = bench.world();
    let by_hand = |start: &&sim::RunStart| start.side == Side::Standby && start.cause == Cause::OneTime;
    let made: Vec<i64> = world.ledger().starts.iter().filter(by_hand).filter_map(|start| start.job).collect();
    let jobs: BTreeSet<i64> = made.iter().copied().collect();
    assert!(!made.is_empty() && made.len() == jobs.len(), "one run per job: {made:?}");
}

#[tokio::test]
async fn starting_what_is_started_changes_nothing() {
    let bench = Bench::usual();
    // The token identifies the call of a run, see above.
    for step in bench.starts(2).await.into_iter().filter(|step| step.kind != "job_run") {
        let seen = bench.look(Side::Standby, &step.kind, &step.resource).await.unwrap();
        let Next::Call(api_calls) = bench.on(Side::Standby).next(&step, seen.as_ref(), &told()) else {
            panic!("{} {} needs no call", step.kind, step.want);
        };
        bench.drive(Side::Standby, &step).await.unwrap();
        let of_kind = |bench: &Bench| bench.world().ledger().activations.len();
        let before = of_kind(&bench);
        let refused = bench.call(Side::Standby, &api_calls[0]).await.err().map(|fault| fault.code);
        let is_usual = |code| [codes::CONFLICT, codes::INVALID_STATE].contains(code);
        assert!(refused.as_ref().is_none_or(is_usual), "{} {}: {refused:?}", step.kind, step.want);
        assert_eq!(of_kind(&bench), before, "{} {}", step.kind, step.want);
        assert_eq!(bench.drive(Side::Standby, &step).await.unwrap().calls, 0, "{} {}", step.kind, step.want);
    }
}

#[tokio::test]
async fn what_is_just_starting_can_be_stopped() {
    let bench = Bench::usual();
    for step in bench.starts(2).await {
        let seen = bench.look(Side::Standby, &step.kind, &step.resource).await.unwrap();
        let next = bench.on(Side::Standby).next(&step, seen.as_ref(), &told());
        if let Next::Call(api_calls) = next {
            bench.call(Side::Standby, &api_calls[0]).await.unwrap();
        }
        let kind = if step.kind == "job_run" { "job" } else { step.kind.as_str() };
        bench.drive(Side::Standby, &bench::step(kind, &step.resource, FENCED)).await.unwrap();
    }
    bench.go_on(SignedDuration::from_hours(1));
    assert_eq!(bench.world().audit().processing_on(Side::Standby), 0);
}

#[tokio::test]
async fn what_does_not_exist_is_stopped_and_cannot_be_started() {
    let bench = Bench::usual();
    for info in KINDS.iter().map(|kind| kind.info()) {
        let unknown = unknown(info.name);
        let seen = bench.look(Side::Primary, info.name, unknown).await.unwrap();
        if info.fenced {
            assert_eq!(seen, None, "{}", info.name);
            assert_eq!(bench.drive(Side::Primary, &step(info.name, unknown, FENCED)).await.unwrap().calls, 0);
        }
    }
    for start in bench.starts(1).await {
        let gone = Step { resource: unknown(&start.kind).to_owned(), ..start };
        let fault = bench.drive(Side::Standby, &gone).await.unwrap_err();
        assert_eq!((fault.code, fault.reaction), (codes::NOT_FOUND, Reaction::PersonNeeded), "{}", gone.kind);
    }
}

#[tokio::test]
async fn what_is_forbidden_needs_a_person() {
    let bench = Bench::usual();
    let mut api_calls = Vec::new();
    for kind in fenced_kinds() {
        for seen in bench.active(kind, 1).await {
            let next = bench.on(Side::Primary).next(&fence(&seen), Some(&seen), &told());
            let Next::Call(more) = next else { panic!("{kind}: {next:?}") };
            // A pin stops no processing of data, so its refusal is noted and is no fault.
            api_calls.extend(more.into_iter().filter(|api_call| api_call.request["endpoint"] != "clusters/pin"));
        }
    }
    let mut starts = Vec::new();
    for step in bench.starts(1).await {
        let seen = bench.look(Side::Standby, &step.kind, &step.resource).await.unwrap();
        if let Next::Call(more) = bench.on(Side::Standby).next(&step, seen.as_ref(), &told()) {
            starts.extend(more);
        }
    }
    for side in Side::BOTH {
        bench.inject(Fault::new(side, START_MS, FaultKind::Forbidden { resource: None }).only("/api/"));
    }
    for api_call in starts {
        let fault = bench.call(Side::Standby, &api_call).await.unwrap_err();
        assert_eq!(
            (fault.code, fault.reaction),
            (codes::PERMISSION_DENIED, Reaction::PersonNeeded),
            "{}",
            api_call.what
        );
    }
    for api_call in api_calls {
        let fault = bench.call(Side::Primary, &api_call).await.unwrap_err();
        assert_eq!(
            (fault.code, fault.reaction),
            (codes::PERMISSION_DENIED, Reaction::PersonNeeded),
            "{}",
            api_call.what
        );
    }
    for kind in fenced_kinds() {
        let fault = bench.list(Side::Primary, kind).await.unwrap_err();
        assert_eq!(fault.code, codes::PERMISSION_DENIED, "{kind}");
        let fault = bench.look(Side::Primary, kind, unknown(kind)).await.unwrap_err();
        assert_eq!(fault.code, codes::PERMISSION_DENIED, "{kind}");
    }
}

#[tokio::test]
async fn a_workspace_that_lacks_an_api_says_so_and_is_not_taken_for_empty() {
    for status in [404, 501] {
        let bench = Bench::usual();
        bench.inject(Fault::new(Side::Primary, START_MS, FaultKind::Missing { status }).only("/api/"));
        for kind in fenced_kinds() {
            let listed = bench.list(Side::Primary, kind).await.unwrap_err();
            assert_eq!(listed.reaction, Reaction::UnsupportedHere, "{kind} {status}: {listed}");
            let looked = bench.look(Side::Primary, kind, unknown(kind)).await.unwrap_err();
            assert_eq!(looked.reaction, Reaction::UnsupportedHere, "{kind} {status}: {looked}");
        }
    }
}

/// S6, S7: a run is requested again with the same token, and is one run.
#[tokio::test]
async fn an_effect_whose_reply_is_lost_is_verified_and_happens_once() {
    let bench = Bench::usual();
    let starts = bench.starts(1).await;
    let effects: BTreeSet<&str> =
        ENDPOINTS.iter().filter(|endpoint| endpoint.nature == Access::Write).map(|endpoint| endpoint.family).collect();
    for family in &effects {
        for side in Side::BOTH {
            let lost = FaultKind::ReplyLost { nth: Some(1), probability: 0.0 };
            bench.inject(Fault::new(side, START_MS, lost).only(family));
        }
    }
    bench.admission.entered.lock().unwrap().clear();
    bench.admission.left.lock().unwrap().clear();
    let mut faults = 0;
    for kind in fenced_kinds() {
        for seen in bench.active(kind, 2).await {
            faults += bench.drive(Side::Primary, &fence(&seen)).await.unwrap().faults;
        }
    }
    let stopping = bench.admission.entered.lock().unwrap().iter().copied().collect::<BTreeSet<&str>>();
    let stopping = stopping.intersection(&effects).count();
    assert!(stopping >= 10, "{stopping}");
    assert_eq!(faults, stopping, "one lost reply for each family that stops something");
    for step in &starts {
        bench.drive(Side::Standby, step).await.unwrap();
    }
    // An update counts from the time when it is RUNNING.
    bench.go_on(SignedDuration::from_mins(5));
    let runs = starts.iter().filter(|step| step.kind == "job_run").count();
    let pipeline = starts.iter().find(|step| step.kind == "pipeline").unwrap();
    let world = bench.world();
    let made = world.ledger().starts.iter().filter(|s| s.side == Side::Standby && s.cause == Cause::OneTime).count();
    assert_eq!(made, runs);
    let updates = world.ledger().intervals.iter();
    let updates = updates.filter(|i| i.side == Side::Standby && i.resource == pipeline.resource);
    assert_eq!(updates.map(|i| (&i.resource, &i.run)).collect::<BTreeSet<_>>().len(), 1);
}

#[tokio::test]
async fn stale_reads_delay_the_end_and_do_not_falsify_it() {
    let stale = Stale { probability: 1.0, window_ms: 5_000 };
    let bench = Bench::new(Estate::everything(3, 120), Settings { stale, ..Settings::default() });
    for step in bench.starts(2).await {
        bench.drive(Side::Standby, &step).await.unwrap();
    }
    let mut fenced = Vec::new();
    for kind in fenced_kinds() {
        for seen in bench.active(kind, 3).await {
            bench.drive(Side::Primary, &fence(&seen)).await.unwrap();
            fenced.push(seen);
        }
    }
    bench.go_on(SignedDuration::from_secs(10));
    for seen in fenced {
        // A job starts a cluster again that it names, and the sweep must find that. An endpoint or the
        // service does the same to a pipeline.
        if !matches!(seen.kind, "cluster" | "sql_warehouse" | "pipeline") {
            assert_eq!(bench.drive(Side::Primary, &fence(&seen)).await.unwrap().calls, 0, "{} {}", seen.kind, seen.id);
        }
    }
}

#[tokio::test]
async fn errors_before_and_after_the_effect_delay_the_end_and_do_not_double_it() {
    let bench = Bench::usual();
    let starts = bench.starts(2).await;
    for side in Side::BOTH {
        for kind in [
            FaultKind::Error { status: 500, probability: 0.2 },
            FaultKind::ErrorAfter { status: 502, probability: 0.2 },
        ] {
            bench.inject(Fault::new(side, START_MS, kind).only("/api/"));
        }
    }
    let mut faults = 0;
    for step in &starts {
        faults += bench.drive(Side::Standby, step).await.unwrap().faults;
    }
    assert!(faults > 0);
    let world = bench.world();
    let made = world.ledger().starts.iter().filter(|s| s.side == Side::Standby && s.cause == Cause::OneTime).count();
    assert_eq!(made, starts.iter().filter(|step| step.kind == "job_run").count());
}

#[tokio::test]
async fn a_login_page_is_never_taken_for_an_answer() {
    for page in [FaultKind::Html200, FaultKind::LoginRedirect] {
        let bench = Bench::usual();
        let seen = bench.active("sql_warehouse", 1).await.remove(0);
        bench.inject(Fault::new(Side::Primary, START_MS, page).only("/api/"));
        for kind in fenced_kinds() {
            let fault = bench.list(Side::Primary, kind).await.unwrap_err();
            assert_eq!(fault.code, codes::LOGIN_PAGE, "{kind}");
            assert!(matches!(fault.reaction, Reaction::Again { .. }), "{kind}: {fault}");
        }
        let Next::Call(api_calls) = bench.on(Side::Primary).next(&fence(&seen), Some(&seen), &told()) else { panic!() };
        let fault = bench.call(Side::Primary, &api_calls[0]).await.unwrap_err();
        assert_eq!((fault.code, fault.reaction), (codes::LOGIN_PAGE, Reaction::VerifyFirst));
    }
}

#[tokio::test]
async fn listings_are_whole_however_many_pages_they_have() {
    let bench = Bench::new(Estate::everything(5, 2_600), Settings::default());
    let exported = bench.world().export(Side::Primary);
    let kinds = [
        ("job", "jobs", "job_id"),
        ("cluster", "clusters", "cluster_id"),
        ("instance_pool", "instance_pools", "instance_pool_id"),
        ("sql_warehouse", "warehouses", "id"),
        ("pipeline", "pipelines", "pipeline_id"),
        ("app", "apps", "name"),
        ("alert", "alerts", "id"),
        ("serving_endpoint", "serving_endpoints", "name"),
        ("dashboard_schedule", "dashboard_schedules", "dashboard_id/schedule_id"),
        ("vector_search_endpoint", "vector_search_endpoints", "name"),
        ("database_instance", "database_instances", "name"),
        ("postgres_endpoint", "postgres_endpoints", "name"),
    ];
    let all: BTreeSet<&str> = kinds.iter().map(|(kind, _, _)| *kind).collect();
    // A run is not recorded, so no listing of it is compared.
    assert!(fenced_kinds().all(|kind| kind == "run" || all.contains(kind)));
    for (kind, items, id) in kinds {
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let composed = |item: &serde_json::Value| {
            let parts: Vec<String> = id.split('/').map(|part| text(&item[part])).collect();
            parts.join("/")
        };
        let expected: BTreeSet<String> = exported[items].as_array().unwrap().iter().map(composed).collect();
        for read_purpose in [ReadPurpose::Record, ReadPurpose::Fence, ReadPurpose::Start] {
            let listed = bench.on(Side::Primary).list(kind, read_purpose, &bench.admission).await.unwrap();
            let ours = listed.iter().filter(|seen| bench.on(Side::Primary).recorded(seen));
            assert_eq!(ours.map(|seen| seen.id.clone()).collect::<BTreeSet<_>>(), expected, "{kind}");
        }
        assert!(expected.len() >= 100, "{kind}: {} are no several pages", expected.len());
    }
}

#[tokio::test]
async fn a_side_that_was_swept_processes_nothing_for_days() {
    let bench = Bench::new(Estate::everything(9, 240), Settings::default());
    assert!(bench.world().audit().processing_on(Side::Primary) > 0);
    let mut calls = 1;
    while calls > 0 {
        calls = 0;
        for kind in fenced_kinds() {
            calls += bench.sweep(Side::Primary, kind).await;
        }
    }
    let quiet_at = bench.clock.now_ms();
    bench.go_on(SignedDuration::from_hours(72));
    let world = bench.world();
    assert_eq!(world.audit().processing_on(Side::Primary), 0);
    let late = world.ledger().intervals.iter().filter(|i| i.side == Side::Primary && i.from_ms > quiet_at);
    assert_eq!(late.map(|i| (&i.resource, i.what)).collect::<Vec<_>>(), []);
}

#[tokio::test]
async fn what_was_off_gets_no_start_s15() {
    let bench = Bench::usual();
    let (mut paused, mut stopped) = (0, 0);
    for kind in fenced_kinds() {
        for seen in bench.list(Side::Primary, kind).await.unwrap() {
            let record = bench.on(Side::Primary).record(&seen);
            if record.active {
                continue;
            }
            let activates = |want: &str| record.starts.iter().any(|start| start.want == want);
            assert!(!activates("activated") && !activates("ran_once"), "{record:?}");
            assert!(kind == "job" || record.starts.is_empty(), "{record:?}");
            paused += usize::from(kind == "job");
            stopped += usize::from(kind != "job");
        }
    }
    assert!(paused > 0 && stopped > 0);
}

#[tokio::test]
async fn a_greeting_says_who_we_are_and_whether_we_see_everything() {
    let admin = Bench::usual();
    let said = admin.on(Side::Standby).check_access(&admin.admission).await.unwrap();
    assert!(said.contains(sim::USER_NAME) && said.contains("in group admins") && !said.contains("not in"), "{said}");
    let other = Bench::new(Estate::small(), Settings { admin: false, ..Settings::default() });
    let said = other.on(Side::Primary).check_access(&other.admission).await.unwrap();
    assert!(said.contains("not in group admins"), "{said}");
}
