//! The context of a try.

use engine::ports::{ActionContext, Admission, Secrets};

use crate::web::Web;

/// The context of a try.
#[derive(Clone, Copy)]
pub struct Reaching<'a> {
    pub(crate) web: &'a dyn Web,
    pub(crate) secrets: &'a dyn Secrets,
    pub(crate) admission: &'a dyn Admission,
    pub(crate) context: &'a ActionContext<'a>,
    /// Name of the action, for people.
    pub(crate) name: &'a str,
}
