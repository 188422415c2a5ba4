//! Lists the probes of the AWS services that a side's work needs: one file each, in one list (R13).
//!
//! Law: a probe makes one attempt. It creates nothing except its own small object, which is always the same one,
//! and it removes nothing (S20, S24). A fault of our own permissions is unknown (S17).
//! Must not know: what is normal.

mod env;
mod object_store;

use std::sync::Arc;

use engine::ports::{Clock, DeclaredProbe, ProbeRegistry, Probed, SideProbe};
use failover::signal::Reading;
use saga::{Code, Fault};

pub use self::env::ProbeEnv;
use crate::clients::Clients;
use crate::codes;

/// Every kind of probe in AWS.
pub static PROBES: ProbeRegistry<ProbeEnv> = ProbeRegistry::new(of_fault, &[&object_store::ObjectStore]);

/// The codes that count as down: AWS does not answer, or not well.
const DOWN: &[Code] = &[codes::AWS_NO_ANSWER, codes::AWS_DOUBTFUL_ANSWER, codes::AWS_SERVER_ERROR];

/// The declared probes in AWS. Probes of other kinds are skipped.
pub fn of(clients: &Clients, clock: &Arc<dyn Clock>, declared: &[DeclaredProbe]) -> Vec<SideProbe> {
    let env = ProbeEnv { clients: clients.actions.clone(), clock: Arc::clone(clock) };
    PROBES.probes(&Arc::new(env), declared)
}

fn of_fault(fault: &Fault) -> Probed {
    let reading = if DOWN.contains(&fault.code) {
        Reading::Down
    } else if fault.code == codes::AWS_THROTTLED {
        Reading::Healthy
    } else {
        Reading::Unknown
    };
    Probed { reading, measured: None, text: fault.to_string() }
}
