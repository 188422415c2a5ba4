//! Starts on the target what was active on the leaving side (S10, S15) and, on the way back, what was active on the
//! target before.

use std::collections::{BTreeMap, BTreeSet};

use saga::{Step, StepId};

use super::{Ask, steps};
use crate::checkpoint::{Checkpoint, Resource, Start, StartStage, Trust};
use crate::matching::{Counterpart, Matching, told_apart};
use crate::pair::Role;
use crate::resource_key::ResourceKey;

/// The starts of a plan, and everything that is left out of them.
pub(super) struct Starts {
    places: BTreeMap<StartStage, u16>,
    pub(super) by_stage: BTreeMap<StartStage, Vec<Step>>,
    pub(super) by_hand: Vec<Step>,
    pub(super) exceptions: Vec<String>,
    /// Kind, id and name of everything that is started.
    pub(super) started: Vec<(String, String, String)>,
}

impl Starts {
    /// Collects the starts. `places` has the index of each start stage in the plan.
    pub(super) fn collect(
        ask: &Ask<'_>,
        fenced: &BTreeMap<ResourceKey, StepId>,
        places: BTreeMap<StartStage, u16>,
    ) -> Self {
        let matching = Matching::new(ask.here, ask.there, ask.map);
        let counterparts: Vec<Counterpart> =
            ask.here.resources.iter().map(|resource| matching.counterpart(resource)).collect();
        let counterparts = told_apart(&ask.here.resources, counterparts);
        let mut starts = Self {
            places,
            by_stage: BTreeMap::new(),
            by_hand: Vec::new(),
            exceptions: Vec::new(),
            started: Vec::new(),
        };
        if ask.is_in_place() {
            return starts;
        }
        let by_id = counterparts_by_id(ask, &counterparts);
        for (resource, counterpart) in ask.here.resources.iter().zip(&counterparts) {
            if ask.declarations.is_active_active(&resource.kind, &resource.name) {
                starts.exceptions.push(format!(
                    "{} {:?} runs on both sides by decision (active-active): it is neither fenced nor started",
                    resource.kind, resource.name
                ));
                continue;
            }
            if let Some(why) = &resource.not_carried {
                starts.exceptions.push(format!("{} {:?} is not carried over: {why}", resource.kind, resource.name));
                continue;
            }
            let Some(&fence) = fenced.get(&resource.key()) else { continue };
            starts.add(ask, resource, counterpart, fence);
        }
        if let Some(recorded) = &ask.past.recorded {
            starts.restore(ask, recorded, fenced, &by_id);
        }
        starts
    }

    fn push(&mut self, stage: StartStage, step: Step) -> StepId {
        let place = self.places.get(&stage).copied().unwrap_or_default();
        let steps = self.by_stage.entry(stage).or_default();
        steps.push(step);
        StepId { stage: place, number: steps.len() as u32 - 1 }
    }

    fn add(&mut self, ask: &Ask<'_>, resource: &Resource, counterpart: &Counterpart, fence: StepId) {
        let wanted = resource.starts.iter().filter(|start| match start.trust {
            // If the work never came to this side in full, its state does not say what shall be on.
            Trust::Always => !ask.past.midway,
            Trust::IfInterruptedIsRunAgain => ask.policy.run_interrupted_again,
        });
        let wanted: Vec<&Start> = wanted.collect();
        if wanted.is_empty() {
            return;
        }
        match counterpart {
            Counterpart::Is(counterpart) => self.start(ask, resource, counterpart, &wanted, Some(fence)),
            Counterpart::Ambiguous(why) => self.by_hand.push(steps::by_hand(resource, "AMBIGUOUS-MATCH", why)),
            Counterpart::Missing(why) => self.by_hand.push(steps::by_hand(resource, "NO-COUNTERPART", why)),
        }
    }

    fn start(
        &mut self,
        ask: &Ask<'_>,
        resource: &Resource,
        counterpart: &str,
        wanted: &[&Start],
        fence: Option<StepId>,
    ) {
        self.started.push((resource.kind.clone(), counterpart.to_owned(), resource.name.clone()));
        let mut before: Option<(StartStage, StepId)> = None;
        for start in wanted {
            let mut step = steps::start(resource, start, counterpart, fence, ask.policy.planned);
            // Within a stage the starts of one resource follow each other. Between stages the gate ensures the
            // order.
            let same_stage = before.filter(|(stage, _)| *stage == start.stage);
            step.needs.extend(same_stage.map(|(_, id)| steps::verified(id)));
            before = Some((start.stage, self.push(start.stage, step)));
        }
    }

    fn set_back(&mut self, resource: &Resource) {
        for (start, step) in resource.set_back.iter().zip(steps::set_back(resource, Role::Target)) {
            self.push(start.stage, step);
        }
    }

    /// Restores what was active on the target before the work left it. If the work never came to the leaving side
    /// in full, this is all of it. Otherwise it is the work without a counterpart there, which could not go on
    /// there.
    fn restore(
        &mut self,
        ask: &Ask<'_>,
        recorded: &Checkpoint,
        fenced: &BTreeMap<ResourceKey, StepId>,
        counterparts: &BTreeMap<ResourceKey, &Resource>,
    ) {
        let there: BTreeSet<ResourceKey> = ask.there.resources.iter().map(Resource::key).collect();
        let started: BTreeSet<ResourceKey> =
            self.started.iter().map(|(kind, id, _)| ResourceKey::new(kind, id)).collect();
        for resource in &recorded.resources {
            let key = resource.key();
            let counterpart = counterparts.get(&key).copied();
            if ask.declarations.is_active_active(&resource.kind, &resource.name) {
                continue;
            }
            let goes_on = counterpart.is_some() && !ask.past.midway;
            if goes_on || resource.starts.is_empty() {
                // A resource that was off stays off. Its settings become again what they were before it was fenced.
                let is_started = started.contains(&key);
                if !is_started && there.contains(&key) {
                    self.set_back(resource);
                }
                continue;
            }
            if !there.contains(&key) {
                let gone = format!(
                    "{} {:?} was on at the {} before the work left it, and is gone from there: it is not started",
                    resource.kind,
                    resource.name,
                    ask.leaving.other()
                );
                self.exceptions.push(gone);
                continue;
            }
            let was_run = counterpart.is_some_and(|other| ask.past.already_run.contains(&other.id));
            let wanted = resource.starts.iter().filter(|start| match start.trust {
                Trust::Always => true,
                Trust::IfInterruptedIsRunAgain => {
                    ask.policy.run_interrupted_again && ask.past.midway && counterpart.is_some() && !was_run
                }
            });
            let wanted: Vec<&Start> = wanted.collect();
            let fence = counterpart.and_then(|other| fenced.get(&other.key()).copied());
            self.start(ask, resource, &resource.id, &wanted, fence);
        }
    }
}

/// The resources of the leaving side, by kind and id of their counterparts on the target.
fn counterparts_by_id<'a>(ask: &'a Ask<'_>, counterparts: &'a [Counterpart]) -> BTreeMap<ResourceKey, &'a Resource> {
    let pairs = ask.here.resources.iter().zip(counterparts).filter_map(|(resource, counterpart)| match counterpart {
        Counterpart::Is(id) => Some((ResourceKey::new(&resource.kind, id), resource)),
        Counterpart::Ambiguous(_) | Counterpart::Missing(_) => None,
    });
    pairs.collect()
}
