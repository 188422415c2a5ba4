//! What one step would do, from what is read now and what is assumed of the steps before it.
//!
//! Law: every look is really made, as the runner makes it; every call is brought as far as its pass,
//! which refuses it. After its calls a resource is judged again as it will then look, until nothing
//! is left to call. Must not know: gates, other steps' results but through the calls assumed so far.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use failover::plan::{EVERYTHING, OUTSIDE, own, want};
use futures::future::join_all;
use jiff::Timestamp;
use saga::{Fault, Plan, Reaction, State, Step, StepId};

use super::foreseen::{Ends, Foreseen};
use super::own_records::OwnRecords;
use super::read_only::{Looks, ReadOnly};
use crate::codes;
use crate::ports::{Act, ActReply, Briefing, Clock, Context, Errands, Looking, Message, Next, Observed, Pass, Wire};
use crate::runner::attempt::{Place, ROUNDS, is_up_to_date, seen_to, without_open};
use crate::runner::outside::{Outside, carry_out, message, told};

/// One workspace as a dry run uses it.
pub(super) struct Ground {
    /// Its pass admits looks only.
    pub(super) place: Place,
    /// What every pass of the place stands before.
    pub(super) turnstile: Arc<dyn Pass>,
    /// Everything of this place that a step of the plan names, by kind and id.
    pub(super) named: BTreeSet<(String, String)>,
}

/// Calls that are assumed to have had their effect, by place and resource.
pub(super) type Assumed = BTreeMap<(String, String), Vec<Act>>;

/// What foresees steps.
pub(super) struct Foreseer<'a> {
    pub(super) plan: &'a Plan,
    pub(super) clock: &'a dyn Clock,
    pub(super) grounds: &'a BTreeMap<&'static str, Ground>,
    pub(super) errands: &'a [Arc<dyn Errands>],
    pub(super) outside: Arc<dyn Pass>,
    pub(super) looks: &'a Looks,
}

/// What came of a step.
pub(super) struct Outcome {
    pub(super) calls: Vec<Foreseen>,
    pub(super) ends: Ends,
    /// The calls in the workspace's own terms.
    pub(super) acts: Vec<Act>,
}

impl Outcome {
    fn without_calls(ends: Ends) -> Self {
        Self { calls: Vec::new(), ends, acts: Vec::new() }
    }
}

impl Foreseer<'_> {
    /// Foresees one step.
    pub(super) async fn foresee(&self, id: StepId, state: &State, assumed: &Assumed, records: &OwnRecords) -> Outcome {
        let Some(step) = self.plan.step(id) else {
            return Outcome::without_calls(Ends::NotForeseen { why: format!("the plan has no step {id}") });
        };
        let foreseen = match (step.kind.as_str(), step.want.as_str()) {
            (own::PUBLICATION, _) => records.foresee(step),
            (own::WORKSPACE, _) => self.greet(step).await,
            (own::STANDBY, _) => self.is_up_to_date(step).await,
            (_, want::SEEN_TO) => Err(seen_to(step)),
            (_, _) if step.place == OUTSIDE || self.is_errand_there(step) => self.errand(id, step, state).await,
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

    fn is_errand_there(&self, step: &Step) -> bool {
        let knows = |ground: &Ground| ground.place.workspace.errands().iter().any(|info| info.name == step.kind);
        self.grounds.get(step.place.as_str()).is_some_and(knows)
    }

    async fn greet(&self, step: &Step) -> Result<Outcome, Fault> {
        let place = &self.ground(step)?.place;
        let note = place.workspace.greet(&*place.pass).await?;
        Ok(Outcome::without_calls(Ends::AsWanted { note }))
    }

    async fn is_up_to_date(&self, step: &Step) -> Result<Outcome, Fault> {
        let note = is_up_to_date(step, &self.ground(step)?.place).await?;
        Ok(Outcome::without_calls(Ends::AsWanted { note }))
    }

    /// A try of an errand, whose first call that may have an effect is refused: it makes one at most,
    /// or the same one again.
    async fn errand(&self, id: StepId, step: &Step, state: &State) -> Result<Outcome, Fault> {
        let token = self.plan.token(id);
        let words: Option<Result<Message, String>> = message(step, self.plan, state);
        let since = state.entered_at(usize::from(id.stage)).unwrap_or(self.plan.made_at);
        let now = self.clock.now();
        let briefing = Briefing { token: &token, tries: 0, since, now, message: told(step, words.as_ref())? };
        let is_outside = step.place == OUTSIDE;
        let turnstile = if is_outside { &self.outside } else { &self.ground(step)?.turnstile };
        let pass = Arc::new(self.watched(turnstile, &step.place));
        let tried = if is_outside {
            let outside = Outside { errands: self.errands.to_vec(), pass: Arc::clone(&pass) as Arc<dyn Pass> };
            carry_out(&outside, step, &briefing).await
        } else {
            self.ground(step)?.place.workspace.attempt(step, &briefing, &*pass).await
        };
        let what = format!("{} {:?} -> {}", step.kind, step.name, step.want);
        let calls = calls(&pass, &step.place, &what)?;
        match tried {
            _ if !calls.is_empty() => Ok(Outcome { calls, ends: Ends::Assumed, acts: Vec::new() }),
            Ok(note) => Ok(Outcome::without_calls(Ends::AsWanted { note })),
            Err(fault) => Err(fault),
        }
    }

    async fn one(&self, id: StepId, step: &Step, assumed: &Assumed) -> Result<Outcome, Fault> {
        let ground = self.ground(step)?;
        let workspace = &ground.place.workspace;
        let mut seen = self.look(ground, step).await?;
        let before = assumed.get(&(step.place.clone(), step.resource.clone())).map_or(&[][..], Vec::as_slice);
        seen = seen.map(|seen| self.after(ground, seen, before).0);
        let token = self.plan.token(id);
        let mut reply: Option<ActReply> = None;
        let mut outcome = Outcome::without_calls(Ends::Assumed);
        for round in 0.. {
            let context = Context { token: &token, since: self.since(), reply: reply.as_ref() };
            let acts = match workspace.next(step, seen.as_ref(), &context) {
                Next::Already { note } if outcome.calls.is_empty() => {
                    return Ok(Outcome::without_calls(Ends::AsWanted { note }));
                }
                Next::Wait { why } if outcome.calls.is_empty() => {
                    return Ok(Outcome::without_calls(Ends::Awaited { why }));
                }
                Next::Already { .. } | Next::Wait { .. } => return Ok(outcome),
                Next::Cannot(fault) if outcome.calls.is_empty() => return Err(fault),
                Next::Cannot(fault) => return Ok(Outcome { ends: ended(step, fault), ..outcome }),
                Next::Act(_) if round == ROUNDS => {
                    let why = format!("after {ROUNDS} rounds of calls it would not look as wanted");
                    return Ok(Outcome { ends: Ends::NotForeseen { why }, ..outcome });
                }
                Next::Act(acts) => acts,
            };
            outcome.calls.extend(self.brought(ground, step, &acts).await?);
            reply = acts.last().map(|act| ActReply { note: act.what.clone(), made: None });
            let follows = match seen {
                Some(now) => {
                    let (next, changed) = self.after(ground, now, &acts);
                    seen = Some(next);
                    changed
                }
                None => false,
            };
            outcome.acts.extend(acts);
            if !follows {
                return Ok(outcome);
            }
        }
        Ok(outcome)
    }

    /// What else would be found: neither what a step of the plan names, nor what such a step's own
    /// resource has started, which ends with it.
    async fn everything(&self, step: &Step, assumed: &Assumed) -> Result<Outcome, Fault> {
        let ground = self.ground(step)?;
        let place = &ground.place;
        let listed = match place.looker.all(&step.kind, place.looking).await {
            Err(fault) if fault.reaction == Reaction::UnsupportedHere => {
                return Ok(Outcome::without_calls(Ends::AsWanted { note: fault.message }));
            }
            other => other?,
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
                self.after(ground, seen, before).0
            })
            .collect();
        match place.workspace.next_of_all(step, &left) {
            Next::Already { note } => Ok(Outcome::without_calls(Ends::AsWanted { note })),
            Next::Wait { why } => Ok(Outcome::without_calls(Ends::Awaited { why })),
            Next::Cannot(fault) => Err(fault),
            Next::Act(acts) => {
                let calls = self.brought(ground, step, &acts).await?;
                Ok(Outcome { calls, ends: Ends::Assumed, acts })
            }
        }
    }

    /// A fence looks by listings, which tell the most; a start as the runner does.
    async fn look(&self, ground: &Ground, step: &Step) -> Result<Option<Observed>, Fault> {
        let place = &ground.place;
        if place.looking == Looking::Fence {
            let listed = place.looker.all(&step.kind, place.looking).await?;
            if let Some(seen) = listed.iter().find(|seen| seen.id == step.resource) {
                return Ok(Some(seen.clone()));
            }
        }
        place.looker.one(&step.kind, &step.resource, place.looking).await
    }

    /// The look after calls, and whether any of them changes what is judged by.
    fn after(&self, ground: &Ground, seen: Observed, acts: &[Act]) -> (Observed, bool) {
        acts.iter().fold((seen, false), |(seen, changed), act| match ground.place.workspace.assume(&seen, act) {
            Some(next) => (next, true),
            None => (seen, changed),
        })
    }

    /// Brings calls as far as their pass.
    async fn brought(&self, ground: &Ground, step: &Step, acts: &[Act]) -> Result<Vec<Foreseen>, Fault> {
        let each = acts.iter().map(|act| async move {
            let pass = self.watched(&ground.turnstile, &step.place);
            let answered = ground.place.workspace.act(act, &pass).await;
            let calls = calls(&pass, &step.place, &act.what)?;
            match answered {
                _ if !calls.is_empty() => Ok(calls),
                Err(fault) => Err(fault),
                Ok(_) => Err(Fault::again(codes::DRY_RUN, format!("{}: no call of it was seen", act.what))),
            }
        });
        let calls: Result<Vec<Vec<Foreseen>>, Fault> = join_all(each).await.into_iter().collect();
        Ok(calls?.into_iter().flatten().collect())
    }

    fn watched(&self, turnstile: &Arc<dyn Pass>, place: &str) -> ReadOnly {
        ReadOnly::over(Arc::clone(turnstile), place, Arc::clone(self.looks))
    }

    fn since(&self) -> Timestamp {
        self.plan.made_at
    }
}

/// What a pass has refused, as calls.
fn calls(pass: &ReadOnly, place: &str, what: &str) -> Result<Vec<Foreseen>, Fault> {
    let told = |(family, wire): (&'static str, Option<Wire>)| {
        let wire = wire.ok_or_else(|| {
            Fault::again(codes::DRY_RUN, format!("{what}: a call of {family}, which was not told before"))
        })?;
        let Wire { method, to, body } = wire;
        let (place, family) = (place.to_owned(), family.to_owned());
        Ok(Foreseen { place, family, method, to, body, what: what.to_owned() })
    };
    pass.refused().into_iter().map(told).collect()
}

/// How a fault ends a step.
fn ended(step: &Step, fault: Fault) -> Ends {
    match fault.reaction {
        // What proves the target is asked before the target has started, so a no is no news.
        Reaction::PersonNeeded if step.want == want::PROVED => {
            Ends::NotForeseen { why: format!("as things stand now: {fault}; the calls before it may change that") }
        }
        Reaction::PersonNeeded | Reaction::UnsupportedHere => {
            Ends::Blocked { code: fault.code, message: fault.message }
        }
        Reaction::Again { .. } | Reaction::VerifyFirst | Reaction::AlreadySo | Reaction::WaitForOthers => {
            Ends::NotForeseen { why: fault.to_string() }
        }
    }
}
