//! Who may approve, and how they prove that it is them.

use argon2::Argon2;
use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};

use super::code;
use super::token::Key;

/// A person who may approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// The name, as records show it.
    pub name: String,
    /// When in the contact list: 0 at once, 1 after the first silence, and so on.
    pub level: u32,
    /// The hash of the approval code, in PHC form (`$argon2id$…`). Not a secret by itself.
    pub code_hash: String,
}

/// How people are asked.
#[derive(Clone, Debug)]
pub struct Approvals {
    /// What links begin with: the address of the function `approval`, without a slash at the end.
    pub url: String,
    /// So many different people must say yes.
    pub people: u32,
    /// After so long without an answer the next in the contact list are asked.
    pub escalate_after: SignedDuration,
    /// One message for each approver, or one for all who listen.
    pub personal: bool,
    /// Who may approve, in the order of the contact list.
    pub approvers: Vec<Approver>,
    /// What links are signed with, the current key first.
    pub keys: Vec<Key>,
}

impl Approvals {
    /// An approver by name.
    pub fn approver(&self, name: &str) -> Option<&Approver> {
        self.approvers.iter().find(|approver| approver.name == name)
    }
}

impl Approver {
    /// Whether a code is this person's. Takes as long for a wrong one as for the right one.
    pub fn knows(&self, code: &SecretString) -> bool {
        let Ok(hash) = PasswordHash::new(&self.code_hash) else { return false };
        Argon2::default().verify_password(code::meant(code).expose_secret().as_bytes(), &hash).is_ok()
    }
}
