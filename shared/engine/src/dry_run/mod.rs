//! Dry-runs a plan: it makes every read, judges every gate, changes nothing, and lists the calls that a run would
//! make.
//!
//! Law: it changes nothing. No object, item or head is written, no lease is taken, no saga is woken, and the
//! admission of every request permits reads only ([`read_only`]). The list comes from the same code that acts: a call
//! goes all its way to its admission and is refused there, in its final form. Gates are judged by [`saga::decide`],
//! on a state that is assumed and never recorded.
//!
//! The calls of the run that follows differ in some cases, since the workspaces change in between.
//! `shared/docs/guide/drills.md` lists these cases under "Limits of a dry run".

mod foreseen;
mod own_records;
mod read_only;
mod rounds;
mod step;
mod text;
mod walk;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use failover::plan::{About, EVERYTHING, EXTERNAL};
use failover::{ResourceKey, Role, Side};
use futures::future::join_all;
use saga::Plan;

pub use foreseen::{DryRun, Ends, Entry, Foreseen, StageForeseen, StepForeseen};
pub use rounds::{Outcome, Sight, action, resource};
pub use text::text;

use self::own_records::OwnRecords;
use self::read_only::{Looks, ReadOnly};
use self::step::{Foreseer, Ground};
use self::walk::Walk;
use crate::deps::Deps;
use crate::limiter::request_admission::RequestAdmission;
use crate::ports::{Admission, ReadPurpose, StoreError};
use crate::roles::ResolvedPair;
use crate::runner::place::{Place, known_kinds};
use crate::runner::read_batcher::ReadBatcher;

/// The reason why a plan could not be dry-run. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DryRunError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The plan is not consistent.
    #[error(transparent)]
    Plan(#[from] saga::PlanError),
    /// The plan cannot be followed.
    #[error(transparent)]
    Illegal(#[from] saga::TransitionError),
    /// The reads ended before they were answered.
    #[error("the looks at the two sides ended early: dry-run the plan again")]
    LooksEnded,
}

/// Dry-runs a plan: it does everything that a run would do, except the calls that change something.
///
/// # Errors
///
/// [`DryRunError`].
pub async fn dry_run(deps: &Deps, plan: &Plan) -> Result<DryRun, DryRunError> {
    plan.check()?;
    let about = About::of(plan)?;
    let deps = &deps.resolve_planned(&about);
    let looked_at = deps.clock.now();
    let looks = Looks::default();
    let grounds = grounds(deps, plan, &about, &looks);
    let records = OwnRecords::read(deps, &plan.saga).await?;
    let foreseer = Foreseer {
        plan,
        about: &about,
        clock: &*deps.clock,
        grounds: &grounds,
        actions: &deps.actions,
        external: request_admission(deps, EXTERNAL, deps.settings.call_time_out),
        looks: &looks,
    };
    let read_batchers = join_all(grounds.values().map(|ground| ground.place.read_batcher.run()));
    let walk = Walk::new(plan, &foreseer, &records, looked_at);
    let walked = tokio::select! {
        biased;
        walked = walk.go_through() => walked?,
        _ = read_batchers => return Err(DryRunError::LooksEnded),
    };
    let (stages, assumptions) = walked;
    let mut totals: BTreeMap<String, u64> = BTreeMap::new();
    for call in stages.iter().flat_map(|stage| &stage.steps).flat_map(|step| &step.calls) {
        *totals.entry(format!("{} {}", call.place, call.family).trim_end().to_owned()).or_default() += 1;
    }
    let (_, hash) = plan.freeze()?;
    let looks = looks.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    Ok(DryRun {
        saga: plan.saga.clone(),
        plan: hash,
        looked_at,
        assumptions,
        calls_take_s: foreseen::calls_take_s(&stages, &deps.settings.limits),
        stages,
        looks,
        totals,
        findings: plan.findings.clone(),
    })
}

fn request_admission(deps: &Deps, name: &str, time_out: std::time::Duration) -> Arc<dyn Admission> {
    Arc::new(RequestAdmission::new(name, Arc::clone(&deps.clock), Arc::clone(&deps.settings), None, time_out))
}

/// The two workspaces, with admissions that permit reads only.
fn grounds(deps: &ResolvedPair, plan: &Plan, about: &About, looks: &Looks) -> BTreeMap<&'static str, Ground> {
    let (leaving, planned) = (about.leaving, about.planned);
    let ground = |role: Role, side: Side| {
        let time_out = match role {
            Role::Leaving if !planned => deps.settings.dead_time_out,
            Role::Leaving | Role::Target => deps.settings.call_time_out,
        };
        let request_admission = request_admission(deps, side.as_str(), time_out);
        let admission: Arc<dyn Admission> =
            Arc::new(ReadOnly::over(Arc::clone(&request_admission), role.as_str(), Arc::clone(looks)));
        let workspace = Arc::clone(deps.sides().workspace(side));
        let named: BTreeSet<ResourceKey> = plan
            .steps()
            .filter(|(_, step)| step.place == role.as_str() && step.resource != EVERYTHING)
            .map(|(_, step)| ResourceKey::new(&step.kind, &step.resource))
            .collect();
        let place = Place {
            read_batcher: ReadBatcher::new(Arc::clone(&deps.clock), Arc::clone(&workspace), Arc::clone(&admission)),
            workspace,
            admission,
            read_purpose: match role {
                Role::Leaving => ReadPurpose::Fence,
                Role::Target => ReadPurpose::Start,
            },
            open: Mutex::new(named.iter().map(|key| (key.kind.as_str(), key.id.as_str())).collect()),
            waived: Mutex::default(),
            known: known_kinds(plan, role.as_str()),
        };
        Ground { place, request_admission, named }
    };
    BTreeMap::from([
        (Role::Leaving.as_str(), ground(Role::Leaving, leaving)),
        (Role::Target.as_str(), ground(Role::Target, leaving.other())),
    ])
}
