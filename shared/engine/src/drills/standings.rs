//! Remembers for each schedule the first period that is not settled.

use std::collections::BTreeMap;

use failover::drill::{DrillPolicy, Standing};

use crate::deps::Deps;
use crate::document::{Content, Document};
use crate::ports::StoreError;

/// The name under which the schedules are remembered.
const STANDINGS: &str = "drill-schedules";

type Standings = BTreeMap<String, Standing>;

impl Content for Standings {
    const LABEL: &'static str = "the schedules of drills";
}

/// The status of a schedule. A schedule that was never seen, or whose periods have changed, is new. The first time is
/// remembered, since its periods are promised from then on.
pub(super) async fn standing(deps: &Deps, policy: &DrillPolicy) -> Result<Standing, StoreError> {
    let standings = Document::<Standings>::read(deps, STANDINGS).await?.content;
    let known = standings.get(&policy.name).filter(|known| known.period.every == policy.every);
    if let Some(known) = known {
        return Ok(known.clone());
    }
    let first = Standing::first(policy, deps.clock.now());
    keep(deps, &policy.name, &first).await?;
    Ok(first)
}

/// Remembers the current status of a schedule. A schedule that is no longer configured is forgotten, and is new when
/// it comes back.
pub(super) async fn keep(deps: &Deps, name: &str, standing: &Standing) -> Result<(), StoreError> {
    let is_known = |name: &str| deps.pair.watch.drills.iter().any(|policy| policy.name == name);
    let change = |standings: &mut Standings| {
        if standings.get(name) == Some(standing) {
            return false;
        }
        standings.insert(name.to_owned(), standing.clone());
        standings.retain(|name, _| is_known(name));
        true
    };
    Document::update(deps, STANDINGS, change).await.map(drop)
}
