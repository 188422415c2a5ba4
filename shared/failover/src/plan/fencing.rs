//! Fences the leaving side: resource by resource, and then everything else that is there.

use std::collections::{BTreeMap, BTreeSet};

use saga::{Restarter, Stage, Step, StepId};

use super::gates::{tried, verified};
use super::{Ask, stage, steps};
use crate::checkpoint::{Missing, Resource};
use crate::resource_key::ResourceKey;

/// Makes the fence of the work, or of the compute that the work runs on. It records in `fenced` which step fences
/// which resource.
pub(super) fn fence_stage(
    ask: &Ask<'_>,
    index: u16,
    compute: bool,
    fenced: &mut BTreeMap<ResourceKey, StepId>,
) -> Stage {
    let mut steps = Vec::new();
    for kind in ask.kinds.iter().filter(|kind| kind.compute == compute) {
        let moved = |r: &&Resource| !ask.declarations.is_active_active(&r.kind, &r.name);
        for resource in ask.here.resources.iter().filter(|r| r.kind == kind.name).filter(moved) {
            let id = StepId { stage: index, number: steps.len() as u32 };
            fenced.insert(resource.key(), id);
            steps.push(steps::fence(resource, !ask.policy.planned));
        }
    }
    let (name, gate) = if compute {
        (stage::STOP_COMPUTE, tried(&[stage::FENCE]))
    } else {
        (stage::FENCE, verified(&[stage::FREEZE]))
    };
    Stage { name: name.to_owned(), gate, steps }
}

/// The resources of the leaving side that can start others there.
#[derive(Default)]
pub(super) struct Restarters<'a> {
    of_one: BTreeMap<ResourceKey, Vec<Restarter>>,
    of_kind: BTreeMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Restarters<'a> {
    pub(super) fn of(ask: &'a Ask<'_>, fenced: &BTreeMap<ResourceKey, StepId>) -> Self {
        let mut restarters = Self::default();
        for resource in &ask.here.resources {
            let Some(&step) = fenced.get(&resource.key()) else { continue };
            for started in &resource.can_start {
                match &started.id {
                    Some(id) => restarters
                        .of_one
                        .entry(ResourceKey::new(&started.kind, id))
                        .or_default()
                        .push(Restarter::Step(step)),
                    None => drop(restarters.of_kind.entry(&started.kind).or_default().insert(&resource.kind)),
                }
            }
        }
        restarters
    }

    pub(super) fn name_in(&self, stage: &mut Stage) {
        for step in &mut stage.steps {
            step.restarted_by =
                self.of_one.get(&ResourceKey::new(&step.kind, &step.resource)).cloned().unwrap_or_default();
            let any = self.of_kind.get(step.kind.as_str()).into_iter().flatten();
            step.restarted_by.extend(any.map(|kind| Restarter::AnyOf((*kind).to_owned())));
        }
    }
}

/// Fences everything else, kind by kind: every kind that the leaving side does not lack.
pub(super) fn sweep_steps(ask: &Ask<'_>) -> Vec<Step> {
    let marked = ask.here.resources.iter().filter(|r| ask.declarations.is_active_active(&r.kind, &r.name));
    let except: Vec<ResourceKey> = marked.map(Resource::key).collect();
    swept_kinds(ask).map(|kind| steps::fence_everything(kind, &except, !ask.policy.planned)).collect()
}

fn swept_kinds<'a>(ask: &'a Ask<'_>) -> impl Iterator<Item = &'a str> {
    ask.kinds.iter().map(|kind| kind.name).filter(|kind| match ask.here.missing.get(*kind) {
        Some(Missing::UnsupportedHere { .. }) => false,
        Some(Missing::NotListed { .. }) | None => true,
    })
}
