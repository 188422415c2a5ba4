//! Runs a SQL statement on a named warehouse, and measures how long it takes to succeed.
//!
//! Settings: `warehouse` (id or name) and perhaps `statement`, by default `SELECT 1`. The probe makes the
//! workspace work. It starts a stopped warehouse and keeps it running, which costs as much as a running
//! warehouse costs. So it is only run if a team has declared it, and never on a fenced side. While a
//! warehouse starts, no statement is sent to it, and the reading is unknown.

use async_trait::async_trait;
use engine::ports::{Depth, ProbeKind, ProbeRun, ProbeTraits, Probed};
use failover::signal::{Origin, Reading};
use saga::Fault;
use serde::Deserialize;
use serde_json::Value;

use super::answered::healthy;
use super::env::ProbeEnv;
use super::settings;
use crate::actions::statement::{Ran, ran, reads};

const KIND: &str = "statement";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    warehouse: String,
    #[serde(default = "one")]
    statement: String,
}

fn one() -> String {
    "SELECT 1".to_owned()
}

pub(super) struct Statement;

#[async_trait]
impl ProbeKind<ProbeEnv> for Statement {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits { kind: KIND, origin: Origin::Probe, depth: Depth::Deep, works: true, unit: "ms" }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        settings::filled(KIND, "warehouse", &read.warehouse)?;
        reads(&read.statement).map_err(|why| format!("probe {KIND}: {why}"))
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let api = &env.api(run.admission);
        let Settings { warehouse, statement } = settings::known(KIND, &run.declared.settings)?;
        let begun = api.now();
        match ran(api, &warehouse, &statement, WAIT).await? {
            Ran::Succeeded { made, .. } => Ok(healthy(api, begun, &format!("statement {made} succeeded"))),
            other @ (Ran::Waits(_) | Ran::Lasts(_)) => Ok(unfinished(other)),
        }
    }
}

/// How long the call itself waits. With this wait the time of a quick statement is measured, and not the
/// pause between two reads. A shorter wait is not possible, and the client waits longer
/// [docs: statementexecution/executestatement].
pub(super) const WAIT: &str = "5s";

/// The reading of a statement that has not ended.
pub(super) fn unfinished(ran: Ran) -> Probed {
    let (reading, text) = match ran {
        Ran::Waits(text) => (Reading::Unknown, text),
        Ran::Lasts(text) => (Reading::Degraded, text),
        Ran::Succeeded { made, .. } => (Reading::Unknown, format!("statement {made} succeeded")),
    };
    Probed { reading, measured: None, text }
}
