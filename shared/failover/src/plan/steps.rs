//! The steps that plans are made of.

use saga::{Need, Needed, Step, StepId};
use serde_json::{Value, json};

use super::actions::verified_or_accepted;
use super::{EVERYTHING, PAIR, own, want};
use crate::checkpoint::{Resource, Start};
use crate::operation::Window;
use crate::pair::{Role, Side};
use crate::resource_key::ResourceKey;

/// Keeps one resource of the leaving side from processing data.
pub(super) fn fence(resource: &Resource, pursue: bool) -> Step {
    Step { pursue, ..Step::new(Role::Leaving.as_str(), &resource.kind, &resource.id, &resource.name, want::FENCED) }
}

/// Keeps everything of one kind on the leaving side from processing data, known or not. Work that is marked as
/// running on both sides is left alone, together with what it started.
pub(super) fn fence_everything(kind: &str, except: &[ResourceKey], pursue: bool) -> Step {
    Step {
        detail: if except.is_empty() { Value::Null } else { json!({ "except": except }) },
        pursue,
        ..Step::new(Role::Leaving.as_str(), kind, EVERYTHING, "whatever else is active", want::ALL_FENCED)
    }
}

/// Starts on the target a resource that was active on the leaving side (S10).
pub(super) fn start(
    resource: &Resource,
    start: &Start,
    counterpart: &str,
    fence: Option<StepId>,
    planned: bool,
) -> Step {
    Step {
        detail: start.detail.clone(),
        class: start.class,
        needs: fence.map(|fence| verified_or_accepted(fence, planned)).into_iter().collect(),
        ..Step::new(
            Role::Target.as_str(),
            start.kind.clone().unwrap_or_else(|| resource.kind.clone()),
            counterpart,
            &resource.name,
            &start.want,
        )
    }
}

/// Sets a resource back to its recorded state, but does not make it active.
pub(super) fn set_back(resource: &Resource, place: Role) -> impl Iterator<Item = Step> + '_ {
    resource.set_back.iter().map(move |start| Step {
        detail: start.detail.clone(),
        class: start.class,
        ..Step::new(
            place.as_str(),
            start.kind.clone().unwrap_or_else(|| resource.kind.clone()),
            &resource.id,
            &resource.name,
            &start.want,
        )
    })
}

/// The need that another step was read back as wanted.
pub(super) fn verified(step: StepId) -> Needed {
    Needed { step, need: Need::Verified, unless_accepted: None }
}

/// Publishes the status of the pair.
pub(super) fn publish(name: &str, wanted: &str, active: Side, frozen: bool) -> Step {
    Step {
        detail: json!({ "active": active, "frozen": frozen }),
        ..Step::new(PAIR, own::PUBLICATION, own::PUBLICATION, name, wanted)
    }
}

/// Swaps the roles: the target is the primary from here on (R44). This comes only after the target was published as
/// the active side, by the role that it had then.
pub(super) fn promote(target: Side, pointed: Option<StepId>) -> Step {
    Step {
        detail: json!({ "active": target, "frozen": false, "promoted": true }),
        needs: pointed.map(verified).into_iter().collect(),
        ..publish("the new primary", want::SWAPPED, target, false)
    }
}

/// Waits for the window in which a planned saga may begin (R40).
pub(super) fn window(window: &Window) -> Step {
    about_the_saga(own::WINDOW, "the maintenance window", want::OPEN, json!(window))
}

/// Waits until somebody has written down a lesson (R43).
pub(super) fn lessons() -> Step {
    about_the_saga(own::LESSONS, "what was learned", want::LEARNED, Value::Null)
}

fn about_the_saga(kind: &str, name: &str, wanted: &str, detail: Value) -> Step {
    Step { detail, ..Step::new(PAIR, kind, kind, name, wanted) }
}

/// Proves that the target answers and that Switchback can sign in.
pub(super) fn answering() -> Step {
    Step::new(Role::Target.as_str(), own::WORKSPACE, own::WORKSPACE, "the workspace itself", want::ANSWERING)
}

/// Leaves one resource to a person.
pub(super) fn by_hand(resource: &Resource, code: &str, why: &str) -> Step {
    Step {
        detail: json!({ "code": code, "why": why }),
        ..Step::new(Role::Target.as_str(), &resource.kind, "", &resource.name, want::SEEN_TO)
    }
}
