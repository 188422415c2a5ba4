//! Joins the kinds of actions of all crates to one list.

use engine::ports::ActionList;
use failover::action::{ActionInfo, Declarations, Purpose};
use serde_json::Value;

/// The lists of all crates that have kinds of actions.
pub static LISTS: [&dyn ActionList; 4] =
    [&aws::actions::ACTIONS, &databricks::ON_WORKSPACE, &databricks::ON_ACCOUNT, &integrations::actions::ACTIONS];

/// Whether an action is declared that is carried out on AWS, or on the Databricks account.
pub fn needs(declarations: &Declarations) -> Needs {
    let is_declared = |list: &dyn ActionList| declarations.actions.iter().any(|action| list.knows(&action.kind));
    Needs { aws: is_declared(&aws::actions::ACTIONS), account: is_declared(&databricks::ON_ACCOUNT) }
}

/// The accounts that the declared actions need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needs {
    /// AWS, with credentials that the SDK finds.
    pub aws: bool,
    /// The Databricks account of the configuration.
    pub account: bool,
}

fn infos() -> impl Iterator<Item = &'static ActionInfo> {
    LISTS.iter().flat_map(|list| list.infos())
}

/// The names of the kinds of actions with this purpose.
pub fn kinds_of(purpose: Purpose) -> Vec<&'static str> {
    infos().filter(|info| info.purpose == purpose).map(|info| info.name).collect()
}

/// Says that this build does not have a kind of action which others have, and names the remedy.
pub fn left_out(kind: &str) -> Option<String> {
    LISTS.iter().find_map(|list| list.left_out(kind))
}

/// Says what is wrong with an action's settings, without a request.
///
/// # Errors
///
/// A sentence with the remedy.
pub fn check(kind: &str, settings: &Value) -> Result<(), String> {
    match LISTS.iter().find(|list| list.knows(kind)) {
        Some(list) => list.check(kind, settings),
        None => Err(format!("{kind:?} is no kind of action")),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_kind_has_one_name_in_all_lists() {
        let names: BTreeSet<&str> = infos().map(|info| info.name).collect();
        assert_eq!(names.len(), infos().count());
    }

    #[test]
    fn every_kind_of_every_list_refuses_unknown_settings_in_one_line_s23() {
        for list in LISTS {
            for info in list.infos() {
                let wrong = list.check(info.name, &json!({ "surplus": "hunter2" })).unwrap_err();
                assert!(!wrong.contains('\n') && !wrong.contains("hunter2"), "{}: {wrong}", info.name);
                assert!(list.check(info.name, &json!("text")).is_err(), "{}", info.name);
            }
            let unknown = list.check("no_such_kind", &json!({})).unwrap_err();
            assert!(unknown.contains("\"no_such_kind\"") && unknown.contains(": use one of "), "{unknown}");
        }
    }
}
