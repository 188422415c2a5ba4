//! Checks the proof of each answer (S27): an answer counts only with the proof that the configuration asks for.
//!
//! A [`Proven`] can be made only here, and an answer is recorded only with one. If approvers are configured, each
//! proves by the approval code to be one of them, behind a link or at a terminal. If none is configured, a name is
//! asserted, and the record says so. The policy answers only if it is `act` and one yes is enough.

use failover::verdict::Mode;
use jiff::Timestamp;
use saga::Proof;
use secrecy::SecretString;

use super::people::Approver;
use super::token;
use crate::deps::Deps;
use crate::ports::{Answer, ApprovalRequest};

/// A hash that no code has, at the usual cost. It is checked if the approver does not exist.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$c3dpdGNoYmFjay1ub2JvZA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The giver of an answer, proven as the configuration asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    by: String,
    proof: Proof,
}

/// The reason why nobody was proven. It contains no code (S23).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// Approvers are configured, and no code was given.
    #[error("the approval code of {0} is missing: use --code-file or set SWITCHBACK_APPROVAL_CODE")]
    NoCode(String),
    /// The name is not one of the approvers.
    #[error("{name:?} is no approver: one of {known} must answer")]
    NoApprover {
        /// The name.
        name: String,
        /// The approvers' names.
        known: String,
    },
    /// The code is not this approver's.
    #[error("that is not the approval code of {0}: nothing was changed")]
    WrongCode(String),
    /// The pair's name or the code behind a link is not right. The error does not say which of them.
    #[error("the pair's name or the code is not right")]
    WrongForm,
    /// The token is none of ours.
    #[error("the link is not valid")]
    NotOurs,
    /// The policy is not `act`.
    #[error("the policy is not to act: a person must answer")]
    NotByPolicy,
    /// The policy is one voice, and more people must say yes.
    #[error("{0} people must answer, and the policy is none of them")]
    PolicyIsNoPerson(u32),
}

impl Proven {
    /// The name of the giver.
    pub fn by(&self) -> &str {
        &self.by
    }

    /// The proof.
    pub fn proof(&self) -> Proof {
        self.proof
    }

    /// The answer to a question, with the loss that was shown.
    pub(super) fn answer(
        &self,
        asked: &ApprovalRequest,
        approved: bool,
        accepts_risk: bool,
        loss_shown_s: Option<i64>,
        at: Timestamp,
    ) -> Answer {
        let (by, plan, proofs) = (self.by.clone(), asked.plan.clone(), vec![self.proof]);
        Answer { by, approved, accepts_risk, plan, loss_shown_s, at, proofs }
    }

    /// Whether it is the proof that this configuration asks for. A proof under another configuration is not.
    pub(super) fn counts(&self, deps: &Deps) -> Result<(), ProofError> {
        let watch = &deps.pair.watch;
        match self.proof {
            Proof::Asserted if watch.approvers.is_empty() || !deps.settings.guards_proof() => Ok(()),
            Proof::Asserted | Proof::NotRecorded => Err(ProofError::NoCode(self.by.clone())),
            Proof::LinkAndCode | Proof::Code if watch.approver(&self.by).is_some() => Ok(()),
            Proof::LinkAndCode | Proof::Code => Err(no_approver(deps, &self.by)),
            Proof::Policy => may_act(deps).map(drop),
        }
    }
}

/// Proves the person who answers at a terminal or by a command.
///
/// # Errors
///
/// [`ProofError`].
pub fn at_terminal(deps: &Deps, name: &str, code: Option<&SecretString>) -> Result<Proven, ProofError> {
    if deps.pair.watch.approvers.is_empty() || !deps.settings.guards_proof() {
        return Ok(Proven { by: name.trim().to_owned(), proof: Proof::Asserted });
    }
    let approver = approver(deps, name)?;
    let code = code.ok_or_else(|| ProofError::NoCode(approver.name.clone()))?;
    if approver.knows(code) {
        Ok(Proven { by: approver.name.clone(), proof: Proof::Code })
    } else {
        Err(ProofError::WrongCode(approver.name.clone()))
    }
}

/// The approver of that name, in any spelling.
///
/// # Errors
///
/// [`ProofError::NoApprover`].
pub fn approver<'a>(deps: &'a Deps, name: &str) -> Result<&'a Approver, ProofError> {
    deps.pair.watch.approver(name).ok_or_else(|| no_approver(deps, name))
}

/// Proves the person who answers by a link: the token is genuine, and pair and code are right.
pub(super) fn by_link(deps: &Deps, token: &str, pair: &str, code: &SecretString) -> Result<Proven, ProofError> {
    let keys = deps.pair.watch.approvals.as_ref().map_or(&[][..], |approvals| approvals.keys.as_slice());
    let name = token::read(keys, token).map_err(|_| ProofError::NotOurs)?.approver;
    let known = deps.pair.watch.approver(&name);
    let nobody = Approver { name: name.clone(), level: 0, code_hash: NOBODY.to_owned() };
    // Both are checked, even if the first is not right.
    let is_right = known.unwrap_or(&nobody).knows(code) & (pair.trim() == deps.pair.name.as_str());
    let Some(approver) = known else { return Err(no_approver(deps, &name)) };
    if is_right || !deps.settings.guards_proof() {
        Ok(Proven { by: approver.name.clone(), proof: Proof::LinkAndCode })
    } else {
        Err(ProofError::WrongForm)
    }
}

/// The policy's own answer.
pub(crate) fn by_policy(deps: &Deps) -> Result<Proven, ProofError> {
    let accepted_by = may_act(deps)?;
    Ok(Proven { by: format!("{accepted_by}, by the policy act"), proof: Proof::Policy })
}

/// The person who has accepted the policy's risk, if the policy may answer.
fn may_act(deps: &Deps) -> Result<&str, ProofError> {
    match &deps.pair.watch.policy.mode {
        Mode::Act { .. } if deps.pair.watch.people() > 1 => Err(ProofError::PolicyIsNoPerson(deps.pair.watch.people())),
        Mode::Act { accepted_by } => Ok(accepted_by),
        Mode::Watch | Mode::Ask | Mode::FenceThenAsk => Err(ProofError::NotByPolicy),
    }
}

fn no_approver(deps: &Deps, name: &str) -> ProofError {
    let known: Vec<&str> = deps.pair.watch.approvers.iter().map(|approver| approver.name.as_str()).collect();
    ProofError::NoApprover { name: name.to_owned(), known: known.join(", ") }
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::phc::PasswordHash;

    use super::NOBODY;

    #[test]
    fn the_hash_of_nobody_costs_what_any_hash_costs() {
        let hash = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(hash.params.get_decimal("m"), Some(super::super::code::Cost::USUAL.memory_kib));
        assert!(hash.salt.is_some() && hash.hash.is_some());
    }
}
