//! The context of a try.

use engine::ports::{Briefing, Pass, Secrets};

use crate::web::Web;

/// The context of a try.
#[derive(Clone, Copy)]
pub struct Reaching<'a> {
    pub(crate) web: &'a dyn Web,
    pub(crate) secrets: &'a dyn Secrets,
    pub(crate) pass: &'a dyn Pass,
    pub(crate) briefing: &'a Briefing<'a>,
    /// Name of the action, for people.
    pub(crate) name: &'a str,
}
