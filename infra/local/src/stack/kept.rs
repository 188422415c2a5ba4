//! What the stack has kept, undecoded: for whoever looks for what must not be there.

use super::Stack;
use super::ports::Kept;

impl Stack {
    /// Everything that the table holds under a partition, as its own JSON: nothing decodes it on the way.
    pub fn items(&self, partition: &str) -> String {
        match &self.place.kept {
            Kept::Embedded(table) => table.items(&self.table_name(), partition),
            Kept::Memory(table) => table.items(partition),
        }
    }

    /// Everything that is kept: the items of the table as its own JSON, and all objects with their keys.
    pub fn kept(&self) -> String {
        let mut kept = match &self.place.kept {
            Kept::Embedded(table) => table.kept(&self.table_name()),
            Kept::Memory(table) => table.kept(),
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
