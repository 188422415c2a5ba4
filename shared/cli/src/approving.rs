//! A person's approval of a plan: given on the command line, or typed at a terminal.

use std::io::{BufRead as _, IsTerminal as _};

use engine::Deps;
use engine::approvals::{answer, question_of};
use engine::ports::{AskItem, AskState};
use engine::start::Draft;
use engine::view::View;
use failover::plan::GO;
use rim::Problem;
use saga::SagaId;

use crate::ordering::person;
use crate::talk::say;

/// How a plan is approved.
#[derive(Debug, clap::Args)]
pub(crate) struct ApprovalArguments {
    /// Approves the plan without asking, in the name of this person.
    #[arg(long, value_name = "PERSON")]
    approve: Option<String>,
    /// Accepts that what cannot be verified stopped may still process data when it comes back.
    #[arg(long, requires = "approve")]
    accept_risk: bool,
}

/// A named person said yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Approved {
    by: String,
    accepts_risk: bool,
}

/// How the question of a saga stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// Approved, and used or about to be.
    Approved,
    /// It can be answered.
    Open,
    /// It can no longer be answered with yes.
    Closed,
}

impl ApprovalArguments {
    /// Asks the person at the terminal, if there is one and nobody has approved on the command line.
    /// `None`: nobody did.
    pub(crate) fn obtain(&self, pair: &str, planned: bool, question: &str) -> Result<Option<Approved>, Problem> {
        if let Some(by) = &self.approve {
            let enough = planned || self.accept_risk;
            return Ok(enough.then(|| Approved { by: by.clone(), accepts_risk: self.accept_risk }));
        }
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return Ok(None);
        }
        say(format_args!("\n{question}\nType the pair's name, {pair}, to approve; anything else changes nothing:"));
        let mut typed = String::new();
        let read = std::io::stdin().lock().read_line(&mut typed);
        if read.is_ok() && typed.trim() == pair {
            return Ok(Some(Approved { by: person(), accepts_risk: !planned }));
        }
        Err(Problem::refused("NOT-APPROVED", format!("the plan for pair {pair} was not approved: nothing was changed")))
    }

    /// What is to be added to a command so that it approves.
    pub(crate) fn missing(planned: bool) -> &'static str {
        if planned { " --approve YOUR-NAME" } else { " --approve YOUR-NAME --accept-risk" }
    }
}

/// Records the answer yes.
pub(crate) async fn approve(deps: &Deps, saga: &SagaId, approved: &Approved) -> Result<(), Problem> {
    answer(deps, saga, GO, &approved.by, true, approved.accepts_risk).await?;
    Ok(())
}

/// The question that a plan will ask, for a person who is asked before anything is recorded.
pub(crate) fn question_text(deps: &Deps, draft: &Draft) -> String {
    question_of(&draft.plan, &draft.hash, GO, deps.clock.now(), deps).text
}

/// The question of a saga, asked now if it was not.
pub(crate) async fn question(deps: &Deps, view: &View) -> Result<AskItem, Problem> {
    if let Some(asked) = &view.question {
        return Ok(asked.clone());
    }
    let ask = question_of(&view.plan, &view.head.plan, GO, deps.clock.now(), deps);
    deps.asks.ask(&ask).await?;
    Ok(deps.asks.question(&view.head.saga, GO).await?.unwrap_or(ask))
}

/// How the question stands now.
pub(crate) fn stands(deps: &Deps, view: &View, asked: &AskItem) -> Standing {
    if view.state.approval(GO).is_some() {
        return Standing::Approved;
    }
    match &asked.state {
        AskState::Used(_) => Standing::Approved,
        AskState::Answered(answer) if answer.approved && answer.at <= asked.expires_at => Standing::Approved,
        AskState::Answered(_) => Standing::Closed,
        AskState::Open if deps.clock.now() > asked.expires_at => Standing::Closed,
        AskState::Open => Standing::Open,
    }
}
