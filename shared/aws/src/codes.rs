//! Lists the codes of this crate's faults. Each code has a page of advice.
//!
//! Law: a code is stable across versions and never reused for something else.
//! Must not know: the text of these pages.

use saga::Code;

/// AWS accepts the credentials, but they may not do this.
pub const AWS_ACCESS_DENIED: Code = Code::new("AWS-ACCESS-DENIED");
/// No answer came, or a broken one. The request may have had its effect.
pub const AWS_DOUBTFUL_ANSWER: Code = Code::new("AWS-DOUBTFUL-ANSWER");
/// No answer came, and nothing was changed.
pub const AWS_NO_ANSWER: Code = Code::new("AWS-NO-ANSWER");
/// AWS does not have the resource that an action names.
pub const AWS_NOT_FOUND: Code = Code::new("AWS-NOT-FOUND");
/// There are no credentials for AWS, or it does not accept them.
pub const AWS_NOT_SIGNED_IN: Code = Code::new("AWS-NOT-SIGNED-IN");
/// AWS refuses the request, and trying again does not help.
pub const AWS_REFUSED: Code = Code::new("AWS-REFUSED");
/// AWS answers that it is unwell.
pub const AWS_SERVER_ERROR: Code = Code::new("AWS-SERVER-ERROR");
/// AWS asks for fewer requests.
pub const AWS_THROTTLED: Code = Code::new("AWS-THROTTLED");
/// An action of this kind cannot switch the endpoint that its settings name.
pub const ENDPOINT_UNSUITABLE: Code = Code::new("ENDPOINT-UNSUITABLE");
/// The time of a dataset's last synced data cannot be read.
pub const HEARTBEAT_UNREADABLE: Code = Code::new("HEARTBEAT-UNREADABLE");
/// More data would be lost than was shown to the person who approved.
pub const LOSS_IS_WORSE: Code = Code::new("LOSS-IS-WORSE");

/// Every code of this crate.
pub const ALL: &[Code] = &[
    AWS_ACCESS_DENIED,
    AWS_DOUBTFUL_ANSWER,
    AWS_NO_ANSWER,
    AWS_NOT_FOUND,
    AWS_NOT_SIGNED_IN,
    AWS_REFUSED,
    AWS_SERVER_ERROR,
    AWS_THROTTLED,
    ENDPOINT_UNSUITABLE,
    HEARTBEAT_UNREADABLE,
    LOSS_IS_WORSE,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_constant_of_this_file_is_listed_once() {
        let constants = include_str!("codes.rs").matches(": Code = Code::new(").count();
        // One match is the text in this test itself.
        assert_eq!(constants - 1, ALL.len());
        let different: BTreeSet<&str> = ALL.iter().map(Code::as_str).collect();
        assert_eq!(different.len(), ALL.len());
    }
}
