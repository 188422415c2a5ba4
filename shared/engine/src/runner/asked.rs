//! Remembers the calls that were answered within one attempt, so that none of them is made again too early.
//!
//! The effect of a call shows late: right after it the workspace may still read as before. So the same call is left
//! out until the workspace shows a later state. After that the call is due again as soon as the state asks for it,
//! e.g. for a cluster that was terminating and that a schedule has started again (L7).

use crate::ports::{ApiReply, Next};

/// The calls of one attempt that were answered.
#[derive(Debug, Default)]
pub struct Asked {
    answered: Vec<String>,
    reply: Option<ApiReply>,
}

impl Asked {
    /// The answer to the last call. `None`: before the first call.
    pub fn reply(&self) -> Option<&ApiReply> {
        self.reply.as_ref()
    }

    /// Adds calls that were answered, with the reply to the last of them.
    pub fn answered(&mut self, calls: impl IntoIterator<Item = String>, reply: ApiReply) {
        self.answered.extend(calls);
        self.reply = Some(reply);
    }

    /// The decision after a new read, without the calls that were answered and whose effect does not show yet.
    pub fn without_answered(&mut self, next: Next) -> Next {
        match next {
            Next::Call(api_calls) => {
                let first = api_calls.first().map(|api_call| api_call.what.clone()).unwrap_or_default();
                let left: Vec<_> =
                    api_calls.into_iter().filter(|api_call| !self.answered.contains(&api_call.what)).collect();
                if left.is_empty() {
                    return Next::Wait { why: format!("asked, not yet so: {first}") };
                }
                Next::Call(left)
            }
            Next::Wait { why } => {
                self.answered.clear();
                Next::Wait { why }
            }
            settled @ (Next::Satisfied { .. } | Next::Blocked(_)) => settled,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::ports::ApiCall;

    fn api_calls(whats: &[&str]) -> Next {
        let api_call = |what: &&str| ApiCall { kind: "cluster", what: (*what).to_owned(), request: Value::Null };
        Next::Call(whats.iter().map(api_call).collect())
    }

    fn asked(whats: &[&str]) -> Asked {
        let mut asked = Asked::default();
        let last = whats.last().copied().unwrap_or_default();
        asked.answered(whats.iter().map(|what| (*what).to_owned()), ApiReply { note: last.to_owned(), made: None });
        asked
    }

    #[test]
    fn an_answered_call_is_not_made_again_before_a_later_state_shows() {
        let mut asked = asked(&["terminate"]);
        assert_eq!(
            asked.without_answered(api_calls(&["terminate"])),
            Next::Wait { why: "asked, not yet so: terminate".to_owned() }
        );
        assert!(matches!(asked.without_answered(api_calls(&["terminate"])), Next::Wait { .. }), "still not shown");
        asked.without_answered(Next::Wait { why: "TERMINATING".to_owned() });
        assert_eq!(asked.without_answered(api_calls(&["terminate"])), api_calls(&["terminate"]), "started again since");
    }

    #[test]
    fn a_call_whose_reply_was_lost_is_made_again_beside_one_that_was_answered() {
        let mut asked = asked(&["pin"]);
        assert_eq!(asked.without_answered(api_calls(&["terminate", "pin"])), api_calls(&["terminate"]));
    }

    #[test]
    fn before_the_first_call_and_for_other_calls_nothing_is_left_out() {
        assert_eq!(Asked::default().without_answered(api_calls(&["a", "b"])), api_calls(&["a", "b"]));
        assert_eq!(asked(&["a"]).without_answered(api_calls(&["b"])), api_calls(&["b"]));
    }
}
