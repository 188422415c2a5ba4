//! Foresees the calls of one resource or of one action, up to their admission.
//!
//! Law: a call goes the same way as in a run, and its admission refuses it. After its calls a resource is judged
//! again in the state that it would have then, until no call is left. An action makes one call at most, so its try
//! ends there. Must not know: plans, gates.

use std::sync::Arc;

use failover::plan::want;
use futures::future::join_all;
use saga::{Fault, Reaction, Step};

use super::foreseen::{Ends, Foreseen};
use super::read_only::{Looks, ReadOnly};
use crate::codes;
use crate::ports::{Act, ActReply, Briefing, Context, Errands, Next, Observed, Pass, Wire, Workspace};
use crate::runner::Asked;
use crate::runner::attempt::ROUNDS;

/// The foreseen outcome of a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The calls, in order.
    pub calls: Vec<Foreseen>,
    /// The foreseen end of the step.
    pub ends: Ends,
    /// The calls in the workspace's own form.
    pub acts: Vec<Act>,
}

impl Outcome {
    pub(super) fn without_calls(ends: Ends) -> Self {
        Self { calls: Vec::new(), ends, acts: Vec::new() }
    }
}

/// The access for reads without an effect.
#[derive(Clone)]
pub struct Sight {
    pub(super) pass: Arc<dyn Pass>,
    pub(super) place: String,
    pub(super) looks: Looks,
}

impl Sight {
    /// Reads go through `pass`, and calls are listed for the location `place`.
    pub fn new(pass: Arc<dyn Pass>, place: &str) -> Self {
        Self { pass, place: place.to_owned(), looks: Looks::default() }
    }

    fn watched(&self) -> ReadOnly {
        ReadOnly::over(Arc::clone(&self.pass), &self.place, Arc::clone(&self.looks))
    }
}

/// Foresees the calls of one try of an action. An action that only reads is really carried out.
///
/// # Errors
///
/// The reason why it would not be as wanted.
pub async fn errand(
    errands: &dyn Errands,
    step: &Step,
    briefing: &Briefing<'_>,
    sight: &Sight,
) -> Result<Outcome, Fault> {
    let pass = sight.watched();
    let tried = errands.attempt(step, briefing, &pass).await;
    let what = format!("{} {:?} -> {}", step.kind, step.name, step.want);
    let calls = calls(&pass, &sight.place, &what)?;
    match tried {
        _ if !calls.is_empty() => Ok(Outcome { calls, ends: Ends::Assumed, acts: Vec::new() }),
        Ok(note) => Ok(Outcome::without_calls(Ends::AsWanted { note })),
        Err(fault) => Err(fault),
    }
}

/// Foresees the calls that bring a resource from the state `seen` to the wanted state.
///
/// # Errors
///
/// The reason why no call does.
pub async fn resource(
    workspace: &dyn Workspace,
    step: &Step,
    mut seen: Option<Observed>,
    context: Context<'_>,
    sight: &Sight,
) -> Result<Outcome, Fault> {
    let mut asked = Asked::default();
    let mut outcome = Outcome::without_calls(Ends::Assumed);
    let mut round = 0;
    loop {
        let next = workspace.next(step, seen.as_ref(), &Context { reply: asked.reply(), ..context });
        let acts = match asked.without_answered(next) {
            Next::Already { note } if round == 0 => return Ok(Outcome::without_calls(Ends::AsWanted { note })),
            Next::Wait { why } if round == 0 => return Ok(Outcome::without_calls(Ends::Awaited { why })),
            Next::Cannot(fault) if round == 0 => return Err(fault),
            Next::Already { .. } | Next::Wait { .. } => return Ok(outcome),
            Next::Cannot(fault) => return Ok(Outcome { ends: ended(step, fault), ..outcome }),
            Next::Act(_) if round == ROUNDS => {
                let why = format!("after {ROUNDS} rounds of calls it would not look as wanted");
                return Ok(Outcome { ends: Ends::NotForeseen { why }, ..outcome });
            }
            Next::Act(acts) => acts,
        };
        round += 1;
        outcome.calls.extend(brought(workspace, &acts, sight).await?);
        let last = acts.last().map(|act| act.what.clone()).unwrap_or_default();
        asked.answered(acts.iter().map(|act| act.what.clone()), ActReply { note: last, made: None });
        let looked = seen.take().map(|seen| after(workspace, seen, &acts));
        outcome.acts.extend(acts);
        match looked {
            Some((next, true)) => seen = Some(next),
            Some((_, false)) | None => return Ok(outcome),
        }
    }
}

/// The read after the calls, and whether any of them changes a fact that the decision depends on.
pub(super) fn after(workspace: &dyn Workspace, seen: Observed, acts: &[Act]) -> (Observed, bool) {
    acts.iter().fold((seen, false), |(seen, changed), act| match workspace.assume(&seen, act) {
        Some(next) => (next, true),
        None => (seen, changed),
    })
}

/// Makes calls up to their admission, which refuses them.
pub(super) async fn brought(workspace: &dyn Workspace, acts: &[Act], sight: &Sight) -> Result<Vec<Foreseen>, Fault> {
    let each = acts.iter().map(|act| async move {
        let pass = sight.watched();
        let answered = workspace.act(act, &pass).await;
        let calls = calls(&pass, &sight.place, &act.what)?;
        match answered {
            _ if !calls.is_empty() => Ok(calls),
            Err(fault) => Err(fault),
            Ok(_) => Err(Fault::again(codes::DRY_RUN, format!("{}: no call of it was seen", act.what))),
        }
    });
    let calls: Result<Vec<Vec<Foreseen>>, Fault> = join_all(each).await.into_iter().collect();
    Ok(calls?.into_iter().flatten().collect())
}

/// The refused requests of an admission, as calls.
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

/// The end of a step that has a fault.
pub(super) fn ended(step: &Step, fault: Fault) -> Ends {
    match fault.reaction {
        // A proof of the target is checked here before the target has started, so a failure is no news.
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
