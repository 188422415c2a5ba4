//! placeholder
#![allow(clippy::unused_self, missing_docs)]
use crate::*;
/// Both workspaces.
pub struct World { ledger: Ledger, unknown: Vec<String>, calls: CallStats }
impl World {
    pub fn new(_seed: u64, _estate: Estate, _settings: Settings, _start_ms: i64) -> World { World { ledger: Ledger::default(), unknown: Vec::new(), calls: CallStats::default() } }
    pub fn handle(&mut self, _now_ms: i64, _side: Side, _request: &Request) -> Answer { Answer::Silence }
    pub fn advance(&mut self, _now_ms: i64) {}
    pub fn next_event_ms(&self) -> Option<i64> { None }
    pub fn inject(&mut self, _fault: Fault) {}
    pub fn region_lost(&mut self, _now_ms: i64, _side: Side) {}
    pub fn region_back(&mut self, _now_ms: i64, _side: Side) {}
    pub fn mark_loss(&mut self, _now_ms: i64) {}
    pub fn mark_leaving(&mut self, _now_ms: i64, _leaving: Side) {}
    pub fn unknown_routes(&self) -> &[String] { &self.unknown }
    pub fn ledger(&self) -> &Ledger { &self.ledger }
    pub fn calls(&self) -> CallStats { self.calls.clone() }
    pub fn audit(&self) -> Audit { Audit::default() }
    pub fn export(&self, _side: Side) -> serde_json::Value { serde_json::Value::Null }
    pub fn use_warehouse(&mut self, _now_ms: i64, _side: Side, _id: &str) {}
    pub fn use_cluster(&mut self, _now_ms: i64, _side: Side, _id: &str) {}
    pub fn last_processing_ms(&self, _side: Side, _resource: &str) -> Option<i64> { None }
}
