//! Virtual time: a runtime whose clock jumps to the next timer whenever nothing is left to do.
//!
//! Everything under it must live in this process and on this thread: a socket that
//! is waited for counts as nothing left to do.

use std::future::Future;

/// Runs a future to its end in virtual time. The same future does the same every time.
///
/// # Errors
///
/// The operating system's error if no runtime can be made.
pub fn in_virtual_time<T>(future: impl Future<Output = T>) -> std::io::Result<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build()?;
    Ok(runtime.block_on(future))
}
