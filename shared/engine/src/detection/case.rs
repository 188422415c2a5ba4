//! Reads the case of a verdict: everything that it is made of. It changes nothing.

use failover::signal::Track;
use failover::verdict::{Case, PairSituation, Verdict, judge as verdict};

use super::giving_way::{GivesWay, gives_way};
use crate::deps::Deps;
use crate::pair::pair_head;
use crate::ports::{PairHead, StoreError};
use crate::roles::ResolvedPair;

/// Everything that a verdict is made of, as it is recorded now. See [`case_of`].
pub(super) struct Recorded {
    /// The ports and the pair with the recorded roles. After a promotion they are not the roles of the configuration.
    pub(super) deps: ResolvedPair,
    head: PairHead,
    tracks: Vec<Track>,
    pub(super) situation: PairSituation,
    /// The pair's saga, if it gives way to a failover.
    pub(super) gives_way: Option<GivesWay>,
}

/// Reads everything that a verdict is made of.
pub(super) async fn recorded(deps: &Deps) -> Result<Recorded, StoreError> {
    let head = pair_head(deps).await?;
    let tracks = deps.signals.tracks(&deps.pair.name).await?.into_iter().map(|item| item.track).collect();
    let gives_way = match &head.saga {
        Some(saga) => gives_way(deps, saga).await?,
        None => None,
    };
    let saga = head.saga.clone().filter(|_| gives_way.is_none());
    let situation = PairSituation { freeze: head.freeze.clone(), saga, cool_down: head.cool_down.clone() };
    Ok(Recorded { deps: deps.resolve(&head), head, tracks, situation, gives_way })
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

/// The case that the verdict is given on.
pub(super) fn case(recorded: &Recorded) -> Case<'_> {
    Case {
        now: recorded.deps.clock.now(),
        active: recorded.head.active,
        tracks: &recorded.tracks,
        policy: &recorded.deps.pair.watch.policy,
        situation: &recorded.situation,
    }
}
