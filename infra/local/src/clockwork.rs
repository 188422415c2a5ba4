//! Runs a future in virtual time: whenever nothing is left to do, the clock jumps to the next timer.
//!
//! Everything under it must live in this process and on this thread. The runtime does not see work behind a
//! socket: it takes a wait for a socket as nothing left to do, and the clock jumps.

use std::future::Future;

/// Runs a future to its end in virtual time. The same future gives the same result every time.
///
/// # Errors
///
/// The operating system's error if the runtime cannot be made.
pub fn in_virtual_time<T>(future: impl Future<Output = T>) -> std::io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    Ok(runtime.block_on(future))
}
