//! Asks a plan's questions and uses each answer once (S11).

use saga::SagaEvent;

use super::recorder::RunnerError;
use super::run::Run;
use crate::approvals;
use crate::ports::{AnswerUseError, RequestState, StoreError};

impl Run<'_> {
    /// Asks a question, or uses its answer. Returns whether an answer was used.
    pub(super) async fn ask(&mut self, question: &str) -> Result<bool, RunnerError> {
        let (saga, hash) = (self.head.saga.clone(), self.head.plan.clone());
        let Some(asked) = self.deps.approval_requests.question(&saga, question).await? else {
            let now = self.deps.clock.now();
            let ask = approvals::question_of(self.plan, &hash, question, now, self.deps)?;
            self.deps.approval_requests.ask(&ask).await?;
            return Ok(false);
        };
        let answer = match approvals::judge(&asked, &hash, asked.loss_s) {
            Ok(answer) => {
                match self.deps.approval_requests.use_answer(&saga, question, &answer).await {
                    // Refused: our own write landed and its reply was lost, or another use was first. So it is read
                    // again.
                    Ok(()) | Err(StoreError::Refused(_)) => {}
                    Err(other) => return Err(other.into()),
                }
                let used = self.deps.approval_requests.question(&saga, question).await?;
                match used.map(|ask| ask.state) {
                    Some(RequestState::Used(used)) if used == answer => answer,
                    Some(_) | None => return Ok(false),
                }
            }
            // The answer is used, and no line of the log shows it: a runner before us used it for this saga and died.
            Err(AnswerUseError::Used) => match asked.state {
                RequestState::Used(answer) => answer,
                RequestState::Open | RequestState::Answered(_) => return Ok(false),
            },
            Err(AnswerUseError::Declined(_)) => {
                self.declined = true;
                return Ok(false);
            }
            Err(
                AnswerUseError::Open
                | AnswerUseError::AnotherPlan
                | AnswerUseError::WorseLoss
                | AnswerUseError::Expired,
            ) => return Ok(false),
        };
        let loss_shown = answer.loss_shown_s.map_or_else(|| "unknown".to_owned(), |s| format!("{s} s"));
        self.recorder.record(SagaEvent::Approved {
            question: question.to_owned(),
            by: answer.by,
            accepts_risk: answer.accepts_risk,
            loss_shown,
            proofs: answer.proofs,
        })?;
        self.recorder.flush().await?;
        Ok(true)
    }
}
