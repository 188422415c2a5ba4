//! Limits the calls by what the API allows: one limiter per workspace and API family.
//!
//! [`rate`] sets the pace. [`breaker`] keeps a dead side from using up time. [`request_admission`] puts both, the limit of
//! concurrent requests and the lease's margin behind the port [`crate::ports::Admission`].

pub mod breaker;
pub mod rate;
pub mod request_admission;
