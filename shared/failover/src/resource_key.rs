//! The key of a resource on its side.

use serde::{Deserialize, Serialize};

/// The kind and the id of a resource. The id alone is unique only in its kind.
///
/// It is stored as a list of two texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "(String, String)", into = "(String, String)")]
pub struct ResourceKey {
    /// Name of the kind, e.g. `job`.
    pub kind: String,
    /// Id on its side.
    pub id: String,
}

impl ResourceKey {
    /// The key of this kind and id.
    pub fn new(kind: impl Into<String>, id: impl Into<String>) -> Self {
        Self { kind: kind.into(), id: id.into() }
    }
}

impl From<(String, String)> for ResourceKey {
    fn from((kind, id): (String, String)) -> Self {
        Self { kind, id }
    }
}

impl From<ResourceKey> for (String, String) {
    fn from(key: ResourceKey) -> Self {
        (key.kind, key.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_stored_as_a_list_of_two_texts() {
        let key = ResourceKey::new("job", "7");
        assert_eq!(serde_json::to_string(&key).unwrap(), r#"["job","7"]"#);
        assert_eq!(serde_json::from_str::<ResourceKey>(r#"["job","7"]"#).unwrap(), key);
    }
}
