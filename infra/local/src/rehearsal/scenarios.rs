//! Lists the scenarios: one folder below `tests/scenarios` and one line here for each.

use super::script::Script;

/// A scenario that can be rehearsed.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// Name of the scenario and of its folder, e.g. `region-lost`.
    pub name: &'static str,
    script: &'static str,
}

macro_rules! scenario {
    ($name:literal) => {
        Scenario { name: $name, script: include_str!(concat!("../../../../tests/scenarios/", $name, "/script.toml")) }
    };
}

/// All scenarios, the default first.
pub const SCENARIOS: &[Scenario] = &[
    scenario!("region-lost"),
    scenario!("primary-returns-half-up"),
    scenario!("planned"),
    scenario!("flapping-api"),
    scenario!("everything-refused"),
    scenario!("crash-loop"),
    scenario!("ambiguous-names"),
    scenario!("deploy-unpauses"),
    scenario!("everything"),
    scenario!("validation-fails"),
    scenario!("health-event"),
    scenario!("false-alarm"),
    scenario!("flapping"),
    scenario!("silence-escalates"),
    scenario!("two-people"),
    scenario!("monitoring-dark"),
    scenario!("veto"),
    scenario!("there-and-back"),
    scenario!("promotion"),
    scenario!("promotion-old-primary-returns"),
    scenario!("failback-refused-primary-sick"),
    scenario!("new-artifacts-on-standby"),
    scenario!("abort-mid-way"),
    scenario!("drill-standby-only"),
    scenario!("drill-dry-run"),
    scenario!("drill-full"),
    scenario!("drill-outcome-alarm"),
];

impl Scenario {
    /// The scenario with this name.
    pub fn named(name: &str) -> Option<&'static Scenario> {
        SCENARIOS.iter().find(|scenario| scenario.name == name)
    }

    /// Reads its script.
    ///
    /// # Errors
    ///
    /// The error of the TOML parser, with the path of the script.
    pub fn script(&self) -> Result<Script, String> {
        toml::from_str(self.script).map_err(|e| format!("tests/scenarios/{}/script.toml: {e}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_can_be_read() {
        for scenario in SCENARIOS {
            assert!(!scenario.script().unwrap().tells.is_empty(), "{}", scenario.name);
        }
    }
}
