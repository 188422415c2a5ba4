//! Simulates the network policy of each workspace.
//!
//! Law: a workspace has exactly one of the account's policies. The effect of a policy on traffic is not simulated.
//!
//! Source: [docs: workspacenetworkconfiguration; py-sdk: service/settings.py WorkspaceNetworkOption].

use std::collections::BTreeMap;

use serde_json::json;

use crate::{
    account::{Account, workspace},
    json::text,
    refusal::{Handled, Refusal},
    routes::Call,
    wire::Side,
};

/// The policy that lets only Switchback in.
pub const CUT_OFF_POLICY: &str = "cut-off";
/// The policy that each workspace has at the start.
pub const USUAL_POLICY: &str = "default-policy";
const POLICIES: [&str; 3] = [USUAL_POLICY, CUT_OFF_POLICY, "somebody-elses"];

/// The policies of the workspaces at the start.
pub(super) fn usual() -> BTreeMap<&'static str, String> {
    Side::BOTH.map(|side| (side.workspace_id(), USUAL_POLICY.to_owned())).into()
}

impl Account {
    pub(super) fn network_get(&mut self, call: &Call) -> Handled {
        let id = workspace(call.part(1))?;
        Ok(json!({ "workspace_id": id.parse::<i64>().unwrap_or(0), "network_policy_id": self.networks.get(id) }))
    }

    pub(super) fn network_set(&mut self, call: &Call) -> Handled {
        let id = workspace(call.part(1))?;
        let policy = text(&call.body, "network_policy_id");
        if !POLICIES.contains(&policy) {
            return Err(Refusal::absent(format!("Network policy {policy} does not exist.")));
        }
        self.networks.insert(id, policy.to_owned());
        self.network_get(call)
    }
}
