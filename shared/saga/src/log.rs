//! The hash-chained log: nobody can alter, remove or reorder a line unnoticed (R52).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::event::Event;

/// One line of a saga's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Number of the line in the saga, from 0, without gaps.
    pub number: u64,
    /// When the runner recorded it.
    pub at: Timestamp,
    /// Epoch of the runner that recorded it.
    pub epoch: u64,
    /// The event that happened.
    pub event: Event,
    /// SHA-256 over the previous line's hash and this line's content, in hexadecimal.
    pub hash: String,
}

/// The end of a chain. The next line links to it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Chain {
    next: u64,
    tip: String,
}

/// A break in a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {number} of the log does not follow from the one before: {what}")]
pub struct ChainError {
    /// Number of the line where the chain breaks.
    pub number: u64,
    /// The thing that is wrong there, e.g. `its number is out of order`.
    pub what: &'static str,
}

impl Chain {
    /// Makes the next line and moves on to it.
    pub fn link(&mut self, at: Timestamp, epoch: u64, event: Event) -> Line {
        let hash = digest(&self.tip, self.next, at, epoch, &event);
        let line = Line { number: self.next, at, epoch, event, hash };
        self.next += 1;
        self.tip.clone_from(&line.hash);
        line
    }

    /// Checks that a line is the next one and moves on to it.
    ///
    /// # Errors
    ///
    /// [`ChainError`] if its number or its hash is not the expected one. The chain then stays where it was.
    pub fn follow(&mut self, line: &Line) -> Result<(), ChainError> {
        if line.number != self.next {
            return Err(ChainError { number: line.number, what: "its number is out of order" });
        }
        if line.hash != digest(&self.tip, self.next, line.at, line.epoch, &line.event) {
            return Err(ChainError { number: line.number, what: "its hash does not match its content" });
        }
        self.next += 1;
        self.tip.clone_from(&line.hash);
        Ok(())
    }

    /// Number of lines in the chain.
    pub fn len(&self) -> u64 {
        self.next
    }

    /// Whether there is no line yet.
    pub fn is_empty(&self) -> bool {
        self.next == 0
    }

    /// The hash of the last line; empty if there is no line yet.
    pub fn tip(&self) -> &str {
        &self.tip
    }
}

fn digest(tip: &str, number: u64, at: Timestamp, epoch: u64, event: &Event) -> String {
    let mut hash = Sha256::new();
    hash.update(tip.as_bytes());
    hash.update(number.to_be_bytes());
    hash.update(at.as_nanosecond().to_be_bytes());
    hash.update(epoch.to_be_bytes());
    // An event is plain data with string keys, so it always serializes.
    hash.update(serde_json::to_vec(event).unwrap_or_default());
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::SagaEvent;

    #[test]
    fn an_untouched_chain_follows() {
        let lines = three_lines();
        let mut chain = Chain::default();
        assert!(lines.iter().all(|line| chain.follow(line).is_ok()));
        assert_eq!(chain.len(), 3);
    }

    #[test]
    fn an_altered_line_is_found() {
        let mut lines = three_lines();
        lines[1].event = Event::Saga(SagaEvent::StageEntered { stage: "other".into() });
        assert_eq!(first_break(&lines), Some(1));
    }

    #[test]
    fn a_line_moved_in_time_is_found() {
        let mut lines = three_lines();
        lines[2].at = Timestamp::from_second(99).unwrap();
        assert_eq!(first_break(&lines), Some(2));
    }

    #[test]
    fn a_removed_line_is_found() {
        let mut lines = three_lines();
        lines.remove(1);
        assert_eq!(first_break(&lines), Some(2));
    }

    #[test]
    fn reordered_lines_are_found() {
        let mut lines = three_lines();
        lines.swap(0, 1);
        assert_eq!(first_break(&lines), Some(1));
    }

    /// These are the exact bytes of a line that was written without proofs. An absent field stays absent in its
    /// hash (S22).
    #[test]
    fn a_line_that_tells_no_proof_still_follows() {
        let event = r#"{"event":"approved","question":"go","by":"ana","accepts_risk":true,"loss_shown":"60 s"}"#;
        let mut hash = Sha256::new();
        hash.update(0_u64.to_be_bytes());
        hash.update(Timestamp::UNIX_EPOCH.as_nanosecond().to_be_bytes());
        hash.update(1_u64.to_be_bytes());
        hash.update(event);
        let hash = hex::encode(hash.finalize());
        let line = format!(r#"{{"number":0,"at":"1970-01-01T00:00:00Z","epoch":1,"event":{event},"hash":"{hash}"}}"#);
        let read: Line = serde_json::from_str(&line).unwrap();
        assert_eq!(Chain::default().follow(&read), Ok(()));
        assert_eq!(serde_json::to_string(&read).unwrap(), line);
        let proven = Line {
            event: Event::Saga(SagaEvent::Approved {
                question: "go".into(),
                by: "ana".into(),
                accepts_risk: true,
                loss_shown: "60 s".into(),
                proofs: vec![crate::Proof::Code],
            }),
            ..read
        };
        assert!(Chain::default().follow(&proven).is_err(), "a proof that is put in later is found");
    }

    fn first_break(lines: &[Line]) -> Option<u64> {
        let mut chain = Chain::default();
        lines.iter().find_map(|line| chain.follow(line).err()).map(|broken| broken.number)
    }

    fn three_lines() -> Vec<Line> {
        let mut chain = Chain::default();
        ["freeze", "fence", "pools"]
            .iter()
            .enumerate()
            .map(|(second, stage)| {
                let at = Timestamp::from_second(second as i64).unwrap();
                chain.link(at, 1, Event::Saga(SagaEvent::StageEntered { stage: (*stage).into() }))
            })
            .collect()
    }
}
