//! Ports and use cases of the failover engine.
//!
//! Its law: the only place that causes effects is the [`runner`], and it causes
//! none that is not on record. It must not know which database, queue or HTTP
//! library exists, nor whose workspaces these are.
//!
//! | use case | what it does |
//! |---|---|
//! | [`capture::capture`] | lists a side while it is well |
//! | [`sync::sync`] | keeps a checkpoint of both sides, and publishes which side is active |
//! | [`datasets::datasets`] | reads how recent the data on a side is |
//! | [`start::draft`], [`start::start`] | looks, plans; freezes, takes the pair, asks |
//! | [`dry_run::dry_run`] | makes every look and judges every gate of a plan, and lists the calls that a run would make |
//! | [`noticing::hear`], [`noticing::judge`] | takes signals in; gives the verdict and proposes |
//! | [`approvals::at_terminal`], [`approvals::answer`] | proves who answers; records the answer |
//! | [`approvals::by_link::look`], [`approvals::by_link::reply`] | shows what a link asks; takes the answer |
//! | [`approvals::tend`] | sends links, escalates, asks again |
//! | [`wake::wake`], [`wake::tick`] | drives a saga as far as it goes |
//! | [`drills::tend`] | sees a full drill through: its alarms, its stay, its way back |
//! | [`guard::guard`] | looks at the fenced side, and fences again what was switched on |
//! | [`controls::order`], [`controls::abort`] | takes in what a person orders of a saga under way |
//! | [`evidence`] | keeps the record of a finished saga, before its pair is released |
//! | [`view::view`] | what a person wants to see of a saga |
//! | [`pair_status::pair_status`] | whether the work of a pair runs, and whether it could be moved |

pub mod approvals;
pub mod capture;
pub mod codes;
pub mod controls;
pub mod datasets;
pub mod deps;
pub mod drills;
pub mod dry_run;
pub mod evidence;
pub mod evidence_due;
pub mod guard;
pub mod homes;
pub mod limiter;
pub mod noticing;
pub mod pair_status;
pub mod ports;
#[cfg(feature = "mutants")]
mod restored;
pub mod runner;
pub mod settings;
pub mod start;
pub mod sync;
pub mod view;
pub mod wake;

pub use deps::{Deps, Pair, Watch};
#[cfg(feature = "mutants")]
pub use restored::Restored;
pub use settings::Settings;
#[cfg(feature = "mutants")]
pub use settings::Weakened;
