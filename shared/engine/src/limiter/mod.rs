//! The limit is the API, not us: one limiter per workspace and API family.
//!
//! [`rate`] paces, [`breaker`] keeps a dead side from eating time, [`turnstile`]
//! puts both, the concurrency cap and the lease's margin behind the port [`crate::ports::Pass`].

pub mod breaker;
pub mod rate;
pub mod turnstile;
