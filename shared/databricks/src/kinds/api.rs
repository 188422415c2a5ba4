//! A workspace as a kind reads it, and an account as an action does.

use engine::ports::Admission;
use jiff::{SignedDuration, Timestamp};
use saga::Fault;
use serde_json::Value;

use crate::call::Call;
use crate::client::Client;
use crate::codes;
use crate::listing::Shape;

/// A workspace as a kind reads it.
#[derive(Clone, Copy)]
pub struct Api<'a> {
    client: &'a Client,
    admission: &'a dyn Admission,
}

impl<'a> Api<'a> {
    /// The workspace of a client, under the limits of a pass.
    pub(crate) fn new(client: &'a Client, admission: &'a dyn Admission) -> Self {
        Self { client, admission }
    }

    /// The time on the client's clock.
    pub fn now(&self) -> Timestamp {
        self.client.now()
    }

    /// Reads one thing; `None` if the workspace says that it does not exist.
    ///
    /// # Errors
    ///
    /// Any other fault.
    pub async fn one(&self, call: &Call) -> Result<Option<Value>, Fault> {
        match self.client.call(call, self.admission).await {
            Ok(answer) => Ok(Some(answer)),
            Err(fault) if fault.code == codes::NOT_FOUND => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    /// Reads a listing to its end.
    ///
    /// # Errors
    ///
    /// The first fault. A part of a listing is never returned.
    pub async fn all(&self, call: &Call, items: &str) -> Result<Vec<Value>, Fault> {
        self.client.pages(call, items, self.admission).await
    }

    /// Reads a listing page by page, but keeps only the result of `kept` for each element. Only the members
    /// of `shape` are read from an element (S26).
    ///
    /// # Errors
    ///
    /// The first fault. A part of a listing is never returned.
    pub async fn each<T: Send>(
        &self,
        call: &Call,
        items: &str,
        shape: Shape,
        kept: impl FnMut(Value) -> Result<T, Fault> + Send,
    ) -> Result<Vec<T>, Fault> {
        self.client.each(call, items, shape, self.admission, kept).await
    }

    /// Waits for this span on the client's clock.
    pub(crate) async fn pause(&self, span: SignedDuration) {
        self.client.pause(span).await;
    }

    /// The application id that signs in; `None` for a personal token.
    pub(crate) fn client_id(&self) -> Option<&'a str> {
        self.client.client_id()
    }

    /// Makes sure that there is a token, so that the next call need not request one.
    pub(crate) async fn sign_in(&self) -> Result<(), Fault> {
        self.client.sign_in(self.admission).await
    }

    /// Requests a new token even if the client has a valid one.
    pub(crate) async fn sign_in_anew(&self) -> Result<(), Fault> {
        self.client.sign_in_anew(self.admission).await
    }

    /// Makes one call, which may change something.
    pub(crate) async fn call(&self, call: &Call) -> Result<Value, Fault> {
        self.client.call(call, self.admission).await
    }
}
