//! Simulates stable URLs.
//!
//! Law: a URL that is attached to a failover group leads to the workspace of the group's primary. A
//! URL that is attached to no group stays where it is.
//!
//! Source: [py-sdk: service/disasterrecovery.py StableUrl].

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::{
    account::{Account, FAILOVER_GROUP, PRIMARY_REGION},
    refusal::{Handled, Refusal},
    routes::Call,
    wire::{ACCOUNT_ID, Side},
};

/// The id of a stable URL that is attached to the failover group.
pub const ATTACHED_URL: &str = "attached";
/// The id of a stable URL that is attached to no group and leads to the primary.
pub const LOOSE_URL: &str = "loose";

#[derive(Debug, Clone)]
pub(super) struct StableUrl {
    connection: &'static str,
    group: Option<&'static str>,
}

/// The stable URLs of the account at its start.
pub(super) fn usual() -> BTreeMap<String, StableUrl> {
    let attached = StableUrl { connection: "880010", group: Some(FAILOVER_GROUP) };
    let loose = StableUrl { connection: "880011", group: None };
    BTreeMap::from([(ATTACHED_URL.to_owned(), attached), (LOOSE_URL.to_owned(), loose)])
}

impl StableUrl {
    /// The settings of the URL. Its target is not among them, since it follows from the group.
    pub(super) fn set_to(&self) -> Value {
        json!({ "stable_workspace_id": self.connection, "failover_group": self.group })
    }
}

impl Account {
    pub(super) fn urls_list(&mut self, _call: &Call) -> Handled {
        let all: Vec<Value> = self.urls.iter().map(|(id, url)| self.url_view(id, url)).collect();
        Ok(json!({ "stable_urls": all }))
    }

    pub(super) fn urls_get(&mut self, call: &Call) -> Handled {
        let id = call.part(1);
        let found = self.urls.get(id).map(|url| self.url_view(id, url));
        found.ok_or_else(|| Refusal::absent(format!("Stable URL {id} does not exist.")))
    }

    fn url_view(&self, id: &str, url: &StableUrl) -> Value {
        let group = url.group.and_then(|group| self.groups.get(group));
        let side = match group.map(|group| group.region() == PRIMARY_REGION) {
            Some(true) | None => Side::Primary,
            Some(false) => Side::Standby,
        };
        let group = url.group.map(|group| format!("accounts/{ACCOUNT_ID}/failover-groups/{group}"));
        json!({
            "name": format!("accounts/{ACCOUNT_ID}/stable-urls/{id}"),
            "url": format!("https://stable.cloud.example/?w={}", url.connection),
            "effective_workspace_id": side.workspace_id(),
            "stable_workspace_id": url.connection,
            "failover_group_name": group.unwrap_or_default(),
        })
    }
}
