//! One table that gives the meaning of each refusal, with its source.
//!
//! Law: the first rule that fits decides. Some rules correct a wrong status or code of the API. Only this
//! file reads the text of an error. The reaction depends on the meaning and on whether the request could
//! change anything, and on nothing else. Must not know: endpoints, kinds.

use std::time::Duration;

use engine::ports::{Access, Ending};
use saga::{Fault, Reaction};

use crate::codes;
use crate::envelope::Envelope;

/// The meaning of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The credentials are not accepted.
    SignedOut,
    /// Too many requests. Nothing was done.
    Throttled,
    /// The backend did not take the request. Nothing was done.
    NotReady,
    /// This workspace has no such API.
    Unsupported,
    /// The address that the request came from is not let in.
    AddressBlocked,
    /// The principal may not do this.
    Denied,
    /// The resource does not exist.
    Absent,
    /// The state of the resource does not allow this.
    State,
    /// Something else is changing the resource.
    Conflict,
    /// The workspace is unwell. It is unknown whether anything was done.
    Unwell,
    /// The workspace is unwell and says when to come back. It refused the request before it did anything.
    TurnedAway,
    /// The answer did not come from Databricks.
    Stranger,
    /// Any other refusal.
    Refused,
}

/// A rule of the table. An empty list fits every answer.
struct Rule {
    statuses: &'static [u16],
    codes: &'static [&'static str],
    /// One of these must occur. Each is a list of pieces that occur in this order.
    says: &'static [&'static [&'static str]],
    meaning: Meaning,
}

const fn rule(
    statuses: &'static [u16],
    codes: &'static [&'static str],
    says: &'static [&'static [&'static str]],
    meaning: Meaning,
) -> Rule {
    Rule { statuses, codes, says, meaning }
}

const RULES: &[Rule] = &[
    // A bad or expired token is answered with 403, as HTML or JSON, as often as with 401
    // [github.com/databricks/terraform-provider-databricks #66; github.com/databricks/databricks-vscode #583].
    rule(&[403], &[], &[&["Invalid access token"], &["token expired"], &["Token is expiring"]], Meaning::SignedOut),
    rule(&[401], &[], &[], Meaning::SignedOut),
    rule(&[], &["UNAUTHENTICATED"], &[], Meaning::SignedOut),
    // Both codes also come with other statuses than 429 [go-sdk: apierr/error_mapping.go].
    rule(&[429], &[], &[], Meaning::Throttled),
    rule(&[], &["RESOURCE_EXHAUSTED", "REQUEST_LIMIT_EXCEEDED"], &[], Meaning::Throttled),
    rule(&[], &[], &[&["REQUEST_LIMIT_EXCEEDED"], &["RPC token bucket limit has been exceeded"]], Meaning::Throttled),
    // The workspace's backend is not there yet, whatever the status is. The SDKs try again
    // [go-sdk: apierr/errors.go; py-sdk: retries.py].
    rule(
        &[],
        &[],
        &[
            &["com.databricks.backend.manager.util.UnknownWorkerEnvironmentException"],
            &["does not have any associated worker environments"],
            &["There is no worker environment with id"],
            &["Unknown worker environment"],
            &["worker env ", " not found"],
            &["ClusterNotReadyException"],
        ],
        Meaning::NotReady,
    ),
    // The work may have begun before these refusals [go-sdk: apierr/errors.go; py-sdk: _base_client.py].
    rule(&[], &["DEADLINE_EXCEEDED", "CANCELLED", "UNKNOWN", "DATA_LOSS"], &[], Meaning::Unwell),
    rule(
        &[],
        &[],
        &[&["Timed out after "], &["deadline exceeded"], &["Please try again later or try a faster operation."]],
        Meaning::Unwell,
    ),
    // The workspace lacks this API because of its region, tier or age [go-sdk: apierr/error_mapping.go].
    rule(&[], &["ENDPOINT_NOT_FOUND", "FEATURE_DISABLED", "NOT_IMPLEMENTED"], &[], Meaning::Unsupported),
    rule(&[501], &[], &[], Meaning::Unsupported),
    rule(&[503], &["TEMPORARILY_UNAVAILABLE"], &[], Meaning::Unwell),
    // "Source IP address: … is blocked by Databricks IP ACL for workspace: …"
    // [github.com/omnigent-ai/omnigent #4463].
    rule(&[403], &[], &[&["blocked by Databricks IP ACL"]], Meaning::AddressBlocked),
    // Jobs check the permission before the existence. So a principal that is no admin gets this for a deleted
    // job, too [github.com/databricks/cli #1680; cli: libs/testserver/jobs.go].
    rule(&[403], &[], &[], Meaning::Denied),
    rule(&[], &["PERMISSION_DENIED"], &[], Meaning::Denied),
    rule(&[], &["INVALID_STATE"], &[], Meaning::State),
    // Clusters, jobs and runs answer 400 where a 404 is right
    // [go-sdk: apierr/error_overrides.go; py-sdk: errors/overrides.py].
    rule(
        &[400],
        &["INVALID_PARAMETER_VALUE"],
        &[
            &["Cluster ", " does not exist"],
            &["Job ", " does not exist"],
            &["Run ", " does not exist"],
            &["Run: ", " in job: ", " doesn't exist"],
        ],
        Meaning::Absent,
    ),
    // A 404 needs its own code. A 404 without one may come from a proxy, and "it does not exist" ends the
    // fencing of a resource.
    rule(&[404], &["RESOURCE_DOES_NOT_EXIST", "NOT_FOUND"], &[], Meaning::Absent),
    rule(&[], &["RESOURCE_DOES_NOT_EXIST"], &[], Meaning::Absent),
    rule(&[], &["ABORTED", "ALREADY_EXISTS", "RESOURCE_ALREADY_EXISTS", "RESOURCE_CONFLICT"], &[], Meaning::Conflict),
    rule(&[409], &[], &[], Meaning::Conflict),
    // 499 means that the caller's connection was taken for closed [py-sdk: errors/mapper.py].
    rule(&[408, 499, 500, 502, 503, 504], &[], &[], Meaning::Unwell),
];

/// Finds the meaning of a refusal.
pub(crate) fn meaning(status: u16, envelope: &Envelope, retry_after: Option<Duration>) -> Meaning {
    let found = RULES.iter().find(|rule| rule.fits(status, envelope)).map(|rule| rule.meaning);
    let meaning = match found {
        Some(meaning) => meaning,
        None if status >= 500 => Meaning::Unwell,
        None if envelope.genuine => Meaning::Refused,
        None => Meaning::Stranger,
    };
    // The server refused a 503 that names a time before any work [RFC 9110 §15.6.4]. The vendor's SDKs treat
    // it in this way [py-sdk: _base_client.py].
    if meaning == Meaning::Unwell && status == 503 && retry_after.is_some() { Meaning::TurnedAway } else { meaning }
}

impl Rule {
    fn fits(&self, status: u16, envelope: &Envelope) -> bool {
        (self.statuses.is_empty() || self.statuses.contains(&status))
            && (self.codes.is_empty() || self.codes.contains(&envelope.code.as_str()))
            && (self.says.is_empty() || self.says.iter().any(|pieces| in_order(&envelope.message, pieces)))
    }
}

fn in_order(text: &str, pieces: &[&str]) -> bool {
    let mut rest = Some(text);
    for piece in pieces {
        rest = rest.and_then(|rest| rest.split_once(piece)).map(|(_, after)| after);
    }
    rest.is_some()
}

impl Meaning {
    /// The fault for a request of this nature. `said` is a whole sentence.
    pub(crate) fn fault(self, nature: Access, retry_after: Option<Duration>, said: String) -> Fault {
        let after_ms = retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        let again = Reaction::Again { after_ms };
        let doubt = match nature {
            Access::Read => again,
            Access::Write => Reaction::VerifyFirst,
        };
        let (reaction, code) = match self {
            Meaning::SignedOut => (Reaction::PersonNeeded, codes::NOT_SIGNED_IN),
            Meaning::Throttled => (again, codes::THROTTLED),
            Meaning::NotReady => (again, codes::WORKSPACE_NOT_READY),
            Meaning::Unsupported => (Reaction::UnsupportedHere, codes::UNSUPPORTED_HERE),
            Meaning::AddressBlocked => (Reaction::PersonNeeded, codes::ADDRESS_BLOCKED),
            Meaning::Denied => (Reaction::PersonNeeded, codes::PERMISSION_DENIED),
            Meaning::Absent => (Reaction::PersonNeeded, codes::NOT_FOUND),
            Meaning::State => (again, codes::INVALID_STATE),
            Meaning::Conflict => (again, codes::CONFLICT),
            Meaning::Unwell => (doubt, codes::SERVER_ERROR),
            Meaning::TurnedAway => (again, codes::SERVER_ERROR),
            Meaning::Stranger => (doubt, codes::NOT_JSON),
            Meaning::Refused => (Reaction::PersonNeeded, codes::REFUSED_BY_API),
        };
        Fault { reaction, code, message: said }
    }

    /// The result of the request, for the limiter and the breaker.
    pub(crate) fn ending(self, retry_after: Option<Duration>) -> Ending {
        match self {
            Meaning::Throttled => Ending::Throttled { retry_after },
            Meaning::Unwell | Meaning::TurnedAway | Meaning::NotReady | Meaning::Stranger => Ending::Failed,
            Meaning::SignedOut
            | Meaning::Unsupported
            | Meaning::AddressBlocked
            | Meaning::Denied
            | Meaning::Absent
            | Meaning::State
            | Meaning::Conflict
            | Meaning::Refused => Ending::Answered,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::envelope;

    /// Sorts an answer to a read and to a call that may change something. Returns the code and both
    /// reactions.
    fn sorted(status: u16, body: &str) -> String {
        let meaning = meaning(status, &envelope(body.as_bytes()), None);
        let word = |nature| match meaning.fault(nature, None, String::new()).reaction {
            Reaction::Again { .. } => "again",
            Reaction::VerifyFirst => "verify first",
            Reaction::AlreadySo => "already so",
            Reaction::PersonNeeded => "person",
            Reaction::UnsupportedHere => "unsupported",
            Reaction::WaitForOthers => "wait for others",
        };
        let code = meaning.fault(Access::Read, None, String::new()).code;
        format!("{code}: {} | {}", word(Access::Read), word(Access::Write))
    }

    fn check(status: u16, code: &str, message: &str, expected: &str) {
        let body = format!(r#"{{"error_code":"{code}","message":"{message}"}}"#);
        assert_eq!(sorted(status, &body), expected, "{status} {code} {message}");
    }

    #[test]
    fn refusals_are_sorted_by_what_the_caller_does_next() {
        check(401, "UNAUTHENTICATED", "who?", "NOT-SIGNED-IN: person | person");
        check(403, "403", "Invalid access token.", "NOT-SIGNED-IN: person | person");
        check(403, "PERMISSION_DENIED", "User x does not have View", "PERMISSION-DENIED: person | person");
        let blocked = "Source IP address: 192.0.2.7 is blocked by Databricks IP ACL for workspace: 1000000000000001";
        check(403, "PERMISSION_DENIED", blocked, "ADDRESS-BLOCKED: person | person");
        check(403, "403", blocked, "ADDRESS-BLOCKED: person | person");
        check(429, "REQUEST_LIMIT_EXCEEDED", "slow down", "THROTTLED: again | again");
        check(400, "RESOURCE_EXHAUSTED", "slow down", "THROTTLED: again | again");
        check(500, "INTERNAL_ERROR", "RPC token bucket limit has been exceeded", "THROTTLED: again | again");
        check(400, "INVALID_STATE", "Cluster is Terminating", "INVALID-STATE: again | again");
        check(409, "RESOURCE_CONFLICT", "busy", "CONFLICT: again | again");
        check(409, "", "busy", "CONFLICT: again | again");
        check(500, "INTERNAL_ERROR", "oops", "SERVER-ERROR: again | verify first");
        check(503, "TEMPORARILY_UNAVAILABLE", "oops", "SERVER-ERROR: again | verify first");
        check(504, "DEADLINE_EXCEEDED", "oops", "SERVER-ERROR: again | verify first");
        check(400, "BAD_REQUEST", "Timed out after 10 s", "SERVER-ERROR: again | verify first");
        check(599, "", "", "SERVER-ERROR: again | verify first");
        check(400, "INVALID_PARAMETER_VALUE", "limit must be below 25", "REFUSED-BY-API: person | person");
    }

    #[test]
    fn a_400_that_means_not_found_is_not_found() {
        for message in ["Job 17 does not exist.", "Cluster 1-a does not exist", "Run 4 does not exist."] {
            check(400, "INVALID_PARAMETER_VALUE", message, "NOT-FOUND: person | person");
        }
        check(400, "INVALID_PARAMETER_VALUE", "Run: 1 in job: 2 doesn't exist", "NOT-FOUND: person | person");
        check(400, "INVALID_PARAMETER_VALUE", "the zone does not exist", "REFUSED-BY-API: person | person");
    }

    #[test]
    fn a_workspace_whose_backend_is_not_there_yet_is_asked_again() {
        for message in
            ["Unknown worker environment x", "worker env WorkerEnvId(1) not found", "ClusterNotReadyException"]
        {
            check(400, "INVALID_PARAMETER_VALUE", message, "WORKSPACE-NOT-READY: again | again");
        }
    }

    #[test]
    fn an_api_that_is_missing_is_told_from_a_resource_that_is_missing() {
        assert_eq!(sorted(404, "ENDPOINT_NOT_FOUND"), "UNSUPPORTED-HERE: unsupported | unsupported");
        check(404, "FEATURE_DISABLED", "not here", "UNSUPPORTED-HERE: unsupported | unsupported");
        check(501, "NOT_IMPLEMENTED", "", "UNSUPPORTED-HERE: unsupported | unsupported");
        check(404, "RESOURCE_DOES_NOT_EXIST", "gone", "NOT-FOUND: person | person");
    }

    #[test]
    fn a_404_that_is_not_databricks_own_proves_nothing_gone() {
        assert_eq!(sorted(404, "<html><pre>Not Found</pre></html>"), "NOT-JSON: again | verify first");
        assert_eq!(sorted(404, ""), "NOT-JSON: again | verify first");
        check(404, "USER_NOT_FOUND", "no user", "REFUSED-BY-API: person | person");
    }

    #[test]
    fn a_503_that_names_a_time_was_turned_away() {
        let wait = Some(Duration::from_secs(3));
        let meaning = meaning(503, &Envelope::default(), wait);
        let fault = meaning.fault(Access::Write, wait, String::new());
        assert_eq!(fault.reaction, Reaction::Again { after_ms: Some(3000) });
    }
}
