//! Proves the person who answers: by the approval code of a configured approver.
//!
//! The code is typed without an echo, or read from a file or a variable. It is never on a command line.

use console::Term;
use engine::Deps;
use engine::approvals::{ProofError, Proven, approver, at_terminal};
use runtime::Problem;
use runtime::config::SecretSource;
use secrecy::SecretString;

use crate::terminal::prompts::{is_attended, person, typed};
use crate::terminal::talk::say;

/// The variable for an approval code, for scripts.
const CODE_VARIABLE: &str = "SWITCHBACK_APPROVAL_CODE";

/// The argument that gives the approval code.
#[derive(Debug, clap::Args)]
pub(crate) struct CodeArguments {
    /// A file with the approval code. Without it the code comes from SWITCHBACK_APPROVAL_CODE, or the command asks
    /// for it.
    #[arg(long, value_name = "FILE")]
    code_file: Option<String>,
}

/// The person was not proven.
pub(crate) struct Unproven {
    /// The name, if one was given.
    pub(crate) who: Option<String>,
    /// The reason, for the audit entry. `None` if nothing was tried.
    pub(crate) why: Option<&'static str>,
    /// The answer to the person.
    pub(crate) problem: Problem,
}

impl From<Unproven> for Problem {
    fn from(unproven: Unproven) -> Self {
        unproven.problem
    }
}

impl CodeArguments {
    /// Proves the named person. With `None` it is the person at the terminal.
    pub(crate) fn prove(&self, deps: &Deps, named: Option<&str>) -> Result<Proven, Unproven> {
        let untried = |message: String| Unproven { who: None, why: None, problem: not_approved(message) };
        let names: Vec<&str> = deps.pair.watch.approvers.iter().map(|approver| approver.name.as_str()).collect();
        if names.is_empty() {
            let name = named.map_or_else(person, str::to_owned);
            return at_terminal(deps, &name, None).map_err(|not| unproven(&name, not));
        }
        let names = names.join(", ");
        let name = match named {
            Some(name) => name.to_owned(),
            None => typed(&format!("Who are you? One of {names}:"))
                .ok_or_else(|| untried(format!("say who you are with --as, one of {names}")))?,
        };
        // The name is checked first, so that nobody is asked for the code of an unknown name.
        approver(deps, &name).map_err(|not| unproven(&name, not))?;
        let code = self.code(&name).map_err(|problem| Unproven { who: None, why: None, problem })?;
        at_terminal(deps, &name, Some(&code)).map_err(|not| unproven(&name, not))
    }

    fn code(&self, name: &str) -> Result<SecretString, Problem> {
        if let Some(file) = &self.code_file {
            return SecretSource::File(file.clone()).fetch().map_err(not_approved);
        }
        if let Ok(code) = SecretSource::Env(CODE_VARIABLE.to_owned()).fetch() {
            return Ok(code);
        }
        if !is_attended() {
            return Err(ProofError::NoCode(name.to_owned()).into());
        }
        say("Your approval code (it is not shown):");
        let code = Term::stderr().read_secure_line();
        code.map(SecretString::from).map_err(|e| not_approved(format!("the approval code could not be read: {e}")))
    }
}

fn unproven(name: &str, not: ProofError) -> Unproven {
    let why = match &not {
        ProofError::NoApprover { .. } => Some("no approver of that name"),
        ProofError::WrongCode(_) | ProofError::WrongForm => Some("a wrong approval code"),
        ProofError::NoCode(_) | ProofError::NotOurs | ProofError::NotByPolicy | ProofError::PolicyIsNoPerson(_) => None,
    };
    Unproven { who: Some(name.to_owned()), why, problem: not.into() }
}

fn not_approved(message: String) -> Problem {
    Problem::refused("NOT-APPROVED", message)
}
