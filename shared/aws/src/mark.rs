//! Makes the mark by which a write recognises itself.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Distinguishes processes. It comes from the system's randomness and not from a generator that a rehearsal may
/// seed, because a mark must not come back in a later run.
static PROCESS: LazyLock<u64> = LazyLock::new(|| RandomState::new().hash_one(std::process::id()));

/// Distinguishes the calls of a process.
static CALLS: AtomicU64 = AtomicU64::new(0);

/// A value that no other call writes, in no process. It is not a secret.
pub fn fresh() -> String {
    format!("{:016x}-{}", *PROCESS, CALLS.fetch_add(1, Ordering::Relaxed))
}
