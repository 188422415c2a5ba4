//! Actions as steps of a plan.

use saga::{Need, Needed, Step};
use serde_json::json;

use super::wording::Occasion;
use super::{Ask, EXTERNAL, GO, PlanningError, want};
use crate::action::{Action, ActionInfo, Address, Declarations, Detail, Purpose, Reach, ShownLoss, placeholders};
use crate::pair::{PairName, Role, Side};
use crate::template::fill_all;

/// The steps of one purpose, for the side that the work goes to.
pub(super) fn steps(ask: &Ask<'_>, purpose: Purpose, wanted: &str) -> Result<Vec<Step>, PlanningError> {
    ask.declarations.of(purpose).map(|action| step(ask, action, wanted, Role::Target)).collect()
}

/// The steps that isolate the whole leaving side.
pub(super) fn cut_off(ask: &Ask<'_>, pursue: bool) -> Result<Vec<Step>, PlanningError> {
    let steps = ask.declarations.of(Purpose::Fence).map(|action| {
        let step = step(ask, action, want::CUT_OFF, Role::Leaving)?;
        Ok(Step { pursue, ..step })
    });
    steps.collect()
}

/// The messages of an occasion, one for each channel. The saga does not wait for them.
pub(super) fn messages(ask: &Ask<'_>, occasion: Occasion) -> Result<Vec<Step>, PlanningError> {
    messages_of(&teller(ask, Role::Target), occasion)
}

/// The same messages, for plans without an [`Ask`].
pub(super) fn messages_of(teller: &Teller<'_>, occasion: Occasion) -> Result<Vec<Step>, PlanningError> {
    let steps = teller.declarations.of(Purpose::Channel).map(|action| {
        let step = plain(teller, action, want::TOLD, Role::Target, None)?;
        let mut detail: Detail = serde_json::from_value(step.detail).map_err(|e| refused(action, &e.to_string()))?;
        detail.wording = Some(occasion.wording(&action.settings));
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
    pub(super) declarations: &'a Declarations,
    pub(super) action_kinds: &'a [ActionInfo],
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
        declarations: ask.declarations,
        action_kinds: ask.action_kinds,
    }
}

fn step(ask: &Ask<'_>, action: &Action, wanted: &str, role: Role) -> Result<Step, PlanningError> {
    plain(&teller(ask, role), action, wanted, role, shown(ask, action))
}

fn plain(
    teller: &Teller<'_>,
    action: &Action,
    wanted: &str,
    role: Role,
    shown: Option<ShownLoss>,
) -> Result<Step, PlanningError> {
    let info = teller.action_kinds.iter().find(|info| info.name == action.kind && info.purpose == action.purpose);
    let info = info.ok_or_else(|| refused(action, "this program does not know its kind: use a newer one"))?;
    let side = teller.target;
    let address = address(teller.addresses, side);
    // The text of a channel is filled in when it is sent, so it says how far the failover is by then.
    let settings = match action.purpose {
        Purpose::Channel => action.settings.clone(),
        Purpose::Fence
        | Purpose::Dataset
        | Purpose::Source
        | Purpose::Route
        | Purpose::Recovery
        | Purpose::Endpoint
        | Purpose::Validation => {
            fill_all(&action.settings, &placeholders(teller.pair, &address)).map_err(|e| refused(action, &e))?
        }
    };
    let detail = Detail { settings, side, address, shown, wording: None };
    Ok(Step {
        detail: json!(detail),
        class: info.class,
        ..Step::new(place(info, role), &action.kind, &action.name, &action.name, wanted)
    })
}

fn address(addresses: &[Address], side: Side) -> Address {
    let known = addresses.iter().find(|address| address.side == side).cloned();
    known.unwrap_or_else(|| Address { side, url: String::new(), host: String::new() })
}

fn place(info: &ActionInfo, role: Role) -> &'static str {
    match info.reach {
        Reach::Workspace => role.as_str(),
        Reach::External => EXTERNAL,
    }
}

/// The values to show for a dataset, or for the data that the vendor's own recovery replicates.
fn shown(ask: &Ask<'_>, action: &Action) -> Option<ShownLoss> {
    let seen = ask.datasets.iter().find(|seen| seen.purpose == action.purpose && seen.name == action.name)?;
    let synced_at = seen.synced_at.as_ref().ok().copied();
    Some(ShownLoss { synced_at, loss_s: seen.loss_s(ask.lost_at), objective_s: seen.objective_s })
}

/// Proves that the target has everything that the plan starts there (R22).
pub(super) fn up_to_date(starts: &[(String, String, String)]) -> Step {
    let there: Vec<_> = starts.iter().map(|(kind, id, name)| json!({ "kind": kind, "id": id, "name": name })).collect();
    Step {
        detail: json!({ "there": there }),
        ..Step::new(
            Role::Target.as_str(),
            super::own::STANDBY,
            super::own::STANDBY,
            "what the plan starts",
            want::UP_TO_DATE,
        )
    }
}

/// The need for a verified step. If the saga is not planned, the approval with the risk accepted can take its place
/// (S10).
pub(super) fn verified_or_accepted(step: saga::StepId, planned: bool) -> Needed {
    Needed { step, need: Need::Verified, unless_accepted: (!planned).then(|| GO.to_owned()) }
}

fn refused(action: &Action, why: &str) -> PlanningError {
    PlanningError::Action { action: format!("{} {:?}", action.purpose.as_str(), action.name), why: why.to_owned() }
}
