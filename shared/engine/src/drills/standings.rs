//! Remembers for each schedule the first period that is not settled.

use std::collections::BTreeMap;

use failover::drill::{DrillPolicy, Standing};

use crate::deps::Deps;
use crate::ports::{Remembered, STORE_VERSION, StoreError};

/// The name under which the schedules are remembered.
const STANDINGS: &str = "drill-schedules";

/// The most tries of a write after somebody else wrote first.
const TRIES: u32 = 8;

type Standings = BTreeMap<String, Standing>;

/// The status of a schedule. A schedule that was never seen, or whose periods have changed, is new. The first time is
/// remembered, since its periods are promised from then on.
pub(super) async fn standing(deps: &Deps, policy: &DrillPolicy) -> Result<Standing, StoreError> {
    let (standings, _) = read(deps).await?;
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
    for _ in 0..TRIES {
        let (mut standings, revision) = read(deps).await?;
        if standings.get(name) == Some(standing) {
            return Ok(());
        }
        standings.insert(name.to_owned(), standing.clone());
        standings.retain(|name, _| is_known(name));
        let value = serde_json::to_value(&standings).map_err(broken)?;
        let item = Remembered { version: STORE_VERSION, value, revision: revision + 1 };
        match deps.signals.remember(&deps.pair.name, STANDINGS, &item).await {
            Ok(()) => return Ok(()),
            Err(StoreError::Refused(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Err(StoreError::Again("the schedules of drills".to_owned()))
}

async fn read(deps: &Deps) -> Result<(Standings, u64), StoreError> {
    let Some(item) = deps.signals.recall(&deps.pair.name, STANDINGS).await? else { return Ok(Default::default()) };
    Ok((serde_json::from_value(item.value).map_err(broken)?, item.revision))
}

fn broken(error: serde_json::Error) -> StoreError {
    StoreError::Broken(format!("the schedules of drills: {error}"))
}
