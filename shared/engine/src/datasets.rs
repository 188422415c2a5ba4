//! Reads how recent the data on a side is, for the plan and for people who want to see the pair (R23).

use std::sync::Arc;

use failover::Side;
use failover::action::{Action, Address, Purpose, placeholders};
use failover::plan::DatasetSeen;
use failover::template::fill_all;
use futures::future::join_all;
use serde_json::Value;

use crate::limiter::request_admission::RequestAdmission;
use crate::roles::ResolvedPair;

/// Reads the time of the last synced data of every dataset, as a side has it. A dataset that cannot be read does not
/// delay the others. It is reported as unknown, and never as recent (S17).
pub async fn datasets(deps: &ResolvedPair, side: Side) -> Vec<DatasetSeen> {
    let purposes = [Purpose::Dataset, Purpose::Recovery];
    let declared = purposes.into_iter().flat_map(|purpose| deps.sides().declarations.of(purpose));
    join_all(declared.map(|action| one(deps, side, action))).await
}

async fn one(deps: &ResolvedPair, side: Side, action: &Action) -> DatasetSeen {
    let time_out = deps.settings.call_time_out;
    let admission =
        RequestAdmission::new(&action.name, Arc::clone(&deps.clock), Arc::clone(&deps.settings), None, time_out);
    let synced_at = match (filled(deps, side, &action.settings), deps.actions_of(&action.kind, side)) {
        (Err(why), _) => Err(why),
        (Ok(_), None) => Err(format!("this program knows no kind {:?}", action.kind)),
        (Ok(settings), Some(actions)) => {
            actions.synced_at(&action.kind, &settings, &admission).await.map_err(|fault| fault.to_string())
        }
    };
    let objective_s = action.settings.get("objective_seconds").and_then(Value::as_i64).unwrap_or(0);
    DatasetSeen { purpose: action.purpose, name: action.name.clone(), synced_at, objective_s }
}

/// An action's settings with every placeholder filled in for a side.
///
/// # Errors
///
/// The fault of the first text that cannot be filled in.
pub fn filled(deps: &ResolvedPair, side: Side, settings: &Value) -> Result<Value, String> {
    let unknown = || Address { side, url: String::new(), host: String::new() };
    let address = deps.sides().address(side).cloned().unwrap_or_else(unknown);
    fill_all(settings, &placeholders(&deps.pair.name, &address))
}
