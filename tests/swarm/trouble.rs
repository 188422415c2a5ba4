//! Draws the faults of a case: of workspaces and of our processes, and the orders that people give meanwhile.

use std::time::Duration;

use local::stack::sabotage::InjectedFault;
use rand::Rng;
use rand::rngs::SmallRng;
use sim::{Delays, FaultKind, Side};

use crate::case::{Case, CaseKind, Mishap, Part, Then, Trouble, Wish, one_in};
use crate::resources;

/// In milliseconds: longer than any case lasts.
const NEVER: (i64, i64) = (1_000_000_000, 1_000_000_000);

/// Families of calls that a trouble may be limited to.
const FAMILIES: [&str; 9] =
    ["jobs", "jobs.update", "jobs.list", "runs", "clusters", "clusters.list", "warehouses", "pipelines", "pools"];

/// APIs that a workspace of another region, tier or age lacks, each with its kind.
const LACKED: [(&str, &str); 6] = [
    ("apps", "app"),
    ("alerts", "alert"),
    ("pipelines", "pipeline"),
    ("serving", "serving_endpoint"),
    ("databases", "database_instance"),
    ("search", "vector_search_endpoint"),
];

/// The delays of the workspaces, and whether a stop never ends. They are seconds where the usual ones are minutes,
/// since a longer wait only repeats the same read.
pub(crate) fn delays(rng: &mut SmallRng, operation: CaseKind) -> (Delays, bool) {
    let mut delays = Delays {
        cluster_start_ms: (4_000, 12_000),
        cluster_stop_ms: (2_000, 6_000),
        run_start_ms: (1_000, 4_000),
        run_stop_ms: (1_000, 4_000),
        warehouse_start_ms: (2_000, 8_000),
        warehouse_stop_ms: (1_000, 4_000),
        pipeline_start_ms: (2_000, 8_000),
        pipeline_stop_ms: (1_000, 4_000),
        pool_fill_ms: (2_000, 8_000),
        app_start_ms: (2_000, 8_000),
        app_stop_ms: (1_000, 4_000),
        endpoint_start_ms: (2_000, 8_000),
        endpoint_stop_ms: (1_000, 4_000),
        ..Delays::default()
    };
    match rng.random_range(0..24) {
        0 => delays.cluster_start_ms = (180_000, 400_000),
        1 => delays.warehouse_start_ms = (100_000, 300_000),
        2 => delays.run_stop_ms = (90_000, 200_000),
        3 if operation == CaseKind::Unplanned => {
            match rng.random_range(0..4) {
                0 => delays.run_stop_ms = NEVER,
                1 => delays.cluster_stop_ms = NEVER,
                2 => delays.warehouse_stop_ms = NEVER,
                _ => delays.pipeline_stop_ms = NEVER,
            }
            return (delays, true);
        }
        _ => {}
    }
    (delays, false)
}

/// Draws the faults.
pub(crate) fn draw(rng: &mut SmallRng, case: &mut Case, endless: bool) {
    for _ in 0..[0, 0, 1, 1, 2, 3][rng.random_range(0..6)] {
        let trouble = trouble(rng, case);
        case.parts.push(Part::Trouble(trouble));
    }
    if one_in(rng, 12) {
        let (side, (only, kind)) = (a_side(rng), LACKED[rng.random_range(0..LACKED.len())]);
        // A workspace that lacks the kind has no resource of it.
        case.parts.retain(|part| !matches!(part, Part::Resource(one) if one.kind == kind));
        let kind = FaultKind::Missing { status: if one_in(rng, 2) { 404 } else { 501 } };
        case.parts.push(Part::Trouble(Trouble { side, from: 0, until: None, kind, only: Some(only) }));
    }
    for _ in 0..[0, 0, 1, 1, 1, 2, 4][rng.random_range(0..7)] {
        let mishap = mishap(rng);
        case.parts.push(Part::Mishap(mishap));
    }
    if one_in(rng, 25) {
        case.parts.push(Part::Mishap(Mishap::AtEvidence));
    }
    for _ in 0..[0, 0, 0, 0, 1, 1, 2][rng.random_range(0..7)] {
        let wish = wish(rng);
        case.parts.push(Part::Wish(rng.random_range(1..150), wish));
    }
    if one_in(rng, 14) {
        case.parts.push(Part::Twice);
    }
    if case.approvers > 0 && one_in(rng, 2) {
        case.parts.push(Part::Impostor);
    }
    if one_in(rng, 6) {
        case.parts.push(Part::Stale);
    }
    if one_in(rng, 10) {
        case.parts.push(Part::ShakyOrder(rng.random_range(1..5)));
    }
    if one_in(rng, 30) {
        zombie(rng, case);
    }
    let moves = matches!(case.operation, CaseKind::Planned | CaseKind::Unplanned);
    if moves && !endless {
        match rng.random_range(0..8) {
            0 | 1 => case.parts.push(Part::Then(Then::Failback)),
            2 => case.parts.push(Part::Then(Then::Promotion)),
            _ => {}
        }
    }
}

fn a_side(rng: &mut SmallRng) -> Side {
    if one_in(rng, 2) { Side::Primary } else { Side::Standby }
}

fn trouble(rng: &mut SmallRng, case: &Case) -> Trouble {
    let side = a_side(rng);
    let from = case.ordered_at + rng.random_range(0..60);
    let until = from + [5, 20, 60, 180, 600][rng.random_range(0..5)];
    let status = [500, 502, 503, 504, 429][rng.random_range(0..5)];
    let kind = match rng.random_range(0..16) {
        0 => FaultKind::Dark,
        1 => FaultKind::Error { status, probability: rng.random_range(0.05..1.0) },
        2 => FaultKind::ErrorAfter { status, probability: rng.random_range(0.05..1.0) },
        3 => FaultKind::Flapping { period_ms: rng.random_range(4_000..90_000), up_ms: 3_000 },
        4 | 5 => FaultKind::HalfUp,
        6 => FaultKind::ReplyLost { nth: Some(rng.random_range(1..40)), probability: 0.0 },
        7 => FaultKind::ReplyLost { nth: None, probability: rng.random_range(0.05..0.6) },
        8 => FaultKind::Html200,
        9 => FaultKind::LoginRedirect,
        10 => FaultKind::Slow { ms: rng.random_range(200..20_000) },
        11 => FaultKind::TokenDown,
        12 => FaultKind::Forbidden { resource: None },
        13 | 14 => FaultKind::Refused {
            status: 429,
            code: "REQUEST_LIMIT_EXCEEDED",
            message: "too many",
            retry_after_s: Some([1, 600, 14_400][rng.random_range(0..3)]),
        },
        _ => FaultKind::Throttle { per_second: rng.random_range(0.5..5.0) },
    };
    let only = one_in(rng, 2).then(|| FAMILIES[rng.random_range(0..FAMILIES.len())]);
    Trouble { side, from, until: Some(until), kind, only }
}

/// A freeze, from 0.1 s to longer than two leases. It often ends just around the end of a lease.
fn stands_still(rng: &mut SmallRng) -> InjectedFault {
    let ms = match rng.random_range(0..4) {
        0 => rng.random_range(100..25_000),
        1 | 2 => rng.random_range(26_000..40_000),
        _ => rng.random_range(61_000..140_000),
    };
    InjectedFault::Freeze(Duration::from_millis(ms))
}

/// A runner freezes while some of its calls wait or are on their way. Meanwhile a person aborts the saga.
fn zombie(rng: &mut SmallRng, case: &mut Case) {
    let ms = if one_in(rng, 2) { rng.random_range(20_000..35_000) } else { rng.random_range(61_000..110_000) };
    let nth = rng.random_range(1..6);
    case.parts.push(Part::Mishap(Mishap::AtCall(nth, InjectedFault::Freeze(Duration::from_millis(ms)))));
    resources::add_jobs(rng, case, 6);
    case.parts.push(Part::Wish(rng.random_range(4..25), Wish::Abort));
    case.parts.push(Part::Slow);
    case.parts.push(Part::Eager);
}

fn fault(rng: &mut SmallRng) -> InjectedFault {
    match rng.random_range(0..4) {
        0 => InjectedFault::Kill,
        1 => InjectedFault::LoseReply,
        _ => stands_still(rng),
    }
}

fn mishap(rng: &mut SmallRng) -> Mishap {
    match rng.random_range(0..6) {
        0 | 1 => Mishap::At(rng.random_range(1..600), fault(rng)),
        2 => Mishap::At(rng.random_range(1..600), InjectedFault::Kill),
        3 => Mishap::AtCall(rng.random_range(1..14), stands_still(rng)),
        4 => Mishap::AtWrite(rng.random_range(1..30), stands_still(rng)),
        _ => Mishap::AtWrite(rng.random_range(1..30), fault(rng)),
    }
}

fn wish(rng: &mut SmallRng) -> Wish {
    match rng.random_range(0..20) {
        0..=3 => Wish::Hold(rng.random_range(1..300)),
        4..=8 => Wish::Abort,
        9 | 10 => Wish::Retry,
        11 => Wish::Waive,
        12 => Wish::EndPursuit,
        13 => Wish::Lesson,
        14 => Wish::UseAgain,
        15 => Wish::Freeze(rng.random_range(1..200)),
        _ => Wish::Wake,
    }
}
