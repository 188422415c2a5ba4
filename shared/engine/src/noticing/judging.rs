//! Gives the verdict once a minute, and acts on it.

use failover::plan::GO;
use failover::signal::Track;
use failover::verdict::{Case, Decision, Level, Mode, Standing, Verdict, judge as verdict, still_agrees};
use jiff::Timestamp;
use saga::SagaId;
use saga::bounds::{TEXT, capped};
use serde::{Deserialize, Serialize};

use super::making_room::{GivesWay, gives_way, make_room};
use super::proposing::{NotProposed, propose};
use super::telling::{Notice, tell};
use crate::approvals::{NotAnswered, answer, by_policy};
use crate::deps::Deps;
use crate::pair::pair_head;
use crate::ports::{AskState, PairHead, Remembered, STORE_VERSION, StoreError};

/// The name under which the watch's own record is remembered.
const WATCH: &str = "watch";

/// In seconds: the time that the maker of a proposal has before another one tries.
const CLAIM_S: i64 = 300;

/// The watch's own record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WatchRecord {
    /// The last verdict.
    pub verdict: Option<Verdict>,
    /// The last notice to people, and its time. The same notice is not sent twice in a row.
    pub told: Option<(Notice, Timestamp)>,
    /// The time until which somebody is making a proposal.
    pub proposing_until: Option<Timestamp>,
    /// The reason why the last proposal could not be made.
    pub not_proposed: Option<String>,
}

/// The result of one verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Noticed {
    /// The verdict.
    pub verdict: Verdict,
    /// The saga that was begun, if any.
    pub saga: Option<SagaId>,
}

/// Everything that a verdict is made of, as it is recorded now. See [`case_of`].
struct Recorded {
    /// The ports and the pair with the recorded roles. After a promotion they are not the roles of the configuration.
    deps: Deps,
    head: PairHead,
    tracks: Vec<Track>,
    standing: Standing,
    /// The pair's saga, if it gives way to a failover.
    gives_way: Option<GivesWay>,
}

async fn recorded(deps: &Deps) -> Result<Recorded, StoreError> {
    let head = pair_head(deps).await?;
    let tracks = deps.signals.tracks(&deps.pair.name).await?.into_iter().map(|item| item.track).collect();
    let gives_way = match &head.saga {
        Some(saga) => gives_way(deps, saga).await?,
        None => None,
    };
    let saga = head.saga.clone().filter(|_| gives_way.is_none());
    let standing = Standing { freeze: head.freeze.clone(), saga, cool_down: head.cool_down.clone() };
    Ok(Recorded { deps: deps.as_recorded(&head), head, tracks, standing, gives_way })
}

/// The verdict as it would be given now. It changes nothing and sends nothing.
///
/// # Errors
///
/// [`StoreError`].
pub async fn case_of(deps: &Deps) -> Result<Verdict, StoreError> {
    let recorded = recorded(deps).await?;
    Ok(verdict(&case(&recorded)))
}

fn case(recorded: &Recorded) -> Case<'_> {
    Case {
        now: recorded.deps.clock.now(),
        active: recorded.head.active,
        tracks: &recorded.tracks,
        policy: &recorded.deps.pair.watch.policy,
        standing: &recorded.standing,
    }
}

/// The last recorded verdict, if there is one.
///
/// # Errors
///
/// [`StoreError`].
pub async fn last_verdict(deps: &Deps) -> Result<Option<Verdict>, StoreError> {
    Ok(record(deps).await?.0.verdict)
}

/// Gives the verdict and acts on it: it notifies people, or proposes. Two calls at the same time make one proposal.
///
/// # Errors
///
/// [`StoreError`]. A proposal that could not be made is no error: people are notified, and it is tried again.
pub async fn judge(deps: &Deps) -> Result<Noticed, StoreError> {
    let recorded = recorded(deps).await?;
    let deps = &recorded.deps;
    let given = verdict(&case(&recorded));
    let (mut watch, mut revision) = record(deps).await?;
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
    if !remember(deps, &watch, &mut revision).await? {
        // Another process gives the verdict at this moment, from the same records.
        return Ok(Noticed { verdict: given, saga: None });
    }
    if let Some(saga) = &recorded.standing.saga {
        go_on_by_policy(saga, &recorded).await?;
    }
    if !proposes {
        return Ok(Noticed { verdict: given, saga: None });
    }
    if let Some(way) = &recorded.gives_way
        && !make_room(deps, way).await?
    {
        return Ok(Noticed { verdict: given, saga: None });
    }
    let proposed = propose(deps, &given).await;
    watch.proposing_until = None;
    watch.not_proposed = proposed.as_ref().err().map(|error| capped(&error.to_string(), TEXT));
    let saga = match proposed {
        Ok(saga) => Some(saga),
        Err(NotProposed::Store(error)) => return Err(error),
        Err(NotProposed::Refused(refused)) => {
            tracing::error!(code = "NOT-PROPOSED", %refused, "the verdict has fired and no failover could be proposed");
            None
        }
    };
    remember(deps, &watch, &mut revision).await?;
    Ok(Noticed { verdict: given, saga })
}

/// Under `act`: begins a saga whose veto time is over, if all signals still agree.
async fn go_on_by_policy(saga: &SagaId, recorded: &Recorded) -> Result<(), StoreError> {
    let deps = &recorded.deps;
    if !matches!(deps.pair.watch.policy.mode, Mode::Act { .. }) {
        return Ok(());
    }
    let Some(asked) = deps.asks.question(saga, GO).await? else { return Ok(()) };
    let now = deps.clock.now();
    let over = asked.veto_until.is_some_and(|until| now >= until);
    if asked.state != AskState::Open || !over || !still_agrees(&case(recorded)) {
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
        Err(NotAnswered::Store(error)) => Err(error),
        // Somebody has answered meanwhile, or the question was asked again. The person's answer counts.
        Err(
            NotAnswered::Answered(_)
            | NotAnswered::Declined(_)
            | NotAnswered::Expired
            | NotAnswered::SamePerson(_)
            | NotAnswered::AnotherPlan
            | NotAnswered::WorseLoss
            | NotAnswered::NotProven(_),
        ) => Ok(()),
    }
}

async fn record(deps: &Deps) -> Result<(WatchRecord, u64), StoreError> {
    match deps.signals.recall(&deps.pair.name, WATCH).await? {
        None => Ok((WatchRecord::default(), 0)),
        Some(item) => {
            let broken = |e: serde_json::Error| StoreError::Broken(format!("the watch's record: {e}"));
            Ok((serde_json::from_value(item.value).map_err(broken)?, item.revision))
        }
    }
}

/// Writes the watch's record. `false`: somebody else wrote first.
async fn remember(deps: &Deps, watch: &WatchRecord, revision: &mut u64) -> Result<bool, StoreError> {
    let broken = |e: serde_json::Error| StoreError::Broken(format!("the watch's record: {e}"));
    let value = serde_json::to_value(watch).map_err(broken)?;
    *revision += 1;
    let item = Remembered { version: STORE_VERSION, value, revision: *revision };
    match deps.signals.remember(&deps.pair.name, WATCH, &item).await {
        Ok(()) => Ok(true),
        Err(StoreError::Refused(_)) => Ok(false),
        Err(other) => Err(other),
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
