//! Asks the questions of sagas and takes the answers (S11): who is asked, by which link, and whose answer counts.
//!
//! An answer counts only with its proof (S27): see [`Proven`]. Reading a question changes nothing and uses nothing
//! up. An answer is used at most once, for the plan and the loss that were shown.

mod answering;
pub mod by_link;
mod closed;
pub mod code;
pub mod people;
mod proof;
mod questions;
mod reconcile;
mod recording;
mod shown;
pub mod token;
mod wording;

pub use answering::{AnswerError, RequestStatus, judge};
pub use closed::LinkError;
pub use people::{Approvals, Approver, folded, is_code_hash};
pub(crate) use proof::by_policy;
pub use proof::{ProofError, Proven, approver, at_terminal};
pub use questions::question_of;
pub use reconcile::reconcile;
pub use recording::answer;
pub use shown::ShownQuestion;
