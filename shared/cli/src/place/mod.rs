//! Finds the pair, its store and its two sides, and runs a command on them.

pub(crate) mod pair;
pub(crate) mod sides;
pub(crate) mod store;

use runtime::Problem;

/// Runs a command on this thread.
pub(crate) fn run<T>(command: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let cannot = |e| Problem::failed("NO-RUNTIME", format!("this machine has nothing left to run in: {e}"));
    runtime.map_err(cannot)?.block_on(command)
}
