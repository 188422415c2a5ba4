//! A person's answer to the question of a saga, from a terminal or a script: what is shown, who proves to
//! be whom, and what is recorded of it.
//!
//! Where approvers are configured, only they may answer, each with the approval code. The code is typed
//! without an echo or read from a place, and never stands on a command line.

use std::io::{BufRead as _, IsTerminal as _};

use console::Term;
use engine::Deps;
use engine::approvals::{Approver, Standing, answer};
use engine::noticing::last_verdict;
use engine::ports::{AskItem, Deed, TrailLine};
use engine::start::pair_head;
use engine::view::{View, view};
use failover::plan::GO;
use failover::text::{Detail, plan_text};
use failover::verdict::sentences;
use rim::config::SecretSource;
use rim::{Checked, Exit, Problem};
use saga::SagaId;
use secrecy::SecretString;
use serde_json::json;

use crate::approving;
use crate::ordering::{evidence, person};
use crate::place::{self, PairArguments, StoreArguments};
use crate::standing::about;
use crate::talk::{data, data_json, say};

/// The variable that a script may put an approval code into.
const CODE_VARIABLE: &str = "SWITCHBACK_APPROVAL_CODE";

/// Which question, and who answers.
#[derive(Debug, clap::Args)]
pub(crate) struct AnswerArguments {
    #[command(flatten)]
    config: PairArguments,
    #[command(flatten)]
    store: StoreArguments,
    /// The saga; the pair's unfinished one if absent.
    #[arg(long)]
    saga: Option<String>,
    /// Which of the configured approvers answers.
    #[arg(long = "as", value_name = "NAME")]
    approver: Option<String>,
    /// A file with the approval code; else SWITCHBACK_APPROVAL_CODE, else it is asked for.
    #[arg(long, value_name = "FILE")]
    code_file: Option<String>,
    /// The pair's name, for scripts; else it is asked for.
    #[arg(long = "pair", value_name = "NAME")]
    pair_name: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    pub(crate) json: bool,
}

/// Shows the question and takes the answer.
pub(crate) fn run(arguments: &AnswerArguments, approved: bool, why: &str) -> Result<Exit, Problem> {
    let checked = arguments.config.read()?;
    let store = arguments.store.store()?;
    place::run(async {
        let deps = store.existing(&checked).await?;
        let seen = arguments.seen(&deps).await?;
        let saga = seen.head.saga.clone();
        let asked = approving::question(&deps, &seen).await?;
        show(&deps, &seen, &asked).await?;
        let by = arguments.who(&checked, &deps, &asked).await?;
        arguments.names_pair(&checked, approved)?;
        let accepts_risk = approved && !about(&seen).1;
        let standing = match answer(&deps, &saga, GO, &by, approved, accepts_risk).await {
            Ok(standing) => standing,
            Err(not) => {
                refused(&deps, &asked, &by, &not.to_string()).await;
                return Err(not.into());
            }
        };
        if !why.is_empty() {
            note(&deps, &asked, &by, Deed::Declined, format!("why: {why}")).await;
        }
        Ok(arguments.tell(&saga, &by, &standing))
    })
}

impl AnswerArguments {
    /// The saga whose question it is.
    async fn seen(&self, deps: &Deps) -> Result<View, Problem> {
        let pair = pair_head(deps).await?;
        let none = |what: String| Problem::refused("NO-SAGA", what);
        let named = self.saga.clone().map(SagaId).or(pair.saga);
        let saga =
            named.ok_or_else(|| none(format!("pair {} has no unfinished saga, so nothing is asked", pair.pair)))?;
        let seen = view(deps, Some(&saga)).await?.filter(|seen| seen.head.pair == deps.pair.name);
        seen.ok_or_else(|| none(format!("pair {} has no saga {saga}", deps.pair.name)))
    }

    /// Who answers: a configured approver with the approval code, or whoever is signed in where none is.
    async fn who(&self, checked: &Checked, deps: &Deps, asked: &AskItem) -> Result<String, Problem> {
        let approvers = &checked.config.approver;
        let not = |message: String| Problem::refused("NOT-APPROVED", message);
        if approvers.is_empty() {
            return match &self.approver {
                None => Ok(person()),
                Some(name) => {
                    Err(not(format!("{name:?} is no approver: the configuration names none with [[approver]]")))
                }
            };
        }
        let names: Vec<&str> = approvers.iter().map(|approver| approver.get_ref().name.as_str()).collect();
        let names = names.join(", ");
        let name = match &self.approver {
            Some(name) => name.clone(),
            None => typed(&format!("Who are you? One of {names}:"))
                .ok_or_else(|| not(format!("say who you are with --as, one of {names}")))?,
        };
        let known = approvers.iter().map(|approver| approver.get_ref()).find(|approver| approver.name == name);
        let Some(known) = known else {
            refused(deps, asked, &name, "no approver of that name").await;
            return Err(not(format!("{name:?} is no approver: one of {names} must answer")));
        };
        let approver = Approver { name, level: known.level, code_hash: known.code_hash.clone() };
        if approver.knows(&self.code()?) {
            return Ok(approver.name);
        }
        refused(deps, asked, &approver.name, "a wrong approval code").await;
        Err(not(format!("that is not the approval code of {}: nothing was changed", approver.name)))
    }

    fn code(&self) -> Result<SecretString, Problem> {
        let missing = |message: String| Problem::refused("NOT-APPROVED", message);
        if let Some(file) = &self.code_file {
            return SecretSource::File(file.clone()).fetch().map_err(missing);
        }
        if let Ok(code) = SecretSource::Env(CODE_VARIABLE.to_owned()).fetch() {
            return Ok(code);
        }
        if !is_attended() {
            return Err(missing(format!("the approval code is missing: use --code-file or set {CODE_VARIABLE}")));
        }
        say("Your approval code (it is not shown):");
        let code = Term::stderr().read_secure_line();
        code.map(SecretString::from).map_err(|e| missing(format!("the approval code could not be read: {e}")))
    }

    /// Whoever answers names the pair, so that no answer goes to another one by mistake.
    fn names_pair(&self, checked: &Checked, approved: bool) -> Result<(), Problem> {
        let pair = checked.pair.as_str();
        let what = if approved { "approve" } else { "decline" };
        let ask = || typed(&format!("Type the pair's name, {pair}, to {what}; anything else changes nothing:"));
        match self.pair_name.clone().or_else(ask) {
            Some(name) if name == pair => Ok(()),
            Some(_) => Err(Problem::refused("NOT-APPROVED", format!("that is not {pair}: nothing was changed"))),
            None => Err(Problem::refused("NOT-APPROVED", format!("name the pair with --pair {pair} to {what}"))),
        }
    }

    fn tell(&self, saga: &SagaId, by: &str, standing: &Standing) -> Exit {
        let (word, missing, exit) = match standing {
            Standing::Approved => ("approved", 0, Exit::Fine),
            Standing::MorePeople(more) => ("more-people", *more, Exit::PersonNeeded),
            Standing::Declined => ("declined", 0, Exit::Fine),
        };
        if self.json {
            data_json(&json!({ "saga": saga, "by": by, "standing": word, "people_missing": missing }));
            return exit;
        }
        match standing {
            Standing::Approved => {
                data(format_args!("{by} has approved: saga {saga} begins when it is driven\n"));
                say("what is deployed drives it; from one machine, give the order again with `switchback failover`");
            }
            Standing::MorePeople(more) => {
                data(format_args!("{by} has approved; {more} more must approve before saga {saga} begins\n"));
            }
            Standing::Declined => {
                data(format_args!("{by} has declined: saga {saga} is held\n"));
                say("`switchback abort` ends it");
            }
        }
        exit
    }
}

/// The plan, what speaks for it, and the question with the loss.
async fn show(deps: &Deps, seen: &View, asked: &AskItem) -> Result<(), Problem> {
    say(plan_text(&seen.plan, &seen.head.plan.0, Detail::Counts));
    say(evidence(&seen.plan));
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

/// One line that a person types; `None` if nobody is there.
pub(crate) fn typed(question: &str) -> Option<String> {
    if !is_attended() {
        return None;
    }
    say(question);
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).ok()?;
    Some(line.trim().to_owned())
}

fn is_attended() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

async fn refused(deps: &Deps, asked: &AskItem, who: &str, why: &str) {
    note(deps, asked, who, Deed::Refused, format!("at a terminal: {why}")).await;
}

/// A line of the trail; that it could not be written is told, and takes no answer back.
async fn note(deps: &Deps, asked: &AskItem, who: &str, deed: Deed, note: String) {
    let line = TrailLine { at: deps.clock.now(), question: asked.question.clone(), who: who.to_owned(), deed, note };
    if let Err(error) = deps.asks.note(&asked.saga, &line).await {
        say(format_args!("a line of the trail could not be written: {error}"));
    }
}
