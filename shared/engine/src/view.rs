//! What a person wants to see of a saga: read only, from what is recorded.

use failover::story::{Sentence, story};
use saga::{Chain, Line, Plan, SagaId, State};

use crate::deps::Deps;
use crate::ports::{AskItem, PairHead, SagaHead, StoreError};
use crate::start::{pair_head, plan_key};

/// A saga and its pair, as recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The pair.
    pub pair: PairHead,
    /// The saga's head.
    pub head: SagaHead,
    /// Its frozen plan.
    pub plan: Plan,
    /// Its lines, proven to hold together.
    pub lines: Vec<Line>,
    /// What the lines add up to.
    pub state: State,
    /// Its question, if one was asked.
    pub question: Option<AskItem>,
}

impl View {
    /// The saga as sentences.
    pub fn story(&self) -> Vec<Sentence> {
        story(&self.plan, &self.lines)
    }
}

/// Reads a saga; the pair's running one if `saga` is `None`. `None` if there is none.
///
/// # Errors
///
/// [`StoreError::Broken`] if plan or log do not prove themselves, or another [`StoreError`].
pub async fn view(deps: &Deps, saga: Option<&SagaId>) -> Result<Option<View>, StoreError> {
    let pair = pair_head(deps).await?;
    let Some(saga) = saga.cloned().or_else(|| pair.saga.clone()) else { return Ok(None) };
    let Some(mut head) = deps.sagas.head(&saga).await? else { return Ok(None) };
    let Some(bytes) = deps.objects.get(&plan_key(&saga)).await? else {
        return Err(StoreError::Broken(format!("the frozen plan of {saga} is gone")));
    };
    let plan = Plan::thaw(&bytes, &head.plan).map_err(|e| StoreError::Broken(e.to_string()))?;
    let lines: Vec<Line> = deps.sagas.log(&saga).await?.into_iter().flat_map(|chunk| chunk.lines).collect();
    let mut chain = Chain::default();
    let mut state = State::new(&plan);
    for line in &lines {
        chain.follow(line).map_err(|e| StoreError::Broken(e.to_string()))?;
        state.apply(&line.event, line.at, line.epoch).map_err(|e| StoreError::Broken(e.to_string()))?;
        // What a killed runner did not come to write into the head, its lines tell.
        head.clocks.follow(&plan, &state, &line.event, line.at);
    }
    let question = deps.asks.question(&saga, failover::plan::GO).await?;
    Ok(Some(View { pair, head, plan, lines, state, question }))
}
