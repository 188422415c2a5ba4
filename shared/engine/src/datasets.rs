//! Reads how recent the data on a side is, for the plan and for people who want to see the pair (R23).

use std::sync::Arc;

use failover::Side;
use failover::errand::{Address, Duty, Errand, placeholders};
use failover::plan::DatasetSeen;
use failover::template::fill_all;
use futures::future::join_all;
use serde_json::Value;

use crate::deps::Deps;
use crate::limiter::turnstile::Turnstile;

/// Reads the time of the last synced data of every dataset, as a side has it. A dataset that cannot be read does not
/// delay the others. It is reported as unknown, and never as recent (S17).
pub async fn datasets(deps: &Deps, side: Side) -> Vec<DatasetSeen> {
    let duties = [Duty::Dataset, Duty::Recovery];
    let declared = duties.into_iter().flat_map(|duty| deps.pair.arrangements.of(duty));
    join_all(declared.map(|errand| one(deps, side, errand))).await
}

async fn one(deps: &Deps, side: Side, errand: &Errand) -> DatasetSeen {
    let time_out = deps.settings.call_time_out;
    let pass = Turnstile::new(&errand.name, Arc::clone(&deps.clock), Arc::clone(&deps.settings), None, time_out);
    let synced_at = match (filled(deps, side, &errand.settings), deps.errands_of(&errand.kind, side)) {
        (Err(why), _) => Err(why),
        (Ok(_), None) => Err(format!("this program knows no kind {:?}", errand.kind)),
        (Ok(settings), Some(errands)) => {
            errands.synced_at(&errand.kind, &settings, &pass).await.map_err(|fault| fault.to_string())
        }
    };
    let objective_s = errand.settings.get("objective_seconds").and_then(Value::as_i64).unwrap_or(0);
    DatasetSeen { duty: errand.duty, name: errand.name.clone(), synced_at, objective_s }
}

/// An action's settings with every placeholder filled in for a side.
///
/// # Errors
///
/// The fault of the first text that cannot be filled in.
pub fn filled(deps: &Deps, side: Side, settings: &Value) -> Result<Value, String> {
    let unknown = || Address { side, url: String::new(), host: String::new() };
    let address = deps.pair.addresses.iter().find(|address| address.side == side).cloned().unwrap_or_else(unknown);
    fill_all(settings, &placeholders(&deps.pair.name, &address))
}
