//! Reads what a team declares beside its two workspaces: actions, and work that runs on both sides.
//!
//! Each table has a `kind`, a `name`, and the settings of its kind. Every check that needs no request is made here,
//! with every text filled in for both sides. So a mistake shows when the file is read, and not in an incident.

use std::collections::BTreeSet;

use databricks::KINDS;
use failover::errand::{ActiveActive, Address, Arrangements, Duty, Errand, placeholders};
use failover::plan::wording::{Occasion, sample};
use failover::template::{fill, fill_all};
use failover::{PairName, Side};
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use super::offence::Offence;
use crate::errands::{check, kinds_of};

/// The tables in which a team declares something.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Declared {
    /// Work that runs on both sides at once, by decision.
    pub active_active: Vec<Spanned<ActiveActive>>,
    /// `[[fence]]`: isolates a whole workspace.
    pub fence: Vec<Spanned<toml::Table>>,
    /// `[[dataset]]`: shows how recent the data on the other side is.
    pub dataset: Vec<Spanned<toml::Table>>,
    /// `[[source]]`: data that the work reads, beside its workspace.
    pub source: Vec<Spanned<toml::Table>>,
    /// `[[route]]`: leads to the active side.
    pub route: Vec<Spanned<toml::Table>>,
    /// `[[recovery]]`: the vendor's own recovery. A pair has one at most.
    pub recovery: Vec<Spanned<toml::Table>>,
    /// `[[channel]]`: sends messages to people.
    pub channel: Vec<Spanned<toml::Table>>,
    /// `[[endpoint]]`: a tool that is pointed at the active side.
    pub endpoint: Vec<Spanned<toml::Table>>,
    /// `[[validation]]`: proves that the target works.
    pub validation: Vec<Spanned<toml::Table>>,
}

impl Declared {
    /// Reads and checks the declarations. The error does not name the line.
    ///
    /// # Errors
    ///
    /// The first mistake, with the remedy.
    pub fn arrangements(&self, pair: &PairName) -> Result<Arrangements, String> {
        arrangements(self, pair).map_err(|offence| offence.message)
    }

    fn tables(&self, duty: Duty) -> &[Spanned<toml::Table>] {
        match duty {
            Duty::Fence => &self.fence,
            Duty::Dataset => &self.dataset,
            Duty::Source => &self.source,
            Duty::Route => &self.route,
            Duty::Recovery => &self.recovery,
            Duty::Channel => &self.channel,
            Duty::Endpoint => &self.endpoint,
            Duty::Validation => &self.validation,
        }
    }
}

/// Reads and checks the declarations.
pub(super) fn arrangements(declared: &Declared, pair: &PairName) -> Result<Arrangements, Offence> {
    let mut arrangements = Arrangements::default();
    for duty in Duty::ALL {
        let mut names = BTreeSet::new();
        for table in declared.tables(duty) {
            let start = table.span().start;
            let errand = errand(duty, table.get_ref(), pair).map_err(|message| Offence { start, message })?;
            if !names.insert(errand.name.clone()) {
                let message =
                    format!("two tables [[{}]] are named {:?}: give each its own", duty.as_str(), errand.name);
                return Err(Offence { start, message });
            }
            arrangements.errands.push(errand);
        }
    }
    if let Some(second) = declared.recovery.get(1) {
        let message = "there is more than one [[recovery]]: a pair has one".to_owned();
        return Err(Offence { start: second.span().start, message });
    }
    for marked in &declared.active_active {
        let known = KINDS.iter().map(|kind| kind.info()).filter(|kind| kind.fenced);
        let known: Vec<&str> = known.map(|kind| kind.name).collect();
        if !known.contains(&marked.get_ref().kind.as_str()) {
            let message = format!("{:?} is no kind: use one of {}", marked.get_ref().kind, known.join(", "));
            return Err(Offence { start: marked.span().start, message });
        }
        arrangements.active_active.push(marked.get_ref().clone());
    }
    Ok(arrangements)
}

fn errand(duty: Duty, table: &toml::Table, pair: &PairName) -> Result<Errand, String> {
    let mut settings = table.clone();
    let mut text = |key: &str| match settings.remove(key) {
        Some(toml::Value::String(text)) if !text.is_empty() => Ok(text),
        Some(_) => Err(format!("{key} of a [[{}]] must be a text", duty.as_str())),
        None => Err(format!("a [[{}]] has no {key}: add it", duty.as_str())),
    };
    let (kind, name) = (text("kind")?, text("name")?);
    let known = kinds_of(duty);
    if !known.contains(&kind.as_str()) {
        if let Some(left_out) = aws::errands::left_out(&kind) {
            return Err(format!("{} {name:?}: {left_out}", duty.as_str()));
        }
        return Err(format!("{kind:?} is no kind of {}: use one of {}", duty.as_str(), known.join(", ")));
    }
    let settings = serde_json::to_value(settings).map_err(|e| e.to_string())?;
    let of_it = |e: String| format!("{} {name:?}: {e}", duty.as_str());
    match duty {
        Duty::Channel => {
            check_wording(&settings).map_err(of_it)?;
            check(&kind, &settings).map_err(of_it)?;
        }
        Duty::Fence
        | Duty::Dataset
        | Duty::Source
        | Duty::Route
        | Duty::Recovery
        | Duty::Endpoint
        | Duty::Validation => {
            for side in [Side::Primary, Side::Standby] {
                let host = format!("{side}.cloud.example");
                let address = Address { side, url: format!("https://{host}"), host };
                let filled = fill_all(&settings, &placeholders(pair, &address)).map_err(with_remedy).map_err(of_it)?;
                check(&kind, &filled).map_err(of_it)?;
            }
        }
    }
    Ok(Errand { duty, kind, name, settings })
}

fn check_wording(settings: &Value) -> Result<(), String> {
    for occasion in Occasion::ALL {
        let wording = occasion.wording(settings);
        for template in [&wording.subject, &wording.text] {
            fill(template, &sample()).map_err(|e| {
                let sample = sample();
                let known: Vec<&str> =
                    sample.as_object().into_iter().flat_map(|known| known.keys().map(String::as_str)).collect();
                format!("{}: {e}: it may name {}", occasion.as_str(), known.join(", "))
            })?;
        }
    }
    Ok(())
}

fn with_remedy(message: String) -> String {
    format!("{message}: a text may name pair, side, url and host")
}
