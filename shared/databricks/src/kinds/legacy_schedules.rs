//! Counts the queries and alerts of the first version by their warehouse
//! [py-sdk: service/sql.py QueriesAPI, AlertsAPI].
//!
//! They may have refresh schedules that no API shows or pauses. Only a warehouse that is stopped again and
//! again keeps them from running. As a kind of resource they would have thousands of steps that could do
//! nothing. So they are a finding of their warehouse.
//! Quirk: an alert names its query and no warehouse.
//! Quirk: ten listings at once may lead to a ban [py-sdk: sql.QueriesAPI.list]. Here one listing follows the
//! other, and only for a record.
//! Must not know: any kind.

use std::collections::BTreeMap;

use saga::Fault;
use serde_json::Value;

use super::Api;
use super::facts::{kept, text};
use crate::call::Call;
use crate::codes;
use crate::endpoints::{LEGACY_ALERTS_LIST, LEGACY_QUERIES_LIST};
use crate::listing::Shape;

const PAGE: u32 = 100;
const KEPT: &[&str] = &["id", "warehouse_id", "query_id", "lifecycle_state"];

/// How many queries and alerts use one warehouse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct WarehouseUse {
    queries: usize,
    alerts: usize,
}

impl WarehouseUse {
    /// The finding, with its remedy.
    pub(super) fn finding(self) -> String {
        format!(
            "saved queries ({}) and alerts of the first version ({}) stand on it: a refresh schedule of theirs is \
             neither shown nor paused by any API, and starts it again; move what is scheduled to a job or to an alert \
             of the second version",
            self.queries, self.alerts
        )
    }
}

/// Counts them by the id of the warehouse. If the workspace has no such API, the result is empty.
///
/// # Errors
///
/// The fault of the first request that did not succeed.
pub(super) async fn by_warehouse(api: &Api<'_>) -> Result<BTreeMap<String, WarehouseUse>, Fault> {
    let mut by_warehouse: BTreeMap<String, WarehouseUse> = BTreeMap::new();
    let mut warehouses: BTreeMap<String, String> = BTreeMap::new();
    for query in listed(api, Call::to(LEGACY_QUERIES_LIST)).await? {
        let (id, warehouse) = (text(&query, "id"), text(&query, "warehouse_id"));
        if !warehouse.is_empty() {
            by_warehouse.entry(warehouse.to_owned()).or_default().queries += 1;
            warehouses.insert(id.to_owned(), warehouse.to_owned());
        }
    }
    for alert in listed(api, Call::to(LEGACY_ALERTS_LIST)).await? {
        if let Some(warehouse) = warehouses.get(text(&alert, "query_id")) {
            by_warehouse.entry(warehouse.clone()).or_default().alerts += 1;
        }
    }
    Ok(by_warehouse)
}

/// Lists everything that is not in the trash [py-sdk: sql.LifecycleState].
async fn listed(api: &Api<'_>, call: Call) -> Result<Vec<Value>, Fault> {
    // A query may be long, and only its place is needed.
    let trimmed = |found: Value| Ok(Value::Object(kept(&found, KEPT)));
    match api.each(&call.with("page_size", PAGE), "results", Shape::Members(KEPT), trimmed).await {
        Ok(mut all) => {
            all.retain(|found| text(found, "lifecycle_state") != "TRASHED");
            Ok(all)
        }
        Err(fault) if fault.code == codes::UNSUPPORTED_HERE => Ok(Vec::new()),
        Err(fault) => Err(fault),
    }
}
