//! Makes the function's answer for a page. It has every member of the payload format 2.0, because
//! `cargo lambda watch` does not accept a part of it [docs: lambda/latest/dg/urls-invocation#urls-payloads].

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::approvals::LinkError;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// A page with its HTTP status.
pub(crate) struct Page {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The page as HTML.
    pub(crate) text: String,
}

/// Rights of a page: it may use its own stylesheet and send its own form.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(pages::STYLE.as_bytes()));
    format!(
        "default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
});

/// The whole answer. A request for the head alone gets the same without the text.
pub(crate) fn response(page: Page, only_head: bool) -> Value {
    json!({
        "statusCode": page.status,
        "headers": {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": POLICY.as_str(),
            "referrer-policy": "no-referrer",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "x-robots-tag": "noindex, nofollow",
            "strict-transport-security": "max-age=31536000",
        },
        "multiValueHeaders": {},
        "cookies": [],
        "body": if only_head { String::new() } else { page.text },
        "isBase64Encoded": false,
    })
}

/// The HTTP status for a link that cannot be used for an answer.
pub(crate) fn status(closed: &LinkError) -> u16 {
    match closed {
        LinkError::NotOurs => 404,
        LinkError::AnotherPlan | LinkError::WorseLoss { .. } => 409,
        LinkError::Approved { .. } | LinkError::Declined { .. } | LinkError::Over | LinkError::Expired { .. } => 410,
        LinkError::Locked | LinkError::NoApprover(_) => 403,
        LinkError::NotYet | LinkError::Store(_) => 503,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_load_nothing_and_be_framed_by_nobody() {
        let answer = response(Page { status: 200, text: "text".into() }, false);
        let policy = answer["headers"]["content-security-policy"].as_str().unwrap();
        for rule in ["default-src 'none'", "style-src 'sha256-", "form-action 'self'", "frame-ancestors 'none'"] {
            assert!(policy.contains(rule), "{policy}");
        }
        assert_eq!(answer["headers"]["referrer-policy"], "no-referrer");
        assert_eq!(answer["headers"]["cache-control"], "no-store");
        assert_eq!((answer["statusCode"].as_u64(), answer["body"].as_str()), (Some(200), Some("text")));
    }

    #[test]
    fn whoever_asks_for_the_head_gets_no_text() {
        let answer = response(Page { status: 404, text: "text".into() }, true);
        assert_eq!((answer["statusCode"].as_u64(), answer["body"].as_str()), (Some(404), Some("")));
    }
}
