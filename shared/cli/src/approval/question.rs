//! Asks the question of a plan, and gets a person's approval: on the command line, or typed at a terminal.

use engine::Deps;
use engine::approvals::{Proven, answer, folded, question_of};
use engine::ports::{ApprovalRequest, RequestState};
use engine::runner::RunnerError;
use engine::start::Draft;
use engine::view::View;
use failover::plan::{About, GO};
use runtime::Problem;
use saga::{Plan, PlanError, SagaId};

use crate::approval::proof::{CodeArguments, Unproven};
use crate::terminal::prompts::{is_attended, typed};
use crate::terminal::talk::say;

/// The arguments of a person who approves with the order.
#[derive(Debug, clap::Args)]
pub(crate) struct ApprovalArguments {
    /// Approves the plan without asking, in the name of this person. A configured approver also gives the code.
    #[arg(long, value_name = "PERSON")]
    approve: Option<String>,
    #[command(flatten)]
    code: CodeArguments,
    /// Accepts that a resource that cannot be verified stopped may still process data when it comes back.
    #[arg(long, requires = "approve")]
    accept_risk: bool,
}

/// The yes of a person who was proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Approved {
    proven: Proven,
    accepts_risk: bool,
}

impl Approved {
    /// Records the answer yes.
    pub(crate) async fn record(&self, deps: &Deps, saga: &SagaId) -> Result<(), Problem> {
        answer(deps, saga, GO, &self.proven, true, self.accepts_risk).await?;
        Ok(())
    }
}

/// The status of the question of a saga.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum QuestionStatus {
    /// It is approved, and the approval is used or about to be.
    Approved,
    /// It can be answered.
    Open,
    /// It can no longer be answered with yes.
    Closed,
}

impl ApprovalArguments {
    /// Asks the person at the terminal, if there is one and nobody has approved on the command line. `None` if nobody
    /// has approved, or if an unplanned order lacks `--accept-risk`.
    pub(crate) fn obtain(&self, deps: &Deps, planned: bool, question: &str) -> Result<Option<Approved>, Unproven> {
        if self.approve.is_some() {
            let proven = self.code.prove(deps, self.approve.as_deref())?;
            let enough = planned || self.accept_risk;
            return Ok(enough.then_some(Approved { proven, accepts_risk: self.accept_risk }));
        }
        if !is_attended() {
            return Ok(None);
        }
        say(format_args!("\n{question}"));
        let proven = self.code.prove(deps, None)?;
        let pair = deps.pair.name.as_str();
        let named = typed(&format!("Type the pair's name, {pair}, to approve; anything else changes nothing:"));
        if named.is_some_and(|named| named == pair) {
            return Ok(Some(Approved { proven, accepts_risk: !planned }));
        }
        let message = format!("the plan for pair {pair} was not approved: nothing was changed");
        Err(Unproven { who: None, why: None, problem: Problem::refused("NOT-APPROVED", message) })
    }

    /// Says who can still approve, and which flags make a command approve.
    pub(crate) fn missing(deps: &Deps, asked: Option<&ApprovalRequest>, again: &str, planned: bool) -> String {
        let risk = if planned { "" } else { " --accept-risk" };
        let given: Vec<&str> = asked.iter().flat_map(|asked| &asked.given).map(|answer| answer.by.as_str()).collect();
        let said = |name: &str| given.iter().any(|given| folded(given) == folded(name));
        let left = deps.pair.watch.approvers.iter().map(|approver| approver.name.as_str());
        let left: Vec<&str> = left.filter(|name| !said(name)).collect();
        if deps.pair.watch.approvers.is_empty() {
            return format!("nobody has approved it yet: run `{again} --approve YOUR-NAME{risk}`");
        }
        let so_far = if given.is_empty() {
            "nobody has approved it yet".to_owned()
        } else {
            format!("{} has approved it, and another person must", given.join(", "))
        };
        let one = if left.len() == 1 { "" } else { "one of " };
        let links = deps.pair.watch.approvals.as_ref().is_some_and(|approvals| !approvals.keys.is_empty());
        let link = if links { "answers by a link, or " } else { "" };
        format!(
            "{so_far}: {one}{} {link}runs `{again} --approve NAME --code-file FILE{risk}` with the approval code in \
             that file",
            left.join(", ")
        )
    }
}

/// Facts that a person weighs before an approval: the age of the inventory, and the number of findings and
/// exceptions.
pub(crate) fn evidence(plan: &Plan, about: &About) -> String {
    let minutes = plan.made_at.duration_since(about.checkpoint_at).as_mins();
    format!(
        "the inventory of the {} is {minutes} minutes old; {} findings, {} exceptions",
        about.leaving,
        plan.findings.len(),
        plan.exceptions.len()
    )
}

/// The question that a plan will ask. A person is asked with it before anything is recorded.
pub(crate) fn text(deps: &Deps, draft: &Draft) -> Result<String, Problem> {
    let asked = question_of(&draft.plan, &draft.hash, GO, deps.clock.now(), deps).map_err(unreadable)?;
    Ok(asked.text)
}

/// The problem of a plan that this program cannot read.
pub(crate) fn unreadable(error: PlanError) -> Problem {
    RunnerError::Plan(error).into()
}

/// The question of a saga. It is asked now if it was not asked before.
pub(crate) async fn asked(deps: &Deps, view: &View) -> Result<ApprovalRequest, Problem> {
    if let Some(asked) = &view.question {
        return Ok(asked.clone());
    }
    let ask = question_of(&view.plan, &view.head.plan, GO, deps.clock.now(), deps).map_err(unreadable)?;
    deps.approval_requests.ask(&ask).await?;
    Ok(deps.approval_requests.question(&view.head.saga, GO).await?.unwrap_or(ask))
}

/// The status of the question now.
pub(crate) fn stands(deps: &Deps, view: &View, asked: &ApprovalRequest) -> QuestionStatus {
    if view.state.approval(GO).is_some() {
        return QuestionStatus::Approved;
    }
    match &asked.state {
        RequestState::Used(_) => QuestionStatus::Approved,
        RequestState::Answered(answer) if answer.approved && answer.at <= asked.expires_at => QuestionStatus::Approved,
        RequestState::Answered(_) => QuestionStatus::Closed,
        RequestState::Open if deps.clock.now() > asked.expires_at => QuestionStatus::Closed,
        RequestState::Open => QuestionStatus::Open,
    }
}
