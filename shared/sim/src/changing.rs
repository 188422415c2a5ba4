//! Keeps the requests that could have changed something, as they came over the wire.
//!
//! Law: every request that is not a pure read is kept, in the order in which they came. A request
//! that was refused, that nothing answered, or whose reply was lost is kept, too, since its sender
//! has sent it. GET and HEAD read [RFC 9110 §9.2.1]. A request that reads with another method is
//! listed in [`READS`] with the reason. A request that is not known to read counts as changing.
//! Must not know: what a request does.

use serde_json::Value;

use crate::{
    json::text,
    wire::{Answer, Request},
};

/// A request that is not a pure read. It is shown without its body, which may carry a secret.
#[derive(Clone, PartialEq)]
pub struct ChangingCall {
    /// Moment at which it came, unix ms.
    pub at_ms: i64,
    /// Upper-case method.
    pub method: String,
    /// Path with its query, as sent. For the cloud, the host comes before it.
    pub path: String,
    /// Name of the operation, e.g. `PutParameter`; empty for a workspace.
    pub operation: String,
    /// The body as sent.
    pub body: Sent,
    /// The result that its sender got.
    pub got: Got,
}

/// A body as it was sent. It is kept as bytes, since thousands of calls are kept and a value takes
/// ten times as much memory.
#[derive(Clone)]
pub struct Sent(Box<[u8]>);

impl Sent {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The body as JSON if it is JSON, else as text; `Null` if it is empty.
    #[must_use]
    pub fn value(&self) -> Value {
        body(&self.0)
    }
}

/// Two bodies are equal if their values are equal.
impl PartialEq for Sent {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}

/// The result that the sender of a request got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Got {
    /// An answer with this HTTP status.
    Status(u16),
    /// A connection that died. The effect may have happened.
    Reset,
    /// Nothing. There was no effect.
    Nothing,
}

impl std::fmt::Debug for ChangingCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} {} {:?} at {}", self.method, self.path, self.operation, self.got, self.at_ms)
    }
}

/// Paths of routes that take a POST and read, each with the reason.
pub(crate) const READS: &[(&str, &str)] = &[
    ("/oidc/v1/token", "a token is issued; nothing that a workspace holds changes [docs: dev-tools/auth/oauth-m2m]"),
    ("/oidc/accounts/{}/v1/token", "the same at the account [docs: dev-tools/auth/oauth-m2m]"),
    ("/api/2.*/clusters/events", "a listing whose filter is a body [docs: clusters/events]"),
];

/// Path of statements. The first word of a statement says whether it reads. A statement that reads
/// may start its warehouse, as any use does.
const STATEMENTS: &str = "/api/2.0/sql/statements";
/// First words of statements that only read [docs: sql/language-manual]. `WITH` is not among them,
/// since an INSERT may follow it.
const READING_WORDS: [&str; 7] = ["SELECT", "SHOW", "DESCRIBE", "DESC", "EXPLAIN", "LIST", "VALUES"];

/// The kept calls to one side, the account or the cloud, in order.
#[derive(Debug, Clone, Default)]
pub(crate) struct Changing {
    calls: Vec<ChangingCall>,
}

impl Changing {
    pub(crate) fn all(&self) -> &[ChangingCall] {
        &self.calls
    }

    /// Keeps the call, if there is one, with the result that its sender got.
    pub(crate) fn note(&mut self, call: Option<ChangingCall>, answer: &Answer) {
        self.calls.extend(call.map(|call| ChangingCall { got: got(answer), ..call }));
    }
}

fn got(answer: &Answer) -> Got {
    match answer {
        Answer::Reply { reply, .. } => Got::Status(reply.status),
        Answer::Reset { .. } => Got::Reset,
        Answer::Silence => Got::Nothing,
    }
}

/// The record of a request that may change something; `None` if it reads. `route` is the path of
/// its route, if it has one.
pub(crate) fn changing(at_ms: i64, request: &Request, route: Option<&str>) -> Option<ChangingCall> {
    if reads(request, route) {
        return None;
    }
    Some(ChangingCall {
        at_ms,
        method: request.method.clone(),
        path: request.path.clone(),
        operation: String::new(),
        body: Sent::of(&request.body),
        got: Got::Nothing,
    })
}

fn reads(request: &Request, route: Option<&str>) -> bool {
    match (request.method.as_str(), route) {
        ("GET" | "HEAD", _) => true,
        ("POST", Some(STATEMENTS)) => statement_reads(&request.body),
        ("POST", Some(route)) => READS.iter().any(|(path, _)| *path == route),
        (_, _) => false,
    }
}

fn statement_reads(body: &[u8]) -> bool {
    let asked: Value = serde_json::from_slice(body).unwrap_or_default();
    let statement = text(&asked, "statement");
    let first = statement.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty());
    first.is_some_and(|first| READING_WORDS.iter().any(|word| word.eq_ignore_ascii_case(first)))
}

/// A body as JSON if it is JSON, else as text; `Null` if it is empty.
pub(crate) fn body(bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(bytes).unwrap_or_else(|_| Value::from(String::from_utf8_lossy(bytes).into_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn is_kept(method: &str, path: &str, route: Option<&str>, body: &Value) -> bool {
        changing(0, &Request::json(method, path, "token", body), route).is_some()
    }

    #[test]
    fn every_read_that_is_a_post_is_a_route_and_has_a_reason() {
        for (path, reason) in READS {
            assert!(reason.len() > 20, "{path}");
            let tried = path.replace("2.*", "2.1").replace("{}", "a");
            let request = Request::json("POST", &tried, "token", &Value::Null);
            let workspace = crate::routes::find(&request).map(|(route, _)| route.path);
            let account = crate::account::route_of(&request);
            assert_eq!(workspace.or(account), Some(*path));
        }
    }

    #[test]
    fn what_is_not_known_to_read_counts() {
        let null = Value::Null;
        assert!(!is_kept("GET", "/api/9.9/anything", None, &null));
        assert!(is_kept("POST", "/api/9.9/anything", None, &null));
        assert!(is_kept("DELETE", "/api/2.1/clusters/events", Some("/api/2.*/clusters/events"), &null));
        assert!(!is_kept("POST", "/api/2.1/clusters/events", Some("/api/2.*/clusters/events"), &null));
    }

    #[test]
    fn a_statement_is_told_by_its_first_word() {
        let kept = |statement: &str| {
            is_kept("POST", STATEMENTS, Some(STATEMENTS), &json!({ "statement": statement, "warehouse_id": "a" }))
        };
        for reading in ["SELECT 1", "  select max(x) from t", "SHOW TABLES", "(SELECT 1)"] {
            assert!(!kept(reading), "{reading}");
        }
        for other in
            ["INSERT INTO t VALUES (1)", "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", "", "DROP TABLE t"]
        {
            assert!(kept(other), "{other}");
        }
    }

    #[test]
    fn a_call_is_shown_without_its_body() {
        let request = Request::json("POST", "/api/2.2/jobs/run-now", "token", &json!({ "secret": "hidden" }));
        let call = changing(7, &request, None).expect("a call");
        assert_eq!(call.body.value(), json!({ "secret": "hidden" }));
        assert!(!format!("{call:?}").contains("hidden"));
    }
}
