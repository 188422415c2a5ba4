//! The environment of the actions: a workspace or an account, and what opens secrets.

use std::sync::Arc;

use engine::ports::{Admission, Secrets};

use crate::client::Client;
use crate::kinds::Api;

/// The environment of the actions: a workspace or an account, and what opens secrets.
pub struct ActionEnv {
    /// The client of the workspace, or of the account.
    pub(crate) client: Client,
    /// Opens the places of secrets; `None` on an account.
    pub(crate) secrets: Option<Arc<dyn Secrets>>,
    /// The account's id; empty on a workspace.
    pub(crate) account: String,
}

impl ActionEnv {
    /// The workspace or the account, under the limits of an admission.
    pub(super) fn api<'a>(&'a self, admission: &'a dyn Admission) -> Api<'a> {
        Api::new(&self.client, admission)
    }
}
