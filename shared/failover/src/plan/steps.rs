//! The steps that plans are made of.

use saga::{Class, Need, Needed, Step, StepId};
use serde_json::{Value, json};

use super::errands::verified_or_accepted;
use super::{EVERYTHING, PAIR, own, want};
use crate::checkpoint::{Resource, Start};
use crate::pair::{Role, Side};

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
        undone_by: Vec::new(),
        optional: false,
    }
}

/// Keeps everything of one kind on the leaving side from processing data, known or not.
/// What is marked as running on both sides is left alone, and what it started with it.
pub(super) fn fence_everything(kind: &str, except: &[(String, String)], pursue: bool) -> Step {
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
        undone_by: Vec::new(),
        optional: false,
    }
}

/// Starts on the target what was active on the leaving side (S10).
pub(super) fn start(resource: &Resource, start: &Start, twin: &str, fence: StepId, planned: bool) -> Step {
    Step {
        place: Role::Target.as_str().to_owned(),
        kind: start.kind.clone().unwrap_or_else(|| resource.kind.clone()),
        resource: twin.to_owned(),
        name: resource.name.clone(),
        want: start.want.clone(),
        detail: start.detail.clone(),
        class: start.class,
        pursue: false,
        needs: vec![verified_or_accepted(fence, planned)],
        undone_by: Vec::new(),
        optional: false,
    }
}

/// The need for another step to be read back as wanted.
pub(super) fn verified(step: StepId) -> Needed {
    Needed { step, need: Need::Verified, unless_accepted: None }
}

/// Publishes something about the pair.
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
        undone_by: Vec::new(),
        optional: false,
    }
}

/// Proves that the target answers and knows us.
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
        undone_by: Vec::new(),
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
        undone_by: Vec::new(),
        optional: false,
    }
}
