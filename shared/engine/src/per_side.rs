//! Swaps the settings of actions that have a value for each side.
//!
//! Law: this is the only place that knows these settings by name. A kind of action that needs another pair of
//! members adds it to [`PER_SIDE`].

use serde_json::{Map, Value};

/// The members that have a value for each side, wherever they are in the settings. The member of the primary is the
/// first.
///
/// `primary` and `standby` are in `workspace_ids`, which has an id for each side. The regions and buckets are those of
/// a vendor's failover group and of a multi-region access point.
const PER_SIDE: &[[&str; 2]] =
    &[["primary", "standby"], ["primary_region", "standby_region"], ["primary_bucket", "standby_bucket"]];

/// The same settings for a pair whose two workspaces have swapped their roles: the members of [`PER_SIDE`] have each
/// the value of the other.
pub(crate) fn with_swapped_members(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let swapped =
                members.iter().map(|(name, value)| (other_name(name).to_owned(), with_swapped_members(value)));
            Value::Object(swapped.collect::<Map<String, Value>>())
        }
        Value::Array(items) => Value::Array(items.iter().map(with_swapped_members).collect()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

fn other_name(name: &str) -> &str {
    let pair = PER_SIDE.iter().find(|pair| pair.contains(&name));
    pair.and_then(|pair| pair.iter().find(|other| **other != name)).copied().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_set_for_a_side_follows_it_to_its_new_home() {
        let settings = json!({
            "workspace_ids": { "primary": 7010, "standby": 7011 },
            "primary_region": "us-east-1", "standby_region": "us-west-2",
            "primaryish": 1, "value": "{{ host }}", "list": [{ "standby": true }],
        });
        let swapped = with_swapped_members(&settings);
        let expected = json!({
            "workspace_ids": { "primary": 7011, "standby": 7010 },
            "primary_region": "us-west-2", "standby_region": "us-east-1",
            "primaryish": 1, "value": "{{ host }}", "list": [{ "primary": true }],
        });
        assert_eq!(swapped, expected);
        assert_eq!(with_swapped_members(&swapped), settings);
    }
}
