//! Sends requests over the real network.
//!
//! Law: no redirect, no cookie, no proxy from the environment, no second attempt.

use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use tokio::net::TcpStream;

use crate::web::{Asked, Got, Missed, Web};

/// The answer of a webhook or a tool is smaller than this. The rest of a larger one is not read.
const LARGEST_BODY_BYTES: usize = 1024 * 1024;

/// The remedy if the feature `https` is off.
pub(crate) const WITHOUT_HTTPS: &str =
    "this build of the program reaches this machine only: build it with --features cloud";

/// A connection pool for all addresses.
#[derive(Debug)]
pub struct Network {
    client: reqwest::Client,
}

impl Network {
    /// A network with its own connection pool.
    ///
    /// # Errors
    ///
    /// A sentence, if this machine's certificates or the TLS library cannot be used.
    pub fn new() -> Result<Self, String> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .no_proxy()
            .build()
            .map_err(|e| format!("no TLS on this machine: {}", e.without_url()))?;
        Ok(Self { client })
    }
}

#[async_trait]
impl Web for Network {
    async fn send(&self, asked: Asked, time_out: Duration) -> Result<Got, Missed> {
        if asked.url.scheme() == "https" && !cfg!(feature = "https") {
            return Err(Missed { may_have_arrived: false, why: WITHOUT_HTTPS.to_owned() });
        }
        let request = self.client.request(asked.method, asked.url).headers(asked.headers).timeout(time_out);
        let answer = request.body(asked.body).send().await.map_err(missed)?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        Ok(Got { status, headers, body: body(answer).await? })
    }

    async fn connect(&self, host: &str, port: u16, time_out: Duration) -> Result<(), Missed> {
        let not = |why: String| Missed { may_have_arrived: false, why };
        match tokio::time::timeout(time_out, TcpStream::connect((host, port))).await {
            Ok(Ok(_closed_when_dropped)) => Ok(()),
            Ok(Err(error)) => Err(not(error.to_string())),
            Err(_) => Err(not(format!("no connection within {} s", time_out.as_secs_f64()))),
        }
    }
}

async fn body(mut answer: reqwest::Response) -> Result<Bytes, Missed> {
    let mut body = BytesMut::new();
    while let Some(chunk) = answer.chunk().await.map_err(missed)? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_BODY_BYTES {
            break;
        }
    }
    Ok(body.freeze())
}

/// An address may itself be the secret, so it is first taken out of the text (S23).
fn missed(error: reqwest::Error) -> Missed {
    let may_have_arrived = !(error.is_connect() || error.is_builder());
    let what = match (error.is_timeout(), error.is_connect()) {
        (true, _) => "no answer in time",
        (false, true) => "no connection",
        (false, false) => "the exchange broke off",
    };
    let error = error.without_url();
    let mut cause: &dyn std::error::Error = &error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    Missed { may_have_arrived, why: format!("{what}: {cause}") }
}
