//! Sends requests to one workspace by HTTP/1.1 over TLS.
//!
//! Law: it uses https everywhere except to this machine itself. It follows no redirect, keeps no cookie, uses
//! no proxy of the environment, and makes no second attempt.
//! Must not know: credentials, the meaning of a status, any endpoint.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use reqwest::{Method, Url};

use crate::endpoint::Verb;
use crate::transport::{Reach, Request, Response, Transport, TransportError};

/// A larger body is no answer. No page of any listing is nearly as large.
const LARGEST_BODY_BYTES: usize = 64 * 1024 * 1024;

/// The reason that an address cannot be used for a workspace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The text is no web address.
    #[error("this is not a web address: use https://, the workspace's host name, and nothing after it")]
    NotAnAddress(String),
    /// Credentials would be sent in the clear.
    #[error("this address is not https: credentials are sent in the clear to this machine itself only")]
    InTheClear(String),
    /// The address names more than a host, e.g. a path.
    #[error("this address names more than a host: leave out user, path, query and fragment")]
    MoreThanAHost(String),
    /// This machine's certificates or the TLS library cannot be used.
    #[error("no TLS on this machine: {0}")]
    NoTls(String),
    /// The program was built without TLS.
    #[error("this build of the program has no HTTPS: build it with --features cloud")]
    BuiltWithout,
}

/// A connection pool to one workspace.
pub struct HttpTransport {
    base: Url,
    client: reqwest::Client,
}

impl fmt::Debug for HttpTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HttpTransport({})", self.base)
    }
}

impl HttpTransport {
    /// A transport to the workspace at `address`, e.g. `https://dbc-1234.cloud.databricks.com`.
    ///
    /// # Errors
    ///
    /// [`AddressError`] if no workspace may be reached under this address, or if TLS is missing.
    pub fn new(address: &str) -> Result<Self, AddressError> {
        let base = checked(address)?;
        if base.scheme() == "https" && !cfg!(feature = "https") {
            return Err(AddressError::BuiltWithout);
        }
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .https_only(base.scheme() == "https")
            .build()
            .map_err(|e| AddressError::NoTls(told(&e)))?;
        Ok(Self { base, client })
    }
}

fn checked(address: &str) -> Result<Url, AddressError> {
    let url = Url::parse(address).map_err(|_| AddressError::NotAnAddress(without_user(address)))?;
    let shown = url.host_str().unwrap_or_default().to_owned();
    let host = url.host_str().ok_or_else(|| AddressError::NotAnAddress(without_user(address)))?;
    match url.scheme() {
        "https" => {}
        "http" if loops_back(host) => {}
        "http" => return Err(AddressError::InTheClear(shown)),
        _ => return Err(AddressError::NotAnAddress(without_user(address))),
    }
    let only_host = url.username().is_empty()
        && url.password().is_none()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none();
    if only_host { Ok(url) } else { Err(AddressError::MoreThanAHost(shown)) }
}

/// Removes `user:password@` from an address, because it must not be in any message (S23).
fn without_user(address: &str) -> String {
    address.rsplit('@').next().unwrap_or_default().to_owned()
}

/// Whether the host is this machine. Only `localhost` and loopback addresses are. Other names are not
/// resolved, because their addresses can change.
fn loops_back(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[async_trait]
impl Transport for HttpTransport {
    async fn send(&self, request: Request, time_out: Duration) -> Result<Response, TransportError> {
        let url = self.base.join(&request.path_and_query).map_err(|_| TransportError {
            reach: Reach::NotSent,
            message: "the request's path is not a path".to_owned(),
        })?;
        let method = match request.method {
            Verb::Get => Method::GET,
            Verb::Post => Method::POST,
            Verb::Patch => Method::PATCH,
            Verb::Put => Method::PUT,
        };
        let sent = self.client.request(method, url).headers(request.headers).timeout(time_out).body(request.body);
        let answer = sent.send().await.map_err(|e| failure(&e))?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(Response { status, headers, body: whole_body(answer).await? })
    }
}

async fn whole_body(mut answer: reqwest::Response) -> Result<Bytes, TransportError> {
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(|e| failure(&e))? {
        if body.len() + chunk.len() > LARGEST_BODY_BYTES {
            return Err(TransportError {
                reach: Reach::Doubt,
                message: "the answer is larger than any answer is".to_owned(),
            });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// A time-out while connecting counts as not sent. A time-out after that leaves doubt.
fn failure(error: &reqwest::Error) -> TransportError {
    let reach = if error.is_connect() || error.is_builder() { Reach::NotSent } else { Reach::Doubt };
    TransportError { reach, message: told(error) }
}

/// The kind of failure and its innermost cause. The address is never named; it is in the outer text.
fn told(error: &reqwest::Error) -> String {
    let what = if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the connection broke"
    };
    let mut cause: Option<&dyn std::error::Error> = std::error::Error::source(error);
    while let Some(deeper) = cause.and_then(std::error::Error::source) {
        cause = Some(deeper);
    }
    cause.map_or_else(|| what.to_owned(), |cause| format!("{what} ({cause})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    fn request() -> Request {
        Request {
            method: Verb::Get,
            path_and_query: "/api/2.2/jobs/list?limit=1".to_owned(),
            headers: http::HeaderMap::new(),
            body: Bytes::new(),
        }
    }

    /// Answers one connection with `text`, then closes it.
    async fn served(text: &'static str) -> (String, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = tokio::spawn(async move {
            let (mut socket, _) = listener.accept().await.unwrap();
            let mut got = vec![0; 4096];
            let read = socket.read(&mut got).await.unwrap();
            socket.write_all(text.as_bytes()).await.unwrap();
            String::from_utf8_lossy(&got[..read]).into_owned()
        });
        (address, asked)
    }

    #[test]
    fn plain_http_is_refused_except_to_this_machine() {
        assert!(matches!(HttpTransport::new("http://workspace.example"), Err(AddressError::InTheClear(_))));
        assert!(matches!(HttpTransport::new("http://10.0.0.1"), Err(AddressError::InTheClear(_))));
        for address in ["http://127.0.0.1:8080", "http://[::1]:8080", "http://localhost:1"] {
            assert!(HttpTransport::new(address).is_ok(), "{address}");
        }
    }

    #[test]
    fn https_needs_the_feature_and_says_so() {
        let made = HttpTransport::new("https://workspace.example");
        assert_eq!(made.is_ok(), cfg!(feature = "https"));
        if let Err(refused) = made {
            assert!(refused.to_string().contains("--features cloud"), "{refused}");
        }
    }

    #[test]
    fn an_address_is_a_host_and_nothing_else() {
        for address in ["https://h.example/path", "https://h.example/?o=1", "https://user:pw@h.example"] {
            let refused = HttpTransport::new(address).unwrap_err();
            assert!(matches!(refused, AddressError::MoreThanAHost(_)), "{address}");
            assert!(!refused.to_string().contains("pw"));
        }
        assert!(matches!(HttpTransport::new("ftp://h.example"), Err(AddressError::NotAnAddress(_))));
        assert!(!HttpTransport::new("//user:pw@h").unwrap_err().to_string().contains("pw"));
    }

    #[tokio::test]
    async fn an_answer_comes_whole_with_its_status_and_headers() {
        let text = "HTTP/1.1 429 Too Many\r\nretry-after: 7\r\ncontent-length: 2\r\n\r\n{}";
        let (address, asked) = served(text).await;
        let answer = HttpTransport::new(&address).unwrap().send(request(), Duration::from_secs(5)).await.unwrap();
        assert_eq!((answer.status.as_u16(), &answer.body[..]), (429, &b"{}"[..]));
        assert_eq!(answer.headers["retry-after"], "7");
        assert!(asked.await.unwrap().starts_with("GET /api/2.2/jobs/list?limit=1 HTTP/1.1"));
    }

    #[tokio::test]
    async fn a_redirect_is_handed_over_and_not_followed() {
        let text = "HTTP/1.1 302 Found\r\nlocation: /login.html\r\ncontent-length: 0\r\n\r\n";
        let (address, _asked) = served(text).await;
        let answer = HttpTransport::new(&address).unwrap().send(request(), Duration::from_secs(5)).await.unwrap();
        assert_eq!(answer.status.as_u16(), 302);
    }

    #[tokio::test]
    async fn nobody_listening_means_not_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let failure = HttpTransport::new(&address).unwrap().send(request(), Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(failure.reach, Reach::NotSent, "{failure}");
    }

    #[tokio::test]
    async fn a_connection_that_dies_after_sending_leaves_doubt() {
        let (address, _asked) = served("").await;
        let failure = HttpTransport::new(&address).unwrap().send(request(), Duration::from_secs(5)).await.unwrap_err();
        assert_eq!(failure.reach, Reach::Doubt, "{failure}");
    }

    #[tokio::test]
    async fn silence_ends_at_the_time_out_and_leaves_doubt() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let transport = HttpTransport::new(&address).unwrap();
        let failure = transport.send(request(), Duration::from_millis(50)).await.unwrap_err();
        assert_eq!(failure.reach, Reach::Doubt, "{failure}");
        assert!(failure.message.contains("no answer in time"));
    }
}
