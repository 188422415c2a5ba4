//! What the stack has kept, undecoded: for whoever looks for what must not be there.

use serde_json::{Value, json};

use super::Stack;

impl Stack {
    /// Everything that the table holds under a partition, as its own JSON: nothing decodes it on the way.
    pub fn items(&self, partition: &str) -> String {
        let query = json!({
            "TableName": self.routes.environment.get("SWITCHBACK_TABLE"),
            "KeyConditionExpression": "PK = :pk",
            "ExpressionAttributeValues": { ":pk": { "S": partition } },
        });
        String::from_utf8_lossy(self.table.answer("Query", query.to_string().as_bytes()).body()).into_owned()
    }

    /// Everything that is kept: the items of the table as its own JSON, and all objects with their keys.
    pub fn kept(&self) -> String {
        let mut kept = String::new();
        let mut from = Value::Null;
        loop {
            let mut scan = json!({ "TableName": self.routes.environment.get("SWITCHBACK_TABLE") });
            if !from.is_null() {
                scan["ExclusiveStartKey"] = from;
            }
            let answer = self.table.scan(scan.to_string().as_bytes());
            kept.push_str(&String::from_utf8_lossy(answer.body()));
            kept.push('\n');
            from = serde_json::from_slice(answer.body())
                .map_or(Value::Null, |page: Value| page["LastEvaluatedKey"].clone());
            if from.is_null() {
                break;
            }
        }
        for (key, bytes) in self.buckets.objects() {
            kept.push_str(&format!("{key}\n{}\n", String::from_utf8_lossy(&bytes)));
        }
        kept
    }
}
