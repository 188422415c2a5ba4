//! Makes a dry run of a full drill and stores it. The calls are stored as an object, and the drill as a result.

use failover::drill::{DrillEnd, DrillKind};
use failover::{Operation, Side};

use super::book::{DrillOutcome, DrillResult, write_down};
use crate::deps::Deps;
use crate::dry_run::{DryRun, DryRunError, Ends, dry_run};
use crate::keys::dry_run_key;
use crate::ports::StoreError;
use crate::start::{Order, StartError, draft};

/// The reason why there was no dry run. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DryDrillError {
    /// There is no plan.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The dry run of the plan failed.
    #[error(transparent)]
    Failed(#[from] DryRunError),
}

/// Makes the plan of a full drill now, and dry-runs it. Writes nothing.
///
/// # Errors
///
/// [`DryDrillError`].
pub async fn dry_drill(deps: &Deps, by: &str) -> Result<DryRun, DryDrillError> {
    let order = Order::of(Operation::Drill, Side::Primary, true, by, deps.clock.now());
    let drafted = draft(deps, &order).await?;
    Ok(dry_run(deps, &drafted.plan).await?)
}

/// Stores a dry run as an object and records it as held. Returns the object's key. `told`: nobody needs a message,
/// since the person who ordered it has read it.
///
/// # Errors
///
/// [`StoreError`].
pub async fn keep_dry_run(
    deps: &Deps,
    name: &str,
    period: Option<&str>,
    dry_run: &DryRun,
    told: bool,
) -> Result<String, StoreError> {
    let key = dry_run_key(name, dry_run.looked_at);
    let bytes =
        serde_json::to_vec_pretty(dry_run).map_err(|e| StoreError::Broken(format!("cannot write {key}: {e}")))?;
    deps.objects.put(&key, bytes.into()).await?;
    let blocked = dry_run.steps().filter(|step| is_blocked(&step.ends)).count();
    let result = DrillResult {
        id: period.map_or_else(|| format!("{name}/{}", dry_run.saga), |period| format!("{name}/{period}")),
        name: name.to_owned(),
        kind: DrillKind::DryRun,
        period: period.map(str::to_owned),
        at: deps.clock.now(),
        sagas: Vec::new(),
        outcome: DrillOutcome::Ended(DrillEnd::Held),
        why: format!(
            "A failover would make {} calls, {blocked} steps would need a person, and there are {} findings. \
             Kept as {key}.",
            dry_run.calls().count(),
            dry_run.findings.len()
        ),
        told,
    };
    write_down(deps, &result).await?;
    Ok(key)
}

fn is_blocked(ends: &Ends) -> bool {
    match ends {
        Ends::Blocked { .. } => true,
        Ends::AsWanted { .. } | Ends::Assumed | Ends::Awaited { .. } | Ends::NotForeseen { .. } => false,
    }
}
