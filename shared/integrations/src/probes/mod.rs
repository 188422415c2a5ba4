//! Probes of the network path to a workspace, which need no credentials: one file each, in one list (R13).
//!
//! Law: a probe makes one try. If a question cannot be asked from here, the reading is unknown and not down
//! (S17). All of them use our own network, so their origin is the same as that of every other probe of
//! Switchback. Must not know: what is normal.

mod dns;
mod env;
mod settings;
mod tls;

use std::sync::Arc;

use engine::ports::{DeclaredProbe, ProbeRegistry, Probed, SideProbe};
use failover::signal::Reading;
use saga::Fault;

pub use self::env::ProbeEnv;

/// Every kind of probe of this crate.
pub static PROBES: ProbeRegistry<ProbeEnv> = ProbeRegistry::new(of_fault, &[&dns::Dns, &tls::Tls]);

/// The declared probes of the network path to workspaces. Probes of other kinds are left out.
pub fn of(env: ProbeEnv, declared: &[DeclaredProbe]) -> Vec<SideProbe> {
    PROBES.probes(&Arc::new(env), declared)
}

/// A question that could not be asked says nothing about the workspace.
fn of_fault(fault: &Fault) -> Probed {
    Probed { reading: Reading::Unknown, measured: None, text: fault.to_string() }
}
