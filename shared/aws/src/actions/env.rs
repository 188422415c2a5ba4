//! The environment of the actions in AWS.

use super::under_way::UnderWay;
use crate::clients::ActionClients;

/// The environment of the actions in AWS.
pub struct ActionEnv {
    /// The clients of the AWS services.
    pub(super) clients: ActionClients,
    /// The changes that this process has requested before.
    pub(super) under_way: UnderWay,
}
