//! Hosts of the web: webhooks that keep what they receive, and pages that answer as they are told.

use super::Cloud;
use super::refusals::Handled;
use super::request::CloudRequest;
use crate::wire::Reply;

/// How a host answers every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebBehaviour {
    /// HTTP status.
    pub status: u16,
    /// Lower-case header names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// A tool that keeps what it is sent: the body of a PUT, POST or PATCH is what it answers from then on.
    pub keeps: bool,
}

impl WebBehaviour {
    /// Answers with a status and a plain text.
    #[must_use]
    pub fn text(status: u16, body: &str) -> WebBehaviour {
        let headers = vec![("content-type".to_owned(), "text/plain;charset=utf-8".to_owned())];
        WebBehaviour { status, headers, body: body.as_bytes().to_vec(), keeps: false }
    }

    /// A JSON document that can be read, and replaced by sending another.
    #[must_use]
    pub fn document(body: &str) -> WebBehaviour {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        WebBehaviour { status: 200, headers, body: body.as_bytes().to_vec(), keeps: true }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WebHost {
    pub(crate) behaviour: WebBehaviour,
    pub(crate) received: Vec<CloudRequest>,
}

impl Cloud {
    pub(crate) fn web_call(&mut self, request: &CloudRequest) -> Handled {
        let host = self.web.get_mut(&request.host)?;
        host.received.push(request.clone());
        if host.behaviour.keeps && request.method != "GET" {
            host.behaviour.body.clone_from(&request.body);
        }
        let WebBehaviour { status, headers, body, .. } = host.behaviour.clone();
        Some(Ok(Reply { status, headers, body }))
    }
}
