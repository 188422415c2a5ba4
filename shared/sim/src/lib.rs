//! Simulates in memory a pair of Databricks workspaces, their account, and the cloud around them.
//!
//! For: rehearsing and testing anything that talks to Databricks, without an account. The pair answers
//! raw HTTP requests as the vendor documents its REST API. It moves by itself: runs start, finish and
//! retry, triggers fire, clusters come up after minutes. It fails in every way that a script asks for.
//! It keeps a ledger. An auditor reads the ledger afterward and says what really happened.
//!
//! Its laws:
//! - **No I/O, no clock, no hidden randomness.** Time is an argument (unix milliseconds, UTC), and
//!   every draw comes from the seed. The same seed and the same requests at the same times give
//!   byte-identical answers and the same ledger. Only the `serve` feature touches a socket.
//! - **Raw JSON.** Everything is `serde_json::Value` with the vendor's field names. So a misreading
//!   in a client is not mirrored here. The vendor's own Python SDK checks it (`tests/vendor`).
//! - **Loud about the unknown.** A request that no route matches is answered with 501. The answer
//!   names what to add, and [`World::unknown_routes`] keeps the request.
//!
//! [`Cloud`] simulates what surrounds the pair: a few services of AWS, and hosts of the web.
//!
//! Must not know: our client, our types, our table of resource kinds.
//!
//! Sources are cited as `[docs: …]` (the vendor's REST reference and manuals), `[py-sdk: …]` and
//! `[go-sdk: …]` (the vendor's SDKs), `[cli: …]` (the vendor's command line). "Unverified" marks a
//! choice that was made here because the documentation leaves the point open.

mod access_lists;
mod account;
mod action_routes;
mod agenda;
mod alerts;
mod apps;
mod audit;
mod auth;
mod beside;
mod calls;
mod changing;
mod cloud;
mod cluster_life;
mod clusters;
mod comparison;
mod cron;
mod dashboards;
mod databases;
mod deployments;
mod estate;
mod faults;
mod grants;
mod inventory;
mod job_edits;
mod jobs;
mod json;
mod kept;
mod ledger;
mod legacy;
mod limits;
mod notes;
mod permissions;
mod pipeline_life;
mod pipelines;
mod pools;
mod postgres;
mod refusal;
mod region;
mod routes;
mod run_life;
mod run_views;
mod runs;
mod search;
mod seeding;
#[cfg(feature = "serve")]
mod serve;
mod serving;
mod settings;
mod stale;
mod statements;
mod triggers;
mod uptime;
mod warehouses;
mod wire;
mod workspace;
mod world;

pub use account::{
    ATTACHED_URL, Account, CUT_OFF_POLICY, FAILOVER_GROUP, LOOSE_URL, PRIMARY_REGION, STANDBY_REGION, USUAL_POLICY,
};
pub use audit::{Audit, DoubleWindow, WorkCount};
pub use calls::{CallStats, FamilyCalls};
pub use changing::{ChangingCall, Got, Sent};
#[cfg(feature = "serve")]
pub use cloud::serve_cloud;
pub use cloud::{
    Cloud, CloudCall, CloudFault, CloudFaultKind, CloudMessage, CloudRequest, CloudRoute, CloudSettings, HealthEvent,
    WebBehaviour,
};
pub use comparison::{Changed, Difference, compare, gathered};
pub use estate::{Description, Estate, LeftOut};
pub use faults::{Fault, FaultKind};
pub use inventory::Inventory;
pub use ledger::{Activation, By, Cause, Interval, Ledger, RunStart, What};
pub use limits::{FAMILIES, Limits};
#[cfg(feature = "serve")]
pub use serve::{Served, serve, serve_account};
pub use settings::{Delays, Settings, Stale};
pub use wire::{
    ACCOUNT_ID, Answer, CLIENT_ID, CLIENT_SECRET, PRIMARY_HOST, PRIMARY_TOKEN, PRINCIPAL_ID, Reply, Request,
    STANDBY_HOST, STANDBY_TOKEN, Side, USER_NAME, WORK_CLIENT_ID, WORK_CLIENT_SECRET, WORK_PRINCIPAL_ID,
    WORK_USER_NAME,
};
pub use world::World;
