//! Tests the served pair through a plain socket.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use sim::{Estate, Fault, FaultKind, Served, Settings, Side, World, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};

const START: i64 = 1_772_409_600_000;

/// Serves the primary with one fault, and sends one request. Returns what came back until the
/// connection ended, or `None` if it did not end within 700 ms.
async fn ask(fault: Option<FaultKind>, speed: f64) -> Option<String> {
    let faults = fault.into_iter().map(|kind| Fault::new(Side::Primary, START, kind)).collect();
    let settings = Settings { faults, ..Settings::default() };
    let world = Arc::new(Mutex::new(World::new(1, Estate::small(), settings, START)));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let server = tokio::spawn(serve(world, Side::Primary, listener, Served::new(START, speed)));
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!(
        "GET /api/2.2/jobs/list?limit=1 HTTP/1.1\r\nHost: {address}\r\n\
         Authorization: Bearer {}\r\nConnection: close\r\n\r\n",
        Side::Primary.personal_token()
    );
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut said = String::new();
    let came = timeout(Duration::from_millis(700), stream.read_to_string(&mut said)).await;
    server.abort();
    came.is_ok().then_some(said)
}

#[tokio::test]
async fn a_request_is_answered_over_http() {
    let said = ask(None, 100.0).await.expect("a reply");
    assert!(said.starts_with("HTTP/1.1 200 OK") && said.contains("\"job_id\""), "{said}");
}

#[tokio::test]
async fn silence_holds_the_connection_open() {
    assert_eq!(ask(Some(FaultKind::Dark), 100.0).await, None);
}

#[tokio::test]
async fn a_reset_drops_the_connection_without_a_reply() {
    let lost = FaultKind::ReplyLost { nth: Some(1), probability: 0.0 };
    assert_eq!(ask(Some(lost), 100.0).await.as_deref(), Some(""));
}

#[tokio::test]
async fn delays_are_divided_by_the_speed() {
    let slow = FaultKind::Slow { ms: 20_000 };
    assert_eq!(ask(Some(slow.clone()), 1.0).await, None, "twenty seconds in real time");
    assert!(ask(Some(slow), 100.0).await.is_some(), "a fifth of a second at this speed");
}
