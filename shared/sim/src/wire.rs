//! Defines what goes over the wire: a request, a reply, and the network's answer to a request.
//!
//! Law: plain bytes and strings, and no HTTP library's types. So a client can be joined to the
//! world in process, and the same world can be served on a socket.
//! Must not know: any route, any resource.

use serde::Serialize;

/// Host name of the primary. It does not resolve.
pub const PRIMARY_HOST: &str = "primary.cloud.example";
/// Host name of the standby. It does not resolve.
pub const STANDBY_HOST: &str = "standby.cloud.example";
/// Application id of the simulated service principal; good on both sides.
pub const CLIENT_ID: &str = "5c9b2f0e-0000-4000-8000-51b0a7ed0001";
/// Secret of the simulated service principal; good on both sides, and nowhere else.
pub const CLIENT_SECRET: &str = "simulated-client-secret";
/// A personal access token of the primary; personal tokens are per workspace [docs: dev-tools/auth/pat].
pub const PRIMARY_TOKEN: &str = "simulated-personal-token-primary";
/// A personal access token of the standby.
pub const STANDBY_TOKEN: &str = "simulated-personal-token-standby";
/// The user name of the principal behind all simulated credentials.
pub const USER_NAME: &str = "switchback@cloud.example";

/// Application id of a second service principal. The work signs in with it. It is good on a side
/// while the account assigns it to that side.
pub const WORK_CLIENT_ID: &str = "5c9b2f0e-0000-4000-8000-51b0a7ed0002";
/// Secret of the work's principal.
pub const WORK_CLIENT_SECRET: &str = "simulated-work-secret";
/// User name of the work's principal.
pub const WORK_USER_NAME: &str = "work@cloud.example";

/// The account that both workspaces belong to.
pub const ACCOUNT_ID: &str = "a0000000-0000-4000-8000-000000000001";
/// Id of the simulated service principal in its account.
pub const PRINCIPAL_ID: i64 = 4_000_001;
/// Id of the work's principal in its account.
pub const WORK_PRINCIPAL_ID: i64 = 4_000_002;

/// One of the two workspaces of the pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The workspace that normally works.
    Primary,
    /// The workspace that is prepared to take over.
    Standby,
}

impl Side {
    /// Both sides, primary first.
    pub const BOTH: [Side; 2] = [Side::Primary, Side::Standby];

    /// The other workspace of the pair.
    #[must_use]
    pub fn other(self) -> Side {
        match self {
            Side::Primary => Side::Standby,
            Side::Standby => Side::Primary,
        }
    }

    /// `primary` or `standby`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Side::Primary => "primary",
            Side::Standby => "standby",
        }
    }

    /// The simulated host name of this side.
    #[must_use]
    pub fn host(self) -> &'static str {
        match self {
            Side::Primary => PRIMARY_HOST,
            Side::Standby => STANDBY_HOST,
        }
    }

    /// The id of this side in the account, e.g. `7010`.
    #[must_use]
    pub fn workspace_id(self) -> &'static str {
        match self {
            Side::Primary => "7010",
            Side::Standby => "7011",
        }
    }

    /// The personal access token that this side, and only this side, accepts.
    #[must_use]
    pub fn personal_token(self) -> &'static str {
        match self {
            Side::Primary => PRIMARY_TOKEN,
            Side::Standby => STANDBY_TOKEN,
        }
    }

    pub(crate) fn index(self) -> usize {
        match self {
            Side::Primary => 0,
            Side::Standby => 1,
        }
    }
}

/// One HTTP request to one side.
#[derive(Clone, Default)]
pub struct Request {
    /// Upper-case method.
    pub method: String,
    /// Path with its query, e.g. `/api/2.2/jobs/list?limit=25`.
    pub path: String,
    /// Header names in any case.
    pub headers: Vec<(String, String)>,
    /// The body as sent; empty for none.
    pub body: Vec<u8>,
}

impl Request {
    /// A request with a bearer token and, unless `body` is null, a JSON body.
    #[must_use]
    pub fn json(method: &str, path: &str, bearer: &str, body: &serde_json::Value) -> Request {
        let mut headers = vec![("authorization".to_owned(), format!("Bearer {bearer}"))];
        let mut bytes = Vec::new();
        if !body.is_null() {
            headers.push(("content-type".to_owned(), "application/json".to_owned()));
            bytes = body.to_string().into_bytes();
        }
        Request { method: method.to_owned(), path: path.to_owned(), headers, body: bytes }
    }

    /// The first header of that name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Headers carry credentials, so only method and path are shown.
impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// One HTTP reply.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status code.
    pub status: u16,
    /// Lower-case header names.
    pub headers: Vec<(String, String)>,
    /// The body as sent.
    pub body: Vec<u8>,
}

impl Reply {
    /// A JSON reply.
    #[must_use]
    pub fn json(status: u16, body: &serde_json::Value) -> Reply {
        Reply::written(status, body.to_string().into_bytes())
    }

    /// A JSON reply whose body is written already.
    pub(crate) fn written(status: u16, body: Vec<u8>) -> Reply {
        Reply { status, headers: vec![("content-type".to_owned(), "application/json".to_owned())], body }
    }

    pub(crate) fn html(status: u16, body: &str) -> Reply {
        Reply::of_type(status, "text/html;charset=utf-8", body)
    }

    pub(crate) fn text(status: u16, body: &str) -> Reply {
        Reply::of_type(status, "text/plain;charset=utf-8", body)
    }

    fn of_type(status: u16, content_type: &str, body: &str) -> Reply {
        Reply {
            status,
            headers: vec![("content-type".to_owned(), content_type.to_owned())],
            body: body.as_bytes().to_vec(),
        }
    }

    pub(crate) fn with_header(mut self, name: &str, value: String) -> Reply {
        self.headers.push((name.to_owned(), value));
        self
    }

    /// The body as JSON; `Null` if it is not JSON.
    #[must_use]
    pub fn value(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or(serde_json::Value::Null)
    }
}

/// A token reply carries a secret, so only the length of the body is shown.
impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ({} bytes)", self.status, self.body.len())
    }
}

/// The network's answer to a request. Times are milliseconds after the request was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// A whole reply arrives.
    Reply {
        /// Milliseconds until it arrives.
        after_ms: u64,
        /// The reply.
        reply: Reply,
    },
    /// Nothing ever arrives, and the caller's time-out decides. The request had no effect.
    Silence,
    /// The connection dies. The effect may have happened.
    Reset {
        /// Milliseconds until it dies.
        after_ms: u64,
    },
}
