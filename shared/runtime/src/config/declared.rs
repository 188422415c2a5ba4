//! Reads what a team declares beside its two workspaces: actions, and work that runs on both sides.
//!
//! Each table has a `kind`, a `name`, and the settings of its kind. Every check that needs no request is made here,
//! with every text filled in for both sides. So a mistake shows when the file is read, and not in an incident.

use std::collections::BTreeSet;

use databricks::KINDS;
use failover::action::{Action, ActiveActive, Address, Declarations, Purpose, placeholders};
use failover::plan::wording::{Occasion, sample};
use failover::template::{fill, fill_all};
use failover::{PairName, Side};
use serde::Deserialize;
use serde_json::Value;
use toml::Spanned;

use super::offence::Offence;
use crate::actions::{check, kinds_of, left_out};

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
    pub fn declarations(&self, pair: &PairName) -> Result<Declarations, String> {
        declarations(self, pair).map_err(|offence| offence.message)
    }

    fn tables(&self, purpose: Purpose) -> &[Spanned<toml::Table>] {
        match purpose {
            Purpose::Fence => &self.fence,
            Purpose::Dataset => &self.dataset,
            Purpose::Source => &self.source,
            Purpose::Route => &self.route,
            Purpose::Recovery => &self.recovery,
            Purpose::Channel => &self.channel,
            Purpose::Endpoint => &self.endpoint,
            Purpose::Validation => &self.validation,
        }
    }
}

/// Reads and checks the declarations.
pub(super) fn declarations(declared: &Declared, pair: &PairName) -> Result<Declarations, Offence> {
    let mut declarations = Declarations::default();
    for purpose in Purpose::ALL {
        let mut names = BTreeSet::new();
        for table in declared.tables(purpose) {
            let start = table.span().start;
            let action = action(purpose, table.get_ref(), pair).map_err(|message| Offence { start, message })?;
            if !names.insert(action.name.clone()) {
                let message =
                    format!("two tables [[{}]] are named {:?}: give each its own", purpose.as_str(), action.name);
                return Err(Offence { start, message });
            }
            declarations.actions.push(action);
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
        declarations.active_active.push(marked.get_ref().clone());
    }
    Ok(declarations)
}

fn action(purpose: Purpose, table: &toml::Table, pair: &PairName) -> Result<Action, String> {
    let mut settings = table.clone();
    let mut text = |key: &str| match settings.remove(key) {
        Some(toml::Value::String(text)) if !text.is_empty() => Ok(text),
        Some(_) => Err(format!("{key} of a [[{}]] must be a text", purpose.as_str())),
        None => Err(format!("a [[{}]] has no {key}: add it", purpose.as_str())),
    };
    let (kind, name) = (text("kind")?, text("name")?);
    let known = kinds_of(purpose);
    if !known.contains(&kind.as_str()) {
        if let Some(message) = left_out(&kind) {
            return Err(format!("{} {name:?}: {message}", purpose.as_str()));
        }
        return Err(format!("{kind:?} is no kind of {}: use one of {}", purpose.as_str(), known.join(", ")));
    }
    let settings = serde_json::to_value(settings).map_err(|e| e.to_string())?;
    let of_it = |e: String| format!("{} {name:?}: {e}", purpose.as_str());
    match purpose {
        Purpose::Channel => {
            check_wording(&settings).map_err(of_it)?;
            check(&kind, &settings).map_err(of_it)?;
        }
        Purpose::Fence
        | Purpose::Dataset
        | Purpose::Source
        | Purpose::Route
        | Purpose::Recovery
        | Purpose::Endpoint
        | Purpose::Validation => {
            for side in [Side::Primary, Side::Standby] {
                let host = format!("{side}.cloud.example");
                let address = Address { side, url: format!("https://{host}"), host };
                let filled = fill_all(&settings, &placeholders(pair, &address)).map_err(with_remedy).map_err(of_it)?;
                check(&kind, &filled).map_err(of_it)?;
            }
        }
    }
    Ok(Action { purpose, kind, name, settings })
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
