//! Serves the world on a socket: real HTTP/1.1, on loopback.
//!
//! Law: virtual time is the start plus the passed real time times `speed`. Delays are the world's
//! delays divided by `speed`. Silence holds the connection open, and a reset drops it.
//! Must not know: what is served.

use std::{
    convert::Infallible,
    io,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use crate::{Answer, Reply, Request, Side, World};

/// The clock that several served sides share.
#[derive(Debug, Clone, Copy)]
pub struct Served {
    start_ms: i64,
    began: Instant,
    speed: f64,
}

impl Served {
    /// Begins virtual time at `start_ms` (unix ms) now. It runs `speed` times as fast as real time.
    #[must_use]
    pub fn new(start_ms: i64, speed: f64) -> Served {
        Served { start_ms, began: Instant::now(), speed: speed.max(0.001) }
    }

    /// The virtual time now, unix ms.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        let passed_ms = self.began.elapsed().as_secs_f64() * 1000.0 * self.speed;
        self.start_ms + passed_ms as i64
    }

    async fn wait(&self, virtual_ms: u64) {
        tokio::time::sleep(Duration::from_secs_f64(virtual_ms as f64 / 1000.0 / self.speed)).await;
    }
}

/// The host that one listener serves.
#[derive(Debug, Clone, Copy)]
enum Host {
    Side(Side),
    Account,
}

/// Serves one side until the listener fails.
///
/// # Errors
///
/// The error of `accept`.
pub async fn serve(world: Arc<Mutex<World>>, side: Side, listener: TcpListener, clock: Served) -> io::Result<()> {
    serve_host(world, Host::Side(side), listener, clock).await
}

/// Serves the account until the listener fails.
///
/// # Errors
///
/// The error of `accept`.
pub async fn serve_account(world: Arc<Mutex<World>>, listener: TcpListener, clock: Served) -> io::Result<()> {
    serve_host(world, Host::Account, listener, clock).await
}

async fn serve_host(world: Arc<Mutex<World>>, host: Host, listener: TcpListener, clock: Served) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        let world = Arc::clone(&world);
        tokio::spawn(connection(world, host, stream, clock));
    }
}

/// Serves one connection. A client that goes away and a reset by script both end it. Neither is a
/// fault of the server.
async fn connection(world: Arc<Mutex<World>>, host: Host, stream: TcpStream, clock: Served) {
    let service = service_fn(|incoming| answer(&world, host, incoming, clock));
    drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service).await);
}

/// Answers one request. An error from the service makes hyper drop the connection without a reply.
async fn answer(
    world: &Mutex<World>,
    host: Host,
    incoming: hyper::Request<Incoming>,
    clock: Served,
) -> Result<Response<Full<Bytes>>, io::Error> {
    let request = read(incoming).await?;
    let told = {
        let mut world = world.lock().unwrap_or_else(PoisonError::into_inner);
        let known = (world.unknown_routes().len(), world.account().unknown_routes().len());
        let told = match host {
            Host::Side(side) => world.handle(clock.now_ms(), side, &request),
            Host::Account => world.handle_account(clock.now_ms(), &request),
        };
        for unknown in &world.unknown_routes()[known.0..] {
            eprintln!("no route: {unknown}");
        }
        for unknown in &world.account().unknown_routes()[known.1..] {
            eprintln!("no route: {unknown}");
        }
        told
    };
    deliver(told, clock).await
}

/// Delivers an answer as the network would, in real time.
pub(crate) async fn deliver(told: Answer, clock: Served) -> Result<Response<Full<Bytes>>, io::Error> {
    match told {
        Answer::Reply { after_ms, reply } => {
            clock.wait(after_ms).await;
            response(reply)
        }
        Answer::Reset { after_ms } => {
            clock.wait(after_ms).await;
            Err(io::Error::from(io::ErrorKind::ConnectionReset))
        }
        Answer::Silence => {
            let never: Result<Response<Full<Bytes>>, Infallible> = std::future::pending().await;
            never.map_err(io::Error::other)
        }
    }
}

pub(crate) async fn read(incoming: hyper::Request<Incoming>) -> Result<Request, io::Error> {
    let (head, body) = incoming.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes().to_vec();
    let headers = head
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect();
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    Ok(Request { method: head.method.as_str().to_owned(), path, headers, body })
}

fn response(reply: Reply) -> Result<Response<Full<Bytes>>, io::Error> {
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(Bytes::from(reply.body))).map_err(io::Error::other)
}
