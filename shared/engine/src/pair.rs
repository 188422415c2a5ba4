//! Reads the head of the pair, and changes it.

use failover::Side;

use crate::deps::Deps;
use crate::ports::{PairHead, STORE_VERSION, StoreError};
use crate::update::{TRIES, update, written};

/// The pair as recorded. A pair without a record works on its primary.
///
/// # Errors
///
/// [`StoreError`].
pub async fn pair_head(deps: &Deps) -> Result<PairHead, StoreError> {
    let recorded = deps.pairs.pair(&deps.pair.name).await?;
    Ok(recorded.unwrap_or_else(|| PairHead {
        version: STORE_VERSION,
        pair: deps.pair.name.clone(),
        active: Side::Primary,
        saga: None,
        frozen: false,
        guard: None,
        freeze: None,
        cool_down: None,
        role_assignment: None,
        last: None,
        drill: None,
        evidence_due: Vec::new(),
        revision: 0,
    }))
}

/// Changes the pair's head on the condition that nobody else has changed it since it was read. `false`: there was
/// nothing to change.
///
/// # Errors
///
/// [`StoreError`].
pub(crate) async fn change_pair(deps: &Deps, with: impl Fn(&mut PairHead) -> bool) -> Result<bool, StoreError> {
    let once = || async {
        let mut head = pair_head(deps).await?;
        if !with(&mut head) {
            return Ok(Some(false));
        }
        head.revision += 1;
        Ok(written(deps.pairs.put_pair(&head).await)?.then_some(true))
    };
    update(TRIES, once, || Err(StoreError::Again(format!("the head of pair {}", deps.pair.name)))).await
}
