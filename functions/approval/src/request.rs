//! Reads a request to the function's own address, in the payload format 2.0
//! [docs: lambda/latest/dg/urls-invocation#urls-payloads].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use engine::approvals::by_link::Form;
use secrecy::SecretString;
use serde_json::Value;

/// The longest body that is read, in bytes.
const LONGEST: usize = 8_192;

/// The beginning of the paths of links.
const PATH: &str = "/approve/";

/// A request and the link that it is about.
pub(crate) struct Request<'a> {
    /// The token in the path.
    pub(crate) token: &'a str,
    pub(crate) method: Method,
}

/// The kind of a request.
pub(crate) enum Method {
    /// A request for the page.
    Look,
    /// A request that gives an answer. `None` if no button sent it.
    Answer(Option<Form>),
}

/// The reason why a request is not one of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is no request at all.
    NotOne,
    /// The path is not one of a link.
    Elsewhere,
    /// The method is not `GET`, `HEAD` or `POST`.
    Method,
    /// The body is longer than any form of the page.
    TooLong,
}

impl<'a> Request<'a> {
    /// Reads a request.
    pub(crate) fn read(event: &'a Value) -> Result<Self, Unreadable> {
        let (Some(path), Some(method)) = (event["rawPath"].as_str(), method(event)) else {
            return Err(Unreadable::NotOne);
        };
        let token = path.strip_prefix(PATH).ok_or(Unreadable::Elsewhere)?;
        let method = match method {
            "GET" | "HEAD" => Method::Look,
            "POST" => Method::Answer(form(&body(event)?)),
            _ => return Err(Unreadable::Method),
        };
        Ok(Self { token, method })
    }

    /// Whether the answer must have no body.
    pub(crate) fn is_head(event: &Value) -> bool {
        method(event) == Some("HEAD")
    }
}

fn method(event: &Value) -> Option<&str> {
    event["requestContext"]["http"]["method"].as_str()
}

fn body(event: &Value) -> Result<Vec<u8>, Unreadable> {
    let body = event["body"].as_str().unwrap_or_default();
    // Base64 makes four letters of three bytes.
    if body.len() > LONGEST / 3 * 4 + 4 {
        return Err(Unreadable::TooLong);
    }
    let is_encoded = event["isBase64Encoded"].as_bool().unwrap_or_default();
    let body = if is_encoded { STANDARD.decode(body).unwrap_or_default() } else { body.as_bytes().to_vec() };
    if body.len() > LONGEST { Err(Unreadable::TooLong) } else { Ok(body) }
}

/// The form of the page, if one of its buttons was pressed.
fn form(body: &[u8]) -> Option<Form> {
    let (mut pair, mut code, mut approve) = (String::new(), SecretString::default(), None);
    for (name, value) in form_urlencoded::parse(body) {
        match name.as_ref() {
            "pair" => pair = value.into_owned(),
            "code" => code = SecretString::from(value.into_owned()),
            "answer" => approve = is_yes(&value),
            _ => {}
        }
    }
    approve.map(|approve| Form { pair, code, approve })
}

fn is_yes(answer: &str) -> Option<bool> {
    match answer {
        "approve" => Some(true),
        "decline" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;
    use serde_json::json;

    use super::*;

    fn event(method: &str, path: &str, body: &str, encoded: bool) -> Value {
        json!({
            "version": "2.0", "rawPath": path, "requestContext": { "http": { "method": method, "path": path } },
            "body": body, "isBase64Encoded": encoded,
        })
    }

    fn refused(event: &Value) -> Unreadable {
        Request::read(event).err().unwrap()
    }

    #[test]
    fn a_form_is_read_plain_or_encoded() {
        let plain = "pair=pay+ments&code=7K3M%2D9QRT&answer=approve";
        for (body, encoded) in [(plain.to_owned(), false), (STANDARD.encode(plain), true)] {
            let event = event("POST", "/approve/v1.k.c.m", &body, encoded);
            let request = Request::read(&event).unwrap();
            let Method::Answer(Some(form)) = request.method else { panic!("no form") };
            assert_eq!((request.token, form.pair.as_str(), form.approve), ("v1.k.c.m", "pay ments", true));
            assert_eq!(form.code.expose_secret(), "7K3M-9QRT");
        }
    }

    #[test]
    fn without_a_button_nothing_is_answered() {
        for body in ["", "pair=&code=", "pair=p&code=c&answer=", "answer=yes"] {
            let event = event("POST", "/approve/t", body, false);
            assert!(matches!(Request::read(&event).unwrap().method, Method::Answer(None)), "{body}");
        }
    }

    #[test]
    fn what_is_no_request_of_a_link_is_refused() {
        assert_eq!(refused(&json!({})), Unreadable::NotOne);
        assert_eq!(refused(&event("GET", "/", "", false)), Unreadable::Elsewhere);
        assert_eq!(refused(&event("DELETE", "/approve/t", "", false)), Unreadable::Method);
        let long = format!("code={}", "x".repeat(LONGEST));
        assert_eq!(refused(&event("POST", "/approve/t", &long, false)), Unreadable::TooLong);
        assert_eq!(refused(&event("POST", "/approve/t", &STANDARD.encode(&long), true)), Unreadable::TooLong);
        let sample = serde_json::from_str(include_str!("../../../events/approval/look.json")).unwrap();
        assert!(matches!(Request::read(&sample).unwrap().method, Method::Look));
        let sample = serde_json::from_str(include_str!("../../../events/approval/answer.json")).unwrap();
        assert!(matches!(Request::read(&sample).unwrap().method, Method::Answer(Some(_))));
    }
}
