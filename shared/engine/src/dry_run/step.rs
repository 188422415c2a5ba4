//! Foresees one step, from the state that is read now and from the assumed effects of the steps before it.
//!
//! Law: every read is really made, in the same way as the runner makes it. Must not know: gates, and the results of
//! other steps except the calls assumed so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use failover::ResourceKey;
use failover::plan::{About, EVERYTHING, EXTERNAL, own, want};
use saga::{Fault, Plan, State, Step, StepId};

use super::foreseen::Ends;
use super::own_records::OwnRecords;
use super::read_only::Looks;
use super::rounds::{Outcome, Sight, action, after, brought, ended, resource};
use crate::codes;
use crate::ports::{ActionContext, Actions, Admission, ApiCall, Clock, Context, Message, Next, Observed, ReadPurpose};
use crate::runner::attempt::{is_up_to_date, seen_to, without_open};
use crate::runner::external::{message, told, who_carries_out};
use crate::runner::place::Place;
use crate::runner::read_batcher::Seen;

/// One workspace in the form that a dry run uses.
pub(super) struct Ground {
    /// The workspace's handle. Its admission permits reads only.
    pub(super) place: Place,
    /// The admission behind every read-only admission of this location.
    pub(super) request_admission: Arc<dyn Admission>,
    /// Every resource of this location that a step of the plan names.
    pub(super) named: BTreeSet<ResourceKey>,
}

/// The calls that are assumed to have had their effect, by location and resource.
pub(super) type Assumed = BTreeMap<(String, String), Vec<ApiCall>>;

/// The part that foresees steps.
pub(super) struct Foreseer<'a> {
    pub(super) plan: &'a Plan,
    pub(super) about: &'a About,
    pub(super) clock: &'a dyn Clock,
    pub(super) grounds: &'a BTreeMap<&'static str, Ground>,
    pub(super) actions: &'a [Arc<dyn Actions>],
    pub(super) external: Arc<dyn Admission>,
    pub(super) looks: &'a Looks,
}

impl Foreseer<'_> {
    /// Foresees one step.
    pub(super) async fn foresee(&self, id: StepId, state: &State, assumed: &Assumed, records: &OwnRecords) -> Outcome {
        let Some(step) = self.plan.step(id) else {
            return Outcome::without_calls(Ends::NotForeseen { why: format!("the plan has no step {id}") });
        };
        let foreseen = match (step.kind.as_str(), step.want.as_str()) {
            (own::PUBLICATION, _) => records.foresee(step),
            (own::WORKSPACE, _) => self.check_access(step).await,
            (own::STANDBY, want::READY) => Ok(Outcome::without_calls(Ends::Assumed)),
            (own::STANDBY, _) => self.is_up_to_date(step).await,
            (own::WINDOW, _) => {
                Ok(Outcome::without_calls(Ends::Awaited { why: "its window is waited for".to_owned() }))
            }
            (own::LESSONS, _) => {
                Err(Fault::person_needed(codes::LESSONS_MISSING, "people write down what they learned"))
            }
            (_, want::SEEN_TO) => Err(seen_to(step)),
            (_, _) if step.place == EXTERNAL || self.is_action_there(step) => self.action(id, step, state).await,
            (_, _) if step.resource == EVERYTHING => self.everything(step, assumed).await,
            (_, _) => self.one(id, step, assumed).await,
        };
        foreseen.unwrap_or_else(|fault| Outcome::without_calls(ended(step, fault)))
    }

    fn ground(&self, step: &Step) -> Result<&Ground, Fault> {
        self.grounds.get(step.place.as_str()).ok_or_else(|| {
            Fault::person_needed(codes::UNKNOWN_STEP, format!("this program knows no place {:?}", step.place))
        })
    }

    fn is_action_there(&self, step: &Step) -> bool {
        let knows = |ground: &Ground| ground.place.workspace.actions().iter().any(|info| info.name == step.kind);
        self.grounds.get(step.place.as_str()).is_some_and(knows)
    }

    async fn check_access(&self, step: &Step) -> Result<Outcome, Fault> {
        let place = &self.ground(step)?.place;
        let note = place.workspace.check_access(&*place.admission).await?;
        Ok(Outcome::without_calls(Ends::AsWanted { note }))
    }

    async fn is_up_to_date(&self, step: &Step) -> Result<Outcome, Fault> {
        let note = is_up_to_date(step, &self.ground(step)?.place).await?;
        Ok(Outcome::without_calls(Ends::AsWanted { note }))
    }

    async fn action(&self, id: StepId, step: &Step, state: &State) -> Result<Outcome, Fault> {
        let token = self.plan.token(id);
        let words: Option<Result<Message, String>> = message(step, self.plan, self.about, state);
        let since = state.entered_at(usize::from(id.stage)).unwrap_or(self.plan.made_at);
        let now = self.clock.now();
        let context = ActionContext { token: &token, tries: 0, since, now, message: told(step, words.as_ref())? };
        if step.place != EXTERNAL {
            let ground = self.ground(step)?;
            return action(&*ground.place.workspace, step, &context, &self.sight(&ground.request_admission, step))
                .await;
        }
        let actions = who_carries_out(self.actions, step)?;
        action(&**actions, step, &context, &self.sight(&self.external, step)).await
    }

    async fn one(&self, id: StepId, step: &Step, assumed: &Assumed) -> Result<Outcome, Fault> {
        let ground = self.ground(step)?;
        let workspace = &ground.place.workspace;
        let mut seen = self.look(ground, step).await?;
        let before = assumed.get(&(step.place.clone(), step.resource.clone())).map_or(&[][..], Vec::as_slice);
        seen = seen.map(|seen| after(&**workspace, seen, before).0);
        let token = self.plan.token(id);
        let context = Context { token: &token, since: self.plan.made_at, tries: 0, reply: None };
        resource(&**workspace, step, seen, context, &self.sight(&ground.request_admission, step)).await
    }

    /// Foresees the other active resources of a kind. It leaves out the resources that a step of the plan names, and
    /// the resources that they have started, which end with them.
    async fn everything(&self, step: &Step, assumed: &Assumed) -> Result<Outcome, Fault> {
        let ground = self.ground(step)?;
        let place = &ground.place;
        let listed = match place.all_or_lacking(&step.kind, place.read_purpose).await? {
            Ok(listed) => listed,
            Err(lacking) => return Ok(Outcome::without_calls(Ends::AsWanted { note: lacking })),
        };
        let goes_with_its_owner = |seen: &Observed| {
            let owner = place.workspace.owner(seen);
            owner.is_some_and(|owner| ground.named.contains(&owner))
        };
        let mut left = without_open(step, place, &listed);
        left.retain(|seen| !goes_with_its_owner(seen));
        let left: Vec<Observed> = left
            .into_iter()
            .map(|seen| {
                let before = assumed.get(&(step.place.clone(), seen.id.clone())).map_or(&[][..], Vec::as_slice);
                after(&*place.workspace, seen.clone(), before).0
            })
            .collect();
        match place.workspace.next_of_all(step, &left.iter().collect::<Vec<_>>()) {
            Next::Satisfied { note } => Ok(Outcome::without_calls(Ends::AsWanted { note })),
            Next::Wait { why } => Ok(Outcome::without_calls(Ends::Awaited { why })),
            Next::Blocked(fault) => Err(fault),
            Next::Call(api_calls) => {
                let calls =
                    brought(&*place.workspace, &api_calls, &self.sight(&ground.request_admission, step)).await?;
                Ok(Outcome { calls, ends: Ends::Assumed, api_calls })
            }
        }
    }

    /// Reads a resource. A fence reads by listings, which show the most. A start reads as the runner does.
    async fn look(&self, ground: &Ground, step: &Step) -> Result<Option<Observed>, Fault> {
        let place = &ground.place;
        if place.read_purpose == ReadPurpose::Fence {
            let listed = place.read_batcher.all(&step.kind, place.read_purpose).await?;
            if let Some(seen) = listed.iter().find(|seen| seen.id == step.resource) {
                return Ok(Some(seen.clone()));
            }
        }
        Ok(place.read_batcher.one(&step.kind, &step.resource, place.read_purpose).await?.map(Seen::into_observed))
    }

    fn sight(&self, request_admission: &Arc<dyn Admission>, step: &Step) -> Sight {
        Sight { admission: Arc::clone(request_admission), place: step.place.clone(), looks: Arc::clone(self.looks) }
    }
}
