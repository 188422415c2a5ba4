//! Telling a web page, or the way to one, from an answer.
//!
//! Law: what reads as JSON is an answer, whatever it is declared to be. Must not know: any endpoint.
//!
//! Source: a misrouted private link redirects to a login page, which answers 200
//! [go-sdk: apierr/private_link.go].

use http::header::CONTENT_TYPE;
use serde::de::IgnoredAny;

use crate::transport::Response;

/// What came instead of an answer, in two words.
pub(crate) fn page(response: &Response) -> Option<&'static str> {
    if response.status.is_redirection() {
        return Some("a redirect");
    }
    let declared = response.headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let is_page = declared.is_some_and(|kind| kind.starts_with("text/html"))
        || response.body.trim_ascii_start().starts_with(b"<");
    // Only what looks like a page is read for this: an answer of a listing is long.
    let is_json = || serde_json::from_slice::<IgnoredAny>(&response.body).is_ok();
    (response.status.is_success() && is_page && !is_json()).then_some("a web page")
}
