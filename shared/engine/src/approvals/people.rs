//! Defines the people who may approve, and how they prove that it is them.

use argon2::password_hash::PasswordVerifier;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params};
use jiff::SignedDuration;
use secrecy::{ExposeSecret, SecretString};

use super::code;
use super::token::Key;

/// A person who may approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// The name, as records show it.
    pub name: String,
    /// The turn in the contact list: 0 is asked at once, 1 after the first silence, and so on.
    pub level: u32,
    /// The hash of the approval code, in PHC form (`$argon2id$…`). Not a secret by itself.
    pub code_hash: String,
}

/// The settings for asking people.
#[derive(Clone, Debug)]
pub struct Approvals {
    /// The beginning of links: the address of the function `approval`, without a slash at the end.
    pub url: String,
    /// The number of different people who must say yes.
    pub people: u32,
    /// The time without an answer after which the next people in the contact list are asked.
    pub escalate_after: SignedDuration,
    /// Whether each approver gets a message, or everybody gets one together.
    pub personal: bool,
    /// The keys that sign links, the current key first. It is empty if no links are made.
    pub keys: Vec<Key>,
}

/// A name in the form by which people are compared: without case, and without extra spaces.
///
/// The name is brought to upper case first, so that letters with several forms, e.g. `ß`, become equal.
pub fn folded(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    words.join(" ").to_uppercase().to_lowercase()
}

/// Whether a text is the whole hash of an approval code: Argon2id in PHC form.
pub fn is_code_hash(text: &str) -> bool {
    let Ok(hash) = PasswordHash::new(text) else { return false };
    let argon2id = hash.algorithm == Algorithm::Argon2id.ident();
    argon2id && hash.salt.is_some() && hash.hash.is_some() && Params::try_from(&hash).is_ok()
}

impl Approver {
    /// Whether a code is this person's. The check takes as long for a wrong code as for the right one.
    pub fn knows(&self, code: &SecretString) -> bool {
        let Ok(hash) = PasswordHash::new(&self.code_hash) else { return false };
        Argon2::default().verify_password(code::meant(code).expose_secret().as_bytes(), &hash).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_one_however_the_name_is_spelled() {
        for spelled in ["ana ray", "Ana Ray", " ANA  RAY ", "ana\tRay\n"] {
            assert_eq!(folded(spelled), "ana ray");
        }
        assert_eq!(folded("Groß"), folded("GROSS"));
        assert_ne!(folded("ana"), folded("anaray"));
    }

    #[test]
    fn only_a_whole_argon2id_hash_is_one() {
        const GOOD: &str =
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$ZmFrZWZha2VmYWtlZmFrZWZha2VmYWtlZmFrZWZha2U";
        assert!(is_code_hash(GOOD));
        let wrong = [
            "",
            "7K3M-9QRT-2B5X-HN8W",
            "$argon2 pasted wrong",
            "$argon2id$x",
            "$argon2id$v=19$m=19456,t=2,p=1",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA",
            "$argon2id$v=19$m=0,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$ZmFrZWZha2VmYWtlZmFrZWZha2VmYWtlZmFrZWZha2U",
        ];
        for text in wrong {
            assert!(!is_code_hash(text), "{text}");
        }
        assert!(!is_code_hash(&GOOD.replace("argon2id", "argon2i")));
        assert!(!is_code_hash(&GOOD.replace("argon2id", "scrypt")));
    }
}
