//! Reads the declared probes and the settings of the AWS Health API: `[[probe]]`, `[health_api]`.

use std::collections::BTreeSet;

use engine::ports::{DeclaredProbe, ProbeList};
use failover::Side;
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use super::offence::Offence;

/// Whether the AWS Health API is asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct HealthApiConfig {
    /// It needs a support plan of AWS, so it is off unless a team switches it on.
    pub enabled: bool,
}

/// The lists of all crates that have kinds of probes.
static LISTS: [&dyn ProbeList; 3] = [&databricks::PROBES, &integrations::probes::PROBES, &aws::probes::PROBES];

/// The names of all kinds.
pub fn kinds() -> Vec<&'static str> {
    LISTS.iter().flat_map(|list| list.traits()).map(|traits| traits.kind).collect()
}

fn check(kind: &str, settings: &Value) -> Result<(), String> {
    match LISTS.iter().find(|list| list.knows(kind)) {
        Some(list) => list.check(kind, settings),
        None => Err(format!("{kind:?} is no kind of probe: use one of {}", kinds().join(", "))),
    }
}

/// Reads and checks the declared probes. A probe of both sides becomes two.
pub(super) fn declared(tables: &[Spanned<toml::Table>]) -> Result<Vec<DeclaredProbe>, Offence> {
    let mut found: Vec<DeclaredProbe> = Vec::new();
    let mut names: BTreeSet<(Side, String)> = BTreeSet::new();
    for side in SIDES {
        names.extend(databricks::probes::usual(side).into_iter().map(|usual| (side, usual.name)));
    }
    for table in tables {
        let offence = |message: String| Offence { start: table.span().start, message };
        for probe in probes(table.get_ref()).map_err(offence)? {
            if !names.insert((probe.side, probe.name.clone())) {
                let message = format!(
                    "two probes of the {} are named {:?}: give each its own name, and none that of a usual one",
                    probe.side, probe.name
                );
                return Err(Offence { start: table.span().start, message });
            }
            found.push(probe);
        }
    }
    Ok(found)
}

const SIDES: [Side; 2] = [Side::Primary, Side::Standby];

fn probes(table: &toml::Table) -> Result<Vec<DeclaredProbe>, String> {
    let mut settings = table.clone();
    let mut text = |key: &str| match settings.remove(key) {
        Some(toml::Value::String(text)) if !text.trim().is_empty() => Ok(text),
        Some(_) => Err(format!("{key} of a [[probe]] must be a text")),
        None => Err(format!("a [[probe]] has no {key}: add it")),
    };
    let (kind, name, side) = (text("kind")?, text("name")?, text("side")?);
    let sides = match side.as_str() {
        "primary" => &SIDES[..1],
        "standby" => &SIDES[1..],
        "both" => &SIDES[..],
        _ => return Err(format!("probe {name:?}: {side:?} is no side: use primary, standby or both")),
    };
    let settings = serde_json::to_value(settings).map_err(|e| e.to_string())?;
    check(&kind, &settings).map_err(|e| format!("probe {name:?}: {e}"))?;
    let of =
        |side: &Side| DeclaredProbe { kind: kind.clone(), name: name.clone(), side: *side, settings: settings.clone() };
    Ok(sides.iter().map(of).collect())
}

#[cfg(test)]
mod tests {
    use crate::config::Checked;

    const PAIR: &str = r#"pair = "payments"

[primary]
url = "https://one.cloud.example"
token = { file = "/run/secrets/primary" }

[standby]
url = "https://two.cloud.example"
token = { file = "/run/secrets/standby" }
"#;

    fn with(more: &str) -> Result<Checked, String> {
        Checked::parse("pair.toml", &format!("{PAIR}{more}")).map_err(|e| e.to_string())
    }

    #[test]
    fn a_probe_of_both_sides_is_two() {
        let read = with("[[probe]]\nkind = \"dns\"\nname = \"way\"\nside = \"both\"\n").unwrap();
        let sides: Vec<_> = read.probes.iter().map(|probe| probe.side.as_str()).collect();
        assert_eq!(sides, ["primary", "standby"]);
        assert!(!read.config.health_api.enabled);
        assert!(with("[health_api]\nenabled = true\n").unwrap().config.health_api.enabled);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_its_remedy() {
        let told = |more: &str| with(&format!("[[probe]]\n{more}")).unwrap_err();
        let cases = [
            ("kind = \"dns\"\nside = \"both\"\n", "line 10: a [[probe]] has no name: add it"),
            ("kind = \"x\"\nname = \"a\"\nside = \"both\"\n", "line 10: probe \"a\": \"x\" is no kind of probe"),
            ("kind = \"dns\"\nname = \"a\"\nside = \"left\"\n", "use primary, standby or both"),
            ("kind = \"dns\"\nname = \"jobs\"\nside = \"both\"\n", "none that of a usual one"),
            ("kind = \"statement\"\nname = \"a\"\nside = \"both\"\n", "missing field `warehouse`: add it"),
            (
                "kind = \"canary_job\"\nname = \"a\"\nside = \"primary\"\njob = 7\nwithin_minutes = 0\n",
                "from 1 to 43200",
            ),
            ("kind = \"jobs\"\nname = \"a\"\nside = \"primary\"\nlimit = 7\n", "it takes no settings"),
        ];
        for (more, says) in cases {
            let said = told(more);
            assert!(said.contains(says), "{more}: {said}");
        }
    }
}
