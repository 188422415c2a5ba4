//! Reads the shapes in which a workspace refuses a request.
//!
//! Law: every shape that the vendor's SDKs know is read, and no shape is trusted with a decision.
//! Must not know: the meaning of a code (`errors`).
//!
//! Sources: [go-sdk: apierr/errors.go], [py-sdk: errors/deserializer.py].

use serde_json::Value;

/// A refusal as it was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Envelope {
    /// `error_code`, OAuth's `error`, `SCIM_` with a status, or the word before the colon of a plain text.
    /// Empty if there is none. If the service sends a number, it is that number.
    pub(crate) code: String,
    /// The text of the refusal; empty if it has none.
    pub(crate) message: String,
    /// Whether the answer has one of the shapes in which Databricks itself refuses. If it has, Databricks
    /// answered, and not something on the way to it.
    pub(crate) genuine: bool,
}

/// Reads the body of an answer that is no success.
pub(crate) fn envelope(body: &[u8]) -> Envelope {
    match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(object)) => of_object(&Value::Object(object)),
        Ok(_) => Envelope::default(),
        Err(_) => of_text(&String::from_utf8_lossy(body)),
    }
}

fn of_object(object: &Value) -> Envelope {
    let text = |key: &str| match object.get(key) {
        Some(Value::String(text)) => Some(text.clone()),
        // Some services number their codes [go-sdk: apierr/errors.go].
        Some(Value::Number(number)) => Some(number.to_string()),
        Some(Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_)) | None => None,
    };
    let scim = text("status").zip(text("detail"));
    let (code, message) = if let Some(code) = text("error_code") {
        (code, text("message"))
    } else if let Some((status, detail)) = scim {
        (format!("SCIM_{status}"), Some(detail))
    } else if let Some(error) = text("error") {
        // OAuth sends a code here. API 1.2 sends the whole message here.
        match text("error_description") {
            Some(description) => (error, Some(description)),
            None => (String::new(), Some(error)),
        }
    } else {
        (String::new(), text("message"))
    };
    let genuine = !code.is_empty() || message.is_some();
    Envelope { code, message: message.unwrap_or_default(), genuine }
}

fn of_text(text: &str) -> Envelope {
    if let Some((_, rest)) = text.split_once("<pre>") {
        let message = rest.split("</pre>").next().unwrap_or_default().trim().to_owned();
        return Envelope { code: String::new(), message, genuine: false };
    }
    let (code, message) = text.split_once(':').unwrap_or((text, ""));
    let code = code.trim();
    let is_code = code.contains('_') && code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    if is_code {
        return Envelope { code: code.to_owned(), message: message.trim().to_owned(), genuine: true };
    }
    Envelope { code: String::new(), message: text.trim().to_owned(), genuine: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, code: &str, message: &str, genuine: bool) {
        let expected = Envelope { code: code.to_owned(), message: message.to_owned(), genuine };
        assert_eq!(envelope(body.as_bytes()), expected, "{body}");
    }

    #[test]
    fn every_documented_shape_is_read() {
        check(r#"{"error_code":"INVALID_STATE","message":"not now","details":[]}"#, "INVALID_STATE", "not now", true);
        check(r#"{"error_code":403,"message":"no"}"#, "403", "no", true);
        check(r#"{"error":"RpcError: it broke"}"#, "", "RpcError: it broke", true);
        check(r#"{"error":"invalid_client","error_description":"who?"}"#, "invalid_client", "who?", true);
        check(r#"{"detail":"no such user","status":"404","scimType":"x"}"#, "SCIM_404", "no such user", true);
        check("MALFORMED_REQUEST: vpc_endpoints malformed", "MALFORMED_REQUEST", "vpc_endpoints malformed", true);
        check("ENDPOINT_NOT_FOUND", "ENDPOINT_NOT_FOUND", "", true);
        check("<html><pre> Invalid access token.</pre></html>", "", "Invalid access token.", false);
        check("", "", "", false);
    }

    #[test]
    fn what_something_on_the_way_says_is_not_taken_for_databricks() {
        check("upstream connect error", "", "upstream connect error", false);
        check("404: page not found", "", "404: page not found", false);
        check("[]", "", "", false);
    }
}
