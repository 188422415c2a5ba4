//! Assigns principals to the workspaces of the account.
//!
//! Law: an empty list, a missing list, or a list of unknown words takes a principal out of the workspace.
//!
//! Source: [docs: workspaceassignment/list, update; py-sdk: service/iam.py WorkspaceAssignmentAPI].
//! The answer to an update for a principal that has lost its assignment is undocumented; it is the
//! principal without permissions here (unverified).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    account::{Account, texts, workspace},
    refusal::{Handled, Refusal},
    routes::Call,
    wire::{CLIENT_ID, PRINCIPAL_ID, Side, WORK_CLIENT_ID, WORK_PRINCIPAL_ID},
};

/// The assignments of the account at its start.
pub(super) fn usual() -> BTreeMap<(&'static str, i64), Vec<String>> {
    let of = |side: Side| {
        let id = side.workspace_id();
        [((id, PRINCIPAL_ID), vec!["ADMIN".to_owned()]), ((id, WORK_PRINCIPAL_ID), vec!["USER".to_owned()])]
    };
    Side::BOTH.into_iter().flat_map(of).collect()
}

impl Account {
    /// Whether the work's principal is assigned to the workspace of a side.
    pub(crate) fn assigns_work_to(&self, side: Side) -> bool {
        self.assignments.contains_key(&(side.workspace_id(), WORK_PRINCIPAL_ID))
    }

    pub(super) fn assignments_list(&mut self, call: &Call) -> Handled {
        let id = workspace(call.part(1))?;
        let of_workspace = self.assignments.iter().filter(|((workspace, _), _)| *workspace == id);
        let all: Vec<Value> = of_workspace.map(|((_, principal), held)| view(*principal, held)).collect();
        Ok(json!({ "permission_assignments": all }))
    }

    pub(super) fn assignments_set(&mut self, call: &Call) -> Handled {
        let id = workspace(call.part(1))?;
        let principal = call.part(2).parse::<i64>().ok().filter(|principal| application(*principal).is_some());
        let principal = principal.ok_or_else(|| Refusal::absent(format!("Principal {} not found.", call.part(2))))?;
        let mut held = texts(&call.body, "permissions");
        held.retain(|word| word == "USER" || word == "ADMIN");
        if held.iter().any(|word| word == "ADMIN") {
            held = vec!["ADMIN".to_owned()];
        }
        if held.is_empty() {
            self.assignments.remove(&(id, principal));
        } else {
            self.assignments.insert((id, principal), held.clone());
        }
        Ok(view(principal, &held))
    }
}

fn application(principal: i64) -> Option<(&'static str, &'static str)> {
    match principal {
        PRINCIPAL_ID => Some((CLIENT_ID, "Switchback")),
        WORK_PRINCIPAL_ID => Some((WORK_CLIENT_ID, "The work")),
        _ => None,
    }
}

/// The display name of a principal; empty if the principal is unknown.
pub(crate) fn application_name(principal: i64) -> &'static str {
    application(principal).map_or("", |(_, name)| name)
}

fn view(principal: i64, held: &[String]) -> Value {
    let (application, name) = application(principal).unwrap_or_default();
    json!({
        "permissions": held,
        "principal": {
            "principal_id": principal,
            "service_principal_name": application,
            "display_name": name,
        },
    })
}
