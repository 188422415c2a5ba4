//! What the account is set to.
//!
//! Law: as in the inventory of a workspace: no etags, no times. Where a group is failing over to counts
//! as where its primary is, since it gets there by itself; that a failover has failed is told.
//! Must not know: who compares.

use serde_json::json;

use crate::{
    account::{Account, application_name},
    inventory::{Inventory, add},
    wire::Side,
};

impl Account {
    /// Adds what it says of one workspace: its network policy, and who has a place there.
    pub(crate) fn add_of(&self, side: Side, all: &mut Inventory) {
        let id = side.workspace_id();
        let policy = self.networks.get(id);
        add(all, "network_policy", id, id, json!({ "network_policy_id": policy }));
        for ((_, principal), permissions) in self.assignments.iter().filter(|((of, _), _)| *of == id) {
            let name = application_name(*principal);
            add(all, "assignment", &principal.to_string(), name, json!({ "permissions": permissions }));
        }
    }

    /// What belongs to no one workspace.
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
