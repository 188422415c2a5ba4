//! The steps that plans are made of.

use saga::{Class, Need, Needed, Step, StepId};
use serde_json::{Value, json};

use super::actions::verified_or_accepted;
use super::{EVERYTHING, PAIR, own, want};
use crate::checkpoint::{Resource, Start};
use crate::operation::Window;
use crate::pair::{Role, Side};
use crate::resource_key::ResourceKey;

/// Keeps one resource of the leaving side from processing data.
pub(super) fn fence(resource: &Resource, pursue: bool) -> Step {
    Step {
        place: Role::Leaving.as_str().to_owned(),
        kind: resource.kind.clone(),
        resource: resource.id.clone(),
        name: resource.name.clone(),
        want: want::FENCED.to_owned(),
        detail: Value::Null,
        class: Class::Idempotent,
        pursue,
        needs: Vec::new(),
        restarted_by: Vec::new(),
        optional: false,
    }
}

/// Keeps everything of one kind on the leaving side from processing data, known or not. Work that is marked as
/// running on both sides is left alone, together with what it started.
pub(super) fn fence_everything(kind: &str, except: &[ResourceKey], pursue: bool) -> Step {
    Step {
        place: Role::Leaving.as_str().to_owned(),
        kind: kind.to_owned(),
        resource: EVERYTHING.to_owned(),
        name: "whatever else is active".to_owned(),
        want: want::ALL_FENCED.to_owned(),
        detail: if except.is_empty() { Value::Null } else { json!({ "except": except }) },
        class: Class::Idempotent,
        pursue,
        needs: Vec::new(),
        restarted_by: Vec::new(),
        optional: false,
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
        place: Role::Target.as_str().to_owned(),
        kind: start.kind.clone().unwrap_or_else(|| resource.kind.clone()),
        resource: counterpart.to_owned(),
        name: resource.name.clone(),
        want: start.want.clone(),
        detail: start.detail.clone(),
        class: start.class,
        pursue: false,
        needs: fence.map(|fence| verified_or_accepted(fence, planned)).into_iter().collect(),
        restarted_by: Vec::new(),
        optional: false,
    }
}

/// Sets a resource back to its recorded state, but does not make it active.
pub(super) fn set_back(resource: &Resource, place: Role) -> impl Iterator<Item = Step> + '_ {
    resource.set_back.iter().map(move |start| Step {
        place: place.as_str().to_owned(),
        kind: start.kind.clone().unwrap_or_else(|| resource.kind.clone()),
        resource: resource.id.clone(),
        name: resource.name.clone(),
        want: start.want.clone(),
        detail: start.detail.clone(),
        class: start.class,
        pursue: false,
        needs: Vec::new(),
        restarted_by: Vec::new(),
        optional: false,
    })
}

/// The need that another step was read back as wanted.
pub(super) fn verified(step: StepId) -> Needed {
    Needed { step, need: Need::Verified, unless_accepted: None }
}

/// Publishes the status of the pair.
pub(super) fn publish(name: &str, wanted: &str, active: Side, frozen: bool) -> Step {
    Step {
        place: PAIR.to_owned(),
        kind: own::PUBLICATION.to_owned(),
        resource: own::PUBLICATION.to_owned(),
        name: name.to_owned(),
        want: wanted.to_owned(),
        detail: json!({ "active": active, "frozen": frozen }),
        class: Class::Idempotent,
        pursue: false,
        needs: Vec::new(),
        restarted_by: Vec::new(),
        optional: false,
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
    Step {
        place: PAIR.to_owned(),
        kind: kind.to_owned(),
        resource: kind.to_owned(),
        name: name.to_owned(),
        want: wanted.to_owned(),
        detail,
        class: Class::Idempotent,
        pursue: false,
        needs: Vec::new(),
        restarted_by: Vec::new(),
        optional: false,
    }
}

/// Proves that the target answers and that Switchback can sign in.
pub(super) fn answering() -> Step {
    Step {
        place: Role::Target.as_str().to_owned(),
        kind: own::WORKSPACE.to_owned(),
        resource: own::WORKSPACE.to_owned(),
        name: "the workspace itself".to_owned(),
        want: want::ANSWERING.to_owned(),
        detail: Value::Null,
        class: Class::Idempotent,
        pursue: false,
        needs: Vec::new(),
        restarted_by: Vec::new(),
        optional: false,
    }
}

/// Leaves one resource to a person.
pub(super) fn by_hand(resource: &Resource, code: &str, why: &str) -> Step {
    Step {
        place: Role::Target.as_str().to_owned(),
        kind: resource.kind.clone(),
        resource: String::new(),
        name: resource.name.clone(),
        want: want::SEEN_TO.to_owned(),
        detail: json!({ "code": code, "why": why }),
        class: Class::Idempotent,
        pursue: false,
        needs: Vec::new(),
        restarted_by: Vec::new(),
        optional: false,
    }
}
