//! Draws the page of evidence of a rehearsal, from the record of its last finished saga.

use engine::Deps;
use engine::evidence::{EvidenceError, record_of};
use saga::SagaId;

use super::ended::Ended;

/// The page. `None` if no saga has finished.
///
/// # Errors
///
/// A sentence that says why there is no record of a finished saga.
pub(super) async fn page(deps: &Deps, ended: &Ended) -> Result<Option<String>, String> {
    if ended.proposals == 0 {
        return Ok(None);
    }
    for saga in sagas(ended) {
        match record_of(deps, saga).await {
            Ok(Some(record)) => return Ok(Some(deps.evidence_renderer.page(&record))),
            Ok(None) | Err(EvidenceError::NotFinished(_)) => {}
            Err(error @ (EvidenceError::NoTables { .. } | EvidenceError::Store(_))) => return Err(error.to_string()),
        }
    }
    Ok(None)
}

/// The sagas, the last first.
fn sagas(ended: &Ended) -> impl Iterator<Item = &SagaId> {
    let legs = ended.legs.iter().rev().map(|leg| &leg.view.head.saga);
    [&ended.view.head.saga].into_iter().chain(legs)
}
