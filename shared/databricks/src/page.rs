//! Recognizes a web page, or a redirect to one, in the place of an answer.
//!
//! Law: a body that reads as JSON is an answer, whatever type it declares. Must not know: any endpoint.
//!
//! Source: a misrouted private link redirects to a login page, which answers 200
//! [go-sdk: apierr/private_link.go].

use http::header::CONTENT_TYPE;
use serde::de::IgnoredAny;

use crate::transport::Response;

/// Names the thing that came instead of an answer, e.g. `a redirect`; `None` for an answer.
pub(crate) fn page(response: &Response) -> Option<&'static str> {
    if response.status.is_redirection() {
        return Some("a redirect");
    }
    let declared = response.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_page = declared.is_some_and(|kind| kind.starts_with("text/html"))
        || response.body.trim_ascii_start().starts_with(b"<");
    // Only a body that may be a page is parsed here, because the answer of a listing is long.
    let is_json = || serde_json::from_slice::<IgnoredAny>(&response.body).is_ok();
    (response.status.is_success() && is_page && !is_json()).then_some("a web page")
}
