//! Remembers for each schedule the first period that is not settled.

use std::collections::BTreeMap;

use failover::drill::{DrillPolicy, ScheduleStatus};

use crate::deps::Deps;
use crate::document::{Content, Document};
use crate::ports::StoreError;

/// The name under which the schedules are remembered.
const STATUSES: &str = "drill-schedules";

type ScheduleStatuses = BTreeMap<String, ScheduleStatus>;

impl Content for ScheduleStatuses {
    const LABEL: &'static str = "the schedules of drills";
}

/// The status of a schedule. A schedule that was never seen, or whose periods have changed, is new. The first time is
/// remembered, since its periods are promised from then on.
pub(super) async fn status(deps: &Deps, policy: &DrillPolicy) -> Result<ScheduleStatus, StoreError> {
    let statuses = Document::<ScheduleStatuses>::read(deps, STATUSES).await?.content;
    let known = statuses.get(&policy.name).filter(|known| known.period.every == policy.every);
    if let Some(known) = known {
        return Ok(known.clone());
    }
    let first = ScheduleStatus::first(policy, deps.clock.now());
    keep(deps, &policy.name, &first).await?;
    Ok(first)
}

/// Remembers the current status of a schedule. A schedule that is no longer configured is forgotten, and is new when
/// it comes back.
pub(super) async fn keep(deps: &Deps, name: &str, status: &ScheduleStatus) -> Result<(), StoreError> {
    let is_known = |name: &str| deps.pair.watch.drills.iter().any(|policy| policy.name == name);
    let change = |statuses: &mut ScheduleStatuses| {
        if statuses.get(name) == Some(status) {
            return false;
        }
        statuses.insert(name.to_owned(), status.clone());
        statuses.retain(|name, _| is_known(name));
        true
    };
    Document::update(deps, STATUSES, change).await.map(drop)
}
