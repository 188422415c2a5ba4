//! placeholder
#![allow(missing_docs, clippy::unused_async)]
use std::sync::{Arc, Mutex};
use crate::{Side, World};
#[derive(Debug)]
pub struct Served {}
pub async fn serve(_world: Arc<Mutex<World>>, _side: Side, _listener: tokio::net::TcpListener, _speed: f64, _start_ms: i64) {}
