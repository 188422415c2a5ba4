//! Actions as steps of a plan.

use saga::{Class, Need, Needed, Step};
use serde_json::json;

use super::wording::Occasion;
use super::{Ask, GO, OUTSIDE, PlanRefused, want};
use crate::errand::{Address, Arrangements, Detail, Duty, Errand, ErrandInfo, Reach, Shown, placeholders};
use crate::pair::{PairName, Role, Side};
use crate::template::fill_all;

/// The steps of one purpose, for the side that the work goes to.
pub(super) fn steps(ask: &Ask<'_>, duty: Duty, wanted: &str) -> Result<Vec<Step>, PlanRefused> {
    ask.arrangements.of(duty).map(|errand| step(ask, errand, wanted, Role::Target)).collect()
}

/// The steps that isolate the whole leaving side.
pub(super) fn cut_off(ask: &Ask<'_>, pursue: bool) -> Result<Vec<Step>, PlanRefused> {
    let steps = ask.arrangements.of(Duty::Fence).map(|errand| {
        let step = step(ask, errand, want::CUT_OFF, Role::Leaving)?;
        Ok(Step { pursue, ..step })
    });
    steps.collect()
}

/// The messages of an occasion, one for each channel. The saga does not wait for them.
pub(super) fn messages(ask: &Ask<'_>, occasion: Occasion) -> Result<Vec<Step>, PlanRefused> {
    messages_of(&teller(ask, Role::Target), occasion)
}

/// The same messages, for plans without an [`Ask`].
pub(super) fn messages_of(teller: &Teller<'_>, occasion: Occasion) -> Result<Vec<Step>, PlanRefused> {
    let steps = teller.arrangements.of(Duty::Channel).map(|errand| {
        let step = plain(teller, errand, want::TOLD, Role::Target, None)?;
        let mut detail: Detail = serde_json::from_value(step.detail).map_err(|e| refused(errand, &e.to_string()))?;
        detail.wording = Some(occasion.wording(&errand.settings));
        Ok(Step { detail: json!(detail), pursue: true, optional: true, ..step })
    });
    steps.collect()
}

/// The values that fill in the step of an action.
pub(super) struct Teller<'a> {
    pub(super) pair: &'a PairName,
    /// The side that the step is about.
    pub(super) target: Side,
    pub(super) addresses: &'a [Address],
    pub(super) arrangements: &'a Arrangements,
    pub(super) errand_kinds: &'a [ErrandInfo],
}

fn teller<'a>(ask: &'a Ask<'_>, role: Role) -> Teller<'a> {
    let target = match role {
        Role::Leaving => ask.leaving,
        Role::Target => ask.leaving.other(),
    };
    Teller {
        pair: ask.pair,
        target,
        addresses: ask.addresses,
        arrangements: ask.arrangements,
        errand_kinds: ask.errand_kinds,
    }
}

fn step(ask: &Ask<'_>, errand: &Errand, wanted: &str, role: Role) -> Result<Step, PlanRefused> {
    plain(&teller(ask, role), errand, wanted, role, shown(ask, errand))
}

fn plain(
    teller: &Teller<'_>,
    errand: &Errand,
    wanted: &str,
    role: Role,
    shown: Option<Shown>,
) -> Result<Step, PlanRefused> {
    let info = teller.errand_kinds.iter().find(|info| info.name == errand.kind && info.duty == errand.duty);
    let info = info.ok_or_else(|| refused(errand, "this program does not know its kind: use a newer one"))?;
    let side = teller.target;
    let address = address(teller.addresses, side);
    // The text of a channel is filled in when it is sent, so it says how far the failover is by then.
    let settings = match errand.duty {
        Duty::Channel => errand.settings.clone(),
        Duty::Fence
        | Duty::Dataset
        | Duty::Source
        | Duty::Route
        | Duty::Recovery
        | Duty::Endpoint
        | Duty::Validation => {
            fill_all(&errand.settings, &placeholders(teller.pair, &address)).map_err(|e| refused(errand, &e))?
        }
    };
    let detail = Detail { settings, side, address, shown, wording: None };
    Ok(Step {
        place: place(info, role).to_owned(),
        kind: errand.kind.clone(),
        resource: errand.name.clone(),
        name: errand.name.clone(),
        want: wanted.to_owned(),
        detail: json!(detail),
        class: info.class,
        pursue: false,
        needs: Vec::new(),
        undone_by: Vec::new(),
        optional: false,
    })
}

fn address(addresses: &[Address], side: Side) -> Address {
    let known = addresses.iter().find(|address| address.side == side).cloned();
    known.unwrap_or_else(|| Address { side, url: String::new(), host: String::new() })
}

fn place(info: &ErrandInfo, role: Role) -> &'static str {
    match info.reach {
        Reach::Workspace => role.as_str(),
        Reach::Outside => OUTSIDE,
    }
}

/// The values to show for a dataset, or for the data that the vendor's own recovery replicates.
fn shown(ask: &Ask<'_>, errand: &Errand) -> Option<Shown> {
    let seen = ask.datasets.iter().find(|seen| seen.duty == errand.duty && seen.name == errand.name)?;
    let synced_at = seen.synced_at.as_ref().ok().copied();
    Some(Shown { synced_at, loss_s: seen.loss_s(ask.lost_at), objective_s: seen.objective_s })
}

/// Proves that the target has everything that the plan starts there (R22).
pub(super) fn up_to_date(starts: &[(String, String, String)]) -> Step {
    let there: Vec<_> = starts.iter().map(|(kind, id, name)| json!({ "kind": kind, "id": id, "name": name })).collect();
    Step {
        place: Role::Target.as_str().to_owned(),
        kind: super::own::STANDBY.to_owned(),
        resource: super::own::STANDBY.to_owned(),
        name: "what the plan starts".to_owned(),
        want: want::UP_TO_DATE.to_owned(),
        detail: json!({ "there": there }),
        class: Class::Idempotent,
        pursue: false,
        needs: Vec::new(),
        undone_by: Vec::new(),
        optional: false,
    }
}

/// The need for a verified step. If the saga is not planned, the approval with the risk accepted can take its place
/// (S10).
pub(super) fn verified_or_accepted(step: saga::StepId, planned: bool) -> Needed {
    Needed { step, need: Need::Verified, unless_accepted: (!planned).then(|| GO.to_owned()) }
}

fn refused(errand: &Errand, why: &str) -> PlanRefused {
    PlanRefused::Errand { errand: format!("{} {:?}", errand.duty.as_str(), errand.name), why: why.to_owned() }
}
