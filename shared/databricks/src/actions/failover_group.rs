//! Reads a failover group of the vendor's managed disaster recovery.
//!
//! Law: it only reads. A list omits `state` and `replication_point`, so a group is always read by itself
//! [py-sdk: service/disasterrecovery.py]. Must not know: the action that reads it.

use jiff::Timestamp;
use saga::Fault;
use serde_json::Value;

use crate::call::Call;
use crate::codes;
use crate::endpoints_actions::FAILOVER_GROUP_GET;
use crate::kinds::Api;
use crate::kinds::facts::{items, text};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FailoverGroup {
    pub(super) state: String,
    pub(super) primary_region: String,
    pub(super) regions: Vec<String>,
    pub(super) etag: String,
    /// The data up to this time is replicated; `None` if the service names no time.
    pub(super) replication_point: Option<Timestamp>,
    pub(super) has_blocking_errors: bool,
    pub(super) updated_at: Option<Timestamp>,
}

impl FailoverGroup {
    /// Reads one group.
    ///
    /// # Errors
    ///
    /// A fault for a person if the account has no such group.
    pub(super) async fn get(api: &Api<'_>, account: &str, id: &str) -> Result<Self, Fault> {
        let call = Call::to(FAILOVER_GROUP_GET).at("account", account).of(id);
        let answer = api.call(&call).await.map_err(|fault| absent(fault, account, "failover group", id))?;
        let moment = |key: &str| text(&answer, key).parse().ok();
        Ok(Self {
            state: text(&answer, "state").to_owned(),
            primary_region: text(&answer, "effective_primary_region").to_owned(),
            regions: items(&answer, "regions").iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            etag: text(&answer, "etag").to_owned(),
            replication_point: moment("replication_point"),
            has_blocking_errors: answer.get("has_replication_point_blocking_errors").and_then(Value::as_bool)
                == Some(true),
            updated_at: moment("update_time"),
        })
    }
}

/// Adds the account to the fault for a missing thing.
pub(super) fn absent(fault: Fault, account: &str, what: &str, id: &str) -> Fault {
    if fault.code != codes::NOT_FOUND {
        return fault;
    }
    let said = format!("account {account} has no {what} {id:?}: correct its id or the account in the configuration");
    Fault::person_needed(codes::NOT_FOUND, said)
}
