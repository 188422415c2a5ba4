//! Joins the kinds of actions of all crates to one list.

use failover::action::{ActionInfo, Declarations, Purpose};
use serde_json::Value;

/// Says what is wrong with an action's settings. `None` if the kind belongs to another crate.
type Check = fn(&str, &Value) -> Option<Result<(), String>>;

/// The kinds of one crate.
type Infos = fn() -> &'static [ActionInfo];

/// The crates that have kinds of actions.
const CRATES: &[(Infos, Check)] = &[
    (aws::actions::infos, aws::actions::check),
    (databricks::actions::infos, databricks::actions::checked),
    (integrations::kinds::infos, integrations::kinds::check),
];

/// Whether an action is declared that is carried out on AWS, or on the Databricks account.
pub fn needs(declarations: &Declarations) -> Needs {
    let is_declared = |known: &[&str]| declarations.actions.iter().any(|action| known.contains(&action.kind.as_str()));
    let on_aws: Vec<&str> = aws::actions::infos().iter().map(|info| info.name).collect();
    let on_account: Vec<&str> = databricks::ON_ACCOUNT.iter().map(|kind| kind.info().name).collect();
    Needs { aws: is_declared(&on_aws), account: is_declared(&on_account) }
}

/// The accounts that the declared actions need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// AWS, with credentials that the SDK finds.
    pub aws: bool,
    /// The Databricks account of the configuration.
    pub account: bool,
}

/// The names of the kinds of actions with this purpose.
pub fn kinds_of(purpose: Purpose) -> Vec<&'static str> {
    let infos = CRATES.iter().flat_map(|(infos, _)| infos());
    infos.filter(|info| info.purpose == purpose).map(|info| info.name).collect()
}

/// Says what is wrong with an action's settings, without a request.
///
/// # Errors
///
/// A sentence with the remedy.
pub fn check(kind: &str, settings: &Value) -> Result<(), String> {
    let known = CRATES.iter().find_map(|(_, check)| check(kind, settings));
    known.unwrap_or_else(|| Err(format!("{kind:?} is no kind of action")))
}
