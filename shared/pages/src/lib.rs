//! Draws the pages that people see in a browser: values in, HTML out.
//!
//! Law: a page works without scripts, on a small phone and for a screen reader. It loads nothing
//! from anywhere. It repeats no link and knows no secret (S23).
//! Must not know: how a page is served.

mod answered;
mod approve;
mod closed;
mod evidence;
mod layout;
mod not_valid;
mod words;

pub use answered::answered;
pub use approve::{Problem, approve};
pub use closed::closed;
pub use evidence::evidence;
pub use layout::STYLE;
pub use not_valid::not_valid;
