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
use crate::ports::{ActionContext, Actions, Admission, ApiCall, ApiReply, Context, Next, Observed, Wire, Workspace};
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
    pub api_calls: Vec<ApiCall>,
}

impl Outcome {
    pub(super) fn without_calls(ends: Ends) -> Self {
        Self { calls: Vec::new(), ends, api_calls: Vec::new() }
    }
}

/// The access for reads without an effect.
#[derive(Clone)]
pub struct Sight {
    pub(super) admission: Arc<dyn Admission>,
    pub(super) place: String,
    pub(super) looks: Looks,
}

impl Sight {
    /// Reads go through `pass`, and calls are listed for the location `place`.
    pub fn new(admission: Arc<dyn Admission>, place: &str) -> Self {
        Self { admission, place: place.to_owned(), looks: Looks::default() }
    }

    fn watched(&self) -> ReadOnly {
        ReadOnly::over(Arc::clone(&self.admission), &self.place, Arc::clone(&self.looks))
    }
}

/// Foresees the calls of one try of an action. An action that only reads is really carried out.
///
/// # Errors
///
/// The reason why it would not be as wanted.
pub async fn action(
    actions: &dyn Actions,
    step: &Step,
    context: &ActionContext<'_>,
    sight: &Sight,
) -> Result<Outcome, Fault> {
    let admission = sight.watched();
    let tried = actions.attempt(step, context, &admission).await;
    let what = format!("{} {:?} -> {}", step.kind, step.name, step.want);
    let calls = calls(&admission, &sight.place, &what)?;
    match tried {
        _ if !calls.is_empty() => Ok(Outcome { calls, ends: Ends::Assumed, api_calls: Vec::new() }),
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
        let api_calls = match asked.without_answered(next) {
            Next::Satisfied { note } if round == 0 => return Ok(Outcome::without_calls(Ends::AsWanted { note })),
            Next::Wait { why } if round == 0 => return Ok(Outcome::without_calls(Ends::Awaited { why })),
            Next::Blocked(fault) if round == 0 => return Err(fault),
            Next::Satisfied { .. } | Next::Wait { .. } => return Ok(outcome),
            Next::Blocked(fault) => return Ok(Outcome { ends: ended(step, fault), ..outcome }),
            Next::Call(_) if round == ROUNDS => {
                let why = format!("after {ROUNDS} rounds of calls it would not look as wanted");
                return Ok(Outcome { ends: Ends::NotForeseen { why }, ..outcome });
            }
            Next::Call(api_calls) => api_calls,
        };
        round += 1;
        outcome.calls.extend(brought(workspace, &api_calls, sight).await?);
        let last = api_calls.last().map(|api_call| api_call.what.clone()).unwrap_or_default();
        asked.answered(api_calls.iter().map(|api_call| api_call.what.clone()), ApiReply { note: last, made: None });
        let looked = seen.take().map(|seen| after(workspace, seen, &api_calls));
        outcome.api_calls.extend(api_calls);
        match looked {
            Some((next, true)) => seen = Some(next),
            Some((_, false)) | None => return Ok(outcome),
        }
    }
}

/// The read after the calls, and whether any of them changes a fact that the decision depends on.
pub(super) fn after(workspace: &dyn Workspace, seen: Observed, api_calls: &[ApiCall]) -> (Observed, bool) {
    api_calls.iter().fold((seen, false), |(seen, changed), api_call| match workspace.assume(&seen, api_call) {
        Some(next) => (next, true),
        None => (seen, changed),
    })
}

/// Makes calls up to their admission, which refuses them.
pub(super) async fn brought(
    workspace: &dyn Workspace,
    api_calls: &[ApiCall],
    sight: &Sight,
) -> Result<Vec<Foreseen>, Fault> {
    let each = api_calls.iter().map(|api_call| async move {
        let admission = sight.watched();
        let answered = workspace.call(api_call, &admission).await;
        let calls = calls(&admission, &sight.place, &api_call.what)?;
        match answered {
            _ if !calls.is_empty() => Ok(calls),
            Err(fault) => Err(fault),
            Ok(_) => Err(Fault::again(codes::DRY_RUN, format!("{}: no call of it was seen", api_call.what))),
        }
    });
    let calls: Result<Vec<Vec<Foreseen>>, Fault> = join_all(each).await.into_iter().collect();
    Ok(calls?.into_iter().flatten().collect())
}

/// The refused requests of an admission, as calls.
fn calls(admission: &ReadOnly, place: &str, what: &str) -> Result<Vec<Foreseen>, Fault> {
    let told = |(family, wire): (&'static str, Option<Wire>)| {
        let wire = wire.ok_or_else(|| {
            Fault::again(codes::DRY_RUN, format!("{what}: a call of {family}, which was not told before"))
        })?;
        let Wire { method, to, body } = wire;
        let (place, family) = (place.to_owned(), family.to_owned());
        Ok(Foreseen { place, family, method, to, body, what: what.to_owned() })
    };
    admission.refused().into_iter().map(told).collect()
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
