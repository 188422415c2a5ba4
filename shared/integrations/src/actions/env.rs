//! The environment of the actions: the network, and what opens secrets.

use std::sync::Arc;

use engine::ports::Secrets;

use crate::web::Web;

/// The environment of the actions: the network, and what opens secrets.
pub struct ActionEnv {
    /// Sends requests.
    pub(crate) web: Arc<dyn Web>,
    /// Opens the places of secrets.
    pub(crate) secrets: Arc<dyn Secrets>,
}
