//! The crash matrix: a small saga is broken at every boundary that an effect crosses, and it ends well each time.
//!
//! A boundary is a request of the saga's process to a workspace or to AWS, at one of three moments: before it is
//! sent; after its effect and before its reply; after its reply and before the result is recorded. At each boundary
//! the process dies once. Each reply is lost once. At every request the process freezes for longer than two leases
//! and comes back as a zombie. Each wake comes three times and late.
//! The store is the one in memory. Its requests cross the same boundaries as those of the SDK.

use std::sync::Arc;
use std::time::{Duration, Instant};

use local::rehearsal::script::Script;
use local::stack::sabotage::{Crossing, InjectedFault, Phase};
use local::stack::{Delivery, StoreKind};
use tests::content::offences;
use tests::points::{Scan, play, scan};
use tests::redo::little_is_redone;
use tests::scripts;

use crate::journeys;
use crate::stories_of_faults::{counted, told};

/// One run for each crossing at which `deed` injects a fault. All runs must end well.
fn each(name: &str, script: &Script, fault: &dyn Fn(&Crossing) -> Option<InjectedFault>) -> Scan {
    each_on(StoreKind::Memory, name, script, fault)
}

fn each_on(store: StoreKind, name: &str, script: &Script, fault: &dyn Fn(&Crossing) -> Option<InjectedFault>) -> Scan {
    let begun = Instant::now();
    let scan = scan(script, &|it| it.store = store, fault);
    println!("{name}, {:.0} s: {}", begun.elapsed().as_secs_f32(), counted(&scan.points));
    assert!(scan.offending.is_empty() && !scan.points.is_empty(), "{}", told(&scan));
    scan
}

fn dies(_: &Crossing) -> Option<InjectedFault> {
    Some(InjectedFault::Kill)
}

fn loses_its_reply(crossing: &Crossing) -> Option<InjectedFault> {
    (crossing.phase == Phase::AfterEffect).then_some(InjectedFault::LoseReply)
}

/// Freezes a process for a little over two leases up to four. So a zombie comes back before its successor has begun,
/// during the successor's work, and after the end. The freeze comes at every request before it is sent, where a
/// zombie's call lands late. It also comes at every fourth of the other crossings, since the next event after them
/// is the next request.
fn stands_still(crossing: &Crossing) -> Option<InjectedFault> {
    let late = crossing.phase == Phase::Before || crossing.number.is_multiple_of(4);
    late.then_some(InjectedFault::Freeze(Duration::from_secs(61 + crossing.number * 7 % 60)))
}

#[test]
fn planned_the_runner_dies_at_every_boundary() {
    let scan = each("planned, killed", &scripts::planned(), &dies);
    little_is_redone("planned, killed", &scan.redone);
}

#[test]
fn lost_the_runner_dies_at_every_boundary() {
    each("lost, killed", &scripts::lost(), &dies);
}

#[test]
fn planned_every_reply_is_lost_once() {
    each("planned, reply lost", &scripts::planned(), &loses_its_reply);
}

/// The SDK's reaction to a lost reply: a part of the same points, on the embedded store.
#[test]
fn planned_on_the_embedded_store_replies_of_aws_are_lost_and_the_runner_dies() {
    let on_aws = |crossing: &Crossing| ["dynamodb ", "s3 ", "sns "].iter().any(|it| crossing.what.starts_with(it));
    let fault = |crossing: &Crossing| match crossing.number % 5 {
        0 if on_aws(crossing) => loses_its_reply(crossing),
        1 if crossing.number.is_multiple_of(3) => dies(crossing).filter(|_| on_aws(crossing)),
        _ => None,
    };
    let scan = each_on(StoreKind::Embedded, "planned, on the embedded store", &scripts::planned(), &fault);
    assert!(scan.points.len() > 40, "{}", scan.points.len());
}

#[test]
fn lost_every_reply_is_lost_once() {
    each("lost, reply lost", &scripts::lost(), &loses_its_reply);
}

#[test]
fn planned_a_zombie_comes_back_at_every_boundary() {
    each("planned, zombie", &scripts::planned(), &stands_still);
}

#[test]
fn lost_a_zombie_comes_back_at_every_boundary() {
    each("lost, zombie", &scripts::lost(), &stands_still);
}

/// Injects the fault at every `every`th boundary of a long journey. The first half of the journey is the failover that
/// the tests above break everywhere. In the second half neighbouring boundaries are alike.
fn sampled(
    every: u64,
    fault: &dyn Fn(&Crossing) -> Option<InjectedFault>,
) -> impl Fn(&Crossing) -> Option<InjectedFault> {
    move |crossing| fault(crossing).filter(|_| crossing.number.is_multiple_of(every))
}

#[test]
fn home_the_runner_dies_on_the_way_there_and_back() {
    let scan = each("home, killed", &journeys::home(), &sampled(11, &dies));
    little_is_redone("home, killed", &scan.redone);
}

#[test]
fn home_replies_are_lost_on_the_way_there_and_back() {
    each("home, reply lost", &journeys::home(), &sampled(5, &loses_its_reply));
}

#[test]
fn home_a_zombie_comes_back_on_the_way_there_and_back() {
    each("home, zombie", &journeys::home(), &sampled(17, &stands_still));
}

#[test]
fn promoted_the_runner_dies_while_the_role_assignment_are_swapped() {
    each("promoted, killed", &journeys::promoted(), &sampled(7, &dies));
}

#[test]
fn drilled_the_runner_dies_while_the_standby_is_proved() {
    let scan = each("drilled, killed", &journeys::drilled(), &sampled(5, &dies));
    little_is_redone("drilled, killed", &scan.redone);
}

#[test]
fn drilled_in_full_the_runner_dies_on_the_way_out_and_back() {
    let scan = each("drilled in full, killed", &journeys::drilled_in_full(), &sampled(29, &dies));
    little_is_redone("drilled in full, killed", &scan.redone);
}

#[test]
fn drilled_in_full_replies_are_lost_on_the_way_out_and_back() {
    each("drilled in full, reply lost", &journeys::drilled_in_full(), &sampled(13, &loses_its_reply));
}

#[test]
fn turned_back_the_runner_dies_between_the_alarm_and_home() {
    each("drilled and turned back, killed", &journeys::drilled_and_turned_back(), &sampled(9, &dies));
}

#[test]
fn every_wake_comes_three_times_and_late() {
    for (name, script) in [("planned", scripts::planned()), ("lost", scripts::lost())] {
        for seconds in [0, 7, 31, 36, 59, 95, 170] {
            let delivery = Delivery { copies: 3, delay: Duration::from_secs(seconds) };
            let (told, crossed) = play(&script, &|it| it.delivery = delivery, Arc::new(|_| InjectedFault::Nothing));
            let found = told.map(|told| offences(&told));
            assert_eq!(found, Ok(Vec::new()), "{name}, each wake three times and {seconds} s late");
            println!("{name}, wakes three times and {seconds} s late: {} boundaries crossed", crossed.len());
        }
    }
}
