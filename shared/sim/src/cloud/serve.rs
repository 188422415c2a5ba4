//! Serves the cloud on a socket, on loopback.
//!
//! Law: a client whose endpoint is loopback names the service and the region only in its signature.
//! So the host of AWS is made of these two. Any other host is taken as it was sent.
//! Must not know: what is served.

use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use super::{Cloud, CloudRequest};
use crate::serve::{Served, deliver, read};

/// Serves the cloud until the listener fails. Prints unknown requests on stderr.
///
/// # Errors
///
/// The error of `accept`.
pub async fn serve_cloud(cloud: Arc<Mutex<Cloud>>, listener: TcpListener, clock: Served) -> io::Result<Infallible> {
    loop {
        let (stream, _) = listener.accept().await?;
        let cloud = Arc::clone(&cloud);
        tokio::spawn(async move {
            let service = service_fn(|incoming| async {
                let request = addressed(read(incoming).await?);
                let told = {
                    let mut cloud = cloud.lock().unwrap_or_else(PoisonError::into_inner);
                    let known = cloud.unknown().len();
                    let told = cloud.handle(clock.now_ms(), &request);
                    for unknown in &cloud.unknown()[known..] {
                        eprintln!("unknown: {unknown}");
                    }
                    told
                };
                deliver(told, clock).await
            });
            // A client that goes away and a reset by script are no faults of the server.
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
        });
    }
}

fn addressed(request: crate::Request) -> CloudRequest {
    let sent = request.header("host").unwrap_or_default();
    let sent = sent.split(':').next().unwrap_or_default().to_owned();
    let account = request.header("x-amz-account-id").map(str::to_owned);
    let mut request = CloudRequest {
        host: sent,
        method: request.method,
        path_and_query: request.path,
        headers: request.headers,
        body: request.body,
    };
    let aws = match (request.scope(), account) {
        (Some((_, "route53")), _) => Some("route53.amazonaws.com".to_owned()),
        (Some((region, "s3")), Some(account)) => Some(format!("{account}.s3-control.{region}.amazonaws.com")),
        (Some((region, service)), _) => Some(format!("{service}.{region}.amazonaws.com")),
        (None, _) => None,
    };
    request.host = aws.unwrap_or(request.host);
    request
}
