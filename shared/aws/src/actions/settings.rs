//! Reads an action's settings, and says what is wrong with them.
//!
//! Law: every refusal is one sentence. It names the kind and the setting, and ends with the remedy.

use engine::codes::ACTION_SETTINGS;
use engine::ports::kind_settings;
use saga::Fault;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads the settings of a kind.
///
/// # Errors
///
/// One sentence that says what is wrong with them.
pub(super) fn read<T: DeserializeOwned>(kind: &str, settings: &Value) -> Result<T, String> {
    kind_settings::read(&format!("action {kind}"), settings)
}

/// Refuses settings that are empty.
///
/// # Errors
///
/// One sentence that names the empty setting.
pub(crate) fn filled(kind: &str, settings: &[(&str, &str)]) -> Result<(), String> {
    match settings.iter().find(|(_, value)| value.trim().is_empty()) {
        None => Ok(()),
        Some((name, _)) => Err(wrong(kind, name, "is empty", "fill it in")),
    }
}

/// Refuses a text that cannot be the name of a region, because it becomes a part of a host's name.
///
/// # Errors
///
/// One sentence that names the setting.
pub(crate) fn regions(kind: &str, settings: &[(&str, Option<&str>)]) -> Result<(), String> {
    let fits = |region: &str| {
        region.contains('-') && region.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    match settings.iter().find(|(_, region)| region.is_some_and(|region| !fits(region))) {
        None => Ok(()),
        Some((name, _)) => Err(wrong(kind, name, "is no region of AWS", "write it like eu-west-1")),
    }
}

/// The sentence about one wrong setting.
pub(crate) fn wrong(kind: &str, setting: &str, what: &str, remedy: &str) -> String {
    format!("the setting {setting} of this {kind} {what}: {remedy}")
}

/// Reads settings that were checked before.
pub(super) fn settled<T: DeserializeOwned>(kind: &str, settings: &Value) -> Result<T, Fault> {
    read(kind, settings).map_err(|told| Fault::person_needed(ACTION_SETTINGS, told))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Some {
        #[expect(dead_code, reason = "only read")]
        stream: String,
    }

    #[test]
    fn each_refusal_names_the_setting_and_the_remedy() {
        let told = |settings| read::<Some>("kinesis_stream", &settings).unwrap_err();
        assert_eq!(
            told(json!({ "stream": "a", "reigon": "b" })),
            "action kinesis_stream: unknown field `reigon`, expected `stream`: correct its name or take it out"
        );
        assert_eq!(told(json!({})), "action kinesis_stream: missing field `stream`: add it");
        assert!(told(json!({ "stream": 3 })).ends_with("expected a string: correct it"));
        assert!(filled("a", &[("b", "x"), ("c", " ")]).unwrap_err().contains("setting c of this a is empty"));
        assert!(regions("a", &[("region", Some("eu-west-1.evil.example/"))]).is_err());
        assert_eq!(regions("a", &[("region", Some("us-gov-west-1")), ("other", None)]), Ok(()));
    }
}
