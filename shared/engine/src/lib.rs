//! This crate has the ports and the use cases of the failover engine.
//!
//! Law: only the [`runner`] causes effects, and it causes no effect that is not on record. Must not know: which
//! database, queue or HTTP library exists, and whose workspaces these are.
//!
//! | use case | what it does |
//! |---|---|
//! | [`capture::capture`] | lists a side while it is well, and stores the list as its checkpoint |
//! | [`sync::sync`] | stores a checkpoint of both sides, and publishes which side is active |
//! | [`datasets::datasets`] | reads how recent the data on a side is |
//! | [`start::draft`], [`start::start`] | reads both sides and plans; freezes the plan, takes the pair, asks |
//! | [`dry_run::dry_run`] | makes every read and judges every gate of a plan; lists the calls that a run would make |
//! | [`detection::ingest`], [`detection::evaluate`] | ingests signals; gives the verdict and proposes |
//! | [`approvals::at_terminal`], [`approvals::answer`] | proves who answers; records the answer |
//! | [`approvals::by_link::look`], [`approvals::by_link::reply`] | shows the question of a link; takes the answer |
//! | [`approvals::reconcile`] | sends links, escalates, asks again |
//! | [`wake::wake`], [`wake::tick`] | drives a saga as far as it goes |
//! | [`drills::reconcile`] | watches the alarms of a full drill, ends its stay, begins its way back |
//! | [`guard::guard`] | reads the fenced side, and fences again what was switched on |
//! | [`controls::order`], [`controls::abort`] | records an order of a person for a running saga |
//! | [`evidence`] | stores the record of a finished saga, after its pair is released |
//! | [`view::view`] | reads a saga as a person wants to see it |
//! | [`pair::pair_head`] | reads the head of the pair: which side works, and the saga under way |
//! | [`roles::as_recorded`], [`Deps::resolve`] | says which workspace is the primary now |
//! | [`pair_status::pair_status`] | says whether the work of a pair runs, and whether it could be moved |

pub mod approvals;
pub mod capture;
pub mod codes;
pub mod controls;
pub mod datasets;
pub mod deps;
pub mod detection;
mod document;
pub mod drills;
pub mod dry_run;
pub mod evidence;
pub mod evidence_due;
pub mod guard;
pub mod keys;
pub mod limiter;
pub mod pair;
pub mod pair_status;
mod per_side;
pub mod ports;
mod release;
#[cfg(feature = "mutants")]
mod restored;
pub mod roles;
pub mod runner;
pub mod settings;
pub mod sides;
pub mod start;
pub mod sync;
mod update;
pub mod view;
pub mod wake;

pub use deps::{Deps, Pair, Watch};
#[cfg(feature = "mutants")]
pub use restored::Restored;
pub use roles::ResolvedPair;
pub use settings::Settings;
#[cfg(feature = "mutants")]
pub use settings::Weakened;
