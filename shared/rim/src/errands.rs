//! The kinds of errands of all crates, as one list.

use failover::errand::{Duty, ErrandInfo};
use serde_json::Value;

/// Says what is wrong with an errand's settings; `None` where the kind is another crate's.
type Check = fn(&str, &Value) -> Option<Result<(), String>>;

/// Who knows which kinds.
const CRATES: &[(fn() -> &'static [ErrandInfo], Check)] = &[(outside::kinds::infos, outside::kinds::check)];

/// The names of the kinds of a duty.
pub fn kinds_of(duty: Duty) -> Vec<&'static str> {
    let infos = CRATES.iter().flat_map(|(infos, _)| infos());
    infos.filter(|info| info.duty == duty).map(|info| info.name).collect()
}

/// Says what is wrong with an errand's settings, without speaking to anybody.
///
/// # Errors
///
/// A sentence with the remedy.
pub fn check(kind: &str, settings: &Value) -> Result<(), String> {
    let known = CRATES.iter().find_map(|(_, check)| check(kind, settings));
    known.unwrap_or_else(|| Err(format!("{kind:?} is no kind of errand")))
}
