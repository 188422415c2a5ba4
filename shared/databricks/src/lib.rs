//! The only crate that speaks the Databricks HTTP API.
//!
//! Its law: one attempt per call, each under a pass; JSON or a fault sorted by what the caller does
//! next; what a resource is and shall be is judged by pure functions, one file per kind, from what
//! was read. It must not know sagas, AWS, or retries across steps.
//!
//! | file | holds |
//! |---|---|
//! | `endpoints`, `endpoints_errands` | every request there is, in one list; none destroys anything (S24) |
//! | `families` | what the limiter counts together |
//! | `errors` | one table: what a refusal means, the API's lies among them |
//! | `kinds` | one file per kind, one list in fencing order |
//! | `errands` | one file per errand, one list for workspaces and one for accounts |
//! | `probes` | one file per probe of a workspace's health, one list |
//! | `client`, `login`, `exchange` | signing in, sending once, telling the pass |
//! | `side_by_side` | the many reads of one listing |
//! | `transport`, `http_transport` | the port to the network, and HTTPS behind it |
//! | `workspace`, `account` | the engine's ports over all of this |
//!
//! Sources are named where a fact is used: `docs: x` is the page of that name under
//! <https://docs.databricks.com/api/workspace> or <https://docs.databricks.com>; `py-sdk`, `go-sdk`
//! and `cli` are the vendor's databricks-sdk-py 0.162.0, databricks-sdk-go 0.175.0 and CLI; issues
//! are named by repository and number.

mod account;
mod call;
mod client;
pub mod codes;
pub mod endpoints;
pub mod endpoints_errands;
mod envelope;
pub mod errands;
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
pub use call::Call;
pub use client::Client;
pub use endpoints::{ENDPOINTS, Endpoint, Verb, endpoints};
pub use errands::{ErrandKind, Given, Ground, ON_ACCOUNT, ON_WORKSPACE};
pub use families::{FAMILIES, Family};
pub use http_transport::{AddressRefused, HttpTransport};
pub use kinds::{Api, KINDS, Kind};
pub use listing::Shape;
pub use login::Credentials;
pub use probes::{PROBES, ProbeKind, ProbeTraits};
pub use transport::{Failure, Reach, Request, Response, Transport};
pub use workspace::DatabricksWorkspace;
