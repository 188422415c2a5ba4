//! Simulates Kinesis: `DescribeStreamSummary`.
//!
//! [Kinesis: API DescribeStreamSummary]

use serde_json::json;

use super::Cloud;
use super::place::json_reply;
use super::refusals::{Handled, Refused};
use super::request::CloudRequest;
use crate::json::text;

impl Cloud {
    pub(crate) fn stream_call(&mut self, region: &str, operation: &str, request: &CloudRequest) -> Handled {
        if operation != "DescribeStreamSummary" {
            return None;
        }
        let asked = request.json();
        let name = text(&asked, "StreamName");
        let Some(status) = self.streams.get(&(region.to_owned(), name.to_owned())) else {
            let message = format!("Stream {name} under account 000000000000 not found.");
            return Some(Err(Refused::new(400, "ResourceNotFoundException", message)));
        };
        Some(Ok(json_reply(&json!({ "StreamDescriptionSummary": {
            "StreamName": name,
            "StreamARN": format!("arn:aws:kinesis:{region}:000000000000:stream/{name}"),
            "StreamStatus": status,
            "StreamModeDetails": { "StreamMode": "ON_DEMAND" },
            "RetentionPeriodHours": 24,
            "StreamCreationTimestamp": 1_700_000_000.0,
            "EnhancedMonitoring": [{ "ShardLevelMetrics": [] }],
            "EncryptionType": "NONE",
            "OpenShardCount": 4,
            "ConsumerCount": 0,
        }}))))
    }
}
