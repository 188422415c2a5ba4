//! Lists the settings of the account.
//!
//! Law: as in the inventory of a workspace, there are no etags and no times. If a group is failing over, the
//! region of its next primary counts, since the group gets there by itself. A failover that has failed is shown.
//! Must not know: who compares.

use serde_json::json;

use crate::{
    account::{Account, application_name},
    inventory::{Inventory, add},
    wire::Side,
};

impl Account {
    /// Adds the account's settings of one workspace: its network policy and its principals.
    pub(crate) fn add_of(&self, side: Side, all: &mut Inventory) {
        let id = side.workspace_id();
        let policy = self.networks.get(id);
        add(all, "network_policy", id, id, json!({ "network_policy_id": policy }));
        for ((_, principal), permissions) in self.assignments.iter().filter(|((of, _), _)| *of == id) {
            let name = application_name(*principal);
            add(all, "assignment", &principal.to_string(), name, json!({ "permissions": permissions }));
        }
    }

    /// The settings that belong to no single workspace.
    pub(crate) fn inventory(&self) -> Inventory {
        let mut all = Inventory::new();
        for (id, group) in &self.groups {
            add(&mut all, "failover_group", id, id, group.set_to());
        }
        for (id, url) in &self.urls {
            add(&mut all, "stable_url", id, id, url.set_to());
        }
        all
    }
}
