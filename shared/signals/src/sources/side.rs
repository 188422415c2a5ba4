//! Reads the side of a watched workspace from a body.

use failover::Side;
use serde_json::Value;

use crate::foreign::text;

/// The side that a body names in the member `side`: `primary` or `standby`.
pub(super) fn named_side(object: &Value) -> Option<Side> {
    side_of(text(object, "side")?)
}

fn side_of(name: &str) -> Option<Side> {
    [Side::Primary, Side::Standby].into_iter().find(|side| side.as_str().eq_ignore_ascii_case(name))
}

/// The side that a tag names, e.g. `side:primary` among other tags, separated by commas.
pub(super) fn tagged_side(object: &Value) -> Option<Side> {
    let tags = text(object, "tags").or_else(|| text(object, "Tags"))?;
    tags.split(',').take(200).find_map(|tag| side_of(tag.trim().strip_prefix("side:")?.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_side_is_named_or_tagged() {
        let readings = |tags: &str| tagged_side(&serde_json::json!({ "tags": tags }));
        assert_eq!(readings("env:prod, side:Standby"), Some(Side::Standby));
        assert_eq!(readings("inside:primary"), None);
        assert_eq!(named_side(&serde_json::json!({ "side": "primary" })), Some(Side::Primary));
        assert_eq!(named_side(&serde_json::json!({ "side": 1 })), None);
    }
}
