//! Reads the settings of a probe, and the bounds that several kinds share.
//!
//! Law: the same as for actions. An unknown member is refused, a missing one is named, and no value is
//! repeated (S23).

use engine::codes::ACTION_SETTINGS;
use engine::ports::{Probed, kind_settings};
use failover::signal::Reading;
use saga::Fault;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads settings.
///
/// # Errors
///
/// A sentence that says what is wrong, with the remedy.
pub(super) fn read<T: DeserializeOwned>(kind: &str, settings: &Value) -> Result<T, String> {
    kind_settings::read(&format!("probe {kind}"), settings)
}

/// Reads settings that were checked when the configuration was read.
pub(super) fn known<T: DeserializeOwned>(kind: &str, settings: &Value) -> Result<T, Fault> {
    read(kind, settings).map_err(|said| Fault::person_needed(ACTION_SETTINGS, said))
}

/// Refuses an empty text.
pub(super) fn filled(kind: &str, name: &str, text: &str) -> Result<(), String> {
    if text.trim().is_empty() { Err(format!("probe {kind}: {name} is empty: fill it in")) } else { Ok(()) }
}

/// The bounds that a team has set for a measured value, whatever is normal.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Bounds {
    /// A value above it is degraded.
    pub(super) degraded_above: Option<f64>,
    /// A value above it is down.
    pub(super) down_above: Option<f64>,
}

impl Bounds {
    /// Refuses bounds that make no sense.
    pub(super) fn check(self, kind: &str) -> Result<(), String> {
        let given = [self.degraded_above, self.down_above];
        if given.into_iter().flatten().any(|bound| !bound.is_finite() || bound < 0.0) {
            return Err(format!("probe {kind}: a bound must be 0 or more: correct it"));
        }
        match given {
            [Some(degraded), Some(down)] if degraded > down => {
                Err(format!("probe {kind}: degraded_above is larger than down_above: exchange them"))
            }
            _ => Ok(()),
        }
    }

    /// The reading of a value by these bounds, in one line.
    pub(super) fn reads(self, value: f64, text: String) -> Probed {
        let above = |bound: Option<f64>| bound.is_some_and(|bound| value > bound);
        let reading = match (above(self.down_above), above(self.degraded_above)) {
            (true, _) => Reading::Down,
            (false, true) => Reading::Degraded,
            (false, false) => Reading::Healthy,
        };
        Probed { reading, measured: Some(value), text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_sorted_and_read() {
        let bounds = Bounds { degraded_above: Some(0.2), down_above: Some(0.9) };
        assert_eq!(bounds.check("x"), Ok(()));
        let readings = [0.1, 0.5, 1.0].map(|value| bounds.reads(value, String::new()).reading);
        assert_eq!(readings, [Reading::Healthy, Reading::Degraded, Reading::Down]);
        assert!(Bounds { degraded_above: Some(1.0), down_above: Some(0.5) }.check("x").is_err());
        assert!(Bounds { degraded_above: Some(-1.0), down_above: None }.check("x").is_err());
    }
}
