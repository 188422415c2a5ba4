//! Lists the probes of the AWS services that a side's work needs: one file each, in one list (R13).
//!
//! Law: a probe makes one attempt. It creates nothing except its own small object, which is always the same one,
//! and it removes nothing (S20, S24). A fault of our own permissions is unknown (S17).
//! Must not know: what is normal.

mod object_store;
mod probe_kind;

use std::sync::Arc;

use async_trait::async_trait;
use engine::ports::{Admission, Clock, DeclaredProbe, Depth, Probe, ProbeInfo, Probed, SideProbe};
use failover::signal::{Origin, Reading};
use jiff::Timestamp;
use saga::{Code, Fault};
use serde_json::Value;

use self::probe_kind::{ProbeKind, Sight};
use crate::clients::{ActionClients, Clients};
use crate::codes;

/// Every kind of probe in AWS.
const PROBES: &[&dyn ProbeKind] = &[&object_store::ObjectStore];

/// The codes that count as down: AWS does not answer, or not well.
const DOWN: &[Code] = &[codes::AWS_NO_ANSWER, codes::AWS_DOUBTFUL_ANSWER, codes::AWS_SERVER_ERROR];

/// The names of all kinds.
pub fn kinds() -> Vec<&'static str> {
    PROBES.iter().map(|kind| kind.kind()).collect()
}

/// Checks the settings of a kind and says what is wrong with them. `None` if the kind is none of these.
pub fn checked(kind: &str, settings: &Value) -> Option<Result<(), String>> {
    known(kind).map(|known| known.check(settings))
}

/// The declared probes in AWS. Probes of other kinds are skipped.
pub fn of(clients: &Clients, clock: &Arc<dyn Clock>, declared: &[DeclaredProbe]) -> Vec<SideProbe> {
    let ours = declared.iter().filter_map(|declared| Some((declared, known(&declared.kind)?)));
    ours.map(|(declared, kind)| {
        let info = ProbeInfo {
            name: declared.name.clone(),
            origin: Origin::Probe,
            depth: Depth::Deep,
            works: true,
            unit: "ms",
        };
        let (clients, clock) = (clients.actions.clone(), Arc::clone(clock));
        let probe = AwsProbe { info, kind, settings: declared.settings.clone(), clients, clock };
        SideProbe { side: declared.side, probe: Arc::new(probe) }
    })
    .collect()
}

fn known(kind: &str) -> Option<&'static dyn ProbeKind> {
    PROBES.iter().copied().find(|known| known.kind() == kind)
}

struct AwsProbe {
    info: ProbeInfo,
    kind: &'static dyn ProbeKind,
    settings: Value,
    clients: ActionClients,
    clock: Arc<dyn Clock>,
}

#[async_trait]
impl Probe for AwsProbe {
    fn info(&self) -> &ProbeInfo {
        &self.info
    }

    async fn look(&self, now: Timestamp, admission: &dyn Admission) -> Probed {
        let (name, settings) = (self.info.name.as_str(), &self.settings);
        let begun = self.clock.now();
        let seen = self.kind.look(&Sight { clients: &self.clients, name, settings, now, admission }).await;
        let took = self.clock.now().duration_since(begun).as_millis().max(0) as f64;
        match seen {
            Ok((reading, text)) => Probed { reading, measured: (reading == Reading::Healthy).then_some(took), text },
            Err(fault) => of_fault(&fault),
        }
    }
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
