//! Sends one request under its admission.
//!
//! Law: nothing is sent before it is admitted. The end of each admitted request is reported exactly once,
//! also if the caller stops waiting for the answer.
//! Must not know: the content of an answer.

use engine::ports::{Access, Admission, Ending, Wire};
use saga::Fault;
use serde_json::Value;

use crate::codes;
use crate::endpoint::Endpoint;
use crate::errors::Meaning;
use crate::transport::{Reach, Request, Response, Transport, TransportError};

/// An admitted request whose end is not yet reported.
pub(crate) struct Ticket<'a> {
    admission: &'a dyn Admission,
    family: &'static str,
    told: bool,
}

impl Ticket<'_> {
    /// Reports how the request ended.
    pub(crate) fn end(mut self, ending: Ending) {
        self.told = true;
        self.admission.leave(self.family, ending);
    }
}

/// A request that nobody waits for any more got no answer.
impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if !self.told {
            self.admission.leave(self.family, Ending::Failed);
        }
    }
}

/// Sends one request when it is admitted.
///
/// # Errors
///
/// The fault of the admission itself, or the fault for no answer. In the second case the end is already
/// reported.
pub(crate) async fn exchange<'a>(
    transport: &dyn Transport,
    admission: &'a dyn Admission,
    endpoint: &Endpoint,
    request: Request,
) -> Result<(Response, Ticket<'a>), Fault> {
    if endpoint.nature == Access::Write {
        admission.announce(&|| on_the_wire(&request));
    }
    let admitted = admission.enter(endpoint.family, endpoint.nature).await?;
    let ticket = Ticket { admission, family: endpoint.family, told: false };
    match transport.send(request, admitted.time_out).await {
        Ok(response) => Ok((response, ticket)),
        Err(failure) => {
            ticket.end(Ending::Failed);
            Err(unanswered(endpoint, &failure))
        }
    }
}

/// The request as it is sent, without its headers, which hold the credentials (S23).
fn on_the_wire(request: &Request) -> Wire {
    let body = match serde_json::from_slice(&request.body) {
        Ok(body) => body,
        Err(_) if request.body.is_empty() => Value::Null,
        Err(_) => Value::String(String::from_utf8_lossy(&request.body).into_owned()),
    };
    Wire { method: request.method.as_str().to_owned(), to: request.path_and_query.clone(), body }
}

fn unanswered(endpoint: &Endpoint, failure: &TransportError) -> Fault {
    let said = format!("{}: {}", endpoint.name, failure.message);
    match failure.reach {
        Reach::NotSent => Fault::again(codes::NO_ANSWER, said),
        Reach::Doubt => Fault { code: codes::DOUBTFUL_ANSWER, ..Meaning::Unwell.fault(endpoint.nature, None, said) },
    }
}
