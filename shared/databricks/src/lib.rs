//! The only crate that uses the Databricks HTTP API.
//!
//! Law: a call is one attempt, and each attempt is admitted first. The result is JSON or a fault, and a fault
//! is sorted by what the caller does next. Pure functions judge what a resource is and what it must become,
//! from the values that were read; there is one file per kind. Must not know: sagas, AWS, retries across
//! steps.
//!
//! | file | content |
//! |---|---|
//! | `endpoints`, `endpoints_actions` | every request in one list; none destroys anything (S24) |
//! | `families` | the groups of requests that the limiter counts together |
//! | `errors` | one table with the meaning of each refusal, also where the API is wrong |
//! | `kinds` | one file per kind, one list in fencing order |
//! | `actions` | one file per action, one list for workspaces and one for accounts |
//! | `probes` | one file per probe of a workspace's health, one list |
//! | `client`, `login`, `exchange` | sign in, send once, report the end of the request |
//! | `side_by_side` | the many reads of one listing |
//! | `transport`, `http_transport` | the port to the network, and HTTPS behind it |
//! | `workspace`, `account` | the engine's ports over all of this |
//!
//! A fact names its source in brackets. `docs: x` is the page of that name under
//! <https://docs.databricks.com/api/workspace> or <https://docs.databricks.com>. `py-sdk`, `go-sdk` and `cli`
//! are the vendor's databricks-sdk-py 0.162.0, databricks-sdk-go 0.175.0 and CLI. An issue is named by
//! repository and number.

mod account;
pub mod actions;
mod call;
mod client;
pub mod codes;
mod endpoint;
pub mod endpoints;
pub mod endpoints_actions;
mod envelope;
mod errors;
mod exchange;
mod families;
mod http_transport;
mod kinds;
mod listing;
mod login;
mod page;
pub mod probes;
mod retry_after;
mod scrub;
mod side_by_side;
mod transport;
mod workspace;

pub use account::DatabricksAccount;
pub use actions::{ActionEnv, ON_ACCOUNT, ON_WORKSPACE};
pub use call::Call;
pub use client::Client;
pub use endpoint::{Endpoint, Verb};
pub use endpoints::{ENDPOINTS, endpoints};
pub use families::{FAMILIES, Family};
pub use http_transport::{AddressError, HttpTransport};
pub use kinds::{Api, KINDS, Kind};
pub use listing::Shape;
pub use login::Credentials;
pub use probes::{PROBES, ProbeEnv};
pub use transport::{Reach, Request, Response, Transport, TransportError};
pub use workspace::DatabricksWorkspace;
