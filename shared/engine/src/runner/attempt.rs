//! Makes one attempt of one step: it reads, makes the calls that are needed, and reads again until the state is as
//! wanted.
//!
//! An attempt knows nothing of leases, records or other steps. It ends with what it learned, and the runner decides
//! what this means.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use failover::ResourceKey;
use failover::plan::{EVERYTHING, EXTERNAL, own, want};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use saga::bounds::{NAME, capped, few};
use saga::{Class, Code, Fault, Reaction, Step};
use serde::Deserialize;

use super::asked::Asked;
use super::external::{External, carry_out, told};
use super::lease::LeaseWatch;
use super::named::Named;
use super::place::Place;
use super::publication::Publication;
use super::standby;
use crate::codes;
use crate::ports::{ActionContext, ApiCall, ApiReply, Clock, Context, Message, Next, Observed};
use crate::settings::Settings;

/// The most rounds of calls in one attempt. After them the attempt says that the calls do not help.
pub(crate) const ROUNDS: u32 = 3;

/// The end of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// The wanted state was read back.
    Done(String),
    /// The state is not as wanted yet.
    Fault(Fault),
    /// The next call must be recorded as intended first.
    NeedsIntent,
}

/// The input of an attempt.
pub(super) struct Attempt<'a> {
    pub(super) step: &'a Step,
    pub(super) token: String,
    /// The time when the plan was made.
    pub(super) since: Timestamp,
    /// The time when the step's stage was entered.
    pub(super) entered: Timestamp,
    pub(super) intended: bool,
    /// The number of attempts before this one.
    pub(super) tries: u32,
    /// The number of lessons on record.
    pub(super) lessons: usize,
    /// The resources that could undo the step: a kind, and the id of one of its resources. `None`: any of them.
    pub(super) restarted_by: Vec<(String, Option<String>)>,
    pub(super) place: Option<&'a Place>,
    pub(super) external: &'a External,
    /// The message that a channel is to send.
    pub(super) message: Option<Result<Message, String>>,
    pub(super) publication: &'a Publication,
    pub(super) clock: &'a dyn Clock,
    pub(super) settings: &'a Settings,
    pub(super) watch: Arc<LeaseWatch>,
}

/// The time since which an attempt has only waited for the workspace.
#[derive(Debug, Default)]
struct Awaited {
    since: Option<Timestamp>,
}

/// Several calls and their answers.
struct Made {
    /// The calls that were answered.
    answered: Vec<String>,
    /// The reply to the last of them.
    reply: ApiReply,
}

impl Attempt<'_> {
    /// Tries the step.
    pub(super) async fn run(&self) -> Ended {
        let ended = match (self.step.kind.as_str(), self.step.want.as_str()) {
            (own::PUBLICATION, _) => self.publication.make_so(self.step).await,
            (own::WORKSPACE, _) => self.check_access().await,
            (own::STANDBY, want::READY) => standby::is_ready(self.place, self.step).await,
            (own::STANDBY, _) => self.is_up_to_date().await,
            (own::WINDOW, _) => standby::is_open(self.step, self.clock.now()),
            (own::LESSONS, _) => self.lessons(),
            (_, want::SEEN_TO) => Err(seen_to(self.step)),
            (_, _) if self.step.place == EXTERNAL => self.action().await,
            (_, _) if self.is_action_there() => self.action_there().await,
            (_, _) if self.step.resource == EVERYTHING => self.everything().await,
            (_, _) => return self.one().await.unwrap_or_else(Ended::Fault),
        };
        match ended {
            Ok(note) => Ended::Done(note),
            Err(fault) => Ended::Fault(fault),
        }
    }

    fn place(&self) -> Result<&Place, Fault> {
        self.place.ok_or_else(|| {
            Fault::person_needed(codes::UNKNOWN_STEP, format!("this program knows no place {:?}", self.step.place))
        })
    }

    async fn check_access(&self) -> Result<String, Fault> {
        let place = self.place()?;
        place.workspace.check_access(&*place.admission).await
    }

    fn lessons(&self) -> Result<String, Fault> {
        match self.lessons {
            0 => {
                let message = "nobody has written down what was learned: `switchback lesson add --text …`, also if \
                               there was nothing to learn";
                Err(Fault::person_needed(codes::LESSONS_MISSING, message))
            }
            1 => Ok("1 lesson is written down".to_owned()),
            more => Ok(format!("{more} lessons are written down")),
        }
    }

    async fn is_up_to_date(&self) -> Result<String, Fault> {
        is_up_to_date(self.step, self.place()?).await
    }

    fn is_action_there(&self) -> bool {
        let knows = |place: &Place| place.workspace.actions().iter().any(|info| info.name == self.step.kind);
        self.place.is_some_and(knows)
    }

    fn context(&self) -> Result<ActionContext<'_>, Fault> {
        Ok(ActionContext {
            token: &self.token,
            tries: self.tries,
            since: self.entered,
            now: self.clock.now(),
            message: told(self.step, self.message.as_ref())?,
        })
    }

    async fn action(&self) -> Result<String, Fault> {
        carry_out(self.external, self.step, &self.context()?).await
    }

    async fn action_there(&self) -> Result<String, Fault> {
        let place = self.place()?;
        place.workspace.attempt(self.step, &self.context()?, &*place.admission).await
    }

    async fn one(&self) -> Result<Ended, Fault> {
        let place = self.place()?;
        let mut asked = Asked::default();
        let mut awaited = Awaited::default();
        let mut rounds = 0;
        loop {
            let looked_while_others_open = self.others_may_undo_it(place);
            let next = {
                // `seen` may hold the whole listing that it is part of, so it is dropped before any wait.
                let seen = place.read_batcher.one(&self.step.kind, &self.step.resource, place.read_purpose).await?;
                let context =
                    Context { token: &self.token, since: self.since, tries: self.tries, reply: asked.reply() };
                place.workspace.next(self.step, seen.as_deref(), &context)
            };
            match asked.without_answered(next) {
                Next::Satisfied { .. } if looked_while_others_open => return Err(others_open(self.step)),
                Next::Satisfied { note } => return Ok(Ended::Done(note)),
                Next::Blocked(fault) => return Err(fault),
                Next::Wait { why } => {
                    if self.is_awaited_for_long(&mut awaited) {
                        return Err(Fault::again(codes::STILL_CHANGING, why));
                    }
                    self.pause(place).await?;
                }
                Next::Call(_) if rounds == ROUNDS => return Err(not_as_wanted(self.step)),
                Next::Call(_) if self.step.class == Class::Intended && !self.intended => return Ok(Ended::NeedsIntent),
                Next::Call(api_calls) => {
                    rounds += 1;
                    awaited = Awaited::default();
                    let made = make_all(place, &api_calls).await?;
                    if !self.settings.guards_read_back() {
                        return Ok(Ended::Done(made.reply.note));
                    }
                    asked.answered(made.answered, made.reply);
                    if rounds > 1 {
                        self.pause(place).await?;
                    }
                }
            }
        }
    }

    /// Fences everything of a kind that is active. It is done when two listings in a row find nothing and every other
    /// step of this location is settled. An open step may still start a resource that was just found quiet.
    async fn everything(&self) -> Result<String, Fault> {
        let place = self.place()?;
        let mut awaited = Awaited::default();
        let mut quiet = 0;
        let mut failed: Option<Fault> = None;
        loop {
            let listed = match place.all_or_lacking(&self.step.kind, place.read_purpose).await? {
                Ok(listed) => listed,
                Err(lacking) => return Ok(lacking),
            };
            match place.workspace.next_of_all(self.step, &without_open(self.step, place, &listed)) {
                Next::Satisfied { note } => {
                    quiet += 1;
                    if quiet >= 2 {
                        return if self.is_alone(place) { Ok(note) } else { Err(others_open(self.step)) };
                    }
                }
                Next::Blocked(fault) => return Err(fault),
                // If resources are on again and again, one attempt does not wait for the end of it (L7).
                Next::Wait { .. } | Next::Call(_) if self.is_awaited_for_long(&mut awaited) => {
                    let why = format!("kind {} of this side does not become quiet", self.step.kind);
                    return Err(failed.unwrap_or_else(|| Fault::again(codes::STILL_CHANGING, why)));
                }
                Next::Wait { .. } => quiet = 0,
                Next::Call(api_calls) => {
                    quiet = 0;
                    if let Some(fault) = failed {
                        return Err(fault);
                    }
                    failed = make_all(place, &api_calls).await.err();
                }
            }
            self.pause(place).await?;
        }
    }

    /// Whether a step that could undo this one is still open. E.g. a job that is not fenced yet may start a resource
    /// again that was just found quiet, so the step is not done (S5).
    fn others_may_undo_it(&self, place: &Place) -> bool {
        let open = place.open.lock().unwrap_or_else(PoisonError::into_inner);
        self.restarted_by.iter().any(|(kind, resource)| match resource {
            Some(resource) => open.contains(kind, resource),
            None => open.has_any(kind),
        })
    }

    /// Whether a change that is under way has been awaited for as long as one attempt may (L7).
    fn is_awaited_for_long(&self, awaited: &mut Awaited) -> bool {
        let now = self.clock.now();
        let since = *awaited.since.get_or_insert(now);
        now.duration_since(since) >= self.settings.awaits(self.step.pursue)
    }

    fn is_alone(&self, place: &Place) -> bool {
        place.open.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Waits for a kind's poll time.
    async fn pause(&self, place: &Place) -> Result<(), Fault> {
        let info = place.workspace.kinds().iter().find(|k| k.name == self.step.kind);
        let poll = SignedDuration::from_millis(info.map_or(1_000, |k| k.poll_ms as i64));
        let until = self.clock.now().saturating_add(poll).unwrap_or(Timestamp::MAX);
        tokio::select! {
            biased;
            () = self.watch.closed() => {
                let message = format!("{} {:?} is left to the next runner", self.step.kind, self.step.name);
                Err(Fault::again(codes::LEASE_ENDING, message))
            }
            () = self.clock.sleep_until(until) => Ok(()),
        }
    }
}

/// Whether the resources that the plan starts still exist. A missing one does not delay the others (L4): its own
/// start reports it.
pub(crate) async fn is_up_to_date(step: &Step, place: &Place) -> Result<String, Fault> {
    let wanted = step.detail.get("there").and_then(|there| there.as_array()).map_or(&[][..], Vec::as_slice);
    let text = |of: &serde_json::Value, key: &str| of.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let key = |of: &serde_json::Value| ResourceKey::new(text(of, "kind"), text(of, "id"));
    let wanted: Vec<_> = wanted.iter().map(|of| (key(of), text(of, "name"))).collect();
    let kinds: BTreeSet<&str> = wanted.iter().map(|(key, _)| key.kind.as_str()).collect();
    let listings = kinds.into_iter().map(|kind| place.read_batcher.all(kind, place.read_purpose));
    let mut there = BTreeSet::new();
    for listed in join_all(listings).await {
        there.extend(listed?.iter().map(|seen| ResourceKey::new(seen.kind, &seen.id)));
    }
    let gone = wanted.iter().filter(|(key, _)| !there.contains(key));
    let gone: Vec<String> = gone.map(|(key, name)| format!("{} {name:?}", key.kind)).collect();
    Ok(match gone.len() {
        0 => format!("all {} things that the plan starts are there", wanted.len()),
        count => format!("{count} of {} things that the plan starts are gone: {}", wanted.len(), few(gone)),
    })
}

/// Leaves out the resources that have steps of their own, and the work that runs on both sides by decision (R9).
pub(crate) fn without_open<'a>(step: &Step, place: &Place, listed: &'a [Observed]) -> Vec<&'a Observed> {
    let open = place.open.lock().unwrap_or_else(PoisonError::into_inner);
    let waived = place.waived.lock().unwrap_or_else(PoisonError::into_inner);
    let is_left = |seen: &Observed| open.contains(seen.kind, &seen.id) || waived.contains(seen.kind, &seen.id);
    let except: Vec<ResourceKey> =
        step.detail.get("except").and_then(|except| Deserialize::deserialize(except).ok()).unwrap_or_default();
    let except: Named = except.iter().map(|key| (key.kind.as_str(), key.id.as_str())).collect();
    let is_excepted = |seen: &Observed| {
        except.contains(seen.kind, &seen.id)
            || place.workspace.owner(seen).is_some_and(|owner| except.contains(&owner.kind, &owner.id))
    };
    listed.iter().filter(|seen| !is_left(seen) && !is_excepted(seen)).collect()
}

/// Makes every call, so that a call that fails does not delay the others (L4). Doubt is no failure here: the next
/// read shows the state (S6).
async fn make_all(place: &Place, api_calls: &[ApiCall]) -> Result<Made, Fault> {
    let replies = join_all(api_calls.iter().map(|api_call| place.workspace.call(api_call, &*place.admission))).await;
    let mut made = Made { answered: Vec::new(), reply: ApiReply::default() };
    let mut worst = None;
    for (api_call, one) in api_calls.iter().zip(replies) {
        match one {
            Ok(reply) => {
                made.answered.push(api_call.what.clone());
                made.reply = reply;
            }
            Err(fault) => match fault.reaction {
                Reaction::VerifyFirst | Reaction::AlreadySo => {}
                Reaction::Again { .. }
                | Reaction::PersonNeeded
                | Reaction::UnsupportedHere
                | Reaction::WaitForOthers => {
                    // A fault that only a person can fix is reported, whatever other faults there are.
                    let keeps = worst.as_ref().is_some_and(|known: &Fault| known.reaction == Reaction::PersonNeeded);
                    if !keeps {
                        worst = Some(fault);
                    }
                }
            },
        }
    }
    worst.map_or(Ok(made), Err)
}

fn not_as_wanted(step: &Step) -> Fault {
    let (kind, name) = (&step.kind, capped(&step.name, NAME));
    let message = format!("{kind} {name:?} was asked to become {} {ROUNDS} times and did not", step.want);
    Fault::again(codes::NOT_AS_WANTED, message)
}

fn others_open(step: &Step) -> Fault {
    let message = if step.resource == EVERYTHING {
        format!("nothing else of kind {} is active, but other steps of this side are open", step.kind)
    } else {
        let name = capped(&step.name, NAME);
        format!("{} {name:?} is quiet, but what may start it again is not fenced yet", step.kind)
    };
    Fault::wait_for_others(codes::OTHERS_OPEN, message)
}

/// Leaves a step to a person if no program may guess, with the code that its builder chose.
pub(crate) fn seen_to(step: &Step) -> Fault {
    let text = |key: &str| step.detail.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
    let code =
        if text("code") == codes::AMBIGUOUS_MATCH.as_str() { codes::AMBIGUOUS_MATCH } else { codes::NO_COUNTERPART };
    let code: Code = code;
    Fault::person_needed(code, format!("{} {:?} on the target: {}", step.kind, capped(&step.name, NAME), text("why")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of<'a, F>(_: impl FnOnce(&'a Attempt<'a>) -> F) -> usize {
        std::mem::size_of::<F>()
    }

    /// All attempts of a stage with thousands of steps are under way at once, and most of them wait (S26).
    #[test]
    fn an_attempt_that_waits_is_small() {
        let (run, attempt) = (size_of(|attempt| attempt.run()), std::mem::size_of::<Attempt<'_>>());
        assert!(run + attempt <= 2_048, "an attempt takes {run} + {attempt} bytes");
    }
}
