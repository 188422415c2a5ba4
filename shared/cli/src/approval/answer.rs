//! Takes a person's answer to the question of a saga, from a terminal or a script.
//!
//! It shows the question, proves the person, and records the answer. If approvers are configured, only they may
//! answer, each with the approval code: see `proof.rs`.

use engine::Deps;
use engine::approvals::{Proven, RequestStatus, answer};
use engine::detection::last_verdict;
use engine::pair::pair_head;
use engine::ports::{ApprovalRequest, AuditAction, AuditEntry};
use engine::view::{View, view};
use failover::plan::GO;
use failover::text::{Detail, plan_text};
use failover::verdict::sentences;
use runtime::{Exit, Problem};
use saga::SagaId;
use serde_json::json;

use crate::approval::proof::{CodeArguments, Unproven};
use crate::approval::question::{self, evidence};
use crate::place;
use crate::place::pair::PairArguments;
use crate::place::store::StoreArguments;
use crate::terminal::prompts::names_pair;
use crate::terminal::talk::{Form, data, data_json, say};

/// The arguments of an answer, yes or no.
#[derive(Debug, clap::Args)]
pub(crate) struct AnswerArguments {
    #[command(flatten)]
    config: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// The saga. By default the pair's unfinished one.
    #[arg(long)]
    saga: Option<String>,
    /// The configured approver who answers.
    #[arg(long = "as", value_name = "NAME")]
    approver: Option<String>,
    #[command(flatten)]
    code: CodeArguments,
    /// The pair's name, for scripts. Without it the command asks for it.
    #[arg(long = "pair", value_name = "NAME")]
    pair_name: Option<String>,
}

/// Shows the question and takes the answer.
pub(crate) fn run(arguments: &AnswerArguments, form: Form, approved: bool, why: &str) -> Result<Exit, Problem> {
    let checked = arguments.config.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let seen = arguments.seen(&deps).await?;
        let saga = seen.head.saga.clone();
        let asked = question::asked(&deps, &seen).await?;
        show(&deps, &seen, &asked).await?;
        let proven = arguments.who(&deps, &asked).await?;
        let by = proven.by();
        names_pair(&checked, arguments.pair_name.as_deref(), if approved { "approve" } else { "decline" })?;
        let accepts_risk = approved && !seen.about.planned;
        let status = match answer(&deps, &saga, GO, &proven, approved, accepts_risk).await {
            Ok(status) => status,
            Err(not) => {
                refused(&deps, &asked, by, &not.to_string()).await;
                return Err(not.into());
            }
        };
        if !why.is_empty() {
            note(&deps, &asked, by, AuditAction::Declined, format!("why: {why}")).await;
        }
        Ok(tell(form, &saga, &proven, &status))
    })
}

impl AnswerArguments {
    /// The saga that the question belongs to.
    async fn seen(&self, deps: &Deps) -> Result<View, Problem> {
        let pair = pair_head(deps).await?;
        let none = |what: String| Problem::refused("NO-SAGA", what);
        let named = self.saga.clone().map(SagaId).or(pair.saga);
        let saga =
            named.ok_or_else(|| none(format!("pair {} has no unfinished saga, so nothing is asked", pair.pair)))?;
        let seen = view(deps, Some(&saga)).await?.filter(|seen| seen.head.pair == deps.pair.name);
        seen.ok_or_else(|| none(format!("pair {} has no saga {saga}", deps.pair.name)))
    }

    /// The person who answers, proven as the configuration demands.
    async fn who(&self, deps: &Deps, asked: &ApprovalRequest) -> Result<Proven, Problem> {
        if let (Some(name), true) = (&self.approver, deps.pair.watch.approvers.is_empty()) {
            let message = format!("{name:?} is no approver: the configuration names none with [[approver]]");
            return Err(Problem::refused("NOT-APPROVED", message));
        }
        match self.code.prove(deps, self.approver.as_deref()) {
            Ok(proven) => Ok(proven),
            Err(unproven) => Err(untaken(deps, asked, unproven).await),
        }
    }
}

fn tell(form: Form, saga: &SagaId, proven: &Proven, status: &RequestStatus) -> Exit {
    let by = proven.by();
    let (word, missing, exit) = match status {
        RequestStatus::Approved => ("approved", 0, Exit::Fine),
        RequestStatus::MorePeople(more) => ("more-people", *more, Exit::PersonNeeded),
        RequestStatus::Declined => ("declined", 0, Exit::Fine),
    };
    if form == Form::Json {
        data_json(
            &json!({ "saga": saga, "by": by, "proof": proven.proof(), "standing": word, "people_missing": missing }),
        );
        return exit;
    }
    match status {
        RequestStatus::Approved => {
            data(format_args!("{by} has approved: saga {saga} begins when it is driven\n"));
            say("what is deployed drives it; from one machine, give the order again with `switchback failover`");
        }
        RequestStatus::MorePeople(more) => {
            data(format_args!("{by} has approved; {more} more must approve before saga {saga} begins\n"));
        }
        RequestStatus::Declined => {
            data(format_args!("{by} has declined: saga {saga} is held\n"));
            say("`switchback abort` ends it");
        }
    }
    exit
}

/// Shows the plan, the evidence for it, and the question with the loss.
async fn show(deps: &Deps, seen: &View, asked: &ApprovalRequest) -> Result<(), Problem> {
    say(plan_text(&seen.plan, &seen.head.plan.0, Detail::Counts));
    say(evidence(&seen.plan, &seen.about));
    if let Some(verdict) = last_verdict(deps).await? {
        say(format_args!("{:.0}: {}", verdict.at, sentences(&verdict).join("\n")));
    }
    say(format_args!("\n{}", asked.text));
    if asked.people > 1 {
        let given: Vec<&str> = asked.given.iter().map(|answer| answer.by.as_str()).collect();
        let given = if given.is_empty() { "nobody".to_owned() } else { given.join(", ") };
        say(format_args!("{} people must approve; {given} has so far", asked.people));
    }
    Ok(())
}

/// Records that a person was not proven, and why.
pub(crate) async fn untaken(deps: &Deps, asked: &ApprovalRequest, unproven: Unproven) -> Problem {
    if let (Some(who), Some(why)) = (&unproven.who, unproven.why) {
        refused(deps, asked, who, why).await;
    }
    unproven.problem
}

async fn refused(deps: &Deps, asked: &ApprovalRequest, who: &str, why: &str) {
    note(deps, asked, who, AuditAction::Refused, format!("at a terminal: {why}")).await;
}

/// Adds an audit entry. If it cannot be written, that is shown, and no answer is taken back.
async fn note(deps: &Deps, asked: &ApprovalRequest, who: &str, action: AuditAction, note: String) {
    let line = AuditEntry { at: deps.clock.now(), question: asked.question.clone(), who: who.to_owned(), action, note };
    if let Err(error) = deps.approval_requests.note(&asked.saga, &line).await {
        say(format_args!("a line of the trail could not be written: {error}"));
    }
}
