//! Tests that memory is bounded by what is kept of a workspace and not by what it lists (S26).
//!
//! The full size is tested by hand: `simulated-workspace --estate fat-jobs --resources 12000 --limits off` serves
//! the pair, and `ulimit -d 524288` before `switchback failover` limits the process to 512 MB.

use engine::pair::pair_head;
use sim::{Estate, Limits, Settings};

use crate::ground::Ground;

const JOBS: usize = 1_000;
/// In bytes: the size of one listed job as JSON.
const JOB: usize = 16 * 1024;
/// In megabytes: less than all answers of both listings need, and more than the kept part of them needs.
const MEMORY: u32 = 128;

#[test]
fn a_failover_of_fat_jobs_completes_and_frees_its_pair_in_little_memory() {
    let names: Vec<String> = (0..JOBS).map(|number| format!("job-{number:05}")).collect();
    let settings = Settings { limits: Limits::off(), ..Settings::default() };
    let ground = Ground::new(Estate::of_jobs(&names, &names, JOB), settings, 1.0);
    ground.limited(MEMORY, &["capture", "--side", "primary"]).ends(0, &[]);
    ground.limited(MEMORY, &["plan", "--planned"]).ends(0, &[]);
    ground.limited(MEMORY, &["failover", "--planned", "--approve", "ann"]).ends(0, &["completed"]);
    let head = ground.wait(async { pair_head(&ground.deps()).await.unwrap() });
    assert_eq!((head.saga, head.evidence_due), (None, Vec::new()));
}
