//! The names of buckets on one machine.

/// The name of the bucket of a resource. A bucket's name has no capitals. In the cloud the name is generated.
pub(super) fn bucket_name(resource: &str) -> String {
    resource.to_lowercase()
}
