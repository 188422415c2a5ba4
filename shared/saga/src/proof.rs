//! The proof that an answer to a question came from its giver (S27).

use serde::{Deserialize, Serialize};

/// The proof of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// By a personal link and the approval code.
    LinkAndCode,
    /// By the approval code, at a terminal or in a command.
    Code,
    /// By the policy of the configuration, which gave the answer without a person.
    Policy,
    /// By nothing. No approver is configured, so the giver only stated a name.
    Asserted,
    /// The answer was recorded without its proof.
    NotRecorded,
}

impl Proof {
    /// Words for people, to follow "approved".
    pub fn words(self) -> &'static str {
        match self {
            Proof::LinkAndCode => "by link and code",
            Proof::Code => "with a code at a terminal",
            Proof::Policy => "by the policy",
            Proof::Asserted => "asserted: no approver is configured",
            Proof::NotRecorded => "its proof is not recorded",
        }
    }

    /// Words for the answers of several people. Each way is named once.
    pub fn all(proofs: &[Proof]) -> String {
        let mut words: Vec<&str> = Vec::new();
        for proof in proofs {
            if !words.contains(&proof.words()) {
                words.push(proof.words());
            }
        }
        if words.is_empty() { Proof::NotRecorded.words().to_owned() } else { words.join(", ") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_is_told_once_and_an_older_record_tells_none() {
        assert_eq!(Proof::all(&[Proof::Code, Proof::Code]), "with a code at a terminal");
        assert_eq!(Proof::all(&[Proof::LinkAndCode, Proof::Code]), "by link and code, with a code at a terminal");
        assert_eq!(Proof::all(&[]), "its proof is not recorded");
    }
}
