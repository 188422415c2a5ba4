//! Measures a number that a team's own SQL gives, e.g. one that its Spark jobs report of themselves.
//!
//! Settings: `warehouse` (id or name), `statement`, whose first column of the first row is the number, and
//! perhaps `degraded_above` and `down_above`. More is worse: select a lag and not a throughput. A value that
//! departs from normal is degraded without any bound. The probe makes the workspace work, as `statement`
//! does.

use async_trait::async_trait;
use engine::ports::{Depth, ProbeKind, ProbeRun, ProbeTraits, Probed};
use failover::signal::{Origin, Reading};
use saga::Fault;
use serde::Deserialize;
use serde_json::Value;

use super::env::ProbeEnv;
use super::settings::{self, Bounds};
use super::statement::{WAIT, unfinished};
use crate::actions::statement::{Ran, ran, reads};
use crate::kinds::Api;

const KIND: &str = "statement_value";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    warehouse: String,
    statement: String,
    degraded_above: Option<f64>,
    down_above: Option<f64>,
}

impl Settings {
    fn bounds(&self) -> Bounds {
        Bounds { degraded_above: self.degraded_above, down_above: self.down_above }
    }
}

pub(super) struct StatementValue;

#[async_trait]
impl ProbeKind<ProbeEnv> for StatementValue {
    fn traits(&self) -> ProbeTraits {
        ProbeTraits { kind: KIND, origin: Origin::Workload, depth: Depth::Deep, works: true, unit: "value" }
    }

    fn check(&self, settings: &Value) -> Result<(), String> {
        let read: Settings = settings::read(KIND, settings)?;
        settings::filled(KIND, "warehouse", &read.warehouse)?;
        reads(&read.statement).map_err(|why| format!("probe {KIND}: {why}"))?;
        read.bounds().check(KIND)
    }

    async fn look(&self, env: &ProbeEnv, run: &ProbeRun<'_>) -> Result<Probed, Fault> {
        let api = &env.api(run.admission);
        let read: Settings = settings::known(KIND, &run.declared.settings)?;
        let nothing = "the statement gave no number of 0 or more: correct it, or see whether data comes";
        valued(api, &read.warehouse, &read.statement, read.bounds(), "the statement gave", nothing).await
    }
}

/// Runs a statement that gives one number, and sorts the number by bounds.
pub(super) async fn valued(
    api: &Api<'_>,
    warehouse: &str,
    statement: &str,
    bounds: Bounds,
    what: &str,
    nothing: &str,
) -> Result<Probed, Fault> {
    let answer = match ran(api, warehouse, statement, WAIT).await? {
        Ran::Succeeded { answer, .. } => answer,
        other @ (Ran::Waits(_) | Ran::Lasts(_)) => return Ok(unfinished(other)),
    };
    Ok(match number(&answer) {
        Some(value) => bounds.reads(value, format!("{what} {value}")),
        None => Probed { reading: Reading::Unknown, measured: None, text: nothing.to_owned() },
    })
}

/// The number of an answer. The API gives every value as a text [docs: statementexecution/executestatement].
fn number(answer: &Value) -> Option<f64> {
    let told = answer.pointer("/result/data_array/0/0")?;
    let value = told.as_f64().or_else(|| told.as_str()?.trim().parse().ok())?;
    (value.is_finite() && value >= 0.0).then_some(value)
}
