//! Simulates hosts of the web: webhooks that keep what they receive, and pages that give a seeded answer.

use super::Cloud;
use super::refusals::Handled;
use super::request::CloudRequest;
use crate::wire::Reply;

/// The answer of a host to every request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebBehaviour {
    /// HTTP status.
    pub status: u16,
    /// Lower-case header names.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the host keeps a document. If so, the body of a request that is not a GET is its answer from then on.
    pub keeps: bool,
}

impl WebBehaviour {
    /// Answers with a status and a plain text.
    #[must_use]
    pub fn text(status: u16, body: &str) -> WebBehaviour {
        let headers = vec![("content-type".to_owned(), "text/plain;charset=utf-8".to_owned())];
        WebBehaviour { status, headers, body: body.as_bytes().to_vec(), keeps: false }
    }

    /// Answers with a JSON document. A client replaces it by sending another one.
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
