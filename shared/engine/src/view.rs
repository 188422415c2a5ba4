//! Reads a saga as a person wants to see it. It reads only what is recorded.

use failover::plan::About;
use failover::story::{Sentence, story};
use saga::{Chain, Line, Plan, SagaId, State};

use crate::deps::Deps;
use crate::keys::plan_key;
use crate::pair::pair_head;
use crate::ports::{ApprovalRequest, PairHead, SagaHead, StoreError};

/// A saga and its pair, as recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The pair.
    pub pair: PairHead,
    /// The saga's head.
    pub head: SagaHead,
    /// The saga's frozen plan.
    pub plan: Plan,
    /// The sides and facts that the plan is about.
    pub about: About,
    /// The lines of the log. Their chain of hashes was checked.
    pub lines: Vec<Line>,
    /// The state that the lines lead to.
    pub state: State,
    /// The saga's question, if one was asked.
    pub question: Option<ApprovalRequest>,
}

impl View {
    /// The saga as sentences.
    pub fn story(&self) -> Vec<Sentence> {
        story(&self.plan, &self.lines)
    }
}

/// Reads a saga. If `saga` is `None`, it reads the running saga of the pair. It returns `None` if there is none.
///
/// # Errors
///
/// [`StoreError::Broken`] if the hashes of the plan or of the log do not match, or another [`StoreError`].
pub async fn view(deps: &Deps, saga: Option<&SagaId>) -> Result<Option<View>, StoreError> {
    let pair = pair_head(deps).await?;
    let Some(saga) = saga.cloned().or_else(|| pair.saga.clone()) else { return Ok(None) };
    let Some(mut head) = deps.sagas.head(&saga).await? else { return Ok(None) };
    let Some(bytes) = deps.objects.get(&plan_key(&saga)).await? else {
        return Err(StoreError::Broken(format!("the frozen plan of {saga} is gone")));
    };
    let plan = Plan::thaw(&bytes, &head.plan).map_err(|e| StoreError::Broken(e.to_string()))?;
    let about = About::of(&plan).map_err(|e| StoreError::Broken(e.to_string()))?;
    let lines: Vec<Line> = deps.sagas.log(&saga).await?.into_iter().flat_map(|chunk| chunk.lines).collect();
    let mut chain = Chain::default();
    let mut state = State::new(&plan);
    for line in &lines {
        chain.follow(line).map_err(|e| StoreError::Broken(e.to_string()))?;
        state.apply(&line.event, line.at, line.epoch).map_err(|e| StoreError::Broken(e.to_string()))?;
        // A runner that was killed may not have written its clocks into the head. The lines have them.
        head.clocks.follow(&plan, &state, &line.event, line.at);
    }
    let question = deps.approval_requests.question(&saga, failover::plan::GO).await?;
    Ok(Some(View { pair, head, plan, about, lines, state, question }))
}
