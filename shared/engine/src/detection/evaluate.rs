//! Gives the verdict once a minute, and acts on it.

use failover::plan::GO;
use failover::verdict::{Decision, Level, Mode, Verdict, judge as verdict, still_agrees};
use saga::SagaId;
use saga::bounds::{TEXT, capped};

use super::case::{Recorded, case, recorded};
use super::notify::{Notice, tell};
use super::preempt::make_room;
use super::propose::propose;
use super::watch_record::watch_record;
use crate::approvals::{AnswerError, answer, by_policy};
use crate::deps::Deps;
use crate::ports::{RequestState, StoreError};
use crate::start::StartError;

/// In seconds: the time that the maker of a proposal has before another one tries.
const CLAIM_S: i64 = 300;

/// The result of one verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluated {
    /// The verdict.
    pub verdict: Verdict,
    /// The saga that was begun, if any.
    pub saga: Option<SagaId>,
}

/// Gives the verdict and acts on it: it notifies people, or proposes. Two calls at the same time make one proposal.
///
/// # Errors
///
/// [`StoreError`]. A proposal that could not be made is no error: people are notified, and it is tried again.
pub async fn evaluate(deps: &Deps) -> Result<Evaluated, StoreError> {
    let recorded = recorded(deps).await?;
    let deps = &recorded.deps;
    let given = verdict(&case(&recorded));
    let mut document = watch_record(deps).await?;
    let watch = &mut document.content;
    let before = watch.verdict.replace(given.clone());
    let notice = Notice::of(&given, before.as_ref(), watch.not_proposed.as_deref());
    if let Some(notice) = notice.filter(|notice| watch.told.as_ref().is_none_or(|(last, _)| last != notice)) {
        tell(deps, notice, &given).await;
        watch.told = Some((notice, given.at));
    }
    let free = watch.proposing_until.is_none_or(|until| given.at >= until);
    let proposes = given.decision >= Decision::Propose && free;
    if proposes {
        watch.proposing_until =
            Some(given.at.saturating_add(jiff::SignedDuration::from_secs(CLAIM_S)).unwrap_or(given.at));
    }
    if !document.write(deps).await? {
        // Another process gives the verdict at this moment, from the same records.
        return Ok(Evaluated { verdict: given, saga: None });
    }
    if let Some(saga) = &recorded.situation.saga {
        go_on_by_policy(saga, &recorded).await?;
    }
    if !proposes {
        return Ok(Evaluated { verdict: given, saga: None });
    }
    if let Some(way) = &recorded.gives_way
        && !make_room(deps, way).await?
    {
        return Ok(Evaluated { verdict: given, saga: None });
    }
    let proposed = propose(deps, &given).await;
    document.content.proposing_until = None;
    document.content.not_proposed = proposed.as_ref().err().map(|error| capped(&error.to_string(), TEXT));
    let saga = match proposed {
        Ok(saga) => Some(saga),
        Err(StartError::Store(error)) => return Err(error),
        Err(StartError::Refused(refused)) => {
            tracing::error!(code = "NOT-PROPOSED", %refused, "the verdict has fired and no failover could be proposed");
            None
        }
    };
    document.write(deps).await?;
    Ok(Evaluated { verdict: given, saga })
}

/// Under `act`: begins a saga whose veto time is over, if all signals still agree.
async fn go_on_by_policy(saga: &SagaId, recorded: &Recorded) -> Result<(), StoreError> {
    let deps = &recorded.deps;
    if !matches!(deps.pair.watch.policy.mode, Mode::Act { .. }) {
        return Ok(());
    }
    let Some(asked) = deps.approval_requests.question(saga, GO).await? else { return Ok(()) };
    let now = deps.clock.now();
    let over = asked.veto_until.is_some_and(|until| now >= until);
    if asked.state != RequestState::Open || !over || !still_agrees(&case(recorded)) {
        return Ok(());
    }
    let proven = match by_policy(deps) {
        Ok(proven) => proven,
        Err(not) => {
            tracing::error!(code = "NOT-APPROVED", %saga, %not, "the policy cannot answer: a person must");
            return Ok(());
        }
    };
    match answer(deps, saga, GO, &proven, true, true).await {
        Ok(_) => Ok(()),
        Err(AnswerError::Store(error)) => Err(error),
        // Somebody has answered meanwhile, or the question was asked again. The person's answer counts.
        Err(
            AnswerError::Answered(_)
            | AnswerError::Declined(_)
            | AnswerError::Expired
            | AnswerError::SamePerson(_)
            | AnswerError::AnotherPlan
            | AnswerError::WorseLoss
            | AnswerError::NotProven(_),
        ) => Ok(()),
    }
}

impl Notice {
    /// The notice to people about a verdict, if there is one.
    fn of(given: &Verdict, before: Option<&Verdict>, not_proposed: Option<&str>) -> Option<Notice> {
        // After a failover the verdict is about the other side, and the saga has reported the move.
        let before = before.filter(|before| before.side == given.side);
        let alarmed_before = before.is_some_and(|before| before.level == Level::Alarmed);
        match (given.level, given.decision) {
            (Level::Dark, _) => Some(Notice::Dark),
            (Level::Alarmed, Decision::Tell) => Some(Notice::Watching),
            (Level::Alarmed, Decision::Propose | Decision::FenceAndPropose | Decision::Act) => {
                not_proposed.map(|_| Notice::NotProposed)
            }
            (Level::Alarmed, Decision::Nothing) | (Level::Suspected, _) => None,
            (Level::Calm, _) => {
                (alarmed_before || before.is_some_and(|b| b.level == Level::Dark)).then_some(Notice::Well)
            }
        }
    }
}
