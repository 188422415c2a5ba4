//! Ports and use cases. WIP

pub mod ports;
