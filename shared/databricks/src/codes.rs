//! The codes of this crate's faults. Each code names a page of advice.
//!
//! Law: a code is stable across versions and never reused for something else.
//! Must not know: the content of the pages.

use saga::Code;

/// No answer came, and the request cannot have reached the workspace.
pub const NO_ANSWER: Code = Code::new("NO-ANSWER");
/// No answer came, or a broken one. The request may have had its effect.
pub const DOUBTFUL_ANSWER: Code = Code::new("DOUBTFUL-ANSWER");
/// The workspace asks for fewer requests.
pub const THROTTLED: Code = Code::new("THROTTLED");
/// The workspace answers that it is unwell.
pub const SERVER_ERROR: Code = Code::new("SERVER-ERROR");
/// The workspace's own backend is not ready to take the request. Nothing was done.
pub const WORKSPACE_NOT_READY: Code = Code::new("WORKSPACE-NOT-READY");
/// The workspace does not accept our credentials.
pub const NOT_SIGNED_IN: Code = Code::new("NOT-SIGNED-IN");
/// No access token could be obtained.
pub const TOKEN_ENDPOINT: Code = Code::new("TOKEN-ENDPOINT");
/// The workspace's IP access list does not let the caller's address in.
pub const ADDRESS_BLOCKED: Code = Code::new("ADDRESS-BLOCKED");
/// The credentials are good, but the principal may not do this.
pub const PERMISSION_DENIED: Code = Code::new("PERMISSION-DENIED");
/// A web page or a redirect came instead of JSON.
pub const LOGIN_PAGE: Code = Code::new("LOGIN-PAGE");
/// The answer is not the JSON that was expected.
pub const NOT_JSON: Code = Code::new("NOT-JSON");
/// The workspace says that the resource does not exist.
pub const NOT_FOUND: Code = Code::new("NOT-FOUND");
/// The workspace does not offer this API.
pub const UNSUPPORTED_HERE: Code = Code::new("UNSUPPORTED-HERE");
/// The state of the resource does not allow this yet.
pub const INVALID_STATE: Code = Code::new("INVALID-STATE");
/// Something else is changing the resource at the same time.
pub const CONFLICT: Code = Code::new("CONFLICT");
/// The workspace refuses the request, and another try would not help.
pub const REFUSED_BY_API: Code = Code::new("REFUSED-BY-API");
/// A listing sent a page token twice, so it would never end.
pub const LISTING_LOOPS: Code = Code::new("LISTING-LOOPS");
/// Only the deployer of the resource can change it.
pub const READ_ONLY: Code = Code::new("READ-ONLY");
/// The target lacks the schedule, trigger or continuous setting that is to be activated.
pub const NOTHING_TO_ACTIVATE: Code = Code::new("NOTHING-TO-ACTIVATE");
/// The job is to be run once, but it takes no run.
pub const JOB_TAKES_NO_RUN: Code = Code::new("JOB-TAKES-NO-RUN");
/// The workspace skipped the run that was started.
pub const RUN_SKIPPED: Code = Code::new("RUN-SKIPPED");
/// The compute is in an error state, and no call ends that state.
pub const BROKEN_COMPUTE: Code = Code::new("BROKEN-COMPUTE");
/// An administrator must switch on a preview before this call exists.
pub const PREVIEW_OFF: Code = Code::new("PREVIEW-OFF");
/// A SQL statement failed, and another try would not help.
pub const STATEMENT_FAILED: Code = Code::new("STATEMENT-FAILED");
/// A validation got another answer than the team expects.
pub const UNEXPECTED_ANSWER: Code = Code::new("UNEXPECTED-ANSWER");
/// A run had to succeed and did not.
pub const RUN_FAILED: Code = Code::new("RUN-FAILED");
/// The target lacks access that the team needs.
pub const ACCESS_MISSING: Code = Code::new("ACCESS-MISSING");
/// The prepared IP access list would cut off the wrong callers, or nobody.
pub const LIST_NOT_READY: Code = Code::new("LIST-NOT-READY");
/// The fence would take away Switchback's own principal.
pub const OWN_PRINCIPAL: Code = Code::new("OWN-PRINCIPAL");
/// The state of the vendor's failover group does not allow a failover.
pub const RECOVERY_NOT_READY: Code = Code::new("RECOVERY-NOT-READY");
/// The vendor's failover group lags further behind than is accepted.
pub const RECOVERY_LAGS: Code = Code::new("RECOVERY-LAGS");
/// The vendor's failover failed.
pub const RECOVERY_FAILED: Code = Code::new("RECOVERY-FAILED");
/// A stable URL leads to the other side and will not move by itself.
pub const STABLE_URL_ELSEWHERE: Code = Code::new("STABLE-URL-ELSEWHERE");
/// A step asks for something that this version does not know.
pub const UNKNOWN_WANT: Code = Code::new("UNKNOWN-WANT");

/// Every code of this crate.
pub const ALL: &[Code] = &[
    NO_ANSWER,
    DOUBTFUL_ANSWER,
    THROTTLED,
    SERVER_ERROR,
    WORKSPACE_NOT_READY,
    NOT_SIGNED_IN,
    TOKEN_ENDPOINT,
    ADDRESS_BLOCKED,
    PERMISSION_DENIED,
    LOGIN_PAGE,
    NOT_JSON,
    NOT_FOUND,
    UNSUPPORTED_HERE,
    INVALID_STATE,
    CONFLICT,
    REFUSED_BY_API,
    LISTING_LOOPS,
    READ_ONLY,
    NOTHING_TO_ACTIVATE,
    JOB_TAKES_NO_RUN,
    RUN_SKIPPED,
    BROKEN_COMPUTE,
    PREVIEW_OFF,
    STATEMENT_FAILED,
    UNEXPECTED_ANSWER,
    RUN_FAILED,
    ACCESS_MISSING,
    LIST_NOT_READY,
    OWN_PRINCIPAL,
    RECOVERY_NOT_READY,
    RECOVERY_LAGS,
    RECOVERY_FAILED,
    STABLE_URL_ELSEWHERE,
    UNKNOWN_WANT,
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_code_is_listed_twice() {
        let different: BTreeSet<&str> = ALL.iter().map(Code::as_str).collect();
        assert_eq!(different.len(), ALL.len());
    }

    #[test]
    fn every_code_is_upper_case_words_joined_by_hyphens() {
        let fits = |code: &&Code| code.as_str().chars().all(|c| c.is_ascii_uppercase() || c == '-');
        assert_eq!(ALL.iter().filter(fits).count(), ALL.len());
    }

    #[test]
    fn every_constant_of_this_file_is_listed() {
        let source = include_str!("codes.rs");
        let constants = source.matches(": Code = Code::new(").count();
        // One match is the text in this test itself.
        assert_eq!(constants - 1, ALL.len());
    }
}
