//! Tests the command as people have it: the real program, against two simulated workspaces on loopback.
//!
//! The tests are one program, so that it is linked once.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answering;
mod controlling;
mod evidence;
mod first;
mod ground;
mod killed;
mod memory;
mod own_estate;
mod readme;
mod refused;
mod rehearsing;
mod way_back;
mod working;
