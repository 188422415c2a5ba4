//! The context of a try: a workspace or an account, and the way to it.

use engine::ports::{Admission, Secrets};
use jiff::{SignedDuration, Timestamp};
use saga::Fault;
use serde_json::Value;

use crate::call::Call;
use crate::client::Client;
use crate::kinds::Api;

/// A try follows its call for this long. Then another try continues.
const PATIENCE: SignedDuration = SignedDuration::from_secs(30);

/// The context of a try: a workspace or an account, and the way to it.
#[derive(Clone, Copy)]
pub struct Ground<'a> {
    pub(crate) client: &'a Client,
    pub(crate) secrets: Option<&'a dyn Secrets>,
    /// The account's id; empty on a workspace.
    pub(crate) account: &'a str,
    pub(crate) admission: &'a dyn Admission,
}

impl<'a> Ground<'a> {
    /// Makes one call.
    pub(crate) async fn call(&self, call: &Call) -> Result<Value, Fault> {
        self.client.call(call, self.admission).await
    }

    /// Reads a listing to its end.
    pub(super) async fn all(&self, call: &Call, items: &str) -> Result<Vec<Value>, Fault> {
        self.client.pages(call, items, self.admission).await
    }

    /// The workspace, as a kind of resource reads it.
    pub(super) fn api(&self) -> Api<'a> {
        Api::new(self.client, self.admission)
    }

    /// Whether a try that has begun then should end, so that another one continues.
    pub(super) fn is_out_of_patience(&self, begun: Timestamp) -> bool {
        self.client.now().duration_since(begun) >= PATIENCE
    }
}
