//! Draws the resources of a pair: a handful of any kind, with names as teams and tools give them.

use failover::ResourceKey;
use rand::Rng;
use rand::rngs::SmallRng;
use serde_json::{Value, json};
use sim::Description;

use crate::case::{Case, Part, one_in};

/// Names that people and tools really give.
const NAMES: [&str; 12] = [
    "orders daily",
    "Orders Daily",
    "zahlungen-täglich",
    "支払い 日次",
    "job",
    "\"quoted\" and \\ slashed",
    "ends with a space ",
    "a/b/c#d?e=f&g",
    "<script>alert(1)</script>",
    "🙂 nightly",
    "{{ name }}",
    "null",
];

/// Draws the resources of a case.
pub(crate) fn draw(rng: &mut SmallRng, case: &mut Case) {
    // Now and then a pair has many jobs, so that many steps are left to people.
    let wide = one_in(rng, 2_000);
    let count = if wide { 1_100 } else { rng.random_range(1..9) };
    let mut compute: Vec<ResourceKey> = Vec::new();
    for index in 0..count {
        let kind = if wide { "job" } else { kind(rng) };
        let name = if wide { format!("work-{index}") } else { name(rng, index) };
        let mut one = resource(rng, kind, index, name);
        match kind {
            "cluster" | "warehouse" | "pipeline" => compute.push(ResourceKey::new(&one.kind, &one.id)),
            "job" if !compute.is_empty() && one_in(rng, 2) => {
                let used = &compute[rng.random_range(0..compute.len())];
                one.details["uses"] = json!([{ "kind": used.kind, "id": used.id }]);
            }
            _ => {}
        }
        case.parts.push(Part::Resource(one));
    }
    if wide {
        case.lacking = count - 4;
    } else if one_in(rng, 12) {
        case.lacking = 1;
    }
}

/// Adds active jobs.
pub(crate) fn add_jobs(rng: &mut SmallRng, case: &mut Case, count: usize) {
    for index in 0..count {
        let mut one = resource(rng, "job", 5_000 + index, format!("more-{index}"));
        one.active = true;
        one.details["on"] = json!({ "schedule": true });
        case.parts.push(Part::Resource(one));
    }
}

fn kind(rng: &mut SmallRng) -> &'static str {
    match rng.random_range(0..24) {
        0..=10 => "job",
        11..=13 => "cluster",
        14..=15 => "pool",
        16..=17 => "warehouse",
        18..=19 => "pipeline",
        20 => "alert",
        21 => "serving_endpoint",
        22 => "app",
        _ => "run",
    }
}

fn name(rng: &mut SmallRng, index: usize) -> String {
    match rng.random_range(0..8) {
        0 => NAMES[rng.random_range(0..NAMES.len())].to_owned(),
        // Two of one kind may have this name, and nothing tells them apart.
        1 => "the same".to_owned(),
        // The longest name that the API takes [docs: jobs/create].
        2 => format!("{}-{index}", "long".repeat(rng.random_range(1..1_000))),
        _ => format!("work-{index}"),
    }
}

fn resource(rng: &mut SmallRng, kind: &str, index: usize, name: String) -> Description {
    let active = !one_in(rng, 4);
    let number = 600_100_000_000_000 + index as i64 * 1_000;
    let by_name = format!("{}-{index}", kind.replace('_', "-"));
    let (id, name) = match kind {
        "job" | "run" => (number.to_string(), name),
        "cluster" => (format!("0105-08{index:04}-swarm{index:03}"), name),
        "pool" => (format!("0105-08{index:04}-pool{index:03}"), name),
        "warehouse" => (format!("{index:016x}"), name),
        "pipeline" | "alert" => (format!("00000000-0000-4000-8000-{index:012}"), name),
        _ => (by_name.clone(), by_name),
    };
    let tag = one_in(rng, 6).then(|| format!("tag-{index}"));
    Description { kind: kind.to_owned(), id, name, tag, active, details: details(rng, kind, index, active) }
}

fn details(rng: &mut SmallRng, kind: &str, index: usize, active: bool) -> Value {
    match kind {
        "job" => {
            let on = match rng.random_range(0..6) {
                0 => json!({ "trigger": active }),
                1 => json!({ "continuous": active }),
                2 => json!({ "triggers": [active, false] }),
                3 => json!({}),
                _ => json!({ "schedule": active }),
            };
            let runs: Vec<i64> = if active && one_in(rng, 2) { vec![900_000 + index as i64] } else { Vec::new() };
            json!({ "max_concurrent_runs": rng.random_range(1..4), "on": on, "runs": runs, "uses": [] })
        }
        "pool" => json!({ "min_idle_instances": i64::from(active), "max_capacity": 4 }),
        "cluster" => json!({ "pinned": one_in(rng, 2) }),
        "pipeline" => json!({ "continuous": one_in(rng, 2) }),
        _ => json!({}),
    }
}
