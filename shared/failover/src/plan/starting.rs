//! Starting on the target what was active on the leaving side (S10, S15).

use std::collections::BTreeMap;

use saga::{Step, StepId};

use super::{Ask, steps};
use crate::checkpoint::{Resource, StartStage, Trust};
use crate::matching::{Matching, Twin, told_apart};

/// The starts of a plan, and what is left out of them.
pub(super) struct Starts {
    places: BTreeMap<StartStage, u16>,
    pub(super) by_stage: BTreeMap<StartStage, Vec<Step>>,
    pub(super) by_hand: Vec<Step>,
    pub(super) exceptions: Vec<String>,
    /// Kind, id and name of what is started.
    pub(super) started: Vec<(String, String, String)>,
}

impl Starts {
    /// `places` tells the index that each of the start stages has in the plan.
    pub(super) fn collect(
        ask: &Ask<'_>,
        fenced: &BTreeMap<(&str, &str), StepId>,
        places: BTreeMap<StartStage, u16>,
    ) -> Self {
        let matching = Matching::new(ask.here, ask.there, ask.map);
        let twins: Vec<Twin> = ask.here.resources.iter().map(|resource| matching.twin(resource)).collect();
        let twins = told_apart(&ask.here.resources, twins);
        let mut starts = Self {
            places,
            by_stage: BTreeMap::new(),
            by_hand: Vec::new(),
            exceptions: Vec::new(),
            started: Vec::new(),
        };
        for (resource, twin) in ask.here.resources.iter().zip(twins) {
            if ask.arrangements.is_active_active(&resource.kind, &resource.name) {
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
            let Some(&fence) = fenced.get(&(resource.kind.as_str(), resource.id.as_str())) else { continue };
            starts.add(ask, resource, twin, fence);
        }
        starts
    }

    fn push(&mut self, stage: StartStage, step: Step) -> StepId {
        let place = self.places.get(&stage).copied().unwrap_or_default();
        let steps = self.by_stage.entry(stage).or_default();
        steps.push(step);
        StepId { stage: place, number: steps.len() as u32 - 1 }
    }

    fn add(&mut self, ask: &Ask<'_>, resource: &Resource, twin: Twin, fence: StepId) {
        let wanted = resource.starts.iter().filter(|start| match start.trust {
            Trust::Always => true,
            Trust::IfInterruptedIsRunAgain => ask.policy.run_interrupted_again,
        });
        let mut wanted = wanted.peekable();
        if wanted.peek().is_none() {
            return;
        }
        match twin {
            Twin::Is(twin) => {
                self.started.push((resource.kind.clone(), twin.clone(), resource.name.clone()));
                let mut before: Option<(StartStage, StepId)> = None;
                for start in wanted {
                    let mut step = steps::start(resource, start, &twin, fence, ask.policy.planned);
                    // Within a stage the starts of one resource follow each other; between stages the gate sees to it.
                    let same_stage = before.filter(|(stage, _)| *stage == start.stage);
                    step.needs.extend(same_stage.map(|(_, id)| steps::verified(id)));
                    before = Some((start.stage, self.push(start.stage, step)));
                }
            }
            Twin::Ambiguous(why) => self.by_hand.push(steps::by_hand(resource, "AMBIGUOUS-MATCH", &why)),
            Twin::Missing(why) => self.by_hand.push(steps::by_hand(resource, "NO-COUNTERPART", &why)),
        }
    }
}
