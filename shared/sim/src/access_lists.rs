//! Simulates IP access lists, and the switch of the workspace that they need.
//!
//! Law: every caller comes from [`CALLER`]. A change that would shut it out is refused and changes
//! nothing. A list has no other effect: the exclusion of other callers is not simulated.
//! Must not know: who calls.
//!
//! Sources: [docs: ipaccesslists/list, get, update; workspaceconf/getstatus, setstatus; py-sdk:
//! service/settings.py]. The answer to an update is undocumented; it is `{}` here (unverified).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    inventory::{Inventory, add},
    json::{flag, items, members, set, text},
    refusal::{Handled, Refusal},
    routes::Call,
    wire::Side,
    workspace::Workspace,
};

/// The address from which all requests come [RFC 5737].
const CALLER: &str = "198.51.100.7";
const SWITCH: &str = "enableIpAccessLists";

/// All lists of a workspace by id, and the switch that gives them an effect.
pub(crate) struct AccessLists {
    lists: BTreeMap<String, Value>,
    /// The switch as the API shows it: a text, e.g. `true`.
    on: String,
}

impl AccessLists {
    /// The state that is prepared for a failover: the feature is on, and no list is enabled.
    pub(crate) fn prepared(side: Side, now: i64) -> AccessLists {
        let lists = [
            ("switchback-only", "ALLOW", json!([CALLER])),
            ("everybody-out", "ALLOW", json!(["203.0.113.9"])),
            ("all-but-switchback", "BLOCK", json!(["203.0.113.0/24", "192.0.2.0/24"])),
        ];
        let made = (1..).zip(lists).map(|(number, (label, kind, addresses))| {
            let id = format!("{number}a7c0000-0000-4000-8000-0000000000{}{number}", side.index());
            let view = json!({
                "list_id": id,
                "label": label,
                "list_type": kind,
                "ip_addresses": addresses,
                "address_count": addresses.as_array().map_or(0, Vec::len),
                "enabled": false,
                "created_at": now,
                "created_by": 4_000_001,
                "updated_at": now,
                "updated_by": 4_000_001,
            });
            (id, view)
        });
        AccessLists { lists: made.collect(), on: "true".to_owned() }
    }

    /// Adds the lists and the switch, without the authors and times of changes.
    pub(crate) fn add_to(&self, all: &mut Inventory) {
        for (id, list) in &self.lists {
            let mut value = members(list);
            value.retain(|key, _| matches!(key.as_str(), "label" | "list_type" | "ip_addresses" | "enabled"));
            add(all, "access_list", id, text(list, "label"), Value::Object(value));
        }
        add(all, "workspace_configuration", SWITCH, SWITCH, json!({ "value": self.on }));
    }

    /// Whether a connection is refused, as the documentation says: block lists come first, then allow lists.
    fn shuts_out(&self, address: &str) -> bool {
        if self.on != "true" {
            return false;
        }
        let enabled = |kind: &'static str| {
            self.lists.values().filter(move |list| flag(list, "enabled") && text(list, "list_type") == kind)
        };
        let names = |list: &Value| items(list, "ip_addresses").iter().any(|held| holds(held, address));
        let allowed = enabled("ALLOW").next().is_none() || enabled("ALLOW").any(names);
        enabled("BLOCK").any(names) || !allowed
    }
}

/// Whether an entry covers an address. An entry is a whole address or a network of 24 bits.
fn holds(held: &Value, address: &str) -> bool {
    let held = held.as_str().unwrap_or_default();
    match held.strip_suffix(".0/24") {
        Some(network) => address.rsplit_once('.').is_some_and(|(of, _)| of == network),
        None => held == address,
    }
}

impl Workspace {
    pub(crate) fn access_lists_list(&mut self, _call: &Call) -> Handled {
        Ok(json!({ "ip_access_lists": self.beside.access_lists.lists.values().collect::<Vec<_>>() }))
    }

    pub(crate) fn access_lists_get(&mut self, call: &Call) -> Handled {
        let found = self.beside.access_lists.lists.get(call.part(0)).ok_or_else(|| no_list(call.part(0)))?;
        Ok(json!({ "ip_access_list": found }))
    }

    pub(crate) fn access_lists_update(&mut self, call: &Call) -> Handled {
        let id = call.part(0);
        let before = self.beside.access_lists.lists.get(id).cloned().ok_or_else(|| no_list(id))?;
        let mut after = before.clone();
        for (key, value) in members(&call.body) {
            if matches!(key.as_str(), "enabled" | "ip_addresses" | "label" | "list_type") {
                set(&mut after, &key, value);
            }
        }
        let count = items(&after, "ip_addresses").len();
        set(&mut after, "address_count", json!(count));
        set(&mut after, "updated_at", json!(self.now));
        let lists = &mut self.beside.access_lists;
        lists.lists.insert(id.to_owned(), after);
        if lists.shuts_out(CALLER) {
            lists.lists.insert(id.to_owned(), before);
            return Err(Refusal::state(format!("The list would block the caller's current IP address {CALLER}.")));
        }
        Ok(json!({}))
    }

    pub(crate) fn configuration_get(&mut self, call: &Call) -> Handled {
        match call.query("keys") {
            SWITCH => Ok(json!({ SWITCH: self.beside.access_lists.on })),
            other => Err(Refusal::invalid(format!("The key {other} is not simulated."))),
        }
    }

    pub(crate) fn configuration_set(&mut self, call: &Call) -> Handled {
        let given = text(&call.body, SWITCH);
        if !matches!(given, "true" | "false") {
            return Err(Refusal::invalid(format!("{SWITCH} must be \"true\" or \"false\".")));
        }
        given.clone_into(&mut self.beside.access_lists.on);
        Ok(json!({}))
    }
}

fn no_list(id: &str) -> Refusal {
    Refusal::absent(format!("IP access list {id} does not exist."))
}
