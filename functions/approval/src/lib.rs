//! Shows the approval pages and takes the answers.
//!
//! Trigger: requests to the function's own address (`GET`, `HEAD` and `POST` of `/approve/<token>`), and approval
//! messages (SNS). A request for a page changes nothing, except that it may add an audit entry. Nothing of a
//! request is ever logged, because it contains the link and the code (S23).

mod messages;
mod not_handled;
mod request;
mod response;

use engine::Deps;
use engine::approvals::LinkError;
use engine::approvals::by_link::{ReplyError, look, reply};
use pages::Problem;
use serde_json::Value;

pub use crate::not_handled::HandleError;
use crate::request::{Method, Request, Unreadable};
use crate::response::{Page, response};

/// Handles one event. The result for a request is a page, and for messages the number of answers that counted.
///
/// # Errors
///
/// [`HandleError`] if the event is neither a request nor a message, or if an answer in a message cannot be recorded.
pub async fn handle(deps: &Deps, event: Value) -> Result<Value, HandleError> {
    if let Some(records) = event.get("Records") {
        return messages::take(deps, records).await;
    }
    let page = match Request::read(&event) {
        Ok(request) => page_of(deps, &request).await,
        Err(Unreadable::NotOne) => return Err(HandleError::Other),
        Err(Unreadable::Elsewhere) => Page { status: 404, text: pages::not_valid() },
        Err(Unreadable::Method) => Page { status: 405, text: pages::not_valid() },
        Err(Unreadable::TooLong) => Page { status: 413, text: pages::not_valid() },
    };
    Ok(response(page, Request::is_head(&event)))
}

async fn page_of(deps: &Deps, request: &Request<'_>) -> Page {
    match &request.method {
        Method::Look => match look(deps, request.token).await {
            Ok(shown) => Page { status: 200, text: pages::approve(&shown, None) },
            Err(closed) => closed_page(deps, &closed),
        },
        // No button of the page has sent this form.
        Method::Answer(None) => match look(deps, request.token).await {
            Ok(shown) => Page { status: 422, text: pages::approve(&shown, Some(Problem::Empty)) },
            Err(closed) => closed_page(deps, &closed),
        },
        Method::Answer(Some(form)) => match reply(deps, request.token, form).await {
            Ok(taken) => Page { status: 200, text: pages::answered(&taken) },
            Err(ReplyError::Empty(shown)) => Page { status: 422, text: pages::approve(&shown, Some(Problem::Empty)) },
            Err(ReplyError::Wrong { left, shown }) => {
                Page { status: 422, text: pages::approve(&shown, Some(Problem::Wrong { left })) }
            }
            Err(ReplyError::SamePerson(shown)) => {
                Page { status: 409, text: pages::approve(&shown, Some(Problem::SamePerson)) }
            }
            Err(ReplyError::Closed(closed)) => closed_page(deps, &closed),
        },
    }
}

fn closed_page(deps: &Deps, closed: &LinkError) -> Page {
    if let LinkError::Store(error) = closed {
        tracing::error!(code = "PAGE-FAILED", "{error}");
    }
    Page { status: response::status(closed), text: pages::closed(deps.pair.name.as_str(), closed) }
}
