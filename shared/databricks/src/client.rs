//! The client signs a call, sends it once, and turns the answer into JSON or a sorted fault.
//!
//! Law: a call is sent once. It is sent a second time only after a refused token was replaced, because a
//! refused token means that nothing was done. The result is JSON or a fault: a page, a redirect or an empty
//! answer to a read is a fault. Must not know: kinds, wanted states.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use engine::ports::{Access, Admission, Clock, Ending};
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use saga::Fault;
use serde_json::Value;

use crate::call::Call;
use crate::codes;
use crate::endpoints::TOKEN;
use crate::endpoints_actions::ACCOUNT_TOKEN;
use crate::envelope::envelope;
use crate::errors::{Meaning, meaning};
use crate::exchange::exchange;
use crate::listing::{self, Shape};
use crate::login::{Bearer, Credentials, Login};
use crate::page::page;
use crate::retry_after::retry_after;
use crate::scrub::scrub;
use crate::transport::{Request, Response, Transport};

/// One workspace, or one account, under one set of credentials.
pub struct Client {
    transport: Arc<dyn Transport>,
    login: Login,
    clock: Arc<dyn Clock>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// A client that has not yet signed in.
    pub fn new(transport: Arc<dyn Transport>, credentials: Credentials, clock: Arc<dyn Clock>) -> Self {
        Self { transport, login: Login::new(Call::to(TOKEN), credentials, Arc::clone(&clock)), clock }
    }

    /// A client of an account that has not yet signed in. The transport leads to the account's host.
    pub fn of_account(
        transport: Arc<dyn Transport>,
        account: &str,
        credentials: Credentials,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let token = Call::to(ACCOUNT_TOKEN).at("account", account);
        Self { transport, login: Login::new(token, credentials, Arc::clone(&clock)), clock }
    }

    /// A client of the same workspace with other credentials, not yet signed in.
    pub(crate) fn signing_in_as(&self, credentials: Credentials) -> Self {
        Self::new(Arc::clone(&self.transport), credentials, Arc::clone(&self.clock))
    }

    /// The application id that signs in; `None` for a personal token.
    pub(crate) fn client_id(&self) -> Option<&str> {
        self.login.client_id()
    }

    /// Makes sure that there is a token, so that the next call need not request one.
    pub(crate) async fn sign_in(&self, admission: &dyn Admission) -> Result<(), Fault> {
        self.login.bearer(&*self.transport, admission).await.map(drop)
    }

    /// Requests a new token even if the client has a valid one.
    pub(crate) async fn sign_in_anew(&self, admission: &dyn Admission) -> Result<(), Fault> {
        self.login.anew(&*self.transport, admission).await.map(drop)
    }

    /// Waits for this span on the client's clock.
    pub(crate) async fn pause(&self, span: SignedDuration) {
        self.clock.sleep_until(self.clock.now().saturating_add(span).unwrap_or(Timestamp::MAX)).await;
    }

    /// The time on the client's clock.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Makes one call and returns the JSON object of its answer.
    ///
    /// # Errors
    ///
    /// A fault. Its reaction is `VerifyFirst` whenever the call may have had its effect.
    pub async fn call(&self, call: &Call, admission: &dyn Admission) -> Result<Value, Fault> {
        self.read(call, admission, |response| object(call, response)).await
    }

    /// Makes one call and reads its answer. `read` returns `None` for an answer that is no JSON object.
    async fn read<R>(
        &self,
        call: &Call,
        admission: &dyn Admission,
        mut read: impl FnMut(&Response) -> Option<R> + Send,
    ) -> Result<R, Fault> {
        let bearer = self.login.bearer(&*self.transport, admission).await?;
        let fault = match self.once(call, &bearer, admission, &mut read).await {
            Err(fault) if fault.code == codes::NOT_SIGNED_IN => fault,
            answered => return answered,
        };
        match self.login.instead_of(&bearer, &*self.transport, admission).await? {
            Some(other) => self.once(call, &other, admission, &mut read).await,
            None => Err(fault),
        }
    }

    /// Reads a listing to its end and returns every element of the array `items` of every page, in order.
    ///
    /// Only `next_page_token` shows that there is another page. API 2.2 sends no `has_more`
    /// [github.com/open-metadata/OpenMetadata #33204], and the size of a page shows nothing.
    ///
    /// # Errors
    ///
    /// The fault of the first page that did not come. A part of a listing is never returned.
    pub async fn pages(&self, call: &Call, items: &str, admission: &dyn Admission) -> Result<Vec<Value>, Fault> {
        self.each(call, items, Shape::Whole, admission, Ok).await
    }

    /// Reads a listing as [`Client::pages`] does, but keeps only the result of `kept` for each element.
    ///
    /// Only the members of `shape` are read from an element. A page is dropped before the next one is
    /// requested, so the kept part bounds the memory and the length of the listing does not (S26).
    ///
    /// # Errors
    ///
    /// The fault of the first page that did not come, or the first fault of `kept`.
    pub async fn each<T: Send>(
        &self,
        call: &Call,
        items: &str,
        shape: Shape,
        admission: &dyn Admission,
        mut kept: impl FnMut(Value) -> Result<T, Fault> + Send,
    ) -> Result<Vec<T>, Fault> {
        let mut found = Vec::new();
        let mut tokens = BTreeSet::new();
        let mut asked = call.clone();
        loop {
            let read = |response: &Response| listing::read(&response.body, items, shape, &mut found, &mut kept);
            let page = self.read(&asked, admission, read).await?;
            if page.is_no_list {
                let said = format!("{}: {items:?} is no list", call.endpoint.name);
                return Err(Fault::again(codes::NOT_JSON, said));
            }
            if let Some(fault) = page.fault {
                return Err(fault);
            }
            if page.next.is_empty() {
                return Ok(found);
            }
            asked = call.clone().with("page_token", &page.next);
            if !tokens.insert(page.next) {
                let said = format!("{} sent the same page token twice", call.endpoint.name);
                return Err(Fault::again(codes::LISTING_LOOPS, said));
            }
        }
    }

    async fn once<R>(
        &self,
        call: &Call,
        bearer: &Bearer,
        admission: &dyn Admission,
        read: &mut (impl FnMut(&Response) -> Option<R> + Send),
    ) -> Result<R, Fault> {
        let request = signed(call, bearer)?;
        let (response, ticket) = exchange(&*self.transport, admission, &call.endpoint, request).await?;
        let wait = retry_after(&response.headers, self.clock.now());
        let judged = if let Some(found) = page(&response) {
            Err(login_page(call, found))
        } else if response.status.is_success() {
            read(&response).ok_or_else(|| no_object(call, &response))
        } else {
            let envelope = envelope(&response.body);
            let meaning = meaning(response.status.as_u16(), &envelope, wait);
            ticket.end(meaning.ending(wait));
            let said = format!("{} {}", envelope.code, envelope.message);
            let said = scrub(said.trim(), &self.login.secrets(Some(bearer)));
            let said = format!("{} answered {}: {said}", call.endpoint.name, response.status.as_u16());
            return Err(meaning.fault(call.endpoint.nature, wait, said));
        };
        ticket.end(if judged.is_ok() { Ending::Answered } else { Ending::Failed });
        judged
    }
}

fn signed(call: &Call, bearer: &Bearer) -> Result<Request, Fault> {
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, bearer.header()?);
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    let body = call.bytes();
    if !body.is_empty() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(Request { method: call.endpoint.verb, path_and_query: call.path_and_query(), headers, body })
}

/// Reads a JSON object. For a call that may change something an empty answer is accepted, too: warehouses are
/// known to send it [docs: warehouses/stop]. The answer to such a call is never proof (S5), so it may be
/// empty.
fn object(call: &Call, response: &Response) -> Option<Value> {
    if response.body.is_empty() && call.endpoint.nature == Access::Write {
        return Some(Value::Object(serde_json::Map::new()));
    }
    serde_json::from_slice(&response.body).ok().map(Value::Object)
}

fn no_object(call: &Call, response: &Response) -> Fault {
    let said = format!("{} answered {} without a JSON object", call.endpoint.name, response.status.as_u16());
    Fault { code: codes::NOT_JSON, ..Meaning::Unwell.fault(call.endpoint.nature, None, said) }
}

fn login_page(call: &Call, what: &str) -> Fault {
    let said =
        format!("{} answered with {what}: the workspace is not reached on this network path", call.endpoint.name);
    Fault { code: codes::LOGIN_PAGE, ..Meaning::Unwell.fault(call.endpoint.nature, None, said) }
}
