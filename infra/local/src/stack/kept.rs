//! Shows everything that the stack has stored, undecoded, for tests that search it for forbidden content.

use super::Stack;
use super::ports::StackTable;

impl Stack {
    /// All items of a partition of the table, as JSON. Nothing decodes them on the way.
    pub fn items(&self, partition: &str) -> String {
        match &self.place.kept {
            StackTable::Embedded(table) => table.items(&self.table_name(), partition),
            StackTable::Memory(table) => table.items(partition),
        }
    }

    /// Everything that is stored: the items of the table as JSON, and all objects with their keys.
    pub fn kept(&self) -> String {
        let mut kept = match &self.place.kept {
            StackTable::Embedded(table) => table.kept(&self.table_name()),
            StackTable::Memory(table) => table.kept(),
        };
        for (key, bytes) in self.place.buckets.objects() {
            kept.push_str(&format!("{key}\n{}\n", String::from_utf8_lossy(&bytes)));
        }
        kept
    }

    fn table_name(&self) -> String {
        self.routes.environment.get("SWITCHBACK_TABLE").cloned().unwrap_or_default()
    }
}
