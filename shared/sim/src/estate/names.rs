//! Makes the names and ids of resources.
//!
//! Law: ids have the vendor's forms and differ between the sides. Names are equal on both.
//! Must not know: which resource gets a name.

use rand::{Rng, rngs::SmallRng};

use super::Counts;

const SUBJECTS: [&str; 12] = [
    "orders",
    "payments",
    "customers",
    "inventory",
    "clickstream",
    "pricing",
    "returns",
    "shipments",
    "loyalty",
    "suppliers",
    "invoices",
    "sensors",
];
const STAGES: [&str; 8] = ["ingest", "clean", "join", "aggregate", "score", "export", "compact", "report"];

/// The name of the `index`-th logical resource of a kind.
pub(super) fn name(kind: &str, index: usize) -> String {
    let subject = SUBJECTS[index % SUBJECTS.len()];
    let stage = STAGES[index / SUBJECTS.len() % STAGES.len()];
    format!("{subject}-{stage}-{kind}-{index:04}")
}

/// The ids of every resource, per side.
pub(super) struct Ids {
    pub(super) jobs: [Vec<i64>; 2],
    pub(super) clusters: [Vec<String>; 2],
    pub(super) pools: [Vec<String>; 2],
    pub(super) warehouses: [Vec<String>; 2],
    pub(super) pipelines: [Vec<String>; 2],
}

impl Ids {
    pub(super) fn draw(rng: &mut SmallRng, counts: Counts) -> Ids {
        Ids {
            jobs: [rising(rng, 600_100_000_000_000, counts.jobs), rising(rng, 210_500_000_000_000, counts.jobs)],
            clusters: both(|| many(counts.clusters, || cluster_id(rng))),
            pools: both(|| many(counts.pools, || pool_id(rng))),
            warehouses: both(|| many(counts.warehouses, || hex(rng, 16))),
            pipelines: both(|| many(counts.pipelines, || uuid(rng))),
        }
    }
}

fn both<T>(mut make: impl FnMut() -> T) -> [T; 2] {
    let first = make();
    [first, make()]
}

fn many(count: usize, mut make: impl FnMut() -> String) -> Vec<String> {
    (0..count).map(|_| make()).collect()
}

/// Ids that grow from the oldest job to the newest, as a newest-first listing needs.
pub(super) fn rising(rng: &mut SmallRng, base: i64, count: usize) -> Vec<i64> {
    let mut id = base;
    let mut ids = Vec::with_capacity(count);
    for _ in 0..count {
        id += rng.random_range(1_000..9_000_000);
        ids.push(id);
    }
    ids
}

pub(super) fn hex(rng: &mut SmallRng, digits: usize) -> String {
    (0..digits).map(|_| char::from_digit(rng.random_range(0..16), 16).unwrap_or('0')).collect()
}

/// A cluster id: `MMDD-HHMMSS-` and a random part. The estate's clusters are from the first months of a year.
pub(super) fn cluster_id(rng: &mut SmallRng) -> String {
    let (month, day) = (rng.random_range(1..3), rng.random_range(1..29));
    let (hour, minute) = (rng.random_range(0..24), rng.random_range(0..60));
    let second = rng.random_range(0..60);
    format!("{month:02}{day:02}-{hour:02}{minute:02}{second:02}-{}", hex(rng, 8))
}

pub(super) fn pool_id(rng: &mut SmallRng) -> String {
    format!("{}-pool-{}", &cluster_id(rng)[..11], hex(rng, 8))
}

pub(super) fn uuid(rng: &mut SmallRng) -> String {
    let parts = [8, 4, 4, 4, 12].map(|digits| hex(rng, digits));
    parts.join("-")
}
